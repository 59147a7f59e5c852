//! What a spec of what was found is made into.

use std::collections::BTreeMap;

use super::draft::Definitions;
use super::frame::Frame;
use super::spec::Sections;
use crate::lab::identity::ObjectKind;
use crate::libvirt::tree::Tree;
use crate::libvirt::{Definition, VolumeObject};
use crate::pipeline;
use crate::place::{Place, Pointer};
use crate::problem::Severity;
use crate::xml;

/// What a spec is made into.
pub(super) struct Made {
    /// The definitions, by kind and name.
    texts: BTreeMap<(&'static str, String), String>,
    /// The definitions of volumes, by the pool's name and theirs.
    volumes: BTreeMap<(String, String), Tree>,
    /// What is wrong with the spec: where, and what.
    errors: Vec<(Place, String)>,
}

impl Made {
    pub(super) fn of(sections: &Sections, files: &Definitions, frame: &Frame<'_>) -> Self {
        let (source, problems) = frame.source(sections, files);
        let checked = pipeline::check(&source, problems);
        let errors = checked.problems.iter().filter(|problem| problem.id.severity() == Severity::Error);
        let errors = errors.map(|problem| (problem.place.clone(), problem.message.clone())).collect();
        let (mut texts, mut volumes) = (BTreeMap::new(), BTreeMap::new());
        if let Some((lab, objects)) = &checked.built {
            for pool in objects.pools.iter().flatten() {
                let defined = pool.volumes.iter().filter_map(|volume| Some((volume, volume.definition.as_ref()?)));
                let tree = |(volume, definition): (&VolumeObject, &Definition)| {
                    ((pool.name.clone(), volume.name.clone()), definition.tree.clone())
                };
                volumes.extend(defined.map(tree));
            }
            for file in xml::file::files(lab, objects) {
                let kind = file.path.split_once('/').and_then(|(directory, name)| {
                    Some((ObjectKind::ALL.into_iter().find(|kind| kind.section() == directory)?, name))
                });
                if let Some((kind, name)) = kind {
                    let name = name.strip_suffix(".xml").unwrap_or(name);
                    texts.insert((kind.name(), name.to_owned()), file.text);
                }
            }
        }
        Self { texts, volumes, errors }
    }

    pub(super) fn text(&self, kind: ObjectKind, name: &str) -> &str {
        self.texts.get(&(kind.name(), name.to_owned())).map_or("", String::as_str)
    }

    /// The definition of a volume of a pool.
    pub(super) fn volume(&self, pool: &str, name: &str) -> Option<&Tree> {
        self.volumes.get(&(pool.to_owned(), name.to_owned()))
    }

    /// What is wrong with an object's entry: the places in it, and what.
    pub(super) fn errors(&self, kind: ObjectKind, name: &str) -> Vec<(Vec<String>, String)> {
        let at = Pointer::root().key(kind.section()).key(name);
        let own = self.errors.iter().filter_map(|(place, message)| {
            let (Place::Key(pointer) | Place::Value(pointer)) = place else { return None };
            let is_own = place.is_inside(&at) || *pointer == at;
            is_own.then(|| (pointer.steps().skip(2).collect(), message.clone()))
        });
        own.collect()
    }

    /// The first thing that is wrong, wherever it is.
    pub(super) fn error(&self) -> Option<&str> {
        self.errors.first().map(|(_, message)| message.as_str())
    }
}
