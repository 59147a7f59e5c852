//! What an activation does when the [steps](super::steps) are taken before it, and what ran is started after it: without doing it.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::manner::Manner;
use super::{Step, steps};
use crate::activation::definition::Definition;
use crate::activation::outcome::{Deed, Event, Run};
use crate::activation::run::{self, Normalize};
use crate::activation::settings::Settings;
use crate::activation::world::{Object, World};
use crate::lab::identity::ObjectKind;

/// The steps before an activation, and the whole of what happens then: those steps, what `NixVirt` does after them, and what is
/// started after that. What it found of the objects is what it would have found without the steps.
#[must_use]
pub fn foresee(world: &World, settings: &Settings, libvirt: &impl Normalize, manner: &Manner) -> (Vec<Step>, Run) {
    let alone = run::run(world.clone(), settings, libvirt);
    let steps = steps::before(world, settings, &alone, manner);
    let mut between = world.clone();
    let mut events: Vec<Event> = steps.iter().filter_map(|step| take(step, &mut between, &alone.world)).collect();
    let mut run = run::run(between, settings, libvirt);
    events.append(&mut run.events);
    run.events = events;
    run.verdicts = alone.verdicts.into_iter().chain(run.verdicts).collect();
    let again: Vec<&Definition> = steps::after(&stopped(world, &run), settings).collect();
    run.start_again(again, libvirt);
    (steps, run)
}

/// The domains that run in `world` and that an activation stops, in whatever way.
#[must_use]
pub fn stopped(world: &World, run: &Run) -> BTreeSet<Uuid> {
    let running = world.active(ObjectKind::Domain);
    let is_stopped = |event: &Event| matches!(event.deed, Deed::Stop(_) | Deed::ShutDown(_));
    running.filter(|domain| run.events_of(domain).any(is_stopped)).map(Object::uuid).collect()
}

/// Takes a step in a world. `alone` is what the activation would have left without it, with the new definitions.
fn take(step: &Step, world: &mut World, alone: &World) -> Option<Event> {
    let (kind, uuid, deed) = match step {
        Step::Tell { restart, .. } => (ObjectKind::Network, restart.uuid, Deed::Tell),
        Step::RestartNetwork(network) => (ObjectKind::Network, network.uuid, Deed::Restart),
        Step::Describe { define, .. } => (ObjectKind::Domain, define.uuid, Deed::Tell),
        Step::Define(domain) => (ObjectKind::Domain, domain.uuid, Deed::Define),
        Step::ShutDown { uuid, cause, .. } => (ObjectKind::Domain, *uuid, Deed::ShutDown(cause.clone())),
    };
    let new = alone.object(kind, uuid).map(|object| object.definition.clone());
    let object = world.object_mut(kind, uuid)?;
    let event = Event { kind, uuid, name: object.name().to_owned(), deed };
    if let Deed::ShutDown(_) = event.deed {
        world.stop(kind, uuid);
    } else if let Some(new) = new {
        object.definition = new;
    }
    Some(event)
}
