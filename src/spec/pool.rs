//! Storage pools and their volumes as written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;
use super::pool_source::PoolSource;
use super::{Active, Extra};

/// A storage pool ([libvirt](https://libvirt.org/storage.html)): a directory of disk images, or storage of another `type`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pool {
    /// A file with a definition in libvirt's XML (`virsh pool-dumpxml --inactive`), from the directory of the file that says this: the
    /// pool is what it says, and the entry's other keys change only what they say. It has a `name` that is the entry's. Default: none.
    #[schemars(example = &"imported/pools/default.xml")]
    pub base: Option<String>,
    /// What kind of storage it is. Default: `dir`.
    pub r#type: Option<PoolType>,
    /// The directory, absolute, where the pool's files are; required for types `dir`, `fs` and `netfs`. The generated
    /// module makes it if it is missing, so it has no quotes, no `\`, `%` and `..`. Of type `disk` and `iscsi`, the directory whose names of devices the volumes go by.
    /// Default: `/dev` for `disk`, `/dev/disk/by-path` for `iscsi`. The other types take none: libvirt has theirs in
    /// `/dev/<volume group>` or `/dev/zvol/<pool>`, and images of Ceph are in none.
    #[schemars(example = &"/var/lib/libvirt/images/lab")]
    pub path: Option<String>,
    /// What the storage is, for all types but `dir`.
    pub source: Option<PoolSource>,
    /// Owner and mode of the directory, for types `dir`, `fs` and `netfs`. Default: root's, 0711, as libvirt makes its own
    /// image directory.
    pub permissions: Option<Permissions>,
    /// Volumes that no disk declares, by name. A volume is created empty, or on its `backing`; a downloaded image is a
    /// file, which volumes grow on with `"backing": { "path": … }`. Names in a pool of type `disk` are those of partitions,
    /// in the order in which they are created: `sdb1`, `sdb2`. A pool of type `iscsi` has the volumes of its target, and
    /// none can be declared.
    pub volumes: Option<IndexMap<String, Volume>>,
    /// The UUID. Default: one made from the lab's name and the pool's `id`.
    #[schemars(example = &"31c47f9a-9ee8-4fd2-9f83-25733e81b978")]
    pub uuid: Option<String>,
    /// What the identity is made from instead of the name: the old name, after a rename. Default: the name.
    #[schemars(example = &"old-name")]
    pub id: Option<String>,
    /// Whether the pool is active. Default: `true`.
    #[serde(default, deserialize_with = "super::present")]
    pub active: Option<Active>,
    /// Whether activation restarts the pool: `true` always, `false` never. Default: when its definition changed.
    pub restart: Option<bool>,
    /// What the language has no key for: libvirt's elements and attributes, nested as in its XML and under the names that
    /// NixVirt has for them, merged into the definition last. Attribute sets merge, also into the only one of
    /// what there can be several of, or into each at its position, counted from 0 (`{ "1": { … } }`); lists are appended, `null`
    /// removes an attribute.
    pub extra: Option<Extra>,
}

/// The kind of a storage pool. Volumes of `dir`, `fs` and `netfs` are files, QCOW2 or raw; those of the others are raw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PoolType {
    /// A directory of the host: its `path`.
    #[default]
    Dir,
    /// A file system on a block device, `source.device`, which libvirt mounts on `path` when the pool starts. The host makes
    /// the file system.
    Fs,
    /// A directory of a file server, `source.dir` of `source.host`, which libvirt mounts on `path` when the pool starts.
    /// The generated module gives the host the tools for NFS, CIFS (as a guest of the server) or `GlusterFS`.
    Netfs,
    /// An LVM volume group, `source.name`; a volume is a logical volume. The host makes the group
    /// (`pvcreate`, `vgcreate`).
    Logical,
    /// A disk with a partition table, `source.device`; a volume is a partition, so that disks on it say their `volume`. The
    /// host makes the table (`parted mklabel`), of the kind that `source.format` says.
    Disk,
    /// An iSCSI target, `source.device` of `source.host`; its units are the volumes, which a disk names by its `volume`, such
    /// as `unit:0:0:1`. The host needs `services.openiscsi` with a `name`; the generated module brings a libvirt that is
    /// built with iSCSI.
    Iscsi,
    /// A pool of a Ceph cluster, `source.name` of `source.monitors`; a volume is an RBD image. QEMU reaches it by itself; the
    /// generated module brings a libvirt and a QEMU that are built with Ceph.
    Rbd,
    /// A ZFS pool or a data set in one, `source.name`; a volume is a ZFS volume. The host has ZFS
    /// (`boot.supportedFilesystems.zfs`) and makes the pool.
    Zfs,
}

