//! Services in DNS as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::interface::Protocol;

/// Where a service is found: an SRV record ([RFC 2782](https://www.rfc-editor.org/rfc/rfc2782)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Srv {
    /// The service, without a leading `_`.
    #[schemars(required, example = &"ldap")]
    pub service: Option<String>,
    /// The protocol. Default: `tcp`.
    pub protocol: Option<Protocol>,
    /// The domain that has the service. Default: the network's `dns.domain`.
    #[schemars(example = &"lab.example.org")]
    pub domain: Option<String>,
    /// The host that serves it, by its whole name.
    #[schemars(required, example = &"dc1.lab.example.org")]
    pub target: Option<String>,
    /// The port that it is served on.
    #[schemars(required, range(min = 1, max = 65535), example = 389)]
    pub port: Option<u16>,
    /// When it is asked: those with the lowest number first. Default: 0.
    #[schemars(example = 10)]
    pub priority: Option<u16>,
    /// How often it is asked among those of one priority, in proportion. Default: 0.
    #[schemars(example = 50)]
    pub weight: Option<u16>,
}
