//! A device of the host that a domain gets: PCI, USB or mediated.

use uuid::Uuid;

use crate::lab::device::pci::{PciAddress, Slot};
use crate::lab::domain::boot::Order;
use crate::lab::placed::ExtraAt;
use crate::place::Place;

/// A device of the host.
#[derive(Debug)]
pub struct HostDevice {
    pub place: Place,
    pub kind: HostDeviceKind,
    /// When the firmware tries to boot from it.
    pub boot: Option<Order>,
    /// What is merged into its definition, the weakest first.
    pub extra: Vec<ExtraAt>,
}

/// What a device of the host is.
#[derive(Debug)]
pub enum HostDeviceKind {
    Pci {
        /// Its address on the host.
        address: PciAddress,
        /// Where it is in the guest, if it may not be anywhere.
        guest: Option<Slot>,
        /// Whether libvirt takes it from the host's driver.
        managed: bool,
        /// The file of its ROM, if it is not the card's own.
        rom: Option<String>,
        /// Whether the guest sees its ROM, where the spec says.
        rom_bar: Option<bool>,
    },
    Usb {
        vendor: u16,
        product: u16,
        /// Its bus and its number there, if it may not be any of that name.
        at: Option<(u16, u16)>,
        /// Whether the domain starts without it.
        optional: bool,
    },
    Mdev {
        uuid: Uuid,
        /// Where it is in the guest, if it may not be anywhere.
        guest: Option<Slot>,
        /// Whether the display shows it.
        display: bool,
        /// Whether it shows the firmware, and where that is written.
        ramfb: Option<Place>,
    },
}

impl HostDevice {
    /// Where it is in the guest, if the spec says.
    #[must_use]
    pub fn guest(&self) -> Option<&Slot> {
        match &self.kind {
            HostDeviceKind::Pci { guest, .. } | HostDeviceKind::Mdev { guest, .. } => guest.as_ref(),
            HostDeviceKind::Usb { .. } => None,
        }
    }

    /// Whether it is a PCI device of the host's, which the guest reaches through the IOMMU.
    #[must_use]
    pub fn is_pci(&self) -> bool {
        matches!(self.kind, HostDeviceKind::Pci { .. })
    }

    /// Whether it is a USB device.
    #[must_use]
    pub fn is_usb(&self) -> bool {
        matches!(self.kind, HostDeviceKind::Usb { .. })
    }

    /// Whether libvirt takes it for another one, too: a USB device that is known by vendor and product is any of them.
    #[must_use]
    pub fn stands_for(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (
                HostDeviceKind::Usb { vendor, product, at: None, .. },
                HostDeviceKind::Usb { vendor: of_other, product: its_product, .. },
            ) => (vendor, product) == (of_other, its_product),
            _ => false,
        }
    }

    /// What it is called on the host, as the tools there print it.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.kind {
            HostDeviceKind::Pci { address, .. } => address.to_string(),
            HostDeviceKind::Usb { vendor, product, at: None, .. } => format!("{vendor:04x}:{product:04x}"),
            HostDeviceKind::Usb { vendor, product, at: Some((bus, device)), .. } => {
                format!("{vendor:04x}:{product:04x} at {bus:03}:{device:03}")
            }
            HostDeviceKind::Mdev { uuid, .. } => uuid.to_string(),
        }
    }

    /// What kind of device it is. Each can be in one running domain at a time; of USB devices, libvirt takes one that is known
    /// by vendor and product only where the host has no other of them.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.kind {
            HostDeviceKind::Pci { .. } => "PCI",
            HostDeviceKind::Mdev { .. } => "mediated",
            HostDeviceKind::Usb { .. } => "USB",
        }
    }
}
