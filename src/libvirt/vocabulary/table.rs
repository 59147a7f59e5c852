//! The tables as they are stored, and the vocabulary that is made of one.

use std::collections::HashSet;

use serde::Deserialize;

use super::{Attributes, Element, Roots, Shape, Slot, Vocabulary};

/// What libvirt takes several times, whatever the version of NixVirt.
pub(super) const LIBVIRT: &str = include_str!("../../../schema/libvirt.json");

/// An element of a table, as the table has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: Option<String>,
    #[serde(rename = "tag")]
    _tag: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
    text: Option<Text>,
    #[serde(default)]
    children: Vec<Entry>,
    #[serde(default)]
    raw: bool,
    #[serde(default)]
    recursive: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    name: String,
    r#type: Option<Type>,
    #[serde(rename = "constant")]
    _constant: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    r#type: Type,
    key: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Type {
    String,
    Int,
    YesNo,
    OnOff,
    Path,
}

impl From<Type> for Shape {
    fn from(r#type: Type) -> Self {
        match r#type {
            Type::String => Self::String,
            Type::Int => Self::Int,
            Type::YesNo | Type::OnOff => Self::Bool,
            Type::Path => Self::Path,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Table {
    nixvirt: String,
    #[serde(flatten)]
    roots: Roots<Entry>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Libvirt {
    pub(super) repeatable: Roots<HashSet<String>>,
}

/// Reads a table, and what libvirt takes several times.
///
/// # Panics
///
/// When a table of this crate is not one.
pub(super) fn read(table: &str) -> Vocabulary {
    let table: Table = serde_json::from_str(table).expect("the tables of this crate are tested");
    let libvirt: Libvirt = serde_json::from_str(LIBVIRT).expect("the tables of this crate are tested");
    let mut builder = Builder { elements: Vec::new() };
    let roots = Roots {
        network: builder.root(&table.roots.network, &libvirt.repeatable.network),
        pool: builder.root(&table.roots.pool, &libvirt.repeatable.pool),
        volume: builder.root(&table.roots.volume, &libvirt.repeatable.volume),
        domain: builder.root(&table.roots.domain, &libvirt.repeatable.domain),
    };
    Vocabulary { version: table.nixvirt, elements: builder.elements, roots }
}

struct Builder {
    elements: Vec<Attributes>,
}

impl Builder {
    fn root(&mut self, entry: &Entry, repeatable: &HashSet<String>) -> Element {
        self.element(entry, "", &mut Vec::new(), repeatable)
    }

    /// The attribute set of an entry. `above` holds the entries around it, for those that contain themselves.
    fn element(
        &mut self,
        entry: &Entry,
        path: &str,
        above: &mut Vec<(String, Element)>,
        repeatable: &HashSet<String>,
    ) -> Element {
        let element = Element(self.elements.len());
        self.elements.push(Attributes::default());
        above.push((entry.key.clone().unwrap_or_default(), element));
        let mut attributes = Attributes::default();
        attributes.add(entry);
        for child in &entry.children {
            let Some(key) = &child.key else {
                // An element whose attributes stand in the set around it, such as `os.type`.
                attributes.add(child);
                continue;
            };
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let shape = self.shape(child, key, &path, above, repeatable);
            attributes.slots.insert(key.clone(), Slot { shape, repeatable: repeatable.contains(&path) });
        }
        above.pop();
        self.elements[element.0] = attributes;
        element
    }

    fn shape(
        &mut self,
        entry: &Entry,
        key: &str,
        path: &str,
        above: &mut Vec<(String, Element)>,
        repeatable: &HashSet<String>,
    ) -> Shape {
        let takes_attributes = entry.attributes.iter().any(|attribute| attribute.r#type.is_some());
        if entry.raw {
            return Shape::Raw;
        }
        if entry.recursive
            && let Some((_, element)) = above.iter().rev().find(|(name, _)| name == key)
        {
            return Shape::Set(*element);
        }
        match &entry.text {
            Some(Text { r#type, key: None }) => (*r#type).into(),
            None if !takes_attributes && entry.children.is_empty() => Shape::Flag,
            Some(Text { key: Some(_), .. }) | None => Shape::Set(self.element(entry, path, above, repeatable)),
        }
    }
}

impl Attributes {
    /// Adds the text and the attributes of an entry.
    fn add(&mut self, entry: &Entry) {
        if let Some(Text { r#type, key: Some(key) }) = &entry.text {
            self.slots.insert(key.clone(), Slot { shape: (*r#type).into(), repeatable: false });
            self.text = Some(key.clone());
        }
        for attribute in &entry.attributes {
            if let Some(r#type) = attribute.r#type {
                self.slots.insert(attribute.name.clone(), Slot { shape: r#type.into(), repeatable: false });
            }
        }
    }
}
