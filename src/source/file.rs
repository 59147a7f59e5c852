//! A file that a spec is made of, and where its text stands among those of the others.

use std::ops::Range;

use super::{Node, char_boundary, parse};
use crate::place::Place;
use crate::problem::{Id, Problem};

const BOM: char = '\u{feff}';

/// A file's name and text.
#[derive(Debug, Clone)]
pub struct File {
    name: String,
    text: String,
    bom: usize,
    start: usize,
    pub(super) apart: Option<Node>,
}

impl File {
    /// A file of this text, whose first byte is the `start`th of all files'.
    pub(super) fn new(name: String, mut text: String, start: usize) -> Self {
        let mut bom = 0;
        if text.starts_with(BOM) {
            bom = BOM.len_utf8();
            text.drain(..bom);
        }
        Self { name, text, bom, start, apart: None }
    }

    /// A file of these bytes, and the problem that they are not UTF-8.
    pub(super) fn from_bytes(name: String, bytes: Vec<u8>, start: usize) -> (Self, Option<Problem>) {
        let utf16 = matches!(bytes.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
        if bytes.contains(&0) && !utf16 {
            // Its lines are none, and tell nothing.
            let problem = Problem::new(Id::SyntaxError, Place::File(name.clone()), "the spec is not a text file")
                .help("a spec is JSON in UTF-8");
            return (Self::new(name, String::from_utf8_lossy(&bytes).into_owned(), start), Some(problem));
        }
        let error = match String::from_utf8(bytes) {
            Ok(text) => return (Self::new(name, text, start), None),
            Err(error) => error,
        };
        let good = error.utf8_error().valid_up_to();
        let file = Self::new(name, String::from_utf8_lossy(error.as_bytes()).into_owned(), start);
        let at = start + good - file.bom;
        let place = Place::Text(at..at + char::REPLACEMENT_CHARACTER.len_utf8());
        let problem = Problem::new(Id::SyntaxError, place, "the spec is not UTF-8 text")
            .label("not UTF-8 from here on")
            .help(if utf16 { "the file is UTF-16; save it as UTF-8" } else { "save the file as UTF-8" });
        (file, Some(problem))
    }

    /// The same file, with nothing but its text, whose first byte is the `start`th of all files'.
    pub(super) fn starting_at(&self, start: usize) -> Self {
        Self { start, apart: None, ..self.clone() }
    }

    /// The tree and its duplicate keys, or what is wrong with the syntax, placed among all files.
    pub(super) fn parse(&self) -> Result<(Node, Vec<Problem>), Box<Problem>> {
        match parse::parse(&self.text) {
            Ok((mut root, mut problems)) => {
                if self.start > 0 {
                    root.shift(self.start);
                    for problem in &mut problems {
                        shift(problem, self.start);
                    }
                }
                Ok((root, problems))
            }
            Err(mut problem) => {
                shift(&mut problem, self.start);
                Err(problem)
            }
        }
    }

    /// How the user named the file, or would.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text, without a byte order mark.
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

    /// The `$schema`, `version`, `description` and `include` of an included file, which are not merged into the spec. Nothing else checks
    /// them, so they are validated by themselves.
    #[must_use]
    pub fn apart(&self) -> Option<&Node> {
        self.apart.as_ref()
    }

    /// Where the text starts among those of all files.
    #[must_use]
    pub fn start(&self) -> usize {
        self.start
    }

    /// Where the next file's text starts: not where this one's ends, so that both of these positions tell their file.
    pub(super) fn next_start(&self) -> usize {
        self.start + self.text.len() + 1
    }

    /// The part of the text that a range among all files means.
    pub(super) fn own(&self, range: &Range<usize>) -> Range<usize> {
        let end = char_boundary(&self.text, range.end.saturating_sub(self.start));
        char_boundary(&self.text, range.start.saturating_sub(self.start).min(end))..end
    }
}

fn shift(problem: &mut Problem, by: usize) {
    let related = problem.related.iter_mut().map(|(place, _)| place);
    for place in std::iter::once(&mut problem.place).chain(related) {
        if let Place::Text(range) = place {
            *range = range.start + by..range.end + by;
        }
    }
}
