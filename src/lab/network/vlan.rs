//! The VLANs of a network, a port group or an interface, and the port groups of a network.

use crate::lab::network::bandwidth::Bandwidth;

#[derive(Debug)]
pub struct Vlan {
    /// The tags, all different, at least one.
    pub tags: Vec<u16>,
    /// The one of them whose traffic has no tag.
    pub native: Option<u16>,
}

/// A port group of a network.
#[derive(Debug)]
pub struct Portgroup {
    pub name: String,
    /// Whether interfaces that name no port group are in it.
    pub default: bool,
    /// The VLANs of its interfaces.
    pub vlan: Option<Vlan>,
    /// How much traffic may pass through each of them.
    pub bandwidth: Option<Bandwidth>,
    /// Whether the host goes by what guests report of their filters, where the spec says.
    pub trust_rx_filters: Option<bool>,
}

impl Vlan {
    /// Whether the guest sees tags.
    #[must_use]
    pub fn is_trunk(&self) -> bool {
        self.tags.len() > 1 || self.native.is_some()
    }
}
