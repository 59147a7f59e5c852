//! Reads the `image` of a disk, which becomes the backing file of its volume: a file, or what the lab's flake provides.

use crate::lab::storage::backing::{Backing, Image};
use crate::problem::{Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::storage::backing;
use crate::resolve::text;
use crate::spec;
use crate::spec::key::key;
use crate::spec::pool::{ImageFormat, PoolType};

/// Reads the image that is the backing file of a disk's volume.
pub(crate) fn resolve(
    layers: &Layers<'_, spec::image::Image>,
    r#type: PoolType,
    format: ImageFormat,
    problems: &mut Problems,
) -> Option<Backing> {
    if layers.is_empty() {
        return None;
    }
    backing::only_on_qcow2("image", &layers.pointer(), r#type, format, problems);
    let path = layers.get(key!(path));
    let nix = layers.get(key!(nix));
    let (at, image) = match (path, nix) {
        (Some(path), None) => (path.pointer(), Image::File(text::file(path, problems)?)),
        (None, Some(nix)) => (nix.pointer(), Image::Nix(attributes(nix, problems)?)),
        (Some(path), Some(nix)) => {
            problems.push(
                Problem::both(nix.key_place(), "an image with both `path` and `nix`", "not with `path`")
                    .related(path.key_place(), "`path` is given here"),
            );
            return None;
        }
        (None, None) => {
            problems.push(
                Problem::needs(layers.key_place(), "an image with neither `path` nor `nix`", "a `path` or `nix`")
                    .help("add `\"path\": …`, a file of the host, or `\"nix\": …`, a name in the flake's `images`"),
            );
            return None;
        }
    };
    let format = layers.get(key!(format));
    Some(Backing { at, image, format: format.map(|at| *at.value), format_at: format.map(|at| at.pointer()) })
}

/// Reads a path of attributes. Each name must mean the same in Nix, in a file's path, and in the text of an error.
fn attributes(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_valid = |name: &str| {
        name.starts_with(is_start) && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    if !text::check_line(word.value, word.place(), problems) {
        return None;
    }
    if !word.value.split('.').all(is_valid) {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` is not an attribute path", word.value))
                .label("needs names separated by dots")
                .help(
                    "write it like `\"debian.trixie\"`: letters, digits, `_` and `-`, each name starting with a letter",
                ),
        );
        return None;
    }
    Some(word.value.clone())
}
