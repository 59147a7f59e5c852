//! VLANs and port groups as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::bandwidth::Bandwidth;

/// VLANs, by tag ([libvirt](https://libvirt.org/formatdomain.html#setting-vlan-tag-on-supported-network-types-only)). The
/// guest sees nothing of a single one; of several it sees the tags, but for those of the native one. Works on Open vSwitch
/// bridges, and from libvirt 11.0 on, on bridges of the host that filter VLANs.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vlan {
    /// The tags, from 1 to 4094, at least one. Several make a trunk. Required; of a domain, one of its layers is enough.
    #[schemars(length(min = 1), inner(range(min = 1, max = 4094)), example = [100, 200])]
    pub tags: Option<Vec<u16>>,
    /// The one of the tags whose traffic the guest sees without a tag. It makes a trunk of a single one, too. Default: none.
    #[schemars(range(min = 1, max = 4094), example = 100)]
    pub native: Option<u16>,
}

/// A port group of a network: settings that interfaces take by its name with `portgroup`
/// ([libvirt](https://libvirt.org/formatnetwork.html#portgroups)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Portgroup {
    /// The VLANs of its interfaces, instead of the network's. Only for mode `ovs`, `bridge` from libvirt 11.0 on, or
    /// `hostdev`, where it is a single one.
    pub vlan: Option<Vlan>,
    /// How much traffic may pass through each of its interfaces that has no `bandwidth` of its own. Not for modes `macvtap`
    /// and `hostdev`. Default: no limit.
    pub bandwidth: Option<Bandwidth>,
    /// Whether the host goes by what its guests report of their MAC addresses and filters, unless an interface says
    /// otherwise. Not for mode `hostdev`. Default: as the network has it.
    pub trust_rx_filters: Option<bool>,
    /// Whether interfaces that name no port group are in this one: at most one of a network. Default: `false`.
    pub default: Option<bool>,
}
