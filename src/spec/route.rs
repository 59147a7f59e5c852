//! Static routes as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// A static route that the host has while the network runs
/// ([libvirt](https://libvirt.org/formatnetwork.html#static-routes)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Route {
    /// The destination: an IPv4 or IPv6 subnet, or a single address with its prefix length. It cannot be the default
    /// route (`0.0.0.0/0`).
    #[schemars(required, example = &"10.99.0.0/16")]
    pub to: Option<String>,
    /// The next hop: an address of the same family in the network's subnet, usually that of a domain.
    #[schemars(required, example = &"192.168.56.20")]
    pub via: Option<String>,
    /// The metric: of several routes to one destination, the host uses the one with the lowest. Default: libvirt's, 1.
    #[schemars(range(min = 1), example = 100)]
    pub metric: Option<u32>,
}
