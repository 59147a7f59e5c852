//! What a network has of one address family: a subnet, the host's address in it, and the DHCP server.

use std::net::IpAddr;

use super::profile::Layers;
use super::subnet::{Family, HostAddr, NotAHost, Subnet, count, plus};
use super::word;
use crate::place::Pointer;
use crate::problem::{Id, Problem};
use crate::spec;
use crate::spec::network::Mode;

/// The most addresses that libvirt lets one DHCP range have.
const RANGE_MAX: u128 = 65535;

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
}

impl Side {
    /// The first and last address that machines can have, as far as the gateway does not part them.
    #[must_use]
    pub fn room(&self) -> (HostAddr, HostAddr) {
        room(self.subnet, self.gateway)
    }
}

/// One address family of a network, when the spec gives it a subnet.
pub(super) fn side(
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
    let dhcp = layers.object("dhcp", |n| n.dhcp.as_ref());
    let enabled = dhcp.value("enable", |d| d.enable.as_ref()).unwrap_or(true);
    let lease = dhcp.get("lease", |d| d.lease.as_ref()).and_then(|word| word::duration(word, problems));
    let dhcp = match family {
        Family::V4 if enabled => Some(ipv4_dhcp(&dhcp, subnet, &written.pointer(), gateway, lease, problems)),
        // Serves only where an address is reserved: see `Network::settle`.
        Family::V6 if enabled => Some(Dhcp {
            range: (!reservations_only(&dhcp)).then(|| whole_range(subnet, gateway)),
            range_at: None,
            lease,
        }),
        Family::V4 | Family::V6 => None,
    };
    Some(Side { subnet, at: written.pointer(), gateway, dhcp })
}

fn reservations_only(dhcp: &Layers<'_, spec::network::Dhcp>) -> bool {
    dhcp.value("reservationsOnly", |d| d.reservations_only.as_ref()).unwrap_or(false)
}

/// The IPv4 DHCP server's range: none, the written one, or all but the gateway.
fn ipv4_dhcp(
    dhcp: &Layers<'_, spec::network::Dhcp>,
    subnet: Subnet,
    subnet_at: &Pointer,
    gateway: HostAddr,
    lease: Option<u32>,
    problems: &mut Vec<Problem>,
) -> Dhcp {
    let reservations_only = reservations_only(dhcp);
    let Some(written) = dhcp.get("range", |d| d.range.as_ref()) else {
        let range = (!reservations_only).then(|| whole_range(subnet, gateway));
        return Dhcp { range, range_at: None, lease };
    };
    let at = written.pointer();
    if reservations_only {
        problems.push(
            Problem::new(Id::ConflictingFields, at.clone().name(), "a range that nobody is served from")
                .label("not with `reservationsOnly`")
                .help("leave one of the two out"),
        );
    }
    let mut ends = written.value.iter().enumerate().map(|(index, text)| {
        let place = at.index(index).value();
        let address = word::address_at(text, place.clone(), Family::V4, problems)?;
        subnet
            .host(address)
            .map_err(|_| {
                problems.push(
                    Problem::new(
                        Id::RangeOutsideSubnet,
                        place,
                        format!(
                            "the DHCP range leaves the subnet: `{address}` is not a machine's address in `{subnet}`"
                        ),
                    )
                    .label(format!("not in `{subnet}`"))
                    .related(subnet_at.clone().value(), "the subnet")
                    .help(room_of(subnet)),
                );
            })
            .ok()
    });
    let range = ends.next().flatten().zip(ends.next().flatten());
    drop(ends);
    let range = range.filter(|(first, last)| {
        if first > last {
            problems.push(
                Problem::new(
                    Id::RangeReversed,
                    at.clone().value(),
                    format!("the DHCP range from `{first}` to `{last}` counts down"),
                )
                .label("the second address comes first")
                .help(format!("write `[\"{last}\", \"{first}\"]`")),
            );
        } else if count(*first, *last) > RANGE_MAX {
            problems.push(
                Problem::new(
                    Id::OutOfRange,
                    at.clone().value(),
                    format!("a DHCP range of {} addresses", count(*first, *last)),
                )
                .label("too many")
                .help(format!("libvirt's DHCP server takes at most {RANGE_MAX}")),
            );
        }
        first <= last
    });
    Dhcp { range, range_at: Some(at), lease }
}

/// The first and last address of a subnet, without the gateway if it is one of them.
fn room(subnet: Subnet, gateway: HostAddr) -> (HostAddr, HostAddr) {
    let next = |address: HostAddr| plus(address.addr(), 1).and_then(|next| subnet.host(next).ok());
    let first = if gateway == subnet.first() { next(gateway) } else { None }.unwrap_or(subnet.first());
    (first, subnet.last())
}

/// All addresses of a subnet but the gateway's, as far as that is one range that libvirt takes: so many IPv4 addresses, or
/// IPv6 addresses that differ in their last 16 bits only.
fn whole_range(subnet: Subnet, gateway: HostAddr) -> (HostAddr, HostAddr) {
    let (first, last) = room(subnet, gateway);
    let furthest = match first.addr() {
        address @ IpAddr::V4(_) => plus(address, u32::from(u16::MAX) - 1),
        IpAddr::V6(address) => Some(IpAddr::V6((address.to_bits() | u128::from(u16::MAX)).into())),
    };
    (first, furthest.and_then(|end| subnet.host(end).ok()).unwrap_or(last))
}

/// The way out of an address that is not in the subnet.
fn room_of(subnet: Subnet) -> String {
    format!("the subnet has room for `{}` to `{}`", subnet.first(), subnet.last())
}

/// Why an address is no machine's in a subnet: the problem's id, what the address is, and what to write beside it.
pub(super) fn not_a_host(why: NotAHost, subnet: Subnet) -> (Id, &'static str, String) {
    match why {
        NotAHost::Outside => (Id::AddressOutsideSubnet, "is outside the subnet", format!("not in `{subnet}`")),
        NotAHost::Network => (Id::AddressReserved, "names the subnet", "the network address".to_owned()),
        NotAHost::Broadcast => {
            (Id::AddressReserved, "reaches every machine in the subnet", "the broadcast address".to_owned())
        }
    }
}
