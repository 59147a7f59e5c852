//! The tables as they are stored, and the vocabulary that is made of them.

use std::collections::HashSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{
    Attribute, Child, Content, Element, ElementLayout, Markup, Roots, ValueType, Vocabulary, Words, XmlAttribute,
};

/// What libvirt takes several times, and what it has that a version of NixVirt may lack.
pub(super) const LIBVIRT: &str = include_str!("../../../schema/libvirt.json");

/// An element of a table, as the table has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: Option<String>,
    tag: String,
    #[serde(default)]
    attributes: Vec<AttributeEntry>,
    text: Option<Text>,
    #[serde(default)]
    children: Vec<Entry>,
    #[serde(default)]
    raw: bool,
    #[serde(default)]
    recursive: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributeEntry {
    name: String,
    r#type: Option<Type>,
    constant: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    r#type: Type,
    key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Type {
    String,
    Int,
    YesNo,
    OnOff,
    Path,
    Hex,
    #[serde(rename = "int or string")]
    IntOrString,
    #[serde(rename = "yesno or string")]
    YesNoOrString,
    #[serde(rename = "onoff or string")]
    OnOffOrString,
    Xml,
}

impl From<Type> for ValueType {
    fn from(r#type: Type) -> Self {
        match r#type {
            Type::String => Self::String,
            Type::Int => Self::Int,
            Type::YesNo => Self::Bool(Words::YesNo),
            Type::OnOff => Self::Bool(Words::OnOff),
            Type::Path => Self::Path,
            Type::Hex => Self::Hex,
            Type::IntOrString => Self::IntOrString,
            Type::YesNoOrString => Self::BoolOrString(Words::YesNo),
            Type::OnOffOrString => Self::BoolOrString(Words::OnOff),
            Type::Xml => Self::Xml,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Table {
    nixvirt: String,
    #[serde(flatten)]
    roots: Roots<Entry>,
}

/// What libvirt takes several times. The rest of its table is passed over.
#[derive(Debug, Deserialize)]
pub(super) struct Repeatable {
    pub(super) repeatable: Roots<HashSet<String>>,
}

/// What libvirt has that a version of NixVirt may lack.
#[derive(Debug, Deserialize)]
struct Libvirt {
    vocabulary: Roots<Entry>,
}

/// Reads the table of a NixVirt version. Leaves out names for which NixVirt writes two elements: libvirt takes one.
///
/// # Panics
///
/// When a table of this crate is not one.
pub(super) fn read(table: &str) -> Vocabulary {
    let mut table: Table = parse(table);
    table.roots.each(Entry::drop_twins);
    build(table)
}

/// Reads the table of a NixVirt version, and adds what libvirt has beyond it.
///
/// # Panics
///
/// When a table of this crate is not one.
pub(super) fn read_whole(table: &str) -> Vocabulary {
    let mut table: Table = parse(table);
    table.roots.each(Entry::join_twins);
    let Libvirt { vocabulary: Roots { network, pool, volume, domain } } = parse(LIBVIRT);
    table.roots.network.extend(network);
    table.roots.pool.extend(pool);
    table.roots.volume.extend(volume);
    table.roots.domain.extend(domain);
    build(table)
}

pub(super) fn parse<T: DeserializeOwned>(table: &str) -> T {
    serde_json::from_str(table).expect("the tables of this crate are tested")
}

fn build(table: Table) -> Vocabulary {
    let Repeatable { repeatable } = parse(LIBVIRT);
    let mut builder = Builder { elements: Vec::new() };
    let Roots { network, pool, volume, domain } = &table.roots;
    let roots = Roots {
        network: builder.root(network, &repeatable.network),
        pool: builder.root(pool, &repeatable.pool),
        volume: builder.root(volume, &repeatable.volume),
        domain: builder.root(domain, &repeatable.domain),
    };
    Vocabulary { version: table.nixvirt, elements: builder.elements, roots }
}

impl Roots<Entry> {
    fn each(&mut self, change: fn(&mut Entry)) {
        let Self { network, pool, volume, domain } = self;
        [network, pool, volume, domain].into_iter().for_each(change);
    }
}

impl Entry {
    /// Whether it has an attribute of XML that sets can have.
    fn has_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| attribute.name == name && attribute.r#type.is_some())
    }

    /// Removes children that share a name: NixVirt would write two elements for what a set has under that name.
    fn drop_twins(&mut self) {
        let keys: Vec<Option<String>> = self.children.iter().map(|child| child.key.clone()).collect();
        let is_twin = |child: &Self| child.key.is_some() && keys.iter().filter(|key| **key == child.key).count() > 1;
        self.children.retain(|child| !is_twin(child));
        self.children.iter_mut().for_each(Self::drop_twins);
    }

    /// Joins children that share a name.
    fn join_twins(&mut self) {
        let mut children: Vec<Self> = Vec::with_capacity(self.children.len());
        for mut child in std::mem::take(&mut self.children) {
            child.join_twins();
            match children.iter_mut().find(|known| child.key.is_some() && known.key == child.key) {
                Some(known) => known.extend(child),
                None => children.push(child),
            }
        }
        self.children = children;
    }

    /// Appends what `more` has.
    fn extend(&mut self, more: Entry) {
        for attribute in more.attributes {
            match self.attributes.iter_mut().find(|known| known.name == attribute.name) {
                Some(known) => *known = attribute,
                None => self.attributes.push(attribute),
            }
        }
        if more.text.is_some() {
            (self.raw, self.text) = (false, more.text);
        }
        for child in more.children {
            let known = self.children.iter_mut().find(|known| (&known.key, &known.tag) == (&child.key, &child.tag));
            match known {
                Some(known) => known.extend(child),
                None => self.children.push(child),
            }
        }
    }
}

struct Builder {
    elements: Vec<ElementLayout>,
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
        self.elements.push(ElementLayout::default());
        above.push((entry.key.clone().unwrap_or_default(), element));
        let mut layout = ElementLayout { markup: Markup::of(entry), ..ElementLayout::default() };
        layout.add(entry);
        for child in &entry.children {
            let Some(key) = &child.key else {
                // An element whose attributes stand in the set around it, such as `os.type`.
                layout.add(child);
                continue;
            };
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let value_type = self.value_type(child, key, &path, above, repeatable);
            // What an attribute of XML and an element have in common is their name.
            let is_xml_attribute = entry.has_attribute(key);
            let value_type = match value_type {
                ValueType::Set(element) if is_xml_attribute => ValueType::StringOrSet(element),
                other => other,
            };
            layout.attributes.insert(
                key.clone(),
                Attribute { value_type, repeatable: repeatable.contains(&path), is_xml_attribute },
            );
        }
        above.pop();
        self.elements[element.0] = layout;
        element
    }

    fn value_type(
        &mut self,
        entry: &Entry,
        key: &str,
        path: &str,
        above: &mut Vec<(String, Element)>,
        repeatable: &HashSet<String>,
    ) -> ValueType {
        let takes_attributes = entry.attributes.iter().any(|attribute| attribute.r#type.is_some());
        if entry.raw {
            return ValueType::Raw;
        }
        if entry.recursive
            && let Some((_, element)) = above.iter().rev().find(|(name, _)| name == key)
        {
            return ValueType::Set(*element);
        }
        match &entry.text {
            Some(Text { r#type, key: None }) => (*r#type).into(),
            None if !takes_attributes && entry.children.is_empty() => ValueType::Flag,
            Some(Text { key: Some(_), .. }) | None => ValueType::Set(self.element(entry, path, above, repeatable)),
        }
    }
}

impl ElementLayout {
    /// Adds the text and the attributes of an entry.
    fn add(&mut self, entry: &Entry) {
        if let Some(Text { r#type, key: Some(key) }) = &entry.text {
            self.attributes.insert(
                key.clone(),
                Attribute { value_type: (*r#type).into(), repeatable: false, is_xml_attribute: false },
            );
            self.text = Some(key.clone());
        }
        for attribute in &entry.attributes {
            if let Some(r#type) = attribute.r#type {
                let known = Attribute { value_type: r#type.into(), repeatable: false, is_xml_attribute: true };
                self.attributes.insert(attribute.name.clone(), known);
            }
        }
    }
}

impl Markup {
    fn of(entry: &Entry) -> Self {
        let attribute = |attribute: &AttributeEntry| match &attribute.constant {
            None => XmlAttribute::Named(attribute.name.clone()),
            Some(value) => XmlAttribute::Constant { name: attribute.name.clone(), value: value.clone() },
        };
        let child = |child: &Entry| match &child.key {
            Some(key) => {
                Child::Element { key: key.clone(), tag: child.tag.clone(), or_attribute: entry.has_attribute(key) }
            }
            None => Child::Inline(Self::of(child)),
        };
        Self {
            tag: entry.tag.clone(),
            attributes: entry.attributes.iter().map(attribute).collect(),
            content: Content {
                text: entry.text.as_ref().and_then(|text| text.key.clone()),
                children: entry.children.iter().map(child).collect(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a NixVirt version and libvirt's own table both have is the same in both.
    fn check_agreement(ours: &Entry, theirs: &Entry, path: &str) {
        for attribute in &ours.attributes {
            let Some(known) = theirs.attributes.iter().find(|known| known.name == attribute.name) else { continue };
            let same = (attribute.r#type, &attribute.constant) == (known.r#type, &known.constant);
            let wider = matches!(
                (known.r#type, attribute.r#type),
                (Some(Type::Int), Some(Type::Hex | Type::IntOrString))
                    | (Some(Type::YesNo), Some(Type::YesNoOrString))
                    | (Some(Type::OnOff), Some(Type::OnOffOrString))
            );
            assert!(same || wider, "{path}: {attribute:?} and {known:?}");
        }
        if let Some(text) = &ours.text
            && !theirs.raw
        {
            let known = theirs.text.as_ref().map(|text| (text.r#type, &text.key));
            assert_eq!(known, Some((text.r#type, &text.key)), "{path}");
        }
        let is_set = |entry: &Entry| {
            let keyed = entry.text.as_ref().is_some_and(|text| text.key.is_some());
            keyed || !entry.attributes.is_empty() || !entry.children.is_empty()
        };
        assert!(is_set(theirs) || !is_set(ours), "{path} would become another kind of attribute");
        for child in &ours.children {
            let path = format!("{path}.{}", child.key.as_deref().unwrap_or(&child.tag));
            let Some(known) = theirs.children.iter().find(|known| known.key == child.key && known.key.is_some()) else {
                continue;
            };
            assert_eq!(child.tag, known.tag, "{path}");
            check_agreement(child, known, &path);
        }
    }

    #[test]
    fn the_tables_agree() {
        for table in [
            include_str!("../../../schema/nixvirt/0.6.0.json"),
            include_str!("../../../schema/nixvirt/unreleased.json"),
        ] {
            let (table, libvirt): (Table, Libvirt) = (parse(table), parse(LIBVIRT));
            check_agreement(&libvirt.vocabulary.network, &table.roots.network, "network");
            check_agreement(&libvirt.vocabulary.pool, &table.roots.pool, "pool");
            check_agreement(&libvirt.vocabulary.volume, &table.roots.volume, "volume");
            check_agreement(&libvirt.vocabulary.domain, &table.roots.domain, "domain");
        }
    }
}
