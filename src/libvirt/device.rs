//! The devices of a domain ([libvirt](https://libvirt.org/formatdomain.html#devices)).

mod interface;

use super::tree::{HostFile, Tree, Value};
use crate::lab::Lab;
use crate::lab::boot::Order;
use crate::lab::device::{Graphics, HostDevice};
use crate::lab::domain::Domain;
use crate::lab::drive::{Cdrom, Disk, Medium, Source};
use crate::lab::interface::Interface;
use crate::spec::device::{Cache, DiskBus, GraphicsType, InterfaceModel};
use crate::spec::domain::{Arch, Sound, Video, Watchdog};

/// All devices.
pub(super) fn devices(domain: &Domain, lab: &Lab) -> Tree {
    let has_screen = domain.video != Video::None;
    Tree::new()
        .with("emulator", HostFile::Emulator(domain.arch))
        .with_each("disk", disks(domain, lab))
        .with_each(
            "filesystem",
            domain.shares.iter().map(|share| {
                Tree::new()
                    .with("type", "mount")
                    .with("accessmode", "passthrough")
                    .with("driver", Tree::new().with("type", "virtiofs"))
                    .with("source", Tree::new().with("dir", share.source.clone()))
                    .with("target", Tree::new().with("dir", share.tag.clone()))
            }),
        )
        .with_each("controller", controllers(domain))
        .with_each("hostdev", domain.hostdevs.iter().map(host_device))
        .with_each(
            "interface",
            (1_u32..).zip(&domain.interfaces).map(|(bus, interface)| {
                let address = has_fixed_slots(domain, interface).then(|| pci_slot(bus));
                interface::tree(interface, lab).with_some("address", address)
            }),
        )
        .with_each(
            "serial",
            domain.serial.then(|| {
                let target = Tree::new().with(
                    "type",
                    match domain.arch {
                        Arch::X86_64 => "isa-serial",
                        Arch::Aarch64 => "system-serial",
                    },
                );
                Tree::new().with("type", "pty").with("target", target.with("port", 0_u32))
            }),
        )
        .with_each(
            "console",
            domain.serial.then(|| {
                Tree::new().with("type", "pty").with("target", Tree::new().with("type", "serial").with("port", 0_u32))
            }),
        )
        .with_each("channel", channels(domain))
        .with_each("input", inputs(domain, has_screen))
        .with_each("tpm", domain.tpm.then(|| tpm(domain.arch)))
        .with_each("graphics", domain.graphics.as_ref().map(graphics))
        .with_each("sound", sound(domain.sound).map(|model| Tree::new().with("model", model)))
        .with_each("audio", sound(domain.sound).map(|_| audio(domain)))
        .with_each("video", [video(domain.video)])
        .with_each(
            "watchdog",
            watchdog(domain.watchdog).map(|model| Tree::new().with("model", model).with("action", "reset")),
        )
        .with_each(
            "rng",
            domain.rng.then(|| {
                Tree::new()
                    .with("model", "virtio")
                    .with("backend", Tree::new().with("model", "random").with("source", "/dev/urandom"))
            }),
        )
        .with("memballoon", Tree::new().with("model", if domain.balloon { "virtio" } else { "none" }))
}

/// The disks, then the optical drives, each on the next free target of its bus.
fn disks(domain: &Domain, lab: &Lab) -> Vec<Tree> {
    let mut targets = Targets::default();
    let disks = domain.disks.iter().map(|disk| (disk.bus, Drive::Disk(disk)));
    let cdroms = domain.cdroms.iter().map(|cdrom| (cdrom_bus(domain.arch), Drive::Cdrom(cdrom)));
    disks
        .chain(cdroms)
        .map(|(bus, drive)| {
            let target = Tree::new().with("dev", targets.next(bus)).with("bus", bus_name(bus));
            match drive {
                Drive::Disk(disk) => disk_tree(disk, target, lab),
                Drive::Cdrom(cdrom) => cdrom_tree(cdrom, target, lab),
            }
        })
        .collect()
}

