//! A disk of a domain and what backs it, and an optical drive and what is in it.

pub mod floppy;
pub mod io;

use crate::lab::domain::boot::Order;
use crate::lab::drive::io::Access;
use crate::lab::id::PoolId;
use crate::lab::path::plain;
use crate::lab::placed::{ExtraAt, Placed};
use crate::lab::storage::Pool;
use crate::place::Pointer;
use crate::spec::drive::{DiskBus, StartupPolicy};
use crate::spec::pool::ImageFormat;

#[derive(Debug)]
pub struct Disk {
    /// What layers merge by.
    pub name: String,
    pub at: Pointer,
    pub source: Source,
    /// The format of its image.
    pub format: ImageFormat,
    /// Where the format is written, if it is.
    pub(crate) format_at: Option<Pointer>,
    /// What it is attached to.
    pub bus: DiskBus,
    /// How it is read and written.
    pub access: Access,
    /// Whether the guest may only read it.
    pub readonly: bool,
    /// Whether several domains may have it.
    pub shareable: bool,
    /// Whether snapshots hold it.
    pub snapshot: bool,
    pub serial: Option<Placed<String>>,
    /// The World Wide Name.
    pub wwn: Option<Placed<String>>,
    /// The turns per minute, or 1 for none.
    pub rotation_rate: Option<u16>,
    /// When the firmware tries to boot from it.
    pub boot: Option<Order>,
    /// What is merged into its definition, the weakest first.
    pub extra: Vec<ExtraAt>,
}

#[derive(Debug, Clone)]
pub enum Source {
    /// A volume of a pool.
    Volume {
        pool: PoolId,
        name: String,
        /// Where the volume is named.
        at: Pointer,
    },
    /// A volume of a pool of libvirt's that the lab does not manage.
    HostVolume {
        pool: String,
        name: String,
    },
    File(String),
    Block(String),
}

impl Source {
    /// What identifies it: two disks must not have it in common.
    #[must_use]
    pub fn place(&self, pools: &[Pool]) -> String {
        match self {
            Self::Volume { pool, name, .. } => pools[pool.0].volume_place(name),
            Self::HostVolume { pool, name } => format!("{name} of pool {pool}"),
            Self::File(path) | Self::Block(path) => plain(path),
        }
    }
}

#[derive(Debug)]
pub struct Cdrom {
    pub at: Pointer,
    /// What is in it.
    pub medium: Medium,
    /// What it is attached to.
    pub bus: DiskBus,
    /// What becomes of a start without what is in it.
    pub startup_policy: Option<StartupPolicy>,
    /// When the firmware tries to boot from it.
    pub boot: Option<Order>,
    /// What is merged into its definition, the weakest first.
    pub extra: Vec<ExtraAt>,
}

/// What is in an optical drive.
#[derive(Debug)]
pub enum Medium {
    /// An ISO file.
    File(String),
    /// An ISO that is a volume.
    Volume {
        pool: PoolId,
        name: String,
        /// Where the volume is named.
        at: Pointer,
    },
    /// An ISO that is a volume of a pool of libvirt's that the lab does not manage.
    HostVolume {
        pool: String,
        name: String,
    },
    /// The virtio-win ISO.
    DriverDisc,
    Empty,
}
