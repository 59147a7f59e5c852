//! Writes an [`Expr`] as Nix text, as one of the two formatters in use would write it.
//!
//! What is written is a fixed point of its formatter: formatting it changes nothing. The rules, found by experiment and
//! kept by tests against both formatters:
//!
//! - Attribute sets and lists that are not empty have one item a line. (Both formatters keep that; `nixfmt` wants it
//!   for every set behind a `=`, alejandra for every set of two attributes.)
//! - `alejandra` breaks nothing for being long. `nixfmt` wants lines of 100 characters, indentation not counted: what
//!   does not fit behind a `=` goes to the next line, except a string, a set or a list whose attribute has no quotes.
//! - A function of attributes stands on a line of its own in `nixfmt`, behind the `=` or parenthesis in `alejandra`.
//! - A text file begins on the line of its function, its name and the opening quotes. `nixfmt` lets that line be long
//!   too, unless what is behind a `=` has an attribute with quotes, or the function has one in its path.
//! - The lines of a text file are one level deeper than the line where it begins. What they hold is theirs: white space
//!   that a formatter would take away is written as an interpolation.
//! - `_:` stays in front of a set or a list, and in front of whatever else is one line: in `nixfmt` if all of that line
//!   fits and has no more than two `_:`, in `alejandra` unless it is the body of a function itself.

mod lambda;
mod text;

use lambda::holds_items;

use super::{Attrs, Expr, Name, Select, is_bare_name};

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
    /// An expression at the start of a line, or on a line where it may stay however long it is. Nothing follows it there.
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
                let start = self.out.len();
                self.select(function);
                self.argument(argument, start, "", indent);
            }
            Expr::TextFile(file) => self.text_file(file, false, indent),
            Expr::Lambda(lambda) => self.lambda(lambda, "", indent),
        }
    }

    /// As [`Self::expr`], but `closing` follows.
    fn expr_before(&mut self, closing: &str, expr: &Expr, indent: usize) {
        match expr {
            Expr::Apply(function, argument) => {
                let start = self.out.len();
                self.select(function);
                self.argument(argument, start, closing, indent);
            }
            Expr::Lambda(lambda) => self.lambda(lambda, closing, indent),
            Expr::Null
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Str(_)
            | Expr::List(_)
            | Expr::Attrs(_)
            | Expr::Select(_)
            | Expr::TextFile(_) => self.expr(expr, indent),
        }
    }

    /// The argument behind a function that began the line at `start`; `closing` follows it.
    fn argument(&mut self, argument: &Attrs, start: usize, closing: &str, indent: usize) {
        if self.fits(start, room_for(argument, closing)) {
            self.out.push(' ');
            self.attrs(argument, indent);
        } else {
            self.line(indent + STEP);
            self.attrs(argument, indent + STEP);
        }
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
        match item {
            Expr::Int(int) if int.get() < 0 => {
                self.out.push('(');
                self.int(int.get());
                self.out.push(')');
            }
            Expr::Apply(function, argument) => self.item_apply(function, argument, indent),
            Expr::TextFile(file) => self.item_text_file(file, indent),
            Expr::Lambda(lambda) => {
                let start = self.out.len();
                self.out.push('(');
                if !self.lambda_stays(lambda, start, ")", indent) {
                    self.out.truncate(start + 1);
                    self.line(indent + STEP);
                    self.lambda(lambda, "", indent + STEP);
                    // What could stay but for its many `_:` keeps its parenthesis.
                    if !holds_items(lambda) {
                        self.line(indent);
                    }
                }
                self.out.push(')');
            }
            Expr::Null
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Str(_)
            | Expr::List(_)
            | Expr::Attrs(_)
            | Expr::Select(_) => self.expr(item, indent),
        }
    }

    fn item_apply(&mut self, function: &Select, argument: &Attrs, indent: usize) {
        let start = self.out.len();
        self.out.push('(');
        self.select(function);
        if self.fits(start, room_for(argument, ")")) {
            self.out.push(' ');
            self.attrs(argument, indent);
        } else {
            if !self.fits(start, 0) {
                self.out.truncate(start + 1);
                self.line(indent + STEP);
                self.select(function);
            }
            self.line(indent + STEP);
            self.attrs(argument, indent + STEP);
            self.line(indent);
        }
        self.out.push(')');
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
        self.out.push_str(" =");
        let quoted = self.out.as_bytes()[start] == b'"';
        let equals = self.out.len();
        self.out.push(' ');
        // What comes behind the `=` is written there first, and moved to the next line if that turns out too long.
        let stays = match value {
            Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Select(_) => {
                self.expr(value, indent);
                self.fits(start, 1)
            }
            Expr::Str(text) => {
                self.string(text.as_str());
                !quoted || self.fits(start, 1)
            }
            Expr::List(items) if items.is_empty() => {
                self.list(items, indent);
                self.fits(start, 1)
            }
            Expr::Attrs(attrs) if attrs.is_empty() => {
                self.attrs(attrs, indent);
                self.fits(start, 1)
            }
            Expr::List(_) | Expr::Attrs(_) => {
                let stays = !quoted || self.fits(start, 1);
                if stays {
                    self.expr(value, indent);
                }
                stays
            }
            Expr::Apply(function, argument) => {
                self.select(function);
                let stays = self.fits(start, room_for(argument, ";"));
                if stays {
                    self.out.push(' ');
                    self.attrs(argument, indent);
                }
                stays
            }
            Expr::TextFile(file) => self.text_file_stays(file, start, !quoted, indent),
            Expr::Lambda(lambda) => self.lambda_stays(lambda, start, ";", indent),
        };
        if !stays {
            self.out.truncate(equals);
            // `nixfmt` breaks the line at the argument too, unless the name has quotes and fills the line with its `=`.
            let expanded = !quoted || self.fits(start, 0);
            self.line(indent + STEP);
            match value {
                Expr::Apply(function, argument) if expanded => {
                    self.select(function);
                    self.line(indent + 2 * STEP);
                    self.attrs(argument, indent + 2 * STEP);
                }
                Expr::TextFile(file) => self.text_file(file, expanded, indent + STEP),
                other => self.expr_before(";", other, indent + STEP),
            }
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
        let line = &self.out[start..];
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

/// How many characters ` { } ;` or ` {` add to the line of the function.
fn room_for(argument: &Attrs, closing: &str) -> usize {
    if argument.is_empty() { " { }".len() + closing.len() } else { " {".len() }
}

#[cfg(test)]
mod tests;
