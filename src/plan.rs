//! What an activation does to those whose objects they are: the [`Effect`]s that the events of a
//! [run](crate::activation::run) have, in the order of harm.

pub mod capacity;
pub mod consequence;
mod effects;
pub mod human;
pub mod markdown;
pub mod places;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::activation::difference::Change;
use crate::activation::outcome::{Deed, Event, Run, Unknown};
use crate::gentle::Step;
use crate::lab::identity::ObjectKind;
use consequence::{Consequence, Harm};

pub use effects::{Before, plan};

/// The file of a host that says yes, for one activation, to what is [refused](Plan::refused): the names of consequences.
pub const ACCEPT: &str = "/run/lab2nix/accept";

/// What an activation will do.
#[derive(Debug)]
pub struct Plan {
    /// How far it can be relied on.
    pub certainty: Certainty,
    /// Whether lab2nix has its part before and after `NixVirt`.
    pub is_gentle: bool,
    /// What happens, the most harmful first.
    pub effects: Vec<Effect>,
    /// What somebody has changed by hand, and the activation undoes.
    pub by_hand: Vec<ByHand>,
    /// How many objects of each kind are left as they are.
    pub unchanged: BTreeMap<&'static str, usize>,
    /// What lab2nix does before `NixVirt` runs.
    pub steps: Vec<Step>,
    /// The activation that it tells of, with what decided on it without being known, and was taken to be as it should be.
    pub run: Run,
}

/// How far a plan can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// It compares what libvirt has with what libvirt would make of the new definitions.
    Exact,
    /// It compares definitions as they are written: true if everything runs, and nobody has changed anything by hand.
    Likely,
}

/// What happens to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    pub consequence: Consequence,
    pub object: Subject,
    /// What happens, in a sentence without its end.
    pub what: String,
    pub causes: Vec<Cause>,
    /// How to have it otherwise.
    pub instead: Option<String>,
}

/// What something happens to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// `network`, `pool`, `volume`, `domain`, or `activation` for the whole.
    pub kind: &'static str,
    pub name: String,
}

/// Why something happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The reason, in words.
    pub text: String,
    /// The object of the spec that it is in, and which of its elements change.
    pub of: Option<(ObjectKind, Uuid, Vec<Change>)>,
}

/// Something that was changed by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    pub object: Subject,
    /// What was changed, from what the spec has to what libvirt has.
    pub changes: Vec<Change>,
}

/// A position in a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// Where in specs causes are.
pub trait Places {
    /// The place of what changes of an object.
    fn of(&self, kind: ObjectKind, uuid: Uuid, changes: &[Change]) -> Option<Location>;
}

/// No place is known.
impl Places for () {
    fn of(&self, _: ObjectKind, _: Uuid, _: &[Change]) -> Option<Location> {
        None
    }
}

impl Plan {
    /// Says of these domains that nobody knows what becomes of them.
    pub fn forget(&mut self, domains: &BTreeSet<String>) {
        let kind = ObjectKind::Domain.name();
        self.effects.retain(|effect| effect.object.kind != kind || !domains.contains(&effect.object.name));
        self.run.unknown.extend(domains.iter().cloned().map(Unknown::Imported));
    }

    /// What does not happen unless its owner says yes to it: lab2nix's part of the activation stops before anything is
    /// done. One that comes half-way without having stopped or deleted anything may run, as at boot, where a missing
    /// ISO should not keep networks from starting.
    pub fn refused(&self) -> impl Iterator<Item = &Effect> {
        let harms = |event: &Event| {
            matches!(event.deed, Deed::Stop(_) | Deed::ShutDown(_) | Deed::Undefine | Deed::DeleteVolume(_))
        };
        let stops_something = self.run.events.iter().any(harms);
        self.effects.iter().filter(move |effect| match effect.consequence.harm() {
            Harm::DataLost => self.is_gentle,
            Harm::HalfWay => self.is_gentle && stops_something,
            Harm::Interrupted | Harm::Noticed | Harm::Later | Harm::New => false,
        })
    }

    /// A closing line such as "1 power-cycled, 2 shut-down (1 deleted); 12 objects stay as they are".
    #[must_use]
    pub fn summary(&self) -> String {
        // What stops a guest tells of its definition only in the sentence.
        let is_stopped = |effect: &Effect| matches!(effect.consequence, Consequence::CutOff | Consequence::ShutDown);
        let deleted = |object: &Subject| {
            let of_object = |event: &&Event| event.kind.name() == object.kind && event.name == object.name;
            self.run.events.iter().filter(of_object).any(|event| matches!(event.deed, Deed::Undefine))
        };
        let mut counts: BTreeMap<Consequence, (usize, usize)> = BTreeMap::new();
        for effect in &self.effects {
            let (all, gone) = counts.entry(effect.consequence).or_default();
            *all += 1;
            *gone += usize::from(is_stopped(effect) && deleted(&effect.object));
        }
        let counted: Vec<String> = counts
            .iter()
            .map(|(consequence, (all, gone))| match gone {
                0 => format!("{all} {}", consequence.name()),
                gone => format!("{all} {} ({gone} deleted)", consequence.name()),
            })
            .collect();
        let happens = if counted.is_empty() { "nothing changes".to_owned() } else { counted.join(", ") };
        match self.unchanged.values().sum::<usize>() {
            0 => happens,
            1 => format!("{happens}; 1 object stays as it is"),
            many => format!("{happens}; {many} objects stay as they are"),
        }
    }
}
