//! A port of the host that is forwarded into a guest.

use std::net::IpAddr;

use crate::lab::placed::Placed;
use crate::spec::interface::Protocol;

/// A port of the host that leads into the guest.
#[derive(Debug)]
pub struct Forward {
    /// The port of the host, and where it is written.
    pub host: Placed<u16>,
    /// The port of the guest.
    pub guest: u16,
    pub protocol: Protocol,
    /// The address of the host, where it is not every one.
    pub address: Option<IpAddr>,
}

impl Forward {
    /// Whether TCP on a port of the guest comes through it.
    #[must_use]
    pub fn leads_to(&self, port: u16) -> bool {
        self.guest == port && self.protocol == Protocol::Tcp
    }
}
