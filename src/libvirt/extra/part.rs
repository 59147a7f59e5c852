//! The parts of an object that have an `extra` of their own: single devices of a domain, volumes of a pool.

use serde_json::Value as Json;

use super::{Merger, place_of};
use crate::lab::ExtraAt;
use crate::lab::identity::ObjectKind;
use crate::libvirt::DeviceExtras;
use crate::libvirt::tree::{Tree, Value};
use crate::libvirt::vocabulary::{Element, Values, Vocabulary};
use crate::place::Place;
use crate::problem::{Id, Problem};
use crate::spec::NixVirtVersion;

/// Merges the `extra` of one device into that device.
pub(in crate::libvirt) fn merge_device(
    definition: &mut Tree,
    device: &DeviceExtras<'_>,
    version: NixVirtVersion,
    problems: &mut Vec<Problem>,
) {
    let vocabulary = Vocabulary::whole(version);
    let inner = |element: Element, name: &str| vocabulary.attribute(element, name)?.value_type.element();
    let element = inner(vocabulary.object(ObjectKind::Domain), DEVICES).and_then(|devices| inner(devices, device.name));
    let Some(Value::Set(devices)) = definition.get_mut(DEVICES) else { return };
    let Some(Value::List(list)) = devices.get_mut(device.name) else { return };
    let (Some(element), Some(Value::Set(tree))) = (element, list.get_mut(device.index)) else { return };
    for extra in device.extras {
        refuse_reserved(device.name, extra, problems);
        let path = vec![DEVICES.to_owned(), device.name.to_owned()];
        let (root, values) = (vocabulary.object(ObjectKind::Domain), Values::object(ObjectKind::Domain));
        let mut merger = Merger { vocabulary, values, root, path, is_layer: false, problems: &mut *problems };
        merger.set(tree, &extra.value, element, &extra.at);
    }
}

/// The element that devices are in.
pub(super) const DEVICES: &str = "devices";

/// What only the language says of a device, pool or volume, by its element: identities, and what other checks rely on.
const RESERVED: &[(&str, &[&str])] = &[
    (
        "disk",
        &[
            "type",
            "device",
            "source.file",
            "source.dev",
            "source.pool",
            "source.volume",
            "source.protocol",
            "source.name",
            "target.dev",
            "target.bus",
        ],
    ),
    ("filesystem", &["type", "driver.type", "source.dir", "target.dir"]),
    ("hostdev", &["mode", "type", "source.address", "source.vendor", "source.product"]),
    (
        "interface",
        &[
            "type",
            "mac.address",
            "source.network",
            "source.bridge",
            "source.dev",
            "source.address",
            "source.port",
            "source.local",
            "address",
        ],
    ),
    // libvirt takes them from the directory, which the module makes as the language says.
    ("pool", &["target.permissions.mode", "target.permissions.owner", "target.permissions.group"]),
    ("volume", &["name", "capacity", "allocation", "target.format", "backingStore"]),
];

/// Finds the place of an attribute in the `extra` of one device, by its path in the definition.
pub(in crate::libvirt) fn place_in_device(path: &str, device: &DeviceExtras<'_>) -> Option<Place> {
    let inside = path.strip_prefix(DEVICES)?.strip_prefix('.')?.strip_prefix(device.name)?.strip_prefix('.')?;
    place_of(inside, &device.extras.iter().collect::<Vec<_>>())
}

/// Merges `extra` into the definition of a volume, as far as libvirt knows its attributes.
pub(in crate::libvirt) fn merge_volume(
    definition: &mut Tree,
    extra: &ExtraAt,
    version: NixVirtVersion,
    problems: &mut Vec<Problem>,
) {
    let vocabulary = Vocabulary::whole(version);
    refuse_reserved("volume", extra, problems);
    let (root, values) = (vocabulary.volume(), Values::volume());
    let mut merger = Merger { vocabulary, values, root, path: Vec::new(), is_layer: false, problems };
    merger.set(definition, &extra.value, root, &extra.at);
}

/// Refuses what only the language says of a device, pool or volume.
pub(super) fn refuse_reserved(name: &str, extra: &ExtraAt, problems: &mut Vec<Problem>) {
    let what = if matches!(name, "pool" | "volume") { name } else { "device" };
    let reserved = RESERVED.iter().find(|(device, _)| *device == name).map_or(&[][..], |(_, paths)| paths);
    for path in reserved {
        let mut at = extra.at.clone();
        let mut written = name.to_owned();
        let mut json = Some(&extra.value);
        for step in path.split('.') {
            let found = json.and_then(|json| json.get(step));
            if found.is_some() {
                (at, written) = (at.key(step), format!("{written}.{step}"));
            }
            match found {
                // Taking away what it is in takes it away.
                None => break,
                Some(Json::Object(inner)) if !path.ends_with(step) => json = Some(inner),
                Some(_) => {
                    let message = format!("`{written}` cannot come from `extra`");
                    problems.push(
                        Problem::new(Id::ConflictingFields, Place::key(at), message)
                            .label(format!("what the {what} is"))
                            .help(match *path {
                                "address" => format!("use the key `guest` of the {what}"),
                                _ => format!("use the keys of the {what}"),
                            }),
                    );
                    break;
                }
            }
        }
    }
}
