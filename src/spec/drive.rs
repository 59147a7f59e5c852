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
    /// The name by which layers merge disks. Default: `system` for the first disk in the list, `data1`, `data2`, … for
    /// the others.
    #[schemars(example = &"system")]
    pub name: Option<String>,
    /// The pool of its volume. With `size` or `cloneOf`, the disk declares that volume; with only `volume`, it uses a
    /// volume that the pool has.
    #[schemars(example = &"homelab")]
    pub pool: Option<String>,
    /// The size of the volume that the disk declares: a whole number and a binary unit. With `cloneOf`, at least that
    /// of the template's disk. Default: with `cloneOf`, the size of the template's disk; else the disk declares no
    /// volume, but uses the `volume` that the pool declares, or one that already exists in it, which the lab neither
    /// creates, resizes nor deletes.
    #[schemars(example = &"60GiB")]
    pub size: Option<String>,
    /// The volume's name. Default: `<id>-<disk>.qcow2` in lower case, from the domain's `id`; for the disk `system`,
    /// `<id>.qcow2`. In pools of type `logical`, `rbd` and `zfs` without the ending: `<id>-<disk>`, `<id>`. In pools of
    /// type `disk` and `iscsi` it is required: a partition, `sdb1`, or a LUN of the target, `unit:0:0:1`.
    #[schemars(example = &"dc01.qcow2")]
    pub volume: Option<String>,
    /// The image format. Default: `qcow2`; `raw` for a block device, in pools whose volumes are not files, and for an
    /// existing file or volume whose name ends in `.raw`.
    pub format: Option<ImageFormat>,
    /// How much of the declared volume is allocated at creation, if it is raw. Default: as for the `volumes` of a pool.
    #[schemars(example = &"1GiB")]
    pub allocation: Option<String>,
    /// Whether the declared volume is fully allocated at creation, if it is raw. Default: as for the `volumes` of a
    /// pool.
    pub preallocation: Option<Preallocation>,
    /// The backing file of the declared volume: a volume of the same pool, or a file. Not together with `image` or
    /// `cloneOf`.
    pub backing: Option<Backing>,
    /// The prebuilt image that backs the declared volume. Several domains may use the same image. Default: the volume
    /// is empty.
    pub image: Option<Image>,
    /// A `template` domain of the lab, whose disk of the same name backs the declared volume. The volume is in the pool
    /// of that disk and has its size, unless `pool` and `size` say otherwise; if the pools differ, both have to be of
    /// type `dir`, `fs` or `netfs`. Not together with `backing` or `image`. Default: the volume is empty.
    #[schemars(example = &"golden")]
    pub clone_of: Option<String>,
    /// The absolute path of an image file, instead of a volume.
    #[schemars(example = &"/srv/images/old.qcow2")]
    pub file: Option<String>,
    /// The absolute path of a block device of the host, instead of a volume.
    #[schemars(example = &"/dev/disk/by-id/ata-disk")]
    pub block: Option<String>,
    /// The bus. Default: `virtio`; with emulated drivers `sata`, or `ide` on a machine of type `pc`.
    pub bus: Option<DiskBus>,
    /// The cache mode. Default: QEMU's, `writeback`.
    pub cache: Option<Cache>,
    /// The I/O mode. Default: QEMU's, `threads`.
    pub io: Option<Io>,
    /// What happens to blocks that the guest discards (TRIM). Default: `unmap`, which frees the space on the host.
    pub discard: Option<Discard>,
    /// What QEMU does when the guest writes zeros. Default: QEMU's, `off`.
    pub detect_zeroes: Option<DetectZeroes>,
    /// The number of queues, for bus `virtio`. Default: QEMU's, one for each virtual CPU.
    #[schemars(range(min = 1, max = 1024), example = 4)]
    pub queues: Option<u16>,
    /// The number of the I/O thread (see `iothreads`) that serves the disk, counted from 1, for bus `virtio`. Default:
    /// none; QEMU's main thread serves it.
    #[schemars(range(min = 1), example = 1)]
    pub iothread: Option<u32>,
    /// Throughput and IOPS limits. Default: none.
    pub limits: Option<DiskLimits>,
    /// Whether it is read-only for the guest. Not on buses `sata` and `ide`, which have no read-only disks. Default:
    /// `false`.
    pub readonly: Option<bool>,
    /// Whether several domains may use it at once. All of them have to say so, the format has to be `raw`, and the
    /// guests have to coordinate their writes (a cluster file system). Default: `false`.
    pub shareable: Option<bool>,
    /// Whether snapshots of the domain include it. Default: `true`.
    pub snapshot: Option<bool>,
    /// The serial number that the guest sees: at most 20 bytes, on buses `scsi` and `usb` 36. On `virtio`, `sata` and
    /// `ide`, a longer one is cut, with a warning. Default: none; on bus `nvme`, which requires one, the disk's name.
    #[schemars(example = &"lab-0001")]
    pub serial: Option<String>,
    /// The World Wide Name that the guest sees, 16 hexadecimal digits, for buses `scsi` and `ide`. Default: none.
    #[schemars(example = &"5000c50015ea71aa")]
    pub wwn: Option<String>,
    /// The rotation rate that the guest sees, in revolutions per minute, or 1 for an SSD; for buses `sata`, `scsi` and
    /// `ide`. Windows trims an SSD instead of defragmenting it. Default: not reported.
    #[schemars(range(min = 1, max = 65534), example = 1)]
    pub rotation_rate: Option<u16>,
    /// The block sizes that the guest sees. Default: QEMU's, 512 bytes both.
    pub block_size: Option<BlockSize>,
    /// Its position in the boot order of the devices that have a `boot`: 1 is first. Default: none; see the domain's
    /// `boot`.
    #[schemars(range(min = 1), example = 1)]
    pub boot: Option<u32>,
    /// Anything that has no key of its own: libvirt's elements and attributes inside this `disk` element, as in the
    /// domain's `extra`.
    pub extra: Option<Extra>,
}

