//! What the storage of a pool is, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// The source of a pool's storage ([libvirt](https://libvirt.org/formatstorage.html#source-elements)). The pool's
/// `type` determines which keys apply.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoolSource {
    /// The server of type `netfs`, the portal of type `iscsi`: a name or an address.
    #[schemars(example = &"storage.lab")]
    pub host: Option<String>,
    /// The TCP port of an iSCSI portal. Default: 3260 ([RFC 7143](https://www.rfc-editor.org/rfc/rfc7143)).
    #[schemars(range(min = 1), example = 3260)]
    pub port: Option<u16>,
    /// The monitors of the Ceph cluster of type `rbd`: each a name or an address, with a port if it is not Ceph's
    /// default (an IPv6 address then in brackets).
    #[schemars(example = &["ceph1.lab", "ceph2.lab:6789"])]
    pub monitors: Option<Vec<String>>,
    /// The directory that the server of type `netfs` exports: absolute for NFS, else the name of the share or volume.
    #[schemars(example = &"/export/images")]
    pub dir: Option<String>,
    /// For types `fs` and `disk`, the absolute path of the block device (for `disk` the kernel's name, because libvirt
    /// cannot delete partitions of a device that is given by a symbolic link); for type `iscsi`, the qualified name
    /// (IQN) of the target; for type `logical`, the physical volume of the group, optional.
    #[schemars(example = &"/dev/disk/by-id/ata-images")]
    pub device: Option<String>,
    /// The volume group of type `logical`, the Ceph pool of type `rbd`, the ZFS pool or dataset of type `zfs`.
    #[schemars(example = &"vg0")]
    pub name: Option<String>,
    /// The format. Type `fs`: `auto`, `ext2`, `ext3`, `ext4`, `xfs`, `vfat`, `udf`, `iso9660`, `ufs`, `gfs`, `gfs2`,
    /// `hfs+`, `ocfs2` or `vmfs`; `netfs`: `auto`, `nfs`, `cifs` or `glusterfs`; `disk`: `dos`, `gpt`, `dvh`, `mac`,
    /// `bsd`, `pc98` or `sun`; `logical`: `lvm2`. Default: `auto`; for type `disk` `dos`, for type `logical` `lvm2`.
    #[schemars(example = &"ext4")]
    pub format: Option<String>,
    /// The qualified name (IQN) with which the host logs in to an iSCSI target. Default: that of the host, `services.openiscsi.name`.
    #[schemars(example = &"iqn.2026-01.lab.host:images")]
    pub initiator: Option<String>,
    /// The NFS version. Default: the newest that both server and host support.
    #[schemars(example = &"4.2")]
    pub protocol_version: Option<String>,
    /// The host's credentials, for types `iscsi` (CHAP) and `rbd` (`CephX`). Default: none.
    pub auth: Option<PoolAuth>,
}

/// The host's credentials for its storage. The password is a libvirt secret that you define on the host (`virsh
/// secret-define`, `virsh secret-set-value`; [libvirt](https://libvirt.org/formatsecret.html)), because everybody can
/// read a spec and the Nix store.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoolAuth {
    /// The user name.
    #[schemars(required, example = &"libvirt")]
    pub username: Option<String>,
    /// The secret, by its UUID. Give this or `secretUsage`.
    #[schemars(example = &"2ec115d7-3a88-4ceb-bc12-0ac909a6fd87")]
    pub secret_uuid: Option<String>,
    /// The secret, by the `usage` that it was defined with. Give this or `secretUuid`.
    #[schemars(example = &"ceph-libvirt")]
    pub secret_usage: Option<String>,
}
