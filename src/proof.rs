//! What "proven" means. [`Proven`] is made here only, and [`files`](crate::files) takes nothing else, so nothing that was
//! not proven reaches the disk.
//!
//! A list of objects is proven when
//!
//! - rnix parses its text without an error, and the syntax tree prints back as the text;
//! - what is read back equals what was meant, name by name and value by value;
//! - it is a function of an attribute set to a list of items with the options of `NixVirt`'s module only, or to `null`;
//! - every attribute of every definition is one that the target's `NixVirt` writes, with the type that it takes, and
//!   everything that libvirt takes several times is a list.
//!
//! The module is proven when rnix parses its text without an error, the syntax tree prints back as the text, each list
//! that it imports is one of the files beside it, and the values that come from the lab read back as what was meant.
//!
//! A proof that fails is a mistake in this crate: nothing is written.

use std::fmt::Write as _;

use rnix::ast::AttrpathValue;
use rnix::{Root, SyntaxKind};
use rowan::ast::AstNode;

use crate::lab::identity::Kind;
use crate::libvirt::vocabulary::{Element, Shape, Vocabulary};
use crate::nix::file::{ListFile, list_file_name};
use crate::nix::module::{MODULE_FILE_NAME, ModuleFile};
use crate::nix::read::{Parsed, read};
use crate::nix::{Attrs, Expr, Name};

/// A file whose text has been proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    name: &'static str,
    text: String,
}

/// A proof that failed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the proof of `{file}` failed at `{path}`: expected {expected}, found {found}")]
pub struct Error {
    /// The file.
    pub file: &'static str,
    /// The attribute path, as far as there is one.
    pub path: String,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl Proven {
    /// The file's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Proves a list of objects.
///
/// # Errors
///
/// The first thing that is not as it should be.
pub fn list(file: ListFile, vocabulary: &Vocabulary) -> Result<Proven, Error> {
    let ListFile { kind, expr, text } = file;
    let name = list_file_name(kind);
    let error = |path: &str, expected: &str, found: String| Error {
        file: name,
        path: path.to_owned(),
        expected: expected.to_owned(),
        found,
    };
    let parsed = Parsed::new(&text).map_err(|why| error("", "Nix that reads back", why.to_string()))?;
    parsed.agrees(&expr).map_err(|difference| Error {
        file: name,
        path: difference.path,
        expected: difference.expected,
        found: difference.found,
    })?;
    let Expr::Lambda(lambda) = &expr else {
        return Err(error("", "a function", describe(&expr).to_owned()));
    };
    let items = match lambda.body() {
        Expr::Null => &[],
        Expr::List(items) => items.as_slice(),
        other => return Err(error("", "a list or null", describe(other).to_owned())),
    };
    let mut walk = Walk { file: name, vocabulary, path: Vec::new() };
    for (index, item) in items.iter().enumerate() {
        walk.path.push(Step::Item(index));
        walk.item(item, kind)?;
        walk.path.pop();
    }
    Ok(Proven { name, text })
}

/// Proves the module.
///
/// # Errors
///
/// The first thing that is not as it should be.
pub fn module(file: ModuleFile, lists: &[Proven]) -> Result<Proven, Error> {
    let ModuleFile { text, values } = file;
    let error = |expected: &str, found: String| Error {
        file: MODULE_FILE_NAME,
        path: String::new(),
        expected: expected.to_owned(),
        found,
    };
    let parse = Root::parse(&text);
    if let Some(why) = parse.errors().first() {
        return Err(error("Nix that rnix parses", why.to_string()));
    }
    let root = parse.syntax();
    if root.text() != text.as_str() {
        return Err(error("a syntax tree that prints back as the text", "another text".to_owned()));
    }
    let paths = root.descendants().filter(|node| node.kind() == SyntaxKind::NODE_PATH_REL);
    for path in paths.map(|node| node.text().to_string()) {
        if !lists.iter().any(|list| path.strip_prefix("./") == Some(list.name)) {
            return Err(error("imports of the files beside it only", format!("`{path}`")));
        }
    }
    for (path, meant) in values {
        let mut found = root
            .descendants()
            .filter_map(AttrpathValue::cast)
            .filter(|binding| binding.attrpath().is_some_and(|found| found.syntax().text() == path));
        let value = found.next().and_then(|binding| binding.value()).map(|value| value.syntax().text().to_string());
        let Some(value) = value.filter(|_| found.next().is_none()) else {
            return Err(error("one binding of the path", format!("none, or several, of `{path}`")));
        };
        if read(&value).ok().as_ref() != Some(&meant) {
            return Err(Error { path: path.to_owned(), ..error("what the lab asks of its host", value) });
        }
    }
    Ok(Proven { name: MODULE_FILE_NAME, text })
}

/// One step of an attribute path.
enum Step<'a> {
    Item(usize),
    Name(&'a str),
}

/// A walk through what a file says, along the vocabulary.
struct Walk<'a> {
    file: &'static str,
    vocabulary: &'a Vocabulary,
    path: Vec<Step<'a>>,
}

impl<'a> Walk<'a> {
    fn error<T>(&self, expected: impl Into<String>, found: &Expr) -> Result<T, Error> {
        let mut path = String::new();
        for step in &self.path {
            let _ = match step {
                Step::Item(index) => write!(path, "[{index}]"),
                Step::Name(name) => write!(path, "{}{name}", if path.is_empty() { "" } else { "." }),
            };
        }
        Err(Error { file: self.file, path, expected: expected.into(), found: describe(found).to_owned() })
    }

