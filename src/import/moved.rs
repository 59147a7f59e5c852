//! Devices that are plugged in elsewhere.

use crate::keys::read::word;
use crate::libvirt::tree::{Tree, Value};

/// Whether two definitions differ in the places only where devices are plugged in.
pub(super) fn is_moved(one: &Tree, other: &Tree) -> bool {
    let [one, other] = [one, other].map(without_places);
    one == other
}

/// A definition without what says where devices are plugged in.
pub(super) fn without_places(definition: &Tree) -> Tree {
    let mut definition = definition.clone();
    if let Some(Value::Set(devices)) = definition.get_mut("devices") {
        devices.remove("controller");
        devices.retain(|_, value| {
            match value {
                Value::Set(device) => device.remove("address"),
                Value::List(devices) => devices.iter_mut().for_each(|device| {
                    if let Value::Set(device) = device {
                        device.remove("address");
                    }
                }),
                _ => {}
            }
            true
        });
    }
    definition
}

/// The interfaces that are elsewhere, by their MAC addresses.
pub(super) fn moved_interfaces(made: &Tree, wanted: &Tree) -> Vec<String> {
    let places = |tree: &Tree| -> Vec<(Option<String>, Option<Value>)> {
        let interfaces = tree.elements("devices.interface");
        interfaces.map(|interface| (word(interface, "mac.address"), interface.get("address").cloned())).collect()
    };
    let now = places(wanted);
    places(made).into_iter().filter(|place| !now.contains(place)).filter_map(|(mac, _)| mac).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn adapters_that_are_elsewhere_are_named() {
        let adapter = |mac: &'static str, slot: i64| -> Value {
            let address = Tree::new().with("type", "pci").with("slot", slot);
            Tree::new().with("mac", Tree::new().with("address", mac)).with("address", address).into()
        };
        let domain =
            |adapters: Vec<Value>| Tree::new().with("devices", Tree::new().with("interface", Value::List(adapters)));
        let [one, other] = [4, 5].map(|slot| domain(vec![adapter("one", 3), adapter("two", slot)]));
        assert!(is_moved(&one, &other));
        assert_eq!(moved_interfaces(&one, &other), ["two"]);
        assert!(!is_moved(&one, &domain(vec![adapter("one", 3)])));
    }
}
