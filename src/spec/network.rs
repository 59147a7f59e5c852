//! Networks as written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::bandwidth::Bandwidth;
use super::macvtap::MacvtapMode;
use super::names::words;
use super::route::Route;
use super::srv::Srv;
use super::vlan::{Portgroup, Vlan};
use super::{Active, Extra};

/// A virtual network ([libvirt](https://libvirt.org/formatnetwork.html)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Network {
    /// A file with a definition in libvirt's XML (`virsh net-dumpxml --inactive`), from the directory of the file that says this: the
    /// network is what it says, and the entry's other keys change only what they say. It has a `name` that is the entry's. Default: none.
    #[schemars(example = &"imported/networks/default.xml")]
    pub base: Option<String>,
    /// How the network reaches the world. Default: `nat`.
    pub mode: Option<Mode>,
    /// The bridge, at most 15 bytes. For modes `bridge` and `ovs` the host's own bridge, required; else the one that libvirt
    /// makes, by default `virbr-` and the network's name, or part of its UUID where that is too long: letters, digits, `.`, `_`
    /// and `-`, starting with a letter, and no word of nftables' such as `log`, because the rules of the host's firewall name it.
    /// Not for modes `macvtap` and `hostdev`.
    #[schemars(example = &"virbr56")]
    pub bridge: Option<String>,
    /// The host interface that forwarded traffic leaves by, for modes `nat` and `route`; by default, any. For mode `macvtap`
    /// the one that domains share, and for mode `hostdev` the one whose virtual functions they get, required. Not for other
    /// modes.
    #[schemars(example = &"eth0")]
    pub dev: Option<String>,
    /// What macvtap does with traffic between the domains. Only for mode `macvtap`. Default: `bridge`.
    pub macvtap_mode: Option<MacvtapMode>,
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
    /// The same for IPv6. Default: the host announces the subnet, from which machines make addresses of their own, and serves
    /// DHCPv6 only once an `ip6` is reserved.
    pub dhcp6: Option<Dhcp6>,
    /// A directory of the host whose files TFTP serves, to boot from with `dhcp.bootFile`, and from which everyone can read
    /// ([libvirt](https://libvirt.org/formatnetwork.html#addressing)). The generated module makes it where it is missing.
    /// Without blanks, quotes, commas, `#`, `%`, `\` and `..`. Needs a `subnet`. Default: no TFTP.
    #[schemars(example = &"/srv/tftp")]
    pub tftp: Option<String>,
    /// The DNS server that libvirt runs on the network.
    pub dns: Option<Dns>,
    /// Lines for the configuration of dnsmasq, which serves DHCP and DNS on the network: what libvirt has no word for
    /// ([libvirt](https://libvirt.org/formatnetwork.html#network-namespaces),
    /// [dnsmasq](https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html), where the same options start with `--`). The
    /// network does not start with one that dnsmasq does not know. Default: none.
    #[schemars(example = ["dhcp-option=option:ntp-server,192.168.56.1"])]
    pub dnsmasq: Option<Vec<String>>,
    /// Routes of the host through machines on the network, on modes whose bridge libvirt makes. Default: none.
    pub routes: Option<Vec<Route>>,
    /// Settings of mode `nat`.
    pub nat: Option<Nat>,
    /// The VLANs of its interfaces, unless they or their port group have others. Only for mode `ovs`, `bridge` from libvirt
    /// 11.0 on, or `hostdev`, where it is a single one.
    pub vlan: Option<Vlan>,
    /// Port groups, by name: settings that interfaces take with `portgroup`.
    pub portgroups: Option<IndexMap<String, Portgroup>>,
    /// How much traffic may pass between the host and all of the network's interfaces together. Not for modes `macvtap` and
    /// `hostdev`. Default: no limit.
    pub bandwidth: Option<Bandwidth>,
    /// Whether its interfaces are kept from each other, as far as they do not say otherwise: they reach the host and who is
    /// beyond it only ([libvirt](https://libvirt.org/formatnetwork.html#isolating-ports-from-one-another)). Only on bridges
    /// that are not Open vSwitch's. Default: `false`.
    pub port_isolation: Option<bool>,
    /// Whether the host goes by what guests report of their MAC addresses and filters, so that a guest can change them,
    /// unless an interface or its port group says otherwise. It concerns `virtio` interfaces. Not for mode `hostdev`.
    /// Default: `false`.
    pub trust_rx_filters: Option<bool>,
    /// The largest packet, in bytes, on the bridge that libvirt makes. Default: the kernel's 1500.
    #[schemars(range(min = 68, max = 65535), example = 9000)]
    pub mtu: Option<u32>,
    /// Whether the bridge that libvirt makes speaks the Spanning Tree Protocol. Default: `true`, libvirt's.
    pub stp: Option<bool>,
    /// How many seconds that bridge waits before it forwards to a new interface. Default: 0, libvirt's.
    #[schemars(range(max = 30), example = 2)]
    pub stp_delay: Option<u32>,
    /// The MAC address of the bridge. Default: one made from the UUID, as NixVirt does for domains.
    #[schemars(example = &"52:54:00:0a:0b:0c")]
    pub mac: Option<String>,
    /// The UUID. Default: one made from the lab's name and the network's `id`.
    #[schemars(example = &"0355c7ff-0c40-4a7a-8c0d-1f7564af25ca")]
    pub uuid: Option<String>,
    /// What the identity is made from instead of the name: the old name, after a rename. Default: the name.
    #[schemars(example = &"old-name")]
    pub id: Option<String>,
    /// Whether the network runs. Default: `true`.
    #[serde(default, deserialize_with = "super::present")]
    pub active: Option<Active>,
    /// Whether activation restarts the network: `true` always, `false` never. Default: when its definition changed. A
    /// restart power-cycles the domains on it.
    pub restart: Option<bool>,
    /// What the language has no key for: libvirt's elements and attributes, nested as in its XML and under the names that
    /// NixVirt has for them, merged into the definition last. Attribute sets merge, also into the only one of
    /// what there can be several of, or into each at its position, counted from 0 (`{ "1": { … } }`); lists are appended, `null`
    /// removes an attribute.
    pub extra: Option<Extra>,
}

