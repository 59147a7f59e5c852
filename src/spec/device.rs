//! The devices of a domain as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pool::{Backing, ImageFormat};
use super::vlan::Vlan;

/// A disk. It is a volume of a pool, a file, or a block device of the host.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Disk {
    /// What layers merge by. Default: `system` for the first disk in the list, `data1`, `data2`, … for the others.
    #[schemars(example = &"system")]
    pub name: Option<String>,
    /// The pool that its volume is in. With a `size`, the disk declares that volume.
    #[schemars(example = &"homelab")]
    pub pool: Option<String>,
    /// The size of the volume that the disk declares: a whole number and a binary unit.
    #[schemars(example = &"60GiB")]
    pub size: Option<String>,
    /// The volume's name. Default: `<id>-<disk>.qcow2` in lower case, from the domain's `id`; for the disk
    /// `system`, `<id>.qcow2`.
    #[schemars(example = &"dc01.qcow2")]
    pub volume: Option<String>,
    /// The image format. Default: `qcow2`; `raw` for a block device.
    pub format: Option<ImageFormat>,
    /// The image that the declared volume grows on.
    pub backing: Option<Backing>,
    /// An image file, absolute, instead of a volume.
    #[schemars(example = &"/srv/images/old.qcow2")]
    pub file: Option<String>,
    /// A block device of the host, absolute, instead of a volume.
    #[schemars(example = &"/dev/disk/by-id/ata-disk")]
    pub block: Option<String>,
    /// The bus. Default: `sata` with emulated drivers, else `virtio`.
    pub bus: Option<DiskBus>,
    /// How QEMU caches it. Default: QEMU's, `writeback`.
    pub cache: Option<Cache>,
    /// The serial number that the guest sees.
    #[schemars(example = &"lab-0001")]
    pub serial: Option<String>,
    /// When the firmware tries to boot from it, among the devices with a `boot`: 1 is first. Default: not by itself; see the
    /// domain's `boot`.
    #[schemars(range(min = 1), example = 1)]
    pub boot: Option<u32>,
}

/// What a disk is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DiskBus {
    /// `VirtIO` block device.
    Virtio,
    /// SATA.
    Sata,
    /// SCSI, on a `VirtIO` SCSI controller.
    Scsi,
    /// USB.
    Usb,
}

/// How QEMU caches a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Cache {
    /// The host's page cache is not used.
    None,
    /// Writes are done when the host's page cache has them.
    Writeback,
    /// Writes are done when the disk has them.
    Writethrough,
    /// Neither page cache nor reordering.
    Directsync,
    /// Flushes are ignored: fast, and lost at a power cut.
    Unsafe,
}

/// An optical drive: one of `file`, `volume`, `driverDisc` and `empty`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cdrom {
    /// An ISO file, absolute.
    #[schemars(example = &"/var/lib/libvirt/iso/windows-11.iso")]
    pub file: Option<String>,
    /// The pool of `volume`.
    pub pool: Option<String>,
    /// An ISO that is a volume of `pool`.
    pub volume: Option<String>,
    /// `true`: the disc of `VirtIO` drivers for Windows.
    pub driver_disc: Option<bool>,
    /// `true`: an empty drive.
    pub empty: Option<bool>,
    /// When the firmware tries to boot from it, among the devices with a `boot`: 1 is first. Default: not by itself; see the
    /// domain's `boot`.
    #[schemars(range(min = 1), example = 2)]
    pub boot: Option<u32>,
}

/// A network interface: one of `network`, `bridge`, `user` and `macvtap`
/// ([libvirt](https://libvirt.org/formatdomain.html#network-interfaces)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Interface {
    /// What layers merge by. Default: the name of the network, the bridge or the `macvtap` device; `user` for a `user` one.
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
    /// Ports of the host that lead into the guest. Only for a `user` interface, which passt then translates.
    pub forwards: Option<Vec<Forward>>,
    /// Its VLANs, whatever its network or port group has. Only on a network of mode `ovs`; on a network of mode `bridge` or
    /// a `bridge` from libvirt 11.0 on.
    pub vlan: Option<Vlan>,
    /// The port group of its network that it is in. Default: the network's default one, if any.
    #[schemars(example = &"storage")]
    pub portgroup: Option<String>,
    /// Its IPv4 address: reserved in DHCP and known to DNS on its network.
    #[schemars(example = &"192.168.56.10")]
    pub ip: Option<String>,
    /// Its IPv6 address: reserved in DHCP and known to DNS on its network.
    #[schemars(example = &"fd00:56::10")]
    pub ip6: Option<String>,
    /// Its MAC address. Default: one made from the domain's UUID and the interface's position, as NixVirt does.
    #[schemars(example = &"52:54:00:12:34:01")]
    pub mac: Option<String>,
    /// The device that the guest sees. Default: `e1000e` with emulated drivers, else `virtio`.
    pub model: Option<InterfaceModel>,
    /// The largest packet, in bytes. Not for a `user` interface or through macvtap. Default: that of what it is on.
    #[schemars(range(min = 68, max = 65535), example = 9000)]
    pub mtu: Option<u32>,
    /// The cable.
    pub link: Option<Link>,
    /// When the firmware tries to boot from it, among the devices with a `boot`: 1 is first. Default: not by itself; see the
    /// domain's `boot`.
    #[schemars(range(min = 1), example = 3)]
    pub boot: Option<u32>,
}

/// A port of the host that leads into the guest
/// ([libvirt](https://libvirt.org/formatdomain.html#userspace-connection-using-passt)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Forward {
    /// The port of the host, each of which one domain of the lab can listen on. It is one that unprivileged processes may listen on, so from 1024 on unless the host says
    /// otherwise (`net.ipv4.ip_unprivileged_port_start`). With `replicas` it counts up.
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
}

impl Protocol {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// The cable of an interface.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Link {
    /// Whether it is plugged in. Default: `up`.
    pub state: Option<LinkState>,
}

/// Whether a cable is plugged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    /// Plugged in.
    Up,
    /// Pulled out: the guest sees an interface without a link.
    Down,
}

/// A network device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
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
}

/// The screen's server.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Graphics {
    /// The protocol. Default: `spice`.
    pub r#type: Option<GraphicsType>,
    /// The address that the server listens on. Default: `127.0.0.1`.
    #[schemars(example = &"127.0.0.1")]
    pub listen: Option<String>,
    /// The port, which no other domain of the lab may listen on at the same address. With `replicas` it counts up. Not with
    /// `gl`. Default: libvirt takes a free one.
    #[schemars(range(min = 1, max = 65535), example = 5901)]
    pub port: Option<u16>,
    /// Whether the host's GPU draws (local SPICE clients only). Default: `false`.
    pub gl: Option<bool>,
}

/// A screen protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GraphicsType {
    /// SPICE.
    Spice,
    /// VNC.
    Vnc,
    /// No server.
    None,
}

/// A directory of the host that the guest can mount by its tag: `mount -t virtiofs <tag> /mnt`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Share {
    /// The directory of the host, absolute.
    #[schemars(required, example = &"/srv/scripts")]
    pub source: Option<String>,
    /// The name that the guest mounts it by, at most 36 bytes.
    #[schemars(required, example = &"scripts")]
    pub tag: Option<String>,
}

/// A device of the host that is handed to the guest: one of `pci` and `usb`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostDevice {
    /// A PCI device by its address, as `lspci -D` prints it.
    #[schemars(example = &"0000:01:00.0")]
    pub pci: Option<String>,
    /// A USB device by vendor and product, as `lsusb` prints it.
    #[schemars(example = &"046d:c52b")]
    pub usb: Option<String>,
}
