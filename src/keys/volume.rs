//! The keys of a volume of a storage pool.

use serde_json::{Map, Value as Json};

use crate::keys::read::{Keys, amount, is, number, word};
use crate::lab::size::bytes_of_amount;
use crate::libvirt::tree::{Tree, Value};

/// The unit of what is [`created`].
const BYTES: &str = "bytes";

/// What libvirt creates of the definition of a volume: with its amounts in bytes, and with what is set aside where nothing is said.
#[must_use]
pub fn created(mut definition: Tree, pool: &Tree) -> Tree {
    for path in ["capacity", "allocation"] {
        let Some(Value::Set(amount)) = definition.get_mut(path) else { continue };
        // Unlike memory, it is in bytes where nothing is said.
        let unit = word(amount, "unit").unwrap_or_else(|| BYTES.to_owned());
        if let Some(bytes) = number(amount, "count").and_then(|count| bytes_of_amount(count, &unit)) {
            *amount = Tree::new().with("count", bytes).with("unit", BYTES);
        }
    }
    let kind = word(pool, "type").unwrap_or_default();
    if let Value::Set(target) = definition.entry("target", || Tree::new().into()) {
        let format = if kind == "disk" { "none" } else { "raw" };
        target.entry("format", || Tree::new().with("type", format).into());
    }
    match kind.as_str() {
        "dir" | "fs" | "netfs" if !is(&definition, "target.format.type", "raw") => definition.remove("allocation"),
        "disk" | "rbd" => definition.remove("allocation"),
        _ => {
            if let Some(all) = definition.get("capacity").cloned() {
                definition.entry("allocation", || all);
            }
        }
    }
    definition
}

/// Reads the entry of a volume, from what is [`created`].
#[must_use]
pub fn entry(created: &Tree, pool: &Tree) -> Map<String, Json> {
    let bytes = |path: &str| number(created, &format!("{path}.count"));
    let mut keys = Keys::of(created, &[("size", "capacity")]);
    match bytes("allocation") {
        all if all == bytes("capacity") => {
            let is_chosen = !is(pool, "type", "logical") && all.is_some();
            keys.set("preallocation", is_chosen.then_some("full"));
        }
        some => keys.set("allocation", some.filter(|some| *some != 0).and_then(|some| amount(some, BYTES))),
    }
    if !is(pool, "type", "disk") {
        keys.read(created, &[("format", "target.format.type")]);
    }
    if let Some(Value::Set(backing)) = created.find("backingStore") {
        keys.object("backing", Keys::of(backing, &[("path", "path"), ("format", "format.type")]));
    }
    keys.into_map()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libvirt::vocabulary::Vocabulary;
    use crate::spec::NixVirtVersion;
    use crate::xml;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    /// What libvirt makes of silence is what the entry says.
    #[test]
    fn silence_is_read_as_libvirt_does() {
        let vocabulary = Vocabulary::whole(NixVirtVersion::default());
        let check = |pool: &'static str, inside: &str, expected: Json| {
            let text = format!("<volume><name>v</name>{inside}</volume>");
            let definition = xml::read(&text, vocabulary, vocabulary.volume()).unwrap();
            let pool = Tree::new().with("type", pool);
            assert_eq!(Json::Object(entry(&created(definition, &pool), &pool)), expected, "{inside}");
        };
        let raw = |more: Json| {
            let mut keys = json!({ "size": "1GiB", "format": "raw" });
            keys.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            keys
        };
        let size = "<capacity unit='gib'>1</capacity>";
        check("dir", size, raw(json!({ "preallocation": "full" })));
        check("dir", "<capacity>1073741824</capacity><allocation>0</allocation>", raw(json!({})));
        let some = format!("{size}<allocation unit='m'>1</allocation>");
        check("dir", &some, raw(json!({ "allocation": "1MiB" })));
        check("logical", size, raw(json!({})));
        check("logical", &some, raw(json!({ "allocation": "1MiB" })));
        check("zfs", size, raw(json!({ "preallocation": "full" })));
        check("rbd", &some, raw(json!({})));
        check("disk", size, json!({ "size": "1GiB" }));
        let qcow2 = format!("{some}<target><format type='qcow2'/></target>");
        let backing = "<backingStore><path>/base</path></backingStore>";
        check("dir", &qcow2, json!({ "size": "1GiB", "format": "qcow2" }));
        let expected = json!({ "size": "1GiB", "format": "qcow2", "backing": { "path": "/base" } });
        check("dir", &format!("{qcow2}{backing}"), expected);
    }
}
