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

impl Pxe {
    /// Whether the file is on a web server: firmware that boots over HTTP fetches it there, and iPXE.
    #[must_use]
    pub fn is_on_web(&self) -> bool {
        self.file.as_ref().is_some_and(|file| {
            let file = file.to_ascii_lowercase();
            file.starts_with("http://") || file.starts_with("https://")
        })
    }
}