enum Drive<'a> {
    Disk(&'a Disk),
    Cdrom(&'a Cdrom),
}

fn disk_tree(disk: &Disk, target: Tree, lab: &Lab) -> Tree {
    let (kind, source) = match &disk.source {
        Source::Volume { pool, name, .. } => ("volume", volume(lab.pool(*pool).name.clone(), name)),
        Source::File(path) => ("file", Tree::new().with("file", path.clone())),
        Source::Block(path) => ("block", Tree::new().with("dev", path.clone())),
    };
    let cache = disk.cache.map(|cache| match cache {
        Cache::None => "none",
        Cache::Writeback => "writeback",
        Cache::Writethrough => "writethrough",
        Cache::Directsync => "directsync",
        Cache::Unsafe => "unsafe",
    });
    Tree::new()
        .with("type", kind)
        .with("device", "disk")
        .with(
            "driver",
            Tree::new()
                .with("name", "qemu")
                .with("type", disk.format.name())
                .with_some("cache", cache)
                // What the guest deletes is given back to the host.
                .with("discard", "unmap"),
        )
        .with("source", source)
        .with("target", target)
        .with_some("boot", disk.boot.as_ref().map(boot))
        .with_some("serial", disk.serial.clone())
}

/// When the firmware tries a device.
pub(super) fn boot(order: &Order) -> Tree {
    Tree::new().with("order", order.value)
}

fn cdrom_tree(cdrom: &Cdrom, target: Tree, lab: &Lab) -> Tree {
    let (kind, source) = match &cdrom.medium {
        Medium::File(path) => ("file", Some(Tree::new().with("file", path.clone()))),
        Medium::Volume { pool, name, .. } => ("volume", Some(volume(lab.pool(*pool).name.clone(), name))),
        Medium::DriverDisc => ("file", Some(Tree::new().with("file", HostFile::DriverDisc))),
        Medium::Empty => ("file", None),
    };
    let format = match &cdrom.medium {
        Medium::Volume { pool, name, .. } => lab.pool(*pool).volume(name).map_or("raw", |volume| volume.format.name()),
        Medium::File(_) | Medium::DriverDisc | Medium::Empty => "raw",
    };
    Tree::new()
        .with("type", kind)
        .with("device", "cdrom")
        .with("driver", Tree::new().with("name", "qemu").with("type", format))
        .with_some("source", source)
        .with("target", target)
        .with("readonly", true)
        .with_some("boot", cdrom.boot.as_ref().map(boot))
}

fn volume(pool: String, name: &str) -> Tree {
    Tree::new().with("pool", pool).with("volume", name.to_owned())
}

/// The names that libvirt's drives have on each bus: `vda`, `sdb`, …
#[derive(Default)]
struct Targets {
    virtio: u32,
    scsi: u32,
}

impl Targets {
    fn next(&mut self, bus: DiskBus) -> String {
        let (prefix, count) = match bus {
            DiskBus::Virtio => ("vd", &mut self.virtio),
            // These share one line of names, as they do in a Linux guest.
            DiskBus::Sata | DiskBus::Scsi | DiskBus::Usb => ("sd", &mut self.scsi),
        };
        *count += 1;
        format!("{prefix}{}", letters(*count))
    }
}

/// `a`, `b`, … `z`, `aa`, … for 1, 2, …
fn letters(number: u32) -> String {
    let mut left = number;
    let mut letters = Vec::new();
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'a' + u8::try_from(left % 26).expect("less than 26")));
        left /= 26;
    }
    letters.into_iter().rev().collect()
}

fn cdrom_bus(arch: Arch) -> DiskBus {
    match arch {
        Arch::X86_64 => DiskBus::Sata,
        Arch::Aarch64 => DiskBus::Scsi,
    }
}

fn bus_name(bus: DiskBus) -> &'static str {
    match bus {
        DiskBus::Virtio => "virtio",
        DiskBus::Sata => "sata",
        DiskBus::Scsi => "scsi",
        DiskBus::Usb => "usb",
    }
}

/// The controllers that libvirt would not add by itself, or would add as an older model.
fn controllers(domain: &Domain) -> Vec<Tree> {
    let has_scsi = domain.disks.iter().any(|disk| disk.bus == DiskBus::Scsi)
        || (!domain.cdroms.is_empty() && cdrom_bus(domain.arch) == DiskBus::Scsi);
    let usb = Tree::new().with("type", "usb").with("index", 0_u32).with("model", "qemu-xhci");
    let scsi = has_scsi.then(|| Tree::new().with("type", "scsi").with("index", 0_u32).with("model", "virtio-scsi"));
    [Some(usb), scsi].into_iter().flatten().collect()
}

fn host_device(device: &HostDevice) -> Tree {
    let (kind, source) = match device {
        HostDevice::Pci { domain, bus, slot, function, .. } => (
            "pci",
            Tree::new().with(
                "address",
                Tree::new().with("domain", *domain).with("bus", *bus).with("slot", *slot).with("function", *function),
            ),
        ),
        HostDevice::Usb { vendor, product, .. } => (
            "usb",
            Tree::new()
                .with("vendor", Tree::new().with("id", usb_id(*vendor)))
                .with("product", Tree::new().with("id", usb_id(*product))),
        ),
    };
    Tree::new().with("mode", "subsystem").with("type", kind).with("managed", true).with("source", source)
}

/// Half of what a USB device is known by. `NixVirt` has a number there, of which libvirt's schema takes four digits.
fn usb_id(id: u16) -> Value {
    if id <= 9999 { Value::from(id) } else { Value::from(format!("{id:#06x}")) }
}

