//! How macvtap shares an interface, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// What macvtap does with traffic between those that share an interface of the host
/// ([libvirt](https://libvirt.org/formatdomain.html#direct-attachment-to-physical-interface)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MacvtapMode {
    /// Delivers it directly.
    #[default]
    Bridge,
    /// Sends it out to the switch, which has to send it back (IEEE 802.1Qbg).
    Vepa,
    /// Drops it, also when a switch sends it back.
    Private,
    /// There are no others: the domain has the interface to itself.
    Passthrough,
}

words!(MacvtapMode);
