//! Reads the addresses that a network keeps for machines outside of the lab.

use crate::lab::network::dhcp_host::DhcpHost;
use crate::lab::network::ip::Ip;
use crate::lab::subnet::{Family, HostAddr};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::network::declared::Declared;
use crate::resolve::network::dnsmasq;
use crate::resolve::network::host_address::not_a_host;
use crate::resolve::parse;
use crate::spec::key::key;
use crate::spec::network::Reservation;

/// What a network has to keep addresses in.
struct Subnets<'a> {
    /// Where the network is written.
    network: &'a Pointer,
    /// What it has of each address family.
    ips: [Option<&'a Ip>; 2],
    /// The families whose subnet has been refused.
    broken: &'a [Family],
}

/// The addresses that a network keeps for machines outside of the lab.
pub(crate) fn reservations(
    network: &Declared<'_>,
    ips: [Option<&Ip>; 2],
    broken: &[Family],
    problems: &mut Problems,
) -> Vec<DhcpHost> {
    let at = network.layers.pointer();
    let subnets = Subnets { network: &at, ips, broken };
    let mut reserved = Vec::new();
    for (name, layers) in network.layers.object(key!(dhcp)).entries(key!(hosts)) {
        let is_named = check_name(&name, &layers, problems);
        let mac = layers.get(key!(mac)).and_then(|word| parse::mac(word, problems));
        let addresses = subnets.addresses(&name, &layers, problems);
        let Some(mac) = mac.filter(|_| is_named) else { continue };
        reserved.extend(addresses.into_iter().map(|(address, place)| DhcpHost {
            name: name.clone(),
            mac,
            address,
            place,
        }));
    }
    reserved
}

/// Checks the name of a machine: DNS has it, and dnsmasq reads it in a line with other words.
fn check_name(name: &str, layers: &Layers<'_, Reservation>, problems: &mut Problems) -> bool {
    if !parse::host_name(name, layers.key_place(), problems) {
        return false;
    }
    let other = dnsmasq::other_meaning(name);
    problems.extend(other.map(|other| {
        Problem::bad_name(
            layers.key_place(),
            format!("`{name}` cannot be the name of a machine with a reserved address"),
        )
        .label(format!("dnsmasq would read it as {other}"))
        .help("choose another name")
    }));
    other.is_none()
}

impl Subnets<'_> {
    /// Reads the addresses of a machine.
    fn addresses(
        &self,
        name: &str,
        layers: &Layers<'_, Reservation>,
        problems: &mut Problems,
    ) -> Vec<(HostAddr, Place)> {
        let written = [(Family::V4, layers.get(key!(ip))), (Family::V6, layers.get(key!(ip6)))];
        if written.iter().all(|(_, word)| word.is_none()) {
            problems.push(
                Problem::needs(
                    layers.key_place(),
                    format!("the reservation for `{name}` has no address"),
                    "an `ip` or `ip6`",
                )
                .help("add `\"ip\": …`, or leave the machine out"),
            );
        }
        let words = written.into_iter().filter_map(|(family, word)| Some((family, word?)));
        words.filter_map(|(family, word)| Some((self.address(family, word, problems)?, word.place()))).collect()
    }

    /// Reads an address, and checks that the network can reserve it.
    fn address(&self, family: Family, word: Word<'_>, problems: &mut Problems) -> Option<HostAddr> {
        let address = parse::address(word, family, problems)?;
        let Some(ip) = self.ips.into_iter().flatten().find(|ip| ip.subnet.family() == family) else {
            if !self.broken.contains(&family) {
                problems.push(
                    Problem::new(Id::NoSubnet, word.place(), format!("a network without an {} subnet", family.name()))
                        .label("an address without a subnet")
                        .related(Place::key(self.network), "the network")
                        .help("add a subnet to the network, or leave the address out"),
                );
            }
            return None;
        };
        if ip.dhcp.is_none() {
            problems.push(
                Problem::conflict(word.key_place(), format!("an {} address on a network without DHCP", family.name()))
                    .label("never assigned")
                    .related(Place::key(self.network), "the network")
                    .help("remove the address, or `enable`"),
            );
            return None;
        }
        let problem = match ip.subnet.host(address) {
            Ok(host) if host == ip.gateway => {
                Problem::new(Id::AddressIsGateway, word.place(), format!("address `{address}` is the host's own"))
                    .label("the gateway")
            }
            Ok(host) => return Some(host),
            Err(why) => {
                let (id, what, label) = not_a_host(why, ip.subnet);
                Problem::new(id, word.place(), format!("address `{address}` {what} of its network")).label(label)
            }
        };
        let (first, last) = ip.room();
        problems.push(
            problem
                .related(Place::value(&ip.at), "the subnet")
                .help(format!("the network has room for `{first}` to `{last}`")),
        );
        None
    }
}
