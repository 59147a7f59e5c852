//! What the host has besides the lab, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// What the host has already and the lab uses without managing it: activation neither changes, starts, stops nor deletes it, and
/// fails before it changes anything where it does not exist. Beside a section of the lab's own networks or pools, which NixVirt
/// else takes for all that there are, it says what of the host's stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct External {
    /// libvirt's networks, by name: interfaces of domains name them as `network`. Their addresses are not the lab's, so there
    /// is no `ip` on them. Default: none.
    #[schemars(example = ["default"])]
    pub networks: Option<Vec<String>>,
    /// libvirt's storage pools, by name: disks and cdroms name volumes in them that exist already. Default: none.
    #[schemars(example = ["default"])]
    pub pools: Option<Vec<String>>,
    /// Bridges of the host, by name: interfaces of domains name them as `bridge`. Default: none.
    #[schemars(example = ["br0"])]
    pub bridges: Option<Vec<String>>,
}
