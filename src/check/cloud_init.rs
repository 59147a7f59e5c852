//! Compares the addresses that guests set by themselves with each other, with the DHCP hosts of the networks, and with the
//! ranges that DHCP serves.

use std::collections::HashMap;

use crate::lab::Lab;
use crate::lab::cloud_init::address::{Segment, Static};
use crate::lab::network::Network;
use crate::lab::network::dhcp_host::DhcpHost;
use crate::lab::subnet::Family;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};

/// Checks the addresses of all guests against each other, against those that networks reserve, and against what DHCP gives out.
pub(crate) fn check(lab: &Lab, problems: &mut Problems) {
    let mut taken = HashMap::new();
    for (id, _) in lab.networks() {
        for host in lab.dhcp_hosts(id) {
            let key = (Segment::network(id), host.address.addr());
            taken.entry(key).or_insert_with(|| (host.name.as_str(), host.name.as_str(), &host.place));
        }
    }
    for domain in lab.domains.iter().flatten() {
        let Some(network) = domain.cloud_init.as_ref().and_then(|init| init.network.as_ref()) else { continue };
        for fixed in network.statics() {
            let Some(segment) = &fixed.on else { continue };
            let address = fixed.net.addr();
            let key = (segment.clone(), address);
            let machine = domain.machine_name();
            match taken.get(&key) {
                // Another form of the machine has the addresses that this one has.
                Some((first, form, _)) if *first == machine && *form != domain.name => continue,
                // The domain itself has the address first: its network reserves it for one of its interfaces.
                Some((_, owner, place)) if *owner == domain.name && **place != fixed.place => {
                    if !fixed.is_reserved {
                        problems.push(twice(fixed, place));
                    }
                    continue;
                }
                Some((.., place)) => problems.push(twice(fixed, place)),
                None => {}
            }
            taken.entry(key).or_insert_with(|| (machine, domain.name.as_str(), &fixed.place));
            if let Some(id) = segment.as_network().filter(|_| !fixed.is_reserved) {
                problems.extend(in_range(fixed, lab.network(id), lab.dhcp_hosts(id)));
            }
        }
    }
}

/// Makes the problem of an address that somebody has already.
fn twice(fixed: &Static, first: &Place) -> Problem {
    let message = format!("address `{}` is used twice on one network", fixed.net.addr());
    Problem::new(Id::DuplicateAddress, fixed.place.clone(), message)
        .second_of(first)
        .help("give each interface an address of its own")
}

/// Warns of an address that DHCP can give to others, because no DHCP host reserves it. One that is reserved may be in the range:
/// dnsmasq keeps it for its host.
fn in_range(fixed: &Static, network: &Network, hosts: &[DhcpHost]) -> Option<Problem> {
    let address = fixed.net.addr();
    let ip = network.ip(Family::of(address))?;
    let dhcp = ip.dhcp(hosts)?;
    let (first, last) = dhcp.range?;
    let within = (first.addr()..=last.addr()).contains(&address);
    let (ip_key, dhcp_key) = if address.is_ipv4() { ("ip", "dhcp") } else { ("ip6", "dhcp6") };
    within.then(|| {
        let problem = Problem::new(
            Id::AddressInRange,
            fixed.place.clone(),
            format!("address `{address}` is inside the DHCP range of network `{}`", network.name),
        )
        .label("DHCP leases it too");
        let reserve = format!("reserve it with the interface's `{ip_key}`");
        match &dhcp.range_at {
            Some(range) => problem
                .related(Place::value(range), "the range")
                .help(format!("{reserve}, or choose an address outside of the range")),
            None => problem
                .related(Place::value(&ip.at), "the range is the whole subnet")
                .help(format!("{reserve}, or limit the range with `range` of `{dhcp_key}`")),
        }
    })
}
