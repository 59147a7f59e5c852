//! The minijinja templates of files, which print Nix text only.
//!
//! Whatever goes into one has been printed by [`print`](super::print) or is a word of this crate: the formatter of the
//! templates refuses everything else, such as a `true` that minijinja would write as `True`.

use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

/// Text that is ready to stand in a Nix file.
#[derive(Debug)]
pub(super) struct NixText(String);

impl Object for NixText {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl NixText {
    /// `text` as a template takes it.
    pub(super) fn value(text: String) -> Value {
        Value::from_object(Self(text))
    }
}

/// Renders a template.
pub(super) fn render(name: &str, context: Value) -> Result<String, minijinja::Error> {
    let mut environment = Environment::empty();
    environment
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(|out, _, value| match value.downcast_object_ref::<NixText>() {
        Some(NixText(text)) => out.write_str(text).map_err(Into::into),
        None => Err(minijinja::Error::new(
            minijinja::ErrorKind::InvalidOperation,
            format!("`{value}` is not Nix text that this crate printed"),
        )),
    });
    environment.add_template("list", include_str!("list.nix.jinja"))?;
    environment.add_template("module", include_str!("module.nix.jinja"))?;
    environment.get_template(name)?.render(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_prints_nothing_that_was_not_printed_before() {
        let plain = render("list", minijinja::context! { header => "# x", list => NixText::value("[ ]".to_owned()) });
        assert!(plain.is_err());
        let missing = render("list", minijinja::context! { header => NixText::value("# x".to_owned()) });
        assert!(missing.is_err());
    }
}
