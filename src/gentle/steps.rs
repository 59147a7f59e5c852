//! Which steps an activation needs: from what `NixVirt` would do to what is done before it.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::manner::Manner;
use super::{DefineDomain, RestartNetwork, Step, hosts, words};
use crate::activation::definition::Definition;
use crate::activation::outcome::{Cause, Deed, Run, Verdict};
use crate::activation::settings::{Item, Settings};
use crate::activation::world::{Object, World};
use crate::lab::identity::ObjectKind;
use crate::spec::lifecycle::OnChange;

/// The steps before an activation that would go as `run` says without them. `before` is what the host has.
#[must_use]
pub fn before(before: &World, settings: &Settings, run: &Run, manner: &Manner) -> Vec<Step> {
    let mut steps = Vec::new();
    let running = || before.active(ObjectKind::Domain);
    // What domains are from now on that are defined while they run: to NixVirt, they are on the networks of that.
    let become_at_once = running().filter_map(|domain| match of_domain(domain, settings, run, manner, None)? {
        Step::Define(_) | Step::Describe { .. } => {
            Some((domain.uuid(), &run.world.object(domain.kind, domain.uuid())?.definition))
        }
        _ => None,
    });
    let becomes: BTreeMap<Uuid, &Definition> = become_at_once.collect();
    let is_met = |domain: &Object, network: &Object| {
        is_on(domain, network) || becomes.get(&domain.uuid()).is_some_and(|new| new.is_on(&network.definition))
    };
    // Domains whose network stops, each with the network.
    let mut cut: BTreeMap<Uuid, String> = BTreeMap::new();
    for network in before.active(ObjectKind::Network) {
        if let Some(new) = network_stays(network, settings, run, before) {
            // As it is written: libvirt's test driver, which has read the new one, knows no lines for dnsmasq.
            let written = settings.item(network.kind, network.uuid()).map_or(new, |item| &item.definition);
            let is_used = running().any(|domain| is_met(domain, network));
            // With nobody on it, NixVirt may restart it.
            steps.extend(of_network(network, new, written, before).filter(|_| is_used));
        } else {
            // Who is on a network that goes away would run on without it.
            let met = running().filter(|domain| is_met(domain, network));
            cut.extend(met.map(|domain| (domain.uuid(), network.name().to_owned())));
        }
    }
    for domain in running() {
        steps.extend(of_domain(domain, settings, run, manner, cut.get(&domain.uuid())));
    }
    steps
}

/// The domains that are started after an activation, in the order of the settings: those that ran before and that may.
pub fn after<'s>(ran: &BTreeSet<Uuid>, settings: &'s Settings) -> impl Iterator<Item = &'s Definition> {
    let listed = settings.domains.iter().flatten();
    let may_run = listed.filter(|item| item.active != Some(false));
    may_run.map(|item| &item.definition).filter(|definition| ran.contains(&definition.uuid))
}

/// The new definition of a network that `NixVirt` would restart and that can go on; `None` when it stops for good, or has another
/// name, or its running domains cannot follow it. Its own, where nothing happens to it.
fn network_stays<'r>(network: &'r Object, settings: &Settings, run: &'r Run, world: &World) -> Option<&'r Definition> {
    let stop = run.events_of(network).find_map(|event| match &event.deed {
        Deed::Stop(cause) => Some(cause),
        _ => None,
    });
    match stop {
        None => Some(&network.definition),
        Some(Cause::Changed) => {
            let is_listed = settings.item(network.kind, network.uuid())?.active != Some(false);
            let after = &run.world.object(network.kind, network.uuid())?.definition;
            let on_it = run_on(network, world);
            (is_listed && can_move(&network.definition, after, on_it)).then_some(after)
        }
        // Its owner asked for it.
        Some(Cause::Restart | Cause::Renamed | Cause::Unlisted | Cause::Inactive | Cause::Network(_)) => None,
    }
}

/// Whether running domains can go from the bridge of a network to that of another: where it is the same, or both are Linux's and
/// nothing is known of a port but where it is.
fn can_move<'d>(from: &Definition, to: &Definition, mut on_it: impl Iterator<Item = &'d Definition>) -> bool {
    let is_plain = |network: &Definition| network.facts.port_type.is_none() && !network.has_vlan();
    let (old, new) = (&from.facts.bridge, &to.facts.bridge);
    let mut can_go = || new.is_some() && is_plain(from) && is_plain(to) && !on_it.any(Definition::has_vlan);
    old == new || old.is_none() || can_go()
}

/// Whether a domain is on a network, as it runs or by its definition.
fn is_on(domain: &Object, network: &Object) -> bool {
    let is_on = |definition: &Definition| definition.is_on(&network.definition);
    is_on(&domain.definition) || domain.running.as_ref().is_some_and(is_on)
}

