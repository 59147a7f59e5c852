//! Inserting what was found into the text of a spec, which stays as it is otherwise.

use serde_json::{Map, Value as Json};

use super::print::part;
use crate::source::{Kind, Node, Source};

/// Inserts members into the objects of a spec, and items into its lists, with the layout that is there. What is there already
/// stays. `more` is in the shape of a spec: its objects are merged key by key, down to what the spec does not have.
///
/// `None` where the text is no JSON object.
#[must_use]
pub fn insert(text: &str, more: &Map<String, Json>) -> Option<String> {
    let (source, _) = Source::read("lab.json", text.to_owned());
    let text = source.text();
    let root = source.root().filter(|root| matches!(root.kind, Kind::Object(_)))?;
    let mut edits = Vec::new();
    into_object(text, root, 2, more, &mut edits);
    edits.sort_by_key(|(at, _)| *at);
    let mut inserted = text.to_owned();
    for (at, piece) in edits.into_iter().rev() {
        inserted.insert_str(at, &piece);
    }
    Some(inserted)
}

/// A text and the position before which it is inserted.
type Edit = (usize, String);

/// `levels` is how many levels of objects in it have lines of their own.
fn into_object(text: &str, node: &Node, levels: usize, more: &Map<String, Json>, edits: &mut Vec<Edit>) {
    let inner = levels.saturating_sub(1);
    let mut new = Vec::new();
    for (key, value) in more {
        match (node.member(key), value) {
            (None, value) => new.push((Some(key.as_str()), part(value, inner))),
            (Some(there), Json::Object(more)) if matches!(there.kind, Kind::Object(_)) => {
                into_object(text, there, inner, more, edits);
            }
            (Some(Node { kind: Kind::Array(items), span }), Json::Array(more)) => {
                let is_new = |item: &&Json| !items.iter().any(|known| known.to_value() == **item);
                let more: Vec<_> = more.iter().filter(is_new).map(|item| (None, part(item, 0))).collect();
                let last = items.last().map(|item| item.span.end);
                append(text, span.start, span.end, last, &more, edits);
            }
            (Some(_), _) => {}
        }
    }
    let last = node.members().last().map(|member| member.value.span.end);
    append(text, node.span.start, node.span.end, last, &new, edits);
}

/// Appends members or items, printed, before the closing bracket. `last` is where the last one that is there ends.
fn append(
    text: &str,
    start: usize,
    end: usize,
    last: Option<usize>,
    new: &[(Option<&str>, String)],
    edits: &mut Vec<Edit>,
) {
    if new.is_empty() {
        return;
    }
    let outer = indent(text, start);
    let inner = format!("{outer}  ");
    let lines = |(key, printed): &(Option<&str>, String)| {
        let printed = printed.trim_end().replace('\n', &format!("\n{inner}"));
        match key {
            Some(key) => format!("{inner}{}: {printed}", Json::from(*key)),
            None => format!("{inner}{printed}"),
        }
    };
    let new = new.iter().map(lines).collect::<Vec<_>>().join(",\n");
    let close = end - 1;
    let line = text[..close].rfind('\n').map_or(0, |at| at + 1);
    let is_alone = line > start && text[line..close].trim().is_empty();
    edits.extend(last.map(|last| (last, ",".to_owned())));
    if is_alone {
        edits.push((line, format!("{new}\n")));
    } else {
        edits.push((close, format!("\n{new}\n{outer}")));
    }
}

/// What the line of a position starts with.
fn indent(text: &str, at: usize) -> &str {
    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let rest = &text[line..];
    &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    fn check(text: &str, more: &Json, expected: &str) {
        let Json::Object(more) = more else { panic!("an object") };
        let inserted = insert(text, more).unwrap();
        assert_eq!(inserted, expected);
        assert!(Source::read("lab.json", inserted).1.is_empty());
    }

    #[test]
    fn what_is_there_stays_as_it_is() {
        check(
            "{ // my lab\n  \"lab\": \"a\", /* the nets */\n  \"networks\": {\n    \"lan\": {} // first\n    // no more\n  }\n}\n",
            &json!({ "networks": { "wan": { "mode": "nat" } }, "pools": { "p": { "path": "/p" } } }),
            "{ // my lab\n  \"lab\": \"a\", /* the nets */\n  \"networks\": {\n    \"lan\": {}, // first\n    // no more\n    \
             \"wan\": { \"mode\": \"nat\" }\n  },\n  \"pools\": {\n    \"p\": { \"path\": \"/p\" }\n  }\n}\n",
        );
    }

    #[test]
    fn short_objects_and_lists_get_lines() {
        check("{}", &json!({ "lab": "a" }), "{\n  \"lab\": \"a\"\n}");
        check(
            "{ \"external\": { \"networks\": [\"a\"] } }",
            &json!({ "external": { "networks": ["a", "b"] } }),
            "{ \"external\": { \"networks\": [\"a\",\n  \"b\"\n] } }",
        );
        assert_eq!(insert("[]", &Map::new()), None);
    }
}
