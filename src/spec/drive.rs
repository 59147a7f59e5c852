//! The disks and optical drives of a domain as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Extra;
use super::image::Image;
use super::names::words;
use super::pool::{Backing, ImageFormat, Preallocation};

/// A disk. It is a volume of a pool, a file, or a block device of the host.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Disk {
    /// What layers merge by. Default: `system` for the first disk in the list, `data1`, `data2`, … for the others.
    #[schemars(example = &"system")]
    pub name: Option<String>,
    /// The pool that its volume is in. With a `size` or `cloneOf`, the disk declares that volume; with a `volume` and neither, it
    /// is one that the pool has.
    #[schemars(example = &"homelab")]
    pub pool: Option<String>,
    /// The size of the volume that the disk declares: a whole number and a binary unit. With `cloneOf`, at least that of the
    /// template's disk. Default: the disk declares no volume, but has the `volume` that the pool declares, or that exists in it
    /// already, which the lab then neither creates nor resizes nor deletes; with `cloneOf`, the size of the template's disk.
    #[schemars(example = &"60GiB")]
    pub size: Option<String>,
    /// The volume's name. Default: `<id>-<disk>.qcow2` in lower case, from the domain's `id`; for the disk
    /// `system`, `<id>.qcow2`. In pools of type `logical`, `rbd` and `zfs` without the ending: `<id>-<disk>`, `<id>`. In pools
    /// of type `disk` and `iscsi` it is required: a partition, `sdb1`, or a unit of the target, `unit:0:0:1`.
    #[schemars(example = &"dc01.qcow2")]
    pub volume: Option<String>,
    /// The image format. Default: `qcow2`; `raw` for a block device, in pools whose volumes are no files, and for a file or volume
    /// that exists and whose name ends with `.raw`.
    pub format: Option<ImageFormat>,
    /// How much of the declared volume is set aside at creation, if it is raw. Default: as for the `volumes` of a pool.
    #[schemars(example = &"1GiB")]
    pub allocation: Option<String>,
    /// Whether all of the declared volume is set aside at creation, if it is raw. Default: as for the `volumes` of a pool.
    pub preallocation: Option<Preallocation>,
    /// The image that the declared volume grows on: a volume of the same pool, or a file. Not beside `image` or `cloneOf`.
    pub backing: Option<Backing>,
    /// The prebuilt image that the declared volume grows on. Several domains may start from one. Default: the volume is empty.
    pub image: Option<Image>,
    /// A domain of the lab, a `template`, whose disk of the same name the declared volume grows on. The volume is in the pool of
    /// that disk, and as large, unless `pool` and `size` say otherwise; in another pool, both have to be of type `dir`, `fs` or
    /// `netfs`. Not beside `backing` or `image`. Default: the volume is empty.
    #[schemars(example = &"golden")]
    pub clone_of: Option<String>,
    /// An image file, absolute, instead of a volume.
    #[schemars(example = &"/srv/images/old.qcow2")]
    pub file: Option<String>,
    /// A block device of the host, absolute, instead of a volume.
    #[schemars(example = &"/dev/disk/by-id/ata-disk")]
    pub block: Option<String>,
    /// The bus. Default: `virtio`; with emulated drivers `sata`, on a machine of type `pc` `ide`.
    pub bus: Option<DiskBus>,
    /// How QEMU caches it. Default: QEMU's, `writeback`.
    pub cache: Option<Cache>,
    /// How QEMU reads and writes it. Default: QEMU's, `threads`.
    pub io: Option<Io>,
    /// What becomes of blocks that the guest discards. Default: `unmap`, so that images shrink with what is in them.
    pub discard: Option<Discard>,
    /// What QEMU does with zeros that the guest writes. Default: QEMU's, `off`.
    pub detect_zeroes: Option<DetectZeroes>,
    /// How many queues the guest can fill at once, for bus `virtio`. Default: QEMU's, one for each virtual CPU.
    #[schemars(range(min = 1, max = 1024), example = 4)]
    pub queues: Option<u16>,
    /// Which of the domain's `iothreads` does its work, from 1 on, for bus `virtio`. Default: none, but QEMU's main thread.
    #[schemars(range(min = 1), example = 1)]
    pub iothread: Option<u32>,
    /// How much it may read and write. Default: as much as the host can.
    pub limits: Option<DiskLimits>,
    /// Whether the guest may only read it; not on buses `sata` and `ide`, which have no such disks. Default: `false`.
    pub readonly: Option<bool>,
    /// Whether several domains may have it at once, which then have to agree on who writes where: all of them say so, and
    /// the format is `raw`. Default: `false`.
    pub shareable: Option<bool>,
    /// Whether snapshots of the domain hold it. Default: `true`.
    pub snapshot: Option<bool>,
    /// The serial number that the guest sees, of at most 20 bytes, on buses `scsi` and `usb` 36. On `virtio`, `sata` and `ide`, more
    /// than that is cut, which is warned of. Default: none; on bus `nvme`, which has to have one, the disk's name.
    #[schemars(example = &"lab-0001")]
    pub serial: Option<String>,
    /// The World Wide Name that the guest sees, 16 hexadecimal digits, for buses `scsi` and `ide`. Default: none.
    #[schemars(example = &"5000c50015ea71aa")]
    pub wwn: Option<String>,
    /// The turns per minute that the guest is told of, or 1 for a disk without moving parts; for buses `sata`, `scsi` and
    /// `ide`. Windows trims the second kind instead of defragmenting it. Default: the guest is not told.
    #[schemars(range(min = 1, max = 65534), example = 1)]
    pub rotation_rate: Option<u16>,
    /// The sizes of the blocks that the guest sees. Default: QEMU's, 512 bytes both.
    pub block_size: Option<BlockSize>,
    /// When the firmware tries to boot from it, among the devices with a `boot`: 1 is first. Default: not by itself; see the
    /// domain's `boot`.
    #[schemars(range(min = 1), example = 1)]
    pub boot: Option<u32>,
    /// What the language has no key for, of this disk: libvirt's elements and attributes inside of `disk`, as in the `extra`
    /// of the domain.
    pub extra: Option<Extra>,
}

