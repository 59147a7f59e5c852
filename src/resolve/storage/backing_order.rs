//! Checks the backing files that are volumes of the lab (none is deleted, or larger than its overlay), and puts
//! volumes and pools in the order in which they can be created: backing files first.

use std::collections::{HashMap, HashSet};

use crate::lab::path::plain;
use crate::lab::storage::Pool;
use crate::lab::storage::backing::{Backing, Image};
use crate::lab::storage::volume::Volume;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::storage::backing::smaller;
use crate::resolve::storage::volume::{deleted_volume, other_format, undeclared};
use crate::resolve::topological::in_order;
use crate::spec::pool::ImageFormat;

/// A volume, by the index of its pool and its own index there.
type VolumeId = (usize, usize);

/// Backing volumes: each exists, is no larger than its overlay, and is created first. Sorts the volumes of each pool,
/// and returns the order of the pools, because `NixVirt` creates all volumes of one pool before those of the next.
pub(crate) fn put_in_order(pools: &mut [Pool], problems: &mut Problems) -> Vec<usize> {
    let parents = parents(pools, problems);
    for ((pool, volume), _, format) in &parents {
        let backing = pools[*pool].volumes[*volume].present.as_mut().and_then(|present| present.backing.as_mut());
        if let Some(backing) = backing.filter(|backing| matches!(backing.image, Image::File(_))) {
            backing.format = backing.format.or(Some(*format));
        }
    }
    let mut volumes_before: Vec<Vec<Vec<(usize, ())>>> =
        pools.iter().map(|pool| vec![Vec::new(); pool.volumes.len()]).collect();
    let mut pools_before: Vec<Vec<(usize, Pointer)>> = vec![Vec::new(); pools.len()];
    for ((pool, volume), (other, on), _) in parents {
        if pool == other {
            volumes_before[pool][volume].push((on, ()));
        } else if !pools_before[pool].iter().any(|(before, _)| *before == other) {
            let backing = pools[pool].volumes[volume].present.as_ref().and_then(|present| present.backing.as_ref());
            pools_before[pool].extend(backing.map(|backing| (other, backing.at.clone())));
        }
    }
    for (pool, before) in pools.iter_mut().zip(&volumes_before) {
        in_pool(pool, before, problems);
    }
    in_order(&pools_before, |circle| {
        let names: Vec<String> = circle.iter().map(|(pool, _)| format!("`{}`", pools[*pool].name)).collect();
        let Some((_, at)) = circle.last() else { return };
        problems.push(
            Problem::new(
                Id::BackingCycle,
                Place::value(at),
                format!("pools have volumes backed by each other in a cycle: {} on {}", names.join(" on "), names[0]),
            )
            .label("closes the cycle")
            .help("all volumes of a pool are created before those of the next: keep all backing volumes in one pool"),
        );
    })
}

/// Finds the overlays whose backing file is a volume of the lab, each with that volume and its format.
fn parents(pools: &[Pool], problems: &mut Problems) -> Vec<(VolumeId, VolumeId, ImageFormat)> {
    let (mut by_name, mut by_path) = (HashMap::new(), HashMap::new());
    let present = pools.iter().flat_map(|pool| &pool.volumes).filter_map(|volume| volume.present.as_ref());
    let mut backings = present.filter_map(|present| present.backing.as_ref());
    let has_files = backings.any(|backing| matches!(backing.image, Image::File(_)));
    for (index, pool) in pools.iter().enumerate() {
        for (at, volume) in pool.volumes.iter().enumerate() {
            by_name.insert((index, volume.name.as_str()), (index, at));
            if has_files && pool.r#type.has_files() {
                by_path.insert(plain(&pool.volume_path(&volume.name)), (index, at));
            }
        }
    }
    let mut parents = Vec::new();
    // Thousands of volumes may have one `backing` from one profile: one problem is enough.
    let mut reported = HashSet::new();
    for (index, pool) in pools.iter().enumerate() {
        for (at, volume) in pool.volumes.iter().enumerate() {
            let Some(backing) = volume.present.as_ref().and_then(|present| present.backing.as_ref()) else { continue };
            let found = match &backing.image {
                Image::Volume(name) => by_name.get(&(index, name.as_str())).copied(),
                Image::File(path) => by_path.get(&plain(path)).copied(),
                Image::Nix(_) => None,
            };
            let on = found.map(|(pool, volume)| (&pools[pool], &pools[pool].volumes[volume]));
            if on.is_some_and(|(_, on)| on.present.is_some()) {
                problems.extend(on.and_then(|(_, on)| smaller(volume, on)));
            }
            // A valid one needs no problem, and thousands of suggestions take long.
            let is_valid = match (on, &backing.image) {
                (Some((_, on)), _) => on.present.is_some() && backing.format.is_none_or(|format| format == on.format),
                (None, Image::Volume(_)) => false,
                (None, Image::File(_) | Image::Nix(_)) => true,
            };
            if !is_valid && reported.insert((index, &backing.at, on.map(|(_, on)| &on.name))) {
                problems.extend(on_volume(backing, pool, on));
            }
            parents.extend(found.zip(on).map(|(found, (_, on))| ((index, at), found, on.format)));
        }
    }
    parents
}

/// Makes the problem of a backing file that is a volume of the lab, or should be one.
fn on_volume(backing: &Backing, pool: &Pool, on: Option<(&Pool, &Volume)>) -> Option<Problem> {
    match (on, &backing.image) {
        (Some((of, on)), _) if on.present.is_none() => Some(deleted_volume(on, of, &backing.at)),
        (Some((_, on)), _) => {
            let at = backing.format_at.clone()?;
            backing.format.filter(|format| *format != on.format).map(|format| other_format(format, on, at))
        }
        (None, Image::Volume(name)) => undeclared(name, pool, &backing.at, "path"),
        (None, Image::File(_) | Image::Nix(_)) => None,
    }
}

/// Puts the volumes of a pool into order, each after its backing file.
fn in_pool(pool: &mut Pool, before: &[Vec<(usize, ())>], problems: &mut Problems) {
    let order = in_order(before, |circle| {
        // The volume that leads here may be outside the circle: the first one that is declared in it is reported.
        let Some(volume) = circle.iter().map(|(index, ())| *index).min().map(|first| &pool.volumes[first]) else {
            return;
        };
        let backing = volume.present.as_ref().and_then(|present| present.backing.as_ref());
        let at = backing.map_or_else(|| volume.at.clone(), |backing| backing.at.clone());
        problems.push(
            Problem::new(Id::BackingCycle, Place::value(at), format!("volume `{}` is backed by itself", volume.name))
                .label("leads back to this volume")
                .help("one of the volumes in the cycle has to be empty, or backed by a file"),
        );
    });
    pool.volume_order = order;
}
