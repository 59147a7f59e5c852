//! The devices of a domain ([libvirt](https://libvirt.org/formatdomain.html#devices)).

mod drive;
mod hostdev;
mod input;
mod interface;
mod screen;
mod serial;
mod share;

use super::pool::amount;
use super::tree::Tree;
use crate::host_file::HostFile;
use crate::lab::Lab;
use crate::lab::device::{Devices, Shmem, ShmemMemory, Vsock};
use crate::lab::domain::Domain;
use crate::lab::domain::board::Board;
use crate::lab::domain::boot::Order;
use crate::spec::device::{Panic, Watchdog, WatchdogAction};
use crate::spec::drive::DiskBus;
use crate::spec::guest::Arch;

/// All devices.
pub(super) fn devices(domain: &Domain, lab: &Lab) -> Tree {
    let board = Board::of(domain.arch, &domain.machine);
    // All fields are named, so that a new device which is written nowhere does not compile.
    let Devices { watchdog, watchdog_action, panic, crypto, vsock, shmem, usb_redirections } = &domain.devices;
    Tree::new()
        .with("emulator", HostFile::Emulator(domain.arch))
        .with_each("disk", drive::drives(domain, lab))
        .with_each("filesystem", domain.shares.iter().map(share::share))
        .with_each("controller", controllers(domain))
        .with_each("hostdev", domain.hostdevs.iter().map(hostdev::host_device))
        .with_each(
            "interface",
            (1_u32..).zip(&domain.interfaces).map(|(bus, interface)| {
                let written = interface.guest.as_ref().map(hostdev::slot);
                let address = written.or_else(|| interface.has_fixed_slot(board).then(|| pci_slot(bus)));
                interface::tree(interface, lab).with_some("address", address)
            }),
        )
        .with_each("serial", serial::serials(domain))
        .with_each("console", serial::console(domain))
        .with_each("channel", serial::channels(domain))
        .with_each("input", domain.inputs.iter().map(input::input))
        .with_each("tpm", domain.tpm.then(|| tpm(domain.arch)))
        .with_each("graphics", domain.screen.graphics.iter().map(screen::graphics))
        .with_each("sound", screen::sound(domain.sound))
        .with_each("audio", domain.audio.as_ref().map(screen::audio))
        .with_each("video", (0..domain.screen.devices).map(|_| screen::video(&domain.screen)))
        .with_each("redirdev", redirections(*usb_redirections))
        .with_each("watchdog", self::watchdog(*watchdog, *watchdog_action))
        .with_each(
            "rng",
            domain.rng.then(|| {
                Tree::new()
                    .with("model", "virtio")
                    .with("backend", Tree::new().with("model", "random").with("source", "/dev/urandom"))
            }),
        )
        .with("memballoon", Tree::new().with("model", if domain.balloon { "virtio" } else { "none" }))
        .with_each("panic", self::panic(*panic))
        .with_each("shmem", shmem.iter().filter_map(self::shmem))
        .with_each("crypto", crypto.then(self::crypto))
        .with_some("vsock", vsock.as_ref().map(self::vsock))
}

/// When the firmware tries a device.
pub(super) fn boot(order: &Order) -> Tree {
    Tree::new().with("order", order.value)
}

/// The controllers that libvirt would not add by itself, or would add as an older model.
fn controllers(domain: &Domain) -> Vec<Tree> {
    let buses = domain.disks.iter().map(|disk| disk.bus).chain(domain.cdroms.iter().map(|cdrom| cdrom.bus));
    let buses = buses.chain(domain.cloud_init.iter().map(|init| init.bus));
    let mut buses = buses.chain(domain.unattended.iter().map(|unattended| unattended.bus));
    let has_scsi = buses.any(|bus| bus == DiskBus::Scsi);
    let usb = Tree::new().with("type", "usb").with("index", 0_u32).with("model", "qemu-xhci");
    let scsi = has_scsi.then(|| Tree::new().with("type", "scsi").with("index", 0_u32).with("model", "virtio-scsi"));
    [Some(usb), scsi].into_iter().flatten().collect()
}

/// The only slot of a PCI Express bus.
pub(super) fn pci_slot(bus: u32) -> Tree {
    Tree::new().with("type", "pci").with("domain", 0_u32).with("bus", bus).with("slot", 0_u32).with("function", 0_u32)
}

/// A TPM 2.0: the CRB interface on a PC, which Windows wants; TIS on Arm, which has no other.
fn tpm(arch: Arch) -> Tree {
    let model = match arch {
        Arch::X86_64 => "tpm-crb",
        Arch::Aarch64 => "tpm-tis",
    };
    Tree::new().with("model", model).with("backend", Tree::new().with("type", "emulator").with("version", "2.0"))
}

/// The watchdog, if there is one.
fn watchdog(watchdog: Watchdog, action: WatchdogAction) -> Option<Tree> {
    (watchdog != Watchdog::None).then(|| Tree::new().with("model", watchdog.name()).with("action", action.name()))
}

/// The panic device, if there is one.
fn panic(panic: Panic) -> Option<Tree> {
    (panic != Panic::None).then(|| Tree::new().with("model", panic.name()))
}

/// Ports that USB devices of the SPICE client are plugged into.
fn redirections(count: u32) -> impl Iterator<Item = Tree> {
    (0..count).map(|_| Tree::new().with("bus", "usb").with("type", "spicevmc"))
}

/// A device that encrypts, which QEMU does.
fn crypto() -> Tree {
    Tree::new()
        .with("model", "virtio")
        .with("type", "qemu")
        .with("backend", Tree::new().with("model", "builtin").with("queues", 1_u32))
}

/// Shared memory, but for that of a device, which [`memory::of_devices`](super::memory::of_devices) tells QEMU of.
fn shmem(shmem: &Shmem) -> Option<Tree> {
    let tree = Tree::new().with("name", shmem.name.clone());
    let tree = match &shmem.memory {
        ShmemMemory::Device(..) => return None,
        ShmemMemory::Plain(size) => {
            tree.with("model", Tree::new().with("type", "ivshmem-plain")).with("size", amount(*size))
        }
        ShmemMemory::Doorbell(server) => tree
            .with("model", Tree::new().with("type", "ivshmem-doorbell"))
            .with("server", Tree::new().with("path", server.clone())),
    };
    Some(tree)
}

fn vsock(vsock: &Vsock) -> Tree {
    let cid = match &vsock.cid {
        Some(cid) => Tree::new().with("auto", false).with("address", cid.value),
        None => Tree::new().with("auto", true),
    };
    Tree::new().with("model", "virtio").with("cid", cid)
}
