//! A serial port or channel of a domain, and the names of the agents' channels.

use std::net::SocketAddr;

use crate::lab::placed::Placed;
use crate::spec::serial::{ChannelType, SerialProtocol};

/// Where a serial port leads.
#[derive(Debug)]
pub enum Serial {
    /// To a terminal of the host.
    Pty,
    /// Into a file.
    File(Placed<String>),
    /// To an address of the host or of another one.
    Tcp {
        /// The address, and where it is written.
        address: Placed<SocketAddr>,
        /// Whether QEMU listens there.
        listen: bool,
        /// What is spoken.
        protocol: SerialProtocol,
    },
    /// To a socket.
    Unix {
        path: Placed<String>,
        /// Whether QEMU listens there.
        listen: bool,
    },
}

/// A channel between a program in the guest and one on the host.
#[derive(Debug)]
pub struct Channel {
    pub name: String,
    /// What it is on the host.
    pub kind: ChannelType,
}

/// The channel of the QEMU guest agent.
pub const GUEST_AGENT: &str = "org.qemu.guest_agent.0";

/// The channel of the SPICE agent.
pub const SPICE_AGENT: &str = "com.redhat.spice.0";
