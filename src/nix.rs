//! Nix as values: the plain data that this crate writes, apart from its text.
//!
//! [`mod@print`] turns an [`Expr`] into text, [`read`] turns text into an [`Expr`] again, and the two agree:
//! `read(&print(&expr, style)) == expr` for every expression and both styles. That law is what lets the rest of the
//! crate say that a file means what the lab says.
//!
//! What Nix cannot express, or would express as something else, has no spelling here: text with a NUL, an integer
//! without a literal, an attribute set that names an attribute twice, a variable that is a keyword. There is no variant
//! for ready Nix text, so that nothing gets past the escaping in [`mod@print`].
//!
//! ```
//! use lab2nix::nix::{Attrs, Expr, Name, Select, print};
//!
//! let mut network = Attrs::new();
//! network.insert(Name::literal("name"), "lan".try_into()?)?;
//! network.insert(Name::literal("autostart"), true.into())?;
//! let definition = Expr::Apply(Select::literal("NixVirt", &["lib", "network", "writeXML"]), network);
//!
//! assert_eq!(
//!     print::print(&definition, print::Style::Nixfmt),
//!     "NixVirt.lib.network.writeXML {\n  name = \"lan\";\n  autostart = true;\n}",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::borrow::{Borrow, Cow};
use std::collections::HashMap;

mod difference;
pub mod file;
pub mod module;
pub mod print;
pub mod read;
mod skeleton;
mod syntax;

/// A Nix expression of plain data, the variables it needs and the functions it applies to data.
///
/// Two expressions are equal when they are written the same: the order of attributes counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(Int),
    /// A string, without interpolation.
    Str(Text),
    /// A list.
    List(Vec<Expr>),
    /// An attribute set, not recursive.
    Attrs(Attrs),
    /// A variable, or an attribute reached from one: `NixVirt.lib.network.writeXML`.
    Select(Select),
    /// A function applied to an attribute set: `NixVirt.lib.network.writeXML { … }`.
    Apply(Select, Attrs),
    /// A function of an attribute set: `{ NixVirt, ... }: …`, or `_: …`.
    Lambda(Lambda),
}

/// Text that a Nix string can hold: any Unicode text without NUL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(Cow<'static, str>);

impl Text {
    /// Checks `text`.
    ///
    /// # Errors
    ///
    /// Nix has no NUL in strings, neither raw nor escaped, so text with one is refused.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Result<Self, NulInText> {
        without_nul(text.into()).map(Self)
    }

    /// The text of a literal in this crate's source, checked when it is a constant at compile time.
    ///
    /// # Panics
    ///
    /// If the literal contains NUL.
    #[must_use]
    pub const fn literal(text: &'static str) -> Self {
        assert!(!contains_nul(text), "a text literal must not contain NUL");
        Self(Cow::Borrowed(text))
    }

    /// The text itself, not escaped.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of an attribute: any text without NUL, even an empty one.
///
/// It is written without quotes where Nix allows that.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Cow<'static, str>);

impl Name {
    /// Checks `name`.
    ///
    /// # Errors
    ///
    /// A name with NUL is refused, as in [`Text::new`].
    pub fn new(name: impl Into<Cow<'static, str>>) -> Result<Self, NulInText> {
        without_nul(name.into()).map(Self)
    }

    /// A name that stands in this crate's source, checked when it is a constant at compile time.
    ///
    /// # Panics
    ///
    /// If the literal contains NUL.
    #[must_use]
    pub const fn literal(name: &'static str) -> Self {
        assert!(!contains_nul(name), "a name literal must not contain NUL");
        Self(Cow::Borrowed(name))
    }