/// The bus that a disk is attached to.
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
    /// `NVMe`, from libvirt 11.6 on. Every Linux and Windows from 8.1 on have the driver.
    Nvme,
}

/// How QEMU caches a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Cache {
    /// The host's page cache is not used.
    None,
    /// Writes complete when they are in the host's page cache.
    Writeback,
    /// Writes complete when they are on the disk.
    Writethrough,
    /// The host's page cache is not used, and writes complete when they are on the disk.
    Directsync,
    /// Flushes are ignored: fast, but data is lost when the host loses power.
    Unsafe,
}

/// How QEMU reads and writes a disk ([libvirt](https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms), `io`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Io {
    /// In a pool of threads.
    Threads,
    /// With Linux AIO, which needs `cache` `none` or `directsync`.
    Native,
    /// With `io_uring`.
    IoUring,
}

/// What happens to blocks that the guest discards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Discard {
    /// They are freed on the host.
    #[default]
    Unmap,
    /// They stay as they are.
    Ignore,
    /// QEMU's own default, which is `ignore`. Imported disks often have it.
    Default,
}

/// What QEMU does when the guest writes zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DetectZeroes {
    /// It writes them.
    Off,
    /// It marks the blocks as zero, where the image supports that.
    On,
    /// It discards the blocks; with `discard` `ignore` the same as `on`.
    Unmap,
}

/// Throughput and IOPS limits of a disk
/// ([libvirt](https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms), `iotune`). `total` and
/// `totalIops` limit reads and writes together, the other keys separately.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiskLimits {
    /// Bytes read per second. Default: no limit.
    #[schemars(example = &"200MiB")]
    pub read: Option<String>,
    /// Bytes written per second. Default: no limit.
    #[schemars(example = &"100MiB")]
    pub write: Option<String>,
    /// Bytes read and written per second. Not with `read` or `write`. Default: no limit.
    #[schemars(example = &"200MiB")]
    pub total: Option<String>,
    /// Read operations per second. Default: no limit.
    #[schemars(range(min = 1), example = 2000)]
    pub read_iops: Option<u32>,
    /// Write operations per second. Default: no limit.
    #[schemars(range(min = 1), example = 1000)]
    pub write_iops: Option<u32>,
    /// Read and write operations per second. Not with `readIops` or `writeIops`. Default: no limit.
    #[schemars(range(min = 1), example = 2000)]
    pub total_iops: Option<u32>,
}

/// The block sizes that the guest sees, powers of two from 512 bytes to 2 MiB.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlockSize {
    /// The logical block size, the smallest unit that the guest can read or write. Default: 512 bytes.
    #[schemars(example = &"512B")]
    pub logical: Option<String>,
    /// The physical block size, the unit that is efficient to write; not less than `logical`. Default: `logical`.
    #[schemars(example = &"4KiB")]
    pub physical: Option<String>,
}

/// An optical drive: one of `file`, `volume`, `driverDisc` and `empty`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cdrom {
    /// The absolute path of an ISO file.
    #[schemars(example = &"/var/lib/libvirt/iso/windows-11.iso")]
    pub file: Option<String>,
    /// The pool of `volume`.
    #[schemars(example = &"homelab")]
    pub pool: Option<String>,
    /// An ISO that is a volume of `pool`: one that the pool declares, or that already exists in it.
    #[schemars(example = &"windows-11.iso")]
    pub volume: Option<String>,
    /// `true`: the virtio-win ISO, with the `VirtIO` drivers for Windows.
    pub driver_disc: Option<bool>,
    /// `true`: an empty drive.
    pub empty: Option<bool>,
    /// The bus. Default: `sata`; on a machine of type `pc` `ide`, on aarch64 `scsi`.
    pub bus: Option<CdromBus>,
    /// What happens when the ISO is missing at the domain's start. Default: libvirt's, `mandatory`.
    pub startup_policy: Option<StartupPolicy>,
    /// Its position in the boot order of the devices that have a `boot`: 1 is first. Default: none; see the domain's
    /// `boot`.
    #[schemars(range(min = 1), example = 2)]
    pub boot: Option<u32>,
    /// Anything that has no key of its own: libvirt's elements and attributes inside this `disk` element, as in the
    /// domain's `extra`.
    pub extra: Option<Extra>,
}

/// The bus that an optical drive is attached to.
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
    /// The absolute path of a raw image file. Default: the drive is empty.
    #[schemars(example = &"/var/lib/libvirt/images/answer.img")]
    pub file: Option<String>,
    /// Whether it is read-only for the guest. Default: `false`.
    pub readonly: Option<bool>,
    /// What happens when the image is missing at the domain's start. Default: libvirt's, `mandatory`.
    pub startup_policy: Option<StartupPolicy>,
    /// Its position in the boot order of the devices that have a `boot`: 1 is first. Default: none; see the domain's
    /// `boot`.
    #[schemars(range(min = 1), example = 1)]
    pub boot: Option<u32>,
    /// Anything that has no key of its own: libvirt's elements and attributes inside this `disk` element, as in the
    /// domain's `extra`.
    pub extra: Option<Extra>,
}

/// What happens when the medium of a drive is missing at the domain's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StartupPolicy {
    /// The domain does not start.
    Mandatory,
    /// The drive is empty when the domain is migrated or restored from a snapshot; otherwise the domain does not start.
    Requisite,
    /// The drive is empty.
    Optional,
}

words!(DiskBus, Cache, Io, Discard, DetectZeroes, StartupPolicy);
