//! Reads the volumes of a pool's section, and words the problems that volumes of disks have too.

use crate::lab::placed::ExtraAt;
use crate::lab::size::Size;
use crate::lab::storage::Pool;
use crate::lab::storage::backing::Backing;
use crate::lab::storage::volume::{Present, Volume};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
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
            .label("its volumes are not files")
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
    pool: &Pool,
    problems: &mut Problems,
) -> Volume {
    let r#type = pool.r#type;
    let layers = Layers::one(at.clone(), spec);
    let format = format(r#type, layers.get(key!(format)), problems);
    let extra = spec.extra.clone().map(|value| ExtraAt { at: at.key("extra"), value });
    if spec.present == Some(false) {
        let others = layers::present(written!(layers => size, backing, allocation, preallocation, extra));
        problems.extend(others.map(|(_, at)| {
            let message = format!("volume `{name}` is to be deleted");
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
    let backing = backing::resolve(&layers.object(key!(backing)), pool, format, problems);
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
        .label("its volumes are the target's LUNs")
        .help("leave it out; a disk names a LUN of the target: `\"volume\": \"unit:0:0:1\"`")
}

/// Makes the problem of a volume that is named with another format than its own.
pub(crate) fn other_format(written: ImageFormat, volume: &Volume, at: Pointer) -> Problem {
    let (written, format) = (written.name(), volume.format.name());
    let message = format!("the volume `{}` is declared as {format}, not {written}", volume.name);
    Problem::conflict(Place::value(at), message)
        .label(format!("not {written}"))
        .related(Place::value(&volume.at), "declared here")
        .help("leave `format` out: the volume's format is used")
}

/// Makes the problem of a volume that is named and that its pool does not declare, if it has one: without, it exists already.
/// `file` is the key that names a file instead.
pub(crate) fn undeclared(name: &str, pool: &Pool, at: &Pointer, file: &str) -> Option<Problem> {
    if let Some(deleted) = pool.volume(name).filter(|volume| volume.present.is_none()) {
        return Some(deleted_volume(deleted, pool, at));
    }
    // Only the target knows its units.
    let declared = pool.volumes.iter().filter(|_| pool.r#type != PoolType::Iscsi);
    let similar = declared.filter(|volume| volume.present.is_some()).find(|volume| are_similar(name, &volume.name))?;
    let help = if pool.r#type.has_files() {
        format!("if the pool has both, use the file: `\"{file}\": \"{}\"`", pool.volume_path(name))
    } else {
        "nothing to do if the pool has both".to_owned()
    };
    Some(
        Problem::new(
            Id::SimilarVolume,
            Place::value(at),
            format!("pool `{}` does not declare the volume `{name}`, but `{}`", pool.name, similar.name),
        )
        .label("has to exist in the pool")
        .related(Place::value(&similar.at), format!("`{}` is declared here", similar.name))
        .help(format!("did you mean `{}`? {help}", similar.name)),
    )
}

/// Makes the problem of a volume that is named and shall not exist.
pub(crate) fn deleted_volume(deleted: &Volume, pool: &Pool, at: &Pointer) -> Problem {
    let message = format!("the volume `{}` of pool `{}` is to be deleted", deleted.name, pool.name);
    Problem::new(Id::UnknownVolume, Place::value(at), message)
        .label("deleted at activation")
        .related(Place::value(deleted.at.key("present")), "`present` is `false` here")
        .help("remove it here, or keep the volume")
}

/// Whether one name is probably a slip for the other: the same but for one letter, the case of letters, zeros before a number
/// or the ending. Another number, or another letter at the end, is another volume.
fn are_similar(one: &str, other: &str) -> bool {
    const LEAST: usize = 3;
    let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase();
    let (one, other) = (stem(one), stem(other));
    if one.chars().count().abs_diff(other.chars().count()) > 1 || one.len().min(other.len()) < LEAST {
        return false;
    }
    let without_end = |name: &str| name.char_indices().next_back().map(|(end, _)| name[..end].to_owned());
    let differ_in_end = one != other && without_end(&one) == without_end(&other);
    numbers(&one) == numbers(&other) && !differ_in_end && strsim::osa_distance(&one, &other) <= 1
}

/// The numbers in a name, without the zeros before them.
fn numbers(name: &str) -> Vec<&str> {
    let digits = name.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    digits.map(|digits| digits.trim_start_matches('0')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn slips_are_told_from_other_volumes() {
        let check = |one: &str, other: &str, expected: bool| {
            assert_eq!(are_similar(one, other), expected, "{one}, {other}");
            assert_eq!(are_similar(other, one), expected, "{other}, {one}");
        };
        check("bsae.qcow2", "base.qcow2", true);
        check("base.img", "base.qcow2", true);
        check("Base.qcow2", "base.qcow2", true);
        check("legcy.qcow2", "legacy.qcow2", true);
        check("dc1.qcow2", "dc01.qcow2", true);
        check("dc02.qcow2", "dc01.qcow2", false);
        check("web-a.qcow2", "web-b.qcow2", false);
        check("web.qcow2", "web-data.qcow2", false);
        check("tools.iso", "base.qcow2", false);
        check("a", "b", false);
    }
}
