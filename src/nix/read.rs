//! Reads Nix text back: into an [`Expr`], or against the [`Expr`] that it should be.
//!
//! That text parses says little about what it means to Nix: rnix accepts attributes that are there twice, integers that
//! overflow, `True`. So the parsed tree becomes an [`Expr`] again, and whatever an [`Expr`] cannot mean is an error.
//! Comments and layout mean nothing; parentheses mean what they enclose.
//!
//! ```
//! use lab2nix::nix::{Expr, Text, read};
//!
//! assert_eq!(read::read("\"a\\${b}\"")?, Expr::Str(Text::literal("a${b}")));
//! assert!(read::read("\"a${b}\"").is_err());
//! # Ok::<(), read::ReadError>(())
//! ```

use memchr::memchr2;
use rnix::{NixLanguage, SyntaxKind, SyntaxNode, ast};
use rowan::ast::AstNode as _;
use rowan::{GreenNode, GreenNodeData, Language as _, NodeOrToken};

pub use super::compare::Difference;

use super::compare;
use super::cst::{self, Bit, Part};
use super::{Attrs, DuplicateName, Expr, Ident, Int, Lambda, Lines, Name, NotLines, Piece, Select, Text, TextFile};
use crate::parallel;

/// Reads one expression, which is the whole of `text`.
///
/// # Errors
///
/// As [`Parsed::new`] and [`Parsed::expr`].
pub fn read(text: &str) -> Result<Expr, ReadError> {
    Parsed::new(text)?.expr()
}

/// Text that parses as Nix, and the tree that prints back exactly that text.
#[derive(Debug, Clone)]
pub struct Parsed {
    green: GreenNode,
}

impl Parsed {
    /// Parses `text`.
    ///
    /// # Errors
    ///
    /// Refuses what does not parse, a tree that would not print back as `text`, and characters that rnix and Nix read
    /// differently: NUL, a carriage return (to Nix, a newline) and white space other than blanks, tabs and newlines.
    pub fn new(text: &str) -> Result<Self, ReadError> {
        let green = parse(text)?;
        prints_back(&green, text)?;
        Ok(Self { green })
    }

    /// Parses `text`, which should mean `expr`: what [`Self::new`] and [`Self::agrees`] say, both at once.
    ///
    /// # Errors
    ///
    /// As these two; that of the first where both fail.
    pub fn meaning(text: &str, expr: &Expr) -> Result<Self, NotMeant> {
        let parsed = Self { green: parse(text)? };
        let (agrees, prints_back) = parallel::both(|| parsed.agrees(expr), || prints_back(&parsed.green, text));
        prints_back?;
        agrees?;
        Ok(parsed)
    }

    /// The syntax tree, for text that is more than plain data.
    ///
    /// # Panics
    ///
    /// Never: what was parsed has a root.
    #[must_use]
    pub fn root(&self) -> rnix::Root {
        rnix::Root::cast(SyntaxNode::new_root(self.green.clone())).expect("what was parsed has a root")
    }

    /// An expression in such a tree as a text of its own.
    #[must_use]
    pub fn part(expr: &ast::Expr) -> Self {
        let expr = NodeOrToken::Node(expr.syntax().green().to_owned());
        Self { green: GreenNode::new(NixLanguage::kind_to_raw(SyntaxKind::NODE_ROOT), [expr]) }
    }

    /// What the text means.
    ///
    /// # Errors
    ///
    /// Refuses what an [`Expr`] cannot mean, and what is nested more than 200 levels deep.
    pub fn expr(&self) -> Result<Expr, ReadError> {
        expr(Part::root(&self.green)?, 0)
    }

    /// Whether the text means `expr`: what `self.expr() == Ok(expr)` says, and where it does not.
    ///
    /// # Errors
    ///
    /// The first difference. Text that [`Self::expr`] refuses differs from every expression.
    pub fn agrees(&self, expr: &Expr) -> Result<(), Difference> {
        match Part::root(&self.green) {
            Ok(part) => compare::agree(part, expr, 0),
            Err(error) => Err(Difference::unread(expr, &error)),
        }
    }
}

