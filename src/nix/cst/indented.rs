//! Indented strings, and what Nix takes away from them.
//!
//! Escapes that begin with `''\` are refused. This crate writes none, and they do not go well with indentation: Nix takes
//! blanks away behind an escaped newline, though they do not count as indentation, and rnix's own reading keeps them.

use rnix::SyntaxKind;
use rowan::NodeOrToken;

use super::{Part, Parts, ReadError};

/// A bit of an indented string.
pub(in crate::nix) enum Bit<'a> {
    /// Text that is spelled as it is.
    Text(&'a str),
    /// The expression in an interpolation.
    Interpolated(Part<'a>),
}

/// The bits of an indented string and where they stand, without the indentation.
pub(in crate::nix) fn bits(string: Part<'_>) -> Result<Bits<'_>, ReadError> {
    let whole = string.expect(SyntaxKind::NODE_STRING)?;
    let mut parts = whole.parts();
    if parts.expect(SyntaxKind::TOKEN_STRING_START)?.token(SyntaxKind::TOKEN_STRING_START)? != "''" {
        return Err(whole.unexpected());
    }
    let margin = margin(parts.clone());
    let mut bits = Bits { raw: "", at: parts.at, margin, begin: true, parts };
    if let Some(part) = bits.parts.clone().next()
        && let NodeOrToken::Token(token) = part.element
        && part.kind == SyntaxKind::TOKEN_STRING_CONTENT
    {
        bits.parts.next();
        bits.raw = token.text();
        // The line of the opening quotes is none if there is nothing on it.
        let rest = bits.raw.trim_start_matches(' ');
        if rest.starts_with('\n') {
            bits.cut(bits.raw.len() - rest.len() + 1);
        }
    }
    Ok(bits)
}

/// How many blanks each line begins with that do not belong to the text.
fn margin(parts: Parts<'_>) -> usize {
    // What Nix begins with.
    let mut margin = 1_000_000;
    // The blanks at the beginning of a line, and nothing behind them.
    let mut blanks = Some(0);
    for part in parts {
        match part.element {
            NodeOrToken::Token(token) if part.kind == SyntaxKind::TOKEN_STRING_CONTENT => {
                for byte in token.text().bytes() {
                    blanks = match (byte, blanks) {
                        (b'\n', _) => Some(0),
                        (b' ', Some(blanks)) => Some(blanks + 1),
                        (_, Some(blanks)) => {
                            margin = margin.min(blanks);
                            None
                        }
                        (_, None) => None,
                    };
                }
            }
            NodeOrToken::Token(_) => {}
            NodeOrToken::Node(_) => margin = margin.min(blanks.take().unwrap_or(margin)),
        }
    }
    margin
}

/// The bits of an indented string.
#[derive(Clone)]
pub(in crate::nix) struct Bits<'a> {
    parts: Parts<'a>,
    /// What is left of the current token, and where it stands.
    raw: &'a str,
    at: usize,
    margin: usize,
    /// Whether a line begins here.
    begin: bool,
}

impl<'a> Bits<'a> {
    /// The text before `end`, and where it stands.
    fn cut(&mut self, end: usize) -> (usize, &'a str) {
        let (text, rest) = self.raw.split_at(end);
        let at = self.at;
        self.raw = rest;
        self.at += end;
        (at, text)
    }

    /// What comes next in the token that is not used up.
    fn bit(&mut self) -> Result<Option<(usize, Bit<'a>)>, ReadError> {
        if std::mem::take(&mut self.begin) {
            let blanks = self.raw.len() - self.raw.trim_start_matches(' ').len();
            let last = blanks == self.raw.len()
                && self.parts.clone().next().is_none_or(|next| next.kind == SyntaxKind::TOKEN_STRING_END);
            self.cut(if last { blanks } else { blanks.min(self.margin) });
        }
        if self.raw.starts_with("''") {
            let text = match self.raw.as_bytes().get(2) {
                Some(b'\'') => "''",
                Some(b'$') => "$",
                _ => return Err(ReadError::Unexpected { kind: SyntaxKind::TOKEN_STRING_CONTENT, at: self.at }),
            };
            let (at, _) = self.cut(3);
            return Ok(Some((at, Bit::Text(text))));
        }
        let (at, text) = self.cut(plain(self.raw));
        self.begin = text.ends_with('\n');
        Ok((!text.is_empty()).then_some((at, Bit::Text(text))))
    }
}

/// How long the part of a line is that has no escapes.
fn plain(raw: &str) -> usize {
    let mut end = 0;
    while let Some(next) = raw[end..].find(['\n', '\'']) {
        let rest = &raw[end + next..];
        if rest.starts_with("''") {
            return end + next;
        }
        end += next + 1;
        if rest.starts_with('\n') {
            return end;
        }
    }
    raw.len()
}

impl<'a> Iterator for Bits<'a> {
    type Item = Result<(usize, Bit<'a>), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if !self.raw.is_empty() {
                match self.bit() {
                    Ok(None) => continue,
                    other => return other.transpose(),
                }
            }
            let part = self.parts.next()?;
            match part.element {
                NodeOrToken::Token(token) if part.kind == SyntaxKind::TOKEN_STRING_CONTENT => {
                    self.raw = token.text();
                    self.at = part.at;
                }
                NodeOrToken::Token(_) if part.kind == SyntaxKind::TOKEN_STRING_END => return None,
                NodeOrToken::Node(_) if part.kind == SyntaxKind::NODE_INTERPOL => {
                    self.begin = false;
                    return Some(interpolated(part).map(|expr| (part.at, Bit::Interpolated(expr))));
                }
                NodeOrToken::Token(_) | NodeOrToken::Node(_) => return Some(Err(part.unexpected())),
            }
        }
    }
}

fn interpolated(part: Part<'_>) -> Result<Part<'_>, ReadError> {
    let mut parts = part.parts();
    parts.expect(SyntaxKind::TOKEN_INTERPOL_START)?;
    let expr = parts.any()?;
    parts.expect(SyntaxKind::TOKEN_INTERPOL_END)?;
    parts.end()?;
    Ok(expr)
}
