//! The definition of a device of the host ([libvirt](https://libvirt.org/formatdomain.html#host-device-assignment)).

use super::boot;
use crate::lab::device::hostdev::{HostDevice, HostDeviceKind};
use crate::lab::device::pci::{PciAddress, Slot};
use crate::libvirt::tree::{Tree, Value};

pub(super) fn host_device(device: &HostDevice) -> Tree {
    let tree = match &device.kind {
        HostDeviceKind::Pci { address, guest, managed, rom, rom_bar } => {
            let rom = Tree::new().with_some("bar", *rom_bar).with_some("file", rom.clone());
            Tree::new()
                .with("mode", "subsystem")
                .with("type", "pci")
                .with("managed", *managed)
                .with("source", Tree::new().with("address", place(*address)))
                .with_some("rom", rom.unless_empty())
                .with_some("address", guest.as_ref().map(slot))
        }
        HostDeviceKind::Usb { vendor, product, at, optional } => {
            let at = at.map(|(bus, device)| Tree::new().with("bus", bus).with("device", device));
            let source = Tree::new()
                .with_some("startupPolicy", optional.then_some("optional"))
                .with("vendor", Tree::new().with("id", usb_id(*vendor)))
                .with("product", Tree::new().with("id", usb_id(*product)))
                .with_some("address", at);
            Tree::new().with("mode", "subsystem").with("type", "usb").with("managed", true).with("source", source)
        }
        HostDeviceKind::Mdev { uuid, guest, display, ramfb } => {
            let source = Tree::new().with("address", Tree::new().with("uuid", uuid.to_string()));
            Tree::new()
                .with("mode", "subsystem")
                .with("type", "mdev")
                .with("model", "vfio-pci")
                .with("managed", false)
                .with("display", *display)
                .with_some("ramfb", ramfb.as_ref().map(|_| true))
                .with("source", source)
                .with_some("address", guest.as_ref().map(slot))
        }
    };
    tree.with_some("boot", device.boot.as_ref().map(boot))
}

/// Half of what a USB device is known by. `NixVirt` has a number there, of which libvirt's schema takes four digits.
fn usb_id(id: u16) -> Value {
    if id <= 9999 { Value::from(id) } else { Value::from(format!("{id:#06x}")) }
}

/// A PCI address of the host.
fn place(address: PciAddress) -> Tree {
    Tree::new()
        .with("domain", address.domain)
        .with("bus", address.bus)
        .with("slot", address.slot)
        .with("function", address.function)
}

/// A PCI address in the guest.
pub(super) fn slot(slot: &Slot) -> Tree {
    place(slot.address.value).with("type", "pci").with_some("multifunction", slot.multifunction.then_some(true))
}
