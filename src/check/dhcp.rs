//! Compares the DHCP server of each network with its DHCP hosts: whether it can serve them, and whether it lends their
//! addresses to others.

use crate::lab::Lab;
use crate::lab::network::Network;
use crate::lab::network::dhcp_host::DhcpHost;
use crate::lab::subnet::Family;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};

/// The shortest prefix of a subnet in which dnsmasq serves `DHCPv6`.
const DHCPV6_PREFIX_MIN: u8 = 64;

/// Runs every check of what DHCP servers give out.
pub(crate) fn check(lab: &Lab, problems: &mut Problems) {
    for (id, network) in lab.networks() {
        let hosts = lab.dhcp_hosts(id);
        for family in [Family::V4, Family::V6] {
            warn_of_addresses_in_range(network, hosts, family, problems);
        }
        refuse_wide(network, hosts, problems);
    }
}

/// Reports an IPv6 subnet in which dnsmasq serves no DHCP.
fn refuse_wide(network: &Network, hosts: &[DhcpHost], problems: &mut Problems) {
    let Some(ip) = &network.ipv6 else { return };
    if ip.dhcp(hosts).is_some() && ip.subnet.prefix_len() < DHCPV6_PREFIX_MIN {
        let message = format!("DHCPv6 in `{}`, which is too large for it", ip.subnet);
        problems.push(
            Problem::new(Id::OutOfRange, Place::value(&ip.at), message)
                .label(format!("its prefix is shorter than {DHCPV6_PREFIX_MIN}"))
                .help(
                    "dnsmasq serves subnets such as `fd00:56::/64`; without `ip6` and `dhcp6` it only announces them",
                ),
        );
    }
}

/// Warns of reserved addresses that the server gives to others too.
fn warn_of_addresses_in_range(network: &Network, hosts: &[DhcpHost], family: Family, problems: &mut Problems) {
    let Some(dhcp) = network.ip(family).and_then(|ip| ip.dhcp(hosts)) else {
        return;
    };
    let (Some((first, last)), Some(at)) = (dhcp.range, &dhcp.range_at) else {
        return;
    };
    for host in hosts.iter().filter(|host| (first..=last).contains(&host.address)) {
        problems.push(
            Problem::new(
                Id::AddressInRange,
                host.place.clone(),
                format!("address `{}` is inside the DHCP range of network `{}`", host.address, network.name),
            )
            .label("given out by DHCP too")
            .related(Place::value(at), "the range")
            .help("choose an address outside the range, or shorten the range"),
        );
    }
}
