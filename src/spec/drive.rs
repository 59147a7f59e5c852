//! The disks and optical drives of a domain as written.

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
