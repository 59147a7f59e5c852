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
    /// A file with a pool definition in libvirt's XML (`virsh pool-dumpxml --inactive`), relative to the directory of
    /// this file. The pool is exactly as the definition has it; the entry's other keys change only what they set. The
    /// `name` in the definition has to be the entry's. Default: none.
    #[schemars(example = &"imported/pools/default.xml")]
    pub base: Option<String>,
    /// The kind of storage. Default: `dir`.
    pub r#type: Option<PoolType>,
    /// The absolute path of the directory of the pool's files. Required for types `dir`, `fs` and `netfs`: the
    /// generated module creates it if it is missing, so it has no quotes, `\`, `%` and `..`. For types `disk` and
    /// `iscsi`, the directory whose device names the volumes have. Default: `/dev` for `disk`, `/dev/disk/by-path` for
    /// `iscsi`. Not for the other types: libvirt uses `/dev/<volume group>` or `/dev/zvol/<pool>`, and Ceph images have
    /// no path.
    #[schemars(example = &"/var/lib/libvirt/images/lab")]
    pub path: Option<String>,
    /// The source of the storage, for all types except `dir`.
    pub source: Option<PoolSource>,
    /// Owner and mode of the directory, for types `dir`, `fs` and `netfs`. Default: root and 0711, as for libvirt's own
    /// image directory.
    pub permissions: Option<Permissions>,
    /// Volumes that no disk declares, by name. A volume is created empty, or as an overlay of its `backing`; to back
    /// volumes with a downloaded image file, use `"backing": { "path": … }`. In a pool of type `disk` the names are
    /// those of partitions, in the order of creation: `sdb1`, `sdb2`. The volumes of a pool of type `iscsi` are the
    /// LUNs of its target, and none can be declared.
    pub volumes: Option<IndexMap<String, Volume>>,
    /// The UUID. Default: one derived from the lab's name and the pool's `id`.
    #[schemars(example = &"31c47f9a-9ee8-4fd2-9f83-25733e81b978")]
    pub uuid: Option<String>,
    /// The name that the identity is derived from: after a rename, the old name. Default: the name.
    #[schemars(example = &"old-name")]
    pub id: Option<String>,
    /// Whether the pool is active. Default: `true`.
    #[serde(default, deserialize_with = "super::present")]
    pub active: Option<Active>,
    /// Whether activation restarts the pool: `true` always, `false` never. Default: when its definition changed.
    pub restart: Option<bool>,
    /// Anything that has no key of its own: libvirt's elements and attributes, nested as in its XML, under NixVirt's
    /// names for them. It is merged into the definition last. Attribute sets merge, lists are appended, `null` removes
    /// an attribute. Of elements that can occur several times, an attribute set merges into the only one, and `{ "1": {
    /// … } }` into the one at that position, counted from 0.
    pub extra: Option<Extra>,
}

/// The type of a storage pool. Volumes of `dir`, `fs` and `netfs` are files, QCOW2 or raw; those of the other types are
/// raw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PoolType {
    /// A directory of the host: its `path`.
    #[default]
    Dir,
    /// A file system on a block device, `source.device`, which libvirt mounts on `path` when the pool starts. You
    /// create the file system.
    Fs,
    /// A directory of a file server, `source.dir` of `source.host`, which libvirt mounts on `path` when the pool
    /// starts. The generated module installs the host's tools for NFS, CIFS (as the server's guest user) or
    /// `GlusterFS`.
    Netfs,
    /// An LVM volume group, `source.name`; a volume is a logical volume. You create the group (`pvcreate`, `vgcreate`).
    Logical,
    /// A disk with a partition table, `source.device`; a volume is a partition, so disks on it have to name their
    /// `volume`. You create the partition table (`parted mklabel`), of the kind in `source.format`.
    Disk,
    /// An iSCSI target, `source.device` of `source.host`. Its LUNs are the volumes, which a disk names as `volume`,
    /// such as `unit:0:0:1`. The host needs `services.openiscsi` with a `name`; the generated module selects a libvirt
    /// that is built with iSCSI.
    Iscsi,
    /// A pool of a Ceph cluster, `source.name` of `source.monitors`; a volume is an RBD image. QEMU connects to the
    /// cluster itself; the generated module selects a libvirt and a QEMU that are built with Ceph.
    Rbd,
    /// A ZFS pool or a dataset in one, `source.name`; a volume is a zvol. The host needs ZFS
    /// (`boot.supportedFilesystems.zfs`), and you create the pool.
    Zfs,
}

