//! One place in a JSON Schema, with `$ref`s followed: what may stand there.

use serde_json::{Map, Value};

use super::words::choice_words;

/// The limits of an integer's format, such as `uint16`, beside which schemars writes none.
fn format_limits(format: &str) -> Option<(i128, i128)> {
    let power = |bits: &str| 2_i128.checked_pow(bits.parse().ok()?);
    match format.strip_prefix("uint") {
        Some(bits) => Some((0, power(bits)? - 1)),
        None => power(format.strip_prefix("int")?).map(|values| (-values / 2, values / 2 - 1)),
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Schema<'s> {
    root: &'s Value,
    /// As written at the place, which may have examples beside its `$ref`.
    written: &'s Value,
    /// What the `$ref` leads to, or the same.
    target: &'s Value,
}

impl<'s> Schema<'s> {
    pub(super) fn root(root: &'s Value) -> Self {
        Self { root, written: root, target: root }.at(root)
    }

    pub(super) fn at(self, written: &'s Value) -> Self {
        let mut target = written;
        // Definitions refer to each other a few times at most; the limit only keeps a circle from running forever.
        for _ in 0..16 {
            let reference = target["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
            match reference.and_then(|pointer| self.root.pointer(pointer)) {
                Some(next) => target = next,
                None => break,
            }
        }
        Self { root: self.root, written, target }
    }

    /// What tells this schema from others for as long as it is borrowed.
    pub(super) fn address(self) -> usize {
        std::ptr::from_ref(self.target).addr()
    }

    /// The schema of a member or an item, of an alternative that has such.
    pub(super) fn step(self, step: &str) -> Option<Self> {
        if self.is_type("array") {
            return Some(self.item(step.parse().ok()?));
        }
        if self.is_type("object") {
            return self.member(step);
        }
        self.alternatives()?.into_iter().find_map(|alternative| alternative.step(step))
    }

    fn list(self, keyword: &str) -> &'s [Value] {
        self.target[keyword].as_array().map_or(&[], Vec::as_slice)
    }

    pub(super) fn takes_anything(self) -> bool {
        match self.target {
            Value::Bool(any) => *any,
            Value::Object(keywords) => keywords.is_empty(),
            _ => true,
        }
    }

    /// The types it takes, none when any.
    pub(super) fn types(self) -> Vec<&'s str> {
        match &self.target["type"] {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn is_type(self, name: &str) -> bool {
        match &self.target["type"] {
            Value::String(only) => only == name,
            Value::Array(names) => names.iter().any(|one| one == name),
            _ => false,
        }
    }

    /// Whether it takes every string and nothing else, which most places do.
    pub(super) fn is_plain_string(self) -> bool {
        let constrained = |keywords: &Map<String, Value>| {
            keywords.keys().any(|keyword| matches!(keyword.as_str(), "const" | "enum" | "oneOf" | "anyOf"))
        };
        self.target["type"] == "string" && !self.target.as_object().is_some_and(constrained)
    }

    /// The values to choose from, when there is a fixed list of them.
    pub(super) fn choices(self) -> Option<Vec<&'s Value>> {
        if let Some(only) = self.target.get("const") {
            return Some(vec![only]);
        }
        if let Some(Value::Array(choices)) = self.target.get("enum") {
            return Some(choices.iter().collect());
        }
        if self.target["type"] == "null" {
            return Some(vec![&Value::Null]);
        }
        let alternatives = self.alternatives()?;
        let choices: Option<Vec<_>> = alternatives.into_iter().map(Schema::choices).collect();
        Some(choices?.concat())
    }

    /// The schemas of which one must fit.
    pub(super) fn alternatives(self) -> Option<Vec<Schema<'s>>> {
        let alternatives = self.list("oneOf").iter().chain(self.list("anyOf"));
        let alternatives: Vec<_> = alternatives.map(|written| self.at(written)).collect();
        (!alternatives.is_empty()).then_some(alternatives)
    }

    /// The least and the greatest whole number.
    pub(super) fn limits(self) -> (Option<i128>, Option<i128>) {
        let format = self.target["format"].as_str().and_then(format_limits);
        let number = |keyword: &str| self.target[keyword].as_number().and_then(serde_json::Number::as_i128);
        let least = number("minimum").max(format.map(|(least, _)| least));
        let most = [number("maximum"), format.map(|(_, most)| most)].into_iter().flatten().min();
        (least, most)
    }

    /// Whether it is the schema's author who set the greatest number, not just the integer's format.
    pub(super) fn has_maximum(self) -> bool {
        self.target.get("maximum").is_some()
    }

    /// The least and the greatest number of items.
    pub(super) fn item_limits(self) -> (Option<usize>, Option<usize>) {
        let number = |keyword: &str| self.target[keyword].as_u64().and_then(|number| usize::try_from(number).ok());
        (number("minItems"), number("maxItems"))
    }

    /// The schema of an item.
    pub(super) fn item(self, index: usize) -> Schema<'s> {
        let item = self.list("prefixItems").get(index).or_else(|| self.target.get("items"));
        self.at(item.unwrap_or(&Value::Bool(true)))
    }

    fn properties(self) -> Option<&'s Map<String, Value>> {
        self.target["properties"].as_object()
    }

    /// The schema of a key's value, or `None` if there is no such key.
    pub(super) fn member(self, key: &str) -> Option<Schema<'s>> {
        if let Some(property) = self.properties().and_then(|properties| properties.get(key)) {
            return Some(self.at(property));
        }
        let names = self.target.get("propertyNames").and_then(|names| self.at(names).choices());
        if names.is_some_and(|names| !names.contains(&&Value::String(key.to_owned()))) {
            return None;
        }
        let pattern = self.target["patternProperties"].as_object().and_then(|patterns| patterns.values().next());
        match pattern.or_else(|| self.target.get("additionalProperties")) {
            Some(Value::Bool(false)) => None,
            Some(schema) => Some(self.at(schema)),
            None => Some(self.at(&Value::Bool(true))),
        }
    }

    /// Whether it has the key by name.
    pub(super) fn lists(self, key: &str) -> bool {
        self.properties().is_some_and(|properties| properties.contains_key(key))
    }

    /// The schema of each value, if it is an object whose keys are names.
    pub(super) fn named(self) -> Option<Schema<'s>> {
        let patterns = self.target["patternProperties"].as_object().and_then(|patterns| patterns.values().next());
        let value = patterns.or_else(|| self.target.get("additionalProperties")).filter(|value| value.is_object());
        value.filter(|_| self.is_type("object") && self.properties().is_none()).map(|value| self.at(value))
    }

    /// The keys to suggest for an unknown one.
    pub(super) fn keys(self) -> Vec<&'s str> {
        let names = self.target.get("propertyNames").and_then(|names| self.at(names).choices());
        let properties = self.properties().into_iter().flat_map(Map::keys).map(String::as_str);
        properties
            .filter(|key| !key.starts_with('$'))
            .chain(names.into_iter().flatten().filter_map(Value::as_str))
            .collect()
    }

    pub(super) fn required(self) -> impl Iterator<Item = &'s str> {
        self.list("required").iter().filter_map(Value::as_str)
    }

    /// An example of what to write.
    pub(super) fn example(self) -> Option<&'s Value> {
        [self.written, self.target].into_iter().find_map(|schema| schema["examples"].as_array()?.first())
    }

    /// What stands in for a wrong value: an example, the first choice, or an empty value of the type.
    pub(super) fn stand_in(self) -> Value {
        let choice = || self.choices().and_then(|choices| choices.first().copied());
        if self.is_type("object") {
            return Value::Object(Map::new());
        }
        if let Some(value) = self.example().or_else(choice) {
            return value.clone();
        }
        match self.types().first() {
            Some(&"string") => Value::String(String::new()),
            Some(&"boolean") => Value::Bool(false),
            Some(&"integer" | &"number") => self.target.get("minimum").cloned().unwrap_or_else(|| 0.into()),
            Some(&"array") => {
                let least = self.item_limits().0.unwrap_or(0);
                Value::Array((0..least).map(|index| self.item(index).stand_in()).collect())
            }
            _ => self
                .alternatives()
                .and_then(|alternatives| alternatives.first().map(|first| first.stand_in()))
                .unwrap_or(Value::Null),
        }
    }

    /// What may stand here, in words, such as "a whole number".
    pub(super) fn words(self) -> String {
        if let Some(choices) = self.choices() {
            return if choices.iter().all(|choice| choice.is_string()) {
                "a string".to_owned()
            } else {
                choice_words(&choices)
            };
        }
        let words = |name: &&str| match *name {
            "object" => "an object",
            "array" => match self.item_limits() {
                (Some(1), None) => "a list of at least one",
                (Some(2), Some(2)) => "a list of two",
                _ => "a list",
            },
            "string" => "a string",
            "boolean" => "`true` or `false`",
            "integer" => "a whole number",
            "number" => "a number",
            _ => "`null`",
        };
        let types = match self.alternatives() {
            Some(alternatives) => alternatives.into_iter().flat_map(Schema::types).collect(),
            None => self.types(),
        };
        types.iter().map(words).collect::<Vec<_>>().join(" or ")
    }
}
