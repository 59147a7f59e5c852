//! Reads the static routes of a network, and checks that each leads through a host in its subnet to somewhere else.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::lab::network::ip::Ip;
use crate::lab::network::route::Route;
use crate::lab::subnet::Family;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::network::host_address::not_a_host;
use crate::resolve::parse;
use crate::spec;
use crate::spec::key::key;
use crate::spec::route as written;

/// The routes of a network, `ips` being what it has of each address family. What is wrong with a `broken` subnet has been reported.
pub(crate) fn routes(
    layers: &Layers<'_, spec::Network>,
    ips: [Option<&Ip>; 2],
    broken: &[Family],
    problems: &mut Problems,
) -> Vec<Route> {
    let network = layers.pointer();
    layers.objects(key!(routes)).filter_map(|layers| route(&layers, ips, broken, &network, problems)).collect()
}

fn route(
    layers: &Layers<'_, written::Route>,
    ips: [Option<&Ip>; 2],
    broken: &[Family],
    network: &Pointer,
    problems: &mut Problems,
) -> Option<Route> {
    let to = layers.get(key!(to)).and_then(|word| {
        let everywhere = "write the subnets behind the network; libvirt cannot set the host's default route";
        Some((word, destination(word, "the host's own networks", everywhere, problems)?))
    });
    let via = layers.get(key!(via));
    let Some((written, to)) = to else {
        if let Some(via) = via {
            let _ = parse::any_address(via, problems);
        }
        return None;
    };
    let family = Family::of(to.addr());
    let via = via?;
    let address = parse::address(via, family, problems)?;
    let Some(ip) = ips.into_iter().flatten().find(|ip| ip.subnet.family() == family) else {
        if !broken.contains(&family) {
            let message = format!("a route through a network that has no {} subnet", family.name());
            problems.push(
                Problem::new(Id::NoSubnet, via.place(), message)
                    .label("no subnet for the next hop")
                    .related(Place::key(network), "the network")
                    .help("add a subnet to the network, or leave the route out"),
            );
        }
        return None;
    };
    let subnet = ip.subnet;
    match subnet.host(address) {
        Ok(host) if host == ip.gateway => {
            problems.push(
                Problem::new(
                    Id::AddressIsGateway,
                    via.place(),
                    format!("a route of the host via `{address}`, its own address"),
                )
                .label("the gateway")
                .related(Place::value(&ip.at), "the subnet")
                .help("write the address of the machine that routes"),
            );
            None
        }
        Ok(host) => {
            let metric = layers.value(key!(metric));
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
                .related(Place::value(&ip.at), "the subnet")
                .help("write the address of a machine on the network"),
            );
            None
        }
    }
}

/// Reads the destination of a route, which is not everywhere, where `own` is: `help` tells what is to be done about that.
pub(crate) fn destination(word: Word<'_>, own: &str, help: &str, problems: &mut Problems) -> Option<IpNet> {
    let text = word.value;
    let problem = match text.parse::<IpNet>() {
        Err(_) => Problem::of_value(Id::BadSubnet, word.place(), format!("`{text}` is not a subnet"))
            .label("needs an address, `/` and a prefix length")
            .help(match text.parse::<IpAddr>() {
                Ok(address) if address.is_unspecified() => help.to_owned(),
                Ok(IpAddr::V4(address)) if address.octets()[3] == 0 => {
                    format!("add its prefix length, such as `\"{address}/24\"`")
                }
                Ok(address) => format!("add its prefix length; a single address is `\"{}\"`", IpNet::from(address)),
                Err(_) => {
                    "write it like `\"10.99.0.0/16\"` or `\"fd00:99::/64\"`; a single address is `\"10.99.0.5/32\"`"
                        .to_owned()
                }
            }),
        Ok(net) if net.trunc() != net => {
            let message = format!("`{text}` is an address in a subnet, not the subnet");
            Problem::of_value(Id::BadSubnet, word.place(), message)
                .label("has bits set after the prefix")
                .help(format!("did you mean `{}`?", net.trunc()))
        }
        Ok(net) if net.prefix_len() == 0 => {
            Problem::of_value(Id::BadSubnet, word.place(), format!("`{text}` covers all addresses, {own} too"))
                .label("the default route")
                .help(help)
        }
        Ok(net) => return Some(net),
    };
    problems.push(problem);
    None
}
