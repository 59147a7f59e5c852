//! Storage pools and their volumes as written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Active, Extra};

/// A storage pool ([libvirt](https://libvirt.org/formatstorage.html)): a directory of disk images.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pool {
    /// What kind of storage it is. Default: `dir`.
    pub r#type: Option<PoolType>,
    /// The directory, absolute. The generated module makes it if it is missing.
    #[schemars(required, example = &"/var/lib/libvirt/images/lab")]
    pub path: Option<String>,
    /// Owner and mode of the directory. Default: root's, 0711, as libvirt makes its own image directory.
    pub permissions: Option<Permissions>,
    /// Volumes that no disk declares, by name. A volume is created empty, or on its `backing`; a downloaded image is a
    /// file, which volumes grow on with `"backing": { "path": … }`.
    pub volumes: Option<IndexMap<String, Volume>>,
    /// The UUID. Default: one made from the lab's name and the pool's `id`.
    #[schemars(example = &"31c47f9a-9ee8-4fd2-9f83-25733e81b978")]
    pub uuid: Option<String>,
    /// What the identity is made from instead of the name: the old name, after a rename. Default: the name.
    pub id: Option<String>,
    /// Whether the pool is active. Default: `true`.
    #[serde(default, deserialize_with = "super::present")]
    pub active: Option<Active>,
    /// Whether activation restarts the pool: `true` always, `false` never. Default: when its definition changed.
    pub restart: Option<bool>,
    /// What the language has no key for: libvirt's elements and attributes, nested as in its XML and under the names that
    /// NixVirt has for them, merged into the definition last. Attribute sets merge, lists are appended, `null` removes an
    /// attribute.
    pub extra: Option<Extra>,
}

/// The kind of a storage pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PoolType {
    /// A directory of the host.
    #[default]
    Dir,
}

/// Owner and mode of a pool's directory.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Permissions {
    /// The mode in octal. Default: `0711`.
    #[schemars(example = &"0711")]
    pub mode: Option<String>,
    /// The numeric user that owns it. Default: 0, root.
    pub owner: Option<u32>,
    /// The numeric group that owns it. Default: 0, root.
    pub group: Option<u32>,
}

/// A volume of a pool. It is created once; libvirt never resizes it when the spec changes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Volume {
    /// How much the guest sees: a whole number and a binary unit. Required unless `present` is `false`.
    #[schemars(example = &"60GiB")]
    pub size: Option<String>,
    /// The image format. Default: `qcow2`.
    pub format: Option<ImageFormat>,
    /// How much is set aside at creation. Default: nothing; the volume grows as it is written.
    #[schemars(example = &"1GiB")]
    pub allocation: Option<String>,
    /// The image that the volume grows on.
    pub backing: Option<Backing>,
    /// Whether the volume exists: `false` deletes it at activation. Default: `true`.
    pub present: Option<bool>,
}

/// The image that a volume grows on. It must not change while anything grows on it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Backing {
    /// A volume of the same pool. Give this or `path`.
    #[schemars(example = &"debian.qcow2")]
    pub volume: Option<String>,
    /// A file, absolute. Give this or `volume`.
    #[schemars(example = &"/var/lib/libvirt/images/debian.qcow2")]
    pub path: Option<String>,
    /// The image format. Default: that of `volume`; for a `path`, `qcow2`.
    pub format: Option<ImageFormat>,
}

/// The format of a disk image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    /// QEMU's own: grows as it is written, can be snapshotted, can grow on another image.
    #[default]
    Qcow2,
    /// The bytes of the disk, nothing else.
    Raw,
}
