//! Compares what domains name with what the lab has: volumes of its pools, and bridges of its networks.

use std::collections::HashSet;

use crate::lab::Lab;
use crate::lab::drive::{Medium, Source};
use crate::lab::id::PoolId;
use crate::lab::interface::attachment::Attachment;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::storage::volume::undeclared;

/// Runs every check of what is named.
pub(crate) fn check(lab: &Lab, problems: &mut Problems) {
    volumes_exist(lab, problems);
    warn_of_unmanaged_bridges(lab, problems);
}

/// Reports each volume that a drive names and that shall not exist, or is probably another one. Others that the pool does not
/// declare exist already.
fn volumes_exist(lab: &Lab, problems: &mut Problems) {
    let pools = lab.pools.iter().flatten().enumerate();
    let known: HashSet<(PoolId, &str)> = pools
        .flat_map(|(index, pool)| pool.volumes.iter().map(move |volume| (PoolId(index), volume)))
        .filter(|(_, volume)| volume.present.is_some())
        .map(|(pool, volume)| (pool, volume.name.as_str()))
        .collect();
    for domain in lab.domains.iter().flatten() {
        let disks = domain.disks.iter().filter_map(|disk| match &disk.source {
            Source::Volume { pool, name, at } => Some((*pool, name, at)),
            Source::HostVolume { .. } | Source::File(_) | Source::Block(_) => None,
        });
        let cdroms = domain.cdroms.iter().filter_map(|cdrom| match &cdrom.medium {
            Medium::Volume { pool, name, at } => Some((*pool, name, at)),
            Medium::File(_) | Medium::HostVolume { .. } | Medium::DriverDisc | Medium::Empty => None,
        });
        for (pool, name, at) in disks.chain(cdroms) {
            // Thousands of domains may have one volume from one profile: one problem is enough.
            let is_reported =
                || [Id::UnknownVolume, Id::SimilarVolume].iter().any(|id| problems.has(*id, &Place::value(at)));
            if !known.contains(&(pool, name)) && !is_reported() {
                problems.extend(undeclared(name, lab.pool(pool), at, "file"));
            }
        }
    }
}

/// Warns of bridges that the lab knows nothing of, at each use, so that `allow` can tell them apart.
fn warn_of_unmanaged_bridges(lab: &Lab, problems: &mut Problems) {
    let bridges = lab.networks.iter().flatten().filter_map(|network| network.bridge.as_ref());
    let known: HashSet<&str> = bridges.chain(&lab.external.bridges).map(|bridge| bridge.value.as_str()).collect();
    let interfaces = lab.domains.iter().flatten().flat_map(|domain| &domain.interfaces);
    for interface in interfaces {
        if let Attachment::Bridge { name, place } = &interface.attachment
            && !known.contains(name.as_str())
        {
            problems.push(
                Problem::new(
                    Id::UnmanagedBridge,
                    place.clone(),
                    format!("no network of the lab uses the bridge `{name}`"),
                )
                .label("has to exist on the host")
                .help(format!("if the host has it, declare it: `\"external\": {{ \"bridges\": [\"{name}\"] }}`")),
            );
        }
    }
}
