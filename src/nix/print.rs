//! Writes an [`Expr`] as Nix text, as one of the two formatters in use would write it.
//!
//! Whatever is written reads back as it is. What this crate generates is also a fixed point of its formatter: formatting it
//! changes nothing. In that, a function of attributes is the whole of a file, and functions are applied only behind the
//! `=` of an attribute without quotes. The rules, found by experiment and kept by tests against both formatters:
//!
//! - Attribute sets and lists that are not empty have one item a line. (Both formatters keep that; `nixfmt` wants it
//!   for every set behind a `=`, alejandra for every set of two attributes.)
//! - `alejandra` breaks nothing for being long. `nixfmt` wants lines of 100 characters, indentation not counted: what
//!   does not fit behind a `=` goes to the next line, except a string, a set or a list whose attribute has no quotes.
//! - The lines of a text file are one level deeper than the line where it begins. What they hold is theirs: white space
//!   that a formatter would take away is written as an interpolation.
//! - What a function of attributes returns begins a line of its own in `nixfmt`, and follows the colon in `alejandra`.

mod text;

use super::{Attrs, Expr, Ident, Lambda, Name, Select, is_bare_name};

/// Which formatter's style the text follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// The official style (RFC 166), that of `nixfmt`.
    Nixfmt,
    /// The style of `alejandra`.
    Alejandra,
}

/// Writes `expr` as Nix text, without a final newline.
///
/// ```
/// use lab2nix::nix::{Expr, print};
///
/// let list = Expr::List(vec!["${x}".try_into()?, (-1).into()]);
/// assert_eq!(print::print(&list, print::Style::Nixfmt), "[\n  \"\\${x}\"\n  (-1)\n]");
/// # Ok::<(), lab2nix::nix::NulInText>(())
/// ```
#[must_use]
pub fn print(expr: &Expr, style: Style) -> String {
    print_at(expr, style, 0)
}

/// Writes `expr` for a place that is indented by `indent` columns.
///
/// The first line is not indented, because the place has its indentation already; there is no final newline.
#[must_use]
pub fn print_at(expr: &Expr, style: Style, indent: usize) -> String {
    let mut printer = Printer { out: String::new(), style };
    printer.expr(expr, indent);
    printer.out
}

/// The longest line that `nixfmt` leaves alone, in characters and without the indentation.
const WIDTH: usize = 100;

/// One level of indentation, in columns.
const STEP: usize = 2;

struct Printer {
    out: String,
    style: Style,
}

impl Printer {
    fn expr(&mut self, expr: &Expr, indent: usize) {
        match expr {
            Expr::Null => self.out.push_str("null"),
            Expr::Bool(true) => self.out.push_str("true"),
            Expr::Bool(false) => self.out.push_str("false"),
            Expr::Int(int) => self.int(int.get()),
            Expr::Str(text) => self.string(text.as_str()),
            Expr::List(items) => self.list(items, indent),
            Expr::Attrs(attrs) => self.attrs(attrs, indent),
            Expr::Select(select) => self.select(select),
            Expr::Apply(function, argument) => {
                self.select(function);
                self.out.push(' ');
                self.attrs(argument, indent);
            }
            Expr::TextFile(file) => {
                self.select(&file.function);
                self.out.push(' ');
                self.string(file.name.as_str());
                self.out.push(' ');
                self.lines(&file.text, indent);
            }
            Expr::Lambda(lambda) => self.lambda(lambda, indent),
        }
    }

    fn lambda(&mut self, lambda: &Lambda, indent: usize) {
        let mut formals: Vec<&str> = lambda.formals().iter().map(Ident::as_str).collect();
        let (most_on_a_line, padding) = match self.style {
            Style::Nixfmt => (2, " "),
            Style::Alejandra => (1, ""),
        };
        let is_flat = formals.len() <= most_on_a_line;
        formals.push("...");
        if lambda.formals().is_empty() {
            self.out.push('_');
        } else if is_flat {
            for part in ["{", padding, &formals.join(", "), padding, "}"] {
                self.out.push_str(part);
            }
        } else {
            for (index, formal) in formals.iter().enumerate() {
                self.out.push(if index == 0 { '{' } else { ',' });
                self.line(indent + STEP);
                self.out.push_str(formal);
            }
            self.line(indent);
            self.out.push('}');
        }
        self.out.push(':');
        if lambda.formals().is_empty() || self.style == Style::Alejandra {
            self.out.push(' ');
        } else {
            self.line(indent);
        }
        self.expr(lambda.body(), indent);
    }

