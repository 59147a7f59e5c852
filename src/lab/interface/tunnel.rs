//! A wire between QEMU processes.

use std::net::Ipv4Addr;

use crate::lab::placed::Placed;
use crate::spec::interface::Protocol;
use crate::spec::tunnel::TunnelType;

/// A wire between QEMU processes.
#[derive(Debug)]
pub struct Tunnel {
    pub kind: TunnelType,
    /// The other end, the group, or what a server listens on.
    pub source: TunnelEnd,
    /// The host's own end, for UDP.
    pub local: Option<TunnelEnd>,
}

/// An end of a tunnel.
#[derive(Debug)]
pub struct TunnelEnd {
    /// None for all addresses of the host.
    pub address: Option<Ipv4Addr>,
    pub port: Placed<u16>,
}

impl Tunnel {
    /// The end that QEMU listens on, which no other domain can have: members of a multicast group share theirs.
    pub(crate) fn listens(&self) -> Option<(Protocol, &TunnelEnd)> {
        match self.kind {
            TunnelType::Server => Some((Protocol::Tcp, &self.source)),
            TunnelType::Udp => Some((Protocol::Udp, self.local.as_ref()?)),
            TunnelType::Mcast | TunnelType::Client => None,
        }
    }
}
