//! Bytes of the texts in, files, lines and columns out.

use std::ops::Range;

use serde::Serialize;

use crate::place::Place;
use crate::problem::Problem;
use crate::source::{File, Index, Source};

/// The texts of a spec by their lines.
pub(super) struct Texts<'s> {
    source: &'s Source,
    index: Index<'s>,
    lines: Vec<Lines<'s>>,
}

/// A text by its lines.
pub(super) struct Lines<'s> {
    pub(super) file: &'s File,
    /// What may not be shown of it, in order.
    pub(super) concealed: Vec<Range<usize>>,
    starts: Vec<usize>,
    ascii: bool,
}

/// A position as people and programs count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Position {
    /// The line, from 1.
    pub(super) line: usize,
    /// The column, from 1, in characters.
    pub(super) column: usize,
    /// The byte of the file, from 0.
    pub(super) offset: usize,
}

/// A range of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// Which of the spec's files it is in.
    pub(super) file: usize,
    pub(super) range: Range<usize>,
    pub(super) start: Position,
    pub(super) end: Position,
}

impl<'s> Texts<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        Self { source, index: Index::default(), lines: source.files().iter().map(Lines::new).collect() }
    }

    /// Conceals what these problems say may not be shown.
    pub(super) fn conceal(&mut self, problems: &[Problem]) {
        for place in problems.iter().flat_map(|problem| &problem.conceals) {
            let Some(Span { file, range, .. }) = self.span(place) else { continue };
            let lines = &mut self.lines[file];
            // Its quotes tell that it is a string.
            let is_string = range.len() > 1 && lines.file.text()[range.clone()].starts_with('"');
            lines.concealed.push(if is_string { range.start + 1..range.end - 1 } else { range });
        }
        for lines in &mut self.lines {
            lines.concealed.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
            let mut end = 0;
            lines.concealed.retain(|range| {
                let is_outermost = range.end > end;
                end = end.max(range.end);
                is_outermost
            });
        }
    }

    /// Where a place is, or `None` if it is in none of these texts.
    pub(super) fn span(&self, place: &Place) -> Option<Span> {
        let (file, range) = self.source.range_by(&self.index, place)?;
        let (start, end) = self.lines[file].positions(&range);
        Some(Span { file, range, start, end })
    }

    /// The lines of the file that a span is in.
    pub(super) fn lines(&self, span: &Span) -> &Lines<'s> {
        &self.lines[span.file]
    }

    /// The name of the file that a span is in.
    pub(super) fn name(&self, span: &Span) -> &'s str {
        self.lines(span).file.name()
    }

    /// The span if it is on one line; else its first character, which is the bracket that it opens with.
    pub(super) fn on_one_line(&self, span: &Span) -> Span {
        if span.start.line == span.end.line {
            return span.clone();
        }
        let lines = self.lines(span);
        let first = lines.file.text()[span.range.start..].chars().next();
        let range = span.range.start..span.range.start + first.map_or(0, char::len_utf8);
        let (start, end) = lines.positions(&range);
        Span { file: span.file, range, start, end }
    }
}

impl<'s> Lines<'s> {
    fn new(file: &'s File) -> Self {
        let text = file.text();
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect();
        Self { file, concealed: Vec::new(), starts, ascii: text.is_ascii() }
    }

    fn positions(&self, range: &Range<usize>) -> (Position, Position) {
        (self.position(range.start), self.position(range.end))
    }

    /// The bytes of a line, counted from 1, without its line break.
    pub(super) fn line(&self, line: usize) -> Range<usize> {
        let start = self.starts[line - 1];
        let end = self.starts.get(line).map_or(self.file.text().len(), |next| next - 1);
        let text = &self.file.text()[start..end];
        start..start + text.strip_suffix('\r').unwrap_or(text).len()
    }

    fn position(&self, at: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= at);
        let before = &self.file.text()[self.starts[line - 1]..at];
        let characters = if self.ascii { before.len() } else { before.chars().count() };
        Position { line, column: characters + 1, offset: at + self.file.bom_len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn positions_count_lines_and_characters() {
        let (source, _) = Source::read("lab.json", "\u{feff}[\r\n \"é\",\n2]".to_owned());
        let texts = Texts::new(&source);
        let lines = &texts.lines[0];
        let check = |at: usize, line: usize, column: usize| {
            assert_eq!(lines.position(at), Position { line, column, offset: at + 3 });
        };
        check(0, 1, 1);
        check(2, 1, 3);
        check(3, 2, 1);
        check(7, 2, 4);
        check(10, 3, 1);
        check(12, 3, 3);
        assert_eq!((lines.line(1), lines.line(2), lines.line(3)), (0..1, 3..9, 10..12));
        let span = texts.span(&Place::Text(0..12)).unwrap();
        assert_eq!(texts.on_one_line(&span).range, 0..1);
    }
}
