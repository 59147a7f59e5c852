//! How attribute sets are written as XML: which element, which attributes, what in it, in what order.

use crate::libvirt::tree::{Tree, Value};

/// How an attribute set is written as an element of XML.
#[derive(Debug, Default)]
pub struct Markup {
    /// The element's name.
    pub tag: String,
    /// Its attributes, in order.
    pub attributes: Vec<XmlAttribute>,
    /// What stands in it.
    pub content: Content,
}

/// An attribute of XML.
#[derive(Debug)]
pub enum XmlAttribute {
    /// The attribute of the set with the same name.
    Named(String),
    /// One that is the same on every element. A namespace is declared only where its prefix is used.
    Constant {
        name: String,
        /// What it says.
        value: String,
    },
}

/// What stands in an element of XML: text or elements.
#[derive(Debug, Default)]
pub struct Content {
    /// The attribute of the set that is its text.
    pub text: Option<String>,
    /// Elements, in order.
    pub children: Vec<Child>,
}

impl Content {
    /// Whether a set has any of the elements.
    #[must_use]
    pub fn has_elements(&self, set: &Tree) -> bool {
        self.children.iter().any(|child| child.is_in(set))
    }
}

/// An element in another one.
#[derive(Debug)]
pub enum Child {
    /// What the set has under a name.
    Element {
        /// The name in the set.
        key: String,
        /// The element's name.
        tag: String,
        /// Whether only a set is the element: a string under the name is an attribute.
        or_attribute: bool,
    },
    /// An element that takes its attributes and its text from the set of the element around it, such as `type` in `os`.
    Inline(Markup),
}

impl Child {
    /// Whether a set has the element.
    #[must_use]
    pub fn is_in(&self, set: &Tree) -> bool {
        match self {
            Self::Inline(_) => true,
            Self::Element { key, or_attribute, .. } => match set.get(key) {
                Some(Value::Str(_)) => !or_attribute,
                Some(Value::List(items)) => !items.is_empty(),
                Some(_) => true,
                None => false,
            },
        }
    }
}
