//! What a network has of one address family: a subnet, the host's address in it, and the DHCP server.

use std::net::IpAddr;

use crate::lab::network::dhcp;
use crate::lab::profile::Layers;
use crate::lab::subnet::{Family, HostAddr, NotAHost, Subnet, plus};
use crate::lab::word;
use crate::place::Pointer;
use crate::problem::{Id, Problem};
use crate::spec;
use crate::spec::network::Mode;

/// The most addresses that libvirt lets one range have.
pub(in crate::lab) const RANGE_MAX: u128 = 65535;

/// The shortest prefix of a subnet in which dnsmasq serves `DHCPv6`.
const DHCPV6_PREFIX_MIN: u8 = 64;

/// What a network has of one address family.
#[derive(Debug)]
pub struct Side {
    /// The subnet.
    pub subnet: Subnet,
    /// Where the subnet is written.
    pub at: Pointer,
    /// The host's own address.
    pub gateway: HostAddr,
    /// The DHCP server, if it runs.
    pub dhcp: Option<Dhcp>,
    /// Where the spec says that machines make addresses of their own, if it does.
    pub(in crate::lab) unserved_at: Option<Pointer>,
}

/// The DHCP server of one side of a network.
#[derive(Debug)]
pub struct Dhcp {
    /// The first and last address for machines that have none of their own.
    pub range: Option<(HostAddr, HostAddr)>,
    /// Where the range is written, if it is.
    pub range_at: Option<Pointer>,
    /// How long an address is lent, in seconds.
    pub lease: Option<u32>,
    /// Whether it serves also where no address is reserved.
    pub asked: bool,
}

impl Side {
    /// The first and last address that machines can have, as far as the gateway does not part them.
    #[must_use]
    pub fn room(&self) -> (HostAddr, HostAddr) {
        room(self.subnet, self.gateway)
    }

    /// Reports an IPv6 subnet in which dnsmasq serves no DHCP.
    pub(in crate::lab) fn refuse_wide(&self, problems: &mut Vec<Problem>) {
        if self.subnet.prefix_len() < DHCPV6_PREFIX_MIN {
            let message = format!("DHCPv6 in `{}`, which is too large for it", self.subnet);
            problems.push(
                Problem::new(Id::OutOfRange, self.at.clone().value(), message)
                    .label(format!("its prefix is shorter than {DHCPV6_PREFIX_MIN}"))
                    .help("dnsmasq serves subnets such as `fd00:56::/64`; without `ip6` and `dhcp6` it only announces them"),
            );
        }
    }
}

/// One address family of a network, when the spec gives it a subnet.
pub(in crate::lab) fn side(
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
    let Some(subnet) = word::subnet(written, family, problems) else {
        broken.push(family);
        return None;
    };
    let gateway = gateway
        .and_then(|word| {
            let address = word::address(word, family, problems)?;
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

/// The first and last address of a subnet, without the gateway if it is one of them.
fn room(subnet: Subnet, gateway: HostAddr) -> (HostAddr, HostAddr) {
    let next = |address: HostAddr| plus(address.addr(), 1).and_then(|next| subnet.host(next).ok());
    let first = if gateway == subnet.first() { next(gateway) } else { None }.unwrap_or(subnet.first());
    (first, subnet.last())
}

/// All addresses of a subnet but the gateway's, as far as that is one range that libvirt takes: so many IPv4 addresses, or
/// IPv6 addresses that differ in their last 16 bits only.
pub(in crate::lab) fn whole_range(subnet: Subnet, gateway: HostAddr) -> (HostAddr, HostAddr) {
    let (first, last) = room(subnet, gateway);
    let furthest = match first.addr() {
        address @ IpAddr::V4(_) => plus(address, u32::from(u16::MAX) - 1),
        IpAddr::V6(address) => Some(IpAddr::V6((address.to_bits() | u128::from(u16::MAX)).into())),
    };
    (first, furthest.and_then(|end| subnet.host(end).ok()).unwrap_or(last))
}

/// The way out of an address that is not in the subnet.
pub(in crate::lab) fn room_of(subnet: Subnet) -> String {
    format!("the subnet has room for `{}` to `{}`", subnet.first(), subnet.last())
}

/// Why an address is no machine's in a subnet: the problem's id, what the address is, and what to write beside it.
pub(in crate::lab) fn not_a_host(why: NotAHost, subnet: Subnet) -> (Id, &'static str, String) {
    match why {
        NotAHost::Outside => (Id::AddressOutsideSubnet, "is outside the subnet", format!("not in `{subnet}`")),
        NotAHost::Network => (Id::AddressReserved, "names the subnet", "the network address".to_owned()),
        NotAHost::Broadcast => {
            (Id::AddressReserved, "reaches every machine in the subnet", "the broadcast address".to_owned())
        }
    }
}
