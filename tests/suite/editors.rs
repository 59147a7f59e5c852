//! The schema as editors get it: what it marks, offers and inserts, and what editors make of it.

mod offered;
mod texts;
mod tools;

use lab2nix::spec::schema;
use serde_json::Value;

use crate::support::{Read, good_specs};

/// An object of a spec.
struct Object<'v> {
    /// What the schema calls it; nothing for the lab.
    name: &'v str,
    /// Its place in the spec.
    pointer: &'v str,
    value: &'v serde_json::Map<String, Value>,
}

/// Calls `each` with every object of a spec that has a name in the schema.
fn objects(spec: &Value, each: &mut impl FnMut(&Object<'_>)) {
    objects_below(schema::cached(), ("", schema::cached()), spec, "", each);
}

fn objects_below(
    root: &Value,
    (name, schema): (&str, &Value),
    value: &Value,
    pointer: &str,
    each: &mut impl FnMut(&Object<'_>),
) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.strip_prefix("#/$defs/").expect("it refers to a definition");
        return objects_below(root, (name, &root["$defs"][name]), value, pointer, each);
    }
    let inside = |key: &str| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(object) => {
            if schema["properties"].is_object() {
                each(&Object { name, pointer, value: object });
            }
            for (key, value) in object {
                let member = schema["properties"].get(key).unwrap_or(&schema["additionalProperties"]);
                objects_below(root, (name, member), value, &inside(key), each);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                objects_below(root, (name, &schema["items"]), item, &inside(&index.to_string()), each);
            }
        }
        _ => {}
    }
}

/// The good specs as values, the shortest first.
fn good_values() -> Vec<Value> {
    let mut values: Vec<Value> = good_specs().iter().filter_map(|spec| Read::file(spec).to_value()).collect();
    values.sort_by_key(|value| value.to_string().len());
    values
}

/// Whether an object that is called so has a key because it is a layer of domains.
fn is_layer(name: &str) -> bool {
    ["Domain", "Profile", "DomainFields"].contains(&name)
}

/// Changes a member of a value, or adds it.
fn with(value: &Value, object: &str, key: &str, member: Value) -> Value {
    let mut value = value.clone();
    let object = value.pointer_mut(object).and_then(Value::as_object_mut).expect("an object is there");
    object.insert(key.to_owned(), member);
    value
}
