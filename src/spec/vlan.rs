//! VLANs and port groups as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::bandwidth::Bandwidth;

/// VLANs, by tag ([libvirt](https://libvirt.org/formatdomain.html#setting-vlan-tag-on-supported-network-types-only)).
/// With a single VLAN, the guest sees untagged packets. With several, it sees the tags, except that of the native VLAN.
/// Works on Open vSwitch bridges, and from libvirt 11.0 on also on bridges of the host with VLAN filtering.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vlan {
    /// The VLAN IDs, from 1 to 4094, at least one. Several make a trunk. Required; for a domain, in any of its layers.
    #[schemars(length(min = 1), inner(range(min = 1, max = 4094)), example = [100, 200])]
    pub tags: Option<Vec<u16>>,
    /// The native VLAN: the one of the tags whose traffic the guest sees untagged. It makes a trunk even of a single
    /// VLAN. Default: none.
    #[schemars(range(min = 1, max = 4094), example = 100)]
    pub native: Option<u16>,
}

/// A port group of a network: settings that interfaces select by name with `portgroup`
/// ([libvirt](https://libvirt.org/formatnetwork.html#portgroups)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Portgroup {
    /// The VLANs of its interfaces, instead of the network's. Only for mode `ovs`, from libvirt 11.0 on for mode
    /// `bridge`, and for mode `hostdev` with a single VLAN.
    pub vlan: Option<Vlan>,
    /// Traffic limits for each of its interfaces that has no `bandwidth` of its own. Not for modes `macvtap` and
    /// `hostdev`. Default: no limit.
    pub bandwidth: Option<Bandwidth>,
    /// Whether the host trusts the MAC addresses and receive filters that its guests report, unless an interface says
    /// otherwise. Not for mode `hostdev`. Default: as the network has it.
    pub trust_rx_filters: Option<bool>,
    /// Whether interfaces without a `portgroup` are in this one. Only one port group of a network can be the default.
    /// Default: `false`.
    pub default: Option<bool>,
}
