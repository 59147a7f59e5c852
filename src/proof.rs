//! What "proven" means. [`Proven`] is made here only, and [`files`](crate::files) takes nothing else, so nothing that was
//! not proven reaches the disk.
//!
//! A list of objects is proven when
//!
//! - rnix parses its text without an error, and the syntax tree prints back as the text;
//! - what is read back equals what was meant, name by name and value by value;
//! - it is a function of an attribute set to a list of items with the options of `NixVirt`'s module only, or to `null`;
//! - every attribute of every definition is one that the target's `NixVirt` writes, with the type that it takes, and
//!   everything that libvirt takes several times is a list;
//! - every definition that is XML instead is one that needs to be, and is proven as a document is.
//!
//! A document is proven when an XML parser reads in it what the definition says, element by element and attribute by
//! attribute, and nothing else.
//!
//! A file of a `NoCloud` seed is proven when it starts with the line that it needs, and a JSON parser reads in the rest what
//! was meant.
//!
//! A module is proven when rnix parses its text without an error and the syntax tree prints back as the text. That of the
//! host is the one that this crate has. That of the lab imports the files beside it only; it says nothing but what the lab
//! is, and each of that reads back as what was meant.
//!
//! A spec that was edited is proven when it is what it was but for the changes, which take away no comment, and a reader finds in it what
//! was meant. A file of a template is proven when a reader of its language takes it.
//!
//! A document that a graph is kept in is proven when it is what it was but for what is between its two lines, and that is the graph.
//!
//! A proof that fails is a mistake in this crate: nothing is written.

mod edited;
mod imported;
mod kept;
mod module;
mod template;
mod walk;

pub use edited::edited_spec;
pub use imported::{imported_definition, imported_spec};
pub use kept::kept_document;
pub use module::{host_file, lab_of, module, schema_file};
pub use template::template_file;

use crate::answer::Answer;
use crate::libvirt::vocabulary::Vocabulary;
use crate::libvirt::{KeptObject, Objects};
use crate::nix::Expr;
use crate::nix::file::{ListFile, list_file_name};
use crate::nix::read::{NotMeant, Parsed};
use crate::nocloud::SeedFile;
use crate::parallel;
use crate::spec::NixVirtVersion;
use crate::unattended::{self, Disc};
use crate::xml;
use crate::xml::file::XmlFile;
use walk::{Walk, describe};

/// A file whose text has been proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    name: String,
    text: String,
}

