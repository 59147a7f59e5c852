//! The proof of what an import writes: a spec that says what it said and what was added, and definitions.

use serde_json::{Map, Value};

use super::edited::{edited_spec, value};
use super::{Error, Proven};
use crate::source::Edit;

/// Proves a spec that objects were imported into: a new one, or one that was there, with how its text changes
/// ([`edited_spec`]). What a reader finds is what was said before with what is `added`.
///
/// # Errors
///
/// If it says something else.
pub fn imported_spec(
    name: &str,
    text: String,
    before: Option<(&str, &[Edit])>,
    added: &Map<String, Value>,
) -> Result<Proven, Error> {
    let added = Value::Object(added.clone());
    let Some((before, edits)) = before else {
        let found = value(name, &text).unwrap_or_default();
        return if found == added {
            Ok(Proven { name: name.to_owned(), text })
        } else {
            Err(Error::new(name, "", added.to_string(), found.to_string()))
        };
    };
    let mut meant = value(name, before).unwrap_or_default();
    merge(&mut meant, &added);
    edited_spec(name, "", before, edits, Some(&meant))
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
