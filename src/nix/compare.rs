//! Compares parsed text with the [`Expr`] that it should mean, side by side and without making a second [`Expr`].

use super::cst::{Attributes, Bit, Formals, Indented, Part, Selected, View};
use super::print::{Style, print};
use super::read::{self, MAX_DEPTH, ReadError};
use super::{Attrs, Expr, Lambda, Lines, Piece, Select, is_bare_name};

/// Where text means something else than it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} (byte {at}) should be {expected}, but is {found}", self.place())]
pub struct Difference {
    /// The path to the difference, as in `[3].definition.devices.disk[0].target`; empty for the whole expression.
    ///
    /// A function and its argument, or its body, have the same path.
    pub path: String,
    /// The byte offset of the difference in the text.
    pub at: usize,
    /// What should be there, as Nix text or in a few words.
    pub expected: String,
    /// What is there instead, or why it cannot be read.
    pub found: String,
}

impl Difference {
    fn new(at: usize, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { path: String::new(), at, expected: expected.into(), found: found.into() }
    }

    pub(super) fn refused(at: usize, expected: impl Into<String>, error: &ReadError) -> Self {
        Self::new(at, expected, error.to_string())
    }

    fn place(&self) -> String {
        if self.path.is_empty() { "the whole".to_owned() } else { format!("`{}`", self.path) }
    }

    /// The difference as seen from the list around it.
    fn in_item(self, index: usize) -> Self {
        self.under(&format!("[{index}]"))
    }

    /// The difference as seen from the attribute set around it.
    fn in_attribute(self, name: &str) -> Self {
        if is_bare_name(name) { self.under(name) } else { self.under(&format!("{name:?}")) }
    }

    fn under(mut self, step: &str) -> Self {
        if !self.path.is_empty() && !self.path.starts_with('[') {
            self.path.insert(0, '.');
        }
        self.path.insert_str(0, step);
        self
    }
}

/// Whether `part` means `expr`.
pub(super) fn agree(part: Part<'_>, expr: &Expr, depth: usize) -> Result<(), Difference> {
    if depth > MAX_DEPTH {
        return Err(Difference::refused(part.at, describe(expr), &ReadError::TooDeep { at: part.at }));
    }
    let view = View::of(part).map_err(|error| Difference::refused(part.at, describe(expr), &error))?;
    let same = match (expr, &view) {
        (Expr::Null, View::Null) => true,
        (Expr::Bool(bool), View::Bool(found)) => bool == found,
        (Expr::Int(int), View::Int(found)) => int.get() == *found,
        (Expr::Str(text), View::Str(found)) => found.spells(text.as_str()),
        (Expr::Select(select), View::Select(found)) => same_select(select, found),
        (Expr::List(items), View::List(found)) => {
            let mut found = found.clone();
            for (index, item) in items.iter().enumerate() {
                match found.next() {
                    Some(part) => agree(part, item, depth + 1),
                    None => Err(Difference::new(part.at, describe(item), "missing")),
                }
                .map_err(|difference| difference.in_item(index))?;
            }
            return found
                .next()
                .map_or(Ok(()), |part| Err(Difference::new(part.at, "missing", "there").in_item(items.len())));
        }
        (Expr::Attrs(attrs), View::Attrs(found)) => {
            return agree_attrs(part.at, found.clone(), attrs, depth);
        }
        (Expr::Apply(function, argument), View::Apply(found, attributes)) if same_select(function, found) => {
            return agree_attrs(part.at, attributes.clone(), argument, depth);
        }
        (Expr::TextFile(file), View::TextFile(function, name, text))
            if same_select(&file.function, function) && name.spells(file.name.as_str()) =>
        {
            return agree_lines(text, &file.text);
        }
        (Expr::Lambda(lambda), View::Lambda(formals, body)) if same_formals(lambda, formals) => {
            return agree(*body, lambda.body(), depth + 1);
        }
        (
            Expr::Null
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Str(_)
            | Expr::List(_)
            | Expr::Attrs(_)
            | Expr::Select(_)
            | Expr::Apply(..)
            | Expr::TextFile(_)
            | Expr::Lambda(_),
            _,
        ) => false,
    };
    if same { Ok(()) } else { Err(Difference::new(part.at, describe(expr), describe_view(part, &view))) }
}

