//! A storage pool with its volumes, and the paths that the host has for them.

pub mod backing;
pub mod pool_source;
pub mod pool_type;
pub mod volume;

use uuid::Uuid;

use crate::lab::path::plain;
use crate::lab::placed::{ExtraAt, Placed};
use crate::lab::storage::backing::{Backing, Image};
use crate::lab::storage::pool_source::Source;
use crate::lab::storage::volume::Volume;
use crate::place::Pointer;
use crate::spec::Active;
use crate::spec::pool::{ImageFormat, PoolType};

#[derive(Debug)]
pub struct Pool {
    pub name: String,
    pub at: Pointer,
    pub uuid: Placed<Uuid>,
    /// What kind of storage it is.
    pub r#type: PoolType,
    pub source: Source,
    /// The directory of its files or of its devices, where the type leaves it open.
    pub path: Option<String>,
    /// Owner and mode of the directory, where the spec says something.
    pub permissions: Option<Permissions>,
    /// Its volumes: those of the section, then those that disks declare.
    pub volumes: Vec<Volume>,
    /// The indexes of the volumes, each after its backing file.
    pub(crate) volume_order: Vec<usize>,
    /// Whether it is active.
    pub active: Active,
    /// Whether activation restarts it.
    pub restart: Option<bool>,
    /// What is merged into its definition.
    pub extra: Option<ExtraAt>,
}

/// The directory of the images of flakes, for those who have no Nix.
pub const IMAGES: &str = "/etc/lab2nix/images";

/// Owner and mode of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// The mode in octal, four digits.
    pub mode: String,
    /// The numeric user.
    pub owner: u32,
    /// The numeric group.
    pub group: u32,
}

impl Pool {
    /// The volumes, in the order in which they can be made.
    pub fn volumes_in_order(&self) -> impl Iterator<Item = &Volume> {
        self.volume_order.iter().map(|index| &self.volumes[*index])
    }

    /// The volume with this name.
    #[must_use]
    pub fn volume(&self, name: &str) -> Option<&Volume> {
        self.volumes.iter().find(|volume| volume.name == name)
    }

    /// The path of the volume with this name. An image of Ceph has none on the host: it goes by its pool's name there.
    #[must_use]
    pub fn volume_path(&self, name: &str) -> String {
        let group = self.source.name.as_deref().unwrap_or_default();
        match self.r#type {
            PoolType::Logical => format!("/dev/{group}/{name}"),
            PoolType::Zfs => format!("/dev/zvol/{group}/{name}"),
            PoolType::Rbd => format!("{group}/{name}"),
            PoolType::Dir | PoolType::Fs | PoolType::Netfs | PoolType::Disk | PoolType::Iscsi => {
                format!("{}/{name}", self.path.as_deref().unwrap_or_default().trim_end_matches('/'))
            }
        }
    }

    /// The directory of its files, where it is one, however its path is written.
    #[must_use]
    pub fn directory(&self) -> Option<String> {
        Some(plain(self.path.as_ref().filter(|_| self.r#type.has_files())?))
    }

    /// What the volume with this name is called where two of them have to differ: its [plain] path, and of what storage it is where
    /// paths say nothing of that.
    #[must_use]
    pub fn volume_place(&self, name: &str) -> String {
        match self.r#type {
            PoolType::Rbd | PoolType::Iscsi => {
                let (_, storage) = self.source.identity(self.r#type).unwrap_or_default();
                format!("{name} of {storage}")
            }
            PoolType::Dir | PoolType::Fs | PoolType::Netfs | PoolType::Logical | PoolType::Disk | PoolType::Zfs => {
                plain(&self.volume_path(name))
            }
        }
    }

    /// The path and format of the backing file of a volume in this pool. An image of a flake has the path that it has
    /// without Nix.
    #[must_use]
    pub fn backing_file(&self, backing: &Backing) -> (String, ImageFormat) {
        match &backing.image {
            Image::File(path) => (path.clone(), backing.format.unwrap_or_else(|| ImageFormat::of_file(path))),
            Image::Nix(name) => (format!("{IMAGES}/{name}"), backing.format.unwrap_or_default()),
            Image::Volume(name) => {
                let format = || self.volume(name).map_or_else(|| ImageFormat::of_file(name), |volume| volume.format);
                (self.volume_path(name), backing.format.unwrap_or_else(format))
            }
        }
    }
}
