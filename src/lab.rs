//! The lab, resolved: profiles merged, defaults filled in, names replaced by ids, addresses and identities settled.
//!
//! [`resolve`](resolve::resolve) makes a [`Lab`] from a [`Spec`](crate::spec::Spec). What a `Lab` refers to exists:
//! ids are made only for entries of its own lists. Nothing in it has a default left to choose.
//!
//! Each section of a spec has a module, and in it one for each thing that it says: [`network`], [`storage`] and [`domain`],
//! with a domain's [`drive`]s, [`interface`]s and other [`device`]s. Beside them is what all of them need: layers
//! ([`profile`]), identities, words, and what must be unique.

pub mod cloud_init;
mod cpuset;
pub mod device;
mod device_name;
pub mod domain;
pub mod drive;
pub mod identity;
pub mod imported;
pub mod interface;
mod key;
pub mod link;
pub mod network;
mod order;
pub(crate) mod port;
pub mod profile;
pub mod resolve;
mod scope;
pub mod size;
mod start_order;
pub mod storage;
pub mod subnet;
mod text;
pub mod unique;
mod word;

use crate::place::{Place, Pointer};
use crate::spec::{Extra, Formatter, NixVirtVersion, Paths};

pub use domain::Domain;
pub use imported::Imported;
pub use network::Network;
pub use storage::Pool;
pub use storage::volume::Volume;
pub(crate) use text::{is_line, is_text};

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
    /// The domains that libvirt has already and that stay as they are, in spec order.
    pub imported: Vec<Imported>,
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
