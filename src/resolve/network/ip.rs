//! Reads what a network has of one address family: the subnet, the host's address in it, and the DHCP server.

use crate::lab::network::ip::Ip;
use crate::lab::subnet::Family;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Word;
use crate::resolve::network::declared::Declared;
use crate::resolve::network::dhcp;
use crate::resolve::network::host_address::{not_a_host, room_of};
use crate::resolve::parse;
use crate::spec::key::key;
use crate::spec::network::Mode;

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
                .label("an address without a subnet")
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
    if subnet.is_public() && hides(network, family) {
        problems.push(public(network, written));
    }
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

/// Whether nobody outside reaches the addresses of the network, so that they can be anybody's: those that are translated, and of
/// IPv4 those that lead nowhere.
fn hides(network: &Declared<'_>, family: Family) -> bool {
    match family {
        Family::V4 => network.mode.translates_addresses() || network.mode == Mode::Isolated,
        Family::V6 => {
            network.mode.translates_addresses() && network.layers.object(key!(nat)).value(key!(ipv6)).unwrap_or(false)
        }
    }
}

/// Makes the warning of a subnet that is somebody else's on the Internet.
fn public(network: &Declared<'_>, subnet: Word<'_>) -> Problem {
    Problem::new(
        Id::PublicSubnet,
        subnet.place(),
        format!("the addresses of network `{}` belong to somebody on the Internet", network.name),
    )
    .label("guests cannot reach their real owner")
    .help("choose a private subnet, such as one in `10.0.0.0/8`, `192.168.0.0/16` or `fd00::/8`; for a subnet that you own, use mode `route`")
}
