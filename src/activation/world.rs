//! What a host has: the objects of libvirt, and as much of the rest as decides whether they start.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::activation::definition::Definition;
use crate::lab::identity::ObjectKind;

/// What a host has.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The objects, in libvirt's order.
    pub objects: Vec<Object>,
    /// Files that there are, in the directories of pools and elsewhere. A file that is not among them is taken for missing,
    /// unless the host makes it at each activation, below `/etc`.
    pub files: BTreeSet<String>,
    /// Directories of pools that there are not.
    pub missing_directories: BTreeSet<String>,
    /// Networks that cannot be started, by their names, and why.
    pub broken_networks: BTreeMap<String, String>,
    /// Bridges of the host, which no network of libvirt makes.
    pub bridges: BTreeSet<String>,
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
    /// How many snapshots libvirt knows of a domain: with any, it cannot be undefined.
    pub snapshots: usize,
    /// Whether a domain's memory is saved.
    pub is_saved: bool,
    /// The names of the volumes that libvirt knows in a pool.
    pub volumes: BTreeSet<String>,
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
            snapshots: 0,
            is_saved: false,
            volumes: BTreeSet::new(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.definition.name()
    }

    /// Its UUID.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        self.definition.uuid()
    }
}

impl World {
    /// The object of a kind with a UUID.
    #[must_use]
    pub fn object(&self, kind: ObjectKind, uuid: Uuid) -> Option<&Object> {
        self.objects.iter().find(|object| object.kind == kind && object.uuid() == uuid)
    }

    /// The object of a kind with a UUID, to be changed.
    pub(super) fn object_mut(&mut self, kind: ObjectKind, uuid: Uuid) -> Option<&mut Object> {
        self.objects.iter_mut().find(|object| object.kind == kind && object.uuid() == uuid)
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
        let bridge = network.bridge();
        let is_on = |domain: &Definition| {
            domain.networks().iter().any(|name| name == network.name())
                || bridge.as_ref().is_some_and(|bridge| domain.bridges().contains(bridge))
        };
        let running = self.objects.iter().filter(|object| object.kind == ObjectKind::Domain && object.is_active);
        running.filter(|domain| is_on(&domain.definition)).map(Object::uuid).collect()
    }
}
