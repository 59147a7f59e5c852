//! The addresses that a guest sets on its interfaces, bonds and VLANs by itself, and the [`Segment`] that each is on: two
//! guests on one segment must not have the same address.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::lab::id::NetworkId;
use crate::lab::placed::Placed;
use crate::place::Place;

/// What an interface, a bond or a VLAN of a guest has.
#[derive(Debug, Default)]
pub struct Addressing {
    pub addresses: Vec<Static>,
    /// The routers to everywhere else, at most one of each family.
    pub gateways: Vec<Placed<IpAddr>>,
    /// Whether those are reached directly though they are in no subnet of the addresses.
    pub gateways_on_link: bool,
    /// The ways to other subnets.
    pub routes: Vec<GuestRoute>,
    pub nameservers: Vec<IpAddr>,
    /// The domains of short names.
    pub search: Vec<String>,
    pub dhcp: GuestDhcp,
    /// Whether the guest starts without waiting for its address.
    pub optional: bool,
    pub mtu: Option<u32>,
}

/// What a guest takes from DHCP servers.
#[derive(Debug, Default)]
pub struct GuestDhcp {
    /// Whether it asks for IPv4 addresses.
    pub v4: bool,
    /// Whether it asks for IPv6 addresses.
    pub v6: bool,
    /// Whether it takes no routes with them.
    pub without_routes: bool,
}

/// A way of a guest to another subnet.
#[derive(Debug)]
pub struct GuestRoute {
    pub to: IpNet,
    /// The router.
    pub via: IpAddr,
    pub metric: Option<u32>,
    /// Whether the router is reached directly though it is in no subnet of the addresses.
    pub on_link: bool,
}

/// An address that a guest gives itself.
#[derive(Debug)]
pub struct Static {
    /// The address, with its prefix length.
    pub net: IpNet,
    pub place: Place,
    /// The network that it is on, if others of the lab can be on it.
    pub on: Option<Segment>,
    /// Whether the network reserves it for this very interface.
    pub is_reserved: bool,
}

/// A network that several domains can be on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Segment {
    wire: Wire,
    tag: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Wire {
    Network(NetworkId),
    HostNetwork(String),
    Bridge(String),
    Macvtap(String),
}

impl Segment {
    pub(crate) fn network(id: NetworkId) -> Self {
        Self { wire: Wire::Network(id), tag: None }
    }

    pub(crate) fn host_network(name: &str) -> Self {
        Self { wire: Wire::HostNetwork(name.to_owned()), tag: None }
    }

    pub(crate) fn bridge(name: &str) -> Self {
        Self { wire: Wire::Bridge(name.to_owned()), tag: None }
    }

    pub(crate) fn macvtap(device: &str) -> Self {
        Self { wire: Wire::Macvtap(device.to_owned()), tag: None }
    }

    /// The VLAN with this number on it.
    pub(crate) fn tagged(self, tag: u16) -> Self {
        Self { tag: Some(tag), ..self }
    }

    /// The network of the lab that it is, untagged.
    pub(crate) fn as_network(&self) -> Option<NetworkId> {
        match (&self.wire, self.tag) {
            (Wire::Network(id), None) => Some(*id),
            (Wire::Network(_), Some(_)) | (Wire::HostNetwork(_) | Wire::Bridge(_) | Wire::Macvtap(_), _) => None,
        }
    }
}
