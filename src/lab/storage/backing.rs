//! Images that volumes grow on: there has to be one, not larger than the volume, and it must not change.

use std::collections::{HashMap, HashSet};

use crate::lab::drive::Source;
use crate::lab::order::in_order;
use crate::lab::profile::Layers;
use crate::lab::storage::Pool;
use crate::lab::storage::volume::{Volume, other_format, unknown_volume};
use crate::lab::{Lab, text};
use crate::place::Pointer;
use crate::problem::{Id, Problem};
use crate::spec;
use crate::spec::pool::{ImageFormat, PoolType};

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

/// The image that a volume grows on: a volume of the pool or a file.
pub(in crate::lab) fn resolve(
    layers: &Layers<'_, spec::pool::Backing>,
    (r#type, format): (PoolType, ImageFormat),
    problems: &mut Vec<Problem>,
) -> Option<Backing> {
    if layers.is_empty() {
        return None;
    }
    if format == ImageFormat::Raw {
        problems.push(if r#type.has_files() {
            Problem::new(Id::ConflictingFields, layers.pointer().name(), "a raw image that grows on another")
                .label("only for format `qcow2`")
                .help("leave `backing` out, or choose `qcow2`: raw images hold nothing but their own bytes")
        } else {
            let message = format!("a volume of a pool of type `{}` that grows on an image", r#type.name());
            Problem::new(Id::NotOnThisType, layers.pointer().name(), message)
                .label("only where volumes are files")
                .help("leave `backing` out, or choose a pool of type `dir`, `fs` or `netfs`")
        });
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
pub(in crate::lab) fn settle(pool: &mut Pool, problems: &mut Vec<Problem>) {
    let known: HashMap<&str, usize> =
        pool.volumes.iter().enumerate().map(|(index, volume)| (volume.name.as_str(), index)).collect();
    let mut before: Vec<Vec<(usize, ())>> = Vec::with_capacity(pool.volumes.len());
    // Thousands of volumes may have one `backing` from one profile.
    let (mut told, mut small_sizes) = (HashSet::new(), HashSet::new());
    for volume in &pool.volumes {
        let grows_on = volume.present.as_ref().and_then(|present| present.backing.as_ref());
        let parent = match grows_on {
            Some(Backing { image: Image::Volume(name), at, format }) => {
                let parent = known.get(name.as_str()).copied();
                let found = parent.map(|parent| &pool.volumes[parent]).filter(|volume| volume.present.is_some());
                let small = found.and_then(|found| smaller(volume, found));
                problems.extend(small.filter(|small| small_sizes.insert((small.place.clone(), name))));
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

/// The problem of a volume that is smaller than the one it grows on.
fn smaller(volume: &Volume, on: &Volume) -> Option<Problem> {
    let (small, large) = (volume.present.as_ref()?, on.present.as_ref()?);
    let (small_at, large_at) = (small.size_at.as_ref()?, large.size_at.as_ref()?);
    (small.size < large.size).then(|| {
        Problem::new(
            Id::SmallerThanBacking,
            small_at.clone().value(),
            format!("a volume of `{}` grows on `{}`, which is larger", small.size, on.name),
        )
        .label(format!("less than `{}`", large.size))
        .related(large_at.clone().value(), format!("the size of `{}`", on.name))
        .help(format!("write at least `{}`: the guest would see the start of the image only", large.size))
    })
}

/// Warns of disks that write to what others grow on.
pub(in crate::lab) fn warn_of_changes(lab: &Lab, problems: &mut Vec<Problem>) {
    let mut grown_on: HashMap<String, (&str, Pointer)> = HashMap::new();
    for pool in lab.pools.iter().flatten() {
        for volume in &pool.volumes {
            let Some(backing) = volume.present.as_ref().and_then(|present| present.backing.as_ref()) else { continue };
            let (path, _) = pool.backing_file(backing);
            let at = backing.at.key(match backing.image {
                Image::Volume(_) => "volume",
                Image::File(_) => "path",
            });
            grown_on.entry(path).or_insert((&volume.name, at));
        }
    }
    for domain in lab.domains.iter().flatten() {
        for disk in domain.disks.iter().filter(|disk| !disk.readonly) {
            let (path, name, at) = match &disk.source {
                Source::Volume { pool, name, at } => (lab.pool(*pool).volume_place(name), name, at),
                Source::File(path) | Source::Block(path) => (path.clone(), path, &disk.at),
            };
            let Some((grown, on)) = grown_on.get(&path) else { continue };
            problems.push(
                Problem::new(
                    Id::BackingInUse,
                    at.clone().value(),
                    format!("a disk of domain `{}` is `{name}`, which others grow on", domain.name),
                )
                .label("the domain can write to it")
                .related(on.clone().value(), format!("`{grown}` grows on it"))
                .help("what grows on an image is damaged when it changes: let the disk grow on it too, by `backing`, or be `readonly`"),
            );
        }
    }
}
