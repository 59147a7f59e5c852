//! The host's side of an interface: the tap device with its name, queues and limits. An interface on a virtual function or
//! a user-mode network has no such device.

use crate::lab::link::Netem;
use crate::lab::network::bandwidth::Bandwidth;
use crate::lab::placed::Placed;
use crate::spec::macvtap::MacvtapMode;

/// The host's side of an interface.
#[derive(Debug)]
pub struct Tap {
    /// The name of its device.
    pub target: Option<Placed<String>>,
    /// The profile of its link, which acts on a device that it knows by name.
    pub profile: Option<String>,
    /// How many pairs of queues it has.
    pub queues: Option<u16>,
    /// What macvtap does with traffic between those that share its interface.
    pub macvtap_mode: MacvtapMode,
    /// How much traffic may pass.
    pub bandwidth: Option<Bandwidth>,
    /// What the kernel also does to what the guest receives.
    pub netem: Option<Netem>,
    /// Whether libvirt limits what the guest receives.
    pub is_shaped: bool,
    /// Whether it is kept from others that are.
    pub port_isolation: Option<bool>,
    /// Whether the host goes by what the guest reports of its filters.
    pub trust_rx_filters: Option<bool>,
}
