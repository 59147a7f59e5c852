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
    /// The directory of the host, absolute.
    #[schemars(required, example = &"/srv/scripts")]
    pub source: Option<String>,
    /// The name that the guest mounts it by, at most 36 bytes, with `9p` 31.
    #[schemars(required, example = &"scripts")]
    pub tag: Option<String>,
    /// Who serves it. Default: `virtiofs`.
    pub driver: Option<ShareDriver>,
    /// Whether the guest can only read it. `virtiofs` takes it from libvirt 11.0 and virtiofsd 1.13 on. Default: `false`.
    pub readonly: Option<bool>,
    /// As whom the guest reaches files. Only for `9p`. Default: `passthrough`, as libvirt.
    pub access_mode: Option<AccessMode>,
    /// How much of it the guest keeps in memory. Only for `virtiofs`. Default: virtiofsd's own, which asks the host again
    /// after a second.
    pub cache: Option<ShareCache>,
    /// Whether the guest can set extended attributes, as containers and `SELinux` in it do. Only for `virtiofs`. Default:
    /// virtiofsd's own, `false`.
    pub xattr: Option<bool>,
    /// How many requests can wait at once, a power of two. Only for `virtiofs`. Default: QEMU's, 128.
    #[schemars(range(min = 1, max = 1024), example = 1024)]
    pub queue_size: Option<u32>,
    /// What the language has no key for, of this share: libvirt's elements and attributes inside of `filesystem`, as in the `extra` of
    /// the domain.
    pub extra: Option<Extra>,
}

/// Who serves a share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ShareDriver {
    /// virtiofsd, with the speed and the rules of a local file system. It shares the domain's memory.
    #[default]
    #[serde(rename = "virtiofs")]
    Virtiofs,
    /// QEMU itself (Plan 9's protocol), for guests without virtiofs. Slower, and needs nothing of the host.
    #[serde(rename = "9p")]
    Plan9,
}

/// As whom a guest reaches files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccessMode {
    /// As the guest's user, which takes QEMU to run as root.
    #[default]
    Passthrough,
    /// As QEMU's user; owners and modes that the guest sets are kept in extended attributes.
    Mapped,
    /// As `passthrough`, but what QEMU may not do fails without a word.
    Squash,
}

/// How much of a share a guest keeps in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ShareCache {
    /// Nothing: what the host changes is seen at once.
    None,
    /// Everything, for ever: only where nobody but the guest changes files.
    Always,
}

words!(AccessMode, ShareCache);
