//! Compares what text means with the [`Expr`] that it should mean.

use rnix::SyntaxKind;

use super::cst::{self, Part};
use super::print::{Style, print};
use super::read::{self, MAX_DEPTH, ReadError};
use super::{Attrs, Expr, Ident, Lines, Piece, Select, is_bare_name};

/// Where text means something else than it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} should be {expected}, but is {found}", self.place())]
pub struct Difference {
    /// The path to the difference, as in `[3].definition.devices.disk[0].target`; empty for the whole expression.
    ///
    /// A function and its argument, or its body, have the same path.
    pub path: String,
    /// What should be there, as Nix text or in a few words.
    pub expected: String,
    /// What is there instead, or why it cannot be read.
    pub found: String,
}

impl Difference {
    fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { path: String::new(), expected: expected.into(), found: found.into() }
    }

    pub(super) fn unread(expected: &Expr, error: &ReadError) -> Self {
        Self::new(describe(expected), error.to_string())
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

/// Whether `part` means `expected`.
///
/// Items of lists and attributes of sets are read one after the other, so that a large file is not in memory twice.
pub(super) fn agree(part: Part<'_>, expected: &Expr, depth: usize) -> Result<(), Difference> {
    let unread = |error: ReadError| Difference::unread(expected, &error);
    if depth > MAX_DEPTH {
        return Err(unread(ReadError::TooDeep { at: part.at }));
    }
    let part = part.enclosed().map_err(unread)?;
    match (expected, part.kind) {
        (Expr::Lambda(lambda), SyntaxKind::NODE_LAMBDA) => {
            let (formals, body) = read::lambda(part).map_err(unread)?;
            if formals != lambda.formals() {
                return Err(Difference::new(describe(expected), describe_function(&formals)));
            }
            return agree(body, lambda.body(), depth + 1);
        }
        (Expr::List(items), SyntaxKind::NODE_LIST) => {
            return agree_items(read::items(part).map_err(unread)?, items, depth);
        }
        (Expr::Attrs(attrs), SyntaxKind::NODE_ATTR_SET) => return agree_attrs(part, attrs, depth).map_err(unread)?,
        (Expr::Apply(function, attrs), SyntaxKind::NODE_APPLY) => {
            let (found, argument) = read::application(part).map_err(unread)?;
            if found.kind != SyntaxKind::NODE_APPLY && read::select(found).map_err(unread)? == *function {
                return agree_attrs(argument, attrs, depth).map_err(unread)?;
            }
        }
        (Expr::Str(text), SyntaxKind::NODE_STRING) if cst::quoted(part).is_ok_and(|found| found == text.as_str()) => {
            return Ok(());
        }
        _ => {}
    }
    match (expected, &read::expr(part, depth).map_err(unread)?) {
        (Expr::TextFile(expected), Expr::TextFile(found))
            if (&expected.function, &expected.name) == (&found.function, &found.name) =>
        {
            compare_lines(&expected.text, &found.text)
        }
        (expected, found) if expected == found => Ok(()),
        (expected, found) => Err(Difference::new(describe(expected), describe(found))),
    }
}

fn agree_items<'a>(
    mut found: impl Iterator<Item = Part<'a>>,
    expected: &[Expr],
    depth: usize,
) -> Result<(), Difference> {
    for (index, item) in expected.iter().enumerate() {
        let found = found.next().ok_or_else(|| Difference::new(describe(item), "missing"));
        found.and_then(|found| agree(found, item, depth + 1)).map_err(|difference| difference.in_item(index))?;
    }
    found.next().map_or(Ok(()), |_| Err(Difference::new("missing", "there").in_item(expected.len())))
}

/// Whether a set has these attributes, or why it is none.
fn agree_attrs(set: Part<'_>, expected: &Attrs, depth: usize) -> Result<Result<(), Difference>, ReadError> {
    let mut found = read::attributes(set)?;
    for (name, value) in expected {
        let agrees = match found.next().transpose()? {
            None => Err(Difference::new(describe(value), "missing")),
            Some((_, other, part)) => match cst::name(other)? {
                other if other == name.as_str() => agree(part, value, depth + 1),
                other => Err(Difference::new(describe(value), format!("the attribute {other:?}"))),
            },
        };
        if let Err(difference) = agrees {
            return Ok(Err(difference.in_attribute(name.as_str())));
        }
    }
    Ok(match found.next().transpose()? {
        None => Ok(()),
        Some((_, name, _)) => Err(Difference::new("missing", "there").in_attribute(&cst::name(name)?)),
    })
}

