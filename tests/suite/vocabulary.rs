//! `schema/nixvirt/<version>.json` is what that version of NixVirt reads of a definition: `tests/nix/vocabulary.nix` finds
//! it in NixVirt's own code. Only the two lines on which NixVirt that is are written by hand.
//!
//! With `NIXVIRT_SRC` set to a checkout of NixVirt 0.6.0, and `NIXVIRT_UNRELEASED_SRC` to one of its master, the tables are
//! compared with them, and [`MEND`] writes them anew.

use std::fs;

use lab2nix::spec::{NixVirtVersion, schema};
use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::support::evaluation::{nixvirt, table, vocabulary};
use crate::support::{Differences, UPDATE_NIXVIRT};

const MEND: &str = "UPDATE_NIXVIRT=1 NIXVIRT_SRC=<NixVirt 0.6.0> NIXVIRT_UNRELEASED_SRC=<its master> \
                    cargo test --test suite vocabulary::";

/// The keys of all objects of a table, in their order.
const KEYS: &[&str] = &[
    "nixvirt",
    "source",
    "domain",
    "network",
    "pool",
    "volume",
    "name",
    "type",
    "constant",
    "key",
    "tag",
    "attributes",
    "text",
    "raw",
    "recursive",
    "children",
];

#[test]
fn the_tables_are_what_nixvirt_reads() {
    let mut differences = Differences::updated_by(UPDATE_NIXVIRT);
    for word in schema::schema()["$defs"]["NixVirtVersion"]["oneOf"].as_array().expect("versions are words") {
        let version: NixVirtVersion = serde_json::from_value(word["const"].clone()).expect("it is a version");
        let Some(mut found) = nixvirt(version).and_then(|checkout| vocabulary(&checkout)) else { continue };
        let path = table(version);
        let kept: Value =
            serde_json::from_str(&fs::read_to_string(&path).expect("a version has a table")).expect("JSON");
        for key in ["nixvirt", "source"] {
            found[key] = kept[key].clone();
        }
        differences.compare(&path, &text(found));
    }
    differences.settle(MEND);
}

/// A table as it is kept: each key in its order, and one blank for each step.
fn text(mut table: Value) -> String {
    sort(&mut table);
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b" "));
    table.serialize(&mut serializer).expect("a value is JSON");
    String::from_utf8(text).expect("JSON is text")
}

fn sort(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let place =
                |key: &str| KEYS.iter().position(|known| *known == key).unwrap_or_else(|| panic!("no key {key}"));
            let mut sorted: Vec<(String, Value)> = std::mem::take(object).into_iter().collect();
            sorted.sort_by_key(|(key, _)| place(key));
            *object = sorted.into_iter().collect();
            object.values_mut().for_each(sort);
        }
        Value::Array(items) => items.iter_mut().for_each(sort),
        _ => {}
    }
}
