//! What a host has: the objects of libvirt, and as much of the rest as decides whether they start.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::activation::definition::{Definition, DiskSource, Volume};
use crate::activation::settings::{Settings, VolumeItem};
use crate::activation::snapshot::Snapshot;
use crate::lab::identity::ObjectKind;

/// What a host has.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The objects, in libvirt's order.
    pub objects: Vec<Object>,
    /// The files of the host.
    pub files: Files,
    /// Directories of pools that there are not.
    pub missing_directories: BTreeSet<String>,
    /// Networks that cannot be started, by their names, and why.
    pub broken_networks: BTreeMap<String, String>,
    /// Bridges of the host, which no network of libvirt makes.
    pub bridges: BTreeSet<String>,
    /// Whether there may be more bridges than these.
    pub may_have_bridges: bool,
    /// Whether it is what somebody says, who has seen nothing: there may be more in it.
    pub is_assumed: bool,
}

/// The files of a host, as far as somebody has looked.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Those that are there.
    pub there: BTreeSet<String>,
    /// Those that are not.
    pub missing: BTreeSet<String>,
    /// The directories of which `there` has all files.
    pub listed: BTreeSet<String>,
}

impl Files {
    /// Whether there is a file, if anybody knows.
    #[must_use]
    pub fn has(&self, path: &str) -> Option<bool> {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        if self.there.contains(path) {
            Some(true)
        } else {
            (self.missing.contains(path) || self.listed.contains(directory)).then_some(false)
        }
    }

    /// The names of all files in a directory, if anybody knows.
    #[must_use]
    pub fn in_directory(&self, directory: &str) -> Option<BTreeSet<&str>> {
        self.listed.contains(directory).then(|| self.seen_in(directory).collect())
    }

    /// The names of the files in a directory that somebody has seen there.
    pub fn seen_in(&self, directory: &str) -> impl Iterator<Item = &str> {
        let names = self.there.iter().filter_map(move |path| path.strip_prefix(directory)?.strip_prefix('/'));
        names.filter(|name| !name.contains('/'))
    }
}

/// An object of libvirt.
#[derive(Debug, Clone)]
pub struct Object {
    pub kind: ObjectKind,
    /// Its inactive definition, which is the one that it has from its next start on.
    pub definition: Definition,
    pub is_active: bool,
    /// Whether libvirt keeps it when it is stopped.
    pub is_persistent: bool,
    /// The snapshots that libvirt knows of a domain: with any, it cannot be undefined.
    pub snapshots: Vec<Snapshot>,
    /// Whether a domain's memory is saved.
    pub is_saved: bool,
    /// The volumes that libvirt knows in a pool, by name; `None` when nobody knows.
    pub volumes: Option<BTreeMap<String, Volume>>,
    /// The definition of a domain that runs, as it runs; of a pool, where that is another one.
    pub running: Option<Definition>,
}

