//! How macvtap shares an interface, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// How macvtap handles traffic between the domains that share an interface of the host
/// ([libvirt](https://libvirt.org/formatdomain.html#direct-attachment-to-physical-interface)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MacvtapMode {
    /// Delivers it directly.
    #[default]
    Bridge,
    /// Sends it to the external switch, which has to send it back (IEEE 802.1Qbg).
    Vepa,
    /// Drops it, even when the switch sends it back.
    Private,
    /// Not shared: one domain has the interface to itself.
    Passthrough,
}

words!(MacvtapMode);
