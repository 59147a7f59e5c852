//! Definitions as values: libvirt's elements and attributes under the names that `NixVirt` has for them.
//!
//! A [`Tree`] says what an object is. How it is written (as Nix, as XML) is for others to know.

use std::borrow::Cow;

use crate::host_file::HostFile;

/// The attributes of an element, and its children by name, in the order in which they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree(Vec<(Cow<'static, str>, Value)>);

/// What an attribute or a child element is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Str(Cow<'static, str>),
    /// A file that the host provides, wherever it is.
    File(HostFile),
    /// An element that occurs several times.
    List(Vec<Value>),
    Set(Tree),
}

impl Tree {
    /// A tree with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an attribute or child at the end. `name` must be new.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        debug_assert!(self.get(name).is_none(), "`{name}` is already there");
        self.0.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// Adds an attribute or child at the end, if there is one.
    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a child that may occur several times, if it occurs at all.
    #[must_use]
    pub fn with_each(self, name: &'static str, values: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.is_empty() { self } else { self.with(name, Value::List(values)) }
    }

    /// The tree, unless it is empty: an element that says nothing is not written.
    #[must_use]
    pub fn unless_empty(self) -> Option<Self> {
        if self.is_empty() { None } else { Some(self) }
    }

    /// The attribute or child with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// What a path of elements leads to: `forward.mode`. It does not lead through lists.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Value> {
        let Some((element, rest)) = path.split_once('.') else { return self.get(path) };
        match self.get(element)? {
            Value::Set(element) => element.find(rest),
            _ => None,
        }
    }

    /// The elements of which there are several at a path: `devices.disk`.
    pub fn elements<'a>(&'a self, path: &str) -> impl Iterator<Item = &'a Self> + use<'a> {
        let items = match self.find(path) {
            Some(Value::List(items)) => items.as_slice(),
            _ => &[],
        };
        items.iter().filter_map(|item| match item {
            Value::Set(element) => Some(element),
            _ => None,
        })
    }

    /// The attribute or child with this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.0.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The attribute or child with this name, to be changed; adds `default` where there is none yet.
    pub fn entry(&mut self, name: &str, default: impl FnOnce() -> Value) -> &mut Value {
        let index = self.0.iter().position(|(key, _)| key == name).unwrap_or_else(|| {
            self.0.push((Cow::Owned(name.to_owned()), default()));
            self.0.len() - 1
        });
        &mut self.0[index].1
    }

    /// Removes the attribute or child with this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| key != name);
    }

    /// Keeps the attributes and children for which `keep` says so, which may change them.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    /// Attributes and children with their names, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// Sorts attributes and children by their `rank`, then calls `each` for each of them.
    pub fn arrange(&mut self, rank: impl Fn(&str) -> usize, mut each: impl FnMut(&str, &mut Value)) {
        if !self.0.is_sorted_by_key(|(key, _)| rank(key)) {
            self.0.sort_by_key(|(key, _)| rank(key));
        }
        for (key, value) in &mut self.0 {
            each(key, value);
        }
    }

    /// Attributes and children in order, with names that can be kept without copying them.
    pub fn entries(&self) -> impl Iterator<Item = (&Cow<'static, str>, &Value)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// How many attributes and children there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Value {
    /// What it is, in words for messages.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Str(_) => "a string",
            Self::File(_) => "a path",
            Self::List(_) => "a list",
            Self::Set(_) => "an attribute set",
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u8> for Value {
    fn from(value: u8) -> Self {
        Self::Int(value.into())
    }
}

impl From<u16> for Value {
    fn from(value: u16) -> Self {
        Self::Int(value.into())
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}

impl From<&'static str> for Value {
    fn from(value: &'static str) -> Self {
        Self::Str(Cow::Borrowed(value))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Str(Cow::Owned(value))
    }
}

impl From<HostFile> for Value {
    fn from(value: HostFile) -> Self {
        Self::File(value)
    }
}

impl From<Tree> for Value {
    fn from(value: Tree) -> Self {
        Self::Set(value)
    }
}
