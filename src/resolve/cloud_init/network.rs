//! Reads the network of a guest: finds the interfaces that bonds and VLANs name, gives names to those, and collects what
//! each has of addresses.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::lab::cloud_init::address::{Addressing, Segment};
use crate::lab::cloud_init::network::{GuestBond, GuestInterface, GuestNetwork, GuestVlan};
use crate::lab::interface::Interface;
use crate::lab::interface::attachment::Attachment;
use crate::lab::subnet::Family;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::cloud_init::address;
use crate::resolve::cloud_init::address::{Carries, On, Served};
use crate::resolve::device_name;
use crate::resolve::guest::Guest;
use crate::resolve::interface;
use crate::resolve::layers::{At, Layers, Word};
use crate::resolve::names::Names;
use crate::resolve::parse;
use crate::spec::cloud_init as written;
use crate::spec::cloud_init::BondMode;
use crate::spec::key::key;

/// What names in a guest's network can refer to: its interfaces and bonds.
struct GuestLinks<'i> {
    interfaces: &'i [Interface],
    /// The bond that an interface is in, and where that is written.
    bonds: HashMap<usize, (String, Place)>,
}

impl GuestLinks<'_> {
    /// Finds the interface that a name means, or reports that there is none.
    fn interface(&self, name: &str, place: Place, problems: &mut Problems) -> Option<usize> {
        let found = self.interfaces.iter().position(|interface| interface.name == name);
        if found.is_none() {
            problems.push(self.unknown(name, place, &[]));
        }
        found
    }

    fn unknown(&self, name: &str, place: Place, bonds: &[&str]) -> Problem {
        let known = self.interfaces.iter().map(|interface| interface.name.as_str()).chain(bonds.iter().copied());
        interface::unknown(name, place, known.collect())
    }
}

/// What a VLAN is on.
enum Link {
    Interface(usize),
    Bond(usize),
}

/// Reads the guest's network, unless the spec leaves it to the image.
pub(crate) fn network(
    layers: &Layers<'_, written::GuestNetwork>,
    guest: &Guest<'_>,
    interfaces: &[Interface],
    problems: &mut Problems,
) -> Option<GuestNetwork> {
    if layers.is_empty() {
        return None;
    }
    let written_interfaces = layers.entries(key!(interfaces));
    let written_bonds = layers.entries(key!(bonds));
    let written_vlans = layers.entries(key!(vlans));

    let mut guest_links = GuestLinks { interfaces, bonds: HashMap::new() };
    let mut addressed: HashMap<usize, &Layers<'_, written::GuestInterface>> = HashMap::new();
    for (name, layers) in &written_interfaces {
        if let Some(index) = guest_links.interface(name, layers.key_place(), problems) {
            addressed.insert(index, layers);
        }
    }
    let members = members(&written_bonds, &mut guest_links, problems);
    let bond_names: Vec<&str> = written_bonds.keys().map(String::as_str).collect();
    let tags: Vec<u16> = written_vlans
        .values()
        .map(|vlan| vlan.needed(key!(tag), problems).map(|tag| *tag.value).unwrap_or_default())
        .collect();
    let links: Vec<Option<Link>> =
        written_vlans.values().map(|vlan| link_of(vlan, interfaces, &bond_names, &guest_links, problems)).collect();
    let carries = |index: usize| links.iter().flatten().any(|link| matches!(link, Link::Interface(on) if *on == index));

    let mut ids: Vec<String> = Vec::with_capacity(interfaces.len());
    let mut guest_interfaces = Vec::with_capacity(interfaces.len());
    for (index, interface) in interfaces.iter().enumerate() {
        let is_named = carries(index) || guest_links.bonds.contains_key(&index);
        let fits = !is_named || interface.name.len() <= device_name::MAX;
        let id = if fits { interface.name.clone() } else { format!("net{index}") };
        let on = On { segment: segment(interface), served: served(interface, guest.names), interface: Some(interface) };
        let own = Layers::new(Vec::new());
        let layers = addressed.get(&index).copied().unwrap_or(&own);
        let addressing = match guest_links.bonds.get(&index) {
            Some((bond, place)) => address::of_member(layers, bond, place, problems),
            None => address::addressing(layers, &on, Carries(carries(index)), guest, problems),
        };
        ids.push(id.clone());
        guest_interfaces.push(GuestInterface { id, named: is_named, addressing });
    }

    let mut taken: HashMap<String, Place> =
        ids.iter().zip(interfaces).map(|(id, interface)| (id.clone(), Place::value(&interface.at))).collect();
    let mut bonds = Vec::with_capacity(written_bonds.len());
    for (at, ((name, layers), members)) in written_bonds.iter().zip(&members).enumerate() {
        check_name(name, &layers.pointer(), &mut taken, problems);
        let first = members.first().map(|index| &interfaces[*index]);
        let on = On {
            segment: first.and_then(segment),
            served: first.map_or(Served::Unknown, |first| served(first, guest.names)),
            interface: None,
        };
        let carries = links.iter().flatten().any(|link| matches!(link, Link::Bond(on) if *on == at));
        bonds.push(GuestBond {
            name: name.clone(),
            interfaces: members.iter().map(|index| ids[*index].clone()).collect(),
            first: members.first().copied(),
            mode: layers.value(key!(mode)).unwrap_or(BondMode::ActiveBackup),
            addressing: address::addressing(layers, &on, Carries(carries), guest, problems),
        });
    }
    let mut vlans = Vec::with_capacity(written_vlans.len());
    for (((name, layers), link), tag) in written_vlans.iter().zip(&links).zip(tags) {
        check_name(name, &layers.pointer(), &mut taken, problems);
        let below = link.as_ref().and_then(|link| match link {
            Link::Interface(index) => Some(*index),
            Link::Bond(bond) => members[*bond].first().copied(),
        });
        let on = On {
            segment: below.and_then(|index| segment(&interfaces[index])).map(|segment| segment.tagged(tag)),
            served: Served::Unknown,
            interface: None,
        };
        let addressing = address::addressing(layers, &on, Carries(false), guest, problems);
        let link = match link {
            Some(Link::Interface(index)) => ids[*index].clone(),
            Some(Link::Bond(bond)) => bond_names[*bond].to_owned(),
            None => continue,
        };
        vlans.push(GuestVlan { name: name.clone(), tag, link, addressing });
    }
    let mut network = GuestNetwork { interfaces: guest_interfaces, bonds, vlans };
    one_way_out(&network, problems);
    if let Some(word) = layers.get(key!(default_route)) {
        default_route(word, &mut network, interfaces, &guest_links, problems);
    }
    Some(network)
}

