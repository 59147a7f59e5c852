//! Devices that are plugged in elsewhere.

use crate::keys::read::word;
use crate::libvirt::tree::{Tree, Value};

/// Whether two definitions differ in the places only where devices are plugged in.
pub(super) fn is_moved(one: &Tree, other: &Tree) -> bool {
    let [one, other] = [one, other].map(without_places);
    one == other
}

/// A definition without what says where devices are plugged in.
fn without_places(definition: &Tree) -> Tree {
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
