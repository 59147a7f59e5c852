//! What each mode of networks is like: every question that is asked about a mode, answered for all of them.
//!
//! A new mode makes the compiler report each place that has to know of it: here, where `resolve` says what a mode requires,
//! and in [`libvirt`](crate::libvirt), which writes it.

use crate::lab::interface::backend::Backend;
use crate::spec::network::Mode;

impl Mode {
    /// Whether libvirt makes a bridge for it, rather than using something of the host's.
    #[must_use]
    pub fn makes_bridge(self) -> bool {
        match self {
            Self::Nat | Self::Route | Self::Open | Self::Isolated => true,
            Self::Bridge | Self::Ovs | Self::Macvtap | Self::Hostdev => false,
        }
    }

    /// Whether its interfaces can be in VLANs.
    #[must_use]
    pub fn has_vlans(self) -> bool {
        match self {
            Self::Bridge | Self::Ovs | Self::Hostdev => true,
            Self::Nat | Self::Route | Self::Open | Self::Isolated | Self::Macvtap => false,
        }
    }

    /// Whether it shares an interface of the host, which has no bridge, rather than being on one.
    #[must_use]
    pub fn shares_interface(self) -> bool {
        match self {
            Self::Macvtap | Self::Hostdev => true,
            Self::Nat | Self::Route | Self::Open | Self::Isolated | Self::Bridge | Self::Ovs => false,
        }
    }

    /// Whether libvirt forwards between a subnet of the network and others, so that there has to be one.
    #[must_use]
    pub fn forwards_subnet(self) -> bool {
        match self {
            Self::Nat | Self::Route => true,
            Self::Open | Self::Isolated | Self::Bridge | Self::Ovs | Self::Macvtap | Self::Hostdev => false,
        }
    }

    /// Whether libvirt translates its addresses.
    #[must_use]
    pub fn translates_addresses(self) -> bool {
        match self {
            Self::Nat => true,
            Self::Route | Self::Open | Self::Isolated | Self::Bridge | Self::Ovs | Self::Macvtap | Self::Hostdev => {
                false
            }
        }
    }

    /// Whether libvirt keeps its own rules of a firewall for it, or none at all, as for [`Mode::Open`].
    #[must_use]
    pub fn has_no_firewall_rules(self) -> bool {
        match self {
            Self::Open => true,
            Self::Nat | Self::Route | Self::Isolated | Self::Bridge | Self::Ovs | Self::Macvtap | Self::Hostdev => {
                false
            }
        }
    }

    /// How its interfaces get to the host.
    pub(crate) fn backend(self) -> Backend {
        match self {
            Self::Nat | Self::Route | Self::Open | Self::Isolated | Self::Bridge => Backend::Bridge,
            Self::Ovs => Backend::OpenVSwitch,
            Self::Macvtap => Backend::Macvtap,
            Self::Hostdev => Backend::VirtualFunction,
        }
    }
}