fn agree_attrs(at: usize, mut found: Attributes<'_>, attrs: &Attrs, depth: usize) -> Result<(), Difference> {
    for (name, value) in attrs {
        let name = name.as_str();
        match found.next() {
            Some(Ok((at, spelling, part))) => {
                if !spelling.spells(name) {
                    let found = format!("the attribute {:?}", spelling.unescape());
                    return Err(Difference::new(at, describe(value), found).in_attribute(name));
                }
                agree(part, value, depth + 1)
            }
            Some(Err(error)) => Err(Difference::refused(at, describe(value), &error)),
            None => Err(Difference::new(at, describe(value), "missing")),
        }
        .map_err(|difference| difference.in_attribute(name))?;
    }
    match found.next() {
        None => Ok(()),
        Some(Ok((at, spelling, _))) => Err(Difference::new(at, "missing", "there").in_attribute(&spelling.unescape())),
        Some(Err(error)) => Err(Difference::refused(at, "the end of the attribute set", &error)),
    }
}

fn agree_lines(found: &Indented<'_>, lines: &Lines) -> Result<(), Difference> {
    let mut pieces = lines.pieces().iter().peekable();
    // What is still to come of the text before those pieces.
    let mut left = "";
    for bit in found.bits() {
        if left.is_empty()
            && !matches!(bit, Ok((_, Bit::Select(_))))
            && let Some(Piece::Text(text)) = pieces.next_if(|piece| matches!(piece, Piece::Text(_)))
        {
            left = text.as_str();
        }
        let piece = pieces.peek().copied();
        let differs = |at, found| Difference::new(at, describe_piece(left, piece), found);
        let (at, bit) = bit.map_err(|error| differs(found.at(), error.to_string()))?;
        match bit {
            Bit::Text(text) => {
                left = left.strip_prefix(text).ok_or_else(|| {
                    let same = left.chars().zip(text.chars()).take_while(|(left, found)| left == found);
                    let same: usize = same.map(|(char, _)| char.len_utf8()).sum();
                    differs(at + same, format!("the text {text:?}"))
                })?;
            }
            Bit::Str(spelling) => {
                left =
                    spelling.begins(left).ok_or_else(|| differs(at, format!("the text {:?}", spelling.unescape())))?;
            }
            Bit::Select(selected) => match piece {
                Some(Piece::Select(select)) if left.is_empty() && same_select(select, &selected) => {
                    pieces.next();
                }
                Some(Piece::Text(_) | Piece::Select(_)) | None => {
                    return Err(differs(at, format!("the variable {}", selected.variable)));
                }
            },
        }
    }
    match (left, pieces.next()) {
        ("", None) => Ok(()),
        (left, piece) => Err(Difference::new(found.at(), describe_piece(left, piece), "missing")),
    }
}

/// What should come next in a text: the line that `left` begins with, or the piece after it.
fn describe_piece(left: &str, piece: Option<&Piece>) -> String {
    let text = match (left, piece) {
        ("", None) => return "the end of the text".to_owned(),
        ("", Some(Piece::Select(select))) => {
            return format!("the variable {}", print(&Expr::Select(select.clone()), Style::Nixfmt));
        }
        ("", Some(Piece::Text(text))) => text.as_str(),
        (left, _) => left,
    };
    format!("the text {:?}", text.split_inclusive('\n').next().unwrap_or_default())
}

fn same_select(select: &Select, found: &Selected<'_>) -> bool {
    let Select { variable, path } = select;
    let mut found_path = found.path();
    variable.as_str() == found.variable
        && path.iter().all(|name| matches!(found_path.next(), Some(Ok(found)) if found.spells(name.as_str())))
        && found_path.next().is_none()
}

fn same_formals(lambda: &Lambda, found: &Formals<'_>) -> bool {
    let mut found = found.clone();
    lambda.formals().iter().all(|formal| matches!(found.next(), Some(Ok((_, name))) if name == formal.as_str()))
        && found.next().is_none()
}

/// An expression as Nix text if it is short, else in a few words.
pub(super) fn describe(expr: &Expr) -> String {
    match expr {
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Str(_) | Expr::Select(_) => print(expr, Style::Nixfmt),
        Expr::List(items) => format!("a list of {}", items.len()),
        Expr::Attrs(attrs) => format!("a set of {} attributes", attrs.len()),
        Expr::Apply(function, _) => {
            format!("{} applied to a set", print(&Expr::Select(function.clone()), Style::Nixfmt))
        }
        Expr::TextFile(file) => {
            let function = print(&Expr::Select(file.function.clone()), Style::Nixfmt);
            format!("{function} applied to {:?} and a text", file.name.as_str())
        }
        Expr::Lambda(_) => "a function".to_owned(),
    }
}

