//! What networks and interfaces have alike: VLANs and bandwidth.

use crate::keys::read::{Keys, amount, is, number};
use crate::libvirt::tree::{Tree, Value};

/// The VLANs in an element.
pub(super) fn vlan(tree: &Tree) -> Keys {
    let mut keys = Keys::default();
    keys.list("tags", tree.elements("vlan.tag").filter_map(|tag| number(tag, "id")));
    let native = tree.elements("vlan.tag").find(|tag| is(tag, "nativeMode", "untagged"));
    keys.set("native", native.and_then(|tag| number(tag, "id")));
    keys
}

/// The bandwidth of an element.
pub(super) fn bandwidth(tree: &Tree) -> Keys {
    let mut keys = Keys::default();
    for direction in ["inbound", "outbound"] {
        let Some(Value::Set(rate)) = tree.find(&format!("bandwidth.{direction}")) else { continue };
        let mut of_direction = Keys::default();
        for key in ["average", "peak", "burst", "floor"] {
            of_direction.set(key, number(rate, key).and_then(|count| amount(count, "KiB")));
        }
        keys.object(direction, of_direction);
    }
    keys
}
