//! Storage pools, resolved.

pub(super) mod allocation;
pub mod backing;
pub(super) mod grown;
pub(super) mod image;
pub mod pool_source;
pub(super) mod pool_type;
pub mod volume;
pub(super) mod volume_name;

use uuid::Uuid;

use crate::lab::identity::{Kind, Namespace};
use crate::lab::profile::Layers;
use crate::lab::{ExtraAt, Placed, text, word};
use crate::place::Pointer;
use crate::problem::{Id, Problem};
use crate::spec;
use crate::spec::Active;
use crate::spec::pool::{ImageFormat, PoolType};
use backing::{Backing, Image};
use pool_source::Source;
use volume::Volume;

/// A storage pool.
#[derive(Debug)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub at: Pointer,
    /// Its UUID.
    pub uuid: Placed<Uuid>,
    /// What kind of storage it is.
    pub r#type: PoolType,
    /// What its storage is.
    pub source: Source,
    /// The directory of its files or of its devices, where the type leaves it open.
    pub path: Option<String>,
    /// Owner and mode of the directory, where the spec says something.
    pub permissions: Option<Permissions>,
    /// Its volumes: those of the section, then those that disks declare; each after the one it grows on.
    pub volumes: Vec<Volume>,
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

    /// The directory of its files, where it is one, however many slashes its path is written with.
    #[must_use]
    pub fn directory(&self) -> Option<String> {
        let path = self.path.as_ref().filter(|_| self.r#type.has_files())?;
        let steps = path.split('/').filter(|step| !step.is_empty());
        Some(steps.fold(String::new(), |path, step| format!("{path}/{step}")))
    }

    /// What the volume with this name is called where two of them have to differ: its path, and of what storage it is where
    /// paths say nothing of that.
    #[must_use]
    pub fn volume_place(&self, name: &str) -> String {
        match self.r#type {
            PoolType::Rbd | PoolType::Iscsi => {
                let (_, storage) = self.source.identity(self.r#type).unwrap_or_default();
                format!("{name} of {storage}")
            }
            PoolType::Dir | PoolType::Fs | PoolType::Netfs | PoolType::Logical | PoolType::Disk | PoolType::Zfs => {
                self.volume_path(name)
            }
        }
    }

    /// The path and format of an image that a volume of this pool grows on; of one of a flake, where it is without Nix.
    #[must_use]
    pub fn backing_file(&self, backing: &Backing) -> (String, ImageFormat) {
        match &backing.image {
            Image::File(path) => (path.clone(), backing.format.unwrap_or_default()),
            Image::Nix(name) => (format!("{IMAGES}/{name}"), backing.format.unwrap_or_default()),
            Image::Volume(name) => {
                let format = self.volume(name).map(|volume| volume.format).unwrap_or_default();
                (self.volume_path(name), backing.format.unwrap_or(format))
            }
        }
    }
}

/// Resolves one pool with the volumes of its section; disks add theirs.
pub(super) fn resolve(name: &str, spec: &spec::Pool, namespace: Namespace, problems: &mut Vec<Problem>) -> Pool {
    let at = Pointer::root().key("pools").key(name);
    word::name(name, at.clone().name(), problems);
    let layers = Layers::one(at.clone(), spec);
    let id = word::id(&layers, |p| p.id.as_ref(), problems);
    let uuid = word::identity(&layers, |p| p.uuid.as_ref(), problems).unwrap_or_else(|| Placed {
        value: namespace.uuid(Kind::Pool, id.as_deref().unwrap_or(name)),
        place: at.clone().name(),
    });
    let r#type = spec.r#type.unwrap_or_default();
    let written_source = layers.object("source", |p| p.source.as_ref());
    let mut pool = Pool {
        name: name.to_owned(),
        uuid,
        r#type,
        source: pool_source::resolve((name, r#type), &written_source, &at.key("source"), problems),
        path: path(name, r#type, &layers, problems),
        permissions: permissions(r#type, &layers, problems),
        volumes: Vec::new(),
        active: spec.active.unwrap_or(Active::Running),
        restart: spec.restart,
        extra: spec.extra.clone().map(|value| ExtraAt { at: at.key("extra"), value }),
        at,
    };
    for (name, volume) in spec.volumes.iter().flatten() {
        let at = pool.at.key("volumes").key(name);
        if r#type == PoolType::Iscsi {
            problems.push(volume::undeclarable(&at.name()));
            continue;
        }
        volume_name::check(name, &pool, at.clone().name(), problems);
        pool.volumes.push(volume::written(name, at, volume, r#type, problems));
    }
    pool
}

/// The directory of the files or of the devices of a pool. libvirt has the others where it wants them.
fn path(name: &str, r#type: PoolType, layers: &Layers<'_, spec::Pool>, problems: &mut Vec<Problem>) -> Option<String> {
    let written = layers.get("path", |p| p.path.as_ref());
    match r#type {
        PoolType::Dir | PoolType::Fs | PoolType::Netfs => {
            if written.is_none() {
                let what = if r#type == PoolType::Dir { "its files are" } else { "it is mounted" };
                problems.push(
                    Problem::new(
                        Id::MissingField,
                        layers.pointer().key("path").name(),
                        format!("pool `{name}` does not say where {what}"),
                    )
                    .label("needs a `path`")
                    .help("add a directory of its own, such as `\"path\": \"/var/lib/libvirt/images/lab\"`"),
                );
            }
            text::directory(written?, problems)
        }
        PoolType::Disk | PoolType::Iscsi => match written {
            Some(word) => text::path(word, problems),
            None if r#type == PoolType::Disk => Some("/dev".to_owned()),
            None => Some("/dev/disk/by-path".to_owned()),
        },
        PoolType::Logical | PoolType::Rbd | PoolType::Zfs => {
            if let Some(word) = written {
                let of = if r#type == PoolType::Rbd {
                    "images of Ceph have no path on the host"
                } else {
                    "libvirt has its volumes in `/dev`, under the name of the `source`, whatever is written"
                };
                problems.push(
                    Problem::new(
                        Id::NotOnThisType,
                        word.pointer().name(),
                        format!("a pool of type `{}` has no `path`", r#type.name()),
                    )
                    .label(of)
                    .help("leave it out"),
                );
            }
            None
        }
    }
}

fn permissions(r#type: PoolType, layers: &Layers<'_, spec::Pool>, problems: &mut Vec<Problem>) -> Option<Permissions> {
    let written = layers.object("permissions", |p| p.permissions.as_ref());
    if written.is_empty() {
        return None;
    }
    if !r#type.has_files() {
        problems.push(
            Problem::new(
                Id::NotOnThisType,
                written.pointer().name(),
                format!("a pool of type `{}` has no `permissions`", r#type.name()),
            )
            .label("has no directory of its own")
            .help("leave it out"),
        );
        return None;
    }
    let mode = written.get("mode", |p| p.mode.as_ref());
    if let Some(word) = mode
        && !(matches!(word.value.len(), 3 | 4) && word.value.bytes().all(|b| (b'0'..=b'7').contains(&b)))
    {
        problems.push(
            Problem::new(Id::UnknownValue, word.place(), format!("`{}` is not a mode", word.value))
                .label("needs three or four octal digits")
                .help("write it like `\"0711\"`"),
        );
    }
    Some(Permissions {
        mode: mode.map_or_else(|| "0711".to_owned(), |word| format!("{:0>4}", word.value)),
        owner: written.value("owner", |p| p.owner.as_ref()).unwrap_or(0),
        group: written.value("group", |p| p.group.as_ref()).unwrap_or(0),
    })
}
