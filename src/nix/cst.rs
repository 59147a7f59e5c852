//! Plain data as it stands in rnix's syntax tree: decoded where it is looked at, without allocating.
//!
//! rnix's *green* tree is walked, which knows no parents and positions; positions are counted along the way. Everything
//! that an [`Expr`](super::Expr) cannot mean is an error here, so that [`read`](super::read) cannot overlook it. A tree
//! without parse errors is not trusted either: rnix takes `(1 ]` without a complaint.

mod indented;

use rnix::{NixLanguage, SyntaxKind};
use rowan::{GreenNodeData, GreenTokenData, Language as _, NodeOrToken};

pub(super) use indented::{Bit, Indented};

use super::read::ReadError;

/// A node or token, and the byte offset where it begins.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub at: usize,
    kind: SyntaxKind,
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
    fn enclosed(mut self) -> Result<Self, ReadError> {
        while self.kind == SyntaxKind::NODE_PAREN {
            let mut parts = self.parts();
            parts.expect(SyntaxKind::TOKEN_L_PAREN)?;
            self = parts.any()?;
            parts.expect(SyntaxKind::TOKEN_R_PAREN)?;
            parts.end()?;
        }
        Ok(self)
    }

    fn parts(self) -> Parts<'a> {
        let children = match self.element {
            NodeOrToken::Node(node) => Some(node.children()),
            NodeOrToken::Token(_) => None,
        };
        Parts { whole: self, at: self.at, children }
    }

    /// The text of a token, or of a node that is one token.
    fn token(self, kind: SyntaxKind) -> Result<&'a str, ReadError> {
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

    fn expect(self, kind: SyntaxKind) -> Result<Self, ReadError> {
        if self.kind == kind { Ok(self) } else { Err(self.unexpected()) }
    }

    fn unexpected(self) -> ReadError {
        ReadError::Unexpected { kind: self.kind, at: self.at }
    }
}

/// The children of a node without comments and white space.
#[derive(Clone)]
struct Parts<'a> {
    whole: Part<'a>,
    at: usize,
    children: Option<rowan::Children<'a>>,
}

