//! What an activation did, as [`run`](super::run::run) finds it.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::activation::world::{Object, World};
use crate::lab::identity::ObjectKind;

/// What happens to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub kind: ObjectKind,
    pub uuid: Uuid,
    /// The name that the object has then.
    pub name: String,
    pub deed: Deed,
}

/// What is done to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    Define,
    /// With its saved memory; without its volumes, its variables and the state of its TPM.
    Undefine,
    Start,
    /// At once, as when the power fails.
    Stop(Cause),
    /// By its guest. `NixVirt` never does it: it is done before `NixVirt` runs.
    ShutDown(Cause),
    /// It learns what changes while it runs. Before `NixVirt` runs, as it never does it.
    Tell,
    /// A network, under the domains on it, which go on and are on it again. Before `NixVirt` runs, as it never does it.
    Restart,
    /// Creates a volume, under this path.
    CreateVolume(String),
    /// Deletes a volume, under this path.
    DeleteVolume(String),
}

/// Why an object is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It is not listed.
    Unlisted,
    /// It is listed under another name.
    Renamed,
    /// Its definition changed.
    Changed,
    /// Its `restart` says so.
    Restart,
    /// It shall not be active.
    Inactive,
    /// This network stops.
    Network(String),
}

/// What the helper finds of an object that is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// libvirt does not have it.
    New,
    /// Its definition changed.
    Changed,
    Unchanged,
    /// It is restarted, changed or not.
    Always,
    /// It is not restarted, changed or not.
    Never,
}

/// What nobody knows of the host, and was taken to be as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// Whether there is a file.
    File(String),
    /// Whether a pool of which nothing is known has a volume.
    InPool { pool: String, volume: String },
    /// Whether there is a bridge.
    Bridge(String),
    /// What a domain is that stays as libvirt has it.
    Imported(String),
    /// Whether there is a volume, under this path; whether it shall be there.
    Volume { path: String, present: bool },
}

/// What an activation did.
#[derive(Debug)]
pub struct Run {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What the helper found of what is listed, as far as it came.
    pub verdicts: Vec<(ObjectKind, Uuid, Verdict)>,
    /// What decided on it without being known.
    pub unknown: BTreeSet<Unknown>,
    /// What ended it early, in libvirt's words as far as they are known.
    pub failure: Option<String>,
    /// Whether `NixVirt` has come to its end all the same: a domain does not [start again](Self::start_again).
    pub is_done: bool,
    /// The object at which it ended.
    pub failed_at: Option<(ObjectKind, String)>,
    /// What the host has then.
    pub world: World,
}

impl Run {
    /// What happened to an object, in order.
    pub fn events_of(&self, object: &Object) -> impl Iterator<Item = &Event> {
        let (kind, uuid) = (object.kind, object.uuid());
        self.events.iter().filter(move |event| event.kind == kind && event.uuid == uuid)
    }

    /// What the helper found of an object, if it came to it.
    #[must_use]
    pub fn verdict_of(&self, object: &Object) -> Option<Verdict> {
        let (kind, uuid) = (object.kind, object.uuid());
        let found = self.verdicts.iter().find(|(of_kind, of_uuid, _)| (*of_kind, *of_uuid) == (kind, uuid));
        found.map(|(_, _, verdict)| *verdict)
    }
}
