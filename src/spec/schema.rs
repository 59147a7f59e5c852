//! The JSON Schema of the spec, as `lab2nix schema` prints it and `schema/lab.schema.json` holds it.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::Spec;

/// The schema as a JSON value.
#[must_use]
pub fn schema() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.transforms.push(Box::new(NoNull));
    let mut generator = settings.into_generator();
    let mut schema = Spec::json_schema(&mut generator);
    let definitions = generator.take_definitions(true);
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), "lab2nix lab".into());
    schema.insert("$defs".into(), Value::Object(definitions));
    NoNull.transform(&mut schema);
    let mut value = schema.to_value();
    if let Some(object) = value.as_object_mut() {
        object.sort_keys_for_reading();
    }
    value
}

/// The schema, made once.
#[must_use]
pub fn cached() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(schema);
    &SCHEMA
}

/// The schema as the text of `schema/lab.schema.json`.
///
/// # Panics
///
/// Never: a JSON value always prints.
#[must_use]
pub fn schema_text() -> String {
    let mut text = serde_json::to_string_pretty(&schema()).expect("a JSON value always prints");
    text.push('\n');
    text
}

trait ForReading {
    fn sort_keys_for_reading(&mut self);
}

impl ForReading for serde_json::Map<String, Value> {
    /// What the schema is first, its definitions last.
    fn sort_keys_for_reading(&mut self) {
        for key in
            ["$schema", "title", "description", "type", "properties", "required", "additionalProperties", "$defs"]
        {
            if let Some(value) = self.shift_remove(key) {
                self.insert(key.to_owned(), value);
            }
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
