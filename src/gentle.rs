//! What is done before and after `NixVirt` runs, so that it finds nothing to cut off: the [`Step`]s.
//!
//! `NixVirt` stops what it finds changed. So what changed is brought in line with the new definitions first, in ways that end no
//! process (measured on libvirt 11.3): running networks are told of hosts and ranges, or are restarted with their domains left
//! running and put back on the bridge; domains are defined anew, and have their new definition from their next start on. What
//! has to stop all the same is shut down by its guest, and what ran is started again afterwards.

pub mod apply;
pub mod foresight;
mod hosts;
pub mod manner;
pub mod steps;
mod words;

use uuid::Uuid;

use crate::activation::definition::Tap;
use crate::activation::outcome::Cause;

/// Something that is done to libvirt's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Tells a running network what changes; restarts it if it does not take that.
    Tell {
        /// What changes, in this order.
        changes: Vec<Tell>,
        /// The restart.
        restart: RestartNetwork,
    },
    /// Restarts a network.
    RestartNetwork(RestartNetwork),
    /// Gives a running domain its new title and description; defines it if it does not take them.
    Describe {
        /// The whole definition.
        define: DefineDomain,
        /// The title and the description.
        words: Words,
    },
    /// Defines a domain, which runs on as it is.
    Define(DefineDomain),
    /// Asks a guest to shut down, and waits for it.
    ShutDown {
        /// The domain.
        uuid: Uuid,
        name: String,
        cause: Cause,
    },
}

/// Defines a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefineDomain {
    /// The domain.
    pub uuid: Uuid,
    pub name: String,
    /// Its new definition.
    pub definition: String,
}

/// The title and description of a domain; empty if there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    pub title: String,
    pub description: String,
}

/// Defines a network and restarts it, with the domains on it left running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartNetwork {
    /// The network.
    pub uuid: Uuid,
    pub name: String,
    /// The definition that it has.
    pub old: String,
    /// Its new definition.
    pub new: String,
    /// The bridges that it has and gets.
    pub bridges: [Option<String>; 2],
    /// The host's devices of the interfaces on it.
    pub taps: Vec<Tap>,
}

/// A part of a network that can change while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tell {
    /// Whether it is added, at the end of its list, or taken away.
    pub is_added: bool,
    /// libvirt's word for what it is.
    pub section: Section,
    /// It, as XML.
    pub element: String,
    /// In which of the network's addresses it is, from 0.
    pub parent: usize,
}

/// What of a network can change while it runs
/// ([libvirt](https://libvirt.org/manpages/virsh.html#net-update)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    DnsHost,
    DhcpRange,
    DhcpHost,
}

impl Section {
    /// libvirt's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DnsHost => "dns-host",
            Self::DhcpRange => "ip-dhcp-range",
            Self::DhcpHost => "ip-dhcp-host",
        }
    }
}
