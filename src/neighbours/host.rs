//! Two labs of one host: what `nix/host/clashes.nix` refuses, where the specs say it.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{Pair, quoted};
use crate::host::{Claims, Owner};
use crate::lab::Lab;
use crate::lab::network::ip::Ip;
use crate::lab::port::{Listens, listened};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::spec::interface::Protocol;

/// What two labs cannot both have, by what it is.
type Claimed = IndexMap<String, Owner>;

/// A port of the host, with what listens there.
type Listening = (Listens, Owner);

/// Reports what two labs of one host both have, though it is there once.
pub(super) fn check(pair: &Pair<'_, '_>, problems: &mut Problems) {
    if pair.first.lab.name == pair.second.lab.name {
        // UUIDs and MAC addresses are made from the name, so the rest would only repeat this.
        problems.push(same_name(pair));
        return;
    }
    let (first, second) = (&pair.first.claims, &pair.second.claims);
    let Claims { bridges, subnets: _, uuids, macs, devices, storage, files, cids, ports: _ } = first;
    both(pair, "bridge", [bridges, &second.bridges], "give one of the networks another `bridge`", problems);
    both(
        pair,
        "UUID",
        [uuids, &second.uuids],
        "leave `uuid` out for one derived from the names of lab and object",
        problems,
    );
    both(pair, "MAC address", [macs, &second.macs], "leave `mac` out for a stable one", problems);
    let way = "give one of them another name";
    both(pair, "device", [devices, &second.devices], way, problems);
    both(pair, "device", [devices, &second.bridges], way, problems);
    both(pair, "device", [bridges, &second.devices], way, problems);
    let way = "declare the pool in one lab, and use its files by their paths in the other";
    both(pair, "storage", [storage, &second.storage], way, problems);
    both(pair, "file", [files, &second.files], "give each lab a file of its own", problems);
    both(pair, "vsock CID", [cids, &second.cids], "leave `cid` out: libvirt then assigns a free one", problems);
    names(pair, problems);
    subnets(pair, problems);
    ports(pair, problems);
    devices_handed_out(pair, problems);
}

fn same_name(pair: &Pair<'_, '_>) -> Problem {
    let place = Place::value(Pointer::root().key("lab"));
    let [place, other] = pair.places(&place, &place);
    let message = format!("{} are on one host", pair.labs());
    Problem::new(Id::HostClash, place, message)
        .second_of(&other)
        .help(with_other_way("give each lab a name of its own"))
}

/// What to do, and what to do where it is no clash.
fn with_other_way(way: &str) -> String {
    format!("{way}; if each lab has its own host, use `--several-hosts`")
}

fn both(pair: &Pair<'_, '_>, what: &str, [first, second]: [&Claimed; 2], way: &str, problems: &mut Problems) {
    for (which, second) in second {
        let Some(first) = first.get(which) else { continue };
        let message = format!("both have the {what} `{which}` of one host");
        problems.push(pair.problem(Id::HostClash, &message, first, second).help(with_other_way(way)));
    }
}

/// Reports two objects of a kind with one name. Where their UUIDs are equal too, that is reported already.
fn names(pair: &Pair<'_, '_>, problems: &mut Problems) {
    let (first, second) = (&pair.first.claims.uuids, &pair.second.claims.uuids);
    let by_name: HashMap<&str, (&String, &Owner)> =
        first.iter().map(|(uuid, owner)| (owner.name.as_str(), (uuid, owner))).collect();
    for (uuid, second) in second {
        let Some((other, first)) = by_name.get(second.name.as_str()) else { continue };
        if *other != uuid {
            let message = format!("both have a {}, but libvirt accepts each name only once", quoted(second));
            let help = with_other_way("give one of them another name");
            problems.push(pair.problem(Id::HostClash, &message, first, second).help(help));
        }
    }
}

fn subnets(pair: &Pair<'_, '_>, problems: &mut Problems) {
    for (second, other) in ips(pair.second.lab) {
        for (first, one) in ips(pair.first.lab).filter(|(_, one)| one.subnet.overlaps(other.subnet)) {
            let message = if one.subnet == other.subnet {
                format!("both have the subnet `{}` of one host", one.subnet)
            } else {
                format!("have the subnets `{}` and `{}` of one host, which overlap", one.subnet, other.subnet)
            };
            let help = with_other_way("choose subnets that share no address");
            problems.push(pair.problem(Id::HostClash, &message, &first, &second).help(help));
        }
    }
}

/// The subnets of a lab, each with its network.
fn ips(lab: &Lab) -> impl Iterator<Item = (Owner, &Ip)> {
    let networks = lab.networks.iter().flatten();
    networks.flat_map(|network| {
        let ips = [&network.ipv4, &network.ipv6].into_iter().flatten();
        ips.map(|ip| (Owner::of("network", &network.name, Place::value(&ip.at)), ip))
    })
}

fn ports(pair: &Pair<'_, '_>, problems: &mut Problems) {
    let first = by_port(pair.first.lab);
    for ((protocol, port), second) in by_port(pair.second.lab) {
        let others = first.get(&(protocol, port)).into_iter().flatten();
        for (first, second) in others.flat_map(|first| second.iter().map(move |second| (first, second))) {
            let ((one, first), (other, second)) = (first, second);
            if other.excludes().iter().any(|excluded| one.notes().contains(excluded)) {
                let message = format!("both have the {} port {port} of one host", protocol.name().to_uppercase());
                let help = with_other_way("choose another port, or give each its own host address to listen on");
                problems.push(pair.problem(Id::HostClash, &message, first, second).help(help));
            }
        }
    }
}

fn by_port(lab: &Lab) -> IndexMap<(Protocol, u16), Vec<Listening>> {
    let mut ports: IndexMap<(Protocol, u16), Vec<Listening>> = IndexMap::new();
    for domain in lab.domains.iter().flatten() {
        for (protocol, port, address, place) in listened(domain) {
            let owner = Owner::of("domain", &domain.name, place);
            ports.entry((protocol, port)).or_default().push((Listens::on(address), owner));
        }
    }
    ports
}

/// Reports devices of the host that both hand out, so that one domain at a time can run.
fn devices_handed_out(pair: &Pair<'_, '_>, problems: &mut Problems) {
    let (first, second) = (handed_out(pair.first.lab), handed_out(pair.second.lab));
    for ((kind, device), second) in &second {
        let Some(first) = first.get(&(*kind, device.clone())) else { continue };
        let message = format!("both pass through the {kind} device `{device}` of one host");
        let help = with_other_way("only one of the domains can run at a time; nothing to do if that is intended");
        problems.push(pair.problem(Id::SharedDevice, &message, first, second).help(help));
    }
}

fn handed_out(lab: &Lab) -> IndexMap<(&'static str, String), Owner> {
    let domains = lab.domains.iter().flatten();
    let devices = domains.flat_map(|domain| domain.hostdevs.iter().map(move |device| (domain, device)));
    let owned = devices.map(|(domain, device)| {
        let owner = Owner::of("domain", &domain.name, device.place.clone());
        ((device.word(), device.name()), owner)
    });
    owned.collect()
}
