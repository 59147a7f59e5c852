//! An answer file read back: what the table does not have is refused.

use std::collections::BTreeSet;

use regex_lite::Regex;
use roxmltree::{Document, Node};

use super::print::{UNATTEND, WCM};
use super::table::{ComponentRow, Key, Kind, Row, Table};
use super::{Answer, Architecture, Component, Content, Element, Pass};
use crate::spec::guest::Os;

/// Why a text is no answer file that Setup takes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no XML.
    #[error("it is no XML")]
    Xml(#[from] roxmltree::Error),
    /// Something in it is not as the table has it.
    #[error("{place}: {what}")]
    Refused {
        /// The pass, the component and the path of the element, as far as there are.
        place: String,
        /// What is wrong there.
        what: String,
    },
}

fn refused(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::Refused { place: place.into(), what: what.into() }
}

impl Answer {
    /// Reads the answer file of a Windows. Whether names of Windows's own, such as time zones, are there is not looked up.
    ///
    /// # Errors
    ///
    /// The first element, attribute or value that is not in the table, is in another place or order than there, or is missing.
    pub fn read(text: &str, os: Os) -> Result<Self, Error> {
        let document = Document::parse(text)?;
        let root = document.root_element();
        expect(root, "unattend", "the root")?;
        attributes(root, &[], "the root")?;
        let (mut components, mut architectures) = (Vec::new(), BTreeSet::new());
        let mut passes: Vec<Pass> = Vec::new();
        for settings in children(root, "the root")? {
            expect(settings, "settings", "the root")?;
            attributes(settings, &["pass"], "settings")?;
            let name = settings.attribute("pass").unwrap_or_default();
            let pass = Pass::ALL.into_iter().find(|pass| pass.name() == name);
            let pass = pass.ok_or_else(|| refused(name, "no such pass"))?;
            if passes.last().is_some_and(|last| *last >= pass) {
                return Err(refused(name, "passes are in the order in which Setup goes through them, each once"));
            }
            passes.push(pass);
            for node in children(settings, name)? {
                expect(node, "component", name)?;
                let component = component(node, pass, os)?;
                architectures.insert(node.attribute("processorArchitecture").unwrap_or_default());
                if components.iter().any(|other: &Component| other.pass == pass && other.name == component.name) {
                    return Err(refused(format!("{name}, {}", component.name), "a component is in a pass once"));
                }
                components.push(component);
            }
        }
        let named = |architecture: &Architecture| architectures.iter().eq([&architecture.name()]);
        let architecture = Architecture::ALL.into_iter().find(named);
        let architecture = architecture.ok_or_else(|| refused("the components", "are not for one known processor"))?;
        Ok(Self { architecture, components })
    }
}

fn component(node: Node<'_, '_>, pass: Pass, os: Os) -> Result<Component, Error> {
    let name = node.attribute("name").unwrap_or_default();
    let place = format!("{}, {name}", pass.name());
    let table = Table::get();
    let row = table.component(pass, name, os).ok_or_else(|| refused(&place, "no such component in this pass"))?;
    attributes(node, &["name", "processorArchitecture", "publicKeyToken", "language", "versionScope"], &place)?;
    let said = ["publicKeyToken", "language", "versionScope"].map(|attribute| node.attribute(attribute));
    let known = &table.attributes;
    if said != [&known.public_key_token, &known.language, &known.version_scope].map(|known| Some(known.as_str())) {
        return Err(refused(place, "its attributes are other ones than every component has"));
    }
    let reader = Reader { row, place: &place };
    let elements = reader.group(node, "", &row.children, &place)?;
    if elements.is_empty() {
        return Err(refused(place, "says nothing"));
    }
    Ok(Component { pass, name: name.to_owned(), elements })
}

/// The reader of a component.
struct Reader<'t> {
    row: &'t ComponentRow,
    place: &'t str,
}

