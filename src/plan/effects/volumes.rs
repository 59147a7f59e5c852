//! What happens to volumes.

use std::collections::{BTreeMap, BTreeSet};

use super::Effects;
use super::disks::path_of;
use crate::activation::outcome::Deed;
use crate::lab::identity::ObjectKind;
use crate::lab::size;
use crate::plan::capacity::resize_command;
use crate::plan::consequence::Consequence;
use crate::plan::{Cause, Subject};

impl Effects<'_> {
    pub(super) fn volumes(&mut self) {
        let mut users: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for domain in self.before.world.objects.iter().filter(|object| object.kind == ObjectKind::Domain) {
            for disk in &domain.definition.facts.disks {
                users.entry(path_of(&disk.source, self.before.world)).or_default().push(domain.name());
            }
            // libvirt knows the backing files of a domain while it runs.
            for disk in domain.running.iter().flat_map(|running| &running.facts.disks) {
                for below in &disk.backing {
                    users.entry(path_of(below, self.before.world)).or_default().push(domain.name());
                }
            }
        }
        for event in &self.run.events {
            let of = Some((event.kind, event.uuid, Vec::new()));
            match &event.deed {
                Deed::CreateVolume(path) => {
                    let me = Subject { kind: "volume", name: path.clone() };
                    self.add(Consequence::Created, me, "created", Vec::new());
                }
                Deed::DeleteVolume(path) => {
                    let me = Subject { kind: "volume", name: path.clone() };
                    let what = match users.get(path) {
                        Some(users) => {
                            let users: BTreeSet<&str> = users.iter().copied().collect();
                            format!(
                                "deleted, although it is a disk of {}",
                                users.into_iter().collect::<Vec<_>>().join(", ")
                            )
                        }
                        None => "deleted".to_owned(),
                    };
                    let cause = Cause { text: format!("`present` is false in pool `{}`", event.name), of };
                    self.add(Consequence::VolumeDeleted, me, what, vec![cause]);
                }
                Deed::Define
                | Deed::Undefine
                | Deed::Start
                | Deed::Stop(_)
                | Deed::ShutDown(_)
                | Deed::Tell
                | Deed::Restart => {}
            }
        }
        self.unlike_volumes();
    }

    /// Volumes that are there and are otherwise in the spec.
    pub(super) fn unlike_volumes(&mut self) {
        for item in self.settings.pools.iter().flatten() {
            let Some(pool) = self.before.world.object(ObjectKind::Pool, item.definition.uuid) else { continue };
            for volume in item.volumes.iter().filter(|volume| volume.present) {
                let Some(there) = pool.volumes.as_ref().and_then(|volumes| volumes.get(&volume.name)) else { continue };
                let me = || Subject { kind: "volume", name: there.path.clone().unwrap_or_else(|| volume.name.clone()) };
                let cause = || {
                    vec![Cause {
                        text: "NixVirt only creates volumes that are missing".to_owned(),
                        of: Some((ObjectKind::Pool, pool.uuid(), Vec::new())),
                    }]
                };
                if let (Some(now), Some(wanted)) = (there.capacity, volume.capacity)
                    && now != wanted
                {
                    self.add(
                        Consequence::NoEffect,
                        me(),
                        format!("keeps its size of {}, not {}", size::in_words(now), size::in_words(wanted)),
                        cause(),
                    );
                    self.instead(if wanted > now {
                        let command = resize_command(pool.name(), &volume.name, wanted);
                        format!("run {command} while no domain uses it, otherwise `virsh blockresize`")
                    } else {
                        format!(
                            "use a new volume: shrinking this one to {} would lose the data beyond that",
                            size::in_words(wanted)
                        )
                    });
                }
                if let (Some(now), Some(wanted)) = (&there.format, &volume.format)
                    && now != wanted
                {
                    self.add(Consequence::NoEffect, me(), format!("keeps its format {now}, not {wanted}"), cause());
                    self.instead("run `qemu-img convert` to a new volume while no domain uses it");
                }
            }
        }
    }
}
