//! The network interfaces of a domain as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Extra;
use super::bandwidth::InterfaceBandwidth;
use super::macvtap::MacvtapMode;
use super::names::words;
use super::tunnel::Tunnel;
use super::vlan::Vlan;

/// A network interface: one of `network`, `bridge`, `user`, `macvtap` and `tunnel`
/// ([libvirt](https://libvirt.org/formatdomain.html#network-interfaces)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Interface {
    /// What layers merge by. Default: the name of the network, the bridge or the `macvtap` device; `user` or
    /// `tunnel` for one that is that.
    #[schemars(example = &"second")]
    pub name: Option<String>,
    /// The network that it is on.
    #[schemars(example = &"lab-net")]
    pub network: Option<String>,
    /// The bridge of the host that it is on, instead of a network. A network of mode `bridge` does the same, and gives the
    /// bridge a name to change in one place.
    #[schemars(example = &"br0")]
    pub bridge: Option<String>,
    /// `true`: a network of the domain's own with DHCP and DNS, which QEMU translates to the host's, or passt where there
    /// are `forwards`: the guest then has the host's own addresses. It needs nothing of the host, reaches what the host
    /// reaches, and is reached by nobody but through `forwards`.
    pub user: Option<bool>,
    /// The interface of the host that it shares through macvtap. It reaches everyone there but the host itself. A network of
    /// mode `macvtap` does the same, and gives the interface a name to change in one place.
    #[schemars(example = &"enp1s0")]
    pub macvtap: Option<String>,
    /// What macvtap does with traffic between those that share the interface. Only with `macvtap`; a network has its own.
    /// Default: `bridge`.
    pub macvtap_mode: Option<MacvtapMode>,
    /// A wire to other QEMU processes, here or on other hosts, that needs nothing of the host: no network, no bridge, no rights.
    pub tunnel: Option<Tunnel>,
    /// TCP ports of the host that lead into the guest, and for a `user` interface also UDP ports. passt forwards those of a `user`
    /// interface. On a network whose bridge libvirt makes, a service of the host passes connections on to the `ip`, or else the
    /// `ip6`, that the interface has there: the guest sees the host as the one who connects.
    pub forwards: Option<Vec<Forward>>,
    /// Its VLANs, whatever its network or port group has. Only on a network of mode `ovs`; on a network of mode `bridge` or
    /// a `bridge` from libvirt 11.0 on; on a network of mode `hostdev`, a single one.
    pub vlan: Option<Vlan>,
    /// The port group of its network that it is in. Default: the network's default one, if any.
    #[schemars(example = &"storage")]
    pub portgroup: Option<String>,
    /// Its IPv4 address: reserved in DHCP and known to DNS on its network. Default: one that DHCP gives out.
    #[schemars(example = &"192.168.56.10")]
    pub ip: Option<String>,
    /// Its IPv6 address: reserved in DHCP and known to DNS on its network. Default: one that the guest makes of
    /// the router advertisement.
    #[schemars(example = &"fd00:56::10")]
    pub ip6: Option<String>,
    /// Its MAC address. Default: one made from the domain's UUID and the interface's position, as NixVirt does.
    #[schemars(example = &"52:54:00:12:34:01")]
    pub mac: Option<String>,
    /// The device that the guest sees. Default: `e1000e` with emulated drivers, else `virtio`. Not on a network of mode
    /// `hostdev`, where it is a virtual function of the host's.
    pub model: Option<InterfaceModel>,
    /// How many pairs of queues it has, for as many CPUs of the guest to work on at once. Only for model `virtio`, and not for
    /// a `user` interface. Default: 1.
    #[schemars(range(min = 1, max = 256), example = 4)]
    pub queues: Option<u16>,
    /// The name of its device on the host, 1 to 15 letters, digits, `.`, `_` and `-`, starting with a letter. With `replicas` it
    /// gets the number of the domain, as in `tap-web-1`. libvirt keeps names that start with `vnet`, `vif`, `macvtap`, `macvlan` and `virbr` for
    /// itself. Not for a `user` or `tunnel` interface. Default: one that libvirt chooses at each start, or with
    /// `link.profile` one that is made.
    #[schemars(example = &"tap-web")]
    pub target: Option<String>,
    /// How much traffic may pass through it. Not for a `user` or `tunnel` interface. Default: as its port group has it.
    pub bandwidth: Option<InterfaceBandwidth>,
    /// Whether it is kept from others that are kept from each other: those on the same bridge that have `true` too. Only on
    /// bridges that are not Open vSwitch's. Default: as its network has it.
    pub port_isolation: Option<bool>,
    /// Whether the host goes by what the guest reports of its MAC address and filters, so that the guest can change them. Only
    /// for model `virtio`, and not for a `user` or `tunnel` interface. Default: as its port group or network has it; through macvtap, which else
    /// lets no multicast in, `true`.
    pub trust_rx_filters: Option<bool>,
    /// The largest packet, in bytes. Not for a `user` or `tunnel` interface or through macvtap. Default: that of what it is on.
    #[schemars(range(min = 68, max = 65535), example = 9000)]
    pub mtu: Option<u32>,
    /// The cable.
    pub link: Option<Link>,
    /// Its address in the guest, as `lspci -D` prints it there, for a guest that knows its adapter by it: Windows and many Linux keep the
    /// settings of an adapter for its place. On a PCI Express machine (q35, virt) a bus has one slot, `00`. Default: on
    /// q35, for a `virtio`, `e1000e` or `igb` interface, the bus of its number; else libvirt takes a free one, which may move with other
    /// devices.
    #[schemars(example = &"0000:01:00.0")]
    pub guest: Option<String>,
    /// When the firmware tries to boot from it, among the devices with a `boot`: 1 is first. Default: not by itself; see the
    /// domain's `boot`.
    #[schemars(range(min = 1), example = 3)]
    pub boot: Option<u32>,
    /// What the language has no key for, of this interface: libvirt's elements and attributes inside of `interface`, as in the `extra` of
    /// the domain.
    pub extra: Option<Extra>,
}

