//! The devices of a domain as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pool::{Backing, ImageFormat};

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
}

/// A network interface, on a network of the lab or on a bridge of the host.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Interface {
    /// What layers merge by. Default: the network's or bridge's name.
    pub name: Option<String>,
    /// The network that it is on.
    #[schemars(example = &"lab-net")]
    pub network: Option<String>,
    /// The bridge of the host that it is on, instead of a network. A network of mode `bridge` does the same, and gives the
    /// bridge a name to change in one place.
    #[schemars(example = &"br0")]
    pub bridge: Option<String>,
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
    /// The port. Default: libvirt takes a free one. NixVirt 0.6.0 has no attribute for it, `unreleased` has.
    #[schemars(range(min = 1, max = 65535), example = 5901)]
    pub port: Option<u32>,
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