/// Lets one way lead everywhere else: the others take no routes from DHCP.
fn default_route(
    word: Word<'_>,
    network: &mut GuestNetwork,
    interfaces: &[Interface],
    guest_links: &GuestLinks<'_>,
    problems: &mut Problems,
) {
    let bonds = network.bonds.iter().map(|bond| &bond.name);
    let further: Vec<String> = bonds.chain(network.vlans.iter().map(|vlan| &vlan.name)).cloned().collect();
    let mut names = interfaces.iter().map(|interface| &interface.name).chain(&further);
    let Some(chosen) = names.position(|name| name == word.value) else {
        let further: Vec<&str> = further.iter().map(String::as_str).collect();
        problems.push(guest_links.unknown(word.value, word.place(), &further));
        return;
    };
    let own: Vec<Family> = network.addressings().nth(chosen).into_iter().flat_map(families).collect();
    for (index, addressing) in network.addressings_mut().enumerate() {
        if index != chosen {
            addressing.dhcp.without_routes = true;
            // Two routers of one family are reported as such.
            let other = addressing.gateways.iter().find(|other| !own.contains(&Family::of(other.value)));
            problems.extend(other.map(|other| {
                Problem::conflict(
                    word.place(),
                    format!("two default routes, through `{}` and another interface", word.value),
                )
                .label("the default route")
                .related(other.place.clone(), "another gateway")
                .help("leave that gateway out, or set `defaultRoute` to its interface")
            }));
        } else if !addressing.dhcp.v4 && !addressing.dhcp.v6 && addressing.gateways.is_empty() {
            problems.push(
                Problem::needs(
                    word.place(),
                    format!("the default route leads through `{}`, which has no gateway", word.value),
                    "a `gateway` or DHCP there",
                )
                .help("give it a `gateway`, or choose one that uses DHCP"),
            );
        }
    }
}

/// The address families that a router to everywhere else is written for.
fn families(addressing: &Addressing) -> impl Iterator<Item = Family> + '_ {
    addressing.gateways.iter().map(|gateway| Family::of(gateway.value))
}

/// Finds what carries a VLAN, which has to be there and to be in no bond itself.
fn link_of(
    vlan: &Layers<'_, written::GuestVlan>,
    interfaces: &[Interface],
    bond_names: &[&str],
    guest_links: &GuestLinks<'_>,
    problems: &mut Problems,
) -> Option<Link> {
    let link = vlan.needed(key!(link), problems)?;
    if let Some(bond) = bond_names.iter().position(|bond| bond == link.value) {
        return Some(Link::Bond(bond));
    }
    let found = interfaces.iter().position(|interface| interface.name == *link.value);
    if found.is_none() {
        problems.push(guest_links.unknown(link.value, link.place(), bond_names));
    }
    let index = found?;
    if let Some((bond, place)) = guest_links.bonds.get(&index) {
        let message = format!("interface `{}` is in bond `{bond}`, which carries its VLANs", link.value);
        problems.push(
            Problem::conflict(link.place(), message)
                .label("cannot carry VLANs itself")
                .related(place.clone(), "in this bond")
                .help(format!("write `\"link\": \"{bond}\"`")),
        );
    }
    Some(Link::Interface(index))
}

