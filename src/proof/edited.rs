//! The proof of a spec that was edited: the rest of it is as it was, and it says what was meant.

use serde_json::Value;

use super::{Error, Proven};
use crate::problem::{Id, Problem};
use crate::source::{Edit, Node, Source, edited};

/// Proves the text of a spec with changes: these take away nothing but blanks and whole strings, so that every comment is there, the
/// rest is byte for byte what it was `before`, and what a reader finds is `meant`, where the caller knows that.
///
/// `mark` is the byte order mark that the file begins with and `before` lacks, else nothing.
///
/// # Errors
///
/// If it says something else.
pub fn edited_spec(
    name: &str,
    mark: &str,
    before: &str,
    edits: &[Edit],
    meant: Option<&Value>,
) -> Result<Proven, Error> {
    let error = |expected: &str, found: &str| Error::new(name, "", expected, found);
    for Edit { range, .. } in edits {
        let old = before.get(range.clone()).unwrap_or_default();
        if !old.trim().is_empty() && serde_json::from_str::<String>(old).is_err() {
            return Err(error("all of the text that was there but for strings", &format!("it without `{old}`")));
        }
    }
    let text = edited(before, edits).ok_or_else(|| error("changes that do not overlap", "others"))?;
    let found = value(name, &text).ok_or_else(|| error("a JSON object", &text))?;
    match meant {
        Some(meant) if *meant != found => Err(error(&meant.to_string(), &found.to_string())),
        _ => Ok(Proven { name: name.to_owned(), text: format!("{mark}{text}") }),
    }
}

/// What a text says, if it can be read. What it includes and names is not read here.
pub(super) fn value(name: &str, text: &str) -> Option<Value> {
    let (source, problems) = Source::read(name, text.to_owned());
    let is_of_text = |problem: &Problem| matches!(problem.id, Id::SyntaxError | Id::DuplicateKey);
    source.root().filter(|_| !problems.iter().any(is_of_text)).map(Node::to_value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn comments_and_values_cannot_be_lost() {
        let before = "{ \"a\": 1, /* why */ \"b\": \"c\" }";
        let proves = |range, text: &str, meant: &Value| {
            edited_spec("lab.json", "", before, &[Edit::replace(range, text)], Some(meant)).is_ok()
        };
        let at = |word: &str| before.find(word).map(|start| start..start + word.len()).unwrap();
        assert!(proves(at("\"c\""), "\"d\"", &json!({ "a": 1, "b": "d" })));
        assert!(!proves(at("\"c\""), "\"d\"", &json!({ "a": 1, "b": "c" })));
        assert!(!proves(at("\"c\""), "\"d", &json!({ "a": 1, "b": "d" })));
        assert!(!proves(at(" /* why */"), "", &json!({ "a": 1, "b": "c" })));
        assert!(!proves(at("1"), "2", &json!({ "a": 2, "b": "c" })));
    }
}
