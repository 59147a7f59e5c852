//! The definitions beside a spec: files in libvirt's XML that entries name.

use std::io;
use std::path::Path;

use super::include::{Files, reason, straight};
use super::{File, Kind, Node};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::visible;

/// A definition that an entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Where the entry names it.
    pub at: Pointer,
    /// What is in the file; nothing where it cannot be read, which is a problem of its own.
    pub bytes: Option<Vec<u8>>,
}

/// The sections whose entries name definitions, and the keys by which they do.
const NAMED: &[(&str, &[&str])] = &[("networks", &["base"]), ("pools", &["base"]), ("domains", &["base", "plugged"])];

/// Reads the definitions that the entries of a spec name.
pub(super) fn read(root: &Node, all: &[File], files: &dyn Files, problems: &mut Vec<Problem>) -> Vec<Beside> {
    let mut found = Vec::new();
    for (section, keys) in NAMED {
        let entries = root.member(section).into_iter().flat_map(Node::members);
        for entry in entries {
            for key in *keys {
                let Some(Node { span, kind: Kind::String(path) }) = entry.value.member(key) else { continue };
                let at = Pointer::root().key(section).key(&entry.key).key(key);
                let by = all.partition_point(|file| file.start() <= span.start).saturating_sub(1);
                let directory = all.get(by).and_then(|file| Path::new(file.name()).parent()).unwrap_or(Path::new(""));
                let file = straight(&directory.join(path));
                let bytes = match files.read(&file) {
                    Ok(bytes) => Some(bytes),
                    Err(error) => {
                        problems.push(not_found(&file, &error, at.clone()));
                        None
                    }
                };
                found.push(Beside { at, bytes });
            }
        }
    }
    found
}

fn not_found(path: &Path, error: &io::Error, at: Pointer) -> Problem {
    let path = visible::path(path);
    let message = match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file `{path}` with a definition"),
        _ => format!("`{path}` cannot be read: {}", reason(error)),
    };
    Problem::new(Id::DefinitionNotFound, Place::value(at), message)
        .label("given here")
        .help("the path is relative to the directory of this file; `lab2nix import --into` writes such files")
}
