//! The lab, resolved: profiles merged, defaults filled in, names replaced by ids, addresses and identities settled.
//!
//! [`resolve`](resolve::resolve) makes a [`Lab`] from a [`Spec`](crate::spec::Spec). What a `Lab` refers to exists:
//! ids are made only for entries of its own lists. Nothing in it has a default left to choose.

pub mod address;
mod allocation;
pub mod attachment;
pub mod backing;
pub mod bandwidth;
pub mod board;
pub mod boot;
mod bus;
pub mod clock;
pub mod cpu;
mod cpuset;
pub mod device;
mod dhcp;
mod disk_source;
pub mod dns;
mod dnsmasq;
pub mod domain;
pub mod drive;
pub mod firmware;
pub mod floppy;
pub mod forward;
pub mod hostdev;
pub mod hypervisor;
pub mod identity;
pub mod input;
pub mod interface;
pub mod io;
mod key;
pub mod lifecycle;
pub mod limits;
mod machine;
pub mod memory;
mod mode;
pub mod nat;
pub mod network;
pub mod numa;
mod order;
pub mod pci;
pub mod pool_source;
mod pool_type;
mod port;
pub mod preset;
pub mod profile;
pub mod pxe;
pub mod resolve;
pub mod route;
mod scope;
pub mod screen;
pub mod serial;
pub mod share;
pub mod side;
pub mod size;
pub mod smbios;
pub mod sound;
mod start_order;
pub mod storage;
pub mod subnet;
pub mod tap;
mod text;
pub mod unique;
pub mod vlan;
pub mod volume;
mod volume_name;
mod word;

use crate::place::{Place, Pointer};
use crate::spec::{Extra, Formatter, NixVirtVersion, Paths};

pub use domain::Domain;
pub use network::Network;
pub use storage::Pool;
pub(crate) use text::is_text;
pub use volume::Volume;

/// A lab. `None` for a kind of object means that the host's objects of that kind are left alone.
#[derive(Debug)]
pub struct Lab {
    /// The lab's name.
    pub name: String,
    /// What the lab is for.
    pub description: Option<String>,
    /// What is generated, and for which host.
    pub target: Target,
    /// The networks, in spec order.
    pub networks: Option<Vec<Network>>,
    /// The pools, in spec order.
    pub pools: Option<Vec<Pool>>,
    /// The domains, in spec order, except that each comes after those it starts after.
    pub domains: Option<Vec<Domain>>,
    /// The `extra` of `defaults` and of every profile, to be checked also where no domain takes it.
    pub layer_extras: Vec<ExtraAt>,
}

/// What is generated, and for which host.
#[derive(Debug, Clone)]
pub struct Target {
    /// The version of `NixVirt` on the host.
    pub nixvirt: NixVirtVersion,
    /// The libvirt connection.
    pub connection: String,
    /// How files of the host are named.
    pub paths: Paths,
    /// The formatter that the files are to satisfy.
    pub format: Formatter,
}

/// A network of the lab, by its place in [`Lab::networks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NetworkId(pub(crate) usize);

/// A pool of the lab, by its place in [`Lab::pools`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PoolId(pub(crate) usize);

/// Part of the spec that is merged into a definition as it is.
#[derive(Debug, Clone)]
pub struct ExtraAt {
    /// Where it is written.
    pub at: Pointer,
    /// What is written.
    pub value: Extra,
}

/// An identity and where it was settled: where it is written, else where the object is declared.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    /// The identity.
    pub value: T,
    /// The place that a problem with it points at.
    pub place: Place,
}

impl Lab {
    /// The network with this id.
    #[must_use]
    pub fn network(&self, id: NetworkId) -> &Network {
        &self.networks.as_deref().unwrap_or_default()[id.0]
    }

    /// The pool with this id.
    #[must_use]
    pub fn pool(&self, id: PoolId) -> &Pool {
        &self.pools.as_deref().unwrap_or_default()[id.0]
    }
}
