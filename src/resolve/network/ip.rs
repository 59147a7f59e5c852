//! What a network has of one address family: a subnet, the host's address in it, and the DHCP server.

use crate::lab::network::Network;
use crate::lab::network::ip::Side;
use crate::lab::subnet::{Family, NotAHost, Subnet};
use crate::problem::{Id, Problem};
use crate::resolve::layers::Layers;
use crate::resolve::network::dhcp;
use crate::resolve::parse;
use crate::spec;
use crate::spec::network::Mode;

/// The shortest prefix of a subnet in which dnsmasq serves `DHCPv6`.
const DHCPV6_PREFIX_MIN: u8 = 64;

/// One address family of a network, when the spec gives it a subnet.
pub(crate) fn side(
    family: Family,
    layers: &Layers<'_, spec::Network>,
    mode: Mode,
    broken: &mut Vec<Family>,
    problems: &mut Vec<Problem>,
) -> Option<Side> {
    let (subnet, gateway) = match family {
        Family::V4 => (layers.get("subnet", |n| n.subnet.as_ref()), layers.get("gateway", |n| n.gateway.as_ref())),
        Family::V6 => (layers.get("subnet6", |n| n.subnet6.as_ref()), layers.get("gateway6", |n| n.gateway6.as_ref())),
    };
    let Some(written) = subnet else {
        if let Some(gateway) = gateway.filter(|_| mode.makes_bridge()) {
            problems.push(
                Problem::new(
                    Id::NoSubnet,
                    gateway.pointer().name(),
                    format!("a gateway without an {} subnet", family.name()),
                )
                .label("an address in which subnet?")
                .related(layers.pointer().name(), "the network")
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
        Family::V4 => (dhcp::v4(layers, (subnet, &at), gateway, problems), None),
        Family::V6 => dhcp::v6(layers, (subnet, &at), gateway, problems),
    };
    Some(Side { subnet, at, gateway, dhcp, unserved_at })
}

/// The way out of an address that is not in the subnet.
pub(crate) fn room_of(subnet: Subnet) -> String {
    format!("the subnet has room for `{}` to `{}`", subnet.first(), subnet.last())
}

/// Why an address is no machine's in a subnet: the problem's id, what the address is, and what to write beside it.
pub(crate) fn not_a_host(why: NotAHost, subnet: Subnet) -> (Id, &'static str, String) {
    match why {
        NotAHost::Outside => (Id::AddressOutsideSubnet, "is outside the subnet", format!("not in `{subnet}`")),
        NotAHost::Network => (Id::AddressReserved, "names the subnet", "the network address".to_owned()),
        NotAHost::Broadcast => {
            (Id::AddressReserved, "reaches every machine in the subnet", "the broadcast address".to_owned())
        }
    }
}

/// Leaves IPv6 to router advertisements where no address is reserved and the spec does not ask for more. Where one is,
/// libvirt's server is the only source of addresses, so that it needs a range for everyone else.
pub(crate) fn serve_ipv6(network: &mut Network, problems: &mut Vec<Problem>) {
    let reserved = network.machines.iter().any(|machine| Family::of(machine.address.addr()) == Family::V6);
    let Some(side) = network.ipv6.as_mut() else {
        return;
    };
    if !reserved && side.dhcp.as_ref().is_some_and(|dhcp| !dhcp.asked) {
        side.dhcp = None;
    }
    if side.dhcp.is_some() && side.subnet.prefix_len() < DHCPV6_PREFIX_MIN {
        let message = format!("DHCPv6 in `{}`, which is too large for it", side.subnet);
        problems.push(
            Problem::new(Id::OutOfRange, side.at.clone().value(), message)
                .label(format!("its prefix is shorter than {DHCPV6_PREFIX_MIN}"))
                .help(
                    "dnsmasq serves subnets such as `fd00:56::/64`; without `ip6` and `dhcp6` it only announces them",
                ),
        );
    }
}
