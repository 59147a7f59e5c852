//! Inserting into the text of a spec, which stays as it is otherwise.

use serde_json::{Map, Value as Json};

use super::layout::Layout;
use super::print::part;
use crate::source::{Edit, Kind, Node, Source};

/// How many levels of objects have lines of their own: a spec's sections and their entries.
pub const LEVELS: usize = 2;

/// Returns the changes that insert members into the objects of a spec, and items into its lists, with the layout that is there.
/// What is there already stays. `more` is in the shape of a spec: its objects are merged key by key, down to what the spec does not
/// have. `levels` is how many levels of objects have lines of their own, [`LEVELS`] unless entries shall be spread out.
///
/// `None` where the text is no JSON object.
#[must_use]
pub fn insert(text: &str, more: &Map<String, Json>, levels: usize) -> Option<Vec<Edit>> {
    let (source, _) = Source::read("lab.json", text.to_owned());
    let root = source.root().filter(|root| matches!(root.kind, Kind::Object(_)))?;
    let layout = Layout::new(source.text(), root);
    let mut edits = Vec::new();
    into_object(&layout, root, levels, more, &mut edits);
    Some(edits)
}

fn into_object(layout: &Layout<'_>, node: &Node, levels: usize, more: &Map<String, Json>, edits: &mut Vec<Edit>) {
    let inner = levels.saturating_sub(1);
    let mut new = Vec::new();
    for (key, value) in more {
        match (node.member(key), value) {
            (None, value) => new.push((Some(key.as_str()), part(value, inner))),
            (Some(there), Json::Object(more)) if matches!(there.kind, Kind::Object(_)) => {
                into_object(layout, there, inner, more, edits);
            }
            (Some(list @ Node { kind: Kind::Array(items), .. }), Json::Array(more)) => {
                let is_new = |item: &&Json| !items.iter().any(|known| known.to_value() == **item);
                let more: Vec<_> = more.iter().filter(is_new).map(|item| (None, part(item, 0))).collect();
                layout.append(list, &more, false, edits);
            }
            (Some(_), _) => {}
        }
    }
    layout.append(node, &new, levels > 0, edits);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::edited;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    #[track_caller]
    fn check(text: &str, more: &Json, expected: &str) {
        let Json::Object(more) = more else { panic!("an object") };
        let inserted = edited(text, &insert(text, more, LEVELS).unwrap()).unwrap();
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
    fn sections_on_one_line_are_opened() {
        check("{}", &json!({ "lab": "a" }), "{\n  \"lab\": \"a\"\n}");
        check(
            "{\n  \"networks\": { \"lan\": {} /* one */ }\n}",
            &json!({ "networks": { "wan": {} } }),
            "{\n  \"networks\": {\n    \"lan\": {}, /* one */\n    \"wan\": {}\n  }\n}",
        );
        check(
            "{\n  \"lab\": \"a\",\n  \"networks\": { }\n}",
            &json!({ "networks": { "wan": {} } }),
            "{\n  \"lab\": \"a\",\n  \"networks\": {\n    \"wan\": {}\n  }\n}",
        );
    }

    #[test]
    fn lists_on_one_line_stay_on_it() {
        check(
            "{ \"external\": { \"networks\": [\"a\"], \"pools\": [] } }",
            &json!({ "external": { "networks": ["a", "b"], "pools": ["c"] } }),
            "{ \"external\": { \"networks\": [\"a\", \"b\"], \"pools\": [\"c\"] } }",
        );
    }

    #[test]
    fn the_layout_is_that_of_the_file() {
        let more = json!({ "networks": { "wan": { "mode": "nat" } } });
        check(
            "{\r\n\t\"networks\": {\r\n\t\t\"lan\": {}\r\n\t}\r\n}\r\n",
            &more,
            "{\r\n\t\"networks\": {\r\n\t\t\"lan\": {},\r\n\t\t\"wan\": { \"mode\": \"nat\" }\r\n\t}\r\n}\r\n",
        );
        check(
            "{\n    \"lab\": \"a\" }",
            &more,
            "{\n    \"lab\": \"a\",\n    \"networks\": {\n        \"wan\": { \"mode\": \"nat\" }\n    } }",
        );
        assert_eq!(insert("[]", &Map::new(), LEVELS), None);
    }

    /// What may stand between two words.
    const BETWEEN: &str = "( |\t|\n|\r\n|/\\* c \\*/|// c\n){0,3}";

    proptest::proptest! {
        #[test]
        fn nothing_but_blanks_is_lost(between in proptest::collection::vec(BETWEEN, 16)) {
            let words = ["{", "\"a\"", ":", "1", ",", "\"s\"", ":", "{", "\"x\"", ":", "[", "1", "]", "}", "}"];
            let pairs = between.iter().map(String::as_str).zip(words.into_iter().chain([""]));
            let text: String = pairs.flat_map(|(between, word)| [between, word]).collect();
            let Json::Object(more) = json!({ "s": { "n": 2, "x": [3] }, "t": {} }) else { unreachable!() };
            for levels in 0..=LEVELS {
                let new = edited(&text, &insert(&text, &more, levels).unwrap()).unwrap();
                let (source, problems) = Source::read("lab.json", new.clone());
                assert_eq!(problems, []);
                let expected = json!({ "a": 1, "s": { "x": [1, 3], "n": 2 }, "t": {} });
                assert_eq!(source.root().unwrap().to_value(), expected);
                let mut rest = new.chars();
                assert!(text.chars().filter(|c| !c.is_whitespace()).all(|c| rest.any(|new| new == c)), "{text}\n{new}");
                assert_eq!(new.matches('c').count(), text.matches('c').count());
            }
        }
    }
}
