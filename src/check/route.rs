//! Compares the routes of each network with the subnets of the others.

use crate::lab::network::Network;
use crate::lab::network::ip::Ip;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};

/// Reports each route that leads to an address which the host has on another network: libvirt starts only one of the two.
pub(crate) fn check(networks: &[Network], problems: &mut Problems) {
    for network in networks {
        for route in &network.routes {
            let is_there = |ip: &Ip| route.to.contains(&ip.gateway.addr());
            let others = networks.iter().filter(|other| !std::ptr::eq(*other, network));
            let mut ips =
                others.flat_map(|other| [&other.ipv4, &other.ipv6].into_iter().flatten().map(move |s| (other, s)));
            if let Some((other, ip)) = ips.find(|(_, ip)| is_there(ip)) {
                let message = format!("the route to `{}` covers the subnet of network `{}`", route.to, other.name);
                problems.push(
                    Problem::new(Id::OverlappingSubnets, route.at.clone(), message)
                        .label("contains the host's own address")
                        .related(Place::value(&ip.at), format!("the subnet of `{}`", other.name))
                        .help("limit the route to the subnets behind this network, without those of the lab's other networks"),
                );
            }
        }
    }
}