fn compare_lines(expected: &Lines, found: &Lines) -> Result<(), Difference> {
    if expected == found {
        return Ok(());
    }
    let [expected, found] = [expected, found].map(|lines| {
        let pieces = lines.pieces().iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str().to_owned(),
            Piece::Select(select) => format!("${{{}}}", print_select(select)),
        });
        pieces.collect::<String>()
    });
    let (mut expected, mut found) = (expected.split_inclusive('\n'), found.split_inclusive('\n'));
    loop {
        match (expected.next(), found.next()) {
            (Some(expected), Some(found)) if expected == found => {}
            (None, None) => return Err(Difference::new("a variable", "text that looks like it, or the reverse")),
            (expected, found) => {
                let [expected, found] = [expected, found]
                    .map(|line| line.map_or("the end of the text".to_owned(), |line| format!("the line {line:?}")));
                return Err(Difference::new(expected, found));
            }
        }
    }
}

fn print_select(select: &Select) -> String {
    print(&Expr::Select(select.clone()), Style::Nixfmt)
}

/// An expression as Nix text if it is short, else in a few words.
fn describe(expr: &Expr) -> String {
    match expr {
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Str(_) | Expr::Select(_) => print(expr, Style::Nixfmt),
        Expr::List(items) => format!("a list of {}", items.len()),
        Expr::Attrs(attrs) => format!("a set of {} attributes", attrs.len()),
        Expr::Apply(function, _) => format!("{} applied to a set", print_select(function)),
        Expr::TextFile(file) => {
            format!("{} applied to {:?} and a text", print_select(&file.function), file.name.as_str())
        }
        Expr::Lambda(lambda) => describe_function(lambda.formals()),
    }
}

fn describe_function(formals: &[Ident]) -> String {
    format!("a function of {:?}", formals.iter().map(Ident::as_str).collect::<Vec<_>>())
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
        check("1", 2, "the whole should be 2, but is 1");
        check("[ 1 2 ]", vec![1.into()], "`[1]` should be missing, but is there");
        check("[ 1 ]", vec![1.into(), 2.into()], "`[1]` should be 2, but is missing");
        let nested = |value: Expr| Expr::List(vec![attrs([("a b", attrs([("c", Expr::List(vec![value]))]))])]);
        check(
            "[ { \"a b\" = { c = [ \"x\" ]; }; } ]",
            nested(Text::literal("$").into()),
            "`[0].\"a b\".c[0]` should be \"$\", but is \"x\"",
        );
        check("{ a = 1; }", attrs([("b", 1.into())]), "`b` should be 1, but is the attribute \"a\"");
        check("{ a = 1; }", attrs([]), "`a` should be missing, but is there");
        check("f { }", attrs([]), "the whole should be a set of 0 attributes, but is f applied to a set");
        check("[ 1.5 ]", vec![1.into()], "`[0]` should be 1, but is TOKEN_FLOAT at byte 2 is not plain data");
    }

    #[test]
    fn differences_in_lines() {
        let text = |text| Piece::from(Text::literal(text));
        let variable = || Select::literal("a", &["b"]).into();
        let text = Lines::new([text("x\n <y>"), variable(), text("</y>\n")]).expect("lines");
        let file = TextFile { function: Select::literal("a", &["f"]), name: Text::literal("b"), text };
        let check = |source, difference| check(source, file.clone(), difference);
        check(
            "a.f \"c\" ''\n  x\n''",
            "the whole should be a.f applied to \"b\" and a text, but is a.f applied to \"c\" and a text",
        );
        check(
            "a.f \"b\" ''\n  x\n   <y>${a.c}</y>\n''",
            "the whole should be the line \" <y>${a.b}</y>\\n\", but is the line \" <y>${a.c}</y>\\n\"",
        );
        check(
            "a.f \"b\" ''\n  x\n   <y>${a.b}</y>\n\n''",
            "the whole should be the end of the text, but is the line \"\\n\"",
        );
        check(
            "a.f \"b\" ''\n  x\n   <y>''${a.b}</y>\n''",
            "the whole should be a variable, but is text that looks like it, or the reverse",
        );
    }
}
