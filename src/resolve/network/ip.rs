//! Reads what a network has of one address family: the subnet, the host's address in it, and the DHCP server.

use crate::lab::network::ip::Ip;
use crate::lab::subnet::Family;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::network::declared::Declared;
use crate::resolve::network::dhcp;
use crate::resolve::network::host_address::{not_a_host, room_of};
use crate::resolve::parse;
use crate::spec::key::key;

/// Reads one address family of a network, if the spec has a subnet of it.
pub(crate) fn ip(
    network: &Declared<'_>,
    family: Family,
    broken: &mut Vec<Family>,
    problems: &mut Problems,
) -> Option<Ip> {
    let (subnet, gateway) = match family {
        Family::V4 => (network.layers.get(key!(subnet)), network.layers.get(key!(gateway))),
        Family::V6 => (network.layers.get(key!(subnet6)), network.layers.get(key!(gateway6))),
    };
    let Some(written) = subnet else {
        if let Some(gateway) = gateway.filter(|_| network.mode.makes_bridge()) {
            problems.push(
                Problem::new(
                    Id::NoSubnet,
                    gateway.key_place(),
                    format!("a gateway without an {} subnet", family.name()),
                )
                .label("an address in which subnet?")
                .related(network.layers.key_place(), "the network")
                .help("add a subnet, or leave the gateway out"),
            );
        }
        return None;
    };
    let Some(subnet) = parse::subnet(written, family, problems) else {
        broken.push(family);
        return None;
    };
    let gateway = gateway
        .and_then(|word| {
            let address = parse::address(word, family, problems)?;
            subnet
                .host(address)
                .map_err(|why| {
                    let (id, what, label) = not_a_host(why, subnet);
                    problems.push(
                        Problem::new(id, word.place(), format!("gateway `{address}` {what} `{subnet}`"))
                            .label(label)
                            .related(written.place(), "the subnet")
                            .help(room_of(subnet)),
                    );
                })
                .ok()
        })
        .unwrap_or_else(|| subnet.first());
    let at = written.pointer();
    let (dhcp, unserved_at) = match family {
        Family::V4 => (dhcp::v4(&network.layers, subnet, &at, gateway, problems), None),
        Family::V6 => dhcp::v6(&network.layers, subnet, &at, gateway, problems),
    };
    Some(Ip { subnet, at, gateway, dhcp, unserved_at })
}
