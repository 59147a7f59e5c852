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
    /// The name by which layers merge interfaces. Default: the name of the network, the bridge or the `macvtap` device;
    /// `user` or `tunnel` for such an interface.
    #[schemars(example = &"second")]
    pub name: Option<String>,
    /// The network that it is connected to.
    #[schemars(example = &"lab-net")]
    pub network: Option<String>,
    /// The bridge of the host that it is connected to, instead of a network. A network of mode `bridge` does the same,
    /// and lets you change the bridge in one place.
    #[schemars(example = &"br0")]
    pub bridge: Option<String>,
    /// `true`: user-mode networking, a private network with DHCP and DNS behind NAT by QEMU. With `forwards`, passt is
    /// used instead, and the guest has the host's own addresses. It needs no configuration of the host. The guest
    /// reaches everything that the host reaches, and is itself reachable only through `forwards`.
    pub user: Option<bool>,
    /// The interface of the host that it shares through macvtap. The guest reaches everyone on that LAN except the host
    /// itself. A network of mode `macvtap` does the same, and lets you change the interface in one place.
    #[schemars(example = &"enp1s0")]
    pub macvtap: Option<String>,
    /// How macvtap handles traffic between the domains that share the interface. Only with `macvtap`; a network has its
    /// own key. Default: `bridge`.
    pub macvtap_mode: Option<MacvtapMode>,
    /// A link to other QEMU processes, on this host or on others. It needs no configuration of the host: no network, no
    /// bridge, no privileges.
    pub tunnel: Option<Tunnel>,
    /// TCP ports of the host that are forwarded to the guest; for a `user` interface also UDP ports. passt forwards
    /// those of a `user` interface. On a network whose bridge libvirt creates, a service of the host forwards
    /// connections to the interface's `ip`, or else its `ip6`; the guest sees them coming from the host.
    pub forwards: Option<Vec<Forward>>,
    /// Its VLANs, which override those of its network or port group. Only on a network of mode `ovs`; from libvirt 11.0
    /// on also on a network of mode `bridge` or a `bridge`; on a network of mode `hostdev` only a single VLAN.
    pub vlan: Option<Vlan>,
    /// Its port group in the network. Default: the network's default port group, if any.
    #[schemars(example = &"storage")]
    pub portgroup: Option<String>,
    /// Its IPv4 address: a DHCP reservation and a DNS name on its network. Default: any address from DHCP.
    #[schemars(example = &"192.168.56.10")]
    pub ip: Option<String>,
    /// Its IPv6 address: a DHCPv6 reservation and a DNS name on its network. Default: one that the guest configures
    /// itself from router advertisements (SLAAC).
    #[schemars(example = &"fd00:56::10")]
    pub ip6: Option<String>,
    /// Its MAC address. Default: one derived from the domain's UUID and the interface's position, as NixVirt does.
    #[schemars(example = &"52:54:00:12:34:01")]
    pub mac: Option<String>,
    /// The device model that the guest sees. Default: `e1000e` with emulated drivers, else `virtio`. Not on a network
    /// of mode `hostdev`, where the device is a virtual function of the host's.
    pub model: Option<InterfaceModel>,
    /// The number of queue pairs (multiqueue), so that as many CPUs of the guest can process packets at once. Only for
    /// model `virtio`, and not for a `user` interface. Default: 1.
    #[schemars(range(min = 1, max = 256), example = 4)]
    pub queues: Option<u16>,
    /// The name of its tap device on the host: 1 to 15 letters, digits, `.`, `_` and `-`, starting with a letter. With
    /// `replicas` the domain's number is appended, as in `tap-web-1`. libvirt reserves names that start with `vnet`,
    /// `vif`, `macvtap`, `macvlan` and `virbr`. Not for a `user` or `tunnel` interface. Default: one that libvirt
    /// chooses at each start; with `link.profile`, a stable generated one.
    #[schemars(example = &"tap-web")]
    pub target: Option<String>,
    /// Its traffic limits. Not for a `user` or `tunnel` interface. Default: those of its port group.
    pub bandwidth: Option<InterfaceBandwidth>,
    /// Whether it is isolated from the other isolated interfaces on the same bridge, those that also have `true`. Not
    /// on Open vSwitch bridges. Default: as its network has it.
    pub port_isolation: Option<bool>,
    /// Whether the host trusts the MAC address and receive filters that the guest reports, so that the guest can change
    /// them. Only for model `virtio`, and not for a `user` or `tunnel` interface. Default: as its port group or network
    /// has it; with macvtap `true`, because macvtap otherwise passes no multicast.
    pub trust_rx_filters: Option<bool>,
    /// The MTU in bytes. Not for a `user` or `tunnel` interface or with macvtap. Default: that of its network or
    /// bridge.
    #[schemars(range(min = 68, max = 65535), example = 9000)]
    pub mtu: Option<u32>,
    /// The link: its state and its quality.
    pub link: Option<Link>,
    /// Its PCI address in the guest, as `lspci -D` prints it there. Windows and many Linux distributions bind an
    /// adapter's settings to its PCI address. On a PCI Express machine (q35, virt) a bus has one slot, `00`. Default:
    /// on q35, for a `virtio`, `e1000e` or `igb` interface, the bus with the interface's number; else libvirt assigns a
    /// free one, which may change when other devices are added or removed.
    #[schemars(example = &"0000:01:00.0")]
    pub guest: Option<String>,
    /// Its position in the boot order of the devices that have a `boot`: 1 is first. Default: none; see the domain's
    /// `boot`.
    #[schemars(range(min = 1), example = 3)]
    pub boot: Option<u32>,
    /// Anything that has no key of its own: libvirt's elements and attributes inside this `interface` element, as in
    /// the domain's `extra`.
    pub extra: Option<Extra>,
}

/// A port of the host that is forwarded to the guest
/// ([libvirt](https://libvirt.org/formatdomain.html#userspace-connection-using-passt)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Forward {
    /// The port of the host. Only one domain of the lab can use it. For a `user` interface, unprivileged processes must
    /// be allowed to listen on it, so it is at least 1024 unless the host allows others
    /// (`net.ipv4.ip_unprivileged_port_start`). With `replicas` it counts up.
    #[schemars(required, range(min = 1, max = 65535), example = 2222)]
    pub host: Option<u16>,
    /// The port of the guest. Default: the number given for `host`.
    #[schemars(range(min = 1, max = 65535), example = 22)]
    pub guest: Option<u16>,
    /// The protocol. Default: `tcp`.
    pub protocol: Option<Protocol>,
    /// The host's address to listen on. Default: all addresses. The generated module opens no port in the firewall.
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

/// The link of an interface.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Link {
    /// The link state. Default: `up`.
    pub state: Option<LinkState>,
    /// Its quality: the name of an entry of `links`. The interface's tap device on the host then has a stable name: its
    /// `target`, or `l2n` and 12 hexadecimal digits, derived like the MAC address from the domain's UUID and the
    /// interface's position. Not for a `user` interface, with macvtap, or on a network of mode `macvtap` or `hostdev`.
    /// Default: none, no limit, delay or packet loss.
    #[schemars(example = &"wan")]
    pub profile: Option<String>,
}

/// A link state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    /// The link is up.
    Up,
    /// The link is down, as with an unplugged cable.
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
    /// `VMware`'s `VMXNET3`, for guests that were migrated from VMware.
    Vmxnet3,
    /// AMD `PCnet`, for very old systems.
    Pcnet,
    /// NE2000 on PCI, for even older systems.
    #[serde(rename = "ne2k_pci")]
    Ne2kPci,
}

words!(Protocol, LinkState, InterfaceModel);