/// A proof that failed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the proof of `{file}` failed at `{path}`: expected {expected}, found {found}")]
pub struct Error {
    /// The file.
    pub file: String,
    /// The attribute path, as far as there is one.
    pub path: String,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl Error {
    fn new(
        file: impl Into<String>,
        path: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self { file: file.into(), path: path.into(), expected: expected.into(), found: found.into() }
    }
}

impl Proven {
    /// The file's name, or its path in the directory of the files.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Proves a list of the objects of a kind, for a version of `NixVirt`.
///
/// # Errors
///
/// The first thing that is not as it should be.
pub fn list(file: ListFile, objects: &Objects, version: NixVirtVersion) -> Result<Proven, Error> {
    let ListFile { kind, expr, text } = file;
    let name = list_file_name(kind);
    let error = |path: &str, expected: &str, found: String| Error::new(name, path, expected, found);
    let kept: Vec<&KeptObject> = objects.kept.iter().filter(|object| object.kind == kind).collect();
    let objects = objects.of(kind);
    let read_back = || {
        Parsed::meaning(&text, &expr).map_err(|why| match why {
            NotMeant::Unread(why) => error("", "Nix that reads back", why.to_string()),
            NotMeant::Different(found) => Error::new(name, found.path, found.expected, found.found),
        })
    };
    let in_the_vocabulary = || {
        let Expr::Lambda(lambda) = &expr else {
            return Err(error("", "a function", describe(&expr).to_owned()));
        };
        match (lambda.body(), objects) {
            (Expr::Null, None) => Ok(()),
            (Expr::List(items), Some(objects)) if items.len() == objects.len() + kept.len() => {
                let (items, stay) = items.split_at(objects.len());
                let mut walk = Walk::new(name, version);
                walk.items(items, objects, kind)?;
                walk.kept(stay, &kept, objects.len())
            }
            (other, _) => Err(error("", "a list of the objects, or null", describe(other).to_owned())),
        }
    };
    // Neither needs the other, and the first takes long for a large lab.
    let (read_back, in_the_vocabulary) = parallel::both(read_back, in_the_vocabulary);
    let parsed = read_back?;
    in_the_vocabulary?;
    // Both are large, and freeing them takes a while.
    parallel::both(|| drop(parsed), || drop(expr));
    Ok(Proven { name: name.to_owned(), text })
}

/// Proves the XML of a definition, in the words of `libvirt`, a [`Vocabulary::whole`].
///
/// # Errors
///
/// The first thing that is not as it should be.
pub fn document(file: XmlFile<'_>, libvirt: &Vocabulary) -> Result<Proven, Error> {
    let XmlFile { path, definition, element, text } = file;
    match xml::agrees(&text, &definition.tree, libvirt, element) {
        Ok(()) => Ok(Proven { name: path, text }),
        Err(xml::Difference { path: at, expected, found }) => Err(Error::new(path, at, expected, found)),
    }
}

/// Proves a file of a domain's `NoCloud` seed.
///
/// # Errors
///
/// If it says something else than was meant.
pub fn seed_file(domain: &str, file: SeedFile) -> Result<Proven, Error> {
    let SeedFile { kind, value, text } = file;
    let name = format!("seeds/{domain}/{}", kind.file_name());
    let Some(body) = text.strip_prefix(kind.first_line()) else {
        let found = text.lines().next().unwrap_or_default();
        return Err(Error::new(name, "", kind.first_line().trim_end(), found));
    };
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(found) if found == value => Ok(Proven { name, text }),
        Ok(found) => Err(Error::new(name, "", value.to_string(), found.to_string())),
        Err(why) => Err(Error::new(name, "", "JSON that reads back", why.to_string())),
    }
}

/// Proves a file of the disc by which Windows installs itself.
///
/// # Errors
///
/// If it says something else than was meant, or something that Windows Setup does not take.
pub fn disc_file(disc: &Disc<'_>, kind: unattended::FileKind) -> Result<Proven, Error> {
    let name = format!("unattended/{}/{}", disc.domain, kind.file_name());
    let text = disc.text(kind);
    let different = match kind {
        unattended::FileKind::Answer => match Answer::read(&text, disc.os) {
            Ok(found) if found == disc.answer => None,
            Ok(found) => Some((format!("{:?}", disc.answer), format!("{found:?}"))),
            Err(why) => Some(("an answer file that Windows Setup takes".to_owned(), why.to_string())),
        },
        unattended::FileKind::Settings => match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(found) if found == disc.settings => None,
            Ok(found) => Some((disc.settings.to_string(), found.to_string())),
            Err(why) => Some(("JSON that reads back".to_owned(), why.to_string())),
        },
    };
    match different {
        None => Ok(Proven { name, text }),
        Some((expected, found)) => Err(Error::new(name, "", expected, found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nocloud::FileKind;
    use serde_json::json;

    #[test]
    fn a_file_of_a_disc_says_what_was_meant() {
        let proves = |text: &str, kind: FileKind| {
            let file = SeedFile { kind, value: json!({ "a": 1 }), text: text.to_owned() };
            seed_file("web", file).map(|proven| proven.name)
        };
        let user_data = |text: &str| proves(text, FileKind::UserData);
        assert_eq!(user_data("#cloud-config\n{ \"a\": 1 }\n"), Ok("seeds/web/user-data".to_owned()));
        assert_eq!(proves("{ \"a\": 1 }\n", FileKind::MetaData), Ok("seeds/web/meta-data".to_owned()));
        for bad in ["{ \"a\": 1 }\n", "#cloud-config\n{ \"a\": 2 }\n", "#cloud-config\n{ \"a\": 1\n"] {
            assert!(user_data(bad).is_err(), "{bad}");
        }
    }
}