/// The domains that run, as they run, of those that are on a network.
fn run_on<'w>(network: &'w Object, world: &'w World) -> impl Iterator<Item = &'w Definition> {
    world
        .active(ObjectKind::Domain)
        .filter(|domain| is_on(domain, network))
        .filter_map(|domain| domain.running.as_ref())
}

fn of_network(network: &Object, new: &Definition, written: &Definition, world: &World) -> Option<Step> {
    if network.definition.compared(network.kind, new) == new.compared(network.kind, new) {
        return None;
    }
    let taps = run_on(network, world).flat_map(|running| running.taps_on(&network.definition));
    let restart = RestartNetwork {
        uuid: network.uuid(),
        name: new.name.clone(),
        old: network.definition.text().to_owned(),
        new: written.text().to_owned(),
        bridges: [&network.definition, new].map(|definition| definition.facts.bridge.clone()),
        taps: taps.collect(),
    };
    Some(match hosts::difference(&network.definition, new) {
        Some(changes) => Step::Tell { changes, restart },
        None => Step::RestartNetwork(restart),
    })
}

fn of_domain(
    domain: &Object,
    settings: &Settings,
    run: &Run,
    manner: &Manner,
    lost_network: Option<&String>,
) -> Option<Step> {
    let shut_down = |cause| Some(Step::ShutDown { uuid: domain.uuid(), name: domain.name().to_owned(), cause });
    let loses_network = lost_network.map(|network| Cause::Network(network.clone()));
    let Some(item) = settings.item(domain.kind, domain.uuid()) else {
        // Where there is no section of domains, nobody stops it but its network.
        return if settings.domains.is_none() { shut_down(loses_network?) } else { shut_down(Cause::Unlisted) };
    };
    if item.active == Some(false) {
        return shut_down(Cause::Inactive);
    }
    if item.definition.name != domain.definition.name {
        return shut_down(Cause::Renamed);
    }
    match (run.verdict_of(domain), loses_network) {
        (Some(Verdict::Always), _) => shut_down(Cause::Restart),
        (_, Some(cause)) => shut_down(cause),
        (Some(Verdict::Changed), None) => of_changed(domain, item, run, manner),
        // NixVirt defines it, and leaves it running.
        (Some(Verdict::Never), None) => {
            of_changed(domain, item, run, manner).filter(|step| matches!(step, Step::Describe { .. }))
        }
        (Some(Verdict::New | Verdict::Unchanged) | None, None) => None,
    }
}

fn of_changed(domain: &Object, item: &Item, run: &Run, manner: &Manner) -> Option<Step> {
    let (uuid, name) = (domain.uuid(), domain.name().to_owned());
    let new = &run.world.object(domain.kind, uuid)?.definition;
    let define = DefineDomain { uuid, name, definition: item.definition.clone().as_handed_over().text().to_owned() };
    if let Some(words) = words::difference(&domain.definition, new) {
        return Some(Step::Describe { define, words });
    }
    match manner.on_change(uuid) {
        OnChange::NextStart => Some(Step::Define(define)),
        OnChange::Shutdown => Some(Step::ShutDown { uuid, name: define.name, cause: Cause::Changed }),
        // As NixVirt does it.
        OnChange::PowerOff => None,
    }
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;

    #[test]
    fn domains_move_between_bridges_of_linux_only() {
        let network = |rest: &str| {
            let uuid = Uuid::from_u128(1);
            Definition::new(format!("<network><name>lan</name><uuid>{uuid}</uuid>{rest}</network>")).unwrap()
        };
        let nat = network("<forward mode='nat'/><bridge name='virbr-lan'/>");
        let isolated = network("<bridge name='virbr-other'/>");
        let bridge = network("<forward mode='bridge'/><bridge name='br0'/>");
        let ovs = network("<forward mode='bridge'/><bridge name='br0'/><virtualport type='openvswitch'/>");
        let other_ovs = network("<forward mode='bridge'/><bridge name='br1'/><virtualport type='openvswitch'/>");
        let vlan = network("<forward mode='bridge'/><bridge name='br1'/><vlan><tag id='7'/></vlan>");
        let macvtap = network("<forward mode='bridge'><interface dev='eth0'/></forward>");
        for (from, to) in [(&nat, &isolated), (&nat, &bridge), (&bridge, &nat), (&ovs, &ovs), (&macvtap, &nat)] {
            assert!(can_move(from, to, iter::empty()), "{} to {}", from.text(), to.text());
        }
        for (from, to) in
            [(&nat, &ovs), (&ovs, &nat), (&ovs, &other_ovs), (&nat, &macvtap), (&bridge, &macvtap), (&vlan, &bridge)]
        {
            assert!(!can_move(from, to, iter::empty()), "{} to {}", from.text(), to.text());
        }
    }
}
