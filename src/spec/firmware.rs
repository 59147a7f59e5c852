//! What the firmware of a domain has and does as written, but for which one it is.

use schemars::JsonSchema;
use serde::Deserialize;

/// The keys that Secure Boot starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SecureBootKeys {
    /// Microsoft's: what they signed boots, as Windows and most distributions are.
    Microsoft,
    /// None, which UEFI calls setup mode: everything boots until the owner enrolls keys of their own, such as with
    /// `sbctl enroll-keys` (Lanzaboote, for NixOS).
    None,
}

/// A kernel of the host that the domain starts without a boot loader
/// ([libvirt](https://libvirt.org/formatdomain.html#direct-kernel-boot)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DirectBoot {
    /// The kernel, absolute. Required, here or in a layer below.
    #[schemars(example = &"/var/lib/libvirt/boot/bzImage")]
    pub kernel: Option<String>,
    /// The initial RAM disk, absolute. Default: none.
    #[schemars(example = &"/var/lib/libvirt/boot/initrd")]
    pub initrd: Option<String>,
    /// The kernel's command line. Default: empty.
    #[schemars(example = &"console=ttyS0 root=/dev/vda1")]
    pub cmdline: Option<String>,
}