impl Object {
    /// A persistent object that is off.
    #[must_use]
    pub fn new(kind: ObjectKind, definition: Definition) -> Self {
        Self {
            kind,
            definition,
            is_active: false,
            is_persistent: true,
            snapshots: Vec::new(),
            is_saved: false,
            volumes: Some(BTreeMap::new()),
            running: None,
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// The directory or device that a pool has now.
    #[must_use]
    pub fn target(&self) -> &str {
        self.running.as_ref().unwrap_or(&self.definition).facts.target.as_deref().unwrap_or_default()
    }

    /// Its UUID.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        self.definition.uuid
    }
}

impl World {
    /// A host on which all of that is as it shall be, and runs unless it shall not.
    #[must_use]
    pub fn as_if_it_ran(settings: &Settings) -> Self {
        let mut world = Self { may_have_bridges: true, is_assumed: true, ..Self::default() };
        for (kind, items) in settings.kinds() {
            for item in items {
                let facts = &item.definition.facts;
                let target = facts.target.as_deref().unwrap_or_default();
                let volume = |volume: &VolumeItem| Volume {
                    name: volume.name.clone(),
                    capacity: volume.capacity,
                    format: volume.format.clone(),
                    path: Some(format!("{target}/{}", volume.name)),
                };
                let volumes: Vec<Volume> = item.volumes.iter().filter(|volume| volume.present).map(volume).collect();
                let files = facts.disks.iter().filter_map(|disk| match &disk.source {
                    DiskSource::File(path) => Some(path.clone()),
                    DiskSource::Volume { .. } | DiskSource::Other(_) | DiskSource::Nothing => None,
                });
                world.files.there.extend(files.chain(facts.nvram.clone()).chain(facts.render_node.clone()));
                world.files.there.extend(volumes.iter().filter_map(|volume| volume.path.clone()));
                world.bridges.extend(facts.bridges.iter().cloned());
                world.objects.push(Object {
                    is_active: item.active != Some(false),
                    volumes: Some(volumes.into_iter().map(|volume| (volume.name.clone(), volume)).collect()),
                    running: (kind == ObjectKind::Domain).then(|| item.definition.clone()),
                    ..Object::new(kind, item.definition.clone())
                });
            }
        }
        world
    }

    /// An object of which nothing is known but that it is there and runs.
    ///
    /// # Panics
    ///
    /// With a name that no object of libvirt's has: one with a character that XML gives a meaning.
    pub fn assume(&mut self, kind: ObjectKind, name: &str) {
        if self.named(kind, name).is_none() {
            let (tag, uuid) = (kind.name(), Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()));
            let text = format!("<{tag}>\n  <name>{name}</name>\n  <uuid>{uuid}</uuid>\n</{tag}>\n");
            let definition = Definition::new(text).expect("the name is plain");
            self.objects.push(Object { is_active: true, volumes: None, ..Object::new(kind, definition) });
        }
    }

    /// The host makes these directories before `NixVirt` runs, where they are missing.
    pub fn will_have<'d>(&mut self, directories: impl IntoIterator<Item = &'d String>) {
        for directory in directories {
            if self.missing_directories.remove(directory) {
                self.files.listed.insert(directory.clone());
            }
        }
    }

    /// The object of a kind with a UUID.
    #[must_use]
    pub fn object(&self, kind: ObjectKind, uuid: Uuid) -> Option<&Object> {
        self.objects.iter().find(|object| object.kind == kind && object.uuid() == uuid)
    }

    /// The object of a kind with a UUID, to be changed.
    pub(crate) fn object_mut(&mut self, kind: ObjectKind, uuid: Uuid) -> Option<&mut Object> {
        self.objects.iter_mut().find(|object| object.kind == kind && object.uuid() == uuid)
    }

    /// The objects of a kind that run.
    pub fn active(&self, kind: ObjectKind) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(move |object| object.kind == kind && object.is_active)
    }

    /// Stops an object. What libvirt keeps only while it runs is gone then.
    pub(crate) fn stop(&mut self, kind: ObjectKind, uuid: Uuid) {
        if let Some(object) = self.object_mut(kind, uuid) {
            object.is_active = false;
            object.running = None;
        }
        self.objects.retain(|object| object.is_persistent || object.kind != kind || object.uuid() != uuid);
    }

    /// The object of a kind with a name.
    #[must_use]
    pub fn named(&self, kind: ObjectKind, name: &str) -> Option<&Object> {
        self.objects.iter().find(|object| object.kind == kind && object.name() == name)
    }

    /// The domains that `NixVirt` stops together with a network: those that run and whose inactive definition is on the network
    /// or on its bridge. A domain that has only its running interface there goes on, and has no network any more.
    #[must_use]
    pub fn running_on(&self, network: &Definition) -> Vec<Uuid> {
        let running = self.active(ObjectKind::Domain);
        running.filter(|domain| domain.definition.is_on(network)).map(Object::uuid).collect()
    }
}
