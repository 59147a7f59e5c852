//! The spec that what was found becomes part of.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::draft::Definitions;
use super::spec::Sections;
use crate::edit::insert::{LEVELS, insert};
use crate::edit::print::print;
use crate::problem::Problem;
use crate::source::{Edit, Files, Source, edited};
use crate::spec::NixVirtVersion;

/// A spec that takes what was found: a new one, or one that is there.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The name of the lab.
    pub lab: &'a str,
    /// The `NixVirt` that it is for.
    pub version: NixVirtVersion,
    /// The spec that is there.
    pub there: Option<There<'a>>,
}

/// A spec that is there.
#[derive(Clone, Copy)]
pub struct There<'a> {
    /// Its file.
    pub path: &'a Path,
    /// Its text.
    pub text: &'a str,
    /// Whatever it says, with what it includes.
    pub whole: &'a Json,
    /// The files that it can include.
    pub files: &'a dyn Files,
}

impl Frame<'_> {
    /// The text of the spec with what was found.
    #[must_use]
    pub fn text(&self, sections: &Sections) -> String {
        let Some(there) = self.there else { return print(&Json::Object(self.whole(sections))) };
        edited(there.text, &self.edits(sections)).unwrap_or_else(|| there.text.to_owned())
    }

    /// How the text of the spec that is there changes.
    #[must_use]
    pub fn edits(&self, sections: &Sections) -> Vec<Edit> {
        self.there.and_then(|there| insert(there.text, &self.added(sections), LEVELS)).unwrap_or_default()
    }

    /// What is added to the spec that is there; without one, all.
    #[must_use]
    pub fn added(&self, sections: &Sections) -> Map<String, Json> {
        let Some(there) = self.there else { return self.whole(sections) };
        let mut added = sections.spec(self.lab);
        added.shift_remove("lab");
        // What the lab has itself is nobody else's.
        if let Some(Json::Object(external)) = added.get_mut("external") {
            for (kind, names) in external.iter_mut() {
                let is_there = |name: &Json| {
                    let name = name.as_str().unwrap_or_default();
                    let listed = there.whole.get("external").and_then(|external| external.get(kind)?.as_array());
                    there.whole.get(kind).and_then(|own| own.get(name)).is_some()
                        || listed.is_some_and(|listed| listed.iter().any(|known| known == name))
                };
                if let Json::Array(names) = names {
                    names.retain(|name| !is_there(name));
                }
            }
            external.retain(|_, names| names.as_array().is_none_or(|names| !names.is_empty()));
            if external.is_empty() {
                added.shift_remove("external");
            }
        }
        added
    }

    fn whole(&self, sections: &Sections) -> Map<String, Json> {
        let mut spec = sections.spec(self.lab);
        if self.version != NixVirtVersion::default() {
            let target = Map::from_iter([("nixvirt".to_owned(), self.version.name().into())]);
            spec.shift_insert(1, "target".to_owned(), Json::Object(target));
        }
        spec
    }

    /// The spec with what was found, read.
    #[must_use]
    pub fn source(&self, sections: &Sections, definitions: &Definitions) -> (Source, Vec<Problem>) {
        let text = self.text(sections).into_bytes();
        match self.there {
            None => Source::with_includes(Path::new("lab.json"), text, definitions),
            Some(there) => {
                let directory = there.path.parent().unwrap_or(Path::new(""));
                Source::with_includes(there.path, text, &Overlay { definitions, directory, files: there.files })
            }
        }
    }
}

/// Files with those that are still to be written.
struct Overlay<'a> {
    definitions: &'a Definitions,
    /// Where these will be.
    directory: &'a Path,
    files: &'a dyn Files,
}

impl Files for Overlay<'_> {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.files.canonical(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let new = path.strip_prefix(self.directory).ok().and_then(|path| self.definitions.get(path));
        new.map_or_else(|| self.files.read(path), |bytes| Ok(bytes.clone()))
    }
}
