//! A network with everything that its definition says. Each part of it that is more than a value has a module here.

pub mod bandwidth;
pub mod dhcp_host;
pub mod dns;
pub mod ip;
mod mode;
pub mod nat;
pub mod pxe;
pub mod route;
pub mod vlan;

use uuid::Uuid;

use crate::lab::identity::MacAt;
use crate::lab::interface::backend::Backend;
use crate::lab::network::bandwidth::Bandwidth;
use crate::lab::network::dhcp_host::DhcpHost;
use crate::lab::network::dns::Dns;
use crate::lab::network::ip::Ip;
use crate::lab::network::nat::Nat;
use crate::lab::network::pxe::Pxe;
use crate::lab::network::route::Route;
use crate::lab::network::vlan::{Portgroup, Vlan};
use crate::lab::placed::{ExtraAt, Placed};
use crate::lab::subnet::Family;
use crate::place::Pointer;
use crate::spec::Active;
use crate::spec::macvtap::MacvtapMode;
use crate::spec::network::Mode;

#[derive(Debug)]
pub struct Network {
    pub name: String,
    pub at: Pointer,
    pub uuid: Placed<Uuid>,
    /// How it reaches the world.
    pub mode: Mode,
    /// The bridge: libvirt's, or the host's; [`Mode::Macvtap`] and [`Mode::Hostdev`] have none.
    pub bridge: Option<Placed<String>>,
    /// The MAC address of the bridge that libvirt makes; what the host has has none that libvirt may know.
    pub mac: Option<MacAt>,
    /// The host interface that forwarded traffic leaves by, or for [`Mode::Macvtap`] and [`Mode::Hostdev`] that domains
    /// share.
    pub dev: Option<String>,
    /// What macvtap does with traffic between the domains.
    pub macvtap_mode: MacvtapMode,
    /// The VLANs of its interfaces.
    pub vlan: Option<Vlan>,
    /// The port groups, in the order of their names.
    pub portgroups: Vec<Portgroup>,
    /// What it has of IPv4.
    pub ipv4: Option<Ip>,
    /// What it has of IPv6.
    pub ipv6: Option<Ip>,
    /// The machines outside of the lab that its DHCP server keeps addresses for.
    pub reserved: Vec<DhcpHost>,
    pub dns: Dns,
    /// Lines for the configuration of dnsmasq.
    pub dnsmasq: Vec<String>,
    pub pxe: Pxe,
    /// The routes of the host through it.
    pub routes: Vec<Route>,
    pub nat: Nat,
    /// How much traffic may pass.
    pub bandwidth: Option<Bandwidth>,
    /// Whether its interfaces are kept from each other, where the spec says.
    pub port_isolation: Option<bool>,
    /// Whether the host goes by what guests report of their filters, where the spec says.
    pub trust_rx_filters: Option<bool>,
    /// Whether the bridge speaks the Spanning Tree Protocol, where the spec says.
    pub stp: Option<bool>,
    /// How many seconds the bridge waits before it forwards.
    pub stp_delay: Option<u32>,
    pub mtu: Option<u32>,
    /// Whether it runs.
    pub active: Active,
    /// Whether activation restarts it.
    pub restart: Option<bool>,
    /// What is merged into its definition.
    pub extra: Option<ExtraAt>,
}

impl Network {
    /// What it has of an address family.
    #[must_use]
    pub fn ip(&self, family: Family) -> Option<&Ip> {
        match family {
            Family::V4 => self.ipv4.as_ref(),
            Family::V6 => self.ipv6.as_ref(),
        }
    }

    /// The port group of its interfaces that name this one, or that name none: then it is the default one.
    pub(crate) fn portgroup(&self, name: Option<&str>) -> Option<&Portgroup> {
        self.portgroups.iter().find(|group| name.map_or(group.default, |name| group.name == name))
    }

    /// Whether it is on an Open vSwitch bridge of this name.
    pub(crate) fn is_on_open_vswitch(&self, name: &str) -> bool {
        self.mode.backend() == Backend::OpenVSwitch && self.bridge.as_ref().is_some_and(|bridge| bridge.value == name)
    }
}