/// What a disk is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DiskBus {
    /// `VirtIO` block device.
    Virtio,
    /// SATA, with room for 30 drives.
    Sata,
    /// SCSI, on a `VirtIO` SCSI controller.
    Scsi,
    /// USB.
    Usb,
    /// IDE, with room for 4 drives, on a machine of type `pc` only.
    Ide,
    /// `NVMe`, from libvirt 11.6 on. Windows from 8.1 on and every Linux have its driver.
    Nvme,
}

/// How QEMU caches a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
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

/// How QEMU reads and writes a disk ([libvirt](https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms), `io`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Io {
    /// In threads of its own.
    Threads,
    /// With Linux' asynchronous calls, which need `cache` `none` or `directsync`.
    Native,
    /// With Linux' newer ones.
    IoUring,
}

/// What becomes of blocks that the guest discards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Discard {
    /// The image gives them back to the host.
    #[default]
    Unmap,
    /// They stay as they are.
    Ignore,
    /// What QEMU does where nothing is said, which is to ignore them: as disks have it that others have made.
    Default,
}

/// What QEMU does with zeros that the guest writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DetectZeroes {
    /// Writes them.
    Off,
    /// Notes that there are zeros, where the image can.
    On,
    /// Takes them for discarded blocks; with `discard` `ignore` the same as `on`.
    Unmap,
}

/// How much a disk may read and write ([libvirt](https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms),
/// `iotune`). What both have is limited together with `total` and `totalIops`, or apart with the others.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiskLimits {
    /// How much is read in a second. Default: no limit.
    #[schemars(example = &"200MiB")]
    pub read: Option<String>,
    /// How much is written in a second. Default: no limit.
    #[schemars(example = &"100MiB")]
    pub write: Option<String>,
    /// How much is read and written in a second; not with `read` or `write`. Default: no limit.
    #[schemars(example = &"200MiB")]
    pub total: Option<String>,
    /// How many reads there are in a second. Default: no limit.
    #[schemars(range(min = 1), example = 2000)]
    pub read_iops: Option<u32>,
    /// How many writes there are in a second. Default: no limit.
    #[schemars(range(min = 1), example = 1000)]
    pub write_iops: Option<u32>,
    /// How many reads and writes there are in a second; not with `readIops` or `writeIops`. Default: no limit.
    #[schemars(range(min = 1), example = 2000)]
    pub total_iops: Option<u32>,
}

