//! The positioned tree: JSON values with the bytes they stand at.

use std::ops::Range;

use serde_json::{Map, Number, Value};

/// A JSON value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The bytes of the text that it takes, brackets and quotes included.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, unescaped.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// An object: no two members have the same key, and they stand in the order of the text.
    Object(Vec<Member>),
}

/// One key of an object with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The key, unescaped.
    pub key: String,
    /// The bytes of the text that the key takes, quotes included.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value without its positions.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(bool) => Value::Bool(*bool),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::String(string) => Value::String(string.clone()),
            Kind::Array(items) => Value::Array(items.iter().map(Node::to_value).collect()),
            Kind::Object(members) => Value::Object(
                members.iter().map(|member| (member.key.clone(), member.value.to_value())).collect::<Map<_, _>>(),
            ),
        }
    }

    /// What to mark when the whole would be too much: the opening bracket of a list or an object, else all of it.
    #[must_use]
    pub fn head(&self) -> Range<usize> {
        match &self.kind {
            Kind::Array(_) | Kind::Object(_) => self.span.start..self.span.start + 1,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => self.span.clone(),
        }
    }
}
