//! What guests boot from over a network.

use std::net::IpAddr;

/// What a network has for guests to boot from, all of it over IPv4.
#[derive(Debug, Default)]
pub struct Pxe {
    /// The directory whose files TFTP serves.
    pub tftp: Option<String>,
    /// The file that DHCP tells guests to boot.
    pub file: Option<String>,
    /// The server that has the file, where that is not the host.
    pub server: Option<IpAddr>,
}
