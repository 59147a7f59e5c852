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

mod atom;
mod attrs;
mod compare;
mod cst;
pub mod file;
pub mod host;
mod lines;
pub mod listed;
pub mod module;
pub mod print;
pub mod read;
mod template;

pub(crate) use atom::is_bare_name;
pub use atom::{Ident, Int, IntOutOfRange, Name, NotAnIdent, NulInText, Text};
pub use attrs::{Attrs, DuplicateName};
pub use lines::{Lines, NotLines, Piece, TextFile};

/// A Nix expression of plain data, the variables it needs and the functions it applies to data.
///
/// Two expressions are equal when they are written the same: the order of attributes counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// `null`.
    Null,
    Bool(bool),
    Int(Int),
    /// A string, without interpolation.
    Str(Text),
    List(Vec<Expr>),
    /// An attribute set, not recursive.
    Attrs(Attrs),
    /// A variable, or an attribute reached from one: `NixVirt.lib.network.writeXML`.
    Select(Select),
    /// A function applied to an attribute set: `NixVirt.lib.network.writeXML { … }`.
    Apply(Select, Attrs),
    /// A function applied to a name and a text of lines: `pkgs.writeText "lan.xml" ''…''`.
    TextFile(Box<TextFile>),
    /// A function of an attribute set: `{ NixVirt, ... }: …`, or `_: …`.
    Lambda(Lambda),
}

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

impl From<TextFile> for Expr {
    fn from(file: TextFile) -> Self {
        Self::TextFile(Box::new(file))
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
        impl From<$small> for Expr {
            fn from(int: $small) -> Self {
                Self::Int(int.into())
            }
        }
    )*};
}

small_int! { u8 u16 u32 i8 i16 i32 }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formals_differ() {
        let formals = ["a", "b", "a"].map(Ident::literal).to_vec();
        assert_eq!(Lambda::new(formals, Expr::Null), Err(DuplicateName("a".to_owned())));
    }
}