    /// The name itself, not escaped.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

/// The name of a variable: an identifier that is not a keyword and not `true`, `false`, `null` or `__curPos`, which
/// would read back as something else, and not `_`, which a [`Lambda`] without formals would capture.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ident(Cow<'static, str>);

impl Ident {
    /// Checks `ident`.
    ///
    /// # Errors
    ///
    /// Whatever cannot stand for a variable is refused.
    pub fn new(ident: impl Into<Cow<'static, str>>) -> Result<Self, NotAnIdent> {
        let ident = ident.into();
        if is_variable(&ident) { Ok(Self(ident)) } else { Err(NotAnIdent(ident.into_owned())) }
    }

    /// A variable that stands in this crate's source.
    ///
    /// # Panics
    ///
    /// If the literal cannot stand for a variable.
    #[must_use]
    pub fn literal(ident: &'static str) -> Self {
        assert!(is_variable(ident), "`{ident}` cannot be the name of a variable");
        Self(Cow::Borrowed(ident))
    }

    /// The variable's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An integer that has a literal in Nix: every `i64` but the smallest, because `-9223372036854775808` is to Nix the
/// negation of an integer that overflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Int(i64);

impl Int {
    /// The integer as Rust has it.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for Int {
    type Error = IntOutOfRange;

    fn try_from(int: i64) -> Result<Self, IntOutOfRange> {
        if int == i64::MIN { Err(IntOutOfRange) } else { Ok(Self(int)) }
    }
}

impl TryFrom<u64> for Int {
    type Error = IntOutOfRange;

    fn try_from(int: u64) -> Result<Self, IntOutOfRange> {
        i64::try_from(int).map(Self).map_err(|_| IntOutOfRange)
    }
}

impl TryFrom<usize> for Int {
    type Error = IntOutOfRange;

    fn try_from(int: usize) -> Result<Self, IntOutOfRange> {
        i64::try_from(int).map(Self).map_err(|_| IntOutOfRange)
    }
}

/// An attribute set: names in the order they were inserted, none twice.
#[derive(Debug, Clone, Default)]
pub struct Attrs {
    attributes: Vec<(Name, Expr)>,
    /// Where each name is, once there are too many to look through.
    #[expect(
        clippy::box_collection,
        reason = "without the box, each of the many small sets would take twice the memory"
    )]
    positions: Option<Box<HashMap<Name, usize>>>,
}

/// The most attributes of a set that looks through its names. Almost all have a handful, and there are many of them.
const FEW: usize = 32;

impl Attrs {
    /// The empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The empty set, with room for `capacity` attributes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { attributes: Vec::with_capacity(capacity), positions: None }
    }

    /// Adds an attribute at the end.
    ///
    /// # Errors
    ///
    /// A name that the set already has is refused, and the set stays as it was.
    pub fn insert(&mut self, name: Name, value: Expr) -> Result<(), DuplicateName> {
        if self.position(name.as_str()).is_some() {
            return Err(DuplicateName(name.0.into_owned()));
        }
        let position = self.attributes.len();
        if let Some(positions) = &mut self.positions {
            positions.insert(name.clone(), position);
        } else if position == FEW {
            let names = self.attributes.iter().map(|(name, _)| name).chain([&name]);
            self.positions = Some(Box::new(names.cloned().zip(0..).collect()));
        }
        self.attributes.push((name, value));
        Ok(())
    }

    fn position(&self, name: &str) -> Option<usize> {
        match &self.positions {
            Some(positions) => positions.get(name).copied(),
            None => self.attributes.iter().position(|(other, _)| other.as_str() == name),
        }
    }

    /// The attributes in their order.
    #[must_use]
    pub fn iter(&self) -> AttrsIter<'_> {
        AttrsIter(self.attributes.iter())
    }

    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Expr> {
        self.position(name).map(|position| &self.attributes[position].1)
    }

    /// How many attributes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.attributes.len()
    }

    /// Whether there is no attribute.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }
}

impl PartialEq for Attrs {
    fn eq(&self, other: &Self) -> bool {
        self.attributes == other.attributes
    }
}

impl Eq for Attrs {}