/// Owner and mode of a pool's directory.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Permissions {
    /// The mode in octal: three digits, with or without a leading 0. Default: `0711`.
    #[schemars(example = &"0711")]
    pub mode: Option<String>,
    /// The user ID of the owner. Default: 0, root.
    #[schemars(example = 107)]
    pub owner: Option<u32>,
    /// The group ID of the owner. Default: 0, root.
    #[schemars(example = 107)]
    pub group: Option<u32>,
}

/// A volume of a pool. It is created once; libvirt never resizes it when the spec changes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Volume {
    /// The size that the guest sees: a whole number and a binary unit. Required unless `present` is `false`.
    #[schemars(example = &"60GiB")]
    pub size: Option<String>,
    /// The image format. Default: `qcow2`; `raw` if the volumes of the pool are not files.
    pub format: Option<ImageFormat>,
    /// How much of a raw volume is allocated at creation, at most its `size`. Default: nothing; space is allocated as
    /// the guest writes. In a pool of type `logical` all of it: with less, LVM creates a sparse volume, which is lost
    /// when it exceeds its allocation.
    #[schemars(example = &"1GiB")]
    pub allocation: Option<String>,
    /// Whether a raw volume is fully allocated at creation, instead of an `allocation`. Default: `none` for files, RBD
    /// and ZFS; `full` in pools of type `logical` and `disk`.
    pub preallocation: Option<Preallocation>,
    /// The backing file of the volume, which is then an overlay. Default: none.
    pub backing: Option<Backing>,
    /// Whether the volume exists: `false` deletes it at activation. Default: `true`.
    pub present: Option<bool>,
    /// Anything that has no key of its own: libvirt's elements and attributes of a volume
    /// ([libvirt](https://libvirt.org/formatstorage.html#storage-volume-xml)), such as `target.compat`,
    /// `target.clusterSize` and `target.nocow`, under NixVirt's names for them. It is merged into the definition last.
    pub extra: Option<Extra>,
}

/// What is allocated for a volume when it is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Preallocation {
    /// Nothing: space is allocated as the guest writes, and the pool can run out of space first. Not in pools of type
    /// `logical` and `disk`.
    None,
    /// All of it, so that writes never fail for lack of space. For raw volumes; not in pools of type `rbd`.
    Full,
}

/// The backing file of a volume. It must not change while any volume is backed by it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Backing {
    /// A volume of the same pool: one that the pool declares, or one that already exists in it. Give this or `path`.
    #[schemars(example = &"debian.qcow2")]
    pub volume: Option<String>,
    /// The absolute path of a file. Give this or `volume`.
    #[schemars(example = &"/var/lib/libvirt/images/debian.qcow2")]
    pub path: Option<String>,
    /// The image format. Default: that of the `volume` if the pool declares it; else `raw` for a name that ends in
    /// `.raw`, and `qcow2` for others.
    pub format: Option<ImageFormat>,
}

/// The format of a disk image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    /// QEMU's own format: allocates space as the guest writes, and supports snapshots and backing files.
    #[default]
    Qcow2,
    /// The plain bytes of the disk.
    Raw,
}

impl ImageFormat {
    /// The format of an existing image for which none is given: as the ending of its name says, else `qcow2`.
    #[must_use]
    pub fn of_file(name: &str) -> Self {
        if name.to_lowercase().ends_with(".raw") { Self::Raw } else { Self::Qcow2 }
    }
}

words!(PoolType, ImageFormat);
