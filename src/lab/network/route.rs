//! A static route of the host, through a guest on a network.

use ipnet::IpNet;

use crate::lab::subnet::HostAddr;
use crate::place::Place;

/// A route that the host gets while the network runs.
#[derive(Debug)]
pub struct Route {
    /// Where it leads.
    pub to: IpNet,
    pub at: Place,
    /// Who forwards it there.
    pub via: HostAddr,
    /// How far it is.
    pub metric: Option<u32>,
}
