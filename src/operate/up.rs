//! Starts domains, level by level, and waits until each level is ready.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::fleet::{Fleet, Member};
use super::install::attended;
use super::progress::{Event, Outcome, Progress};
use super::ready::{AT_ONCE, Look, runs};
use super::wait;
use crate::activation::definition::DiskSource;
use crate::activation::world::World;
use crate::lab::identity::ObjectKind;
use crate::parallel;
use crate::virsh::Error;
use crate::virsh::hand::Hand;

/// How domains are started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// How long each may take, instead of what its spec says.
    pub timeout: Option<Duration>,
    /// Whether those after one that is not ready are started too.
    pub goes_on: bool,
    /// Whether those that install themselves are attended to.
    pub installs: bool,
}

/// Starts the domains of a fleet that do not run, those of a level at once, and waits for each level before the next. The networks and pools
/// that they are on are started first. Where one is not ready in time, nothing that has started is stopped again, and the levels
/// after it are left as they are.
///
/// # Errors
///
/// When libvirt does not answer.
pub fn up(
    fleet: &Fleet<'_>,
    world: &World,
    asked: Asked,
    look: Look<'_>,
    hand: &Hand,
    progress: &dyn Progress,
) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    bring(fleet, world, hand, progress);
    for level in &fleet.levels {
        let members: Vec<&Member<'_>> = level.iter().map(|index| &fleet.members[*index]).collect();
        if !outcome.failed.is_empty() && !asked.goes_on {
            outcome.left.extend(members.iter().map(|member| member.name.to_owned()));
            continue;
        }
        let started = start(&members, look, hand, progress)?;
        let mut waits = Vec::new();
        for (member, started) in members.into_iter().zip(started) {
            match started {
                Ok(()) => waits.push(member),
                Err(why) => outcome.failed.push((member.name.to_owned(), why)),
            }
        }
        let waited = || wait::wait(&waits, asked.timeout, look, progress);
        let ready = if asked.installs { attended(&waits, look, hand, progress, waited) } else { waited() }?;
        outcome.done += ready.done;
        outcome.failed.extend(ready.failed);
    }
    Ok(outcome)
}

/// Starts what does not run, all at once.
fn start(
    members: &[&Member<'_>],
    look: Look<'_>,
    hand: &Hand,
    progress: &dyn Progress,
) -> Result<Vec<Result<(), String>>, Error> {
    let states = look.states(members)?;
    let asked: Vec<(&Member<'_>, String)> = members.iter().copied().zip(states).collect();
    let started = parallel::each(AT_ONCE, &asked, |(member, state)| {
        let began = Instant::now();
        let Some(uuid) = member.uuid else { return Err("libvirt has no such domain".to_owned()) };
        let done = match state.as_str() {
            state if runs(state) => return Ok(()),
            "paused" => hand.go_on(uuid).map(|()| Event::Resumed),
            "pmsuspended" => hand.wake(uuid).map(|()| Event::Resumed),
            // Somebody may want to look into it.
            "crashed" => Err(Error::Denied("it has crashed; `lab2nix down --force` powers it off".to_owned())),
            _ => hand.start(ObjectKind::Domain, uuid).map(|()| Event::Started),
        };
        let done = done.map_err(|why| format!("does not start: {why}"));
        let event = done.clone().unwrap_or_else(Event::Failed);
        progress.tell(member.name, &event, began.elapsed());
        done.map(drop)
    });
    Ok(started)
}

/// Starts the networks and pools that domains need and that are off. One that does not start is reported by the domain
/// that needs it.
fn bring(fleet: &Fleet<'_>, world: &World, hand: &Hand, progress: &dyn Progress) {
    let uuids = fleet.members.iter().filter_map(|member| member.uuid);
    let facts: Vec<_> = uuids
        .filter_map(|uuid| world.object(ObjectKind::Domain, uuid))
        .filter(|domain| !domain.is_active)
        .map(|domain| &domain.definition.facts)
        .collect();
    let networks = facts.iter().flat_map(|facts| &facts.networks).map(|name| (ObjectKind::Network, name));
    let pools = facts.iter().flat_map(|facts| &facts.disks).filter_map(|disk| match &disk.source {
        DiskSource::Volume { pool, .. } => Some((ObjectKind::Pool, pool)),
        DiskSource::File(_) | DiskSource::Other(_) | DiskSource::Nothing => None,
    });
    let needed: BTreeSet<(&str, &String)> = networks.chain(pools).map(|(kind, name)| (kind.name(), name)).collect();
    for object in world.objects.iter().filter(|object| !object.is_active) {
        let began = Instant::now();
        let name = object.definition.name.clone();
        if needed.contains(&(object.kind.name(), &name)) && hand.start(object.kind, object.uuid()).is_ok() {
            progress.tell(&name, &Event::Brought(object.kind.name()), began.elapsed());
        }
    }
}
