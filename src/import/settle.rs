//! Where in an entry the rest of a definition goes.

use serde_json::{Map, Value as Json};

use super::rest::{Rest, rest};
use crate::keys::read::{json, word};
use crate::lab::identity::ObjectKind;
use crate::libvirt::tree::{Tree, Value};

/// Devices that have an `extra` of their own, and the lists of the entry that they come from, in the order in which they
/// stand in the definition.
const OWN: &[(&str, &[&str])] = &[
    ("disk", &["disks", "cdroms", "floppies"]),
    ("filesystem", &["shares"]),
    ("hostdev", &["hostdevs"]),
    ("interface", &["interfaces"]),
];

/// Puts into an entry what its definition lacks.
///
/// `made` is the definition that the entry stands for, as libvirt has it, and `written` as it is written, in whose order
/// `extra` counts devices. Returns what cannot be said.
pub fn settle(
    kind: ObjectKind,
    entry: &mut Map<String, Json>,
    written: &Tree,
    made: &Tree,
    wanted: &Tree,
) -> Vec<String> {
    let (mut made, mut wanted) = (made.clone(), wanted.clone());
    let mut beyond = Vec::new();
    let mut controllers = None;
    if kind == ObjectKind::Domain {
        for tree in [&mut made, &mut wanted] {
            devices(tree, "disk", |disks| disks.sort_by_key(target));
        }
        controllers = self::controllers(&mut made, &mut wanted);
    }
    let Rest { mut extra, beyond: unsaid, .. } = rest(&made, &wanted);
    beyond.extend(unsaid);
    if let Some(of_devices) = extra.get_mut("devices").and_then(Json::as_object_mut) {
        for (name, lists) in OWN {
            let Some(Json::Object(by_position)) = of_devices.get(*name) else { continue };
            let by_position = by_position.clone();
            of_devices.shift_remove(*name);
            for (position, of_device) in by_position {
                let at = position.parse::<usize>().ok().and_then(|at| place(written, &made, name, at));
                let device = at.and_then(|at| device_of(entry, lists, at));
                match (device, of_device) {
                    (Some(device), Json::Object(of_device)) => merge_into(device, of_device),
                    _ => beyond.push(format!("devices.{name}[{position}]")),
                }
            }
        }
    }
    if let Some(controllers) = controllers {
        let of_devices = extra.entry("devices").or_insert_with(|| Json::Object(Map::new()));
        if let Json::Object(of_devices) = of_devices {
            of_devices.insert("controller".to_owned(), controllers);
        }
    }
    if extra.get("devices").and_then(Json::as_object).is_some_and(Map::is_empty) {
        extra.shift_remove("devices");
    }
    if !extra.is_empty() {
        merge_into(entry, extra);
    }
    beyond
}

/// Merges into the `extra` of an object.
fn merge_into(object: &mut Map<String, Json>, more: Map<String, Json>) {
    let extra = object.entry("extra").or_insert_with(|| Json::Object(Map::new()));
    merge(extra, Json::Object(more));
}

fn merge(into: &mut Json, more: Json) {
    match (into, more) {
        (Json::Object(into), Json::Object(more)) => {
            for (key, value) in more {
                match into.get_mut(&key) {
                    Some(known) => merge(known, value),
                    None => drop(into.insert(key, value)),
                }
            }
        }
        (Json::Array(into), Json::Array(more)) => into.extend(more),
        (into, more) => *into = more,
    }
}

/// Changes the list of devices with a name.
fn devices(tree: &mut Tree, name: &str, change: impl FnOnce(&mut Vec<Value>)) {
    if let Some(Value::Set(devices)) = tree.get_mut("devices")
        && let Some(Value::List(list)) = devices.get_mut(name)
    {
        change(list);
    }
}

fn target(disk: &Value) -> String {
    match disk {
        Value::Set(disk) => word(disk, "target.dev").unwrap_or_default(),
        _ => String::new(),
    }
}

/// The position in what is written of the device at a position in what libvirt makes of it, which sorts drives.
fn place(written: &Tree, made: &Tree, name: &str, at: usize) -> Option<usize> {
    if name != "disk" {
        return Some(at);
    }
    let target = word(made.elements("devices.disk").nth(at)?, "target.dev")?;
    written.elements("devices.disk").position(|disk| word(disk, "target.dev").as_deref() == Some(target.as_str()))
}

/// The device of an entry whose element has a position.
fn device_of<'e>(entry: &'e mut Map<String, Json>, lists: &[&str], mut at: usize) -> Option<&'e mut Map<String, Json>> {
    let name = lists.iter().find(|name| {
        let length = entry.get(**name).and_then(Json::as_array).map_or(0, Vec::len);
        let is_in = at < length;
        at -= if is_in { 0 } else { length };
        is_in
    })?;
    entry.get_mut(*name)?.get_mut(at)?.as_object_mut()
}

/// Takes the controllers out of both, and says all that there shall be where some are others: libvirt adds most by itself,
/// wherever they are not written.
fn controllers(made: &mut Tree, wanted: &mut Tree) -> Option<Json> {
    let [made, wanted] = [made, wanted].map(|tree| {
        let mut all = Vec::new();
        devices(tree, "controller", |list| all = std::mem::take(list));
        all
    });
    (made != wanted).then(|| wanted.iter().map(json).collect())
}
