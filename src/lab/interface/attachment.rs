//! What an interface is attached to: a network of the lab or something of the host's.

use crate::lab::id::NetworkId;
use crate::lab::interface::backend::Backend;
use crate::lab::interface::tunnel::Tunnel;
use crate::lab::network::Network;
use crate::place::Place;

/// What an interface is attached to.
#[derive(Debug)]
pub enum Attachment {
    /// A network of the lab.
    Network(NetworkId),
    /// A network of libvirt's that the lab does not manage.
    HostNetwork(String),
    /// A bridge of the host.
    Bridge {
        /// The bridge's name.
        name: String,
        /// Where it is written.
        place: Place,
    },
    /// A network of its own, translated to the host's.
    User,
    /// An interface of the host, shared.
    Macvtap(String),
    /// Other QEMU processes.
    Tunnel(Tunnel),
}

impl Attachment {
    /// How the interface gets to the host, where `networks` are those of its lab.
    pub(crate) fn backend(&self, networks: &[Network]) -> Backend {
        match self {
            Self::Network(id) => networks[id.0].mode.backend(),
            // Of the host's networks nothing is known; most have a bridge.
            Self::HostNetwork(_) | Self::Bridge { .. } => Backend::Bridge,
            Self::Macvtap(_) => Backend::Macvtap,
            Self::User | Self::Tunnel(_) => Backend::User,
        }
    }

    /// Whether it is a network of guests alone: libvirt makes its bridge and gives the host no address on it.
    pub(crate) fn is_among_guests(&self, networks: &[Network]) -> bool {
        match self {
            Self::Network(id) => {
                let network = &networks[id.0];
                let may_have_any = network.ipv4.is_some() || network.ipv6.is_some() || network.extra.is_some();
                network.mode.makes_bridge() && !may_have_any
            }
            Self::Tunnel(_) => true,
            Self::HostNetwork(_) | Self::Bridge { .. } | Self::User | Self::Macvtap(_) => false,
        }
    }
}
