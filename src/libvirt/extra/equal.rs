//! Finds what `extra` gives to two objects and only one can have. What the spec's own keys give is compared in
//! [`check`](crate::check).

use std::collections::HashMap;

use serde_json::Value as Json;

use super::place_of;
use crate::lab::domain::Domain;
use crate::lab::domain::firmware::Firmware;
use crate::lab::interface::Interface;
use crate::lab::network::Network;
use crate::lab::path::plain;
use crate::lab::{ExtraAt, Lab};
use crate::libvirt::Object;
use crate::libvirt::tree::{Tree, Value};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};

/// What one object has, and where that is written.
struct Owned<'l> {
    what: String,
    place: Place,
    by_extra: bool,
    /// The domain that has it, if one does: the machine's other forms may have it too.
    domain: Option<&'l Domain>,
}

/// Compares the definitions of a lab's networks, and those of its domains, in the order in which they start.
pub(in crate::libvirt) fn check(networks: &[Object], domains: &[Object], lab: &Lab) -> Vec<Problem> {
    let domains = || lab.domains_in_order().zip(domains.iter().map(|object| &object.definition.tree));
    let networks = lab.networks().zip(networks);
    let of_networks = networks.filter_map(|((_, network), object)| of_network(network, &object.definition.tree));
    let of_domains = domains().flat_map(|(domain, tree)| of_domain(domain, tree));
    let of_imported = lab.imported.iter().flat_map(|domain| &domain.interfaces).map(|interface| own(interface, None));
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
    let disks = domains().flat_map(|(domain, tree)| disks(domain, tree, lab)).collect();
    problems.extend(twice(disks, |disk, place| {
        Problem::new(Id::DuplicateVolume, place, format!("two disks use `{disk}`"))
            .help("give each disk an image of its own")
    }));
    problems
}

/// Reports each that comes from `extra` and is not the only one. What the spec's own keys say comes first.
fn twice(owned: Vec<Owned<'_>>, problem: impl Fn(&str, Place) -> Problem) -> Vec<Problem> {
    let (by_extra, own): (Vec<Owned<'_>>, Vec<Owned<'_>>) = owned.into_iter().partition(|owned| owned.by_extra);
    let mut first: HashMap<String, (Place, Option<&Domain>)> = HashMap::new();
    for Owned { what, place, domain, .. } in own {
        first.entry(what).or_insert((place, domain));
    }
    let mut problems = Vec::new();
    for Owned { what, place, domain, .. } in by_extra {
        match first.get(&what) {
            Some((_, other)) if domain.zip(*other).is_some_and(|(domain, other)| domain.is_another_form_of(other)) => {}
            Some((first, _)) => problems.push(problem(&what, place).second_of(first)),
            None => drop(first.insert(what, (place, domain))),
        }
    }
    problems
}

/// The MAC address of a network.
fn of_network(network: &Network, tree: &Tree) -> Option<Owned<'static>> {
    let what = mac(tree)?;
    let own = network.mac.as_ref().filter(|own| own.value.to_string() == what);
    let place = match own {
        Some(own) => own.place.clone(),
        None => place_in(network.extra.as_slice(), "mac.address")?,
    };
    Some(Owned { what, place, by_extra: own.is_none(), domain: None })
}

/// The MAC addresses of a domain: those of its own interfaces, before those that `extra` appends.
fn of_domain<'l>(domain: &'l Domain, tree: &Tree) -> Vec<Owned<'l>> {
    let mut own = domain.interfaces.iter().map(|interface| self::own(interface, Some(domain))).peekable();
    let mut owned: Vec<Owned<'_>> = Vec::new();
    for what in tree.elements("devices.interface").filter_map(mac) {
        let next = own.next_if(|own| own.what == what).or_else(|| {
            let is_it = |at: &str| at.eq_ignore_ascii_case(&what);
            let by_extra = place_of_device(&domain.extra, "interface", &["mac", "address"], is_it);
            // Two adapters of one definition that the entry stands on may be one in the guest: a team.
            let is_of_team = by_extra.is_none() && owned.iter().any(|known| known.what == what);
            let place = by_extra.unwrap_or_else(|| Place::key(&domain.at));
            (!is_of_team).then_some(Owned { what, place, by_extra: true, domain: Some(domain) })
        });
        owned.extend(next);
    }
    owned
}

fn own<'l>(interface: &Interface, domain: Option<&'l Domain>) -> Owned<'l> {
    let mac = &interface.mac;
    Owned { what: mac.value.to_string(), place: mac.place.clone(), by_extra: false, domain }
}

/// The file of a domain's firmware variables.
fn nvram<'l>(domain: &'l Domain, tree: &Tree) -> Option<Owned<'l>> {
    let what = plain(text(tree, "os.nvram.path")?);
    let own = match &domain.firmware {
        Firmware::Uefi { nvram, .. } if plain(&nvram.value) == what => Some(nvram.place.clone()),
        Firmware::Uefi { .. } | Firmware::Bios => None,
    };
    let by_extra = own.is_none();
    let place = own.or_else(|| place_in(&domain.extra, "os.nvram.path")).unwrap_or_else(|| Place::key(&domain.at));
    Some(Owned { what, place, by_extra, domain: Some(domain) })
}

/// The disks of a domain that nobody else may have: its own ones, and those that `extra` adds.
fn disks<'l>(domain: &'l Domain, tree: &Tree, lab: &Lab) -> Vec<Owned<'l>> {
    let pools = lab.pools.as_deref().unwrap_or_default();
    let own = domain.disks.iter().filter(|disk| !disk.shareable);
    let own = own.map(|disk| (disk.source.place(pools), Place::value(&disk.at), false));
    let is_alone = |disk: &&Tree| {
        matches!(text(disk, "device"), None | Some("disk" | "lun"))
            && ["shareable", "readonly", "transient"].iter().all(|name| disk.get(name).is_none())
    };
    let by_extra = tree.elements("devices.disk").filter(is_alone).filter_map(|disk| {
        let (key, path) = ["file", "dev"].iter().find_map(|key| Some((*key, text(disk, &format!("source.{key}"))?)))?;
        let place = place_of_device(&domain.extra, "disk", &["source", key], |at| at == path)?;
        Some((plain(path), place, true))
    });
    let owned = |(what, place, by_extra)| Owned { what, place, by_extra, domain: Some(domain) };
    own.chain(by_extra).map(owned).collect()
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

/// Where `extra` says of a device of this name what is at the path in it, if that `is_it`.
fn place_of_device(extras: &[ExtraAt], name: &str, path: &[&str], is_it: impl Fn(&str) -> bool) -> Option<Place> {
    extras.iter().find_map(|extra| {
        let at = extra.at.key("devices").key(name);
        let items: Vec<(&Json, Pointer)> = match extra.value.get("devices")?.get(name)? {
            Json::Array(items) => items.iter().enumerate().map(|(index, item)| (item, at.index(index))).collect(),
            one => vec![(one, at)],
        };
        let has_it = |item: &Json| {
            let found = path.iter().try_fold(item, |json, step| json.get(step)).and_then(Json::as_str);
            found.is_some_and(&is_it)
        };
        let (_, item) = items.into_iter().find(|(item, _)| has_it(item))?;
        Some(Place::value(path.iter().fold(item, |at, step| at.key(step))))
    })
}
