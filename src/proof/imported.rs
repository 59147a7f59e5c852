//! The proof of what an import writes: a spec that says what it said and what was added, and definitions.

use serde_json::{Map, Value};

use super::{Error, Proven};
use crate::problem::{Id, Problem};
use crate::source::{Node, Source};

/// Proves a spec that objects were imported into: all of the text that was there is there, in its order, and what a reader finds
/// is what was said before with what is added.
///
/// # Errors
///
/// If it says something else.
pub fn imported_spec(
    name: &str,
    text: String,
    before: Option<&str>,
    added: &Map<String, Value>,
) -> Result<Proven, Error> {
    let mut characters = text.chars();
    if let Some(lost) = before.and_then(|before| before.chars().find(|old| !characters.any(|new| new == *old))) {
        return Err(Error::new(name, "", "all of the text that was there", format!("it without a `{lost}`")));
    }
    let value = |text: &str| {
        let (source, problems) = Source::read(name, text.to_owned());
        // What it includes and names is not read here.
        let is_of_text = |problem: &Problem| matches!(problem.id, Id::SyntaxError | Id::DuplicateKey);
        source.root().filter(|_| !problems.iter().any(is_of_text)).map(Node::to_value)
    };
    let mut meant = before.map_or_else(|| Some(Value::Object(Map::new())), value);
    if let Some(meant) = &mut meant {
        merge(meant, &Value::Object(added.clone()));
    }
    match value(&text) {
        Some(found) if Some(&found) == meant.as_ref() => Ok(Proven { name: name.to_owned(), text }),
        found => {
            let text = |value: Option<Value>| value.unwrap_or_default().to_string();
            Err(Error::new(name, "", text(meant), text(found)))
        }
    }
}

/// Adds what is not there.
fn merge(before: &mut Value, added: &Value) {
    match (before, added) {
        (Value::Object(before), Value::Object(added)) => {
            for (key, value) in added {
                match before.get_mut(key) {
                    Some(known) => merge(known, value),
                    None => drop(before.insert(key.clone(), value.clone())),
                }
            }
        }
        (Value::Array(before), Value::Array(added)) => {
            let new: Vec<Value> = added.iter().filter(|item| !before.contains(item)).cloned().collect();
            before.extend(new);
        }
        _ => {}
    }
}

/// Proves a definition that an entry names: an XML parser takes it.
///
/// # Errors
///
/// If it does not.
pub fn imported_definition(name: &str, text: String) -> Result<Proven, Error> {
    match roxmltree::Document::parse(&text) {
        Ok(_) => Ok(Proven { name: name.to_owned(), text }),
        Err(why) => Err(Error::new(name, "", "XML", why.to_string())),
    }
}
