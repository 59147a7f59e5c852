//! What becomes of the disks of domains.

use std::collections::BTreeMap;

use super::Effects;
use crate::activation::definition::{Definition, DiskSource};
use crate::activation::outcome::Deed;
use crate::activation::world::{Object, World};
use crate::lab::identity::ObjectKind;
use crate::plan::consequence::Consequence;
use crate::plan::{Cause, Subject};

impl Effects<'_> {
    pub(super) fn disks(&mut self, domain: &Object, after: &Object, me: &Subject) {
        let paths = |definition: &Definition, world: &World| -> BTreeMap<String, String> {
            let disks = definition.facts.disks.iter().filter(|disk| disk.is_disk);
            disks.map(|disk| (disk.target.clone(), path_of(&disk.source, world))).collect()
        };
        // A volume whose pool has another path is reported with the pool.
        let source = |definition: &Definition, target: &str| {
            definition.facts.disks.iter().find(|disk| disk.target == target).map(|disk| disk.source.clone())
        };
        let (old, new) = (paths(&domain.definition, self.before.world), paths(&after.definition, &self.run.world));
        let made = |path: &str| self.run.events.iter().any(|event| event.deed == Deed::CreateVolume(path.to_owned()));
        // What lies below the disks of a domain that runs; of one that is off, only that there are snapshots is known.
        let is_below = |target: &str, path: &str| match &domain.running {
            Some(running) => {
                let disk = running.facts.disks.iter().find(|disk| disk.target == target);
                disk.is_some_and(|disk| disk.backing.iter().any(|source| path_of(source, self.before.world) == path))
            }
            None => !domain.snapshots.is_empty(),
        };
        let mut found = Vec::new();
        for (target, before) in &old {
            let is_same = source(&domain.definition, target) == source(&after.definition, target);
            if is_same || new.values().any(|path| path == before) {
                continue;
            }
            let stays = if self.is_deleted(before) { "is deleted" } else { "is kept" };
            let cause = || {
                vec![Cause {
                    text: format!("the spec has another disk as `{target}`"),
                    of: Some((after.kind, after.uuid(), Vec::new())),
                }]
            };
            match new.get(target) {
                None => found.push((
                    Consequence::DiskDetached,
                    format!("disk {target} is removed; {before} {stays}"),
                    Vec::new(),
                    None,
                )),
                Some(now) if !made(now) && is_below(target, now) => {
                    let what = format!(
                        "disk {target} is reverted from {before} to {now}: everything written since the snapshot is lost"
                    );
                    // Without its base, all of the chain would go into the image at its end.
                    let start = if domain.running.is_none() { "start it, and " } else { "" };
                    let instead = format!(
                        "{start}run `virsh blockcommit {} {target} --base {now} --active --pivot` first",
                        domain.name()
                    );
                    found.push((Consequence::DiskReverted, what, Vec::new(), Some(instead)));
                }
                Some(now) if made(now) => {
                    let what = format!("disk {target} becomes a new, empty volume, {now}; {before} {stays}");
                    let instead = self.instead_of_new(domain, source(&after.definition, target), before, now);
                    found.push((Consequence::DiskNew, what, cause(), Some(instead)));
                }
                Some(now) => {
                    let what = format!("disk {target} becomes {now}; {before} {stays}");
                    found.push((Consequence::DiskDetached, what, cause(), None));
                }
            }
        }
        for (consequence, what, causes, instead) in found {
            self.add(consequence, me.clone(), what, causes);
            if let Some(instead) = instead {
                self.instead(instead);
            }
        }
    }

    /// How to keep the disk that becomes a new volume.
    pub(super) fn instead_of_new(&self, domain: &Object, now: Option<DiskSource>, before: &str, path: &str) -> String {
        let Some(DiskSource::Volume { pool, name }) = now else { return format!("use {before} as before") };
        let format_of = |world: &World, pool: &str, name: &str| {
            let pool = world.named(ObjectKind::Pool, pool)?;
            pool.volumes.as_ref()?.get(name)?.format.clone()
        };
        let pools = self.before.world.objects.iter().filter(|object| object.kind == ObjectKind::Pool);
        let old = pools
            .flat_map(|pool| pool.volumes.iter().flatten())
            .find(|(_, volume)| volume.path.as_deref() == Some(before));
        let (old, new) = (old.and_then(|(_, volume)| volume.format.clone()), format_of(&self.run.world, &pool, &name));
        let bring = match new.filter(|new| old.as_ref().is_some_and(|old| old != new)) {
            Some(new) => format!("`qemu-img convert -O {new} {before} {path}`"),
            None => format!("`mv {before} {path}`"),
        };
        let name = domain.name();
        format!(
            "use the old volume as before; or first run `virsh shutdown {name}`, {bring} and `virsh pool-refresh {pool}`"
        )
    }
}

/// The path of a disk's source, as far as it is known.
pub(super) fn path_of(source: &DiskSource, world: &World) -> String {
    match source {
        DiskSource::Nothing => "nothing".to_owned(),
        DiskSource::File(path) | DiskSource::Other(path) => path.clone(),
        DiskSource::Volume { pool, name } => {
            let found = world.named(ObjectKind::Pool, pool);
            format!("{}/{name}", found.map_or(pool.as_str(), Object::target))
        }
    }
}