/// How a network reaches the world.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
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
    /// not the host itself; `macvtapMode` has other ways.
    Macvtap,
    /// On virtual functions of an interface of the host (SR-IOV): each domain's interface is one of them, for the guest to
    /// drive. The host has to have an IOMMU, and make as many functions as are needed
    /// (`/sys/class/net/<dev>/device/sriov_numvfs`). What the interface is connected to gives out the addresses.
    Hostdev,
}

/// The DHCP server of a network.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dhcp {
    /// Whether libvirt serves DHCP: `false` switches it off, whatever else is set, and for IPv6 too unless `dhcp6` has an
    /// `enable` of its own. Default: `true` where there is a subnet.
    pub enable: Option<bool>,
    /// The first and the last IPv4 address given to machines with no address of their own. Default: the whole subnet
    /// but the gateway.
    #[schemars(example = ["192.168.56.100", "192.168.56.200"])]
    pub range: Option<[String; 2]>,
    /// Whether only machines with an address of their own are served. Default: `false`. On IPv6, others take an address
    /// from the router advertisement as long as no `ip6` is reserved. It goes for `dhcp6` too where that says nothing.
    pub reservations_only: Option<bool>,
    /// How long an address is lent: a number and `s`, `m`, `h` or `d`. Default: dnsmasq's, one hour.
    #[schemars(example = &"12h")]
    pub lease: Option<String>,
    /// Addresses that are kept for machines outside of the lab, by name: a printer, a machine on the same bridge. DNS knows
    /// them by these names. Domains of the lab have an `ip` in their `interfaces` instead. Default: none.
    pub hosts: Option<IndexMap<String, Reservation>>,
    /// The file that machines boot from over the network: a path in the `tftp` directory (PXE), or a URL that starts with
    /// `http://` or `https://`, which firmware that boots over HTTP fetches, and iPXE. Needs a `subnet`. Default: none.
    #[schemars(example = &"pxelinux.0")]
    pub boot_file: Option<String>,
    /// The IPv4 address of the TFTP server that has `bootFile`. Default: the host's, on the network.
    #[schemars(example = &"192.168.56.2")]
    pub boot_server: Option<String>,
}

