//! Single values of `extra`: whether an attribute takes them, by their type, by what XML can hold, and by what libvirt's
//! grammars say.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::Merger;
use crate::libvirt::is_content;
use crate::libvirt::tree::{Tree, Value};
use crate::libvirt::vocabulary::{Attribute, ValueType};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, did_you_mean, quoted_list};
use crate::resolve::text::shortened;

/// The element whose text may have several lines. Besides it, only XML may.
const DESCRIPTION: &str = "description";

impl Merger<'_> {
    /// Converts what `extra` has for an attribute or an item of a list; reports a value of another type.
    pub(super) fn value(&mut self, json: &Json, attribute: &Attribute, at: &Pointer) -> Option<Value> {
        let value_type = attribute.value_type;
        let value = match (json, value_type) {
            (Json::Object(extra), ValueType::Set(element) | ValueType::StringOrSet(element)) => {
                let mut set = Tree::new();
                self.set(&mut set, extra, element, at);
                return Some(Value::Set(set));
            }
            (Json::Object(object), _) if object.is_empty() => Some(Value::Set(Tree::new())),
            (Json::Bool(value), _) => Some(Value::Bool(*value)),
            // Nix has no way to write the least.
            (Json::Number(number), _) => number.as_i64().filter(|number| *number != i64::MIN).map(Value::Int),
            (
                Json::String(text),
                ValueType::String
                | ValueType::Path
                | ValueType::Xml
                | ValueType::StringOrSet(_)
                | ValueType::IntOrString
                | ValueType::BoolOrString(_),
            ) => {
                self.check_text(text, attribute, at)?;
                Some(Value::Str(Cow::Owned(text.clone())))
            }
            (Json::String(text), _) => Some(Value::Str(Cow::Owned(text.clone()))),
            (Json::Object(_) | Json::Array(_) | Json::Null, _) => None,
        };
        let value = value.filter(|value| value_type.accepts(value));
        if value.is_none() {
            let found = match json {
                Json::Null => "null",
                Json::Bool(_) => "a boolean",
                Json::Number(_) => "a number",
                Json::String(_) => "a string",
                Json::Array(_) => "a list",
                Json::Object(_) => "an attribute set",
            };
            let expected = value_type.describe();
            let help = match (value_type, json) {
                (ValueType::Flag, Json::Bool(false)) => {
                    "NixVirt writes the element for any value: leave it out, or write `null` to remove it".to_owned()
                }
                (ValueType::Int, Json::String(text)) if text.parse::<i64>().is_ok() => {
                    format!("write `{text}` without quotes")
                }
                (ValueType::Int, Json::String(text)) if hexadecimal(text).is_some() => {
                    format!("write {}, which is `{text}` in decimal", hexadecimal(text).unwrap_or_default())
                }
                (ValueType::Int, Json::Number(_)) => format!("write a whole number from -{0} to {0}", i64::MAX),
                (ValueType::String, Json::Number(number)) => format!("write `\"{number}\"` with quotes"),
                (ValueType::IntOrString, Json::String(text)) => format!("write `{text}` without quotes"),
                (ValueType::Bool(_), _) | (ValueType::BoolOrString(_), Json::String(_)) => {
                    "write `true` or `false`".to_owned()
                }
                (_, Json::Array(_)) if attribute.repeatable => "write all of them in one list".to_owned(),
                (_, Json::Array(_)) => "libvirt allows this only once, so it is not a list".to_owned(),
                _ => format!("write {expected}"),
            };
            self.problems.push(
                Problem::of_value(
                    Id::WrongAttributeType,
                    Place::value(at),
                    format!("`{}` takes {expected}, not {found}", self.path.join(".")),
                )
                .label(found)
                .help(help),
            );
        }
        let value = value?;
        self.check_value(&value, attribute, at);
        Some(value)
    }

    /// Checks that XML can hold a text at this place.
    fn check_text(&mut self, text: &str, attribute: &Attribute, at: &Pointer) -> Option<()> {
        let path = self.path.join(".");
        let is_prose =
            attribute.value_type == ValueType::Xml || (!attribute.is_xml_attribute && path.ends_with(DESCRIPTION));
        let (what, label, help) = if !crate::lab::text::is_text(text) {
            let help = "leave control characters out";
            ("has a control character", "not allowed in libvirt's XML", help)
        } else if !is_prose && !crate::lab::text::is_line(text) {
            let help = "write a blank, or leave it out";
            ("has a line break, a tab or another control character", "has to be one line", help)
        } else if attribute.value_type == ValueType::Xml && !is_content(text) {
            let help =
                "write well-formed elements, each in its own namespace: `<a:note xmlns:a='urn:example'>…</a:note>`";
            ("is not XML that libvirt keeps", "libvirt cannot read it, or would drop a part", help)
        } else {
            return Some(());
        };
        let problem = Problem::of_value(Id::BadText, Place::value(at), format!("`{path}` {what}"));
        self.problems.push(problem.label(label).help(help));
        None
    }

    /// Checks that libvirt takes a value at this place.
    fn check_value(&mut self, value: &Value, attribute: &Attribute, at: &Pointer) {
        let place = self.vocabulary.place(self.root, &self.path);
        let Some(expected) = self.values.expected(&place, attribute.value_type, value) else { return };
        let written = match value {
            Value::Int(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Str(text) => text.clone().into_owned(),
            Value::File(_) | Value::List(_) | Value::Set(_) => value.describe().to_owned(),
        };
        let is_word = expected.shapes.is_empty();
        let label = match (is_word, expected.is_out_of_range) {
            (true, _) => "not a word that libvirt allows",
            (false, true) => "out of range",
            (false, false) => "malformed",
        };
        let help = if is_word {
            did_you_mean(&written, expected.words.iter().copied())
        } else {
            let words = quoted_list(expected.words.iter().copied().filter(|word| !word.is_empty()));
            let all: Vec<String> = expected.shapes.into_iter().chain((!words.is_empty()).then_some(words)).collect();
            format!("write {}", all.join(", or "))
        };
        let message = format!("`{}` cannot be `{}`", self.path.join("."), shortened(&written));
        let problem = Problem::of_value(Id::BadAttributeValue, Place::value(at), message);
        self.problems.push(problem.label(label).help(help));
    }
}

/// Reads a number as libvirt prints those of PCI addresses: `0x1f`.
fn hexadecimal(text: &str) -> Option<i64> {
    let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with(['+', '-']))?;
    i64::from_str_radix(digits, 16).ok()
}
