//! Decides for each address family whether a network has a DHCP server, and from which range it serves.

use std::net::IpAddr;

use crate::lab::network::ip::{Dhcp, RANGE_MAX, whole_range};
use crate::lab::subnet::{Family, HostAddr, Subnet, count};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{At, Layers};
use crate::resolve::network::host_address::room_of;
use crate::resolve::parse;
use crate::spec;
use crate::spec::key::key;

/// Reads the IPv4 DHCP server, unless it is switched off.
pub(crate) fn v4(
    layers: &Layers<'_, spec::Network>,
    subnet: Subnet,
    subnet_at: &Pointer,
    gateway: HostAddr,
    problems: &mut Problems,
) -> Option<Dhcp> {
    let dhcp = layers.object(key!(dhcp));
    let enabled = dhcp.value(key!(enable)).unwrap_or(true);
    let lease = dhcp.get(key!(lease)).and_then(|word| parse::duration(word, problems));
    if !enabled {
        return None;
    }
    let reservations_only = dhcp.value(key!(reservations_only)).unwrap_or(false);
    let written = dhcp.get(key!(range));
    let range = served(written, reservations_only, subnet, subnet_at, gateway, problems);
    Some(Dhcp { range, range_at: written.map(|written| written.pointer()), lease, serves_without_hosts: true })
}

/// The IPv6 DHCP server, unless it is switched off; where it is by its own word, also the place of that. Unless the spec
/// asks for it, it serves only where an address is reserved: see [`Ip::dhcp`](crate::lab::network::ip::Ip::dhcp).
pub(crate) fn v6(
    layers: &Layers<'_, spec::Network>,
    subnet: Subnet,
    subnet_at: &Pointer,
    gateway: HostAddr,
    problems: &mut Problems,
) -> (Option<Dhcp>, Option<Pointer>) {
    let both = layers.object(key!(dhcp));
    let own = layers.object(key!(dhcp6));
    let enable = own.get(key!(enable));
    let written = own.get(key!(range));
    let lease = own.get(key!(lease)).and_then(|word| parse::duration(word, problems));
    let lease_of_both = both.get(key!(lease)).and_then(|word| parse::duration(word, problems));
    let enabled = enable.map(|enable| *enable.value).or(both.value(key!(enable))).unwrap_or(true);
    if !enabled {
        return (None, enable.map(|enable| enable.pointer()));
    }
    let lease = lease.or(lease_of_both);
    let reservations_only = own
        .value(key!(reservations_only))
        .or(both.value(key!(reservations_only)).filter(|_| written.is_none()))
        .unwrap_or(false);
    let range = served(written, reservations_only, subnet, subnet_at, gateway, problems);
    let range_at = written.map(|written| written.pointer());
    let serves_without_hosts = enable.is_some() || written.is_some();
    (Some(Dhcp { range, range_at, lease, serves_without_hosts }), None)
}

/// Decides the range that is served: the written one, else the whole subnet. Where only DHCP hosts are served, nobody gets
/// an address from a range, so that a written one is refused.
fn served(
    written: Option<At<'_, [String; 2]>>,
    reservations_only: bool,
    subnet: Subnet,
    subnet_at: &Pointer,
    gateway: HostAddr,
    problems: &mut Problems,
) -> Option<(HostAddr, HostAddr)> {
    let Some(written) = written else {
        return (!reservations_only).then(|| whole_range(subnet, gateway));
    };
    if reservations_only {
        let label = "not with `reservationsOnly`";
        problems.push(Problem::both(written.key_place(), "a range that is never used", label));
    }
    range(written, subnet, subnet_at, problems)
}

/// Reads a range.
fn range(
    written: At<'_, [String; 2]>,
    subnet: Subnet,
    subnet_at: &Pointer,
    problems: &mut Problems,
) -> Option<(HostAddr, HostAddr)> {
    let at = written.pointer();
    let family = subnet.family();
    let mut ends = written.value.iter().enumerate().map(|(index, text)| {
        let place = Place::value(at.index(index));
        let address = parse::address_at(text, place.clone(), family, problems)?;
        subnet
            .host(address)
            .map_err(|_| {
                problems.push(
                    Problem::new(
                        Id::RangeOutsideSubnet,
                        place,
                        format!(
                            "the DHCP range is not within the subnet: `{address}` is not usable by a machine in `{subnet}`"
                        ),
                    )
                    .label(format!("not in `{subnet}`"))
                    .related(Place::value(subnet_at), "the subnet")
                    .help(room_of(subnet)),
                );
            })
            .ok()
    });
    let range = ends.next().flatten().zip(ends.next().flatten());
    drop(ends);
    range.filter(|(first, last)| {
        if first > last {
            problems.push(
                Problem::new(
                    Id::RangeReversed,
                    Place::value(&at),
                    format!("the DHCP range from `{first}` to `{last}` is reversed"),
                )
                .label("the second address comes first")
                .help(format!("write `[\"{last}\", \"{first}\"]`")),
            );
        } else if is_too_wide(*first, *last) {
            let message = format!("a DHCP range of {} addresses", count(*first, *last));
            let (label, help) = match family {
                Family::V4 => ("too many", format!("libvirt's DHCP server supports at most {RANGE_MAX}")),
                Family::V6 => (
                    "differ in more than the last 16 bits",
                    "write two addresses that differ only after the last colon".to_owned(),
                ),
            };
            problems.push(Problem::new(Id::OutOfRange, Place::value(&at), message).label(label).help(help));
        }
        first <= last
    })
}

/// Whether a range has more addresses than libvirt takes: so many, or of IPv6 those that differ in their last 16 bits only.
fn is_too_wide(first: HostAddr, last: HostAddr) -> bool {
    match (first.addr(), last.addr()) {
        (IpAddr::V6(first), IpAddr::V6(last)) => first.to_bits() >> 16 != last.to_bits() >> 16,
        (IpAddr::V4(_), _) | (IpAddr::V6(_), IpAddr::V4(_)) => count(first, last) > RANGE_MAX,
    }
}
