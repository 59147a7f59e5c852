//! An entry that has fields of its own beside those that every layer of a domain has.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::DomainFields;
use super::names::names;

/// The fields of one kind of entry (`Own`) and, in the same JSON object, the [`DomainFields`].
///
/// This is what serde's `flatten` would do, with unknown keys still refused and with one closed object in the schema.
#[derive(Debug, Clone, Default)]
pub struct Layer<Own> {
    /// What only this kind of entry has.
    pub own: Own,
    /// What every layer has.
    pub fields: DomainFields,
    /// What the definition says that the entry is laid over.
    pub of_base: Option<Box<DomainFields>>,
}

/// The own fields of a kind of entry.
pub trait OwnFields: DeserializeOwned + JsonSchema {
    /// The entry's name in the schema.
    const NAME: &'static str;
}

impl<'de, Own: OwnFields> Deserialize<'de> for Layer<Own> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::<String, Value>::deserialize(deserializer)?;
        let mut own = Map::new();
        for key in names::<Own>() {
            own.extend(fields.shift_remove_entry(*key));
        }
        Ok(Self {
            own: serde_json::from_value(Value::Object(own)).map_err(D::Error::custom)?,
            fields: serde_json::from_value(Value::Object(fields)).map_err(D::Error::custom)?,
            of_base: None,
        })
    }
}

impl<Own: OwnFields> JsonSchema for Layer<Own> {
    fn schema_name() -> Cow<'static, str> {
        Own::NAME.into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Own::json_schema(generator);
        let fields = DomainFields::json_schema(generator);
        if let (Some(Value::Object(own)), Some(Value::Object(fields))) =
            (schema.get_mut("properties"), fields.get("properties"))
        {
            own.extend(fields.clone());
        }
        schema
    }
}
