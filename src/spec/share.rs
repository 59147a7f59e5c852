//! Directories of the host that a guest can mount, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Extra;
use super::names::words;

/// A directory of the host that the guest can mount by its tag: `mount -t virtiofs <tag> /mnt`, with `9p`
/// `mount -t 9p -o trans=virtio <tag> /mnt` ([libvirt](https://libvirt.org/formatdomain.html#filesystems)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Share {
    /// The absolute path of the directory of the host.
    #[schemars(required, example = &"/srv/scripts")]
    pub source: Option<String>,
    /// The tag by which the guest mounts it, at most 36 bytes, with `9p` 31.
    #[schemars(required, example = &"scripts")]
    pub tag: Option<String>,
    /// The driver that serves it. Default: `virtiofs`.
    pub driver: Option<ShareDriver>,
    /// Whether it is read-only for the guest. With `virtiofs` from libvirt 11.0 and virtiofsd 1.13 on. Default:
    /// `false`.
    pub readonly: Option<bool>,
    /// With whose rights the guest accesses files. Only for `9p`. Default: libvirt's, `passthrough`.
    pub access_mode: Option<AccessMode>,
    /// How the guest caches it. Only for `virtiofs`. Default: virtiofsd's own, which revalidates after a second.
    pub cache: Option<ShareCache>,
    /// Whether the guest can set extended attributes, which containers and `SELinux` in it need. Only for `virtiofs`.
    /// Default: virtiofsd's own, `false`.
    pub xattr: Option<bool>,
    /// The size of the request queue, a power of two. Only for `virtiofs`. Default: QEMU's, 128.
    #[schemars(range(min = 1, max = 1024), example = 1024)]
    pub queue_size: Option<u32>,
    /// Anything that has no key of its own: libvirt's elements and attributes inside this `filesystem` element, as in
    /// the domain's `extra`.
    pub extra: Option<Extra>,
}

/// The driver of a share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ShareDriver {
    /// virtiofsd, with the speed and semantics of a local file system. It uses shared memory.
    #[default]
    #[serde(rename = "virtiofs")]
    Virtiofs,
    /// QEMU itself (the Plan 9 protocol), for guests without virtiofs. It is slower, but needs nothing else on the
    /// host.
    #[serde(rename = "9p")]
    Plan9,
}

/// With whose rights a guest accesses files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccessMode {
    /// Those of the guest's user, which requires QEMU to run as root.
    #[default]
    Passthrough,
    /// Those of QEMU's user. Owners and modes that the guest sets are stored in extended attributes.
    Mapped,
    /// As `passthrough`, but operations that QEMU is not allowed to do fail silently.
    Squash,
}

/// How a guest caches a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ShareCache {
    /// Not at all: changes on the host are visible at once.
    None,
    /// Everything, without revalidation: only where nobody except the guest changes files.
    Always,
}

words!(AccessMode, ShareCache);
