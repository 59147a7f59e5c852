//! Storage pools and volumes, resolved.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::identity::{Kind, Namespace};
use super::order::in_order;
use super::profile::Layers;
use super::size::Size;
use super::{ExtraAt, Placed, text, word};
use crate::place::Pointer;
use crate::problem::{Id, Problem, did_you_mean};
use crate::spec;
use crate::spec::Active;
use crate::spec::pool::{ImageFormat, PoolType};

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
    /// Its directory.
    pub path: String,
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

/// A volume.
#[derive(Debug)]
pub struct Volume {
    /// Its name, which is its file name in the pool's directory.
    pub name: String,
    /// Where it is declared.
    pub at: Pointer,
    /// The image format.
    pub format: ImageFormat,
    /// What it is, or nothing for a volume that shall not exist.
    pub present: Option<Present>,
}

/// What a volume that exists is made of.
#[derive(Debug)]
pub struct Present {
    /// How much the guest sees.
    pub size: Size,
    /// How much is set aside at creation.
    pub allocation: Option<Size>,
    /// The image it grows on.
    pub backing: Option<Backing>,
}

/// The image that a volume grows on.
#[derive(Debug)]
pub struct Backing {
    /// Where it is written.
    pub at: Pointer,
    /// A volume of the same pool, or a file.
    pub image: Image,
    /// Its format, where the spec says it.
    pub format: Option<ImageFormat>,
}

/// An image that a volume grows on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Image {
    /// A volume of the same pool, by name.
    Volume(String),
    /// A file, by absolute path.
    File(String),
}

impl ImageFormat {
    /// libvirt's and QEMU's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Qcow2 => "qcow2",
            Self::Raw => "raw",
        }
    }
}

impl Pool {
    /// The volume with this name.
    #[must_use]
    pub fn volume(&self, name: &str) -> Option<&Volume> {
        self.volumes.iter().find(|volume| volume.name == name)
    }

    /// The path of the volume with this name.
    #[must_use]
    pub fn volume_path(&self, name: &str) -> String {
        format!("{}/{name}", self.path.trim_end_matches('/'))
    }

