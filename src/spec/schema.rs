//! The JSON Schema of the spec: that which specs are validated with, and with what editors read besides ([`editors`]), as
//! `lab2nix schema` prints it and `schema/lab.schema.json` holds it.

pub mod editors;
pub mod shapes;

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Spec;

/// The schema as a JSON value.
#[must_use]
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().with_transform(NoNull).into_generator();
    let mut schema = generator.into_root_schema_for::<Spec>();
    schema.insert("title".into(), "lab2nix lab".into());
    let mut value = schema.to_value();
    if let Some(keywords) = value.as_object_mut() {
        sort_for_reading(keywords);
    }
    value
}

/// The schema, made once.
#[must_use]
pub fn cached() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(schema);
    &SCHEMA
}

/// A description, or a paragraph of one, as one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The schema as the text of `schema/lab.schema.json`.
#[must_use]
pub fn schema_text() -> String {
    json_of(editors::schema())
}

/// The schema of what a command says to programs, as text.
#[must_use]
pub fn text_of<T: JsonSchema>() -> String {
    json_of(&SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>())
}

/// A value as JSON that people can read too, with a line end.
///
/// What commands print for programs, and schemas, are made here.
///
/// # Panics
///
/// When a map has keys that are no texts, which no view has.
#[must_use]
pub fn json_of(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("texts and numbers always print");
    text.push('\n');
    text
}

/// Puts what the schema is first, its definitions last.
fn sort_for_reading(keywords: &mut Map<String, Value>) {
    for keyword in [
        "$comment",
        "$schema",
        "$id",
        "title",
        "description",
        "markdownDescription",
        "allowComments",
        "allowTrailingCommas",
        "type",
        "properties",
        "required",
        "additionalProperties",
        "$defs",
    ] {
        if let Some((keyword, value)) = keywords.shift_remove_entry(keyword) {
            keywords.insert(keyword, value);
        }
    }
}

/// Takes `null` away from optional fields: in a spec one leaves a key out.
#[derive(Clone)]
struct NoNull;

impl Transform for NoNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                schema.insert("type".into(), only);
            }
        }
        if let Some(Value::Array(branches)) = schema.get("anyOf") {
            let branches: Vec<&Value> = branches.iter().filter(|branch| branch["type"] != "null").collect();
            if let [Value::Object(only)] = branches.as_slice() {
                let only = only.clone();
                schema.remove("anyOf");
                for (key, value) in only {
                    if schema.get(&key).is_none() {
                        schema.insert(key, value);
                    }
                }
            }
        }
        schema.remove("default");
        transform_subschemas(self, schema);
    }
}
