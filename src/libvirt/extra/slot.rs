//! Holds the models that `extra` gives to interfaces against the PCI slots that lab2nix gives them.

use super::place_of;
use crate::lab::Lab;
use crate::lab::domain::Domain;
use crate::lab::domain::board::Board;
use crate::libvirt::Object;
use crate::libvirt::device::pci_slot;
use crate::libvirt::tree::{Tree, Value};
use crate::problem::{Id, Problem};

/// The models on PCI Express. For any other one, libvirt adds a bus of plain PCI, which begins with slot 1, unless the definition
/// has a controller for that bus.
const EXPRESS: [&str; 4] = ["virtio", "virtio-non-transitional", "e1000e", "igb"];

/// Reports interfaces whose model does not fit into the slot that they have, in the domains in the order in which they start.
pub(in crate::libvirt) fn check(domains: &[Object], lab: &Lab) -> Vec<Problem> {
    let domains = lab.domains_in_order().zip(domains);
    domains.flat_map(|(domain, object)| misplaced(domain, &object.definition.tree)).collect()
}

fn misplaced(domain: &Domain, tree: &Tree) -> Vec<Problem> {
    let board = Board::of(domain.arch, &domain.machine);
    let numbered = (1_u32..).zip(&domain.interfaces).zip(tree.elements("devices.interface"));
    let has_controller = |bus: u32| {
        let identity = [("type", Value::from("pci")), ("index", Value::from(bus))];
        let is_it = |controller: &Tree| identity.iter().all(|(name, value)| controller.get(name) == Some(value));
        tree.elements("devices.controller").any(is_it)
    };
    let misplaced = numbered.filter_map(|((bus, interface), tree)| {
        let at = |name: &str| tree.find(&format!("address.{name}")).cloned();
        let is_there = ["type", "bus", "slot"].iter().all(|name| at(name) == pci_slot(bus).get(name).cloned());
        let model: Option<&str> = match tree.find("model.type") {
            Some(Value::Str(model)) => Some(model),
            _ => None,
        };
        if !interface.has_fixed_slot(board)
            || !is_there
            || has_controller(bus)
            || model.is_some_and(|model| EXPRESS.contains(&model))
        {
            return None;
        }
        let place = place_of("model.type", &interface.extra.iter().collect::<Vec<_>>())?;
        let message = format!("interface `{}` has a slot of PCI Express, in which this model is not", interface.name);
        Some(
            Problem::new(Id::ConflictingFields, place, message).label("libvirt refuses it in that slot").help(
                "use the key `model` of the interface, or give it a slot of bus `00`: `\"guest\": \"0000:00:08.0\"`",
            ),
        )
    });
    misplaced.collect()
}