    /// The path and format of an image that a volume of this pool grows on.
    #[must_use]
    pub fn backing_file(&self, backing: &Backing) -> (String, ImageFormat) {
        match &backing.image {
            Image::File(path) => (path.clone(), backing.format.unwrap_or_default()),
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
    let mut pool = Pool {
        name: name.to_owned(),
        uuid,
        r#type: spec.r#type.unwrap_or_default(),
        // A missing path is the schema's to report.
        path: layers.get("path", |p| p.path.as_ref()).and_then(|word| text::path(word, problems)).unwrap_or_default(),
        permissions: permissions(&layers, problems),
        volumes: Vec::new(),
        active: spec.active.unwrap_or(Active::Running),
        restart: spec.restart,
        extra: spec.extra.clone().map(|value| ExtraAt { at: at.key("extra"), value }),
        at,
    };
    for (name, volume) in spec.volumes.iter().flatten() {
        let at = pool.at.key("volumes").key(name);
        word::name(name, at.clone().name(), problems);
        pool.volumes.push(written_volume(name, at, volume, problems));
    }
    pool
}

fn permissions(layers: &Layers<'_, spec::Pool>, problems: &mut Vec<Problem>) -> Option<Permissions> {
    let written = layers.object("permissions", |p| p.permissions.as_ref());
    if written.is_empty() {
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

fn written_volume(name: &str, at: Pointer, spec: &spec::pool::Volume, problems: &mut Vec<Problem>) -> Volume {
    let layers = Layers::one(at.clone(), spec);
    let format = spec.format.unwrap_or_default();
    if spec.present == Some(false) {
        for (key, _) in [
            ("size", spec.size.is_some()),
            ("backing", spec.backing.is_some()),
            ("allocation", spec.allocation.is_some()),
        ]
        .into_iter()
        .filter(|(_, written)| *written)
        {
            problems.push(
                Problem::new(Id::ConflictingFields, at.key(key).name(), format!("volume `{name}` shall not exist"))
                    .label("not with `\"present\": false`")
                    .help("leave one of the two out"),
            );
        }
        return Volume { name: name.to_owned(), at, format, present: None };
    }
    let Some(size) = layers.get("size", |v| v.size.as_ref()) else {
        problems.push(
            Problem::new(Id::MissingField, at.key("size").name(), format!("volume `{name}` has no size"))
                .label("needs a `size`")
                .help("add `\"size\": \"60GiB\"`, or `\"present\": false` to delete the volume"),
        );
        let present = Present { size: Size::KIB, allocation: None, backing: None };
        return Volume { name: name.to_owned(), at, format, present: Some(present) };
    };
    // A refused size counts as one, so that what names the volume still finds it.
    let size = word::size(size, problems).unwrap_or(Size::KIB);
    let allocation = layers.get("allocation", |v| v.allocation.as_ref()).and_then(|word| word::size(word, problems));
    let backing = backing(&layers.object("backing", |v| v.backing.as_ref()), format, problems);
    let present = Present { size, allocation, backing };
    Volume { name: name.to_owned(), at, format, present: Some(present) }
}

/// The image that a volume grows on: a volume of the pool or a file.
pub(super) fn backing(
    layers: &Layers<'_, spec::pool::Backing>,
    format: ImageFormat,
    problems: &mut Vec<Problem>,
) -> Option<Backing> {
    if layers.is_empty() {
        return None;
    }
    if format == ImageFormat::Raw {
        problems.push(
            Problem::new(Id::ConflictingFields, layers.pointer().name(), "a raw image that grows on another")
                .label("only for format `qcow2`")
                .help("leave `backing` out, or choose `qcow2`: raw images hold nothing but their own bytes"),
        );
    }
    let volume = layers.get("volume", |b| b.volume.as_ref());
    let path = layers.get("path", |b| b.path.as_ref());
    let image = match (volume, path) {
        (Some(volume), None) => Image::Volume(volume.value.clone()),
        (None, Some(path)) => Image::File(text::path(path, problems)?),
        (Some(_), Some(path)) => {
            problems.push(
                Problem::new(
                    Id::ConflictingFields,
                    path.pointer().name(),
                    "a backing image that is both a volume and a file",
                )
                .label("not with `volume`")
                .help("leave one of the two out"),
            );
            return None;
        }
        (None, None) => {
            problems.push(
                Problem::new(
                    Id::MissingField,
                    layers.pointer().name(),
                    "a backing image that is neither a volume nor a file",
                )
                .label("needs a `volume` or a `path`")
                .help("add `\"volume\": …`, the name of a volume of the same pool, or `\"path\": …`"),
            );
            return None;
        }
    };
    Some(Backing { at: layers.pointer(), image, format: layers.value("format", |b| b.format.as_ref()) })
}

/// Checks what the volumes of a pool grow on, and puts each after its own.
pub(super) fn settle_backing(pool: &mut Pool, problems: &mut Vec<Problem>) {
    let known: HashMap<&str, usize> =
        pool.volumes.iter().enumerate().map(|(index, volume)| (volume.name.as_str(), index)).collect();
    let mut before: Vec<Vec<(usize, ())>> = Vec::with_capacity(pool.volumes.len());
    // Thousands of volumes may have one `backing` from one profile.
    let mut told = HashSet::new();
    for volume in &pool.volumes {
        let grows_on = volume.present.as_ref().and_then(|present| present.backing.as_ref());
        let parent = match grows_on {
            Some(Backing { image: Image::Volume(name), at, format }) => {
                let parent = known.get(name.as_str()).copied();
                let found = parent.map(|parent| &pool.volumes[parent]).filter(|volume| volume.present.is_some());
                match (found, format) {
                    (None, _) if told.insert((name, at)) => {
                        problems.push(unknown_volume(name, pool, at.key("volume")));
                    }
                    (Some(found), Some(format)) if *format != found.format && told.insert((name, at)) => {
                        problems.push(other_format(*format, found, at.key("format")));
                    }
                    _ => {}
                }
                parent
            }
            Some(Backing { image: Image::File(_), .. }) | None => None,
        };
        before.push(parent.map(|parent| (parent, ())).into_iter().collect());
    }
    let order = in_order(&before, |circle| {
        // The volume that leads here may be outside the circle: the first one that is declared in it is told of.
        let Some(volume) = circle.iter().map(|(index, ())| *index).min().map(|first| &pool.volumes[first]) else {
            return;
        };
        problems.push(
            Problem::new(
                Id::BackingCycle,
                volume.at.key("backing").key("volume").value(),
                format!("volume `{}` grows on itself", volume.name),
            )
            .label("leads back to the volume")
            .help("one of the volumes in the circle has to start from nothing or from a file"),
        );
    });
    let mut volumes: Vec<Option<Volume>> = std::mem::take(&mut pool.volumes).into_iter().map(Some).collect();
    pool.volumes = order.into_iter().filter_map(|index| volumes[index].take()).collect();
}

/// The problem of a volume that is named with a format that is not its own.
pub(super) fn other_format(written: ImageFormat, volume: &Volume, at: Pointer) -> Problem {
    let (written, format) = (written.name(), volume.format.name());
    let message = format!("the volume `{}` is declared as {format}, not {written}", volume.name);
    Problem::new(Id::ConflictingFields, at.value(), message)
        .label(format!("not {written}"))
        .related(volume.at.clone().value(), "declared here")
        .help("leave `format` out: it is that of the volume")
}

/// The problem of a volume that its pool does not have.
pub(super) fn unknown_volume(name: &str, pool: &Pool, at: Pointer) -> Problem {
    let known = pool.volumes.iter().filter(|volume| volume.present.is_some()).map(|volume| volume.name.as_str());
    Problem::new(Id::UnknownVolume, at.value(), format!("pool `{}` has no volume `{name}`", pool.name))
        .label("neither in the pool's `volumes` nor declared by a disk")
        .related(pool.at.clone().name(), "the pool")
        .help(did_you_mean(name, known))
}
