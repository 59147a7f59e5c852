//! What each type of storage pool is like.

use crate::spec::pool::PoolType;

impl PoolType {
    /// Whether its volumes are files in a directory, which can be images of any format.
    #[must_use]
    pub fn has_files(self) -> bool {
        match self {
            Self::Dir | Self::Fs | Self::Netfs => true,
            Self::Logical | Self::Disk | Self::Iscsi | Self::Rbd | Self::Zfs => false,
        }
    }

    /// What can be on its storage, in libvirt's words.
    pub(crate) fn formats(self) -> &'static [&'static str] {
        match self {
            Self::Fs => &[
                "auto", "ext2", "ext3", "ext4", "xfs", "vfat", "udf", "iso9660", "ufs", "gfs", "gfs2", "hfs+", "ocfs2",
                "vmfs",
            ],
            Self::Netfs => &["auto", "nfs", "cifs", "glusterfs"],
            Self::Disk => &["dos", "gpt", "dvh", "mac", "bsd", "pc98", "sun"],
            Self::Logical => &["lvm2"],
            Self::Dir | Self::Iscsi | Self::Rbd | Self::Zfs => &[],
        }
    }
}
