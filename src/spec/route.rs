//! Static routes as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// A route that the host gets while the network runs ([libvirt](https://libvirt.org/formatnetwork.html#static-routes)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Route {
    /// Where it leads, an IPv4 or IPv6 subnet or a single address with its prefix length. Everything (`0.0.0.0/0`) is
    /// not for a network's route.
    #[schemars(required, example = &"10.99.0.0/16")]
    pub to: Option<String>,
    /// Who forwards it there: an address in the network's subnet of the same family, most often a domain's.
    #[schemars(required, example = &"192.168.56.20")]
    pub via: Option<String>,
    /// How far it is: of several routes to one place, the host takes that with the lowest. Default: 1, libvirt's.
    #[schemars(range(min = 1), example = 100)]
    pub metric: Option<u32>,
}
