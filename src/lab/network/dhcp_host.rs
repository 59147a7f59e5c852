//! A DHCP host: an interface of a domain, or a machine outside of the lab, for which the DHCP server of a network reserves a fixed
//! address.

use crate::lab::identity::Mac;
use crate::lab::subnet::HostAddr;
use crate::place::Place;

/// An interface with a fixed address.
#[derive(Debug, Clone)]
pub struct DhcpHost {
    pub name: String,
    pub mac: Mac,
    pub address: HostAddr,
    /// Where the address is written.
    pub place: Place,
}