impl<'a> IntoIterator for &'a Attrs {
    type Item = (&'a Name, &'a Expr);
    type IntoIter = AttrsIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The attributes of a set in their order.
#[derive(Debug, Clone)]
pub struct AttrsIter<'a>(std::slice::Iter<'a, (Name, Expr)>);

impl<'a> Iterator for AttrsIter<'a> {
    type Item = (&'a Name, &'a Expr);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for AttrsIter<'_> {}

/// A variable and the attribute path that leads on from it, which may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// Where the path starts.
    pub variable: Ident,
    /// The attributes to follow, the first one an attribute of the variable.
    pub path: Vec<Name>,
}

impl Select {
    /// A selection that stands in this crate's source: `("NixVirt", &["lib", "xml"])` is `NixVirt.lib.xml`.
    ///
    /// # Panics
    ///
    /// If `variable` cannot stand for a variable, or if a name contains NUL.
    #[must_use]
    pub fn literal(variable: &'static str, path: &[&'static str]) -> Self {
        Self { variable: Ident::literal(variable), path: path.iter().map(|name| Name::literal(name)).collect() }
    }
}

/// A function of an attribute set that may have other attributes too: `{ NixVirt, ... }: body`.
///
/// Without formals it is a function of anything: `_: body`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lambda {
    formals: Vec<Ident>,
    body: Box<Expr>,
}

impl Lambda {
    /// Checks that no formal is named twice.
    ///
    /// # Errors
    ///
    /// Nix refuses a function with two formals of one name.
    pub fn new(formals: Vec<Ident>, body: impl Into<Expr>) -> Result<Self, DuplicateName> {
        let mut seen = std::collections::HashSet::new();
        if let Some(twice) = formals.iter().find(|formal| !seen.insert(formal.as_str())) {
            return Err(DuplicateName(twice.as_str().to_owned()));
        }
        Ok(Self { formals, body: Box::new(body.into()) })
    }

    /// The attributes that the function needs, in the order they are written.
    #[must_use]
    pub fn formals(&self) -> &[Ident] {
        &self.formals
    }

    /// What the function returns.
    #[must_use]
    pub fn body(&self) -> &Expr {
        &self.body
    }
}

impl From<bool> for Expr {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

impl From<Int> for Expr {
    fn from(int: Int) -> Self {
        Self::Int(int)
    }
}

impl From<Text> for Expr {
    fn from(text: Text) -> Self {
        Self::Str(text)
    }
}

impl From<Vec<Expr>> for Expr {
    fn from(list: Vec<Expr>) -> Self {
        Self::List(list)
    }
}

impl From<Attrs> for Expr {
    fn from(attrs: Attrs) -> Self {
        Self::Attrs(attrs)
    }
}

impl From<Select> for Expr {
    fn from(select: Select) -> Self {
        Self::Select(select)
    }
}

impl From<Lambda> for Expr {
    fn from(lambda: Lambda) -> Self {
        Self::Lambda(lambda)
    }
}

impl TryFrom<&'static str> for Expr {
    type Error = NulInText;

    fn try_from(text: &'static str) -> Result<Self, NulInText> {
        Text::new(text).map(Self::Str)
    }
}

impl TryFrom<String> for Expr {
    type Error = NulInText;

    fn try_from(text: String) -> Result<Self, NulInText> {
        Text::new(text).map(Self::Str)
    }
}

macro_rules! small_int {
    ($($small:ty)*) => {$(
        impl From<$small> for Int {
            fn from(int: $small) -> Self {
                Self(i64::from(int))
            }
        }

        impl From<$small> for Expr {
            fn from(int: $small) -> Self {
                Self::Int(int.into())
            }
        }
    )*};
}

small_int! { u8 u16 u32 i8 i16 i32 }

/// Text that no Nix string can hold, because it contains NUL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the character NUL at byte {at} cannot be part of a Nix string")]
pub struct NulInText {
    /// The byte offset of the first NUL.
    pub at: usize,
}

