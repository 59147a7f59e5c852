//! What the storage of a pool is, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// What the storage of a pool is ([libvirt](https://libvirt.org/formatstorage.html#source-elements)). Which keys there are
/// follows from the pool's `type`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoolSource {
    /// The server of type `netfs`, the portal of type `iscsi`: a name or an address.
    #[schemars(example = &"storage.lab")]
    pub host: Option<String>,
    /// The TCP port of an iSCSI portal. Default: 3260 ([RFC 7143](https://www.rfc-editor.org/rfc/rfc7143)).
    #[schemars(range(min = 1), example = 3260)]
    pub port: Option<u16>,
    /// The monitors of the Ceph cluster of type `rbd`, each a name or an address, with a port where it is not Ceph's own
    /// (an IPv6 address then in brackets).
    #[schemars(example = &["ceph1.lab", "ceph2.lab:6789"])]
    pub monitors: Option<Vec<String>>,
    /// The directory that the server of type `netfs` exports: absolute for NFS, else the name of the share or volume.
    #[schemars(example = &"/export/images")]
    pub dir: Option<String>,
    /// The block device of types `fs` and `disk`, absolute (of a `disk` by the kernel's name, as libvirt deletes no partition of
    /// one that is named by a link); of type `iscsi`, the qualified name of the target; of type `logical`, optional, the
    /// physical volume of the group.
    #[schemars(example = &"/dev/disk/by-id/ata-images")]
    pub device: Option<String>,
    /// The volume group of type `logical`, the pool of the Ceph cluster of type `rbd`, the ZFS pool or data set of type `zfs`.
    #[schemars(example = &"vg0")]
    pub name: Option<String>,
    /// What is on it. Type `fs`: `auto`, `ext2`, `ext3`, `ext4`, `xfs`, `vfat`, `udf`, `iso9660`, `ufs`, `gfs`, `gfs2`, `hfs+`,
    /// `ocfs2` or `vmfs`; `netfs`: `auto`, `nfs`, `cifs` or `glusterfs`; `disk`: `dos`, `gpt`, `dvh`, `mac`, `bsd`, `pc98` or
    /// `sun`; `logical`: `lvm2`. Default: `auto`; for a `disk` `dos`, for a `logical` pool `lvm2`.
    #[schemars(example = &"ext4")]
    pub format: Option<String>,
    /// The qualified name by which the host logs in to an iSCSI target. Default: that of `services.openiscsi.name`.
    #[schemars(example = &"iqn.2026-01.lab.host:images")]
    pub initiator: Option<String>,
    /// The version of NFS. Default: the newest that server and host both have.
    #[schemars(example = &"4.2")]
    pub protocol_version: Option<String>,
    /// Who the host is, for types `iscsi` (CHAP) and `rbd` (`CephX`). Default: nobody in particular.
    pub auth: Option<PoolAuth>,
}

/// Who the host is to its storage. The password is a secret of libvirt's (`virsh secret-define`, `virsh secret-set-value`;
/// [libvirt](https://libvirt.org/formatsecret.html)), which the host has: the Nix store, and a spec, can be read by all.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoolAuth {
    /// The name.
    #[schemars(required, example = &"libvirt")]
    pub username: Option<String>,
    /// The secret, by its UUID. Give this or `secretUsage`.
    #[schemars(example = &"2ec115d7-3a88-4ceb-bc12-0ac909a6fd87")]
    pub secret_uuid: Option<String>,
    /// The secret, by what it is for: the `usage` that it was defined with. Give this or `secretUuid`.
    #[schemars(example = &"ceph-libvirt")]
    pub secret_usage: Option<String>,
}
