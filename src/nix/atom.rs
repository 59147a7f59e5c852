//! The smallest parts of Nix: text, names and integers that Nix can express.

use std::borrow::{Borrow, Cow};

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

    pub(super) fn append(&mut self, more: &Self) {
        self.0.to_mut().push_str(&more.0);
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
/// would read back as something else, and not `_`, which a [`Lambda`](super::Lambda) without formals would capture.
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

macro_rules! small_int {
    ($($small:ty)*) => {$(
        impl From<$small> for Int {
            fn from(int: $small) -> Self {
                Self(i64::from(int))
            }
        }
    )*};
}

small_int! { u8 u16 u32 i8 i16 i32 }

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
}
