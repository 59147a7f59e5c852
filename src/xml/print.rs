//! Writes definitions as XML, in the very form that `NixVirt` has: an element a line, two blanks a level, single quotes.

use std::borrow::Cow;

use super::{Document, Piece};
use crate::libvirt::tree::{Tree, Value};
use crate::libvirt::vocabulary::{Child, Element, Markup, ValueType, Vocabulary, XmlAttribute};

/// Writes a definition whose root is `element` of `vocabulary`. What the vocabulary does not know is left out.
#[must_use]
pub fn print(definition: &Tree, vocabulary: &Vocabulary, element: Element) -> Document {
    let mut printer = Printer { vocabulary, document: Document::default() };
    printer.element(vocabulary.markup(element), definition, element, 0);
    printer.document
}

struct Printer<'a> {
    vocabulary: &'a Vocabulary,
    document: Document,
}

impl Printer<'_> {
    /// Writes the element of `markup` with the part of the set that belongs to it. The set is that of `element`.
    fn element(&mut self, markup: &Markup, set: &Tree, element: Element, depth: usize) {
        let Markup { tag, attributes, content } = markup;
        self.indent(depth);
        self.push("<");
        self.push(tag);
        for attribute in attributes {
            match attribute {
                XmlAttribute::Named(name) => {
                    // A set under the name of an attribute is an element.
                    if let Some(value) = set.get(name).filter(|value| !matches!(value, Value::Set(_))) {
                        self.attribute(name, value, self.value_type(element, name));
                    }
                }
                XmlAttribute::Constant { name, value } => {
                    if is_needed(name, markup, set) {
                        self.attribute(name, &Value::from(value.clone()), Some(ValueType::String));
                    }
                }
            }
        }
        if !content.has_elements(set) {
            let text = content.text.as_deref();
            let value = text.and_then(|key| set.get(key)).filter(|value| !is_empty_text(value));
            return self.text(tag, value, text.and_then(|key| self.value_type(element, key)));
        }
        self.push(">\n");
        for child in &content.children {
            self.child(child, set, element, depth + 1);
        }
        self.indent(depth);
        self.end(tag);
    }

    fn child(&mut self, child: &Child, set: &Tree, element: Element, depth: usize) {
        let (key, tag) = match child {
            Child::Inline(markup) => return self.element(markup, set, element, depth),
            Child::Element { key, tag, .. } if child.is_in(set) => (key, tag),
            Child::Element { .. } => return,
        };
        let (Some(value), Some(value_type)) = (set.get(key), self.value_type(element, key)) else {
            return;
        };
        let items = match value {
            Value::List(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        for item in items {
            match (value_type, item) {
                (ValueType::Set(element) | ValueType::StringOrSet(element), Value::Set(set)) => {
                    self.element(self.vocabulary.markup(element), set, element, depth);
                }
                (value_type, item) => {
                    self.indent(depth);
                    self.push("<");
                    self.push(tag);
                    let text = Some(item).filter(|item| value_type != ValueType::Flag && !is_empty_text(item));
                    self.text(tag, text, Some(value_type));
                }
            }
        }
    }

    /// The rest of an element that holds text or nothing.
    fn text(&mut self, tag: &str, value: Option<&Value>, value_type: Option<ValueType>) {
        let Some(value) = value else {
            return self.push("/>\n");
        };
        self.push(">");
        self.value(value, value_type);
        self.end(tag);
    }

    fn attribute(&mut self, name: &str, value: &Value, value_type: Option<ValueType>) {
        self.push(" ");
        self.push(name);
        self.push("='");
        self.value(value, value_type);
        self.push("'");
    }

    fn value(&mut self, value: &Value, value_type: Option<ValueType>) {
        match (value, value_type) {
            (Value::Bool(value), Some(ValueType::Bool(words) | ValueType::BoolOrString(words))) => {
                self.push(words.of(*value));
            }
            (Value::Bool(value), _) => self.push(&value.to_string()),
            (Value::Int(value), _) => self.push(&value.to_string()),
            (Value::Str(text), Some(ValueType::Xml)) => self.push(text),
            (Value::Str(text), _) => self.push(&escaped(text)),
            (Value::File(file), _) => self.document.pieces.push(Piece::File(file.clone())),
            // Neither is a value; reading back would tell.
            (Value::List(_) | Value::Set(_), _) => {}
        }
    }

    fn value_type(&self, element: Element, name: &str) -> Option<ValueType> {
        self.vocabulary.attribute(element, name).map(|attribute| attribute.value_type)
    }

    fn end(&mut self, tag: &str) {
        self.push("</");
        self.push(tag);
        self.push(">\n");
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.push("  ");
        }
    }

    fn push(&mut self, text: &str) {
        self.document.push(text);
    }
}

/// A text with every character escaped that could mean something else in an attribute or an element.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    let escape = |byte: u8| {
        Some(match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'\'' => "&apos;",
            b'"' => "&quot;",
            _ => return None,
        })
    };
    if !text.bytes().any(|byte| escape(byte).is_some()) {
        return text.into();
    }
    let (mut escaped, mut copied) = (String::with_capacity(text.len() + 8), 0);
    for (at, byte) in text.bytes().enumerate() {
        if let Some(entity) = escape(byte) {
            escaped.push_str(&text[copied..at]);
            escaped.push_str(entity);
            copied = at + 1;
        }
    }
    escaped.push_str(&text[copied..]);
    escaped.into()
}

/// Whether to write a constant attribute: a prefix is declared only where the element or one of its children uses it.
fn is_needed(name: &str, markup: &Markup, set: &Tree) -> bool {
    let Some(prefix) = name.strip_prefix("xmlns:") else {
        return true;
    };
    let has_prefix = |tag: &str| tag.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(':'));
    let below = markup.content.children.iter().any(|child| match child {
        Child::Element { tag, .. } => has_prefix(tag) && child.is_in(set),
        Child::Inline(_) => false,
    });
    below || has_prefix(&markup.tag)
}

fn is_empty_text(value: &Value) -> bool {
    matches!(value, Value::Str(text) if text.is_empty())
}