/// Owner and mode of a pool's directory.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Permissions {
    /// The mode in octal, three digits, or a 0 and three. Default: `0711`.
    #[schemars(example = &"0711")]
    pub mode: Option<String>,
    /// The numeric user that owns it. Default: 0, root.
    #[schemars(example = 107)]
    pub owner: Option<u32>,
    /// The numeric group that owns it. Default: 0, root.
    #[schemars(example = 107)]
    pub group: Option<u32>,
}

/// A volume of a pool. It is created once; libvirt never resizes it when the spec changes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Volume {
    /// How much the guest sees: a whole number and a binary unit. Required unless `present` is `false`.
    #[schemars(example = &"60GiB")]
    pub size: Option<String>,
    /// The image format. Default: `qcow2`; `raw` where the volumes of the pool are no files.
    pub format: Option<ImageFormat>,
    /// How much of a raw volume is set aside at creation, at most its `size`. Default: nothing; the volume grows as it is
    /// written. In a pool of type `logical` all of it: with less, LVM makes a sparse volume, which is lost when it has
    /// outgrown what was set aside.
    #[schemars(example = &"1GiB")]
    pub allocation: Option<String>,
    /// Whether all of a raw volume is set aside at creation, instead of an `allocation`. Default: `none` in files, RBD and
    /// ZFS; `full` in pools of type `logical` and `disk`.
    pub preallocation: Option<Preallocation>,
    /// The image that the volume grows on.
    pub backing: Option<Backing>,
    /// Whether the volume exists: `false` deletes it at activation. Default: `true`.
    pub present: Option<bool>,
    /// What the language has no key for: libvirt's elements and attributes of a volume
    /// ([libvirt](https://libvirt.org/formatstorage.html#storage-volume-xml)), such as `target.compat`, `target.clusterSize`
    /// and `target.nocow`, under the names that NixVirt has for them, merged into the definition last.
    pub extra: Option<Extra>,
}

/// What is set aside for a volume when it is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Preallocation {
    /// Nothing: the volume grows as it is written, and the pool may be full before it is. Not in pools of type `logical` and
    /// `disk`.
    None,
    /// All of it, so that a write never lacks room. For raw volumes; not in pools of type `rbd`.
    Full,
}

/// The image that a volume grows on. It must not change while anything grows on it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Backing {
    /// A volume of the same pool: one that the pool declares, or that exists in it already. Give this or `path`.
    #[schemars(example = &"debian.qcow2")]
    pub volume: Option<String>,
    /// A file, absolute. Give this or `volume`.
    #[schemars(example = &"/var/lib/libvirt/images/debian.qcow2")]
    pub path: Option<String>,
    /// The image format. Default: that of the `volume`, where the pool declares it; of what exists, `raw` for a name that ends
    /// with `.raw`, else `qcow2`.
    pub format: Option<ImageFormat>,
}

/// The format of a disk image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    /// QEMU's own: grows as it is written, can be snapshotted, can grow on another image.
    #[default]
    Qcow2,
    /// The bytes of the disk, nothing else.
    Raw,
}

impl ImageFormat {
    /// The format of an image that exists, where nobody says it: what the ending of its name promises, else `qcow2`.
    #[must_use]
    pub fn of_file(name: &str) -> Self {
        if name.to_lowercase().ends_with(".raw") { Self::Raw } else { Self::Qcow2 }
    }
}

words!(PoolType, ImageFormat);
