//! SRV records as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::interface::Protocol;

/// An SRV record: where a service is found ([RFC 2782](https://www.rfc-editor.org/rfc/rfc2782)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Srv {
    /// The service, without a leading `_`.
    #[schemars(required, example = &"ldap")]
    pub service: Option<String>,
    /// The protocol. Default: `tcp`.
    pub protocol: Option<Protocol>,
    /// The DNS domain of the service. Default: the network's `dns.domain`.
    #[schemars(example = &"lab.example.org")]
    pub domain: Option<String>,
    /// The fully qualified name of the host that provides it.
    #[schemars(required, example = &"dc1.lab.example.org")]
    pub target: Option<String>,
    /// The port of the service.
    #[schemars(required, range(min = 1, max = 65535), example = 389)]
    pub port: Option<u16>,
    /// The priority: clients try targets with the lowest number first. Default: 0.
    #[schemars(example = 10)]
    pub priority: Option<u16>,
    /// The relative weight among targets of the same priority. Default: 0.
    #[schemars(example = 50)]
    pub weight: Option<u16>,
}