fn describe_view(part: Part<'_>, view: &View<'_>) -> String {
    match view {
        View::Null | View::Bool(_) | View::Int(_) | View::Str(_) | View::Select(_) => {
            read::expr(part, 0).map_or_else(|error| error.to_string(), |expr| describe(&expr))
        }
        View::List(items) => format!("a list of {}", items.clone().count()),
        View::Attrs(attributes) => format!("a set of {} attributes", attributes.clone().count()),
        View::Apply(function, _) => format!("an application of {}", function.variable),
        View::TextFile(function, name, _) => {
            format!("an application of {} to {:?} and a text", function.variable, name.unescape())
        }
        View::Lambda(..) => "a function".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::nix::read::Parsed;
    use crate::nix::{Name, Text, TextFile};

    fn check(text: &str, expr: impl Into<Expr>, expected: &str) {
        let agrees = Parsed::new(text).expect("the text parses").agrees(&expr.into());
        assert_eq!(agrees.map_err(|difference| difference.to_string()), Err(expected.to_owned()), "{text}");
    }

    fn attrs(attributes: impl IntoIterator<Item = (&'static str, Expr)>) -> Expr {
        let mut attrs = Attrs::new();
        for (name, value) in attributes {
            attrs.insert(Name::literal(name), value).expect("no name is there twice");
        }
        attrs.into()
    }

    #[test]
    fn differences() {
        check("1", 2, "the whole (byte 0) should be 2, but is 1");
        check("[ 1 2 ]", vec![1.into()], "`[1]` (byte 4) should be missing, but is there");
        check("[ 1 ]", vec![1.into(), 2.into()], "`[1]` (byte 0) should be 2, but is missing");
        let nested = |value: Expr| Expr::List(vec![attrs([("a b", attrs([("c", Expr::List(vec![value]))]))])]);
        check(
            "[ { \"a b\" = { c = [ \"x\" ]; }; } ]",
            nested(Text::literal("$").into()),
            "`[0].\"a b\".c[0]` (byte 20) should be \"$\", but is \"x\"",
        );
        check("{ a = 1; }", attrs([("b", 1.into())]), "`b` (byte 2) should be 1, but is the attribute \"a\"");
        check("{ a = 1; }", attrs([]), "`a` (byte 2) should be missing, but is there");
        check("f { }", attrs([]), "the whole (byte 0) should be a set of 0 attributes, but is an application of f");
    }

    #[test]
    fn differences_in_lines() {
        let text = |text| Piece::from(Text::literal(text));
        let file = |pieces: Vec<Piece>| TextFile {
            function: Select::literal("a", &["f"]),
            name: Text::literal("b"),
            text: Lines::new(pieces).expect("lines"),
        };
        let expected = || file(vec![text("x\n <y>"), Select::literal("a", &["b"]).into(), text("</y>\n")]);
        let check = |source, difference| check(source, expected(), difference);
        check(
            "a.f \"c\" ''\n  x\n''",
            "the whole (byte 0) should be a.f applied to \"b\" and a text, but is an application of a to \"c\" and a text",
        );
        check(
            "a.f \"b\" ''\n  x\n  <y>${a.b}</y>\n''",
            "the whole (byte 17) should be the text \" <y>\", but is the text \"<y>\"",
        );
        check(
            "a.f \"b\" ''\n  x\n   <z>${a.b}</y>\n''",
            "the whole (byte 19) should be the text \" <y>\", but is the text \" <z>\"",
        );
        check(
            "a.f \"b\" ''\n  x\n   <y>${a.c}</y>\n''",
            "the whole (byte 21) should be the variable a.b, but is the variable a",
        );
        check(
            "a.f \"b\" ''\n  x\n   <y>${\"</y>\\n\"}''",
            "the whole (byte 21) should be the variable a.b, but is the text \"</y>\\n\"",
        );
        check(
            "a.f \"b\" ''\n  x\n   <y>${a.b}</y>\n\n''",
            "the whole (byte 32) should be the end of the text, but is the text \"\\n\"",
        );
        check("a.f \"b\" ''\n  x\n   <y>${a.b}''", "the whole (byte 8) should be the text \"</y>\\n\", but is missing");
    }
}
