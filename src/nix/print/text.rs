//! Strings: what stands between quotes, and what has to be escaped there.

use super::{Printer, STEP};
use crate::nix::{Lines, Piece, Select};

impl Printer {
    /// Text in quotes, escaped so that it reads back as it is.
    ///
    /// A raw carriage return would read back as a newline, `${` would begin an interpolation.
    pub(super) fn string(&mut self, text: &str) {
        self.out.push('"');
        let bytes = text.as_bytes();
        let mut copied = 0;
        for (at, byte) in bytes.iter().enumerate() {
            let escaped = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                b'$' if bytes.get(at + 1) == Some(&b'{') => "\\$",
                _ => continue,
            };
            self.out.push_str(&text[copied..at]);
            self.out.push_str(escaped);
            copied = at + 1;
        }
        self.out.push_str(&text[copied..]);
        self.out.push('"');
    }

    /// Text as an indented string: its lines a step deeper than `indent`, the closing quotes at `indent`.
    ///
    /// Nix takes away the blanks that all lines begin with, alejandra other white space too, and what a line ends with
    /// besides. White space in such a place is written as the interpolation of a string, `${" "}`. (The escape `''\ `
    /// would end with a blank again.)
    pub(super) fn lines(&mut self, lines: &Lines, indent: usize) {
        let indent_of_text = indent + STEP;
        let mut hold_margin = !has_margin(lines);
        // Where the line begins, behind its indentation. An empty one stays without.
        let mut begun = None;
        self.out.push_str("''");
        let mut pieces = lines.pieces().iter().peekable();
        while let Some(piece) = pieces.next() {
            let text = match piece {
                Piece::Text(text) => text.as_str(),
                Piece::Select(select) => {
                    let start = begun.unwrap_or_else(|| self.begin_line(indent_of_text));
                    begun = Some(start);
                    let last = matches!(pieces.peek(), Some(Piece::Text(text)) if text.as_str().starts_with('\n'));
                    self.variable(select, start, last);
                    continue;
                }
            };
            for line in text.split_inclusive('\n') {
                let (line, ends) = line.strip_suffix('\n').map_or((line, false), |line| (line, true));
                if !line.is_empty() {
                    let held = std::mem::take(&mut hold_margin) && begun.is_none();
                    let start = begun.unwrap_or_else(|| self.begin_line(indent_of_text));
                    begun = Some(start);
                    let line = if held { self.margin(line) } else { line };
                    self.part_of_line(line, start, ends);
                }
                if ends && begun.take().is_none() {
                    self.out.push('\n');
                }
            }
        }
        self.line(indent);
        self.out.push_str("''");
    }

    fn begin_line(&mut self, indent: usize) -> usize {
        self.line(indent);
        self.out.len()
    }

    /// A variable on the line that began at `start`; it may be the `last` on its line.
    fn variable(&mut self, select: &Select, start: usize, last: bool) {
        let before = self.out.len();
        self.interpolated_select(select);
        // `nixfmt` breaks a line for being long if an interpolation is all that is on it, but not if there are two.
        if last && !self.fits(start, 0) && self.out[start..before].trim_start().is_empty() {
            let blanks = self.out[start..before].to_owned();
            self.out.truncate(start);
            self.interpolated(&blanks);
            self.interpolated_select(select);
        }
    }

    /// The white space that a line begins with, so that it is not taken for indentation; the rest of the line.
    fn margin<'a>(&mut self, line: &'a str) -> &'a str {
        let rest = line.trim_start();
        self.interpolated(&line[..line.len() - rest.len()]);
        rest
    }

    /// Text on the line that began at `start`. Unless it `ends` the line, a variable follows it.
    fn part_of_line(&mut self, text: &str, start: usize, ends: bool) {
        if !ends {
            return self.unquoted(text, true);
        }
        let body = text.trim_end();
        let end = &text[body.len()..];
        self.unquoted(body, !end.is_empty());
        if end.is_empty() {
            return;
        }
        let before = self.out.len();
        self.interpolated(end);
        // As with a variable.
        if before == start && !self.fits(start, 0) {
            self.out.truncate(start);
            let mut chars = end.chars();
            chars.next();
            self.interpolated(&end[..end.len() - chars.as_str().len()]);
            self.interpolated(chars.as_str());
        }
    }

    fn interpolated_select(&mut self, select: &Select) {
        self.out.push_str("${");
        self.select(select);
        self.out.push('}');
    }

    fn interpolated(&mut self, text: &str) {
        self.out.push_str("${");
        self.string(text);
        self.out.push('}');
    }

    /// A part of a line in an indented string; an `interpolation` follows it or not.
    ///
    /// Two quotes would end the string, `${` would begin an interpolation, and a raw carriage return would read back as a
    /// newline. (`$${` would be text, and `$$${` not: the last `$` is escaped in any case.)
    fn unquoted(&mut self, text: &str, interpolation: bool) {
        let bytes = text.as_bytes();
        let mut copied = 0;
        let mut at = 0;
        // Whether the last byte was a quote that is not part of two.
        let mut quote = false;
        while at < bytes.len() {
            let next = bytes.get(at + 1);
            let single = std::mem::take(&mut quote);
            let (escaped, length) = match bytes[at] {
                b'\'' if next == Some(&b'\'') => ("'''", 2),
                b'\'' => {
                    quote = true;
                    at += 1;
                    continue;
                }
                b'$' if next.map_or(interpolation, |next| matches!(next, b'{' | b'\r')) => {
                    // `'` and `''$` would be `'''` and `$`.
                    (if single { "${\"$\"}" } else { "''$" }, 1)
                }
                b'\r' => ("${\"\\r\"}", 1),
                _ => {
                    at += 1;
                    continue;
                }
            };
            self.out.push_str(&text[copied..at]);
            self.out.push_str(escaped);
            at += length;
            copied = at;
        }
        self.out.push_str(&text[copied..]);
    }
}

/// Whether a line begins where the indentation ends, and so keeps the blanks of the others.
fn has_margin(lines: &Lines) -> bool {
    let mut begin = true;
    lines.pieces().iter().any(|piece| match piece {
        Piece::Select(_) => std::mem::replace(&mut begin, false),
        Piece::Text(text) => text.as_str().split_inclusive('\n').any(|line| {
            let (line, ends) = line.strip_suffix('\n').map_or((line, false), |line| (line, true));
            // A line of white space is the interpolation of a string.
            let margin = line.starts_with(|first: char| !first.is_whitespace() || (ends && line.trim().is_empty()));
            std::mem::replace(&mut begin, ends) && margin
        }),
    })
}
