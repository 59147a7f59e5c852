//! The spec's text, and where in it everything stands.
//!
//! In comes the text of a spec, as read from disk; out come a tree of positioned [`Node`]s and the problems that the
//! text itself has: broken syntax and duplicate keys. Comments (`//` and `/* */`) are blanked in place, so every
//! position is one of the text as the user wrote it. Later modules speak of [`Place`]s; [`Source::range`] finds the
//! text again when a problem is reported.

mod comments;
mod node;
mod parse;
mod syntax;

use std::ops::Range;

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};

pub use node::{Kind, Member, Node};

const BOM: char = '\u{feff}';

/// A spec's text with its name and, unless its syntax is broken, its tree.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: String,
    bom: usize,
    root: Option<Node>,
}

impl Source {
    /// Reads a spec's text; `name` is how the user named the file.
    ///
    /// The problems are either one `syntax-error`, and then there is no [`root`](Self::root), or any number of
    /// `duplicate-key`, and then the tree holds the first of the equal keys, so that later checks can go on.
    ///
    /// ```
    /// use lab2nix::source::Source;
    /// let (source, problems) = Source::read("lab.json", "{ \"lab\": \"one\" } // done".to_owned());
    /// assert!(problems.is_empty());
    /// assert_eq!(source.root().unwrap().to_value()["lab"], "one");
    /// ```
    #[must_use]
    pub fn read(name: impl Into<String>, mut text: String) -> (Self, Vec<Problem>) {
        let mut bom = 0;
        if text.starts_with(BOM) {
            bom = BOM.len_utf8();
            text.drain(..bom);
        }
        let (root, problems) = match parse::parse(&text) {
            Ok((root, duplicates)) => (Some(root), duplicates),
            Err(problem) => (None, vec![*problem]),
        };
        let name = name.into();
        (Self { name, text, bom, root }, problems)
    }

    /// Reads a spec's bytes like [`read`](Self::read); bytes that are not UTF-8 are a `syntax-error` at the first of
    /// them.
    #[must_use]
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> (Self, Vec<Problem>) {
        match String::from_utf8(bytes) {
            Ok(text) => Self::read(name, text),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let mut text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let utf16 = matches!(error.as_bytes(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
                let mut bom = 0;
                if text.starts_with(BOM) {
                    bom = BOM.len_utf8();
                    text.drain(..bom);
                }
                let at = good - bom;
                let place = Place::Text(at..at + char::REPLACEMENT_CHARACTER.len_utf8());
                let problem = Problem::new(Id::SyntaxError, place, "the spec is not UTF-8 text")
                    .label("no UTF-8 from here on")
                    .help(if utf16 { "the file is UTF-16; save it as UTF-8" } else { "save the file as UTF-8" });
                let source = Self { name: name.into(), text, bom, root: None };
                (source, vec![problem])
            }
        }
    }

    /// How the user named the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text, without a byte order mark; all ranges are ranges of it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The length of the byte order mark that [`text`](Self::text) lacks: what to add to a position in the text to get
    /// one in the file.
    #[must_use]
    pub fn bom_len(&self) -> usize {
        self.bom
    }

    /// The tree, or `None` when the syntax is broken.
    #[must_use]
    pub fn root(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    /// The bytes of the text that a place means, or `None` for a file beside the spec.
    ///
    /// What does not exist falls back to the nearest thing around it that does: the key that names it, or the opening
    /// bracket of an object that has no key, which is the whole spec or an item of a list.
    #[must_use]
    pub fn range(&self, place: &Place) -> Option<Range<usize>> {
        match place {
            Place::Value(pointer) => Some(self.pointed(pointer, false)),
            Place::Key(pointer) => Some(self.pointed(pointer, true)),
            Place::Text(range) => {
                let end = char_boundary(&self.text, range.end);
                Some(char_boundary(&self.text, range.start.min(end))..end)
            }
            Place::File(_) => None,
        }
    }

    fn pointed(&self, pointer: &Pointer, wants_key: bool) -> Range<usize> {
        let Some(mut node) = self.root.as_ref() else {
            return 0..0;
        };
        let mut key: Option<&Range<usize>> = None;
        for step in pointer.steps() {
            let next = match &node.kind {
                Kind::Object(members) => members
                    .iter()
                    .find(|member| member.key == step)
                    .map(|member| (&member.value, Some(&member.key_span))),
                Kind::Array(items) => {
                    step.parse().ok().and_then(|index: usize| items.get(index)).map(|item| (item, None))
                }
                Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => None,
            };
            let Some(next) = next else {
                return key.cloned().unwrap_or_else(|| node.head());
            };
            (node, key) = next;
        }
        match key {
            Some(key) if wants_key => key.clone(),
            None if wants_key => node.head(),
            _ => node.span.clone(),
        }
    }
}

/// The last position in `text` that is not after `at` and not inside a character.
fn char_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const SPEC: &str = "{ // two nets\n  \"networks\": { \"l/n\": { \"ip\": [\"é\", 1.5] } }, \"x\": null\n}";

    fn text_at(place: &Place) -> String {
        let (source, problems) = Source::read("lab.json", SPEC.to_owned());
        assert_eq!(problems, []);
        source.text()[source.range(place).unwrap()].to_owned()
    }

    #[test]
    fn places_are_found_again() {
        let lan = Pointer::root().key("networks").key("l/n");
        assert_eq!(text_at(&lan.clone().name()), "\"l/n\"");
        assert_eq!(text_at(&lan.clone().value()), "{ \"ip\": [\"é\", 1.5] }");
        assert_eq!(text_at(&lan.key("ip").index(0).value()), "\"é\"");
        assert_eq!(text_at(&lan.key("ip").index(1).value()), "1.5");
        assert_eq!(text_at(&Pointer::root().key("x").value()), "null");
        assert_eq!(text_at(&Pointer::root().value()), SPEC);
        assert_eq!(text_at(&Place::Text(2..13)), "// two nets");
    }

    #[test]
    fn what_does_not_exist_falls_back_to_what_is_around_it() {
        let networks = Pointer::root().key("networks");
        assert_eq!(text_at(&networks.key("wan").key("ip").value()), "\"networks\"");
        assert_eq!(text_at(&networks.key("l/n").key("ip").index(2).value()), "\"ip\"");
        assert_eq!(text_at(&networks.key("l/n").key("ip").index(0).name()), "\"é\"");
        assert_eq!(text_at(&Pointer::root().key("pools").value()), "{");
        assert_eq!(text_at(&Pointer::root().name()), "{");
    }

    #[test]
    fn places_outside_the_text_do_not_panic() {
        let (source, _) = Source::read("lab.json", "\u{feff}é".to_owned());
        assert_eq!(source.range(&Place::Text(1..900)), Some(0..2));
        assert_eq!(source.range(&Pointer::root().key("a").value()), Some(0..0));
        assert_eq!(source.range(&Place::File("x".to_owned())), None);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_one_problem() {
        let (source, problems) = Source::from_bytes("lab.json", b"{ \"lab\": \"caf\xe9\" }".to_vec());
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].place, Place::Text(13..16));
        assert_eq!(source.text(), "{ \"lab\": \"caf\u{fffd}\" }");
        let (_, problems) = Source::from_bytes("lab.json", b"\xff\xfe{\0}\0".to_vec());
        assert_eq!(problems[0].help, "the file is UTF-16; save it as UTF-8");
    }
}
