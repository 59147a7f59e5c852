//! A walk through what a list says, along the vocabulary.

use std::fmt::Write as _;

use super::Error;
use crate::lab::identity::ObjectKind;
use crate::libvirt::tree::Value;
use crate::libvirt::vocabulary::{Element, ValueType, Vocabulary};
use crate::libvirt::{Definition, KeptObject, Object, VolumeObject};
use crate::nix::file::{NIXVIRT, PKGS, host_file};
use crate::nix::{Attrs, Expr, Lines, Name, Piece, Select};
use crate::spec::NixVirtVersion;
use crate::xml;

/// One step of an attribute path.
enum Step<'a> {
    Item(usize),
    Name(&'a str),
}

/// A walk through what a file says, along the vocabulary.
pub(super) struct Walk<'a> {
    file: &'static str,
    version: NixVirtVersion,
    vocabulary: &'a Vocabulary,
    path: Vec<Step<'a>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(file: &'static str, version: NixVirtVersion) -> Self {
        Self { file, version, vocabulary: Vocabulary::of(version), path: Vec::new() }
    }

    /// The items of `NixVirt`'s option for objects of a kind.
    pub(super) fn items(&mut self, items: &'a [Expr], objects: &'a [Object], kind: ObjectKind) -> Result<(), Error> {
        for (index, (item, object)) in items.iter().zip(objects).enumerate() {
            self.path.push(Step::Item(index));
            self.item(item, object, kind)?;
            self.path.pop();
        }
        Ok(())
    }

    /// Items for objects that stay as they are, after `before` others: the file that says what libvirt has, and that it is
    /// not to be restarted, nor started or stopped.
    pub(super) fn kept(&mut self, items: &'a [Expr], kept: &[&KeptObject], before: usize) -> Result<(), Error> {
        for (index, (item, object)) in items.iter().zip(kept).enumerate() {
            self.path.push(Step::Item(before + index));
            let is_path = |value: &Expr| matches!(value, Expr::Str(path) if path.as_str() == object.path);
            match item {
                Expr::Attrs(attrs)
                    if attrs.iter().count() == 2
                        && attrs.get("definition").is_some_and(is_path)
                        && attrs.get("restart") == Some(&Expr::Bool(false)) => {}
                other => {
                    return self
                        .error(format!("what leaves the {} `{}` as it is", object.kind.name(), object.name), other);
                }
            }
            self.path.pop();
        }
        Ok(())
    }

    fn place(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            let _ = match step {
                Step::Item(index) => write!(path, "[{index}]"),
                Step::Name(name) => write!(path, "{}{name}", if path.is_empty() { "" } else { "." }),
            };
        }
        path
    }

    fn error<T>(&self, expected: impl Into<String>, found: &Expr) -> Result<T, Error> {
        Err(Error::new(self.file, self.place(), expected, describe(found)))
    }

    fn item(&mut self, item: &'a Expr, object: &'a Object, kind: ObjectKind) -> Result<(), Error> {
        let Expr::Attrs(item) = item else {
            return self.error("an attribute set", item);
        };
        if item.get("definition").is_none() {
            return self.error("an item with a definition", &Expr::Null);
        }
        for (name, value) in item {
            self.path.push(Step::Name(name.as_str()));
            match (name.as_str(), value, kind) {
                ("definition", value, kind) => {
                    self.definition(value, &object.name, &object.definition, kind.name(), |all| all.object(kind))?;
                }
                ("active" | "restart", Expr::Bool(_), _) => {}
                ("volumes", Expr::List(volumes), ObjectKind::Pool) if volumes.len() == object.volumes.len() => {
                    for (index, (volume, object)) in volumes.iter().zip(&object.volumes).enumerate() {
                        self.path.push(Step::Item(index));
                        self.volume(volume, object)?;
                        self.path.pop();
                    }
                }
                (_, value, _) => return self.error("an option of NixVirt's module", value),
            }
            self.path.pop();
        }
        Ok(())
    }

    fn volume(&mut self, item: &'a Expr, object: &'a VolumeObject) -> Result<(), Error> {
        let Expr::Attrs(item) = item else {
            return self.error("an attribute set", item);
        };
        for (name, value) in item {
            self.path.push(Step::Name(name.as_str()));
            match (name.as_str(), value, &object.definition) {
                ("definition", value, Some(definition)) => {
                    self.definition(value, &object.name, definition, "volume", Vocabulary::volume)?;
                }
                ("present", Expr::Bool(false), None) | ("name", Expr::Str(_), None) => {}
                (_, value, _) => return self.error("an option of NixVirt's volumes", value),
            }
            self.path.pop();
        }
        Ok(())
    }

    /// `NixVirt.lib.<kind>.writeXML { … }` with nothing in it that `NixVirt` would drop, or where it would drop something,
    /// `pkgs.writeText "<name>.xml" ''…''`.
    fn definition(
        &mut self,
        written: &'a Expr,
        name: &str,
        definition: &'a Definition,
        kind: &str,
        root: impl Fn(&Vocabulary) -> Element,
    ) -> Result<(), Error> {
        match written {
            Expr::Apply(function, attrs)
                if definition.unsupported.is_empty() && is_select(function, NIXVIRT, &["lib", kind, "writeXML"]) =>
            {
                self.set(attrs, root(self.vocabulary))
            }
            Expr::TextFile(file)
                if !definition.unsupported.is_empty()
                    && is_select(&file.function, PKGS, &["writeText"])
                    && file.name.as_str().strip_suffix(".xml") == Some(name) =>
            {
                self.document(written, &file.text, definition, root)
            }
            other if definition.unsupported.is_empty() => self.error(format!("NixVirt.lib.{kind}.writeXML"), other),
            other => self.error("XML", other),
        }
    }

    /// XML that says what the definition says.
    fn document(
        &mut self,
        written: &Expr,
        text: &Lines,
        definition: &Definition,
        root: impl Fn(&Vocabulary) -> Element,
    ) -> Result<(), Error> {
        let libvirt = Vocabulary::whole(self.version);
        let mut document = String::new();
        for piece in text.pieces() {
            match piece {
                Piece::Text(text) => document.push_str(text.as_str()),
                Piece::Select(select) => match host_file(select) {
                    Some(file) => document.push_str(&file.location().stable_path),
                    None => return self.error("a file of the host", written),
                },
            }
        }
        xml::agrees(&document, &definition.tree, libvirt, root(libvirt)).map_err(|found| {
            Error::new(self.file, format!("{}: {}", self.place(), found.path), found.expected, found.found)
        })
    }

    fn set(&mut self, attrs: &'a Attrs, element: Element) -> Result<(), Error> {
        for (name, value) in attrs {
            self.path.push(Step::Name(name.as_str()));
            let Some(attribute) = self.vocabulary.attribute(element, name.as_str()) else {
                return self.error(format!("an attribute that NixVirt {} writes", self.vocabulary.version()), value);
            };
            match (attribute.repeatable, value) {
                (true, Expr::List(items)) => {
                    for (index, item) in items.iter().enumerate() {
                        self.path.push(Step::Item(index));
                        self.value(item, attribute.value_type)?;
                        self.path.pop();
                    }
                }
                (true, other) => return self.error("a list", other),
                (false, value) => self.value(value, attribute.value_type)?,
            }
            self.path.pop();
        }
        Ok(())
    }

    fn value(&mut self, value: &'a Expr, value_type: ValueType) -> Result<(), Error> {
        match (value_type, value) {
            (ValueType::Set(element) | ValueType::StringOrSet(element), Expr::Attrs(attrs)) => self.set(attrs, element),
            (ValueType::String | ValueType::Path | ValueType::StringOrSet(_), Expr::Str(_))
            | (ValueType::Int, Expr::Int(_))
            | (ValueType::Bool(_), Expr::Bool(_))
            | (ValueType::Flag, Expr::Bool(true)) => Ok(()),
            (ValueType::Flag, Expr::Attrs(attrs)) if attrs.is_empty() => Ok(()),
            // A path of the store, which the module passes in as a string.
            (value_type, Expr::Select(select))
                if host_file(select).is_some_and(|file| value_type.accepts(&Value::File(file))) =>
            {
                Ok(())
            }
            (value_type, other) => self.error(value_type.describe(), other),
        }
    }
}

fn is_select(select: &Select, variable: &str, path: &[&str]) -> bool {
    select.variable.as_str() == variable && select.path.iter().map(Name::as_str).eq(path.iter().copied())
}

pub(super) fn describe(expr: &Expr) -> &'static str {
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
        Expr::TextFile(_) => "a file of text",
    }
}