/// A port of the host that leads into the guest
/// ([libvirt](https://libvirt.org/formatdomain.html#userspace-connection-using-passt)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Forward {
    /// The port of the host, each of which one domain of the lab can listen on. For a `user` interface it is one that unprivileged
    /// processes may listen on, so from 1024 on unless the host says otherwise (`net.ipv4.ip_unprivileged_port_start`). With
    /// `replicas` it counts up.
    #[schemars(required, range(min = 1, max = 65535), example = 2222)]
    pub host: Option<u16>,
    /// The port of the guest. Default: the number that `host` has, as written.
    #[schemars(range(min = 1, max = 65535), example = 22)]
    pub guest: Option<u16>,
    /// The protocol. Default: `tcp`.
    pub protocol: Option<Protocol>,
    /// The host's own address to listen on. Default: all of them; the generated module opens no port in the firewall.
    #[schemars(example = &"127.0.0.1")]
    pub address: Option<String>,
}

/// A protocol with ports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
}

/// The cable of an interface.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Link {
    /// Whether it is plugged in. Default: `up`.
    pub state: Option<LinkState>,
    /// How good it is: one of `links`. The interface's device on the host then has a name that stays: its `target`, else one that
    /// is made from the domain's UUID and the interface's position, as the MAC address is: `l2n` and 12 hexadecimal digits. Not
    /// for a `user` interface, through macvtap or on a network of mode `macvtap` or `hostdev`. Default: as good as the host makes
    /// it.
    #[schemars(example = &"wan")]
    pub profile: Option<String>,
}

/// Whether a cable is plugged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    /// Plugged in.
    Up,
    /// Pulled out: the guest sees an interface without a link.
    Down,
}

/// A network device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InterfaceModel {
    /// `VirtIO`.
    Virtio,
    /// Intel 82574L, for q35.
    E1000e,
    /// Intel 82540EM.
    E1000,
    /// Realtek 8139, for very old systems.
    Rtl8139,
    /// Intel 82576, for q35.
    Igb,
    /// `VMware`'s `VMXNET3`, for guests that come from there.
    Vmxnet3,
    /// AMD `PCnet`, for very old systems.
    Pcnet,
    /// NE2000 on PCI, for systems older still.
    #[serde(rename = "ne2k_pci")]
    Ne2kPci,
}

words!(Protocol, LinkState, InterfaceModel);
