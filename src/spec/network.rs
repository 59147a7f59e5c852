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
    /// A file with a network definition in libvirt's XML (`virsh net-dumpxml --inactive`), relative to the directory of
    /// this file. The network is exactly as the definition has it; the entry's other keys change only what they set.
    /// The `name` in the definition has to be the entry's. Default: none.
    #[schemars(example = &"imported/networks/default.xml")]
    pub base: Option<String>,
    /// How the network is connected to the outside. Default: `nat`.
    pub mode: Option<Mode>,
    /// The bridge, at most 15 bytes. For modes `bridge` and `ovs` it is the host's own bridge, and required. Otherwise
    /// it is the bridge that libvirt creates: letters, digits, `.`, `_` and `-`, starting with a letter, and no keyword
    /// of nftables such as `log`, because the host's firewall rules contain it. Its default is `virbr-` and the
    /// network's name, or part of the network's UUID if that is too long. Not for modes `macvtap` and `hostdev`.
    #[schemars(example = &"virbr56")]
    pub bridge: Option<String>,
    /// An interface of the host. For modes `nat` and `route`, the one through which forwarded traffic leaves; default:
    /// any. For mode `macvtap`, the one that domains share; for mode `hostdev`, the one whose virtual functions they
    /// get; required for both. Not for other modes.
    #[schemars(example = &"eth0")]
    pub dev: Option<String>,
    /// How macvtap handles traffic between the domains. Only for mode `macvtap`. Default: `bridge`.
    pub macvtap_mode: Option<MacvtapMode>,
    /// The IPv4 subnet. Without one, the host has no IPv4 address on the network and serves no DHCP.
    #[schemars(example = &"192.168.56.0/24")]
    pub subnet: Option<String>,
    /// The host's IPv4 address on the network. Default: the first of the subnet.
    #[schemars(example = &"192.168.56.1")]
    pub gateway: Option<String>,
    /// The IPv6 subnet. The host announces it with router advertisements.
    #[schemars(example = &"fd00:56::/64")]
    pub subnet6: Option<String>,
    /// The host's IPv6 address on the network. Default: the first of the subnet.
    #[schemars(example = &"fd00:56::1")]
    pub gateway6: Option<String>,
    /// The DHCP server that libvirt runs on the network.
    pub dhcp: Option<Dhcp>,
    /// The same for IPv6. Default: machines configure their addresses themselves from router advertisements (SLAAC),
    /// and the host serves DHCPv6 only if an `ip6` is reserved.
    pub dhcp6: Option<Dhcp6>,
    /// A directory of the host that is served by TFTP, for booting with `dhcp.bootFile`. Everyone on the network can
    /// read its files ([libvirt](https://libvirt.org/formatnetwork.html#addressing)). The generated module creates it
    /// if it is missing. The path has no blanks, quotes, commas, `#`, `%`, `\` and `..`. Needs a `subnet`. Default: no
    /// TFTP.
    #[schemars(example = &"/srv/tftp")]
    pub tftp: Option<String>,
    /// The DNS server that libvirt runs on the network.
    pub dns: Option<Dns>,
    /// Additional lines for the configuration of dnsmasq, which serves DHCP and DNS on the network, for settings that
    /// libvirt has no element for ([libvirt](https://libvirt.org/formatnetwork.html#network-namespaces),
    /// [dnsmasq](https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html), where the same options start with `--`).
    /// With an option that dnsmasq does not know, the network does not start. Default: none.
    #[schemars(example = ["dhcp-option=option:ntp-server,192.168.56.1"])]
    pub dnsmasq: Option<Vec<String>>,
    /// Static routes of the host through machines on the network, for modes whose bridge libvirt creates. Default:
    /// none.
    pub routes: Option<Vec<Route>>,
    /// Settings of mode `nat`.
    pub nat: Option<Nat>,
    /// The VLANs of its interfaces, unless they or their port group have others. Only for mode `ovs`, from libvirt 11.0
    /// on for mode `bridge`, and for mode `hostdev` with a single VLAN.
    pub vlan: Option<Vlan>,
    /// Port groups, by name: settings that interfaces select with `portgroup`.
    pub portgroups: Option<IndexMap<String, Portgroup>>,
    /// Limits for the traffic between the host and all of the network's interfaces together. Not for modes `macvtap`
    /// and `hostdev`. Default: no limit.
    pub bandwidth: Option<Bandwidth>,
    /// Whether its interfaces are isolated from each other, unless they say otherwise: they can reach only the host and
    /// what is behind it ([libvirt](https://libvirt.org/formatnetwork.html#isolating-ports-from-one-another)). Not on
    /// Open vSwitch bridges. Default: `false`.
    pub port_isolation: Option<bool>,
    /// Whether the host trusts the MAC addresses and receive filters that guests report, so that a guest can change
    /// them, unless an interface or its port group says otherwise. It affects `virtio` interfaces. Not for mode
    /// `hostdev`. Default: `false`.
    pub trust_rx_filters: Option<bool>,
    /// The MTU in bytes of the bridge that libvirt creates. Default: the kernel's, 1500.
    #[schemars(range(min = 68, max = 65535), example = 9000)]
    pub mtu: Option<u32>,
    /// Whether the bridge that libvirt creates uses the Spanning Tree Protocol. Default: libvirt's, `true`.
    pub stp: Option<bool>,
    /// How many seconds that bridge waits before it forwards to a new interface. Default: libvirt's, 0.
    #[schemars(range(max = 30), example = 2)]
    pub stp_delay: Option<u32>,
    /// The MAC address of the bridge. Default: one derived from the UUID, as NixVirt does for domains.
    #[schemars(example = &"52:54:00:0a:0b:0c")]
    pub mac: Option<String>,
    /// The UUID. Default: one derived from the lab's name and the network's `id`.
    #[schemars(example = &"0355c7ff-0c40-4a7a-8c0d-1f7564af25ca")]
    pub uuid: Option<String>,
    /// The name that the identity is derived from: after a rename, the old name. Default: the name.
    #[schemars(example = &"old-name")]
    pub id: Option<String>,
    /// Whether the network runs. Default: `true`.
    #[serde(default, deserialize_with = "super::present")]
    pub active: Option<Active>,
    /// Whether activation restarts the network: `true` always, `false` never. Default: when its definition changed. A
    /// restart power-cycles the domains on it.
    pub restart: Option<bool>,
    /// Anything that has no key of its own: libvirt's elements and attributes, nested as in its XML, under NixVirt's
    /// names for them. It is merged into the definition last. Attribute sets merge, lists are appended, `null` removes
    /// an attribute. Of elements that can occur several times, an attribute set merges into the only one, and `{ "1": {
    /// … } }` into the one at that position, counted from 0.
    pub extra: Option<Extra>,
}

