//! A fixed address of an interface, which the DHCP server of its network reserves.

use crate::lab::subnet::HostAddr;
use crate::place::Place;

/// A fixed address of an interface.
#[derive(Debug, Clone)]
pub struct Address {
    pub host: HostAddr,
    pub place: Place,
}
