//! What an attribute or child element takes.

use super::Element;
use crate::host_file::HostFile;
use crate::libvirt::tree::Value;

/// What an attribute or child element takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    String,
    Int,
    Bool(Words),
    /// A path, as a string.
    Path,
    /// An integer, or a string with one in hexadecimal: `"0xc52b"`.
    Hex,
    /// An integer, or a string that is none: the port `1.2` of a hub.
    IntOrString,
    /// A boolean, or a string with another word: `internal`.
    BoolOrString(Words),
    /// XML, as a string.
    Xml,
    /// Nothing: it is there or not. `{ }` or `true`.
    Flag,
    /// XML made by functions of `NixVirt`, which no data can stand for.
    Raw,
    Set(Element),
    /// A string, which is an attribute of XML, or a set, which is an element.
    StringOrSet(Element),
}

/// What libvirt calls true and false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// `yes` and `no`.
    YesNo,
    /// `on` and `off`.
    OnOff,
}

impl Words {
    /// The word for a value.
    #[must_use]
    pub fn of(self, value: bool) -> &'static str {
        match (self, value) {
            (Self::YesNo, true) => "yes",
            (Self::YesNo, false) => "no",
            (Self::OnOff, true) => "on",
            (Self::OnOff, false) => "off",
        }
    }

    /// The value that a word is for.
    #[must_use]
    pub fn value(self, word: &str) -> Option<bool> {
        [true, false].into_iter().find(|value| self.of(*value) == word)
    }
}

impl ValueType {
    /// The element that a set is here.
    #[must_use]
    pub fn element(self) -> Option<Element> {
        match self {
            Self::Set(element) | Self::StringOrSet(element) => Some(element),
            Self::String
            | Self::Int
            | Self::Bool(_)
            | Self::Path
            | Self::Hex
            | Self::IntOrString
            | Self::BoolOrString(_)
            | Self::Xml
            | Self::Flag
            | Self::Raw => None,
        }
    }

    /// What it takes, in words for messages.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Int => "an integer",
            Self::Bool(_) => "a boolean",
            Self::Path => "a path",
            Self::Hex => "an integer, or a string such as `0xc52b`",
            Self::IntOrString => "an integer, or a string that is none",
            Self::BoolOrString(_) => "a boolean, or a string with another word",
            Self::Xml => "a string of XML",
            Self::Flag => "`true` or an empty attribute set",
            Self::Raw => "XML, which data cannot express",
            Self::Set(_) => "an attribute set",
            Self::StringOrSet(_) => "a string or an attribute set",
        }
    }

    /// Whether a value can stand here; of a set, only where it has no elements of its own.
    #[must_use]
    pub fn accepts(self, value: &Value) -> bool {
        match self {
            Self::String => matches!(value, Value::Str(_) | Value::File(HostFile::Image(_))),
            Self::Path => matches!(value, Value::Str(_) | Value::File(_)),
            Self::Xml | Self::StringOrSet(_) => matches!(value, Value::Str(_)),
            Self::Int => matches!(value, Value::Int(_)),
            Self::Bool(_) => matches!(value, Value::Bool(_)),
            Self::Hex => match value {
                Value::Str(text) => text.strip_prefix("0x").is_some_and(|digits| {
                    (1..=8).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
                }),
                value => matches!(value, Value::Int(_)),
            },
            // What is read back is a number, or a boolean.
            Self::IntOrString => match value {
                Value::Str(text) => text.parse::<i64>().is_err(),
                value => matches!(value, Value::Int(_)),
            },
            Self::BoolOrString(words) => match value {
                Value::Str(text) => words.value(text).is_none(),
                value => matches!(value, Value::Bool(_)),
            },
            Self::Flag => match value {
                Value::Set(set) => set.is_empty(),
                value => matches!(value, Value::Bool(true)),
            },
            Self::Raw | Self::Set(_) => false,
        }
    }
}
