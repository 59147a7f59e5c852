//! Reading single facts of a definition.

use serde_json::{Map, Value as Json};

use crate::lab::size::{Size, bytes_of_amount};
use crate::libvirt::tree::{Tree, Value};

/// The keys of an object of the spec, in the order in which they are written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Keys(Map<String, Json>);

impl Keys {
    /// Reads each key of a table where the fact is at its path.
    pub(super) fn of(tree: &Tree, table: &[(&str, &str)]) -> Self {
        let mut keys = Self::default();
        keys.read(tree, table);
        keys
    }

    pub(super) fn read(&mut self, tree: &Tree, table: &[(&str, &str)]) {
        for (key, path) in table {
            self.set(key, tree.find(path).and_then(fact));
        }
    }

    /// Writes a key, if there is anything to write.
    pub(super) fn set(&mut self, key: &str, value: Option<impl Into<Json>>) {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value.into());
        }
    }

    /// Writes an object with at least one key.
    pub(super) fn object(&mut self, key: &str, keys: Self) {
        if !keys.0.is_empty() {
            self.0.insert(key.to_owned(), keys.into());
        }
    }

    /// Writes a list with at least one item.
    pub(super) fn list(&mut self, key: &str, items: impl IntoIterator<Item = impl Into<Json>>) {
        let items: Vec<Json> = items.into_iter().map(Into::into).collect();
        if !items.is_empty() {
            self.0.insert(key.to_owned(), Json::Array(items));
        }
    }

    /// Writes the keys of others.
    pub(super) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    pub(super) fn get(&self, key: &str) -> Option<&Json> {
        self.0.get(key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_map(self) -> Map<String, Json> {
        self.0
    }
}

impl From<Keys> for Json {
    fn from(keys: Keys) -> Self {
        Self::Object(keys.0)
    }
}

/// What a fact is in a spec: a number, a word, or a size where it is an amount of something.
pub(crate) fn fact(value: &Value) -> Option<Json> {
    match value {
        Value::Bool(on) => Some((*on).into()),
        Value::Int(number) => Some((*number).into()),
        Value::Str(text) => Some(text.as_ref().into()),
        Value::File(file) => Some(file.location().stable_path.as_ref().into()),
        Value::Set(set) => size(set).map(Into::into),
        Value::List(_) => None,
    }
}

/// A word, or a number as one.
pub(crate) fn word(tree: &Tree, path: &str) -> Option<String> {
    match fact(tree.find(path)?)? {
        Json::String(word) => Some(word),
        other => Some(other.to_string()),
    }
}

pub(super) fn is(tree: &Tree, path: &str, expected: &str) -> bool {
    word(tree, path).is_some_and(|word| word == expected)
}

/// A number, also one that is written in hexadecimal digits.
pub(crate) fn number(tree: &Tree, path: &str) -> Option<i64> {
    match tree.find(path)? {
        Value::Int(number) => Some(*number),
        Value::Str(text) => i64::from_str_radix(text.strip_prefix("0x")?, 16).ok(),
        _ => None,
    }
}

/// An amount of bytes: its `count` and its `unit`, which for memory is KiB where it is not said.
fn size(set: &Tree) -> Option<String> {
    let unit = word(set, "unit").unwrap_or_else(|| "KiB".to_owned());
    amount(number(set, "count")?, &unit)
}

/// An amount of bytes as a spec writes it.
pub(super) fn amount(count: i64, unit: &str) -> Option<String> {
    Some(Size::parse(&format!("{}B", bytes_of_amount(count, unit)?))?.to_string())
}

/// The address of a PCI device, as `lspci -D` prints it.
pub(super) fn pci_address(tree: &Tree, path: &str) -> Option<String> {
    let Value::Set(address) = tree.find(path)? else { return None };
    let part = |name: &str| number(address, name);
    let (bus, slot, function) = (part("bus")?, part("slot")?, part("function").unwrap_or(0));
    Some(format!("{:04x}:{bus:02x}:{slot:02x}.{function:x}", part("domain").unwrap_or(0)))
}

/// The texts of elements that are numbered without a gap, in the order of their numbers.
pub(super) fn numbered(tree: &Tree, path: &str, number_at: &str, text_at: &str, first: i64) -> Option<Vec<String>> {
    let mut all: Vec<(i64, String)> = tree
        .elements(path)
        .map(|element| Some((number(element, number_at)?, word(element, text_at)?)))
        .collect::<Option<_>>()?;
    all.sort();
    let is_without_gap = all.iter().zip(first..).all(|((number, _), expected)| *number == expected);
    (is_without_gap && !all.is_empty()).then(|| all.into_iter().map(|(_, text)| text).collect())
}

/// The items of a list of texts.
pub(super) fn texts(tree: &Tree, path: &str) -> Vec<String> {
    match tree.find(path) {
        Some(Value::List(items)) => items.iter().filter_map(|item| fact(item)?.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// A part of a definition in JSON, as `extra` takes it.
#[must_use]
pub fn json(value: &Value) -> Json {
    match value {
        Value::Bool(on) => (*on).into(),
        Value::Int(number) => (*number).into(),
        Value::Str(text) => text.as_ref().into(),
        Value::File(file) => file.location().stable_path.as_ref().into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Set(set) => Json::Object(set.iter().map(|(name, value)| (name.to_owned(), json(value))).collect()),
    }
}

/// Takes what is at a place out of an entry.
pub(crate) fn take(entry: &mut Map<String, Json>, place: &[String]) -> Option<Json> {
    let (last, above) = place.split_last()?;
    let Some((first, rest)) = above.split_first() else { return entry.shift_remove(last) };
    let parent = rest.iter().try_fold(entry.get_mut(first)?, |value, step| match value {
        Json::Object(keys) => keys.get_mut(step),
        Json::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })?;
    match parent {
        Json::Object(keys) => keys.shift_remove(last),
        Json::Array(items) => {
            let index = last.parse::<usize>().ok().filter(|index| *index < items.len())?;
            Some(items.remove(index))
        }
        _ => None,
    }
}