/// How a network is connected to the outside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Behind the host's addresses (NAT).
    #[default]
    Nat,
    /// Routed by the host. Routers outside need a route to the subnet.
    Route,
    /// Routed by the host, without firewall rules from libvirt.
    Open,
    /// Not connected: only the domains and the host.
    Isolated,
    /// On a bridge of the host, which must exist. Addresses come from whoever serves that LAN.
    Bridge,
    /// On an Open vSwitch bridge of the host, which must exist (`networking.vswitches`); the generated module runs Open
    /// vSwitch. Addresses come from whoever serves that LAN.
    Ovs,
    /// On an interface of the host that domains share through macvtap. They reach each other and everyone on that LAN,
    /// but not the host itself, unless `macvtapMode` changes that.
    Macvtap,
    /// On virtual functions of an interface of the host (SR-IOV): each domain's interface is one of them, passed
    /// through to the guest. The host needs an IOMMU, and has to create enough virtual functions
    /// (`/sys/class/net/<dev>/device/sriov_numvfs`). Addresses come from whoever serves that LAN.
    Hostdev,
}

/// The DHCP server of a network.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dhcp {
    /// Whether libvirt serves DHCP. `false` switches it off whatever else is set, for IPv6 too unless `dhcp6` has its
    /// own `enable`. Default: `true` if there is a subnet.
    pub enable: Option<bool>,
    /// The first and the last IPv4 address of the range for machines without a reservation. Default: the whole subnet
    /// except the gateway.
    #[schemars(example = ["192.168.56.100", "192.168.56.200"])]
    pub range: Option<[String; 2]>,
    /// Whether only machines with a reservation are served. Default: `false`. With IPv6, other machines still configure
    /// an address from router advertisements as long as no `ip6` is reserved. `dhcp6` takes this setting over unless it
    /// has its own.
    pub reservations_only: Option<bool>,
    /// The lease time: a number and `s`, `m`, `h` or `d`. Default: dnsmasq's, one hour.
    #[schemars(example = &"12h")]
    pub lease: Option<String>,
    /// Reservations for machines outside of the lab, by name: a printer, a machine on the same bridge. The names are
    /// also DNS names. Domains of the lab have an `ip` in their `interfaces` instead. Default: none.
    pub hosts: Option<IndexMap<String, Reservation>>,
    /// The file for network boot: a path in the `tftp` directory (PXE), or a URL that starts with `http://` or
    /// `https://` (UEFI HTTP boot, iPXE). Needs a `subnet`. Default: none.
    #[schemars(example = &"pxelinux.0")]
    pub boot_file: Option<String>,
    /// The IPv4 address of the TFTP server that has `bootFile`. Default: the host's, on the network.
    #[schemars(example = &"192.168.56.2")]
    pub boot_server: Option<String>,
}

