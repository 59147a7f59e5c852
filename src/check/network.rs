//! Compares networks with each other: their bridges and their subnets.

use std::collections::HashMap;

use crate::lab::network::Network;
use crate::lab::network::ip::Ip;
use crate::lab::subnet::Family;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::spec::network::Mode;

/// Runs every check of networks against each other.
pub(crate) fn check(networks: &[Network], problems: &mut Problems) {
    kinds_of_bridges(networks, problems);
    overlaps(networks, problems);
}

/// Reports a bridge of the host that is the kernel's for one network and Open vSwitch's for another.
fn kinds_of_bridges(networks: &[Network], problems: &mut Problems) {
    let on_the_host = networks.iter().filter(|network| !network.mode.makes_bridge());
    let bridges = on_the_host.filter_map(|network| Some((network.mode, network.bridge.as_ref()?)));
    let mut kinds: HashMap<&str, (Mode, &Place)> = HashMap::new();
    for (mode, bridge) in bridges.filter(|(_, bridge)| !bridge.value.is_empty()) {
        let (other, place) = *kinds.entry(&bridge.value).or_insert((mode, &bridge.place));
        if other.backend() != mode.backend() {
            let message = format!(
                "`{}` is an Open vSwitch bridge in one network and an ordinary bridge in another",
                bridge.value
            );
            problems.push(
                Problem::new(Id::DuplicateBridge, bridge.place.clone(), message)
                    .label(format!("mode `{}` here", mode.name()))
                    .related(place.clone(), format!("mode `{}` here", other.name()))
                    .help("give both networks the mode that matches the bridge"),
            );
        }
    }
}

/// Reports subnets that have addresses in common.
fn overlaps(networks: &[Network], problems: &mut Problems) {
    for family in [Family::V4, Family::V6] {
        let mut ips: Vec<_> =
            networks.iter().filter_map(|network| network.ip(family).map(|ip| (network, ip))).collect();
        ips.sort_by_key(|(_, ip)| (ip.subnet.first(), ip.subnet.prefix_len()));
        let mut outer: Option<(&Network, &Ip)> = None;
        for (network, ip) in ips {
            match outer.filter(|(_, outer)| outer.subnet.overlaps(ip.subnet)) {
                Some((other_network, other)) => problems.push(
                    Problem::new(
                        Id::OverlappingSubnets,
                        Place::value(&ip.at),
                        format!("the subnets of networks `{}` and `{}` overlap", other_network.name, network.name),
                    )
                    .label(format!("within `{}`", other.subnet))
                    .related(Place::value(&other.at), format!("the subnet of `{}`", other_network.name))
                    .help("choose subnets that share no address"),
                ),
                None => outer = Some((network, ip)),
            }
        }
    }
}
