//! From definitions to a spec that says the same, shown by libvirt.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::defaults::share;
use super::frame::Frame;
use super::made::Made;
use super::rest::facts_of_extra;
use super::shorten::shorten;
use super::spec::Sections;
use super::way::{Object, Way};
use crate::activation::settings::{Item, VolumeItem};
use crate::base::identity::without_state;
use crate::lab::identity::ObjectKind;
use crate::libvirt::tree::Tree;
use crate::libvirt::vocabulary::Vocabulary;
use crate::xml;

/// A definition as it was found.
#[derive(Debug, Clone)]
pub struct Original {
    /// What it defines.
    pub kind: ObjectKind,
    /// The object's name.
    pub name: String,
    /// The definition.
    pub text: String,
    /// What is said of it elsewhere than in its definition.
    pub beside: Beside,
}

/// What is said of an object elsewhere than in its definition: by NixVirt's settings, or by whether it runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Keys of its entry: `active` and `restart`.
    pub keys: Map<String, Json>,
    /// The volumes of a pool that somebody declares.
    pub volumes: Vec<VolumeItem>,
}

impl Beside {
    /// NixVirt's settings for an object beside its definition.
    #[must_use]
    pub fn of(kind: ObjectKind, item: &Item) -> Self {
        // What an entry says that says nothing of it.
        let silent = if kind == ObjectKind::Domain { None } else { Some(true) };
        let active = (item.active != silent).then(|| ("active".to_owned(), item.active.into()));
        let restart = item.restart.map(|restart| ("restart".to_owned(), restart.into()));
        Self { keys: active.into_iter().chain(restart).collect(), volumes: item.volumes.clone() }
    }
}

/// What came of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its entry says exactly what its definition says.
    Exact {
        /// By what.
        by: By,
        /// With how many facts in `extra`.
        extra: usize,
        /// Why not by keys, where it is by `base`.
        why: Vec<String>,
    },
    /// Its entry says what its definition says but for the places where devices are plugged in, which change at the next start.
    Moved {
        /// The interfaces that are elsewhere then, by their MAC addresses: a guest may take each for another one.
        interfaces: Vec<String>,
        /// With how many facts in `extra`.
        extra: usize,
    },
    /// It has no entry, for these reasons.
    Refused(Vec<String>),
}

/// What an entry says what its definition says by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// By keys, and `extra`.
    Keys,
    /// The same, and by the file of the definition, from which the places are where devices are plugged in.
    Plugged,
    /// By the file of the definition, which it stands on.
    Base,
}

/// A spec of what was found.
#[derive(Debug)]
pub struct Draft {
    /// The sections of the spec.
    pub sections: Sections,
    /// The definitions that its entries name, by their paths from the spec.
    pub files: Definitions,
    /// What came of each object, in the order in which they were found.
    pub outcomes: Vec<(ObjectKind, String, Outcome)>,
    /// Volumes that entries of pools do not declare, and why.
    pub left_out: Vec<(String, String)>,
}

/// Definitions, by their paths from the spec.
pub type Definitions = BTreeMap<PathBuf, Vec<u8>>;

/// What libvirt makes of definitions, or why it does not take one.
pub type Normalized = Vec<Result<String, String>>;

/// Makes a spec whose definitions are the same as those that were found, once libvirt has read both. What cannot be said is left
/// out. With `may_move`, devices of domains may be plugged in elsewhere, from the next start on. `normalize` asks libvirt.
///
/// # Errors
///
/// When libvirt cannot be asked.
pub fn draft<E>(
    frame: &Frame<'_>,
    originals: &[Original],
    may_move: bool,
    mut normalize: impl FnMut(&[(ObjectKind, &str)]) -> Result<Normalized, E>,
) -> Result<Draft, E> {
    let vocabulary = Vocabulary::whole(frame.version);
    let read = |kind: ObjectKind, text: &str| read(kind, text, vocabulary).map_err(|why| why.to_string());
    let asked: Vec<(ObjectKind, &str)> = originals.iter().map(|found| (found.kind, found.text.as_str())).collect();
    let (mut way, mut objects) = Way::of(originals, normalize(&asked)?, vocabulary, frame, may_move);
    while objects.iter().any(|object| !object.is_exact) {
        let made = Made::of(&way.sections, &way.files, frame);
        let mut is_mended = false;
        for object in &mut objects {
            let errors = made.errors(object.kind, &object.name);
            is_mended |= !errors.is_empty();
            way.mend(object, errors);
        }
        if !is_mended && !way.mend_volumes(&made) {
            let open: Vec<&mut Object> = objects.iter_mut().filter(|object| !object.is_exact).collect();
            let texts: Vec<(ObjectKind, &str)> =
                open.iter().map(|object| (object.kind, made.text(object.kind, &object.name))).collect();
            for ((object, normal), (kind, text)) in open.into_iter().zip(normalize(&texts)?).zip(texts) {
                way.settle(object, read(kind, text), normal.and_then(|text| read(kind, &text)));
            }
        }
        objects.retain(|object| !way.refused.contains_key(&(object.kind, object.name.clone())));
    }
    let Way { mut sections, mut files, refused, volumes, .. } = way;
    let long = sections.clone();
    shorten(&mut sections, &files, frame, &objects, &mut normalize)?;
    share(&mut sections, &files, frame);
    // What is left out of one entry is not to be missing of another object.
    let made = Made::of(&sections, &files, frame);
    let texts: Vec<(ObjectKind, &str)> =
        objects.iter().map(|object| (object.kind, made.text(object.kind, &object.name))).collect();
    let is_same = |(object, normal): (&Object, Result<String, String>)| {
        normal.ok().and_then(|text| read(object.kind, &text).ok()).is_some_and(|tree| tree == object.wanted)
    };
    if !objects.iter().zip(normalize(&texts)?).all(is_same) {
        sections = long;
    }
    let names = |object: &Object, path: &Path| object.attempt.by() != By::Keys && Path::new(&object.file()) == path;
    files.retain(|path, _| objects.iter().any(|object| names(object, path)));
    let outcome = |original: &Original| {
        let is_it = |object: &&Object| object.kind == original.kind && object.name == original.name;
        let extra = sections.get(original.kind, &original.name).map_or(0, facts_of_extra);
        let outcome = match objects.iter().find(is_it) {
            Some(Object { moved: Some(interfaces), .. }) => Outcome::Moved { interfaces: interfaces.clone(), extra },
            Some(Object { attempt, why, .. }) => {
                let by = attempt.by();
                let why = if by == By::Base { why.clone() } else { Vec::new() };
                Outcome::Exact { by, extra, why }
            }
            None => Outcome::Refused(refused.get(&(original.kind, original.name.clone())).cloned().unwrap_or_default()),
        };
        (original.kind, original.name.clone(), outcome)
    };
    let outcomes = originals.iter().map(outcome).collect();
    let left_out = volumes.left_out(&sections.pools);
    Ok(Draft { sections, files, outcomes, left_out })
}

/// Reads a definition as libvirt has it.
pub(super) fn read(kind: ObjectKind, text: &str, vocabulary: &Vocabulary) -> Result<Tree, xml::Difference> {
    xml::read(&without_state(text), vocabulary, vocabulary.object(kind))
}