impl<'a> Parts<'a> {
    fn expect(&mut self, kind: SyntaxKind) -> Result<Part<'a>, ReadError> {
        self.any()?.expect(kind)
    }

    fn any(&mut self) -> Result<Part<'a>, ReadError> {
        self.next().ok_or_else(|| self.whole.unexpected())
    }

    fn end(&mut self) -> Result<(), ReadError> {
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

/// An expression, one level deep.
pub(super) enum View<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Str(Spelling<'a>),
    List(Items<'a>),
    Attrs(Attributes<'a>),
    Select(Selected<'a>),
    Apply(Selected<'a>, Attributes<'a>),
    TextFile(Selected<'a>, Spelling<'a>, Indented<'a>),
    Lambda(Formals<'a>, Part<'a>),
}

impl<'a> View<'a> {
    pub fn of(part: Part<'a>) -> Result<Self, ReadError> {
        let part = part.enclosed()?;
        let mut parts = part.parts();
        match part.kind {
            SyntaxKind::NODE_IDENT => Ok(match part.token(SyntaxKind::TOKEN_IDENT)? {
                "null" => Self::Null,
                "true" => Self::Bool(true),
                "false" => Self::Bool(false),
                variable => Self::Select(Selected { at: part.at, variable, path: None }),
            }),
            SyntaxKind::NODE_LITERAL => integer(part).map(Self::Int),
            SyntaxKind::NODE_UNARY_OP => {
                parts.expect(SyntaxKind::TOKEN_SUB)?;
                let negated = parts.expect(SyntaxKind::NODE_LITERAL)?;
                parts.end()?;
                // Nix negates what it has read, and so the smallest integer overflows before it is negated.
                Ok(Self::Int(-integer(negated)?))
            }
            SyntaxKind::NODE_STRING => Spelling::quoted(part).map(Self::Str),
            SyntaxKind::NODE_LIST => {
                parts.expect(SyntaxKind::TOKEN_L_BRACK)?;
                Ok(Self::List(Items(parts)))
            }
            SyntaxKind::NODE_ATTR_SET => Attributes::of(part).map(Self::Attrs),
            SyntaxKind::NODE_SELECT => Selected::of(part).map(Self::Select),
            SyntaxKind::NODE_APPLY => {
                let function = parts.any()?.enclosed()?;
                let argument = parts.any()?.enclosed()?;
                parts.end()?;
                if function.kind == SyntaxKind::NODE_APPLY {
                    let mut parts = function.parts();
                    let function = Selected::of(parts.any()?.enclosed()?)?;
                    let name = parts.any()?.enclosed()?.expect(SyntaxKind::NODE_STRING)?;
                    parts.end()?;
                    return Ok(Self::TextFile(function, Spelling::quoted(name)?, Indented::of(argument)?));
                }
                Ok(Self::Apply(Selected::of(function)?, Attributes::of(argument)?))
            }
            SyntaxKind::NODE_LAMBDA => {
                let formals = Formals::of(parts.any()?)?;
                parts.expect(SyntaxKind::TOKEN_COLON)?;
                let body = parts.any()?;
                parts.end()?;
                Ok(Self::Lambda(formals, body))
            }
            _ => Err(part.unexpected()),
        }
    }
}

fn integer(literal: Part<'_>) -> Result<i64, ReadError> {
    literal.token(SyntaxKind::TOKEN_INTEGER)?.parse().map_err(|_| ReadError::IntOverflow { at: literal.at })
}

/// A string or name as it is spelled, without its quotes and with its escapes.
#[derive(Clone, Copy)]
pub(super) struct Spelling<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Spelling<'a> {
    fn quoted(string: Part<'a>) -> Result<Self, ReadError> {
        let mut parts = string.parts();
        let start = parts.expect(SyntaxKind::TOKEN_STRING_START)?;
        if start.token(SyntaxKind::TOKEN_STRING_START)? != "\"" {
            return Err(string.unexpected());
        }
        let content = parts.any()?;
        if content.kind == SyntaxKind::TOKEN_STRING_END {
            parts.end()?;
            return Ok(Self { raw: "", escaped: false });
        }
        let raw = content.token(SyntaxKind::TOKEN_STRING_CONTENT)?;
        parts.expect(SyntaxKind::TOKEN_STRING_END)?;
        parts.end()?;
        Ok(Self { raw, escaped: raw.contains('\\') })
    }

    fn name(part: Part<'a>) -> Result<Self, ReadError> {
        match part.kind {
            SyntaxKind::NODE_IDENT => Ok(Self { raw: part.token(SyntaxKind::TOKEN_IDENT)?, escaped: false }),
            SyntaxKind::NODE_STRING => Self::quoted(part),
            _ => Err(part.unexpected()),
        }
    }

    /// Whether this spells `text`.
    pub fn spells(self, text: &str) -> bool {
        if self.escaped { self.chars().eq(text.chars()) } else { self.raw == text }
    }

    /// What follows in `text` if it begins with what this spells.
    pub fn begins(self, text: &str) -> Option<&str> {
        let mut left = text.chars();
        self.chars().all(|char| left.next() == Some(char)).then_some(left.as_str())
    }

    /// What this spells.
    pub fn unescape(self) -> String {
        if self.escaped { self.chars().collect() } else { self.raw.to_owned() }
    }

    fn chars(self) -> impl Iterator<Item = char> {
        let mut raw = self.raw.chars();
        std::iter::from_fn(move || match raw.next()? {
            '\\' => raw.next().map(|escaped| match escaped {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            }),
            plain => Some(plain),
        })
    }
}

/// The items of a list.
#[derive(Clone)]
pub(super) struct Items<'a>(Parts<'a>);

impl<'a> Iterator for Items<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        // Nothing follows the bracket, because it ends the node.
        self.0.next().filter(|part| part.kind != SyntaxKind::TOKEN_R_BRACK)
    }
}

/// The attributes of a set, each a name, where it stands, and its value.
#[derive(Clone)]
pub(super) struct Attributes<'a>(Parts<'a>);

