//! Reads XML back with a parser, and compares it with the definition that it should be.

use std::borrow::Cow;

use roxmltree::{Document, Node};

use crate::libvirt::tree::{Tree, Value};
use crate::libvirt::vocabulary::{Child, Content, Element, Markup, ValueType, Vocabulary, XmlAttribute};

/// Where XML says something else than it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` should be {expected}, but is {found}")]
pub struct Difference {
    /// The path to the attribute or element; empty for the whole.
    pub path: String,
    /// What should be there.
    pub expected: String,
    /// What is there instead, or why it cannot be read.
    pub found: String,
}

/// Whether `text` says what `definition` says, each file of the host being called by its stable path.
///
/// # Errors
///
/// The first difference.
pub fn agrees(text: &str, definition: &Tree, vocabulary: &Vocabulary, element: Element) -> Result<(), Difference> {
    let found = read_as(text, vocabulary, element, Writer::Us)?;
    compare(definition, &found, "")
}

/// Reads a definition, in libvirt's order.
///
/// # Errors
///
/// When it is no XML, or has what the vocabulary does not have.
pub fn read(text: &str, vocabulary: &Vocabulary, element: Element) -> Result<Tree, Difference> {
    read_as(text, vocabulary, element, Writer::Libvirt)
}

/// Who has written a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writer {
    /// lab2nix, which writes numbers in decimal digits.
    Us,
    /// libvirt, which writes some of them in hexadecimal ones.
    Libvirt,
}

fn read_as(text: &str, vocabulary: &Vocabulary, element: Element, writer: Writer) -> Result<Tree, Difference> {
    let document = Document::parse(text).map_err(|error| Difference {
        path: String::new(),
        expected: "XML".to_owned(),
        found: error.to_string(),
    })?;
    let mut reader = Reader { vocabulary, text, writer, path: Vec::new() };
    let markup = vocabulary.markup(element);
    if !is(document.root_element(), &markup.tag) {
        return reader.unexpected("", &markup.tag, document.root_element().tag_name().name());
    }
    let mut found = reader.set(document.root_element(), element)?;
    if let Some(fault) = vocabulary.sort_and_check(&mut found, element).into_iter().next() {
        return Err(Difference {
            expected: "what libvirt takes".to_owned(),
            found: format!("{fault:?}"),
            path: fault.into_path(),
        });
    }
    Ok(found)
}

