//! Compares the names of the flake's images: a name is either an image or a set of images.

use indexmap::IndexMap;

use crate::lab::Lab;
use crate::lab::storage::backing::{Backing, Image};
use crate::place::{Place, Pointer};
use crate::problem::{Problem, Problems};

/// Reports images inside other images: a name leads either to an image or into a set of images.
pub(crate) fn check(lab: &Lab, problems: &mut Problems) {
    let mut named: IndexMap<&str, &Pointer> = IndexMap::new();
    for volume in lab.pools.iter().flatten().flat_map(|pool| &pool.volumes) {
        let backing = volume.present.as_ref().and_then(|present| present.backing.as_ref());
        if let Some(Backing { at, image: Image::Nix(name), .. }) = backing {
            named.entry(name).or_insert(at);
        }
    }
    for (name, at) in &named {
        let mut above = name.rmatch_indices('.').map(|(end, _)| &name[..end]);
        let Some((set, set_at)) = above.find_map(|above| named.get_key_value(above)) else { continue };
        problems.push(
            Problem::conflict(
                Place::value(*at),
                format!("the image `{name}` is inside `{set}`, which is also an image"),
            )
            .label("inside an image")
            .related(Place::value(*set_at), format!("the image `{set}`"))
            .help("give one of them another name in the flake's `images`"),
        );
    }
}
