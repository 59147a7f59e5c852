//! Takes the steps, one after the other.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::manner::{Manner, OnTimeout};
use super::{DefineDomain, RestartNetwork, Step, Tell};
use crate::activation::definition::Tap;
use crate::activation::outcome::Cause;
use crate::lab::identity::ObjectKind;
use crate::virsh::Error;
use crate::virsh::hand::Hand;
use crate::virsh::ports;

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
    /// A network does not restart.
    #[error("network `{name}` does not restart, and {}: {why}", if *is_down { "is down" } else { "keeps running unchanged" })]
    Network {
        /// The network.
        name: String,
        /// What libvirt says.
        why: Error,
        /// Whether it does not run any more, not even as it was.
        is_down: bool,
    },
    /// Guests have not shut down in time.
    #[error("{} did not shut down within {seconds} seconds; a domain that shuts down later stays off until it is started (`virsh start NAME`)",
        names.join(", "))]
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
/// At the first step that cannot be taken; those before it are done, and have cut nobody off. Guests come first: when one does not
/// shut down, nothing else has happened.
pub fn apply(steps: &[Step], hand: &Hand, manner: &Manner, mut say: impl FnMut(String)) -> Result<(), Failure> {
    shut_down(steps, hand, manner, &mut say)?;
    for step in steps {
        match step {
            Step::Tell { changes, restart } => match tell(changes, restart.uuid, hand) {
                Ok(()) => {
                    say(format!("{1} changes were made to network `{0}` while it runs", restart.name, changes.len()));
                }
                Err(why) => {
                    say(format!("network `{}` cannot be changed while it runs: {why}", restart.name));
                    restart_network(restart, hand, &mut say)?;
                }
            },
            Step::RestartNetwork(restart) => restart_network(restart, hand, &mut say)?,
            Step::Describe { define, words } => match hand.describe(define.uuid, &words.title, &words.description) {
                Ok(()) => say(format!("domain `{}` has its new title and description", define.name)),
                Err(_) => define_domain(define, hand, &mut say)?,
            },
            Step::Define(define) => define_domain(define, hand, &mut say)?,
            Step::ShutDown { .. } => {}
        }
    }
    Ok(())
}

fn define_domain(domain: &DefineDomain, hand: &Hand, say: &mut impl FnMut(String)) -> Result<(), Failure> {
    let DefineDomain { name, definition, .. } = domain;
    let defined = hand.define(ObjectKind::Domain, definition);
    defined.map_err(|why| Failure::Step { what: format!("defining domain `{name}`"), why })?;
    say(format!("domain `{name}` keeps running, and gets its new definition at its next start"));
    Ok(())
}

fn restart_network(restart: &RestartNetwork, hand: &Hand, say: &mut impl FnMut(String)) -> Result<(), Failure> {
    let name = &restart.name;
    let count = put_through(restart, hand)?;
    say(format!("network `{name}` was restarted; {count} interfaces were reconnected"));
    Ok(())
}

fn tell(told: &[Tell], network: Uuid, hand: &Hand) -> Result<(), Error> {
    told.iter().try_for_each(|tell| {
        let verb = if tell.is_added { "add-last" } else { "delete" };
        hand.update(network, verb, tell.section.name(), &tell.element, tell.parent)
    })
}

/// Restarts a network with its new definition, or when that does not start, with the one that it had. Returns how many interfaces
/// are on it again.
fn put_through(restart: &RestartNetwork, hand: &Hand) -> Result<usize, Failure> {
    let [old_bridge, new_bridge] = &restart.bridges;
    let is_known = |device: &str| restart.taps.iter().any(|tap| tap.device == device);
    // What somebody else has put on a bridge is lost with it, too.
    let mut others = old_bridge.as_deref().map(ports::on).unwrap_or_default();
    others.retain(|other| !is_known(&other.device));
    let failed = |is_down: bool| move |why: Error| Failure::Network { name: restart.name.clone(), why, is_down };
    // Else nobody would see again that it does not run as it is defined.
    let define_as_it_was = || hand.define(ObjectKind::Network, &restart.old);
    hand.define(ObjectKind::Network, &restart.new).map_err(failed(false))?;
    if let Err(why) = hand.stop_network(restart.uuid) {
        let _ = define_as_it_was();
        return Err(failed(false)(why));
    }
    let started = hand.start_network(restart.uuid);
    let is_down = started.is_err() && {
        let _ = define_as_it_was();
        hand.start_network(restart.uuid).is_err()
    };
    let bridge = if started.is_ok() { new_bridge } else { old_bridge };
    let moves = |tap: &&Tap| bridge != old_bridge && ports::is_there(&tap.device) || ports::is_loose(&tap.device);
    let own: Vec<&Tap> = restart.taps.iter().filter(moves).collect();
    let lost = others.iter().filter(|tap| ports::is_loose(&tap.device));
    let attached = match bridge {
        Some(bridge) if !is_down => put(own.into_iter().chain(lost), bridge, hand),
        Some(_) | None => Ok(0),
    };
    started.and(attached).map_err(failed(is_down))
}

/// Puts devices on a bridge, as many as can be. Returns how many they are.
///
/// # Errors
///
/// Why the first could not be put there that could not.
pub fn put<'t>(taps: impl IntoIterator<Item = &'t Tap>, bridge: &str, hand: &Hand) -> Result<usize, Error> {
    let tried: Vec<Result<(), Error>> = taps.into_iter().map(|tap| hand.attach(tap, bridge)).collect();
    let count = tried.len();
    tried.into_iter().collect::<Result<(), Error>>().map(|()| count)
}

fn shut_down(steps: &[Step], hand: &Hand, manner: &Manner, say: &mut impl FnMut(String)) -> Result<(), Failure> {
    let mut asked: BTreeMap<Uuid, &str> = BTreeMap::new();
    for step in steps {
        if let Step::ShutDown { uuid, name, cause } = step {
            say(format!("domain `{name}` is asked to shut down: {}", why(cause)));
            asked.insert(*uuid, name);
        }
    }
    if asked.is_empty() {
        return Ok(());
    }
    let uuids: Vec<Uuid> = asked.keys().copied().collect();
    let failed = |what: &'static str| move |why: Error| Failure::Step { what: what.to_owned(), why };
    let late = hand.shut_down(&uuids, manner.patience()).map_err(failed("shutting domains down"))?;
    let names: Vec<String> = late.iter().map(|uuid| format!("domain `{}`", asked[uuid])).collect();
    if names.is_empty() {
        return Ok(());
    }
    match manner.on_timeout {
        OnTimeout::Fail => Err(Failure::Guests { names, seconds: manner.shutdown_timeout }),
        OnTimeout::PowerOff => {
            for uuid in late {
                hand.power_off(uuid).map_err(failed("powering domains off"))?;
            }
            say(format!("{} did not shut down in time, and was powered off", names.join(", ")));
            Ok(())
        }
    }
}

fn why(cause: &Cause) -> String {
    match cause {
        Cause::Unlisted => "it is no longer in the lab".to_owned(),
        Cause::Renamed => "it is renamed".to_owned(),
        Cause::Changed => "its definition changed".to_owned(),
        Cause::Restart => "`restart` is true".to_owned(),
        Cause::Inactive => "`active` is false".to_owned(),
        Cause::Network(network) => format!("network `{network}` stops"),
    }
}