    fn list(&mut self, items: &[Expr], indent: usize) {
        if items.is_empty() {
            return self.out.push_str(match self.style {
                Style::Nixfmt => "[ ]",
                Style::Alejandra => "[]",
            });
        }
        self.out.push('[');
        for item in items {
            self.line(indent + STEP);
            self.item(item, indent + STEP);
        }
        self.line(indent);
        self.out.push(']');
    }

    /// An item of a list, in parentheses where its parts would be items of their own.
    fn item(&mut self, item: &Expr, indent: usize) {
        let has_parts = match item {
            Expr::Int(int) => int.get() < 0,
            Expr::Apply(..) | Expr::TextFile(_) | Expr::Lambda(_) => true,
            Expr::Null | Expr::Bool(_) | Expr::Str(_) | Expr::List(_) | Expr::Attrs(_) | Expr::Select(_) => false,
        };
        if has_parts {
            self.out.push('(');
        }
        self.expr(item, indent);
        if has_parts {
            self.out.push(')');
        }
    }

    fn attrs(&mut self, attrs: &Attrs, indent: usize) {
        if attrs.is_empty() {
            return self.out.push_str(match self.style {
                Style::Nixfmt => "{ }",
                Style::Alejandra => "{}",
            });
        }
        self.out.push('{');
        for (name, value) in attrs {
            self.line(indent + STEP);
            self.attribute(name, value, indent + STEP);
        }
        self.line(indent);
        self.out.push('}');
    }

    fn attribute(&mut self, name: &Name, value: &Expr, indent: usize) {
        let start = self.out.len();
        self.name(name.as_str());
        let quoted = self.out.as_bytes()[start] == b'"';
        self.out.push_str(" =");
        let equals = self.out.len();
        self.out.push(' ');
        self.expr(value, indent);
        let may_be_long = match value {
            Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Select(_) => false,
            Expr::Str(_) => !quoted,
            Expr::List(items) => !quoted && !items.is_empty(),
            Expr::Attrs(attrs) => !quoted && !attrs.is_empty(),
            Expr::Apply(..) | Expr::TextFile(_) | Expr::Lambda(_) => true,
        };
        let semicolon = usize::from(!self.out[start..].contains('\n'));
        if !may_be_long && !self.fits(start, semicolon) {
            self.out.truncate(equals);
            self.line(indent + STEP);
            self.expr(value, indent + STEP);
        }
        self.out.push(';');
    }

    fn select(&mut self, select: &Select) {
        self.out.push_str(select.variable.as_str());
        for name in &select.path {
            self.out.push('.');
            self.name(name.as_str());
        }
    }

    fn name(&mut self, name: &str) {
        if is_bare_name(name) {
            self.out.push_str(name);
        } else {
            self.string(name);
        }
    }

    fn int(&mut self, int: i64) {
        use std::fmt::Write as _;
        write!(self.out, "{int}").expect("a `String` takes whatever is written to it");
    }

    /// Whether the line that begins at `start` has room for `more` characters.
    fn fits(&self, start: usize, more: usize) -> bool {
        let line = self.out[start..].split('\n').next().unwrap_or_default();
        match self.style {
            Style::Nixfmt => line.len() + more <= WIDTH || line.chars().count() + more <= WIDTH,
            Style::Alejandra => true,
        }
    }

    fn line(&mut self, indent: usize) {
        const SPACES: &str = "                                ";
        self.out.push('\n');
        let mut left = indent;
        while left > SPACES.len() {
            self.out.push_str(SPACES);
            left -= SPACES.len();
        }
        self.out.push_str(&SPACES[..left]);
    }
}

#[cfg(test)]
mod tests;
