//! How a domain is reached from its host: by its own address, or by ports of the host that lead into it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::machine::Machine;
use crate::lab::interface::Interface;
use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::backend::Backend;
use crate::lab::{Domain, Lab};
use crate::spec::interface::Protocol;

/// How a domain is reached from its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The name of the interface that leads to it.
    pub interface: String,
    /// Its addresses there, IPv4 first; none where only ports of the host lead into it.
    pub addresses: Vec<IpAddr>,
    /// The TCP ports of the host that lead into it, where it is not reached by an address.
    forwards: Vec<Forward>,
}

/// A TCP port of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Forward {
    guest: u16,
    host: (IpAddr, u16),
}

impl Endpoint {
    /// How a domain of a lab is reached: by the interface that `manage` names; else by the first with a known address,
    /// and by those that the host itself is not on (macvtap) only where there is no other; else by the first with ports of
    /// the host; else by an address among guests, to which somebody may have a route. Nothing where none of that is known.
    #[must_use]
    pub fn of(lab: &Lab, domain: &Domain) -> Option<Self> {
        Self::of_machine(lab, &Machine::of(domain))
    }

    /// The same, also of a domain that libvirt has already.
    #[must_use]
    pub fn of_machine(lab: &Lab, machine: &Machine<'_>) -> Option<Self> {
        let all = machine.interfaces.iter().enumerate();
        let all = all.filter(|(_, interface)| machine.manage.is_none_or(|name| name == interface.name));
        let mut found: Vec<(Rank, Self)> =
            all.filter_map(|(index, interface)| found(lab, machine, index, interface)).collect();
        // The first of those that are equally good.
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().next().map(|(_, endpoint)| endpoint)
    }

    /// The address by which it is known, where it has one of its own.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.addresses.first().copied()
    }

    /// Where a TCP port of the guest is reached: a host and its port. Nothing where no port of the host leads there.
    #[must_use]
    pub fn reach(&self, guest_port: u16) -> Option<(String, u16)> {
        if let Some(address) = self.address() {
            return Some((address.to_string(), guest_port));
        }
        let forward = self.forwards.iter().find(|forward| forward.guest == guest_port)?;
        let (host, port) = forward.host;
        Some((host.to_string(), port))
    }

    /// Whether it is reached by ports of the host.
    #[must_use]
    pub fn is_forwarded(&self) -> bool {
        self.addresses.is_empty()
    }
}

/// How good an interface is to reach a domain by, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    ByAddress,
    /// By an address that the host itself does not get to.
    FromOutside,
    ByPort,
    /// By an address on a network without a subnet, where the host has none in the spec.
    AmongGuests,
}

/// What an interface is good for, if it is for anything.
fn found(lab: &Lab, machine: &Machine<'_>, index: usize, interface: &Interface) -> Option<(Rank, Endpoint)> {
    let endpoint = |addresses, forwards| Endpoint { interface: interface.name.clone(), addresses, forwards };
    let networks = lab.networks.as_deref().unwrap_or_default();
    let addresses = match interface.attachment {
        // Nobody else is on those.
        Attachment::User | Attachment::Tunnel(_) => Vec::new(),
        Attachment::Network(_) | Attachment::HostNetwork(_) | Attachment::Bridge { .. } | Attachment::Macvtap(_) => {
            machine.addresses(index)
        }
    };
    if !addresses.is_empty() {
        let backend = interface.attachment.backend(networks);
        let rank = match backend {
            Backend::Macvtap => Rank::FromOutside,
            _ if interface.attachment.is_among_guests(networks) => Rank::AmongGuests,
            _ => Rank::ByAddress,
        };
        return Some((rank, endpoint(addresses, Vec::new())));
    }
    let tcp = interface.forwards.iter().filter(|forward| forward.protocol == Protocol::Tcp);
    let forwards: Vec<Forward> = tcp
        .map(|forward| Forward { guest: forward.guest, host: (to_connect_to(forward.address), forward.host.value) })
        .collect();
    (!forwards.is_empty()).then(|| (Rank::ByPort, endpoint(Vec::new(), forwards)))
}

/// The address to connect to, of one that is listened on.
fn to_connect_to(address: Option<IpAddr>) -> IpAddr {
    match address {
        None => Ipv4Addr::LOCALHOST.into(),
        Some(IpAddr::V4(address)) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        Some(IpAddr::V6(address)) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        Some(address) => address,
    }
}
