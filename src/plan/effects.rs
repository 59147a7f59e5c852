//! From what libvirt had, and what is done to it, to what that means.

mod cause;
mod disks;
mod domain;
mod failure;
mod listing;
mod objects;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};

use super::consequence::Consequence;
use super::{ByHand, Cause, Certainty, Effect, Plan, Subject};
use crate::activation::definition::Definition;
use crate::activation::difference::changes;
use crate::activation::outcome::{self, Deed, Run, Verdict};
use crate::activation::run::{self, Normalize};
use crate::activation::settings::Settings;
use crate::activation::world::{Object, World};
use crate::gentle::foresight;
use crate::gentle::manner::Manner;
use crate::lab::identity::{Namespace, ObjectKind};

/// What there is before an activation.
#[derive(Debug)]
pub struct Before<'a> {
    /// What the host has.
    pub world: &'a World,
    /// What the last activation was told, if it is known: what differs from it was changed by hand.
    pub applied: Option<&'a Settings>,
    /// How far that can be relied on.
    pub certainty: Certainty,
    /// The labs that are switched to, each with the path of its spec; none if they are not known.
    pub labs: &'a [(Namespace, String)],
}

/// What an activation with these settings will do: by `NixVirt` alone, or with lab2nix's part before and after it, in the manner that
/// is given.
#[must_use]
pub fn plan(before: &Before<'_>, settings: &Settings, libvirt: &impl Normalize, manner: Option<&Manner>) -> Plan {
    let (steps, run) = match manner {
        Some(manner) => foresight::foresee(before.world, settings, libvirt, manner),
        None => (Vec::new(), run::run(before.world.clone(), settings, libvirt)),
    };
    let again = run.failure.is_some().then(|| run::run(run.world.clone(), settings, libvirt));
    let by_hand = by_hand(before, settings, libvirt, &run);
    let mut effects = Effects { before, settings, run: &run, by_hand: &by_hand, found: Vec::new() };
    effects.failure(again.as_ref());
    for object in &before.world.objects {
        match object.kind {
            ObjectKind::Network => effects.network(object),
            ObjectKind::Pool => effects.pool(object),
            ObjectKind::Domain => effects.domain(object),
        }
    }
    effects.new_objects();
    effects.volumes();
    let mut found = effects.found;
    found.sort_by_key(|effect| effect.consequence);
    let touched: BTreeSet<&Subject> = found.iter().map(|effect| &effect.object).collect();
    let mut unchanged = BTreeMap::new();
    for object in &before.world.objects {
        if !touched.contains(&subject(object.kind, object.name())) {
            *unchanged.entry(object.kind.name()).or_default() += 1;
        }
    }
    Plan { certainty: before.certainty, is_gentle: manner.is_some(), by_hand, unchanged, effects: found, steps, run }
}

/// What differs from the definitions that the last activation has given to objects, of those that the next one changes.
fn by_hand(before: &Before<'_>, settings: &Settings, libvirt: &impl Normalize, run: &Run) -> Vec<ByHand> {
    let Some(applied) = before.applied else { return Vec::new() };
    let all = applied.kinds().flat_map(|(kind, items)| items.iter().map(move |item| (kind, item)));
    all.filter_map(|(kind, item)| {
        let there = before.world.object(kind, item.definition.uuid)?;
        let new = &settings.item(kind, there.uuid())?.definition;
        let is_restarted = run.verdict_of(there) == Some(Verdict::Changed);
        let applied = libvirt.normalize(kind, &item.definition).ok()?;
        let differs = applied.compared(kind, new) != there.definition.compared(kind, new);
        (is_restarted && differs)
            .then(|| ByHand { object: subject(kind, there.name()), changes: changes(&applied, &there.definition) })
    })
    .collect()
}

/// How an object stays the same one.
fn keep_uuid(object: &Object) -> String {
    format!("give its entry the `uuid` {}", object.uuid())
}

fn subject(kind: ObjectKind, name: &str) -> Subject {
    Subject { kind: kind.name(), name: name.to_owned() }
}

/// How an object was stopped.
struct Stop<'a> {
    cause: &'a outcome::Cause,
    /// Whether its guest has shut it down.
    by_guest: bool,
    /// Whether it is started after that.
    runs_again: bool,
}

struct Effects<'a> {
    before: &'a Before<'a>,
    settings: &'a Settings,
    run: &'a Run,
    by_hand: &'a [ByHand],
    found: Vec<Effect>,
}

impl<'a> Effects<'a> {
    fn add(&mut self, consequence: Consequence, object: Subject, what: impl Into<String>, causes: Vec<Cause>) {
        self.found.push(Effect { consequence, object, what: what.into(), causes, instead: None });
    }

    /// Says how to have the last effect otherwise, beside what has been said of it.
    fn instead(&mut self, instead: impl Into<String>) {
        if let Some(effect) = self.found.last_mut() {
            let said = effect.instead.take().map(|said| format!("{said}; ")).unwrap_or_default();
            effect.instead = Some(said + &instead.into());
        }
    }

    fn was_done(&self, object: &Object, deed: &Deed) -> bool {
        self.run.events_of(object).any(|event| event.deed == *deed)
    }

    /// How an object was stopped, if it was.
    fn stop(&self, object: &Object) -> Option<Stop<'a>> {
        let events = self.run.events_of(object).filter(|_| object.is_active);
        let mut stops = events.filter_map(|event| match &event.deed {
            Deed::Stop(cause) => Some((cause, false)),
            Deed::ShutDown(cause) => Some((cause, true)),
            _ => None,
        });
        let runs_again = self.after(object).is_some_and(|after| after.is_active);
        // Of several, the one that it stays off for.
        let (cause, by_guest) = if runs_again { stops.next() } else { stops.last() }?;
        Some(Stop { cause, by_guest, runs_again })
    }

    fn after(&self, object: &Object) -> Option<&'a Object> {
        self.run.world.object(object.kind, object.uuid())
    }

    /// Whether an object gets another definition, as NixVirt compares them.
    fn is_changed(&self, object: &Object) -> bool {
        let item = self.settings.item(object.kind, object.uuid());
        item.zip(self.after(object)).is_some_and(|(item, after)| {
            let compared = |definition: &Definition| definition.compared(object.kind, &item.definition);
            self.run.verdict_of(object).is_some() && compared(&object.definition) != compared(&after.definition)
        })
    }
}