/// Reports a second router of one family: with two default routes, nobody could tell which one the guest uses.
fn one_way_out(network: &GuestNetwork, problems: &mut Problems) {
    for family in [Family::V4, Family::V6] {
        let gateways = network.addressings().flat_map(|addressing| &addressing.gateways);
        let mut gateways = gateways.filter(|gateway| Family::of(gateway.value) == family);
        let Some(first) = gateways.next() else { continue };
        for other in gateways {
            problems.push(
                Problem::conflict(other.place.clone(), format!("a second {} default gateway", family.name()))
                    .label("the second one")
                    .related(first.place.clone(), "the first one")
                    .help("leave one of the two out: netplan refuses both together"),
            );
        }
    }
}

/// Reads which interfaces are in which bond.
fn members(
    bonds: &IndexMap<String, Layers<'_, written::GuestBond>>,
    guest_links: &mut GuestLinks<'_>,
    problems: &mut Problems,
) -> Vec<Vec<usize>> {
    let mut all = Vec::with_capacity(bonds.len());
    for (bond, layers) in bonds {
        let Some(list) = layers.needed(key!(interfaces), problems) else {
            all.push(Vec::new());
            continue;
        };
        if list.value.is_empty() {
            problems.push(
                Problem::needs(list.place(), format!("bond `{bond}` has no interfaces"), "needs at least one")
                    .help("list interfaces of the domain"),
            );
        }
        all.push(bond_members(bond, list, guest_links, problems));
    }
    all
}

fn bond_members(
    bond: &str,
    list: At<'_, Vec<String>>,
    guest_links: &mut GuestLinks<'_>,
    problems: &mut Problems,
) -> Vec<usize> {
    let mut members = Vec::new();
    for (name, at) in list.items() {
        let place = Place::value(at);
        let Some(interface) = guest_links.interface(name, place.clone(), problems) else { continue };
        match guest_links.bonds.get(&interface) {
            None => {
                guest_links.bonds.insert(interface, (bond.to_owned(), place));
                members.push(interface);
            }
            Some((_, first)) => problems.push(
                Problem::conflict(place, format!("interface `{name}` is in a bond twice"))
                    .label("the second time")
                    .related(first.clone(), "the first time")
                    .help("an interface can be in only one bond, once"),
            ),
        }
    }
    members
}

/// Checks the name that a bond or a VLAN has in the guest.
fn check_name(name: &str, at: &Pointer, taken: &mut HashMap<String, Place>, problems: &mut Problems) {
    let place = Place::key(at);
    if !parse::name(name, place.clone(), problems) {
        return;
    }
    if name.len() > device_name::MAX {
        problems.push(
            Problem::of_value(
                Id::BridgeNameTooLong,
                place,
                format!("`{name}` is longer than {} bytes", device_name::MAX),
            )
            .label(format!("{} bytes", name.len()))
            .help("choose a shorter one: this is Linux's limit for names of interfaces"),
        );
        return;
    }
    if let Some(first) = taken.insert(name.to_owned(), place.clone()) {
        problems.push(
            Problem::new(Id::DuplicateName, place, format!("two interfaces of the guest are named `{name}`"))
                .second_of(&first)
                .help("give the bond or the VLAN another name"),
        );
    }
}

/// Returns the segment that an interface is on, if other domains of the lab can be on it.
fn segment(interface: &Interface) -> Option<Segment> {
    match &interface.attachment {
        Attachment::Network(id) => Some(Segment::network(*id)),
        Attachment::HostNetwork(name) => Some(Segment::host_network(name)),
        Attachment::Bridge { name, .. } => Some(Segment::bridge(name)),
        Attachment::Macvtap(device) => Some(Segment::macvtap(device)),
        Attachment::User | Attachment::Tunnel(_) => None,
    }
}

/// Whether an interface gets an address by DHCP.
fn served(interface: &Interface, names: &Names<'_>) -> Served {
    match &interface.attachment {
        Attachment::Network(id) if names.networks[id.0].mode.makes_bridge() => {
            let network = &names.networks[id.0];
            let has =
                |family: Family| interface.addresses.iter().any(|address| Family::of(address.host.addr()) == family);
            let dhcp = |family: Family| network.ip(family).and_then(|ip| ip.dhcp.as_ref());
            Served::Lab {
                v4: dhcp(Family::V4).is_some_and(|dhcp| dhcp.range.is_some() || has(Family::V4)),
                v6: dhcp(Family::V6).is_some_and(|dhcp| dhcp.serves_without_hosts || has(Family::V6)),
            }
        }
        Attachment::User => Served::Lab { v4: true, v6: false },
        Attachment::Network(_)
        | Attachment::HostNetwork(_)
        | Attachment::Bridge { .. }
        | Attachment::Macvtap(_)
        | Attachment::Tunnel(_) => Served::Unknown,
    }
}
