//! What a network has of one address family: a subnet, the host's address in it, and the DHCP server.

use std::net::IpAddr;

use crate::lab::network::dhcp_host::DhcpHost;
use crate::lab::subnet::{Family, HostAddr, Subnet, plus};
use crate::place::Pointer;

/// The most addresses that libvirt lets one range have.
pub(crate) const RANGE_MAX: u128 = 65535;

/// What a network has of one address family.
#[derive(Debug)]
pub struct Ip {
    pub subnet: Subnet,
    /// Where the subnet is written.
    pub at: Pointer,
    /// The host's own address.
    pub gateway: HostAddr,
    /// The DHCP server, unless it is switched off; whether it runs, [`dhcp`](Self::dhcp) says.
    pub(crate) dhcp: Option<Dhcp>,
    /// Where the spec says that guests make addresses of their own, if it does.
    pub(crate) unserved_at: Option<Pointer>,
}

/// The DHCP server of one address family.
#[derive(Debug)]
pub struct Dhcp {
    /// The first and last address for those that are no DHCP hosts.
    pub range: Option<(HostAddr, HostAddr)>,
    /// Where the range is written, if it is.
    pub range_at: Option<Pointer>,
    /// How long an address is lent, in seconds.
    pub lease: Option<u32>,
    /// Whether it serves also where no address is reserved. Else guests make addresses of their own from what the router
    /// advertises.
    pub serves_without_hosts: bool,
}

impl Ip {
    /// The DHCP server, if it runs where `hosts` are the network's: leaves IPv6 to router advertisements where no address is
    /// reserved and the spec does not ask for more. Where one is, libvirt's server is the only source of addresses, so that it
    /// needs a range for everyone else.
    #[must_use]
    pub fn dhcp(&self, hosts: &[DhcpHost]) -> Option<&Dhcp> {
        let is_of_family = |host: &DhcpHost| Family::of(host.address.addr()) == self.subnet.family();
        self.dhcp.as_ref().filter(|dhcp| dhcp.serves_without_hosts || hosts.iter().any(is_of_family))
    }

    /// The first and last address that guests can have, as far as the gateway does not part them.
    #[must_use]
    pub fn room(&self) -> (HostAddr, HostAddr) {
        room(self.subnet, self.gateway)
    }
}

/// The first and last address of a subnet, without the gateway if it is one of them.
pub(crate) fn room(subnet: Subnet, gateway: HostAddr) -> (HostAddr, HostAddr) {
    let next = |address: HostAddr| plus(address.addr(), 1).and_then(|next| subnet.host(next).ok());
    let first = if gateway == subnet.first() { next(gateway) } else { None }.unwrap_or(subnet.first());
    (first, subnet.last())
}

/// All addresses of a subnet but the gateway's, as far as that is one range that libvirt takes: so many IPv4 addresses, or
/// IPv6 addresses that differ in their last 16 bits only.
pub(crate) fn whole_range(subnet: Subnet, gateway: HostAddr) -> (HostAddr, HostAddr) {
    let (first, last) = room(subnet, gateway);
    let furthest = match first.addr() {
        address @ IpAddr::V4(_) => plus(address, u32::from(u16::MAX) - 1),
        IpAddr::V6(address) => Some(IpAddr::V6((address.to_bits() | u128::from(u16::MAX)).into())),
    };
    (first, furthest.and_then(|end| subnet.host(end).ok()).unwrap_or(last))
}
