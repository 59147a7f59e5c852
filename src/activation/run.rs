//! One activation, step by step.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::activation::definition::{Definition, DiskSource, Volume};
use crate::activation::outcome::{Cause, Deed, Event, Run, Unknown, Verdict};
use crate::activation::settings::{Item, Settings};
use crate::activation::world::{Object, World};
use crate::lab::identity::ObjectKind;

/// Makes of definitions what libvirt would make of them: with its defaults, in its order.
pub trait Normalize {
    /// The definition as libvirt would print it.
    ///
    /// # Errors
    ///
    /// What libvirt says of a definition that it refuses.
    fn normalize(&self, kind: ObjectKind, definition: &Definition) -> Result<Definition, String>;
}

/// Takes definitions as they are written, where there is no libvirt to ask.
#[derive(Debug, Clone, Copy)]
pub struct AsWritten;

impl Normalize for AsWritten {
    fn normalize(&self, _: ObjectKind, definition: &Definition) -> Result<Definition, String> {
        Ok(definition.clone())
    }
}

impl Run {
    /// Starts domains that ran before, as far as they are there and off. The first that cannot be started is the failure, if there
    /// was none before.
    pub fn start_again<'d>(&mut self, domains: impl IntoIterator<Item = &'d Definition>, libvirt: &impl Normalize) {
        let mut activation = Activation::new(std::mem::take(&mut self.world), libvirt);
        for domain in domains {
            if let Err(why) = activation.start(ObjectKind::Domain, domain.uuid)
                && self.failure.is_none()
            {
                self.failure = Some(why);
                self.failed_at = Some((ObjectKind::Domain, domain.name.clone()));
            }
        }
        let Activation { world, events, unknown, .. } = activation;
        self.world = world;
        self.events.extend(events);
        self.unknown.extend(unknown);
    }
}

/// Runs an activation.
#[must_use]
pub fn run(world: World, settings: &Settings, libvirt: &impl Normalize) -> Run {
    let mut activation = Activation::new(world, libvirt);
    let failure = activation.all(settings).err();
    let Activation { world, events, verdicts, unknown, at, .. } = activation;
    let failed_at = at.filter(|_| failure.is_some());
    Run { events, verdicts, unknown, is_done: failure.is_none(), failure, failed_at, world }
}

/// An item, and whether it shall be active: decided before anything is done.
struct Listed<'a> {
    item: &'a Item,
    active: bool,
}

struct Activation<'a, L> {
    world: World,
    libvirt: &'a L,
    events: Vec<Event>,
    verdicts: Vec<(ObjectKind, Uuid, Verdict)>,
    unknown: BTreeSet<Unknown>,
    /// What is being done.
    at: Option<(ObjectKind, String)>,
}

impl<'a, L: Normalize> Activation<'a, L> {
    fn new(world: World, libvirt: &'a L) -> Self {
        Self { world, libvirt, events: Vec::new(), verdicts: Vec::new(), unknown: BTreeSet::new(), at: None }
    }

    fn all(&mut self, settings: &Settings) -> Result<(), String> {
        let is_active =
            |kind, item: &Item| self.world.object(kind, item.definition.uuid).is_some_and(|object| object.is_active);
        let listed = |kind, items| -> Vec<Listed<'_>> {
            let items: &[Item] = items;
            let active = |item: &Item| item.active.unwrap_or_else(|| is_active(kind, item));
            items.iter().map(|item| Listed { item, active: active(item) }).collect()
        };
        let kinds: Vec<(ObjectKind, Vec<Listed<'_>>)> =
            settings.kinds().map(|(kind, items)| (kind, listed(kind, items))).collect();
        for (kind, items) in &kinds {
            self.undefine_unlisted(*kind, items)?;
        }
        for (kind, items) in &kinds {
            for listed in items {
                self.at = Some((*kind, listed.item.definition.name.clone()));
                self.define(*kind, listed.item)?;
            }
        }
        for (_, items) in kinds.iter().filter(|(kind, _)| *kind == ObjectKind::Pool) {
            for listed in items {
                self.at = Some((ObjectKind::Pool, listed.item.definition.name.clone()));
                self.volumes(listed.item)?;
            }
        }
        for (kind, items) in &kinds {
            for listed in items {
                let uuid = listed.item.definition.uuid;
                self.at = Some((*kind, listed.item.definition.name.clone()));
                if listed.active { self.start(*kind, uuid)? } else { self.stop(*kind, uuid, &Cause::Inactive) }
            }
        }
        Ok(())
    }

