//! Reads the backing file of a volume, and refuses it where the volume cannot be an overlay.

use crate::lab::storage::Pool;
use crate::lab::storage::backing::{Backing, Image};
use crate::lab::storage::volume::Volume;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Layers;
use crate::resolve::storage::volume_name;
use crate::resolve::text;
use crate::spec;
use crate::spec::key::key;
use crate::spec::pool::{ImageFormat, PoolType};

/// Reads the backing file of a volume: a volume of the pool, or a file.
pub(crate) fn resolve(
    layers: &Layers<'_, spec::pool::Backing>,
    pool: &Pool,
    format: ImageFormat,
    problems: &mut Problems,
) -> Option<Backing> {
    if layers.is_empty() {
        return None;
    }
    only_on_qcow2("backing", &layers.pointer(), pool.r#type, format, problems);
    let volume = layers.get(key!(volume));
    let path = layers.get(key!(path));
    let (at, image) = match (volume, path) {
        (Some(volume), None) => {
            volume_name::check_existing(volume, pool, problems);
            (volume.pointer(), Image::Volume(volume.value.clone()))
        }
        (None, Some(path)) => (path.pointer(), Image::File(text::file(path, problems)?)),
        (Some(_), Some(path)) => {
            problems.push(Problem::both(
                path.key_place(),
                "a backing image that is both a volume and a file",
                "not with `volume`",
            ));
            return None;
        }
        (None, None) => {
            problems.push(
                Problem::needs(
                    layers.key_place(),
                    "a backing image that is neither a volume nor a file",
                    "a `volume` or a `path`",
                )
                .help("add `\"volume\": …`, the name of a volume of the same pool, or `\"path\": …`"),
            );
            return None;
        }
    };
    let format = layers.get(key!(format));
    Some(Backing { at, image, format: format.map(|at| *at.value), format_at: format.map(|at| at.pointer()) })
}

/// Refuses a backing file of a volume that is not QCOW2. `key` at `at` names the backing file.
pub(crate) fn only_on_qcow2(key: &str, at: &Pointer, r#type: PoolType, format: ImageFormat, problems: &mut Problems) {
    if format != ImageFormat::Raw {
        return;
    }
    problems.push(if r#type.has_files() {
        Problem::only_for(Place::key(at), "a raw image with a backing file", "format `qcow2`")
            .help(format!("leave `{key}` out, or choose `qcow2`: raw images cannot have a backing file"))
    } else {
        let message = format!("a volume with a backing file in a pool of type `{}`", r#type.name());
        Problem::not_on_this_type(Place::key(at), message)
            .label("only if volumes are files")
            .help(format!("leave `{key}` out, or choose a pool of type `dir`, `fs` or `netfs`"))
    });
}

/// Makes the problem of an overlay that is smaller than its backing file.
pub(crate) fn smaller(volume: &Volume, on: &Volume) -> Option<Problem> {
    let (small, large) = (volume.present.as_ref()?, on.present.as_ref()?);
    let (small_at, large_at) = (small.size_at.as_ref()?, large.size_at.as_ref()?);
    (small.size < large.size).then(|| {
        Problem::new(
            Id::SmallerThanBacking,
            Place::value(small_at),
            format!("a volume of `{}` is backed by `{}`, which is larger", small.size, on.name),
        )
        .label(format!("less than `{}`", large.size))
        .related(Place::value(large_at), format!("the size of `{}`", on.name))
        .help(format!("write at least `{}`: otherwise the guest sees only the beginning of the image", large.size))
    })
}