/// A DHCP reservation for a machine outside of the lab.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reservation {
    /// The MAC address by which DHCP recognizes it.
    #[schemars(required, example = &"00:11:22:33:44:55")]
    pub mac: Option<String>,
    /// Its IPv4 address, in the network's `subnet`. Give this, `ip6` or both.
    #[schemars(example = &"192.168.56.9")]
    pub ip: Option<String>,
    /// Its IPv6 address, in the network's `subnet6`. `DHCPv6` recognizes it by its name.
    #[schemars(example = &"fd00:56::9")]
    pub ip6: Option<String>,
}

/// The `DHCPv6` server of a network, in addition to the router advertisements that every network with a `subnet6`
/// sends.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dhcp6 {
    /// Whether libvirt serves DHCPv6. With `false`, machines configure their addresses themselves, and no `ip6` can be
    /// reserved. Default: `true` if an `ip6` is reserved or there is a `range`, unless `dhcp.enable` is `false`.
    pub enable: Option<bool>,
    /// The first and the last IPv6 address of the range for machines without a reservation. They may differ only in the
    /// last 16 bits. Default: the first addresses of the subnet except the gateway.
    #[schemars(example = ["fd00:56::1000", "fd00:56::1fff"])]
    pub range: Option<[String; 2]>,
    /// Whether only machines with a reserved `ip6` are served. Default: as `dhcp` has it.
    pub reservations_only: Option<bool>,
    /// The lease time: a number and `s`, `m`, `h` or `d`. Default: as `dhcp` has it.
    #[schemars(example = &"12h")]
    pub lease: Option<String>,
}

/// The DNS server of a network. It resolves the name of every domain of the lab that has a fixed address there.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dns {
    /// Whether libvirt serves DNS. `false` switches it off whatever else is set. Default: `true`.
    pub enable: Option<bool>,
    /// The DNS domain of the network, which DHCP announces to its machines. Default: none.
    #[schemars(example = &"lab.example.org")]
    pub domain: Option<String>,
    /// Whether queries for names in `domain` are never forwarded upstream. Default: `false`.
    pub local_only: Option<bool>,
    /// The upstream DNS servers for all other names. Default: the host's.
    #[schemars(example = ["9.9.9.9"])]
    pub forwarders: Option<Vec<String>>,
    /// Upstream DNS servers for single domains: `{ "corp.example": "10.0.0.53" }`. Default: none.
    pub forward_domains: Option<IndexMap<String, String>>,
    /// Whether queries for names without a dot are forwarded upstream too. Default: libvirt's, `true`.
    pub forward_plain_names: Option<bool>,
    /// Additional names, each with its IPv4 or IPv6 address.
    pub hosts: Option<IndexMap<String, String>>,
    /// Names that include all their subdomains, each with its IPv4 or IPv6 address: `{ "apps.example": "192.168.56.20"
    /// }` answers for `apps.example` and `web.apps.example`, unless `hosts` or a domain has that name. Queries for them
    /// are never forwarded. Default: none.
    pub wildcards: Option<IndexMap<String, String>>,
    /// SRV records. Default: none.
    pub srv: Option<Vec<Srv>>,
    /// TXT records, by name. Default: none.
    pub txt: Option<IndexMap<String, String>>,
}

/// Settings of network address translation.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nat {
    /// The first and the last source port of translated connections. Default: 1024 and 65535.
    #[schemars(inner(range(min = 1, max = 65535)), example = [1024, 65535])]
    pub ports: Option<[u16; 2]>,
    /// The first and the last source IPv4 address of translated connections, which the host has to have. Default: that
    /// of the outgoing interface.
    #[schemars(example = ["192.0.2.10", "192.0.2.15"])]
    pub addresses: Option<[String; 2]>,
    /// Whether IPv6 is translated too instead of routed. Default: `false`.
    pub ipv6: Option<bool>,
}

words!(Mode);
