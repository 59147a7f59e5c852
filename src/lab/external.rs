//! What the host has already and the lab uses without managing it.

use crate::lab::identity::ObjectKind;
use crate::lab::placed::Placed;

/// What the host has and the lab leaves as it is, each kind in the order of the names.
#[derive(Debug, Default)]
pub struct External {
    /// libvirt's networks.
    pub networks: Vec<Placed<String>>,
    /// libvirt's storage pools.
    pub pools: Vec<Placed<String>>,
    /// Bridges.
    pub bridges: Vec<Placed<String>>,
}

impl External {
    /// The objects of libvirt of a kind. Domains that stay as they are have entries of their own.
    #[must_use]
    pub fn of_kind(&self, kind: ObjectKind) -> &[Placed<String>] {
        match kind {
            ObjectKind::Network => &self.networks,
            ObjectKind::Pool => &self.pools,
            ObjectKind::Domain => &[],
        }
    }
}
