//! How libvirt translates the addresses of a network.

use std::net::IpAddr;

/// How a network's addresses are translated.
#[derive(Debug)]
pub struct Nat {
    /// The ports that translated connections leave by.
    pub ports: Option<(u16, u16)>,
    /// The addresses that translated connections leave by.
    pub addresses: Option<(IpAddr, IpAddr)>,
    /// Whether IPv6 is translated.
    pub ipv6: bool,
}
