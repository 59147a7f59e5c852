//! The model of a lab: profiles are merged, defaults are filled in, identities are decided, and networks and pools are
//! referred to by id.
//!
//! [`resolve`](crate::resolve) makes a [`Lab`] from a [`Spec`](crate::spec::Spec). In here are structs, ids, and methods
//! that compute from the values alone: nothing reads a spec, and nothing reports a problem.
//!
//! A [`Lab`] consists of networks ([`network`]), pools with volumes ([`storage`]), and domains ([`domain`]) with their
//! [`drive`]s, [`interface`]s and other [`device`]s. The other modules hold the types that several of these have, such as
//! [`identity`], [`subnet`] and [`size`].

pub mod cloud_init;
pub mod device;
pub mod domain;
pub mod drive;
pub mod external;
pub mod id;
pub mod identity;
pub mod imported;
pub mod interface;
pub mod link;
pub mod network;
pub mod path;
pub mod placed;
pub mod port;
pub mod size;
pub mod socket;
pub mod start_order;
pub mod storage;
pub mod subnet;
pub mod text;
pub mod unattended;

use crate::spec::{Formatter, NixVirtVersion, Paths};

pub use crate::lab::domain::Domain;
pub use crate::lab::external::External;
pub use crate::lab::id::{NetworkId, PoolId};
pub use crate::lab::imported::Imported;
pub use crate::lab::network::Network;
pub use crate::lab::network::dhcp_host::DhcpHost;
pub use crate::lab::placed::{ExtraAt, Placed};
pub use crate::lab::start_order::StartOrder;
pub use crate::lab::storage::Pool;
pub use crate::lab::storage::volume::Volume;

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
    /// The DHCP hosts of each network, by address.
    pub(crate) dhcp_hosts: Vec<Vec<DhcpHost>>,
    /// The pools, in spec order.
    pub pools: Option<Vec<Pool>>,
    /// The indexes of the pools, each after those whose volumes are backing files of its own.
    pub(crate) pool_order: Vec<usize>,
    /// The domains, in spec order.
    pub domains: Option<Vec<Domain>>,
    /// The order in which the domains start.
    pub start_order: StartOrder,
    /// The domains that libvirt has already and that stay as they are, in spec order.
    pub imported: Vec<Imported>,
    /// What the host has and the lab does not manage.
    pub external: External,
    /// The `extra` of `defaults` and of every profile, to be checked also where no domain takes it.
    pub layer_extras: Vec<ExtraAt>,
}

/// What is generated, and for which host.
#[derive(Debug, Clone)]
pub struct Target {
    /// The version of `NixVirt` on the host.
    pub nixvirt: NixVirtVersion,
    pub connection: String,
    /// How files of the host are named.
    pub paths: Paths,
    /// The formatter that the files are to satisfy.
    pub format: Formatter,
    /// Whether the schema for editors is beside them.
    pub schema: bool,
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

    /// The DHCP hosts of a network: the fixed addresses that its DHCP server reserves for domains.
    #[must_use]
    pub fn dhcp_hosts(&self, id: NetworkId) -> &[DhcpHost] {
        &self.dhcp_hosts[id.0]
    }

    /// The networks with their ids, in spec order; none if the lab leaves the host's networks alone.
    pub fn networks(&self) -> impl Iterator<Item = (NetworkId, &Network)> {
        self.networks.iter().flatten().enumerate().map(|(index, network)| (NetworkId(index), network))
    }

    /// The pools, in the order in which they can be made.
    pub fn pools_in_order(&self) -> impl Iterator<Item = &Pool> {
        let pools = self.pools.as_deref().unwrap_or_default();
        self.pool_order.iter().map(|index| &pools[*index])
    }

    /// The domains, in the order in which they start.
    pub fn domains_in_order(&self) -> impl Iterator<Item = &Domain> {
        let domains = self.domains.as_deref().unwrap_or_default();
        self.start_order.iter().map(|index| &domains[index])
    }
}