    /// An item of `NixVirt`'s option for objects of a kind.
    fn item(&mut self, item: &'a Expr, kind: Kind) -> Result<(), Error> {
        let Expr::Attrs(item) = item else {
            return self.error("an attribute set", item);
        };
        if item.get("definition").is_none() {
            return self.error("an item with a definition", &Expr::Null);
        }
        for (name, value) in item {
            self.path.push(Step::Name(name.as_str()));
            match (name.as_str(), value, kind) {
                ("definition", value, kind) => self.definition(value, kind.name(), self.vocabulary.object(kind))?,
                ("active" | "restart", Expr::Bool(_), _) => {}
                ("volumes", Expr::List(volumes), Kind::Pool) => {
                    for (index, volume) in volumes.iter().enumerate() {
                        self.path.push(Step::Item(index));
                        self.volume(volume)?;
                        self.path.pop();
                    }
                }
                (_, value, _) => return self.error("an option of NixVirt's module", value),
            }
            self.path.pop();
        }
        Ok(())
    }

    fn volume(&mut self, item: &'a Expr) -> Result<(), Error> {
        let Expr::Attrs(item) = item else {
            return self.error("an attribute set", item);
        };
        for (name, value) in item {
            self.path.push(Step::Name(name.as_str()));
            match (name.as_str(), value) {
                ("definition", value) => self.definition(value, "volume", self.vocabulary.volume())?,
                ("present", Expr::Bool(_)) | ("name", Expr::Str(_)) => {}
                (_, value) => return self.error("an option of NixVirt's volumes", value),
            }
            self.path.pop();
        }
        Ok(())
    }

    /// `NixVirt.lib.<kind>.writeXML { … }`, with nothing in it that `NixVirt` would drop.
    fn definition(&mut self, definition: &'a Expr, kind: &str, element: Element) -> Result<(), Error> {
        match definition {
            Expr::Apply(function, attrs)
                if function.variable.as_str() == "NixVirt"
                    && function.path.iter().map(Name::as_str).eq(["lib", kind, "writeXML"]) =>
            {
                self.set(attrs, element)
            }
            other => self.error(format!("NixVirt.lib.{kind}.writeXML"), other),
        }
    }

    fn set(&mut self, attrs: &'a Attrs, element: Element) -> Result<(), Error> {
        for (name, value) in attrs {
            self.path.push(Step::Name(name.as_str()));
            let Some(slot) = self.vocabulary.slot(element, name.as_str()) else {
                return self.error(format!("an attribute that NixVirt {} writes", self.vocabulary.version()), value);
            };
            match (slot.repeatable, value) {
                (true, Expr::List(items)) => {
                    for (index, item) in items.iter().enumerate() {
                        self.path.push(Step::Item(index));
                        self.value(item, slot.shape)?;
                        self.path.pop();
                    }
                }
                (true, other) => return self.error("a list", other),
                (false, value) => self.value(value, slot.shape)?,
            }
            self.path.pop();
        }
        Ok(())
    }

    fn value(&mut self, value: &'a Expr, shape: Shape) -> Result<(), Error> {
        match (shape, value) {
            (Shape::Set(element), Expr::Attrs(attrs)) => self.set(attrs, element),
            (Shape::String | Shape::Path, Expr::Str(_))
            | (Shape::Int, Expr::Int(_))
            | (Shape::Bool, Expr::Bool(_))
            | (Shape::Flag, Expr::Bool(true)) => Ok(()),
            (Shape::Flag, Expr::Attrs(attrs)) if attrs.is_empty() => Ok(()),
            // A path of the store, which the module passes in as a string.
            (Shape::Path, Expr::Select(select)) if select.variable.as_str() == "hostFiles" => Ok(()),
            (shape, other) => self.error(shape.describe(), other),
        }
    }
}

fn describe(expr: &Expr) -> &'static str {
    match expr {
        Expr::Null => "null",
        Expr::Bool(_) => "a boolean",
        Expr::Int(_) => "an integer",
        Expr::Str(_) => "a string",
        Expr::List(_) => "a list",
        Expr::Attrs(_) => "an attribute set",
        Expr::Select(_) => "a variable",
        Expr::Apply(..) => "an application",
        Expr::Lambda(_) => "a function",
    }
}