impl<'a> Attributes<'a> {
    fn of(part: Part<'a>) -> Result<Self, ReadError> {
        let mut parts = part.expect(SyntaxKind::NODE_ATTR_SET)?.parts();
        parts.expect(SyntaxKind::TOKEN_L_BRACE)?;
        Ok(Self(parts))
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<(usize, Spelling<'a>, Part<'a>), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let part = self.0.next()?;
        (part.kind != SyntaxKind::TOKEN_R_BRACE).then(|| attribute(part))
    }
}

fn attribute(part: Part<'_>) -> Result<(usize, Spelling<'_>, Part<'_>), ReadError> {
    let mut parts = part.expect(SyntaxKind::NODE_ATTRPATH_VALUE)?.parts();
    let mut path = parts.expect(SyntaxKind::NODE_ATTRPATH)?.parts();
    parts.expect(SyntaxKind::TOKEN_ASSIGN)?;
    let value = parts.any()?;
    parts.expect(SyntaxKind::TOKEN_SEMICOLON)?;
    parts.end()?;
    let name = Spelling::name(path.any()?)?;
    path.end()?;
    Ok((part.at, name, value))
}

/// A variable and the attribute path behind it.
#[derive(Clone)]
pub(super) struct Selected<'a> {
    pub at: usize,
    pub variable: &'a str,
    path: Option<Part<'a>>,
}

impl<'a> Selected<'a> {
    fn of(part: Part<'a>) -> Result<Self, ReadError> {
        let mut parts = part.parts();
        let (variable, path) = match part.kind {
            SyntaxKind::NODE_IDENT => (part, None),
            SyntaxKind::NODE_SELECT => {
                let variable = parts.expect(SyntaxKind::NODE_IDENT)?;
                parts.expect(SyntaxKind::TOKEN_DOT)?;
                let path = parts.expect(SyntaxKind::NODE_ATTRPATH)?;
                parts.end()?;
                (variable, Some(path))
            }
            _ => return Err(part.unexpected()),
        };
        Ok(Self { at: part.at, variable: variable.token(SyntaxKind::TOKEN_IDENT)?, path })
    }

    /// The names of the path.
    pub fn path(&self) -> impl Iterator<Item = Result<Spelling<'a>, ReadError>> {
        self.path
            .into_iter()
            .flat_map(Part::parts)
            .filter(|part| part.kind != SyntaxKind::TOKEN_DOT)
            .map(Spelling::name)
    }
}

/// The formals of a function: some and then `...`, or none behind `_`.
#[derive(Clone)]
pub(super) struct Formals<'a>(Option<Parts<'a>>);

impl<'a> Formals<'a> {
    fn of(parameter: Part<'a>) -> Result<Self, ReadError> {
        let mut parts = parameter.parts();
        if parameter.kind == SyntaxKind::NODE_IDENT_PARAM {
            let ident = parts.expect(SyntaxKind::NODE_IDENT)?;
            parts.end()?;
            return match ident.token(SyntaxKind::TOKEN_IDENT)? {
                "_" => Ok(Self(None)),
                _ => Err(parameter.unexpected()),
            };
        }
        parameter.expect(SyntaxKind::NODE_PATTERN)?;
        parts.expect(SyntaxKind::TOKEN_L_BRACE)?;
        // `{ ... }:` is refused: what has no formals is written `_:`.
        parts.clone().expect(SyntaxKind::NODE_PAT_ENTRY)?;
        Ok(Self(Some(parts)))
    }
}

impl<'a> Iterator for Formals<'a> {
    type Item = Result<(usize, &'a str), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let parts = self.0.as_mut()?;
        let next = parts.any().and_then(|part| {
            if part.kind == SyntaxKind::TOKEN_ELLIPSIS {
                parts.expect(SyntaxKind::TOKEN_R_BRACE)?;
                parts.end()?;
                return Ok(None);
            }
            let mut entry = part.expect(SyntaxKind::NODE_PAT_ENTRY)?.parts();
            let formal = entry.expect(SyntaxKind::NODE_IDENT)?.token(SyntaxKind::TOKEN_IDENT)?;
            entry.end()?;
            parts.expect(SyntaxKind::TOKEN_COMMA)?;
            Ok(Some((part.at, formal)))
        });
        next.transpose()
    }
}
