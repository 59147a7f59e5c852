//! The table of what may be in an answer file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Pass;
use crate::spec::guest::Os;

/// All of it.
#[derive(Debug, Deserialize)]
pub(super) struct Table {
    pub attributes: Attributes,
    components: Vec<ComponentRow>,
}

/// What every component says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attributes {
    pub public_key_token: String,
    pub language: String,
    pub version_scope: String,
}

/// A component in a pass.
#[derive(Debug, Deserialize)]
pub(super) struct ComponentRow {
    pass: Pass,
    name: String,
    /// The systems that have it; all where none is named.
    systems: Option<Vec<Os>>,
    /// What stands in it, in the order to write it in.
    pub children: Vec<String>,
    /// All that can be in it, by path.
    elements: BTreeMap<String, Row>,
}

/// An element.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub kind: Kind,
    /// Of a group: what stands in it, in the order to write it in.
    #[serde(default)]
    pub children: Vec<String>,
    /// Those of them that have to be there.
    #[serde(default)]
    pub required: Vec<String>,
    /// Those of them of which there may be one.
    #[serde(default)]
    pub exclusive: Vec<String>,
    /// Of a list: its items.
    pub item: Option<String>,
    /// What stands in it after them.
    #[serde(default)]
    pub also: Vec<String>,
    /// What its key is.
    pub key_value: Option<Key>,
    /// Of an item: that it says so.
    pub action: Option<String>,
    /// Whether each item of its list has another.
    #[serde(default)]
    pub unique: bool,
    /// Whether those of the items of its list are 1, 2, 3 and so on.
    #[serde(default)]
    pub consecutive: bool,
    /// The most characters.
    pub length: Option<usize>,
    /// Whether it may be empty.
    #[serde(default)]
    pub empty: bool,
    pub min: Option<u32>,
    pub max: Option<u32>,
    #[serde(default)]
    pub values: Vec<String>,
    /// A regular expression of the whole text.
    pub pattern: Option<String>,
}

/// What stands in an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Other elements, each once.
    Group,
    /// The same one again and again.
    List,
    Text,
    Integer,
    Boolean,
    Choice,
}

/// What tells the items of a list apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Key {
    /// 1, 2, 3 and so on.
    Number,
    Word,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schema/windows/components.json"))
        .expect("the tables of this crate are tested")
});

impl Table {
    pub fn get() -> &'static Self {
        &TABLE
    }

    /// The component of this name in a pass.
    pub fn known(&self, pass: Pass, name: &str) -> Option<&ComponentRow> {
        self.components.iter().find(|row| row.pass == pass && row.name == name)
    }

    /// The same, if a system has it.
    pub fn component(&self, pass: Pass, name: &str, os: Os) -> Option<&ComponentRow> {
        let has_it = |row: &&ComponentRow| match &row.systems {
            Some(systems) => systems.contains(&os),
            None => os.is_windows(),
        };
        self.known(pass, name).filter(has_it)
    }
}

impl ComponentRow {
    /// The element at a path: `UserAccounts/LocalAccounts`.
    pub fn element(&self, path: &str) -> Option<&Row> {
        self.elements.get(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_something_has_a_row() {
        for component in &Table::get().components {
            let name = &component.name;
            let mut known: Vec<String> = component.children.clone();
            for (path, row) in &component.elements {
                let inside = row.children.iter().chain(&row.also).chain(&row.item);
                known.extend(inside.map(|child| format!("{path}/{child}")));
                let is_of_several = matches!(row.kind, Kind::Group | Kind::List);
                assert_eq!(row.kind == Kind::List, row.item.is_some(), "{name}, {path}");
                assert_eq!(row.kind == Kind::Choice, !row.values.is_empty(), "{name}, {path}");
                assert!(is_of_several || row.children.is_empty(), "{name}, {path}");
                assert!(
                    row.required.iter().chain(&row.exclusive).all(|child| row.children.contains(child)),
                    "{name}, {path}"
                );
                assert!(row.pattern.iter().all(|pattern| regex_lite::Regex::new(pattern).is_ok()), "{name}, {path}");
            }
            known.sort();
            assert!(known.iter().eq(component.elements.keys()), "{name}: {known:?}");
        }
    }
}
