//! Functions: what they take apart, and where what they return may begin.

use super::{Printer, STEP, Style};
use crate::nix::{Expr, Ident, Lambda};

impl Printer {
    /// A function at the start of a line; `closing` follows it.
    pub(super) fn lambda(&mut self, lambda: &Lambda, closing: &str, indent: usize) {
        let start = self.out.len();
        if lambda.formals().is_empty() {
            if !self.underscores(lambda, start, closing, indent) {
                self.out.truncate(start);
                let (body, _) = self.heads(lambda);
                if holds_items(lambda) {
                    self.out.push(' ');
                    self.expr(body, indent);
                } else {
                    self.body(body, closing, indent);
                }
            }
            return;
        }
        self.flat_formals(lambda.formals());
        let flat = match self.style {
            Style::Nixfmt => lambda.formals().len() <= 2 && self.fits(start, 0),
            Style::Alejandra => lambda.formals().len() <= 1,
        };
        if !flat {
            self.out.truncate(start);
            self.tall_formals(lambda.formals(), indent);
        }
        self.body(lambda.body(), closing, indent);
    }

    /// A function behind something else on the line that began at `start`, before `closing`. It has to go to a line of
    /// its own if this is false, and what was written is to be taken back.
    pub(super) fn lambda_stays(&mut self, lambda: &Lambda, start: usize, closing: &str, indent: usize) -> bool {
        match self.style {
            Style::Nixfmt => lambda.formals().is_empty() && self.underscores(lambda, start, closing, indent),
            Style::Alejandra => {
                self.lambda(lambda, closing, indent);
                true
            }
        }
    }

    /// A function without formals whose body begins on the same line, the one that began at `start`. It cannot stay so
    /// if this is false, and what was written is to be taken back.
    fn underscores(&mut self, lambda: &Lambda, start: usize, closing: &str, indent: usize) -> bool {
        let (body, heads) = self.heads(lambda);
        self.out.push(' ');
        if is_one_line(body) {
            let few = match self.style {
                Style::Nixfmt => 2,
                Style::Alejandra => 1,
            };
            self.expr(body, indent);
            return heads <= few && self.fits(start, closing.len());
        }
        let stays = matches!(body, Expr::List(_) | Expr::Attrs(_)) && self.fits(start, 1);
        if stays {
            self.expr(body, indent);
        }
        stays
    }

    /// The `_:` of a function and of those that it returns one after the other; what the last one returns, and how many
    /// they are.
    fn heads<'a>(&mut self, lambda: &'a Lambda) -> (&'a Expr, usize) {
        self.out.push_str("_:");
        let (mut body, mut heads) = (lambda.body(), 1);
        while let Expr::Lambda(lambda) = body
            && lambda.formals().is_empty()
        {
            self.out.push_str(" _:");
            body = lambda.body();
            heads += 1;
        }
        (body, heads)
    }

    /// What stands behind the colon of a function, before `closing`.
    fn body(&mut self, body: &Expr, closing: &str, indent: usize) {
        match self.style {
            Style::Nixfmt => {
                self.line(indent);
                self.expr_before(closing, body, indent);
            }
            Style::Alejandra => match body {
                Expr::Lambda(lambda) if lambda.formals().is_empty() => {
                    self.out.push(' ');
                    let (body, _) = self.heads(lambda);
                    self.body(body, closing, indent);
                }
                Expr::Str(_) | Expr::List(_) | Expr::Attrs(_) | Expr::Lambda(_) => {
                    self.out.push(' ');
                    self.expr(body, indent);
                }
                Expr::Int(int) if int.get() >= 0 => {
                    self.out.push(' ');
                    self.int(int.get());
                }
                Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Select(_) | Expr::Apply(..) | Expr::TextFile(_) => {
                    let indent = if indent > 0 { indent + STEP } else { 0 };
                    self.line(indent);
                    self.expr(body, indent);
                }
            },
        }
    }

    fn flat_formals(&mut self, formals: &[Ident]) {
        let padding = match self.style {
            Style::Nixfmt => " ",
            Style::Alejandra => "",
        };
        self.out.push('{');
        self.out.push_str(padding);
        for formal in formals {
            self.out.push_str(formal.as_str());
            self.out.push_str(", ");
        }
        self.out.push_str("...");
        self.out.push_str(padding);
        self.out.push_str("}:");
    }

    fn tall_formals(&mut self, formals: &[Ident], indent: usize) {
        self.out.push('{');
        for formal in formals {
            self.line(indent + STEP);
            self.out.push_str(formal.as_str());
            self.out.push(',');
        }
        self.line(indent + STEP);
        self.out.push_str("...");
        self.line(indent);
        self.out.push_str("}:");
    }
}

/// Whether an expression is written without a line break wherever that fits.
fn is_one_line(expr: &Expr) -> bool {
    match expr {
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Str(_) | Expr::Select(_) => true,
        Expr::List(items) => items.is_empty(),
        Expr::Attrs(attrs) | Expr::Apply(_, attrs) => attrs.is_empty(),
        Expr::TextFile(_) | Expr::Lambda(_) => false,
    }
}

/// Whether a function without formals returns items, maybe through others of its kind.
pub(super) fn holds_items(lambda: &Lambda) -> bool {
    lambda.formals().is_empty()
        && match lambda.body() {
            Expr::Lambda(lambda) => holds_items(lambda),
            Expr::List(items) => !items.is_empty(),
            Expr::Attrs(attrs) => !attrs.is_empty(),
            _ => false,
        }
}