/// Why text was not read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReadError {
    /// The text is not Nix.
    #[error("not Nix: {0}")]
    Syntax(rnix::ParseError),
    /// The text contains a character that Nix reads differently than rnix, or not at all.
    #[error("the character at byte {at} does not belong in Nix text")]
    Character {
        /// The byte offset of the character.
        at: usize,
    },
    /// The text has 4 GiB or more.
    #[error("the text is too long to parse")]
    TooLong,
    /// The syntax tree is not that of the text.
    #[error("the syntax tree differs from the text at byte {at}")]
    Lossy {
        /// The byte offset of the first difference.
        at: usize,
    },
    /// The text is Nix, but not plain data.
    #[error("{kind:?} at byte {at} is not plain data")]
    Unexpected {
        /// What rnix calls the piece of syntax.
        kind: SyntaxKind,
        /// The byte offset where it begins.
        at: usize,
    },
    /// The integer is outside of what Nix can hold.
    #[error("the integer at byte {at} overflows")]
    IntOverflow {
        /// The byte offset where the integer begins.
        at: usize,
    },
    /// An attribute set or a function names something twice.
    #[error("`{name}` at byte {at} is there already")]
    Duplicate {
        name: String,
        /// The byte offset where it begins the second time.
        at: usize,
    },
    /// Something that is not the name of a variable stands for one.
    #[error("`{name}` at byte {at} cannot be the name of a variable")]
    NotAVariable {
        name: String,
        /// The byte offset where it begins.
        at: usize,
    },
    /// The text of an indented string is not made of lines.
    #[error("the text at byte {at} is not lines: {error}")]
    NotLines {
        /// What is wrong with it.
        error: NotLines,
        /// The byte offset where the indented string begins.
        at: usize,
    },
    /// The expression is nested too deeply.
    #[error("the expression at byte {at} is nested too deeply")]
    TooDeep {
        /// The byte offset where the innermost expression begins.
        at: usize,
    },
}

/// Why text does not mean an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum NotMeant {
    /// It was not read.
    Unread(ReadError),
    /// It means something else.
    Different(Difference),
}

impl From<ReadError> for NotMeant {
    fn from(error: ReadError) -> Self {
        Self::Unread(error)
    }
}

impl From<Difference> for NotMeant {
    fn from(difference: Difference) -> Self {
        Self::Different(difference)
    }
}

/// How deep an expression may be nested, so that no text can exhaust the stack.
pub(super) const MAX_DEPTH: usize = 200;

/// The tree of text that parses.
fn parse(text: &str) -> Result<GreenNode, ReadError> {
    if let Some(at) = memchr2(b'\0', b'\r', text.as_bytes()) {
        return Err(ReadError::Character { at });
    }
    if u32::try_from(text.len()).is_err() {
        return Err(ReadError::TooLong);
    }
    let parse = rnix::Root::parse(text);
    if let Some(error) = parse.errors().first() {
        return Err(ReadError::Syntax(error.clone()));
    }
    Ok(parse.syntax().green().to_owned())
}

fn prints_back(green: &GreenNodeData, text: &str) -> Result<(), ReadError> {
    let mut at = 0;
    let mut open = vec![green.children()];
    while let Some(children) = open.last_mut() {
        match children.next() {
            None => drop(open.pop()),
            Some(NodeOrToken::Node(node)) => open.push(node.children()),
            Some(NodeOrToken::Token(token)) => {
                if !text.as_bytes()[at..].starts_with(token.text().as_bytes()) {
                    return Err(ReadError::Lossy { at });
                }
                let space = token.kind() == rowan::SyntaxKind(SyntaxKind::TOKEN_WHITESPACE as u16);
                // The first byte of any other white space is none of these.
                if space && let Some(odd) = token.text().bytes().position(|byte| !matches!(byte, b' ' | b'\t' | b'\n'))
                {
                    return Err(ReadError::Character { at: at + odd });
                }
                at += token.text().len();
            }
        }
    }
    if at == text.len() { Ok(()) } else { Err(ReadError::Lossy { at }) }
}

pub(super) fn expr(part: Part<'_>, depth: usize) -> Result<Expr, ReadError> {
    if depth > MAX_DEPTH {
        return Err(ReadError::TooDeep { at: part.at });
    }
    let part = part.enclosed()?;
    match part.kind {
        SyntaxKind::NODE_IDENT => Ok(match part.token(SyntaxKind::TOKEN_IDENT)? {
            "null" => Expr::Null,
            "true" => Expr::Bool(true),
            "false" => Expr::Bool(false),
            _ => Expr::Select(select(part)?),
        }),
        SyntaxKind::NODE_LITERAL => int(part, false),
        SyntaxKind::NODE_UNARY_OP => {
            let mut parts = part.parts();
            parts.expect(SyntaxKind::TOKEN_SUB)?;
            let negated = parts.expect(SyntaxKind::NODE_LITERAL)?;
            parts.end()?;
            int(negated, true)
        }
        SyntaxKind::NODE_STRING => text(part).map(Expr::Str),
        SyntaxKind::NODE_LIST => {
            items(part)?.map(|item| expr(item, depth + 1)).collect::<Result<_, _>>().map(Expr::List)
        }
        SyntaxKind::NODE_ATTR_SET => attrs(part, depth).map(Expr::Attrs),
        SyntaxKind::NODE_SELECT => select(part).map(Expr::Select),
        SyntaxKind::NODE_APPLY => apply(part, depth),
        SyntaxKind::NODE_LAMBDA => {
            let (formals, body) = lambda(part)?;
            Ok(Lambda { formals, body: Box::new(expr(body, depth + 1)?) }.into())
        }
        _ => Err(part.unexpected()),
    }
}

