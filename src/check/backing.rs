//! Compares the disks of domains with the backing files of volumes, which must not change.

use std::collections::HashMap;

use crate::lab::Lab;
use crate::lab::drive::Source;
use crate::lab::path::plain;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};

/// Warns of disks whose image is the backing file of a volume: a write to it breaks every overlay of it.
pub(crate) fn check(lab: &Lab, problems: &mut Problems) {
    let mut grown_on: HashMap<String, (&str, Pointer)> = HashMap::new();
    for pool in lab.pools.iter().flatten() {
        for volume in &pool.volumes {
            let Some(backing) = volume.present.as_ref().and_then(|present| present.backing.as_ref()) else { continue };
            let (path, _) = pool.backing_file(backing);
            grown_on.entry(plain(&path)).or_insert((&volume.name, backing.at.clone()));
        }
    }
    // The disk of a template is meant to be a backing file.
    for domain in lab.domains.iter().flatten().filter(|domain| !domain.is_template) {
        for disk in domain.disks.iter().filter(|disk| !disk.readonly) {
            let (path, name, at) = match &disk.source {
                Source::Volume { pool, name, at } => (lab.pool(*pool).volume_place(name), name, at),
                Source::HostVolume { name, .. } => (disk.source.place(&[]), name, &disk.at),
                Source::File(path) | Source::Block(path) => (plain(path), path, &disk.at),
            };
            let Some((grown, on)) = grown_on.get(&path) else { continue };
            problems.push(
                Problem::new(
                    Id::BackingInUse,
                    Place::value(at),
                    format!("a disk of domain `{}` is `{name}`, which backs other volumes", domain.name),
                )
                .label("the domain can write to it")
                .related(Place::value(on), format!("backs `{grown}`"))
                .help("a change of an image corrupts the overlays that it backs: give this domain its own overlay with `backing`, or make the disk `readonly`"),
            );
        }
    }
}
