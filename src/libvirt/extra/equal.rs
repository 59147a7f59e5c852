//! Finds what `extra` gives to two objects and only one can have. What the spec's own keys give is compared in
//! [`check`](crate::check).

use std::collections::HashMap;

use serde_json::Value as Json;

use super::place_of;
use crate::lab::domain::Domain;
use crate::lab::domain::firmware::Firmware;
use crate::lab::interface::Interface;
use crate::lab::network::Network;
use crate::lab::{ExtraAt, Lab};
use crate::libvirt::Object;
use crate::libvirt::tree::{Tree, Value};
use crate::place::Place;
use crate::problem::{Id, Problem};

/// What one object has, and where that is written.
struct Owned {
    what: String,
    place: Place,
    by_extra: bool,
}

/// Compares the definitions of a lab's networks, and those of its domains, in the order in which they start.
pub(in crate::libvirt) fn check(networks: &[Object], domains: &[Object], lab: &Lab) -> Vec<Problem> {
    let domains = || lab.domains_in_order().zip(domains.iter().map(|object| &object.definition.tree));
    let networks = lab.networks().zip(networks);
    let of_networks = networks.filter_map(|((_, network), object)| of_network(network, &object.definition.tree));
    let of_domains = domains().flat_map(|(domain, tree)| of_domain(domain, tree));
    let of_imported = lab.imported.iter().flat_map(|domain| &domain.interfaces).map(own);
    let macs = of_networks.chain(of_domains).chain(of_imported).collect();
    let mut problems = twice(macs, |mac, place| {
        Problem::new(Id::DuplicateMac, place, format!("the MAC address `{mac}` is used twice"))
            .help("write another one here")
    });
    let files = domains().filter_map(|(domain, tree)| nvram(domain, tree)).collect();
    problems.extend(twice(files, |path, place| {
        Problem::new(Id::DuplicateNvram, place, format!("two domains keep their firmware variables in `{path}`"))
            .help("leave the path out here for a file of its own")
    }));
    problems
}

/// Reports each that comes from `extra` and is not the only one. What the spec's own keys say comes first.
fn twice(owned: Vec<Owned>, problem: impl Fn(&str, Place) -> Problem) -> Vec<Problem> {
    let (by_extra, own): (Vec<Owned>, Vec<Owned>) = owned.into_iter().partition(|owned| owned.by_extra);
    let mut first: HashMap<String, Place> = HashMap::new();
    for Owned { what, place, .. } in own {
        first.entry(what).or_insert(place);
    }
    let mut problems = Vec::new();
    for Owned { what, place, .. } in by_extra {
        match first.get(&what) {
            Some(first) => problems.push(problem(&what, place).second_of(first)),
            None => drop(first.insert(what, place)),
        }
    }
    problems
}

/// The MAC address of a network.
fn of_network(network: &Network, tree: &Tree) -> Option<Owned> {
    let what = mac(tree)?;
    let own = network.mac.as_ref().filter(|own| own.value.to_string() == what);
    let place = match own {
        Some(own) => own.place.clone(),
        None => place_in(network.extra.as_slice(), "mac.address")?,
    };
    Some(Owned { what, place, by_extra: own.is_none() })
}

/// The MAC addresses of a domain: those of its own interfaces, before those that `extra` appends.
fn of_domain(domain: &Domain, tree: &Tree) -> Vec<Owned> {
    let mut own = domain.interfaces.iter().map(self::own).peekable();
    let mut owned: Vec<Owned> = Vec::new();
    for what in tree.elements("devices.interface").filter_map(mac) {
        let next = own.next_if(|own| own.what == what).or_else(|| {
            let by_extra = place_of_mac(&domain.extra, &what);
            // Two adapters of one definition that the entry stands on may be one in the guest: a team.
            let is_of_team = by_extra.is_none() && owned.iter().any(|known| known.what == what);
            let place = by_extra.unwrap_or_else(|| Place::key(&domain.at));
            (!is_of_team).then_some(Owned { what, place, by_extra: true })
        });
        owned.extend(next);
    }
    owned
}

fn own(interface: &Interface) -> Owned {
    Owned { what: interface.mac.value.to_string(), place: interface.mac.place.clone(), by_extra: false }
}

/// The file of a domain's firmware variables.
fn nvram(domain: &Domain, tree: &Tree) -> Option<Owned> {
    let what = text(tree, "os.nvram.path")?.to_owned();
    let own = match &domain.firmware {
        Firmware::Uefi { nvram, .. } if nvram.value == what => Some(nvram.place.clone()),
        Firmware::Uefi { .. } | Firmware::Bios => None,
    };
    let by_extra = own.is_none();
    let place = own.or_else(|| place_in(&domain.extra, "os.nvram.path")).unwrap_or_else(|| Place::key(&domain.at));
    Some(Owned { what, place, by_extra })
}

fn mac(tree: &Tree) -> Option<String> {
    text(tree, "mac.address").map(str::to_lowercase)
}

fn text<'t>(tree: &'t Tree, path: &str) -> Option<&'t str> {
    match tree.find(path)? {
        Value::Str(text) => Some(text),
        _ => None,
    }
}

fn place_in(extras: &[ExtraAt], path: &str) -> Option<Place> {
    place_of(path, &extras.iter().collect::<Vec<_>>())
}

/// Where the MAC address of an appended interface is written.
fn place_of_mac(extras: &[ExtraAt], mac: &str) -> Option<Place> {
    extras.iter().find_map(|extra| {
        let at = extra.at.key("devices").key("interface");
        let (items, list) = match extra.value.get("devices")?.get("interface")? {
            Json::Array(items) => (items.as_slice(), true),
            one => (std::slice::from_ref(one), false),
        };
        let is_it = |item: &Json| {
            let address = item.get("mac").and_then(|mac| mac.get("address")?.as_str());
            address.is_some_and(|address| address.eq_ignore_ascii_case(mac))
        };
        let index = items.iter().position(is_it)?;
        let item = if list { at.index(index) } else { at };
        Some(Place::value(item.key("mac").key("address")))
    })
}
