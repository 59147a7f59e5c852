//! Reads PCI addresses in the guest: checks that the board has the slot, and assigns functions to devices that share one.

use std::collections::HashMap;

use crate::lab::device::pci::{PciAddress, Slot};
use crate::lab::domain::board::Board;
use crate::lab::interface::Interface;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Word;
use crate::spec::interface::InterfaceModel;

/// Reads the address of a device in the guest, and refuses one that the board does not have.
pub(crate) fn slot(word: Word<'_>, board: Board, problems: &mut Problems) -> Option<Slot> {
    let Some(address) = PciAddress::parse(word.value) else {
        problems.push(
            Problem::of_value(Id::BadDevice, word.place(), format!("`{}` is not the address of a device", word.value))
                .label("not in the form that `lspci -D` prints")
                .help(match PciAddress::meant(word.value) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "write it like `\"0000:20:00.0\"`".to_owned(),
                }),
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
        Some("the guest has only PCI domain `0000`".to_owned())
    } else if address.bus > last_bus {
        Some(format!("the last bus is `{last_bus:02x}`"))
    } else if !slots.contains(&address.slot) {
        let (first, last) = (slots.start(), slots.end());
        Some(if first == last {
            format!("bus `{:02x}` has only slot `{first:02x}`", address.bus)
        } else {
            format!("bus `{:02x}` has slots `{first:02x}` to `{last:02x}` for devices", address.bus)
        })
    } else {
        None
    };
    if let Some(mistake) = mistake {
        problems.push(
            Problem::new(Id::OutOfRange, word.place(), format!("the guest has no PCI slot `{address}` for a device"))
                .label(mistake)
                .help(format!("write one like `\"{example}\"`, or leave `guest` out")),
        );
        return None;
    }
    Some(Slot { address: word.with(address), multifunction: false })
}

/// Whether an interface of a model can be where the spec says: the buses of PCI Express have no place for adapters of plain PCI,
/// which libvirt puts behind a bridge. A virtual function has no model.
pub(crate) fn allows(model: Option<InterfaceModel>, word: Word<'_>, board: Board, problems: &mut Problems) -> bool {
    let plain = match model {
        Some(model @ (InterfaceModel::E1000 | InterfaceModel::Rtl8139 | InterfaceModel::Vmxnet3)) => {
            Some(format!("an adapter of model `{}` on PCI Express", model.name()))
        }
        // libvirt does not know better of the last two.
        Some(
            InterfaceModel::Virtio
            | InterfaceModel::E1000e
            | InterfaceModel::Igb
            | InterfaceModel::Pcnet
            | InterfaceModel::Ne2kPci,
        ) => None,
        None => Some("a virtual function on PCI Express, which libvirt detects only at the domain's start".to_owned()),
    };
    let is_express = matches!(board, Board::Q35 | Board::Virt);
    let on_port = PciAddress::parse(word.value).is_some_and(|address| address.bus > 0);
    let Some(message) = plain.filter(|_| is_express && on_port) else { return true };
    let others = if model.is_some() { "choose `e1000e`, `igb` or `virtio`, " } else { "" };
    problems.push(
        Problem::conflict(word.place(), message)
            .label("has no conventional PCI slot")
            .help(format!("{others}write a slot of bus `00`, or leave `guest` out")),
    );
    false
}

/// Finds the slots that several devices share: each device has a function of its own there, one of them function 0.
/// Interfaces with a slot of their own share it with nobody.
pub(crate) fn assign_slots<'a>(
    slots: impl Iterator<Item = &'a mut Slot>,
    interfaces: &'a mut [Interface],
    board: Board,
    problems: &mut Problems,
) {
    let fixed: HashMap<u16, Pointer> = (1..)
        .zip(interfaces.iter())
        .filter(|(_, interface)| interface.has_fixed_slot(board))
        .map(|(bus, interface)| (bus, interface.at.clone()))
        .collect();
    let mut slots: Vec<&mut Slot> = slots.chain(interfaces.iter_mut().filter_map(|i| i.guest.as_mut())).collect();
    let key = |slot: &Slot| (slot.address.value.bus, slot.address.value.slot);
    let all: Vec<(PciAddress, Place)> =
        slots.iter().map(|slot| (slot.address.value, slot.address.place.clone())).collect();
    for (index, slot) in slots.iter_mut().enumerate() {
        let (address, place) = (slot.address.value, slot.address.place.clone());
        let duplicate = |what: &str, other: Place| {
            Problem::new(
                Id::DuplicateSlot,
                place.clone(),
                format!("two devices have the PCI address `{address}` in the guest"),
            )
            .label("the second one")
            .related(other, what)
        };
        if let Some(at) = fixed.get(&address.bus) {
            problems.push(
                duplicate("an interface has the bus with its number, counted from 1", Place::value(at))
                    .help("choose a bus after those of the interfaces, such as `20`, or give the interface another address by its `guest`"),
            );
        }
        if let Some((_, first)) = all[..index].iter().find(|(other, _)| *other == address) {
            problems.push(
                duplicate("the first one", first.clone())
                    .help("give each its own slot, or its own function in the same slot"),
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
                Problem::missing(
                    place.clone(),
                    format!("no device is function 0 of slot `{:02x}:{:02x}`", address.bus, address.slot),
                )
                .label("the guest finds other functions only if there is function 0")
                .help("give one of the devices in that slot the function `.0`"),
            );
        }
    }
}
