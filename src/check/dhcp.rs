//! Compares the DHCP server of each network with its DHCP hosts: whether it can serve them.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::lab::Lab;
use crate::lab::cloud_init::address::Segment;
use crate::lab::domain::Domain;
use crate::lab::id::NetworkId;
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
            warn_of_unserved(lab, id, network, family, problems);
        }
        refuse_wide(network, hosts, problems);
        problems.extend(without_addresses(lab, id, network));
    }
}

/// Reports an IPv6 subnet in which dnsmasq serves no DHCP.
fn refuse_wide(network: &Network, hosts: &[DhcpHost], problems: &mut Problems) {
    let Some(ip) = &network.ipv6 else { return };
    if ip.dhcp(hosts).is_some() && ip.subnet.prefix_len() < DHCPV6_PREFIX_MIN {
        let message = format!("DHCPv6 for `{}`, which is too large", ip.subnet);
        problems.push(
            Problem::new(Id::OutOfRange, Place::value(&ip.at), message)
                .label(format!("its prefix is shorter than {DHCPV6_PREFIX_MIN}"))
                .help(
                    "dnsmasq serves DHCPv6 for subnets such as `fd00:56::/64`; without `ip6` and `dhcp6` it only sends router advertisements",
                ),
        );
    }
}

/// Warns of an IPv6 subnet from which guests get no address: without `DHCPv6`, they make addresses of their own in subnets with a
/// prefix of 64 bits only ([RFC 4862](https://www.rfc-editor.org/rfc/rfc4862#section-5.5.3)).
fn without_addresses(lab: &Lab, id: NetworkId, network: &Network) -> Option<Problem> {
    const OWN_PREFIX: u8 = 64;
    let ip = network.ipv6.as_ref()?;
    let length = ip.subnet.prefix_len();
    let is_served = length == OWN_PREFIX || ip.dhcp(lab.dhcp_hosts(id)).is_some();
    if is_served || statics(lab, id).any(|(_, address)| address.is_ipv6()) {
        return None;
    }
    let way_out = if length > OWN_PREFIX {
        "make it a `/64`, or serve addresses: `\"dhcp6\": { \"enable\": true }`"
    } else {
        "make it a `/64`"
    };
    let message = format!("guests on network `{}` cannot configure IPv6 addresses automatically", network.name);
    Some(
        Problem::new(Id::NoAutoconfiguration, Place::value(&ip.at), message)
            .label(format!("a prefix of {length} bits, not {OWN_PREFIX}"))
            .help(way_out),
    )
}

/// Warns of addresses that the spec gives to domains and that no server hands out. Whoever installs Windows sets its address by
/// hand, as cloud-init cannot.
fn warn_of_unserved(lab: &Lab, id: NetworkId, network: &Network, family: Family, problems: &mut Problems) {
    let hosts = lab.dhcp_hosts(id);
    if network.ip(family).is_none_or(|ip| ip.dhcp(hosts).is_some()) {
        return;
    }
    let windows = lab.domains.iter().flatten().filter(|domain| domain.os.is_windows());
    let windows: HashSet<&str> = windows.map(Domain::machine_name).collect();
    let set: HashSet<(&str, IpAddr)> =
        statics(lab, id).map(|(domain, address)| (domain.machine_name(), address)).collect();
    for host in hosts.iter().filter(|host| Family::of(host.address.addr()) == family) {
        let name = host.name.as_str();
        if windows.contains(name) || set.contains(&(name, host.address.addr())) {
            continue;
        }
        problems.push(
            Problem::new(
                Id::AddressNotServed,
                host.place.clone(),
                format!("nothing assigns the address `{}` to domain `{name}`", host.address),
            )
            .label("DHCP is switched off on its network")
            .related(Place::key(&network.at), "the network")
            .help("set it in the guest, by hand or with `network` of `cloudInit`; or serve only the reserved addresses: `\"dhcp\": { \"reservationsOnly\": true }`"),
        );
    }
}

/// The addresses that guests set by themselves on a network, with their domains.
fn statics(lab: &Lab, id: NetworkId) -> impl Iterator<Item = (&Domain, IpAddr)> {
    let guests =
        lab.domains.iter().flatten().filter_map(|domain| Some((domain, domain.cloud_init.as_ref()?.network.as_ref()?)));
    let all = guests.flat_map(|(domain, network)| network.statics().map(move |fixed| (domain, fixed)));
    all.filter(move |(_, fixed)| fixed.on == Some(Segment::network(id)))
        .map(|(domain, fixed)| (domain, fixed.net.addr()))
}