/// A name that cannot stand for a variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot be the name of a variable")]
pub struct NotAnIdent(pub String);

/// An integer that has no literal in Nix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Nix has integers from -9223372036854775807 to 9223372036854775807 only")]
pub struct IntOutOfRange;

/// A name that one attribute set or one function would have twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is there already")]
pub struct DuplicateName(pub String);

/// Whether `name` needs no quotes as the name of an attribute.
pub(crate) fn is_bare_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'\'' | b'-'))
        && !matches!(name, "assert" | "else" | "if" | "in" | "inherit" | "let" | "or" | "rec" | "then" | "with")
}

fn is_variable(name: &str) -> bool {
    is_bare_name(name) && !matches!(name, "_" | "true" | "false" | "null" | "__curPos")
}

fn without_nul(text: Cow<'static, str>) -> Result<Cow<'static, str>, NulInText> {
    match text.bytes().position(|byte| byte == 0) {
        Some(at) => Err(NulInText { at }),
        None => Ok(text),
    }
}

const fn contains_nul(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == 0 {
            return true;
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_is_refused() {
        assert_eq!(Text::new("a\0"), Err(NulInText { at: 1 }));
        assert_eq!(Name::new("\0".to_owned()), Err(NulInText { at: 0 }));
        assert!(Text::new("\u{1}").is_ok());
    }

    #[test]
    fn variables() {
        for good in ["a", "_a", "__", "NixVirt", "a'b-c1", "import"] {
            assert!(Ident::new(good).is_ok(), "{good}");
        }
        for bad in ["", "_", "1", "a.b", "a b", "é", "-", "'", "or", "rec", "true", "false", "null", "__curPos", "${a}"]
        {
            assert_eq!(Ident::new(bad), Err(NotAnIdent(bad.to_owned())));
        }
    }

    #[test]
    fn integers() {
        assert_eq!(Int::try_from(i64::MIN), Err(IntOutOfRange));
        assert_eq!(Int::try_from(u64::MAX), Err(IntOutOfRange));
        assert_eq!(Int::try_from(i64::MIN + 1).map(Int::get), Ok(i64::MIN + 1));
    }

    #[test]
    fn attributes_keep_their_order() {
        let attrs = |names: [&'static str; 2]| {
            let mut attrs = Attrs::new();
            for name in names {
                attrs.insert(Name::literal(name), Expr::Null).expect("the names differ");
            }
            attrs
        };
        assert_eq!(attrs(["a", "b"]), attrs(["a", "b"]));
        assert_ne!(attrs(["a", "b"]), attrs(["b", "a"]));
        let mut twice = attrs(["a", "b"]);
        assert_eq!(twice.insert(Name::literal("a"), true.into()), Err(DuplicateName("a".to_owned())));
        assert_eq!(twice, attrs(["a", "b"]));
        assert_eq!((twice.get("a"), twice.get("c")), (Some(&Expr::Null), None));
    }

    #[test]
    fn large_sets_are_like_small_ones() {
        let name = |number: u32| Name::new(number.to_string()).expect("no NUL");
        let mut attrs = Attrs::new();
        for number in 0..100 {
            attrs.insert(name(number), number.into()).expect("the names differ");
            for old in [0, number / 2, number] {
                assert_eq!(attrs.get(name(old).as_str()), Some(&old.into()));
                assert!(attrs.insert(name(old), Expr::Null).is_err());
            }
            assert_eq!(attrs.get(name(number + 1).as_str()), None);
        }
        assert!(attrs.iter().map(|(found, _)| found.clone()).eq((0..100).map(name)));
    }

    #[test]
    fn formals_differ() {
        let formals = ["a", "b", "a"].map(Ident::literal).to_vec();
        assert_eq!(Lambda::new(formals, Expr::Null), Err(DuplicateName("a".to_owned())));
    }
}
