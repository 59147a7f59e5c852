//! What the host has besides the lab, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// Objects that already exist on the host and that the lab uses without managing them: activation neither changes,
/// starts, stops nor deletes them, and fails before it changes anything if one does not exist. If the lab also has a
/// section of its own networks or pools, NixVirt would delete all others; those listed here stay.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct External {
    /// Names of libvirt networks. Interfaces use them as `network`. The lab does not manage their addresses, so
    /// interfaces on them have no `ip`. Default: none.
    #[schemars(example = ["default"])]
    pub networks: Option<Vec<String>>,
    /// Names of libvirt storage pools. Disks and cdroms use volumes that already exist in them. Default: none.
    #[schemars(example = ["default"])]
    pub pools: Option<Vec<String>>,
    /// Names of bridges of the host. Interfaces use them as `bridge`. Default: none.
    #[schemars(example = ["br0"])]
    pub bridges: Option<Vec<String>>,
}