struct Reader<'a> {
    vocabulary: &'a Vocabulary,
    text: &'a str,
    writer: Writer,
    path: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn unexpected<T>(&self, name: &str, expected: &str, found: &str) -> Result<T, Difference> {
        let steps = self.path.iter().copied().chain(Some(name).filter(|name| !name.is_empty()));
        Err(Difference {
            path: steps.collect::<Vec<_>>().join("."),
            expected: expected.to_owned(),
            found: found.to_owned(),
        })
    }

    fn set(&mut self, node: Node<'_, '_>, element: Element) -> Result<Tree, Difference> {
        let mut set = Tree::new();
        self.element(node, self.vocabulary.markup(element), element, &mut set)?;
        Ok(set)
    }

    /// Adds what an element says to the set that it was written from.
    fn element(
        &mut self,
        node: Node<'_, '_>,
        markup: &'a Markup,
        element: Element,
        set: &mut Tree,
    ) -> Result<(), Difference> {
        for attribute in node.attributes() {
            let known = markup.attributes.iter().any(|known| match known {
                XmlAttribute::Named(name) | XmlAttribute::Constant { name, .. } => name == attribute.name(),
            });
            match self.vocabulary.attribute(element, attribute.name()).filter(|_| known) {
                Some(known) => {
                    let value = self.value(attribute.name(), attribute.value(), known.value_type)?;
                    self.put(set, attribute.name(), false, value)?;
                }
                None => return self.unexpected(attribute.name(), "no attribute", "there"),
            }
        }
        match &markup.content {
            Content { text: Some(key), .. } if !node.children().any(|child| child.is_element()) => {
                let value_type =
                    self.vocabulary.attribute(element, key).map_or(ValueType::String, |attribute| attribute.value_type);
                let value = self.text(node, key, value_type)?;
                self.put(set, key, false, value)
            }
            Content { children, .. } => self.children(node, children, element, set),
        }
    }

    fn children(
        &mut self,
        node: Node<'_, '_>,
        children: &'a [Child],
        element: Element,
        set: &mut Tree,
    ) -> Result<(), Difference> {
        for child in node.children() {
            if !child.is_element() {
                if child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()) {
                    return self.unexpected("", "elements", "text");
                }
                continue;
            }
            let known = children.iter().find(|known| match known {
                Child::Element { tag, .. } | Child::Inline(Markup { tag, .. }) => is(child, tag),
            });
            match known {
                None => return self.unexpected(child.tag_name().name(), "no element", "there"),
                Some(Child::Inline(markup)) => self.element(child, markup, element, set)?,
                Some(Child::Element { key, .. }) => {
                    let Some(attribute) = self.vocabulary.attribute(element, key) else {
                        return self.unexpected(key, "an element that is known", "there");
                    };
                    let value = match attribute.value_type {
                        ValueType::Set(inner) | ValueType::StringOrSet(inner) => {
                            self.path.push(key);
                            let value = Value::Set(self.set(child, inner)?);
                            self.path.pop();
                            value
                        }
                        _ if child.attributes().len() > 0 => return self.unexpected(key, "no attributes", "some"),
                        value_type => self.text(child, key, value_type)?,
                    };
                    self.put(set, key, attribute.repeatable, value)?;
                }
            }
        }
        Ok(())
    }

    fn put(&self, set: &mut Tree, name: &str, repeatable: bool, value: Value) -> Result<(), Difference> {
        if repeatable {
            if let Value::List(items) = set.entry(name, || Value::List(Vec::new())) {
                items.push(value);
            }
            return Ok(());
        }
        if set.get(name).is_some() {
            return self.unexpected(name, "one", "several");
        }
        set.entry(name, || value);
        Ok(())
    }

    /// What an element without attributes says.
    fn text(&self, node: Node<'_, '_>, name: &str, value_type: ValueType) -> Result<Value, Difference> {
        match value_type {
            ValueType::Xml => Ok(Value::Str(Cow::Owned(self.content(node).to_owned()))),
            ValueType::Flag if node.has_children() => self.unexpected(name, "nothing", "something"),
            ValueType::Flag => Ok(Value::Set(Tree::new())),
            value_type if node.children().any(|child| !child.is_text()) => {
                self.unexpected(name, value_type.describe(), "elements")
            }
            value_type => {
                let text: String = node.children().filter_map(|child| child.text()).collect();
                self.value(name, &text, value_type)
            }
        }
    }

    /// Returns the source between the tags of an element without attributes. The places of its children do not tell it: a
    /// text may be several pieces, some of them empty.
    fn content(&self, node: Node<'_, '_>) -> &'a str {
        let source = &self.text[node.range()];
        match (source.find('>'), source.rfind("</")) {
            (Some(open), Some(close)) if open < close => &source[open + 1..close],
            _ => "",
        }
    }

    fn value(&self, name: &str, text: &str, value_type: ValueType) -> Result<Value, Difference> {
        let string = || Value::Str(Cow::Owned(text.to_owned()));
        let value = match value_type {
            ValueType::String | ValueType::Path | ValueType::Xml | ValueType::StringOrSet(_) => Some(string()),
            ValueType::Int if self.writer == Writer::Libvirt => integer(text).or_else(|| hexadecimal(text)),
            ValueType::Int => integer(text),
            ValueType::Hex | ValueType::IntOrString => Some(integer(text).unwrap_or_else(string)),
            ValueType::Bool(words) => words.value(text).map(Value::Bool),
            ValueType::BoolOrString(words) => Some(words.value(text).map_or_else(string, Value::Bool)),
            ValueType::Flag | ValueType::Raw | ValueType::Set(_) => None,
        };
        value.map_or_else(|| self.unexpected(name, value_type.describe(), &format!("`{text}`")), Ok)
    }
}

fn integer(text: &str) -> Option<Value> {
    text.parse().ok().map(Value::Int)
}

fn hexadecimal(text: &str) -> Option<Value> {
    i64::from_str_radix(text.strip_prefix("0x")?, 16).ok().map(Value::Int)
}

/// Whether an element has a name, whatever its prefix.
fn is(node: Node<'_, '_>, tag: &str) -> bool {
    let (_, local) = tag.split_once(':').unwrap_or(("", tag));
    node.tag_name().name() == local
}

/// Compares a definition with one that was read.
fn compare(expected: &Tree, found: &Tree, path: &str) -> Result<(), Difference> {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let is_there = |value: &Value| !matches!(value, Value::List(items) if items.is_empty());
    for (name, value) in expected.iter().filter(|(_, value)| is_there(value)) {
        let Some(other) = found.get(name) else {
            let expected = value.describe().to_owned();
            return Err(Difference { path: below(name), expected, found: "missing".to_owned() });
        };
        compare_values(value, other, &below(name))?;
    }
    match found.iter().find(|(name, _)| !expected.get(name).is_some_and(is_there)) {
        Some((name, _)) => {
            Err(Difference { path: below(name), expected: "missing".to_owned(), found: "there".to_owned() })
        }
        None => Ok(()),
    }
}

fn compare_values(expected: &Value, found: &Value, path: &str) -> Result<(), Difference> {
    let same = match (expected, found) {
        (Value::Set(expected), Value::Set(found)) => return compare(expected, found, path),
        (Value::List(expected), Value::List(found)) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare_values(expected, found, &format!("{path}[{index}]"))?;
            }
            return Ok(());
        }
        // An element that is there or not.
        (Value::Bool(true), Value::Set(set)) => set.is_empty(),
        (Value::File(expected), Value::Str(found)) => expected.location().stable_path == *found,
        (expected, found) => expected == found,
    };
    if same {
        return Ok(());
    }
    Err(Difference { path: path.to_owned(), expected: format!("{expected:?}"), found: format!("{found:?}") })
}
