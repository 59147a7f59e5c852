//! Takes the steps, one after the other.

use std::time::Duration;

use uuid::Uuid;

use super::{RestartNetwork, Step, Tell};
use crate::lab::identity::ObjectKind;
use crate::virsh::Error;
use crate::virsh::hand::Hand;

/// What is done with a guest that does not shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OnTimeout {
    /// The activation fails, before `NixVirt` has done anything.
    Fail,
    /// It is cut off, as when the power fails.
    PowerOff,
}

/// How guests are shut down.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// How long a guest may take.
    pub patience: Duration,
    /// What is done with one that takes longer.
    pub on_timeout: OnTimeout,
}

/// Why a step could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// libvirt refuses it.
    #[error("{what}: {why}")]
    Step {
        /// What was to be done.
        what: String,
        /// What libvirt says.
        why: Error,
    },
    /// Guests have not shut down in time.
    #[error("{} did not shut down within {seconds} seconds", names.join(", "))]
    Guests {
        /// The domains.
        names: Vec<String>,
        /// How long they had.
        seconds: u64,
    },
}

/// Takes the steps, and says after each what was done.
///
/// # Errors
///
/// At the first step that cannot be taken; those before it are done, and have cut nobody off.
pub fn apply(steps: &[Step], hand: &Hand, manner: Manner, mut say: impl FnMut(String)) -> Result<(), Failure> {
    let failed = |what: String| |why: Error| Failure::Step { what, why };
    for step in steps {
        let restart = match step {
            Step::Tell(told, restart) => match tell(told, restart.uuid, hand) {
                Ok(()) => {
                    say(format!("network `{}` was told of {} changes while it runs", restart.name, told.len()));
                    continue;
                }
                Err(why) => {
                    say(format!("network `{}` cannot be told while it runs: {why}", restart.name));
                    restart
                }
            },
            Step::RestartNetwork(restart) => restart,
            Step::Define { name, definition, .. } => {
                hand.define(ObjectKind::Domain, definition).map_err(failed(format!("defining domain `{name}`")))?;
                say(format!("domain `{name}` runs on, and has its new definition from its next start on"));
                continue;
            }
            Step::ShutDown { .. } => continue,
        };
        let RestartNetwork { name, taps, .. } = restart;
        restart_network(restart, hand).map_err(failed(format!("restarting network `{name}`")))?;
        say(format!("network `{name}` was restarted; {} interfaces are on it again", taps.len()));
    }
    shut_down(steps, hand, manner, say)
}

fn tell(told: &[Tell], network: Uuid, hand: &Hand) -> Result<(), Error> {
    told.iter().try_for_each(|tell| {
        let verb = if tell.is_added { "add-last" } else { "delete" };
        hand.update(network, verb, tell.section.name(), &tell.element, tell.parent)
    })
}

/// Restarts a network with its new definition, or when that does not start, with the one that it had.
fn restart_network(restart: &RestartNetwork, hand: &Hand) -> Result<(), Error> {
    let [old_bridge, new_bridge] = &restart.bridges;
    hand.define(ObjectKind::Network, &restart.new)?;
    hand.stop_network(restart.uuid)?;
    let started = hand.start(ObjectKind::Network, restart.uuid);
    if started.is_err() {
        hand.define(ObjectKind::Network, &restart.old)?;
        hand.start(ObjectKind::Network, restart.uuid)?;
    }
    let bridge = if started.is_ok() { new_bridge } else { old_bridge };
    for tap in &restart.taps {
        hand.attach(tap, bridge)?;
    }
    started
}

fn shut_down(steps: &[Step], hand: &Hand, manner: Manner, mut say: impl FnMut(String)) -> Result<(), Failure> {
    let of_step = |step: &Step| match step {
        Step::ShutDown { uuid, name, why } => Some((*uuid, name.clone(), *why)),
        Step::Tell(..) | Step::RestartNetwork(_) | Step::Define { .. } => None,
    };
    let all: Vec<(Uuid, String, &str)> = steps.iter().filter_map(of_step).collect();
    if all.is_empty() {
        return Ok(());
    }
    for (_, name, why) in &all {
        say(format!("domain `{name}` is asked to shut down: {why}"));
    }
    let uuids: Vec<Uuid> = all.iter().map(|(uuid, ..)| *uuid).collect();
    let failed = |what: &'static str| move |why: Error| Failure::Step { what: what.to_owned(), why };
    let late = hand.shut_down(&uuids, manner.patience).map_err(failed("shutting domains down"))?;
    let names: Vec<String> =
        all.iter().filter(|(uuid, ..)| late.contains(uuid)).map(|(_, name, _)| format!("domain `{name}`")).collect();
    if names.is_empty() {
        return Ok(());
    }
    match manner.on_timeout {
        OnTimeout::Fail => Err(Failure::Guests { names, seconds: manner.patience.as_secs() }),
        OnTimeout::PowerOff => {
            for uuid in late {
                hand.power_off(uuid).map_err(failed("cutting domains off"))?;
            }
            say(format!("{} did not shut down in time, and was cut off", names.join(", ")));
            Ok(())
        }
    }
}
