//! Reads the volumes of a pool's section, and words the problems that volumes of disks have too.

use crate::lab::placed::ExtraAt;
use crate::lab::size::Size;
use crate::lab::storage::Pool;
use crate::lab::storage::backing::Backing;
use crate::lab::storage::volume::{Present, Volume};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, did_you_mean};
use crate::resolve::layers::{At, Layers, Word, written};
use crate::resolve::storage::{allocation, backing};
use crate::resolve::{layers, parse};
use crate::spec;
use crate::spec::key::key;
use crate::spec::pool::{ImageFormat, PoolType, Preallocation};

/// Decides the format of a volume, one that a pool of this type can have.
pub(crate) fn format(r#type: PoolType, written: Option<At<'_, ImageFormat>>, problems: &mut Problems) -> ImageFormat {
    if r#type.has_files() {
        return written.map(|at| *at.value).unwrap_or_default();
    }
    if let Some(at) = written.filter(|at| *at.value != ImageFormat::Raw) {
        problems.push(
            Problem::not_on_this_type(
                at.place(),
                format!("a pool of type `{}` has no {} images", r#type.name(), at.value.name()),
            )
            .label("its volumes are no files")
            .help("leave `format` out: they are raw"),
        );
    }
    ImageFormat::Raw
}

/// Reads a volume of the section.
pub(crate) fn written(
    name: &str,
    at: Pointer,
    spec: &spec::pool::Volume,
    r#type: PoolType,
    problems: &mut Problems,
) -> Volume {
    let layers = Layers::one(at.clone(), spec);
    let format = format(r#type, layers.get(key!(format)), problems);
    let extra = spec.extra.clone().map(|value| ExtraAt { at: at.key("extra"), value });
    if spec.present == Some(false) {
        let others = layers::present(written!(layers => size, backing, allocation, preallocation, extra));
        problems.extend(others.map(|(_, at)| {
            let message = format!("volume `{name}` shall not exist");
            Problem::both(Place::key(at), message, "not with `\"present\": false`")
        }));
        return Volume { name: name.to_owned(), at, format, present: None, extra: None };
    }
    let Some(size) = layers.get(key!(size)) else {
        problems.push(
            Problem::needs(Place::key(at.key("size")), format!("volume `{name}` has no size"), "a `size`")
                .help("add `\"size\": \"60GiB\"`, or `\"present\": false` to delete the volume"),
        );
        let present = Present { size: Size::KIB, size_at: None, allocation: None, backing: None };
        return Volume { name: name.to_owned(), at, format, present: Some(present), extra };
    };
    let backing = backing::resolve(&layers.object(key!(backing)), r#type, format, problems);
    let present = present(
        r#type,
        format,
        written_size(size, problems),
        layers.get(key!(allocation)),
        layers.get(key!(preallocation)),
        backing,
        problems,
    );
    Volume { name: name.to_owned(), at, format, present: Some(present), extra }
}

/// Reads a size, with its place.
pub(crate) fn written_size(size: Word<'_>, problems: &mut Problems) -> Option<(Size, Option<Pointer>)> {
    parse::size(size, problems).map(|found| (found, Some(size.pointer())))
}

/// Returns a volume that exists. A size comes with its place, if it is written for this volume.
pub(crate) fn present(
    r#type: PoolType,
    format: ImageFormat,
    size: Option<(Size, Option<Pointer>)>,
    allocation: Option<Word<'_>>,
    preallocation: Option<At<'_, Preallocation>>,
    backing: Option<Backing>,
    problems: &mut Problems,
) -> Present {
    let (size, size_at) = size.map_or((None, None), |(size, at)| (Some(size), at));
    Present {
        // A refused size is replaced, so that references still find the volume.
        size: size.unwrap_or(Size::KIB),
        size_at,
        allocation: allocation::resolve(r#type, format, size, allocation, preallocation, problems),
        backing,
    }
}

/// Makes the problem of a volume that is declared in a pool where nobody can create one.
pub(crate) fn undeclarable(place: &Place) -> Problem {
    Problem::not_on_this_type(place.clone(), "a volume of an iSCSI pool is declared")
        .label("its target has the volumes that it has")
        .help("leave it out; a disk names a unit of the target: `\"volume\": \"unit:0:0:1\"`")
}

/// Makes the problem of a volume that is named with another format than its own.
pub(crate) fn other_format(written: ImageFormat, volume: &Volume, at: Pointer) -> Problem {
    let (written, format) = (written.name(), volume.format.name());
    let message = format!("the volume `{}` is declared as {format}, not {written}", volume.name);
    Problem::conflict(Place::value(at), message)
        .label(format!("not {written}"))
        .related(Place::value(&volume.at), "declared here")
        .help("leave `format` out: it is that of the volume")
}

/// Makes the problem of a volume that its pool does not have.
pub(crate) fn unknown_volume(name: &str, pool: &Pool, at: Pointer) -> Problem {
    let known = pool.volumes.iter().filter(|volume| volume.present.is_some()).map(|volume| volume.name.as_str());
    if let Some(deleted) = pool.volume(name).filter(|volume| volume.present.is_none()) {
        let message = format!("the volume `{name}` of pool `{}` is deleted", pool.name);
        return Problem::new(Id::UnknownVolume, Place::value(at), message)
            .label("shall not exist")
            .related(Place::value(deleted.at.key("present")), "`present` is `false` here")
            .help("leave its name out here, or let the volume exist");
    }
    Problem::new(Id::UnknownVolume, Place::value(at), format!("pool `{}` has no volume `{name}`", pool.name))
        .label("neither in the pool's `volumes` nor declared by a disk")
        .related(Place::key(&pool.at), "the pool")
        .help(did_you_mean(name, known))
}
