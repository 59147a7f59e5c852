//! Reads the fixed addresses of an interface: counts them up for replicas, and checks that its network reserves them.

use crate::lab::id::NetworkId;
use crate::lab::interface::address::Address;
use crate::lab::interface::attachment::Attachment;
use crate::lab::subnet::{Family, plus};
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::instance::Instance;
use crate::resolve::layers::{Layers, Word};
use crate::resolve::network::dnsmasq;
use crate::resolve::network::host_address::not_a_host;
use crate::resolve::parse;
use crate::spec::interface as written;
use crate::spec::key::key;

/// Lists the addresses as the spec has them.
pub(crate) fn written_addresses<'l>(
    layers: &'l Layers<'_, written::Interface>,
) -> impl Iterator<Item = (Family, Word<'l>)> {
    let v4 = layers.get(key!(ip)).map(|word| (Family::V4, word));
    let v6 = layers.get(key!(ip6)).map(|word| (Family::V6, word));
    v4.into_iter().chain(v6)
}

/// Reads the fixed addresses. Only a network of the lab can reserve them.
pub(crate) fn addresses(
    layers: &Layers<'_, written::Interface>,
    attachment: &Attachment,
    guest: &Guest<'_>,
    problems: &mut Problems,
) -> Vec<Address> {
    let mut addresses = Vec::new();
    for (family, word) in written_addresses(layers) {
        match attachment {
            Attachment::Network(network) => {
                check_host_name(word, guest.instance, problems);
                addresses.extend(address(word, family, *network, guest, problems));
            }
            Attachment::HostNetwork(name) => {
                let what = format!("an interface on network `{name}`, which the lab does not manage,");
                problems.push(without_network(word, &what, "the network"));
            }
            Attachment::Bridge { .. } => {
                problems.push(without_network(word, "an interface on a bridge", "the DHCP server on that LAN"));
            }
            Attachment::Macvtap(_) => {
                problems.push(without_network(word, "an interface through macvtap", "the DHCP server on that LAN"));
            }
            Attachment::Tunnel(_) => {
                problems.push(without_network(word, "an interface on a tunnel", "the other end of the tunnel"));
            }
            Attachment::User => problems.push(without_network(word, "a `user` interface", "QEMU or passt")),
        }
    }
    addresses
}

/// Makes the problem of an address that no network of the lab reserves.
fn without_network(word: Word<'_>, what: &str, server: &str) -> Problem {
    Problem::not_on_this_mode(word.key_place(), format!("{what} has no network that reserves its address"))
        .label("only with a `network` of the lab")
        .help(format!("leave it out; its addresses come from {server}"))
}

/// Checks the name of a domain with an address, because DNS knows the domain by it.
fn check_host_name(word: Word<'_>, instance: &Instance<'_>, problems: &mut Problems) {
    let is_name = parse::name(&instance.name, Place::key(&instance.at), &mut Problems::default());
    if is_name && !parse::is_host_name(&instance.name) {
        let message = format!("`{}` cannot be a host name", instance.name);
        problems.push(
            Problem::bad_name(Place::key(&instance.at), message)
                .label("not a host name")
                .related(word.place(), "its address, for which its name is the DNS name")
                .help("use letters, digits, `.` and `-`; `id` with the old name keeps the domain's identity"),
        );
    } else if let Some(other) = dnsmasq::other_meaning(&instance.name) {
        let message = format!("`{}` cannot be the name of a domain with a reserved address", instance.name);
        problems.push(
            Problem::bad_name(Place::key(&instance.at), message)
                .label(format!("dnsmasq would read it as {other}"))
                .related(word.place(), "the address that dnsmasq reserves for it")
                .help("choose another name; `id` with the old name keeps the domain's identity"),
        );
    }
}

/// Reads an address, and checks that it is in the subnet of the network.
fn address(
    word: Word<'_>,
    family: Family,
    id: NetworkId,
    guest: &Guest<'_>,
    problems: &mut Problems,
) -> Option<Address> {
    let first = parse::address(word, family, problems)?;
    let address = plus(first, guest.instance.replica);
    let network = &guest.names.networks[id.0];
    if !network.mode.makes_bridge() {
        let served = if network.mode.shares_interface() { "that network" } else { "the bridge" };
        problems.push(
            Problem::not_on_this_mode(word.key_place(), format!("network `{}` reserves no addresses", network.name))
                .label(format!("not in mode `{}`", network.mode.name()))
                .related(Place::key(&network.at), "the network")
                .help(format!("leave it out; addresses come from the DHCP server on {served}")),
        );
        return None;
    }
    let Some(ip) = network.ip(family) else {
        if !guest.names.refused_subnets.contains(&(id, family)) {
            problems.push(
                Problem::new(
                    Id::NoSubnet,
                    word.place(),
                    format!("network `{}` has no {} subnet", network.name, family.name()),
                )
                .label("an address without a subnet")
                .related(Place::key(&network.at), "the network")
                .help("add a subnet to the network, or leave the address out"),
            );
        }
        return None;
    };
    if let Some(at) = &ip.unserved_at {
        problems.push(
            Problem::conflict(
                word.place(),
                format!("network `{}` reserves no {} addresses", network.name, family.name()),
            )
            .label("machines configure their addresses themselves")
            .related(Place::value(at), "switched off here")
            .help("remove the address, or `enable`"),
        );
        return None;
    }
    let Some(address) = address else {
        problems.push(parse::too_far(&first.to_string(), "address", word.pointer()));
        return None;
    };
    match ip.subnet.host(address) {
        Err(_) if guest.instance.replica > 0 => {
            problems.push(
                Problem::new(
                    Id::AddressOutsideSubnet,
                    word.place(),
                    format!("counting up from `{first}` leaves the subnet of network `{}`", network.name),
                )
                .label("too many replicas from here")
                .related(Place::value(&ip.at), format!("`{}` is declared here", network.name))
                .help("start lower, or make the subnet larger"),
            );
            None
        }
        Err(why) => {
            let (id, what, label) = not_a_host(why, ip.subnet);
            let (first, last) = ip.room();
            problems.push(
                Problem::new(id, word.place(), format!("address `{address}` {what} of network `{}`", network.name))
                    .label(label)
                    .related(Place::value(&ip.at), format!("`{}` is declared here", network.name))
                    .help(format!("`{}` has room for `{first}` to `{last}`", network.name)),
            );
            None
        }
        Ok(host) if host == ip.gateway => {
            problems.push(
                Problem::new(
                    Id::AddressIsGateway,
                    word.place(),
                    format!("address `{address}` is the host's own on network `{}`", network.name),
                )
                .label("the gateway")
                .related(Place::value(&ip.at), "the subnet")
                .help(
                    "choose another address, or give the host another one, as the network's `gateway`; the router of a guest is said \
                     in its `cloudInit.network`",
                ),
            );
            None
        }
        Ok(host) => Some(Address { host, place: word.place() }),
    }
}