/// An address that is kept for a machine outside of the lab.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reservation {
    /// The MAC address by which DHCP knows it.
    #[schemars(required, example = &"00:11:22:33:44:55")]
    pub mac: Option<String>,
    /// Its IPv4 address, in the network's `subnet`. Give this, `ip6` or both.
    #[schemars(example = &"192.168.56.9")]
    pub ip: Option<String>,
    /// Its IPv6 address, in the network's `subnet6`. `DHCPv6` knows it by its name.
    #[schemars(example = &"fd00:56::9")]
    pub ip6: Option<String>,
}

/// The `DHCPv6` server of a network, beside the router advertisements that every network with a `subnet6` has.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dhcp6 {
    /// Whether libvirt serves DHCPv6. `false`: machines make addresses of their own, and no `ip6` can be reserved. Default:
    /// once an `ip6` is reserved or there is a `range`, unless `dhcp.enable` is `false`.
    pub enable: Option<bool>,
    /// The first and the last IPv6 address given to machines with no address of their own. They may differ in the last 16
    /// bits only. Default: the subnet's first ones but the gateway's.
    #[schemars(example = ["fd00:56::1000", "fd00:56::1fff"])]
    pub range: Option<[String; 2]>,
    /// Whether only machines with an `ip6` of their own are served. Default: as `dhcp` has it.
    pub reservations_only: Option<bool>,
    /// How long an address is lent: a number and `s`, `m`, `h` or `d`. Default: as `dhcp` has it.
    #[schemars(example = &"12h")]
    pub lease: Option<String>,
}

/// The DNS server of a network. It knows every domain of the lab by the address that its interface has there.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dns {
    /// Whether libvirt serves DNS: `false` switches it off, whatever else is set. Default: `true`.
    pub enable: Option<bool>,
    /// The DNS domain of the network, which DHCP gives to its machines. Default: none.
    #[schemars(example = &"lab.example.org")]
    pub domain: Option<String>,
    /// Whether names in `domain` are never asked for upstream. Default: `false`.
    pub local_only: Option<bool>,
    /// The servers that other names are asked from. Default: the host's.
    #[schemars(example = ["9.9.9.9"])]
    pub forwarders: Option<Vec<String>>,
    /// Servers for the names in some domains only, by domain: `{ "corp.example": "10.0.0.53" }`. Default: none.
    pub forward_domains: Option<IndexMap<String, String>>,
    /// Whether names without a dot are asked for upstream too. Default: `true`, libvirt's.
    pub forward_plain_names: Option<bool>,
    /// Further names, each with its IPv4 or IPv6 address.
    pub hosts: Option<IndexMap<String, String>>,
    /// Names with everything below them, each with its IPv4 or IPv6 address: `{ "apps.example": "192.168.56.20" }` is for
    /// `apps.example` and `web.apps.example` too, unless `hosts` or a domain has that name. Nobody else is asked for them.
    /// Default: none.
    pub wildcards: Option<IndexMap<String, String>>,
    /// Where services are found. Default: no such records.
    pub srv: Option<Vec<Srv>>,
    /// Texts, by name: TXT records. Default: none.
    pub txt: Option<IndexMap<String, String>>,
}

/// Settings of network address translation.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nat {
    /// The first and the last port that translated connections leave by. Default: 1024 and 65535.
    #[schemars(inner(range(min = 1, max = 65535)), example = [1024, 65535])]
    pub ports: Option<[u16; 2]>,
    /// The first and the last IPv4 address that translated connections leave by, which the host has to have. Default: that of
    /// the interface they leave by.
    #[schemars(example = ["192.0.2.10", "192.0.2.15"])]
    pub addresses: Option<[String; 2]>,
    /// Whether IPv6 is translated too, rather than routed. Default: `false`.
    pub ipv6: Option<bool>,
}

words!(Mode);
