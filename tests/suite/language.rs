//! The language of specs as its schema has it, and specs beside it.

use std::collections::BTreeMap;

use serde_json::Value;

/// Each key of the language by its path, with what the schema says of it; the path of what is in a list or in a map of names
/// that the user chooses ends in `*`.
pub fn keys(root: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    keys_below(root, root, "", &mut found);
    found
}

fn keys_below<'s>(root: &'s Value, schema: &'s Value, path: &str, found: &mut BTreeMap<String, &'s Value>) {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let named = properties.map(|(key, property)| (key.as_str(), property));
    let inner = [&schema["additionalProperties"], &schema["items"]].into_iter().filter(|inner| inner.is_object());
    for (step, schema) in named.chain(inner.map(|inner| ("*", inner))) {
        let (path, schema) = (join(path, step), target(root, schema));
        keys_below(root, schema, &path, found);
        found.insert(path, schema);
    }
}

/// A member of an object, or an item of a list.
pub struct Member<'v> {
    /// Its path in the language.
    pub path: &'v str,
    /// Its place in the spec.
    pub pointer: &'v str,
    /// Whether its key is a name that the user chooses.
    pub is_named: bool,
    /// What the schema says of it; null where it says nothing.
    pub schema: &'v Value,
    pub value: &'v Value,
}

/// Calls `each` with everything in a spec.
pub fn members(root: &Value, spec: &Value, each: &mut impl FnMut(&Member<'_>)) {
    members_below(root, root, spec, ("", ""), each);
}

fn members_below(
    root: &Value,
    schema: &Value,
    value: &Value,
    (path, pointer): (&str, &str),
    each: &mut impl FnMut(&Member<'_>),
) {
    let mut visit = |step: &str, key: &str, schema: &Value, value: &Value, is_named: bool| {
        let (path, schema) = (join(path, step), target(root, schema));
        let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        each(&Member { path: &path, pointer: &pointer, is_named, schema, value });
        members_below(root, schema, value, (&path, &pointer), each);
    };
    match value {
        Value::Object(object) => {
            let of_user = &schema["additionalProperties"];
            for (key, value) in object {
                match &schema["properties"][key] {
                    Value::Null if of_user.is_object() => visit("*", key, of_user, value, true),
                    known => visit(key, key, known, value, false),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit("*", &index.to_string(), &schema["items"], item, false);
            }
        }
        _ => {}
    }
}

/// What a reference in the schema leads to.
pub fn target<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    match schema["$ref"].as_str().and_then(|name| name.strip_prefix('#')) {
        Some(pointer) => root.pointer(pointer).expect("references lead somewhere"),
        None => schema,
    }
}

fn join(path: &str, step: &str) -> String {
    if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") }
}

/// The path, in domains where it is of what `defaults` and profiles have in common with them.
pub fn in_domains(path: &str) -> String {
    let of_profile =
        |path: &str| Some(path.strip_prefix("profiles.*.")?.to_owned()).filter(|key| !key.starts_with("extends"));
    let shared = path.strip_prefix("defaults.").map(str::to_owned).or_else(|| of_profile(path));
    shared.map_or_else(|| path.to_owned(), |key| format!("domains.*.{key}"))
}
