//! Warnings that somebody has looked at, as written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::{Value, json};

use crate::problem::{Id, Severity};

/// A warning that is fine here, which is not reported. Errors cannot be allowed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Allow {
    /// The warning, by its name, which stands in brackets in a report.
    #[schemars(required, example = &"unmanaged-bridge")]
    pub warning: Option<Warning>,
    /// Where it is allowed: a path of keys from the top of the spec, such as `domains.web` or `domains.web.disks.0`, with all that
    /// is in it. An item of a list is named by its number from 0, or by its `name`. Default: everywhere.
    #[schemars(example = &"domains.web")]
    pub at: Option<String>,
    /// Why it is fine, for those who read the spec later.
    #[schemars(required, example = &"the configuration of the host makes br0")]
    pub reason: Option<String>,
}

/// A kind of problem that is a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning(pub Id);

/// Every warning.
fn warnings() -> impl Iterator<Item = Id> {
    Id::ALL.iter().copied().filter(|id| id.severity() == Severity::Warning)
}

impl<'de> Deserialize<'de> for Warning {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        let found = warnings().find(|id| id.name() == name);
        found.map(Self).ok_or_else(|| D::Error::custom(format!("there is no warning `{name}`")))
    }
}

impl JsonSchema for Warning {
    fn schema_name() -> Cow<'static, str> {
        "Warning".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let summary = |id: Id| id.explanation().lines().next().unwrap_or_default().to_owned();
        let words: Vec<Value> =
            warnings().map(|id| json!({ "const": id.name(), "description": summary(id) })).collect();
        schemars::json_schema!({
            "description": "A warning; `lab2nix explain` tells more of each.",
            "oneOf": words
        })
    }
}
