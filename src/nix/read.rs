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

use rnix::{NixLanguage, SyntaxKind, SyntaxNode, ast};
use rowan::ast::AstNode as _;
use rowan::{GreenNode, GreenNodeData, Language as _, NodeOrToken};

pub use super::compare::Difference;

use super::compare;
use super::cst::{Attributes, Bit, Formals, Indented, Part, Selected, Spelling, View};
use super::{Attrs, Expr, Ident, Int, Lambda, Lines, Name, NotLines, Piece, Select, Text, TextFile};
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

    /// Whether the text means `expr`: what `self.expr() == Ok(expr)` says, without making a second expression.
    ///
    /// # Errors
    ///
    /// The first difference in the order of the text. Text that [`Self::expr`] refuses differs from every expression.
    pub fn agrees(&self, expr: &Expr) -> Result<(), Difference> {
        match Part::root(&self.green) {
            Ok(part) => compare::agree(part, expr, 0),
            Err(error) => Err(Difference::refused(0, compare::describe(expr), &error)),
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
        /// The name.
        name: String,
        /// The byte offset where it begins the second time.
        at: usize,
    },
    /// Something that is not the name of a variable stands for one.
    #[error("`{name}` at byte {at} cannot be the name of a variable")]
    NotAVariable {
        /// The name.
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
    if let Some(at) = text.bytes().position(|byte| matches!(byte, b'\0' | b'\r')) {
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
    Ok(match View::of(part)? {
        View::Null => Expr::Null,
        View::Bool(bool) => Expr::Bool(bool),
        View::Int(int) => Expr::Int(Int::try_from(int).map_err(|_| ReadError::IntOverflow { at: part.at })?),
        View::Str(spelling) => Expr::Str(text(spelling, part.at)?),
        View::List(items) => Expr::List(items.map(|item| expr(item, depth + 1)).collect::<Result<_, _>>()?),
        View::Attrs(attributes) => Expr::Attrs(attrs(attributes, depth)?),
        View::Select(selected) => Expr::Select(select(&selected)?),
        View::Apply(function, argument) => Expr::Apply(select(&function)?, attrs(argument, depth)?),
        View::TextFile(function, name, text) => Expr::from(text_file(&function, name, &text, part.at)?),
        View::Lambda(formals, body) => Expr::Lambda(lambda(formals, body, depth)?),
    })
}

fn text(spelling: Spelling<'_>, at: usize) -> Result<Text, ReadError> {
    Text::new(spelling.unescape()).map_err(|nul| ReadError::Character { at: at + nul.at })
}

fn text_file(
    function: &Selected<'_>,
    name: Spelling<'_>,
    indented: &Indented<'_>,
    at: usize,
) -> Result<TextFile, ReadError> {
    let function = select(function)?;
    let name = text(name, at)?;
    let pieces = indented.bits().map(|bit| {
        let (at, bit) = bit?;
        Ok(match bit {
            Bit::Text(raw) => {
                Piece::Text(Text::new(raw.to_owned()).map_err(|nul| ReadError::Character { at: at + nul.at })?)
            }
            Bit::Str(spelling) => Piece::Text(text(spelling, at)?),
            Bit::Select(selected) => Piece::Select(select(&selected)?),
        })
    });
    let text = Lines::new(pieces.collect::<Result<Vec<_>, _>>()?)
        .map_err(|error| ReadError::NotLines { error, at: indented.at() })?;
    Ok(TextFile { function, name, text })
}

fn attrs(attributes: Attributes<'_>, depth: usize) -> Result<Attrs, ReadError> {
    let mut attrs = Attrs::new();
    for attribute in attributes {
        let (at, name, value) = attribute?;
        let name = Name::new(name.unescape()).map_err(|nul| ReadError::Character { at: at + nul.at })?;
        attrs
            .insert(name, expr(value, depth + 1)?)
            .map_err(|duplicate| ReadError::Duplicate { name: duplicate.0, at })?;
    }
    Ok(attrs)
}

fn select(selected: &Selected<'_>) -> Result<Select, ReadError> {
    let at = selected.at;
    let variable = ident(selected.variable, at)?;
    let path = selected
        .path()
        .map(|name| Name::new(name?.unescape()).map_err(|nul| ReadError::Character { at: at + nul.at }))
        .collect::<Result<_, _>>()?;
    Ok(Select { variable, path })
}

fn lambda(formals: Formals<'_>, body: Part<'_>, depth: usize) -> Result<Lambda, ReadError> {
    let mut idents = Vec::new();
    for formal in formals {
        let (at, name) = formal?;
        let ident = ident(name, at)?;
        if idents.contains(&ident) {
            return Err(ReadError::Duplicate { name: name.to_owned(), at });
        }
        idents.push(ident);
    }
    Ok(Lambda { formals: idents, body: Box::new(expr(body, depth + 1)?) })
}

fn ident(name: &str, at: usize) -> Result<Ident, ReadError> {
    Ident::new(name.to_owned()).map_err(|error| ReadError::NotAVariable { name: error.0, at })
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
