//! Definitions as XML: laws of how they are written, what Nix makes of them, and what libvirt's own tools say of all of
//! them. What NixVirt itself writes of them is in `tests/nixvirt`, and `tests/cases.rs` compares it.

mod laws;
mod tools;

use serde_json::Value;

use crate::support::evaluation::World;
use crate::support::labs::{Generated, Labs};

/// Where Nix has the text ready, it is the same that is printed without Nix.
#[test]
fn nix_evaluates_to_what_is_printed() {
    let world = World { stable: true, ..World::default() };
    let labs = Labs::all();
    let all: Vec<&Generated> = labs.labs.iter().collect();
    let Some(values) = world.lists(&all) else { return };
    let mut count = 0;
    for (lab, value) in all.iter().zip(&values) {
        let structured = lab.read.structured();
        let documents = lab.read.documents().unwrap_or_default();
        let fallbacks = documents.iter().filter(|document| !structured.iter().any(|name| name == document.name()));
        let mut texts = Vec::new();
        collect_xml(value, &mut texts);
        for document in fallbacks {
            let found = texts.iter().position(|text| text == document.text());
            let found = found.unwrap_or_else(|| panic!("{}: {}\n{}", lab.name, document.name(), document.text()));
            texts.swap_remove(found);
            count += 1;
        }
        pretty_assertions::assert_eq!(texts, Vec::<String>::new(), "{}", lab.name);
    }
    assert!(count > 20, "only {count} definitions are written as XML");
}

/// Every definition in a value that is XML; the stand-in for NixVirt writes the others as JSON.
fn collect_xml(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_xml(item, found)),
        Value::Object(object) => {
            let definition = object.get("definition").and_then(Value::as_str);
            found.extend(definition.filter(|text| text.starts_with('<')).map(str::to_owned));
            object.values().filter(|value| value.is_array()).for_each(|value| collect_xml(value, found));
        }
        _ => {}
    }
}
