//! A DHCP host: an interface for which the DHCP server of its network reserves a fixed address.

use crate::lab::identity::Mac;
use crate::lab::subnet::HostAddr;
use crate::place::Place;

/// A domain's interface with a fixed address.
#[derive(Debug)]
pub struct DhcpHost {
    pub name: String,
    pub mac: Mac,
    pub address: HostAddr,
    /// Where the address is written.
    pub place: Place,
}
