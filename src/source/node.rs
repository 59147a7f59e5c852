//! The positioned tree: JSON values with the bytes they stand at.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use serde_json::{Map, Number, Value};

use crate::place::Pointer;

/// A JSON value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The bytes that it takes of the spec's texts, brackets and quotes included. Where several files say something of an
    /// object, those of the outermost.
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
    /// The bytes that the key takes of the spec's texts, quotes included.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
}

/// The members of large objects by their keys, so that places in them are found without looking at all.
#[derive(Debug, Default)]
pub struct Index<'n>(RefCell<HashMap<usize, HashMap<&'n str, &'n Member>>>);

impl<'n> Index<'n> {
    /// How many members an object may have to be looked through.
    const FEW: usize = 16;

    fn member(&self, members: &'n [Member], key: &str) -> Option<&'n Member> {
        if members.len() <= Self::FEW {
            return members.iter().find(|member| member.key == key);
        }
        let mut known = self.0.borrow_mut();
        let by_key = known.entry(members.as_ptr().addr());
        let by_key = by_key.or_insert_with(|| members.iter().map(|member| (member.key.as_str(), member)).collect());
        by_key.get(key).copied()
    }
}

impl Kind {
    /// What it is called in words, such as "a string".
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Null => "`null`",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
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

    /// The members of an object; of anything else, none.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Object(members) => members,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Array(_) => &[],
        }
    }

    /// The value of a member.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Node> {
        self.members().iter().find(|member| member.key == key).map(|member| &member.value)
    }

    /// Whether there is something at a pointer.
    pub(super) fn has(&self, pointer: &Pointer) -> bool {
        pointer
            .steps()
            .try_fold(self, |node, step| match &node.kind {
                Kind::Object(members) => members.iter().find(|member| member.key == step).map(|member| &member.value),
                Kind::Array(items) => items.get(step.parse::<usize>().ok()?),
                Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => None,
            })
            .is_some()
    }

    /// The bytes that the value at a pointer takes, or the key that names it; what does not exist falls back to the
    /// nearest thing around it that does.
    #[must_use]
    pub fn range(&self, pointer: &Pointer, wants_key: bool) -> Range<usize> {
        self.range_by(&Index::default(), pointer, wants_key)
    }

    /// The same by an index, for those who look for many.
    #[must_use]
    pub fn range_by<'n>(&'n self, index: &Index<'n>, pointer: &Pointer, wants_key: bool) -> Range<usize> {
        let mut node = self;
        let mut key: Option<&Range<usize>> = None;
        for step in pointer.steps() {
            let next = match &node.kind {
                Kind::Object(members) => {
                    index.member(members, &step).map(|member| (&member.value, Some(&member.key_span)))
                }
                Kind::Array(items) => {
                    step.parse().ok().and_then(|index: usize| items.get(index)).map(|item| (item, None))
                }
                Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => None,
            };
            let Some(next) = next else {
                return key.cloned().unwrap_or_else(|| node.head());
            };
            (node, key) = next;
        }
        match key {
            Some(key) if wants_key => key.clone(),
            None if wants_key => node.head(),
            _ => node.span.clone(),
        }
    }

    /// Moves it and all that is in it.
    pub(super) fn shift(&mut self, by: usize) {
        let moved = |span: &Range<usize>| span.start + by..span.end + by;
        self.span = moved(&self.span);
        match &mut self.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {}
            Kind::Array(items) => items.iter_mut().for_each(|item| item.shift(by)),
            Kind::Object(members) => {
                for member in members {
                    member.key_span = moved(&member.key_span);
                    member.value.shift(by);
                }
            }
        }
    }
}
