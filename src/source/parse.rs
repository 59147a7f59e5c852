//! Text in, positioned tree and duplicate keys out, through `serde_json` in a single pass.
//!
//! `serde_json` tells no positions while it parses, but it lends keys and scalars as [`RawValue`], slices of the text.
//! Between two of them stand only blanks and the punctuation that `serde_json` has already accepted, so the place of
//! every bracket follows from where the last slice ended: that is [`Parser::cursor`].

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Kind, Member, Node, comments, syntax};
use crate::place::Place;
use crate::problem::{Id, Problem};

/// Where the parser is: what a message about broken syntax needs to know.
pub(super) struct Parser<'t> {
    /// The text, comments and trailing commas blanked.
    pub(super) text: &'t str,
    /// The end of the last key, scalar or bracket.
    pub(super) cursor: usize,
    /// Where the brackets that are open were opened, the innermost last.
    pub(super) open: Vec<usize>,
    /// The last thing, if it was a key, so that its value comes next.
    pub(super) key: Option<Range<usize>>,
    /// A scalar that is well formed but means nothing, with what is wrong about it.
    pub(super) bad_scalar: Option<(Range<usize>, &'static str)>,
    duplicates: Vec<Problem>,
}

/// The tree of a text, comments and trailing commas allowed, and its duplicate keys; or what is wrong with its syntax.
pub(super) fn parse(text: &str) -> Result<(Node, Vec<Problem>), Box<Problem>> {
    let blanked = comments::blank(text).map_err(syntax::open_comment)?;
    let mut parser =
        Parser { text: &blanked, cursor: 0, open: Vec::new(), key: None, bad_scalar: None, duplicates: Vec::new() };
    let mut deserializer = serde_json::Deserializer::from_str(&blanked);
    let root = Seed(&mut parser).deserialize(&mut deserializer);
    match root.and_then(|root| deserializer.end().map(|()| root)) {
        Ok(root) => Ok((root, parser.duplicates)),
        Err(error) => Err(syntax::diagnose(&parser, &error)),
    }
}

impl<'t> Parser<'t> {
    /// The next byte at or after `cursor` that is neither blank nor a comma or colon.
    pub(super) fn next_token(&self) -> usize {
        let rest = &self.text.as_bytes()[self.cursor..];
        let skipped = rest.iter().position(|byte| !b" \t\r\n,:".contains(byte));
        self.cursor + skipped.unwrap_or(rest.len())
    }

    fn advance(&mut self, raw: &'t RawValue) -> Range<usize> {
        let start = raw.get().as_ptr().addr() - self.text.as_ptr().addr();
        self.cursor = start + raw.get().len();
        start..self.cursor
    }

    fn close(&mut self) -> Range<usize> {
        let start = self.open.pop().expect("`close` follows an `open.push`");
        self.cursor = self.next_token() + 1;
        start..self.cursor
    }

    fn string(&mut self, raw: &str, span: &Range<usize>) -> Option<String> {
        let plain = raw.strip_prefix('"')?.strip_suffix('"')?;
        if !plain.contains('\\') {
            return Some(plain.to_owned());
        }
        let string = serde_json::from_str(raw).ok();
        if string.is_none() {
            self.bad_scalar = Some((span.clone(), "this string has half of a `\\u` pair"));
        }
        string
    }

    fn scalar(&mut self, raw: &'t RawValue) -> Option<Node> {
        let span = self.advance(raw);
        let raw = raw.get();
        let kind = match raw.as_bytes().first() {
            Some(b'"') => Kind::String(self.string(raw, &span)?),
            Some(b'n') => Kind::Null,
            Some(b't') => Kind::Bool(true),
            Some(b'f') => Kind::Bool(false),
            _ => {
                let number = serde_json::from_str(raw).ok();
                if number.is_none() {
                    self.bad_scalar = Some((span.clone(), "this number is too large"));
                }
                Kind::Number(number?)
            }
        };
        Some(Node { span, kind })
    }

    /// Keeps the first of each key, and makes the others problems.
    fn drop_duplicates(&mut self, members: Vec<Member>) -> Vec<Member> {
        let mut first: HashMap<&str, &Range<usize>> = HashMap::with_capacity(members.len());
        let mut again = Vec::new();
        for (index, member) in members.iter().enumerate() {
            let Some(span) = first.get(member.key.as_str()) else {
                first.insert(&member.key, &member.key_span);
                continue;
            };
            let place = Place::Text(member.key_span.clone());
            let message = format!("key `{}` is given twice in one object", member.key);
            self.duplicates.push(
                Problem::new(Id::DuplicateKey, place, message)
                    .label("given again")
                    .related(Place::Text((*span).clone()), "first given here")
                    .help("merge the two, or rename one"),
            );
            again.push(index);
        }
        if again.is_empty() {
            return members;
        }
        let mut again = again.into_iter().peekable();
        let kept = members.into_iter().enumerate().filter(|(index, _)| again.next_if_eq(index).is_none());
        kept.map(|(_, member)| member).collect()
    }
}

