//! PCI addresses, of the host and in a guest.

use std::fmt;

use crate::lab::Placed;
use crate::lab::domain::board::Board;
use crate::lab::interface::Interface;
use crate::lab::profile::Word;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::spec::interface::InterfaceModel;

/// The address of a PCI function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PciAddress {
    /// The PCI domain.
    pub domain: u16,
    /// The bus.
    pub bus: u16,
    /// The slot.
    pub slot: u16,
    /// The function.
    pub function: u16,
}

/// Where a device is in the guest.
#[derive(Debug)]
pub struct Slot {
    /// The address, and where it is written.
    pub address: Placed<PciAddress>,
    /// Whether it is function 0 of a slot with others.
    pub multifunction: bool,
}

impl PciAddress {
    /// Reads `0000:01:00.0`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (domain, rest) = text.split_once(':')?;
        let (bus, rest) = rest.split_once(':')?;
        let (slot, function) = rest.split_once('.')?;
        Some(Self {
            domain: hex(domain, 4)?,
            bus: hex(bus, 2)?,
            slot: hex(slot, 2).filter(|slot| *slot < 32)?,
            function: hex(function, 1).filter(|function| *function < 8)?,
        })
    }
}

impl fmt::Display for PciAddress {
    /// As `lspci -D` prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:02x}:{:02x}.{:x}", self.domain, self.bus, self.slot, self.function)
    }
}

/// So many hexadecimal digits.
pub(in crate::lab) fn hex(digits: &str, count: usize) -> Option<u16> {
    let fine = digits.len() == count && digits.bytes().all(|b| b.is_ascii_hexdigit());
    fine.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

/// Whether an interface gets a PCI slot of its own choosing, the only one of the bus of its number. libvirt numbers slots by
/// kind of device, so that a share added later would move every interface, and the guest would see new ones without their
/// settings. The q35 machine has a bus for each PCI Express device.
#[must_use]
pub fn has_fixed_slot(interface: &Interface, board: Board) -> bool {
    let express = match interface.model {
        Some(InterfaceModel::Virtio | InterfaceModel::E1000e | InterfaceModel::Igb) => true,
        Some(
            InterfaceModel::E1000
            | InterfaceModel::Rtl8139
            | InterfaceModel::Vmxnet3
            | InterfaceModel::Pcnet
            | InterfaceModel::Ne2kPci,
        )
        // Until the domain starts, libvirt takes a virtual function for a device that is not on PCI Express.
        | None => false,
    };
    express && board == Board::Q35
}

/// The address that a device has in the guest, where the board has such a one.
pub(in crate::lab) fn slot(word: Word<'_>, board: Board, problems: &mut Vec<Problem>) -> Option<Slot> {
    let Some(address) = PciAddress::parse(word.value) else {
        problems.push(
            Problem::of_value(Id::BadDevice, word.place(), format!("`{}` is not the address of a device", word.value))
                .label("not in the form that `lspci -D` prints")
                .help("write it like `\"0000:20:00.0\"`"),
        );
        return None;
    };
    // The first bus keeps slots for the other devices of the domain.
    let (last_bus, on_bus, example) = match board {
        // Each bus is a port, eight of which have a slot of the first bus between them.
        Board::Q35 | Board::Virt => (0xbf, 0..=0, "0000:20:00.0"),
        // Each bus is a bridge in a slot of the first bus.
        Board::I440fx => (0x0f, 1..=31, "0000:00:10.0"),
        Board::Other => (0xff, 0..=31, "0000:00:10.0"),
    };
    let first = match board {
        Board::Q35 => 1..=30,
        Board::I440fx => 2..=31,
        Board::Virt | Board::Other => 1..=31,
    };
    let slots = if address.bus == 0 { first } else { on_bus };
    let mistake = if address.domain != 0 {
        Some("the guest has PCI domain `0000` only".to_owned())
    } else if address.bus > last_bus {
        Some(format!("the last bus is `{last_bus:02x}`"))
    } else if !slots.contains(&address.slot) {
        let (first, last) = (slots.start(), slots.end());
        Some(if first == last {
            format!("bus `{:02x}` has slot `{first:02x}` only", address.bus)
        } else {
            format!("bus `{:02x}` has slots `{first:02x}` to `{last:02x}` for devices", address.bus)
        })
    } else {
        None
    };
    if let Some(mistake) = mistake {
        problems.push(
            Problem::new(Id::OutOfRange, word.place(), format!("the guest has no place `{address}` for a device"))
                .label(mistake)
                .help(format!("write one like `\"{example}\"`, or leave `guest` out")),
        );
        return None;
    }
    Some(Slot { address: Placed { value: address, place: word.place() }, multifunction: false })
}

/// Finds the slots that several devices share: each device has a function of its own there, one of them function 0.
/// Interfaces with a slot of their own share it with nobody.
pub(in crate::lab) fn settle<'a>(
    slots: impl Iterator<Item = &'a mut Slot>,
    interfaces: &[Interface],
    board: Board,
    problems: &mut Vec<Problem>,
) {
    let mut slots: Vec<&mut Slot> = slots.collect();
    let key = |slot: &Slot| (slot.address.value.bus, slot.address.value.slot);
    let all: Vec<(PciAddress, Place)> =
        slots.iter().map(|slot| (slot.address.value, slot.address.place.clone())).collect();
    for (index, slot) in slots.iter_mut().enumerate() {
        let (address, place) = (slot.address.value, slot.address.place.clone());
        let interface = usize::from(address.bus).checked_sub(1).and_then(|index| interfaces.get(index));
        let duplicate = |what: &str, other: Place| {
            Problem::new(
                Id::DuplicateSlot,
                place.clone(),
                format!("two devices have the place `{address}` in the guest"),
            )
            .label("the second one")
            .related(other, what)
        };
        if let Some(interface) = interface.filter(|interface| has_fixed_slot(interface, board)) {
            let at: &Pointer = &interface.at;
            problems.push(
                duplicate("an interface has the bus of its number, counted from 1", at.clone().value())
                    .help("choose a bus after those of the interfaces, such as `20`"),
            );
        }
        if let Some((_, first)) = all[..index].iter().find(|(other, _)| *other == address) {
            problems.push(
                duplicate("the first one", first.clone())
                    .help("give each a slot, or in one slot a function, of its own"),
            );
        }
        let shared: Vec<u16> = all
            .iter()
            .filter(|(other, _)| (other.bus, other.slot) == key(slot))
            .map(|(other, _)| other.function)
            .collect();
        slot.multifunction = address.function == 0 && shared.iter().any(|function| *function != 0);
        if !shared.contains(&0) {
            problems.push(
                Problem::new(
                    Id::MissingField,
                    place.clone(),
                    format!("no device is function 0 of slot `{:02x}:{:02x}`", address.bus, address.slot),
                )
                .label("a guest looks for others only where it finds that one")
                .help("give one of the devices in that slot the function `.0`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PciAddress;
    use pretty_assertions::assert_eq;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(PciAddress::parse(text).map(|address| address.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn addresses() {
        check("0000:01:00.0", Some("0000:01:00.0"));
        check("0000:0A:1f.7", Some("0000:0a:1f.7"));
        check("01:00.0", None);
        check("0000:01:20.0", None);
        check("0000:01:00.8", None);
        check("0000:1:00.0", None);
        check("0000:+1:00.0", None);
        check("", None);
    }
}