    fn undefine_unlisted(&mut self, kind: ObjectKind, items: &[Listed<'_>]) -> Result<(), String> {
        let listed: BTreeSet<Uuid> = items.iter().map(|listed| listed.item.definition.uuid).collect();
        let there = self.world.objects.iter().filter(|object| object.kind == kind).map(Object::uuid);
        let unlisted: Vec<Uuid> = there.filter(|uuid| !listed.contains(uuid)).collect();
        unlisted.into_iter().try_for_each(|uuid| self.undefine(kind, uuid, &Cause::Unlisted))
    }

    /// Stops an object and undefines it. What libvirt keeps only while it runs is gone when it is stopped.
    fn undefine(&mut self, kind: ObjectKind, uuid: Uuid, cause: &Cause) -> Result<(), String> {
        self.stop(kind, uuid, cause);
        let Some(object) = self.world.object(kind, uuid).filter(|object| object.is_persistent) else { return Ok(()) };
        if !object.snapshots.is_empty() {
            self.at = Some((kind, object.name().to_owned()));
            return Err(format!("cannot delete inactive domain with {} snapshots", object.snapshots.len()));
        }
        self.note(kind, uuid, Deed::Undefine);
        self.world.objects.retain(|object| object.kind != kind || object.uuid() != uuid);
        Ok(())
    }

    fn define(&mut self, kind: ObjectKind, item: &Item) -> Result<(), String> {
        let uuid = item.definition.uuid;
        let before = self.world.object(kind, uuid).cloned();
        if before.as_ref().is_some_and(|before| before.name() != item.definition.name) {
            self.undefine(kind, uuid, &Cause::Renamed)?;
        }
        let after = self.libvirt.normalize(kind, &item.definition)?;
        self.is_free(kind, &after)?;
        match self.world.object_mut(kind, uuid) {
            Some(object) => {
                let old = std::mem::replace(&mut object.definition, after.clone());
                // libvirt keeps what a pool is until it stops.
                if kind == ObjectKind::Pool && object.is_active {
                    object.running.get_or_insert(old);
                }
                object.is_persistent = true;
            }
            None => self.world.objects.push(Object::new(kind, after.clone())),
        }
        self.note(kind, uuid, Deed::Define);
        let compared = |definition: &Definition| definition.compared(kind, &item.definition);
        let verdict = match (&before, item.restart) {
            (None, _) => Verdict::New,
            (Some(_), Some(true)) => Verdict::Always,
            (Some(_), Some(false)) => Verdict::Never,
            (Some(before), None) if compared(&before.definition) == compared(&after) => Verdict::Unchanged,
            (Some(_), None) => Verdict::Changed,
        };
        self.verdicts.push((kind, uuid, verdict));
        match verdict {
            Verdict::Always => self.stop(kind, uuid, &Cause::Restart),
            Verdict::Changed => self.stop(kind, uuid, &Cause::Changed),
            Verdict::New | Verdict::Unchanged | Verdict::Never => {}
        }
        Ok(())
    }

    /// Whether no other object has the name, or of a network the bridge.
    fn is_free(&self, kind: ObjectKind, definition: &Definition) -> Result<(), String> {
        let others = || self.world.objects.iter().filter(|other| other.kind == kind && other.uuid() != definition.uuid);
        let name = &definition.name;
        if let Some(other) = others().find(|other| other.name() == name) {
            return Err(format!("{} '{name}' already exists with uuid {}", kind.name(), other.uuid()));
        }
        let made = definition.facts.made_bridge.as_ref().filter(|_| kind == ObjectKind::Network);
        match made {
            Some(bridge) if others().any(|other| other.definition.facts.bridge.as_ref() == Some(bridge)) => {
                Err(format!("bridge name '{bridge}' already in use."))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn volumes(&mut self, item: &Item) -> Result<(), String> {
        let (kind, uuid) = (ObjectKind::Pool, item.definition.uuid);
        for volume in &item.volumes {
            self.start(kind, uuid)?;
            let Some(pool) = self.world.object(kind, uuid) else { continue };
            let path = format!("{}/{}", pool.target(), volume.name);
            let is_known = pool.volumes.as_ref().map(|volumes| volumes.contains_key(&volume.name));
            match (is_known, volume.present) {
                (Some(true), false) => {
                    self.note(kind, uuid, Deed::DeleteVolume(path.clone()));
                    self.world.files.there.remove(&path);
                    self.world.files.missing.insert(path);
                    self.volumes_of(uuid, |volumes| drop(volumes.remove(&volume.name)));
                }
                (Some(false), true) if self.world.files.has(&path) == Some(true) => {
                    return Err(format!("volume target path '{path}' already exists"));
                }
                (Some(false), true) => {
                    let made = Volume {
                        name: volume.name.clone(),
                        capacity: volume.capacity,
                        format: volume.format.clone(),
                        path: Some(path.clone()),
                    };
                    self.note(kind, uuid, Deed::CreateVolume(path.clone()));
                    self.world.files.missing.remove(&path);
                    self.world.files.there.insert(path);
                    self.volumes_of(uuid, |volumes| drop(volumes.insert(volume.name.clone(), made)));
                }
                // What nobody has seen may be there.
                (Some(false), false) if self.world.is_assumed => {
                    self.unknown.insert(Unknown::Volume { path, present: false });
                }
                (None, present) => drop(self.unknown.insert(Unknown::Volume { path, present })),
                (Some(true), true) | (Some(false), false) => {}
            }
        }
        Ok(())
    }

    fn volumes_of(&mut self, pool: Uuid, change: impl FnOnce(&mut BTreeMap<String, Volume>)) {
        let pool = self.world.object_mut(ObjectKind::Pool, pool);
        if let Some(volumes) = pool.and_then(|pool| pool.volumes.as_mut()) {
            change(volumes);
        }
    }

    fn stop(&mut self, kind: ObjectKind, uuid: Uuid, cause: &Cause) {
        let Some(object) = self.world.object(kind, uuid).filter(|object| object.is_active) else { return };
        if kind == ObjectKind::Network {
            let network = object.definition.clone();
            for domain in self.world.running_on(&network) {
                self.stop(ObjectKind::Domain, domain, &Cause::Network(network.name.clone()));
            }
        }
        self.note(kind, uuid, Deed::Stop(cause.clone()));
        self.world.stop(kind, uuid);
    }

    fn start(&mut self, kind: ObjectKind, uuid: Uuid) -> Result<(), String> {
        let Some(object) = self.world.object(kind, uuid).filter(|object| !object.is_active) else { return Ok(()) };
        match kind {
            ObjectKind::Network => {
                if let Some(why) = self.world.broken_networks.get(object.name()) {
                    return Err(why.clone());
                }
            }
            ObjectKind::Pool => {
                let facts = &object.definition.facts;
                let directory = facts.target.clone().unwrap_or_default();
                // What another kind of pool has is seen only when it is there.
                let is_directory = facts.pool_type.as_deref().is_none_or(|kind| kind == "dir");
                if is_directory && self.world.missing_directories.contains(&directory) {
                    return Err(format!("cannot open directory '{directory}': No such file or directory"));
                }
                let files = &self.world.files;
                let known = || object.volumes.clone().unwrap_or_default();
                let unread = |name: &str| (name.to_owned(), Volume { name: name.to_owned(), ..Volume::default() });
                let volumes = match files.in_directory(&directory).filter(|_| is_directory) {
                    Some(names) => {
                        let mut known = known();
                        let volume = |name| known.remove_entry(name).unwrap_or_else(|| unread(name));
                        Some(names.into_iter().map(volume).collect())
                    }
                    // With another directory, it has other volumes: what is said to be there.
                    None if self.world.is_assumed => {
                        let start = format!("{directory}/");
                        let is_here =
                            |volume: &Volume| volume.path.as_ref().is_some_and(|path| path.starts_with(&start));
                        let there = files.seen_in(&directory).filter(|_| is_directory).map(unread);
                        Some(there.chain(known().into_iter().filter(|(_, volume)| is_here(volume))).collect())
                    }
                    None => None,
                };
                if let Some(pool) = self.world.object_mut(kind, uuid) {
                    pool.volumes = volumes;
                }
            }
            ObjectKind::Domain => {
                let definition = object.definition.clone();
                self.can_start(&definition)?;
            }
        }
        if let Some(object) = self.world.object_mut(kind, uuid) {
            object.is_active = true;
            object.is_saved = false;
        }
        self.note(kind, uuid, Deed::Start);
        Ok(())
    }

    /// Whether everything is there that a domain needs. What nobody knows is taken for there.
    fn can_start(&mut self, domain: &Definition) -> Result<(), String> {
        // An ISO that may be missing is left out when it is.
        for disk in domain.facts.disks.iter().filter(|disk| !disk.may_be_missing) {
            match &disk.source {
                DiskSource::Other(_) => {}
                DiskSource::File(file) => self.file_is_there(file)?,
                DiskSource::Nothing => {
                    return Err("name in virStoragePoolLookupByName must not be NULL".to_owned());
                }
                DiskSource::Volume { pool, name } => {
                    let not_found = || format!("Storage pool not found: no storage pool with matching name '{pool}'");
                    let found = self.world.named(ObjectKind::Pool, pool).ok_or_else(not_found)?;
                    if !found.is_active {
                        return Err(format!("storage pool '{pool}' containing volume '{name}' is not active"));
                    }
                    let path = format!("{}/{name}", found.target());
                    match &found.volumes {
                        Some(volumes) if !volumes.contains_key(name) => {
                            return Err(format!("no storage vol with matching name '{name}'"));
                        }
                        None if found.target().is_empty() => {
                            self.unknown.insert(Unknown::InPool { pool: pool.clone(), volume: name.clone() });
                        }
                        Some(_) | None => self.file_is_there(&path)?,
                    }
                }
            }
        }
        if let Some(node) = &domain.facts.render_node {
            self.file_is_there(node)?;
        }
        for name in &domain.facts.networks {
            let not_found = || format!("Network not found: no network with matching name '{name}'");
            let network = self.world.named(ObjectKind::Network, name).ok_or_else(not_found)?;
            if !network.is_active {
                return Err(format!("network '{name}' is not active"));
            }
        }
        for bridge in &domain.facts.bridges {
            let mut networks = self.world.active(ObjectKind::Network);
            let is_of_network = networks.any(|network| network.definition.facts.bridge.as_ref() == Some(bridge));
            if is_of_network || self.world.bridges.contains(bridge) {
                continue;
            }
            if !self.world.may_have_bridges {
                return Err(format!("'{bridge}': No such device"));
            }
            self.unknown.insert(Unknown::Bridge(bridge.clone()));
        }
        Ok(())
    }

    fn file_is_there(&mut self, file: &str) -> Result<(), String> {
        // The host makes these at each activation.
        if ["/etc/", "/run/", "/nix/store/"].iter().any(|made| file.starts_with(made)) {
            return Ok(());
        }
        match self.world.files.has(file) {
            Some(true) => Ok(()),
            Some(false) => Err(format!("Cannot access storage file '{file}'")),
            None => {
                self.unknown.insert(Unknown::File(file.to_owned()));
                Ok(())
            }
        }
    }

    fn note(&mut self, kind: ObjectKind, uuid: Uuid, deed: Deed) {
        let name = self.world.object(kind, uuid).map_or("", Object::name).to_owned();
        self.events.push(Event { kind, uuid, name, deed });
    }
}
