//! Static routes through machines on a network.

use ipnet::IpNet;

use crate::lab::network::Network;
use crate::lab::network::side::{Side, not_a_host};
use crate::lab::profile::{Layers, Word};
use crate::lab::subnet::{Family, HostAddr};
use crate::lab::word;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::spec;
use crate::spec::route as written;

/// A route that the host gets while the network runs.
#[derive(Debug)]
pub struct Route {
    /// Where it leads.
    pub to: IpNet,
    /// Where that is written.
    pub at: Place,
    /// Who forwards it there.
    pub via: HostAddr,
    /// How far it is.
    pub metric: Option<u32>,
}

/// The routes of a network, of which these are the sides. What is wrong with a `broken` subnet has been told.
pub(in crate::lab) fn routes(
    layers: &Layers<'_, spec::Network>,
    sides: [Option<&Side>; 2],
    broken: &[Family],
    problems: &mut Vec<Problem>,
) -> Vec<Route> {
    let Some(list) = layers.get("routes", |n| n.routes.as_ref()) else {
        return Vec::new();
    };
    let routes = list.value.iter().enumerate();
    let network = layers.pointer();
    let routes = routes.filter_map(|(index, route)| {
        let layers = Layers::one(list.pointer().index(index), route);
        self::route(&layers, sides, broken, &network, problems)
    });
    routes.collect()
}

fn route(
    layers: &Layers<'_, written::Route>,
    sides: [Option<&Side>; 2],
    broken: &[Family],
    network: &Pointer,
    problems: &mut Vec<Problem>,
) -> Option<Route> {
    let to = layers.get("to", |r| r.to.as_ref()).and_then(|word| Some((word, destination(word, problems)?)));
    let via = layers.get("via", |r| r.via.as_ref());
    let Some((written, to)) = to else {
        if let Some(via) = via {
            let _ = word::any_address(via, problems);
        }
        return None;
    };
    let family = Family::of(to.addr());
    let via = via?;
    let address = word::address(via, family, problems)?;
    let Some(side) = sides.into_iter().flatten().find(|side| side.subnet.family() == family) else {
        if !broken.contains(&family) {
            let message = format!("a route through a network that has no {} subnet", family.name());
            problems.push(
                Problem::new(Id::NoSubnet, via.place(), message)
                    .label("an address in which subnet?")
                    .related(network.clone().name(), "the network")
                    .help("add a subnet to the network, or leave the route out"),
            );
        }
        return None;
    };
    let subnet = side.subnet;
    match subnet.host(address) {
        Ok(host) if host == side.gateway => {
            problems.push(
                Problem::new(
                    Id::AddressIsGateway,
                    via.place(),
                    format!("a route of the host by way of `{address}`, itself"),
                )
                .label("the gateway")
                .related(side.at.clone().value(), "the subnet")
                .help("write the address of the machine that forwards"),
            );
            None
        }
        Ok(host) => {
            let metric = layers.value("metric", |r| r.metric.as_ref());
            Some(Route { to, at: written.place(), via: host, metric })
        }
        Err(why) => {
            let (id, what, label) = not_a_host(why, subnet);
            problems.push(
                Problem::new(
                    id,
                    via.place(),
                    format!("address `{address}` {what} `{subnet}`, which the host routes from"),
                )
                .label(label)
                .related(side.at.clone().value(), "the subnet")
                .help("write the address of a machine on the network"),
            );
            None
        }
    }
}

/// Where a route can lead.
fn destination(word: Word<'_>, problems: &mut Vec<Problem>) -> Option<IpNet> {
    let text = word.value;
    let problem = match text.parse::<IpNet>() {
        Err(_) => Problem::of_value(Id::BadSubnet, word.place(), format!("`{text}` is not a subnet"))
            .label("needs an address, `/` and a prefix length")
            .help("write it like `\"10.99.0.0/16\"` or `\"fd00:99::/64\"`; a single address is `\"10.99.0.5/32\"`"),
        Ok(net) if net.trunc() != net => {
            let message = format!("`{text}` is an address in a subnet, not the subnet");
            Problem::of_value(Id::BadSubnet, word.place(), message)
                .label("has bits set after the prefix")
                .help(format!("did you mean `{}`?", net.trunc()))
        }
        Ok(net) if net.prefix_len() == 0 => Problem::of_value(
            Id::BadSubnet,
            word.place(),
            format!("`{text}` leads everywhere, the host's own networks too"),
        )
        .label("the default route")
        .help("write the subnets that are behind the network; the host's default route is not libvirt's to set"),
        Ok(net) => return Some(net),
    };
    problems.push(problem);
    None
}

/// Reports each route that leads to an address which the host has on another network: libvirt starts only one of the two.
pub(in crate::lab) fn check(networks: &[Network], problems: &mut Vec<Problem>) {
    for network in networks {
        for route in &network.routes {
            let is_there = |side: &Side| route.to.contains(&side.gateway.addr());
            let others = networks.iter().filter(|other| !std::ptr::eq(*other, network));
            let mut sides =
                others.flat_map(|other| [&other.ipv4, &other.ipv6].into_iter().flatten().map(move |s| (other, s)));
            if let Some((other, side)) = sides.find(|(_, side)| is_there(side)) {
                let message = format!("the route to `{}` leads where network `{}` is", route.to, other.name);
                problems.push(
                    Problem::new(Id::OverlappingSubnets, route.at.clone(), message)
                        .label("has the host's own address there")
                        .related(side.at.clone().value(), format!("the subnet of `{}`", other.name))
                        .help("write the subnets behind the network without those of the lab's other networks"),
                );
            }
        }
    }
}
