//! rnix's syntax tree (CST), and how it spells what plain data is made of.
//!
//! rnix's *green* tree is walked, which knows no parents and positions; positions are counted along the way. Everything
//! that was not expected is an error here, so that [`read`](super::read) cannot overlook it. A tree without parse errors
//! is not trusted either: rnix takes `(1 ]` without a complaint.

mod indented;

use std::borrow::Cow;

use rnix::{NixLanguage, SyntaxKind};
use rowan::{GreenNodeData, GreenTokenData, Language as _, NodeOrToken};

pub(super) use indented::{Bit, bits};

use super::read::ReadError;

/// A node or token, and the byte offset where it begins.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub at: usize,
    pub kind: SyntaxKind,
    element: NodeOrToken<&'a GreenNodeData, &'a GreenTokenData>,
}

impl<'a> Part<'a> {
    /// The one expression of a whole tree.
    pub fn root(green: &'a GreenNodeData) -> Result<Self, ReadError> {
        let root = Self { at: 0, kind: NixLanguage::kind_from_raw(green.kind()), element: NodeOrToken::Node(green) };
        let mut parts = root.parts();
        let expr = parts.next().ok_or_else(|| root.unexpected())?;
        parts.end()?;
        Ok(expr)
    }

    /// What the parentheses around an expression enclose, if there are any.
    pub fn enclosed(mut self) -> Result<Self, ReadError> {
        while self.kind == SyntaxKind::NODE_PAREN {
            let mut parts = self.parts();
            parts.expect(SyntaxKind::TOKEN_L_PAREN)?;
            self = parts.any()?;
            parts.expect(SyntaxKind::TOKEN_R_PAREN)?;
            parts.end()?;
        }
        Ok(self)
    }

    pub fn parts(self) -> Parts<'a> {
        let children = match self.element {
            NodeOrToken::Node(node) => Some(node.children()),
            NodeOrToken::Token(_) => None,
        };
        Parts { whole: self, at: self.at, children }
    }

    /// The text of a token, or of a node that is one token.
    pub fn token(self, kind: SyntaxKind) -> Result<&'a str, ReadError> {
        match self.element {
            NodeOrToken::Token(token) if self.kind == kind => Ok(token.text()),
            NodeOrToken::Token(_) => Err(self.unexpected()),
            NodeOrToken::Node(_) => {
                let mut parts = self.parts();
                let part = parts.next().ok_or_else(|| self.unexpected())?;
                parts.end()?;
                match part.element {
                    NodeOrToken::Token(token) if part.kind == kind => Ok(token.text()),
                    NodeOrToken::Token(_) | NodeOrToken::Node(_) => Err(part.unexpected()),
                }
            }
        }
    }

    pub fn expect(self, kind: SyntaxKind) -> Result<Self, ReadError> {
        if self.kind == kind { Ok(self) } else { Err(self.unexpected()) }
    }

    pub fn unexpected(self) -> ReadError {
        ReadError::Unexpected { kind: self.kind, at: self.at }
    }
}

/// The children of a node without comments and white space.
#[derive(Clone)]
pub(super) struct Parts<'a> {
    whole: Part<'a>,
    at: usize,
    children: Option<rowan::Children<'a>>,
}

impl<'a> Parts<'a> {
    pub fn expect(&mut self, kind: SyntaxKind) -> Result<Part<'a>, ReadError> {
        self.any()?.expect(kind)
    }

    pub fn any(&mut self) -> Result<Part<'a>, ReadError> {
        self.next().ok_or_else(|| self.whole.unexpected())
    }

    pub fn end(&mut self) -> Result<(), ReadError> {
        self.next().map_or(Ok(()), |part| Err(part.unexpected()))
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        for element in self.children.as_mut()? {
            let at = self.at;
            let (kind, len) = match element {
                NodeOrToken::Node(node) => (node.kind(), node.text_len()),
                NodeOrToken::Token(token) => (token.kind(), token.text_len()),
            };
            self.at += usize::from(len);
            let kind = NixLanguage::kind_from_raw(kind);
            if !matches!(kind, SyntaxKind::TOKEN_WHITESPACE | SyntaxKind::TOKEN_COMMENT) {
                return Some(Part { at, kind, element });
            }
        }
        None
    }
}

/// The text of a string in quotes, as it is meant.
pub(super) fn quoted(string: Part<'_>) -> Result<Cow<'_, str>, ReadError> {
    let mut parts = string.parts();
    let start = parts.expect(SyntaxKind::TOKEN_STRING_START)?;
    if start.token(SyntaxKind::TOKEN_STRING_START)? != "\"" {
        return Err(string.unexpected());
    }
    let content = parts.any()?;
    if content.kind == SyntaxKind::TOKEN_STRING_END {
        parts.end()?;
        return Ok(Cow::Borrowed(""));
    }
    let raw = content.token(SyntaxKind::TOKEN_STRING_CONTENT)?;
    parts.expect(SyntaxKind::TOKEN_STRING_END)?;
    parts.end()?;
    Ok(unescape(raw))
}

/// The name of an attribute, with or without quotes, as it is meant.
pub(super) fn name(part: Part<'_>) -> Result<Cow<'_, str>, ReadError> {
    match part.kind {
        SyntaxKind::NODE_IDENT => part.token(SyntaxKind::TOKEN_IDENT).map(Cow::Borrowed),
        SyntaxKind::NODE_STRING => quoted(part),
        _ => Err(part.unexpected()),
    }
}

fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => text.extend(chars.next().map(|escaped| match escaped {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            })),
            plain => text.push(plain),
        }
    }
    Cow::Owned(text)
}
