//! Networks as written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::vlan::{Portgroup, Vlan};
use super::{Active, Extra};

/// A virtual network ([libvirt](https://libvirt.org/formatnetwork.html)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Network {
    /// How the network reaches the world. Default: `nat`.
    pub mode: Option<Mode>,
    /// The bridge, at most 15 bytes. For modes `bridge` and `ovs` the host's own bridge, required; else the one that libvirt
    /// makes, by default `virbr-` and the network's name, or part of its UUID where that is too long. Not for mode
    /// `macvtap`.
    #[schemars(example = &"virbr56")]
    pub bridge: Option<String>,
    /// The host interface that forwarded traffic leaves by, for modes `nat` and `route`; by default, any. For mode `macvtap`
    /// the one that domains share, required. Not for other modes.
    #[schemars(example = &"eth0")]
    pub dev: Option<String>,
    /// The IPv4 subnet. Without one the host has no IPv4 address on the network and serves no DHCP.
    #[schemars(example = &"192.168.56.0/24")]
    pub subnet: Option<String>,
    /// The host's IPv4 address on the network. Default: the subnet's first.
    #[schemars(example = &"192.168.56.1")]
    pub gateway: Option<String>,
    /// The IPv6 subnet. The host announces it by router advertisement.
    #[schemars(example = &"fd00:56::/64")]
    pub subnet6: Option<String>,
    /// The host's IPv6 address on the network. Default: the subnet's first.
    #[schemars(example = &"fd00:56::1")]
    pub gateway6: Option<String>,
    /// The DHCP server that libvirt runs on the network.
    pub dhcp: Option<Dhcp>,
    /// The DNS server that libvirt runs on the network.
    pub dns: Option<Dns>,
    /// Settings of mode `nat`.
    pub nat: Option<Nat>,
    /// The VLANs of its interfaces, unless they or their port group have others. Only for mode `ovs`, or `bridge` from
    /// libvirt 11.0 on.
    pub vlan: Option<Vlan>,
    /// Port groups, by name: settings that interfaces take with `portgroup`.
    pub portgroups: Option<IndexMap<String, Portgroup>>,
    /// The largest packet, in bytes, on the bridge that libvirt makes. Default: the kernel's 1500.
    #[schemars(range(min = 68, max = 65535), example = 9000)]
    pub mtu: Option<u32>,
    /// The MAC address of the bridge. Default: one made from the UUID, as NixVirt does for domains.
    #[schemars(example = &"52:54:00:0a:0b:0c")]
    pub mac: Option<String>,
    /// The UUID. Default: one made from the lab's name and the network's `id`.
    #[schemars(example = &"0355c7ff-0c40-4a7a-8c0d-1f7564af25ca")]
    pub uuid: Option<String>,
    /// What the identity is made from instead of the name: the old name, after a rename. Default: the name.
    pub id: Option<String>,
    /// Whether the network runs. Default: `true`.
    #[serde(default, deserialize_with = "super::present")]
    pub active: Option<Active>,
    /// Whether activation restarts the network: `true` always, `false` never. Default: when its definition changed. A
    /// restart power-cycles the domains on it.
    pub restart: Option<bool>,
    /// What the language has no key for: libvirt's elements and attributes, nested as in its XML and under the names that
    /// NixVirt has for them, merged into the definition last. Attribute sets merge, lists are appended, `null` removes an
    /// attribute.
    pub extra: Option<Extra>,
}

/// How a network reaches the world.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Through the host's addresses (NAT).
    #[default]
    Nat,
    /// Routed by the host, with addresses that the outside must know the way to.
    Route,
    /// Routed by the host, without firewall rules of libvirt's.
    Open,
    /// Not at all: the domains and the host only.
    Isolated,
    /// On a bridge of the host, which must exist; whoever serves that bridge gives out its addresses.
    Bridge,
    /// On an Open vSwitch bridge of the host, which must exist (`networking.vswitches`); the generated module runs Open
    /// vSwitch. Whoever serves that bridge gives out its addresses.
    Ovs,
    /// On an interface of the host, which domains share through macvtap. They reach each other and everyone beyond it, but
    /// not the host itself.
    Macvtap,
}

impl Mode {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nat => "nat",
            Self::Route => "route",
            Self::Open => "open",
            Self::Isolated => "isolated",
            Self::Bridge => "bridge",
            Self::Ovs => "ovs",
            Self::Macvtap => "macvtap",
        }
    }

    /// Whether libvirt makes a bridge for it, rather than using something of the host's.
    #[must_use]
    pub fn makes_bridge(self) -> bool {
        match self {
            Self::Nat | Self::Route | Self::Open | Self::Isolated => true,
            Self::Bridge | Self::Ovs | Self::Macvtap => false,
        }
    }

    /// Whether its interfaces can be in VLANs.
    #[must_use]
    pub fn has_vlans(self) -> bool {
        match self {
            Self::Bridge | Self::Ovs => true,
            Self::Nat | Self::Route | Self::Open | Self::Isolated | Self::Macvtap => false,
        }
    }
}

/// The DHCP server of a network.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dhcp {
    /// Whether libvirt serves DHCP: `false` switches it off, whatever else is set. Default: `true` where there is a subnet.
    pub enable: Option<bool>,
    /// The first and the last IPv4 address given to machines with no address of their own. Default: the whole subnet
    /// but the gateway.
    #[schemars(example = ["192.168.56.100", "192.168.56.200"])]
    pub range: Option<[String; 2]>,
    /// Whether only machines with an address of their own are served. Default: `false`. On IPv6, others take an address
    /// from the router advertisement as long as no `ip6` is reserved.
    pub reservations_only: Option<bool>,
    /// How long an address is lent: a number and `s`, `m`, `h` or `d`. Default: dnsmasq's, one hour.
    #[schemars(example = &"12h")]
    pub lease: Option<String>,
}

/// The DNS server of a network. It knows every domain of the lab by the address that its interface has there.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dns {
    /// Whether libvirt serves DNS: `false` switches it off, whatever else is set. Default: `true`.
    pub enable: Option<bool>,
    /// The DNS domain of the network, which DHCP gives to its machines.
    #[schemars(example = &"lab.example.org")]
    pub domain: Option<String>,
    /// Whether names in `domain` are never asked for upstream. Default: `false`.
    pub local_only: Option<bool>,
    /// The servers that other names are asked from. Default: the host's.
    #[schemars(example = ["9.9.9.9"])]
    pub forwarders: Option<Vec<String>>,
    /// Further names, each with its IPv4 or IPv6 address.
    pub hosts: Option<IndexMap<String, String>>,
}

/// Settings of network address translation.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nat {
    /// The first and the last port that translated connections leave by. Default: 1024 and 65535.
    #[schemars(inner(range(min = 1, max = 65535)), example = [1024, 65535])]
    pub ports: Option<[u16; 2]>,
    /// Whether IPv6 is translated too, rather than routed. Default: `false`.
    pub ipv6: Option<bool>,
}