impl Reader<'_> {
    /// The children of a group, each once, in this order.
    fn group(&self, node: Node<'_, '_>, path: &str, order: &[String], place: &str) -> Result<Vec<Element>, Error> {
        let mut elements = Vec::new();
        let mut next = 0;
        for child in children(node, place)? {
            let name = child.tag_name().name();
            let at = order.iter().position(|known| known == name);
            let own = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let place = format!("{}, {own}", self.place);
            let at = at.ok_or_else(|| refused(&place, "no such element here"))?;
            if at < next {
                return Err(refused(place, "stands after one that it belongs before, or twice"));
            }
            next = at + 1;
            elements.push(self.element(child, &own, &place)?);
        }
        Ok(elements)
    }

    fn element(&self, node: Node<'_, '_>, path: &str, place: &str) -> Result<Element, Error> {
        expect(node, node.tag_name().name(), place)?;
        let row = self.row.element(path).ok_or_else(|| refused(place, "no such element here"))?;
        let key = key(node, row, place)?;
        let content = match row.kind {
            Kind::Group => {
                let elements = self.group(node, path, &row.children, place)?;
                if elements.is_empty() {
                    return Err(refused(place, "says nothing"));
                }
                let has = |name: &&String| elements.iter().any(|element| element.name == **name);
                if let Some(missing) = row.required.iter().find(|name| !has(name)) {
                    return Err(refused(place, format!("lacks {missing}")));
                }
                if row.exclusive.iter().filter(has).count() > 1 {
                    return Err(refused(place, format!("has more than one of {}", row.exclusive.join(", "))));
                }
                Content::Elements(elements)
            }
            Kind::List => Content::Elements(self.list(node, path, row, place)?),
            Kind::Text | Kind::Integer | Kind::Boolean | Kind::Choice => Content::Text(value(node, row, place)?),
        };
        Ok(Element { name: node.tag_name().name().to_owned(), key, content })
    }

    /// The items of a list, and what stands after them.
    fn list(&self, node: Node<'_, '_>, path: &str, row: &Row, place: &str) -> Result<Vec<Element>, Error> {
        let item = row.item.as_deref().unwrap_or_default();
        let nodes: Vec<Node<'_, '_>> = children(node, place)?;
        let count = nodes.iter().take_while(|child| child.tag_name().name() == item).count();
        let (items, others) = nodes.split_at(count);
        let mut elements = Vec::new();
        let own = format!("{path}/{item}");
        for node in items {
            elements.push(self.element(*node, &own, &format!("{}, {own}", self.place))?);
        }
        self.tell_apart(&elements, &own)?;
        let mut next = 0;
        for node in others {
            let name = node.tag_name().name();
            let own = format!("{path}/{name}");
            let place = format!("{}, {own}", self.place);
            let at = row.also.iter().position(|known| known == name).filter(|at| *at >= next);
            next = at.ok_or_else(|| refused(&place, "no such element here, or not in this order"))? + 1;
            elements.push(self.element(*node, &own, &place)?);
        }
        Ok(elements)
    }

    /// Whether what should be different in the items of a list is.
    fn tell_apart(&self, items: &[Element], path: &str) -> Result<(), Error> {
        let place = format!("{}, {path}", self.place);
        let keys: Vec<&String> = items.iter().filter_map(|item| item.key.as_ref()).collect();
        let numbers = self.row.element(path).is_some_and(|row| row.key_value == Some(Key::Number));
        let is_counted = |words: &[&String]| words.iter().zip(1..).all(|(word, number)| **word == number.to_string());
        if numbers && !is_counted(&keys) || !are_different(&keys) {
            return Err(refused(place, "its keys do not tell the items apart, or do not count them"));
        }
        let names: BTreeSet<&String> = items.iter().flat_map(Element::children).map(|child| &child.name).collect();
        for name in names {
            let path = format!("{path}/{name}");
            let Some(row) = self.row.element(&path) else { continue };
            let said = items.iter().flat_map(Element::children).filter(|child| child.name == *name);
            let said: Vec<&String> = said.filter_map(Element::value).collect();
            if row.unique && !are_different(&said) || row.consecutive && !is_counted(&said) {
                return Err(refused(format!("{}, {path}", self.place), "does not tell the items apart, or count them"));
            }
        }
        Ok(())
    }
}

fn are_different(words: &[&String]) -> bool {
    words.iter().collect::<BTreeSet<_>>().len() == words.len()
}

/// The key of an item, which says what Setup does with it.
fn key(node: Node<'_, '_>, row: &Row, place: &str) -> Result<Option<String>, Error> {
    let action = node.attribute((WCM, "action"));
    if action != row.action.as_deref() {
        return Err(refused(place, "has not the `wcm:action` of its list, or one in no list"));
    }
    let key = node.attribute((WCM, "keyValue"));
    if key.is_some() != row.key_value.is_some() {
        return Err(refused(place, "has a `wcm:keyValue` and needs none, or the other way round"));
    }
    if node.attributes().len() != usize::from(action.is_some()) + usize::from(key.is_some()) {
        return Err(refused(place, "has an attribute that it cannot have"));
    }
    Ok(key.map(str::to_owned))
}

/// The text of an element, if it can be that.
fn value(node: Node<'_, '_>, row: &Row, place: &str) -> Result<String, Error> {
    if node.children().any(|child| !child.is_text()) {
        return Err(refused(place, "has something beside its value"));
    }
    let text = node.text().unwrap_or_default();
    if text.contains(char::is_control) {
        return Err(refused(place, "has a control character"));
    }
    let count = text.chars().count();
    let number = || text.parse::<u32>().ok().filter(|number| number.to_string() == text);
    let is_between = |number: u32| row.min.is_none_or(|min| min <= number) && row.max.is_none_or(|max| number <= max);
    let is_good = match row.kind {
        Kind::Integer => number().is_some_and(is_between),
        Kind::Boolean => ["true", "false"].contains(&text),
        Kind::Choice => row.values.iter().any(|known| known == text),
        Kind::Text | Kind::Group | Kind::List => row.empty || !text.is_empty(),
    };
    let whole = |pattern: &String| Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(text));
    if !is_good || row.length.is_some_and(|most| count > most) || !row.pattern.iter().all(whole) {
        return Err(refused(place, format!("cannot be `{text}`")));
    }
    Ok(text.to_owned())
}

/// The elements in an element; there is no text beside them.
fn children<'a, 'i>(node: Node<'a, 'i>, place: &str) -> Result<Vec<Node<'a, 'i>>, Error> {
    let mut beside = node.children().filter(Node::is_text);
    if beside.any(|child| child.text().is_some_and(|text| !text.trim().is_empty())) {
        return Err(refused(place, "has text beside its elements"));
    }
    Ok(node.children().filter(Node::is_element).collect())
}

fn expect(node: Node<'_, '_>, name: &str, place: &str) -> Result<(), Error> {
    if node.tag_name().name() == name && node.tag_name().namespace() == Some(UNATTEND) {
        return Ok(());
    }
    Err(refused(place, format!("`{}` stands where `{name}` should", node.tag_name().name())))
}

/// Refuses other attributes than these.
fn attributes(node: Node<'_, '_>, known: &[&str], place: &str) -> Result<(), Error> {
    match node.attributes().find(|attribute| attribute.namespace().is_some() || !known.contains(&attribute.name())) {
        Some(unknown) => Err(refused(place, format!("no attribute `{}` here", unknown.name()))),
        None => Ok(()),
    }
}
