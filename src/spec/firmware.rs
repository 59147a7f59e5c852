//! What the firmware of a domain has and does as written, but for which one it is.

use schemars::JsonSchema;
use serde::Deserialize;

/// The Secure Boot keys that are enrolled at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SecureBootKeys {
    /// Microsoft's keys: only what Microsoft signed boots, such as Windows and most distributions.
    Microsoft,
    /// No keys, which UEFI calls setup mode: everything boots until you enroll your own keys, for example with `sbctl
    /// enroll-keys` (Lanzaboote on NixOS).
    None,
}

/// A kernel on the host that the domain boots directly, without a boot loader
/// ([libvirt](https://libvirt.org/formatdomain.html#direct-kernel-boot)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DirectBoot {
    /// The absolute path of the kernel. Required, here or in a weaker layer.
    #[schemars(example = &"/var/lib/libvirt/boot/bzImage")]
    pub kernel: Option<String>,
    /// The absolute path of the initial RAM disk. Default: none.
    #[schemars(example = &"/var/lib/libvirt/boot/initrd")]
    pub initrd: Option<String>,
    /// The kernel's command line. Default: empty.
    #[schemars(example = &"console=ttyS0 root=/dev/vda1")]
    pub cmdline: Option<String>,
}
