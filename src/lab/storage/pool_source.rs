//! The storage that a pool is made of: server, directory, device, or a group of them by name.

use uuid::Uuid;

use crate::lab::path::plain;
use crate::spec::pool::PoolType;

/// What the storage of a pool is. What its type has no use for is empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The server, portal or monitors.
    pub hosts: Vec<Host>,
    /// The directory that a server exports.
    pub dir: Option<String>,
    /// The block device, or the qualified name of a target.
    pub device: Option<String>,
    /// The volume group, Ceph pool or ZFS pool.
    pub name: Option<String>,
    /// What is on it.
    pub format: Option<String>,
    /// The qualified name that the host has for a target.
    pub initiator: Option<String>,
    /// The version of NFS.
    pub protocol_version: Option<String>,
    /// Who the host is.
    pub auth: Option<Auth>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name or address.
    pub name: String,
    /// The port, where it is not the usual one.
    pub port: Option<u16>,
}

/// Who the host is to its storage.
#[derive(Debug, PartialEq, Eq)]
pub struct Auth {
    pub username: String,
    pub secret: Secret,
}

/// A secret of libvirt's.
#[derive(Debug, PartialEq, Eq)]
pub enum Secret {
    /// By its UUID.
    Uuid(Uuid),
    /// By what it is for.
    Usage(String),
}

impl Source {
    /// What two pools cannot both have, in words: the kind of thing and which.
    pub fn claims(&self, r#type: PoolType) -> impl Iterator<Item = (&'static str, String)> {
        // libvirt looks at devices of pools of all types.
        let of_group = self.device.as_ref().filter(|_| r#type == PoolType::Logical);
        self.identity(r#type).into_iter().chain(of_group.map(|device| ("device", plain(device))))
    }

    /// What it is, in words: the kind of thing and which.
    #[must_use]
    pub fn identity(&self, r#type: PoolType) -> Option<(&'static str, String)> {
        let hosts: Vec<String> = self.hosts.iter().map(|host| host.name.to_lowercase()).collect();
        let (what, parts) = match r#type {
            PoolType::Dir => return None,
            PoolType::Fs | PoolType::Disk => ("device", vec![plain(self.device.as_ref()?)]),
            PoolType::Netfs => ("directory", vec![format!("{}:{}", hosts.join(","), exported(self.dir.as_ref()?))]),
            PoolType::Logical => ("volume group", vec![self.name.clone()?]),
            PoolType::Iscsi => {
                // Two initiators may be shown two sets of units.
                ("target", [hosts.join(","), self.device.clone()?].into_iter().chain(self.initiator.clone()).collect())
            }
            PoolType::Rbd => ("pool of Ceph", vec![self.name.clone()?, hosts.join(",")]),
            PoolType::Zfs => ("ZFS pool", vec![self.name.clone()?]),
        };
        Some((what, parts.join(" ")))
    }
}

/// What a server exports, however it is written: a directory, or a share, which is no path.
fn exported(dir: &str) -> String {
    if dir.starts_with('/') { plain(dir) } else { dir.to_owned() }
}
