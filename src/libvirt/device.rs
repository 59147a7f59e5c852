//! The devices of a domain ([libvirt](https://libvirt.org/formatdomain.html#devices)).

mod drive;
mod interface;

use super::tree::{HostFile, Tree, Value};
use crate::lab::Lab;
use crate::lab::boot::Order;
use crate::lab::device::{Graphics, HostDevice};
use crate::lab::domain::Domain;
use crate::lab::interface::Interface;
use crate::spec::device::{GraphicsType, Sound, Video, Watchdog};
use crate::spec::drive::DiskBus;
use crate::spec::guest::Arch;
use crate::spec::interface::InterfaceModel;

/// All devices.
pub(super) fn devices(domain: &Domain, lab: &Lab) -> Tree {
    let has_screen = domain.video != Video::None;
    Tree::new()
        .with("emulator", HostFile::Emulator(domain.arch))
        .with_each("disk", drive::drives(domain, lab))
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

/// When the firmware tries a device.
pub(super) fn boot(order: &Order) -> Tree {
    Tree::new().with("order", order.value)
}

/// The controllers that libvirt would not add by itself, or would add as an older model.
fn controllers(domain: &Domain) -> Vec<Tree> {
    let buses = domain.disks.iter().map(|disk| disk.bus).chain(domain.cdroms.iter().map(|cdrom| cdrom.bus));
    let has_scsi = buses.into_iter().any(|bus| bus == DiskBus::Scsi);
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
        InterfaceModel::Virtio | InterfaceModel::E1000e | InterfaceModel::Igb => true,
        InterfaceModel::E1000
        | InterfaceModel::Rtl8139
        | InterfaceModel::Vmxnet3
        | InterfaceModel::Pcnet
        | InterfaceModel::Ne2kPci => false,
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
