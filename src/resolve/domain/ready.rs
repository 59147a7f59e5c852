//! Reads by what a domain is seen to be ready.

use std::time::Duration;

use crate::lab::cloud_init::CloudInit;
use crate::lab::cloud_init::network::GuestNetwork;
use crate::lab::domain::ready::{Ready, Sign};
use crate::lab::interface::Interface;
use crate::lab::interface::forward::Forward;
use crate::lab::unattended::Unattended;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems, quoted_choice};
use crate::resolve::guest::Guest;
use crate::resolve::layers::{Layers, Word, present, written};
use crate::resolve::{parse, text};
use crate::spec;
use crate::spec::key::{Key, key};

/// The longest that can be waited for, in seconds: a day.
const LONGEST: u32 = 86_400;

/// Reads how the domain is determined to be ready; by default, by its agent if it has one, and where Windows installs itself, by
/// what its script leaves.
pub(crate) fn ready(
    guest: &Guest<'_>,
    has_agent: bool,
    interfaces: &[Interface],
    cloud_init: Option<&CloudInit>,
    unattended: Option<&Unattended>,
    problems: &mut Problems,
) -> Ready {
    let layers = guest.layers.object(key!(ready));
    let timeout = layers.get(key!(timeout)).and_then(|word| timeout(word, problems));
    let usual = if guest.os.is_windows() { Ready::OF_WINDOWS } else { Ready::USUAL };
    let timeout = timeout.map_or(usual, |seconds| Duration::from_secs(seconds.into()));
    let written = sign(guest, problems);
    let by_itself = match unattended {
        Some(unattended) if has_agent && unattended.guest_tools => Sign::Installed,
        _ if has_agent => Sign::Agent,
        _ => Sign::Running,
    };
    let Some((sign, place)) = written else { return Ready { sign: by_itself, timeout, place: None } };
    takes_agent(&sign, &place, has_agent, problems);
    let network = cloud_init.and_then(|cloud_init| cloud_init.network.as_ref());
    let mut own = network.into_iter().flat_map(GuestNetwork::by_interface);
    if !own.any(|(addressing, ..)| !addressing.addresses.is_empty()) {
        is_reached(&sign, &place, interfaces, problems);
    }
    Ready { sign, timeout, place: Some(place) }
}

/// What the strongest layer says that says one.
fn sign(guest: &Guest<'_>, problems: &mut Problems) -> Option<(Sign, Place)> {
    let every: Vec<_> = guest.layers.every(key!(ready)).collect();
    let mut strongest_first = every.iter().rev().map(|layer| Layers::one(layer.pointer(), layer.value));
    let kinds = |layer: &Layers<'_, spec::ready::Ready>| written!(layer => agent, running, tcp, ssh, winrm, run);
    let layer = strongest_first.find(|layer| present(kinds(layer)).next().is_some())?;
    parse::one_of(&kinds(&layer), "`ready`", &layer.pointer(), problems)?;
    let flags: [Key<spec::ready::Ready, bool>; 4] = [key!(agent), key!(running), key!(ssh), key!(winrm)];
    problems.extend(flags.into_iter().filter_map(|key| layer.get(key).and_then(parse::only_true)));
    let flag = |is_given: bool, sign: Sign| is_given.then_some(sign);
    let sign = layer
        .value(key!(tcp))
        .map(Sign::Tcp)
        .or_else(|| layer.get(key!(run)).and_then(|word| command(word, problems)).map(Sign::Run))
        .or_else(|| flag(layer.get(key!(agent)).is_some(), Sign::Agent))
        .or_else(|| flag(layer.get(key!(running)).is_some(), Sign::Running))
        .or_else(|| flag(layer.get(key!(ssh)).is_some(), Sign::Ssh))
        .or_else(|| flag(layer.get(key!(winrm)).is_some(), Sign::Winrm))?;
    let (_, at) = present(kinds(&layer)).next()?;
    Some((sign, Place::value(at)))
}

/// Reads a command of the guest's shell.
fn command(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    if word.value.trim().is_empty() {
        problems.push(
            Problem::out_of_range(word.place(), "an empty command")
                .label("always succeeds")
                .help("write a command for the guest's shell, such as `\"systemctl is-system-running --wait\"`"),
        );
        return None;
    }
    text::prose_of(word, problems)
}

/// Refuses an agent that the domain has no channel for.
fn takes_agent(sign: &Sign, place: &Place, has_agent: bool, problems: &mut Problems) {
    if sign.takes_agent() && !has_agent {
        problems.push(
            Problem::conflict(place.clone(), "`ready` by an agent that the domain does not have")
                .label("needs `agent`")
                .help("set `\"agent\": true`, or use another check, such as `{ \"running\": true }`"),
        );
    }
}

/// Refuses ports that nobody could ever reach.
fn is_reached(sign: &Sign, place: &Place, interfaces: &[Interface], problems: &mut Problems) {
    let ports = sign.ports();
    let leads = |interface: &Interface| {
        let to = |forward: &Forward| ports.iter().any(|port| forward.leads_to(*port));
        !interface.addresses.is_empty() || interface.forwards.iter().any(to)
    };
    if !ports.is_empty() && !interfaces.iter().any(leads) {
        let ports = quoted_choice(ports.iter().map(u16::to_string).collect::<Vec<_>>().iter().map(String::as_str));
        problems.push(
            Problem::needs(place.clone(), "the guest's address is not known", "an `ip`").help(format!(
                "give an interface an `ip`, or `forwards` of port {ports}; or use another check, such as `{{ \"agent\": true }}`"
            )),
        );
    }
}

/// Reads how long it may take, in seconds.
fn timeout(word: Word<'_>, problems: &mut Problems) -> Option<u32> {
    let text = word.value;
    let seconds = parse::seconds(text).filter(|seconds| (1..=LONGEST).contains(seconds));
    if seconds.is_none() {
        problems.push(
            Problem::of_value(Id::BadDuration, word.place(), format!("`{text}` is not a timeout"))
                .label("needs a whole number and `s`, `m` or `h`, at most a day")
                .help("write it like `\"10m\"`"),
        );
    }
    seconds
}