/// Whether an interface gets a PCI slot of its own choosing. libvirt numbers slots by kind of device, so that a share added
/// later would move every interface, and the guest would see new ones without their settings. The q35 machine has a bus
/// for each PCI Express device.
fn has_fixed_slots(domain: &Domain, interface: &Interface) -> bool {
    let express = match interface.model {
        InterfaceModel::Virtio | InterfaceModel::E1000e => true,
        InterfaceModel::E1000 | InterfaceModel::Rtl8139 => false,
    };
    express && domain.arch == Arch::X86_64 && domain.machine.contains("q35")
}

/// The only slot of a PCI Express bus.
fn pci_slot(bus: u32) -> Tree {
    Tree::new().with("type", "pci").with("domain", 0_u32).with("bus", bus).with("slot", 0_u32).with("function", 0_u32)
}

/// The channel of the SPICE agent (clipboard, screen size) and that of the QEMU guest agent.
fn channels(domain: &Domain) -> Vec<Tree> {
    let channel = |kind: &'static str, name: &'static str| {
        Tree::new().with("type", kind).with("target", Tree::new().with("type", "virtio").with("name", name))
    };
    let spice = domain.graphics.as_ref().is_some_and(|graphics| graphics.protocol == GraphicsType::Spice);
    let spice = spice.then(|| channel("spicevmc", "com.redhat.spice.0"));
    let agent = domain.agent.then(|| channel("unix", "org.qemu.guest_agent.0"));
    [spice, agent].into_iter().flatten().collect()
}

/// A tablet, so that the pointer is where the user's is; a PC has a keyboard of its own, the Arm board has none.
fn inputs(domain: &Domain, has_screen: bool) -> Vec<Tree> {
    let input = |kind: &'static str| Tree::new().with("type", kind).with("bus", "usb");
    match (has_screen, domain.arch) {
        (false, _) => Vec::new(),
        (true, Arch::X86_64) => vec![input("tablet")],
        (true, Arch::Aarch64) => vec![input("tablet"), input("keyboard")],
    }
}

/// A TPM 2.0: the CRB interface on a PC, which Windows wants; TIS on Arm, which has no other.
fn tpm(arch: Arch) -> Tree {
    let model = match arch {
        Arch::X86_64 => "tpm-crb",
        Arch::Aarch64 => "tpm-tis",
    };
    Tree::new().with("model", model).with("backend", Tree::new().with("type", "emulator").with("version", "2.0"))
}

fn graphics(graphics: &Graphics) -> Tree {
    let protocol = match graphics.protocol {
        GraphicsType::Spice => "spice",
        GraphicsType::Vnc | GraphicsType::None => "vnc",
    };
    // With the host's GPU, SPICE is for clients on the host and listens on no address.
    let listen = if graphics.gl {
        Tree::new().with("type", "none")
    } else {
        Tree::new().with("type", "address").with("address", graphics.listen.to_string())
    };
    Tree::new()
        .with("type", protocol)
        .with("autoport", graphics.port.is_none())
        .with_some("port", graphics.port.as_ref().map(|port| port.value))
        .with_each("listen", [listen])
        .with_some("gl", graphics.gl.then(|| Tree::new().with("enable", true)))
}

fn sound(sound: Sound) -> Option<&'static str> {
    match sound {
        Sound::Ich9 => Some("ich9"),
        Sound::Ich6 => Some("ich6"),
        Sound::Ac97 => Some("ac97"),
        Sound::Usb => Some("usb"),
        Sound::Virtio => Some("virtio"),
        Sound::None => None,
    }
}

/// Sound goes where the screen goes.
fn audio(domain: &Domain) -> Tree {
    let backend = match domain.graphics.as_ref().map(|graphics| graphics.protocol) {
        Some(GraphicsType::Spice) => "spice",
        Some(GraphicsType::Vnc | GraphicsType::None) | None => "none",
    };
    Tree::new().with("id", 1_u32).with("type", backend)
}

fn video(video: Video) -> Tree {
    let model = match video {
        Video::Virtio => "virtio",
        Video::Vga => "vga",
        Video::Qxl => "qxl",
        Video::Cirrus => "cirrus",
        Video::Bochs => "bochs",
        Video::Ramfb => "ramfb",
        Video::None => "none",
    };
    Tree::new().with("model", Tree::new().with("type", model))
}

fn watchdog(watchdog: Watchdog) -> Option<&'static str> {
    match watchdog {
        Watchdog::I6300esb => Some("i6300esb"),
        Watchdog::Itco => Some("itco"),
        Watchdog::None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::letters;
    use pretty_assertions::assert_eq;

    #[test]
    fn targets_go_past_z() {
        let check = |number, expected: &str| assert_eq!(letters(number), expected);
        check(1, "a");
        check(26, "z");
        check(27, "aa");
        check(52, "az");
        check(53, "ba");
        check(702, "zz");
        check(703, "aaa");
    }
}
