//! What an interface has on the host: a tap device of a name, queues, limits. A virtual function or a user-mode network has
//! no such device, and a bridge, Open vSwitch and macvtap can each do something else with it.

use crate::lab::interface::attachment::Attachment;
use crate::lab::link::Netem;
use crate::lab::network::bandwidth::Bandwidth;
use crate::lab::placed::Placed;
use crate::resolve::interface::link::Made;
use crate::resolve::names::Scope;
use crate::spec::macvtap::MacvtapMode;
use crate::spec::network::Mode;

/// What an interface has on the host.
#[derive(Debug)]
pub struct Tap {
    /// The name of its device.
    pub target: Option<Placed<String>>,
    /// What its name is made from, where it needs one and has none.
    pub(crate) made: Option<Made>,
    /// How many pairs of queues it has.
    pub queues: Option<u16>,
    /// What macvtap does with traffic between those that share its interface.
    pub macvtap_mode: MacvtapMode,
    /// How much traffic may pass.
    pub bandwidth: Option<Bandwidth>,
    /// What the kernel does besides with what the guest receives.
    pub netem: Option<Netem>,
    /// Whether libvirt limits what the guest receives.
    pub is_shaped: bool,
    /// Whether it is kept from others that are.
    pub port_isolation: Option<bool>,
    /// Whether the host goes by what the guest reports of its filters.
    pub trust_rx_filters: Option<bool>,
}

/// How an interface gets to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    /// By a tap device on a bridge.
    Bridge,
    /// By a tap device on an Open vSwitch bridge.
    OpenVSwitch,
    /// By macvtap.
    Macvtap,
    /// By a virtual function, which the guest drives.
    Function,
    /// By a process.
    User,
}

impl Path {
    /// That of an interface.
    pub(crate) fn of(attachment: &Attachment, scope: &Scope<'_>) -> Self {
        match attachment {
            Attachment::Network(id) => match scope.networks[id.0].mode {
                Mode::Nat | Mode::Route | Mode::Open | Mode::Isolated | Mode::Bridge => Self::Bridge,
                Mode::Ovs => Self::OpenVSwitch,
                Mode::Macvtap => Self::Macvtap,
                Mode::Hostdev => Self::Function,
            },
            Attachment::Bridge { .. } => Self::Bridge,
            Attachment::Macvtap(_) => Self::Macvtap,
            Attachment::User => Self::User,
        }
    }

    pub(crate) fn has_device(self) -> bool {
        match self {
            Self::Bridge | Self::OpenVSwitch | Self::Macvtap => true,
            Self::Function | Self::User => false,
        }
    }
}