/// The sizes of the blocks that the guest sees, powers of two from 512 bytes to 2 MiB.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlockSize {
    /// What the guest reads and writes at least. Default: 512 bytes.
    #[schemars(example = &"512B")]
    pub logical: Option<String>,
    /// What it had better read and write at once, not less than `logical`. Default: `logical`.
    #[schemars(example = &"4KiB")]
    pub physical: Option<String>,
}

/// An optical drive: one of `file`, `volume`, `driverDisc` and `empty`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cdrom {
    /// An ISO file, absolute.
    #[schemars(example = &"/var/lib/libvirt/iso/windows-11.iso")]
    pub file: Option<String>,
    /// The pool of `volume`.
    #[schemars(example = &"homelab")]
    pub pool: Option<String>,
    /// An ISO that is a volume of `pool`: one that the pool declares, or that exists in it already.
    #[schemars(example = &"windows-11.iso")]
    pub volume: Option<String>,
    /// `true`: the disc of `VirtIO` drivers for Windows.
    pub driver_disc: Option<bool>,
    /// `true`: an empty drive.
    pub empty: Option<bool>,
    /// The bus. Default: `sata`, on a machine of type `pc` `ide`, on aarch64 `scsi`.
    pub bus: Option<CdromBus>,
    /// What becomes of a start when the disc is missing. Default: libvirt's, `mandatory`.
    pub startup_policy: Option<StartupPolicy>,
    /// When the firmware tries to boot from it, among the devices with a `boot`: 1 is first. Default: not by itself; see the
    /// domain's `boot`.
    #[schemars(range(min = 1), example = 2)]
    pub boot: Option<u32>,
    /// What the language has no key for, of this drive: libvirt's elements and attributes inside of `disk`, as in the `extra` of
    /// the domain.
    pub extra: Option<Extra>,
}

/// What an optical drive is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CdromBus {
    /// SATA, with room for 30 drives.
    Sata,
    /// SCSI, on a `VirtIO` SCSI controller.
    Scsi,
    /// USB.
    Usb,
    /// IDE, with room for 4 drives, on a machine of type `pc` only.
    Ide,
}

impl From<CdromBus> for DiskBus {
    fn from(bus: CdromBus) -> Self {
        match bus {
            CdromBus::Sata => Self::Sata,
            CdromBus::Scsi => Self::Scsi,
            CdromBus::Usb => Self::Usb,
            CdromBus::Ide => Self::Ide,
        }
    }
}

/// A floppy drive, on a PC.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Floppy {
    /// An image file, absolute; its format is raw. Default: the drive is empty.
    #[schemars(example = &"/var/lib/libvirt/images/answer.img")]
    pub file: Option<String>,
    /// Whether the guest may only read it. Default: `false`.
    pub readonly: Option<bool>,
    /// What becomes of a start when the image is missing. Default: libvirt's, `mandatory`.
    pub startup_policy: Option<StartupPolicy>,
    /// When the firmware tries to boot from it, among the devices with a `boot`: 1 is first. Default: not by itself; see the
    /// domain's `boot`.
    #[schemars(range(min = 1), example = 1)]
    pub boot: Option<u32>,
    /// What the language has no key for, of this drive: libvirt's elements and attributes inside of `disk`, as in the `extra` of
    /// the domain.
    pub extra: Option<Extra>,
}

/// What becomes of a start when what is in a drive is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StartupPolicy {
    /// The domain does not start.
    Mandatory,
    /// The drive is empty when the domain comes from a migration or a snapshot; else it does not start.
    Requisite,
    /// The drive is empty.
    Optional,
}

words!(DiskBus, Cache, Io, Discard, DetectZeroes, StartupPolicy);