fn int(literal: Part<'_>, is_negated: bool) -> Result<Expr, ReadError> {
    let overflow = ReadError::IntOverflow { at: literal.at };
    // Nix negates what it has read, and so the smallest integer overflows before it is negated.
    let Ok(int) = literal.token(SyntaxKind::TOKEN_INTEGER)?.parse::<i64>() else { return Err(overflow) };
    Int::try_from(if is_negated { -int } else { int }).map(Expr::Int).map_err(|_| overflow)
}

fn text(string: Part<'_>) -> Result<Text, ReadError> {
    Text::new(cst::quoted(string)?.into_owned()).map_err(|nul| ReadError::Character { at: string.at + nul.at })
}

fn name(part: Part<'_>) -> Result<Name, ReadError> {
    Name::new(cst::name(part)?.into_owned()).map_err(|nul| ReadError::Character { at: part.at + nul.at })
}

/// The items of a list.
pub(super) fn items(list: Part<'_>) -> Result<impl Iterator<Item = Part<'_>>, ReadError> {
    let mut parts = list.parts();
    parts.expect(SyntaxKind::TOKEN_L_BRACK)?;
    // Nothing follows the bracket, because it ends the node.
    Ok(parts.take_while(|part| part.kind != SyntaxKind::TOKEN_R_BRACK))
}

/// The attributes of a set: where each begins, its name as it is written, and its value.
pub(super) fn attributes(
    set: Part<'_>,
) -> Result<impl Iterator<Item = Result<(usize, Part<'_>, Part<'_>), ReadError>>, ReadError> {
    let mut parts = set.expect(SyntaxKind::NODE_ATTR_SET)?.parts();
    parts.expect(SyntaxKind::TOKEN_L_BRACE)?;
    Ok(parts.take_while(|part| part.kind != SyntaxKind::TOKEN_R_BRACE).map(|part| {
        let mut parts = part.expect(SyntaxKind::NODE_ATTRPATH_VALUE)?.parts();
        let mut path = parts.expect(SyntaxKind::NODE_ATTRPATH)?.parts();
        parts.expect(SyntaxKind::TOKEN_ASSIGN)?;
        let value = parts.any()?;
        parts.expect(SyntaxKind::TOKEN_SEMICOLON)?;
        parts.end()?;
        let name = path.any()?;
        path.end()?;
        Ok((part.at, name, value))
    }))
}

fn attrs(set: Part<'_>, depth: usize) -> Result<Attrs, ReadError> {
    let mut attrs = Attrs::new();
    for attribute in attributes(set)? {
        let (at, name, value) = attribute?;
        let there = |twice: DuplicateName| ReadError::Duplicate { name: twice.0, at };
        attrs.insert(self::name(name)?, expr(value, depth + 1)?).map_err(there)?;
    }
    Ok(attrs)
}

/// A variable and the attribute path behind it.
pub(super) fn select(part: Part<'_>) -> Result<Select, ReadError> {
    if part.kind == SyntaxKind::NODE_IDENT {
        return Ok(Select { variable: ident(part)?, path: Vec::new() });
    }
    let mut parts = part.expect(SyntaxKind::NODE_SELECT)?.parts();
    let variable = ident(parts.expect(SyntaxKind::NODE_IDENT)?)?;
    parts.expect(SyntaxKind::TOKEN_DOT)?;
    let path = parts.expect(SyntaxKind::NODE_ATTRPATH)?.parts();
    parts.end()?;
    let path = path.filter(|part| part.kind != SyntaxKind::TOKEN_DOT).map(name).collect::<Result<_, _>>()?;
    Ok(Select { variable, path })
}

fn ident(part: Part<'_>) -> Result<Ident, ReadError> {
    let name = part.token(SyntaxKind::TOKEN_IDENT)?;
    Ident::new(name.to_owned()).map_err(|error| ReadError::NotAVariable { name: error.0, at: part.at })
}

/// A function and what it is applied to, both without parentheses.
pub(super) fn application(part: Part<'_>) -> Result<(Part<'_>, Part<'_>), ReadError> {
    let mut parts = part.expect(SyntaxKind::NODE_APPLY)?.parts();
    let function = parts.any()?.enclosed()?;
    let argument = parts.any()?.enclosed()?;
    parts.end()?;
    Ok((function, argument))
}

/// A function applied to a set, or to a name and a text.
fn apply(part: Part<'_>, depth: usize) -> Result<Expr, ReadError> {
    let (function, argument) = application(part)?;
    if function.kind != SyntaxKind::NODE_APPLY {
        return Ok(Expr::Apply(select(function)?, attrs(argument, depth)?));
    }
    let (function, name) = application(function)?;
    let function = select(function)?;
    let name = text(name.expect(SyntaxKind::NODE_STRING)?)?;
    let pieces = cst::bits(argument)?.map(|bit| {
        let (at, bit) = bit?;
        match bit {
            Bit::Text(raw) => {
                let text = Text::new(raw.to_owned()).map_err(|nul| ReadError::Character { at: at + nul.at })?;
                Ok(Piece::Text(text))
            }
            Bit::Interpolated(part) => match expr(part, depth)? {
                Expr::Str(text) => Ok(Piece::Text(text)),
                Expr::Select(select) => Ok(Piece::Select(select)),
                _ => Err(part.unexpected()),
            },
        }
    });
    let text = Lines::new(pieces.collect::<Result<Vec<_>, _>>()?)
        .map_err(|error| ReadError::NotLines { error, at: argument.at })?;
    Ok(TextFile { function, name, text }.into())
}

/// The formals of a function and its body: some formals and then `...`, or none behind `_`.
pub(super) fn lambda(part: Part<'_>) -> Result<(Vec<Ident>, Part<'_>), ReadError> {
    let mut parts = part.expect(SyntaxKind::NODE_LAMBDA)?.parts();
    let formals = formals(parts.any()?)?;
    parts.expect(SyntaxKind::TOKEN_COLON)?;
    let body = parts.any()?;
    parts.end()?;
    Ok((formals, body))
}

fn formals(parameter: Part<'_>) -> Result<Vec<Ident>, ReadError> {
    let mut formals = Vec::new();
    let mut parts = parameter.parts();
    if parameter.kind == SyntaxKind::NODE_IDENT_PARAM {
        let underscore = parts.expect(SyntaxKind::NODE_IDENT)?.token(SyntaxKind::TOKEN_IDENT)? == "_";
        parts.end()?;
        return if underscore { Ok(formals) } else { Err(parameter.unexpected()) };
    }
    parameter.expect(SyntaxKind::NODE_PATTERN)?;
    parts.expect(SyntaxKind::TOKEN_L_BRACE)?;
    loop {
        let part = parts.any()?;
        // `{ ... }:` is refused: what has no formals is written `_:`.
        if part.kind == SyntaxKind::TOKEN_ELLIPSIS && !formals.is_empty() {
            parts.expect(SyntaxKind::TOKEN_R_BRACE)?;
            parts.end()?;
            return Ok(formals);
        }
        let mut entry = part.expect(SyntaxKind::NODE_PAT_ENTRY)?.parts();
        let formal = ident(entry.expect(SyntaxKind::NODE_IDENT)?)?;
        entry.end()?;
        parts.expect(SyntaxKind::TOKEN_COMMA)?;
        if formals.contains(&formal) {
            return Err(ReadError::Duplicate { name: formal.as_str().to_owned(), at: part.at });
        }
        formals.push(formal);
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn check(text: &str, expected: impl Into<Expr>) {
        let expected = expected.into();
        let parsed = Parsed::new(text).expect("the text parses");
        assert_eq!(parsed.expr(), Ok(expected.clone()), "{text}");
        assert_eq!(parsed.agrees(&expected), Ok(()), "{text}");
    }

    fn check_text(text: &str, expected: &'static str) {
        check(text, Text::literal(expected));
    }

    fn check_error(text: &str, expected: &str) {
        assert_eq!(read(text).map_err(|error| error.to_string()), Err(expected.to_owned()), "{text}");
    }

    fn attrs(attributes: impl IntoIterator<Item = (&'static str, Expr)>) -> Expr {
        let mut attrs = Attrs::new();
        for (name, value) in attributes {
            attrs.insert(Name::literal(name), value).expect("no name is there twice");
        }
        attrs.into()
    }

    #[test]
    fn scalars() {
        check("null", Expr::Null);
        check("true", true);
        check("(((false)))", false);
        check("007", 7);
        check("- 1", -1);
        check("-0", 0);
        check("9223372036854775807", Int::try_from(i64::MAX).expect("it has a literal"));
        check("True", Select::literal("True", &[]));
        check("a.b.\"c d\".true", Select::literal("a", &["b", "c d", "true"]));
    }

    #[test]
    fn strings() {
        check_text(r#""""#, "");
        check_text(r#""\s\x\\""#, "sx\\");
        check_text(r#""\n\r\t""#, "\n\r\t");
        check_text("\"\n\"", "\n");
        check_text(r#""$""#, "$");
        check_text(r#""$$""#, "$$");
        check_text(r#""$${a}""#, "$${a}");
        check_text(r#""$\${a}\"""#, "$${a}\"");
        check_text(r#""\''""#, "''");
    }

    #[test]
    fn compounds() {
        check("[ ]", Vec::new());
        check(
            "[1(-2)/* three */\"a\"b.c]# end",
            vec![1.into(), (-2).into(), Text::literal("a").into(), Select::literal("b", &["c"]).into()],
        );
        check(
            "{ b = 1; \"a\\nb\" = { }; or = null; }",
            attrs([("b", 1.into()), ("a\nb", attrs([])), ("or", Expr::Null)]),
        );
        check("f.g ({ })", Expr::Apply(Select::literal("f", &["g"]), Attrs::new()));
        check(
            "{ a, b, ... }: c",
            Lambda::new(vec![Ident::literal("a"), Ident::literal("b")], Select::literal("c", &[])).expect("a is not b"),
        );
        let lambda = |body: Expr| Lambda::new(Vec::new(), body).expect("no formals");
        check("_: _ /**/ :[ ]", lambda(lambda(Vec::new().into()).into()));
    }

    #[test]
    fn text_files() {
        let file = |pieces: Vec<Piece>| TextFile {
            function: Select::literal("a", &["f"]),
            name: Text::literal("b\n"),
            text: Lines::new(pieces).expect("lines"),
        };
        let text = |text| Piece::from(Text::literal(text));
        check("(a.f \"b\\n\") (''a\n  b\n'')", file(vec![text("a\n  b\n")]));
        check("a.f \"b\\n\" ''  \n   a\n\n  \tb\n      \n ''", file(vec![text(" a\n\n\tb\n    \n")]));
        let variable = Select::literal("v", &["w"]).into();
        let source = "a.f \"b\\n\" ''\n  $'''''${${\" \"}${ v.w }$$\n''";
        check(source, file(vec![text("$''${ "), variable, text("$$\n")]));
    }

    #[test]
    fn errors() {
        check_error("{ inherit a; }", "NODE_INHERIT at byte 2 is not plain data");
        check_error("rec { }", "TOKEN_REC at byte 0 is not plain data");
        check_error("(1 ]", "TOKEN_R_BRACK at byte 3 is not plain data");
        check_error("{ a = 1; b = 2; a = 3; }", "`a` at byte 16 is there already");
        check_error("{ a, a, ... }: 1", "`a` at byte 5 is there already");
        check_error("{ true, ... }: 1", "`true` at byte 2 cannot be the name of a variable");
        check_error("{ ... }: 1", "TOKEN_ELLIPSIS at byte 2 is not plain data");
        check_error("[ (x: 1) ]", "NODE_IDENT_PARAM at byte 3 is not plain data");
        check_error("f \"a\" ''b''", "the text at byte 6 is not lines: the last line does not end with a newline");
        check_error("f \"a\" ''\n''\\t\n''", "TOKEN_STRING_CONTENT at byte 9 is not plain data");
        check_error("_: _", "`_` at byte 3 cannot be the name of a variable");
        check_error("-9223372036854775808", "the integer at byte 1 overflows");
        check_error("\"\r\"", "the character at byte 1 does not belong in Nix text");
        check_error("[\u{a0}]", "the character at byte 1 does not belong in Nix text");
    }

    #[test]
    fn hostile_depth() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(read(&deep(200)).is_ok());
        assert_eq!(read(&deep(300)), Err(ReadError::TooDeep { at: MAX_DEPTH + 1 }));
    }
}