/// Reads one value wherever the parser is.
struct Seed<'p, 't>(&'p mut Parser<'t>);

impl<'t> DeserializeSeed<'t> for Seed<'_, 't> {
    type Value = Node;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Node, D::Error> {
        let start = self.0.next_token();
        match self.0.text.as_bytes().get(start) {
            Some(b'{') => {
                self.0.open(start);
                deserializer.deserialize_map(self)
            }
            Some(b'[') => {
                self.0.open(start);
                deserializer.deserialize_seq(self)
            }
            _ => {
                let raw = <&RawValue as serde::Deserialize>::deserialize(deserializer)?;
                let node = self.0.scalar(raw).ok_or_else(|| D::Error::custom("bad scalar"))?;
                self.0.key = None;
                Ok(node)
            }
        }
    }
}

impl<'t> Visitor<'t> for Seed<'_, 't> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Seed(&mut *self.0))? {
            items.push(item);
        }
        Ok(Node { span: self.0.close(), kind: Kind::Array(items) })
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(raw) = map.next_key::<&RawValue>()? {
            let key_span = self.0.advance(raw);
            let key = self.0.string(raw.get(), &key_span).ok_or_else(|| A::Error::custom("bad key"))?;
            self.0.key = Some(key_span.clone());
            let value = map.next_value_seed(Seed(&mut *self.0))?;
            members.push(Member { key, key_span, value });
        }
        let span = self.0.close();
        let members = self.0.drop_duplicates(members);
        Ok(Node { span, kind: Kind::Object(members) })
    }
}

impl Parser<'_> {
    fn open(&mut self, start: usize) {
        self.open.push(start);
        self.cursor = start + 1;
        self.key = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde_json::{Value, json};

    fn check(text: &str, expected: &Value) {
        let (root, duplicates) = parse(text).unwrap();
        assert_eq!((root.to_value(), duplicates), (expected.clone(), vec![]));
        check_spans(&root, text);
    }

    /// Every span, parsed on its own, gives its node.
    fn check_spans(node: &Node, text: &str) {
        let (alone, _) = parse(&text[node.span.clone()]).unwrap();
        assert_eq!(alone.to_value(), node.to_value());
        match &node.kind {
            Kind::Array(items) => items.iter().for_each(|item| check_spans(item, text)),
            Kind::Object(members) => members.iter().for_each(|member| {
                let key: String = serde_json::from_str(&text[member.key_span.clone()]).unwrap();
                assert_eq!(key, member.key);
                check_spans(&member.value, text);
            }),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {}
        }
    }

    #[test]
    fn values_and_their_spans() {
        check("null", &json!(null));
        check(" [ ] ", &json!([]));
        check("{\r\n}", &json!({}));
        check("[1, -2.5e3 ,true,[[\"\"]], {} ]", &json!([1, -2500.0, true, [[""]], {}]));
        check(
            "{\"a:,\" : {\"é\\n\":[{\"b\" :\t\"\\u00e9,\"}]}, \"c\":0}",
            &json!({"a:,": {"é\n": [{"b": "é,"}]}, "c": 0}),
        );
        check("/* a */ { // b\n \"a\" /* : */ : /* , */ 1 /* } */ } // c", &json!({"a": 1}));
        check("[18446744073709551615, -9223372036854775808]", &json!([u64::MAX, i64::MIN]));
    }

    #[test]
    fn duplicate_keys_are_all_found_and_the_first_kept() {
        let text = r#"{"a": 1, "b": {"x": 1, "\u0078": 2}, "a": [{"y": 0, "y": 0}], "a": 3, "c": 4}"#;
        let (root, duplicates) = parse(text).unwrap();
        assert_eq!(root.to_value(), json!({"a": 1, "b": {"x": 1}, "c": 4}));
        let found: Vec<_> = duplicates
            .iter()
            .map(|problem| match (&problem.place, problem.related.as_slice()) {
                (Place::Text(again), [(Place::Text(first), _)]) => (first.start, again.start),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, [(15, 23), (44, 52), (1, 37), (1, 62)]);
    }

    #[test]
    fn hostile_depth_is_a_problem() {
        for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000), "[{\"a\":".repeat(50_000)] {
            assert_eq!(parse(&text).unwrap_err().message, "the spec is nested too deeply");
        }
    }
}
