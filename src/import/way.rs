//! The way of each object from its definition to an entry that says the same: attempts, the shortest first, each mended until
//! libvirt makes the same of it or it comes to no end.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::draft::{Beside, By, Definitions, Normalized, Original, read};
use super::frame::Frame;
use super::made::Made;
use super::moved::{is_moved, moved_interfaces, without_places};
use super::rest::{facts, facts_of_extra, rest};
use super::settle::settle;
use super::shorten::leave_out;
use super::spec::{Found, Refused, Sections};
use super::volumes::Volumes;
use crate::base::identity::without_state;
use crate::base::secret_in;
use crate::keys::domain::os_of;
use crate::lab::identity::ObjectKind;
use crate::libvirt::tree::{Tree, Value};
use crate::libvirt::vocabulary::Vocabulary;

/// How often what differs is added to `extra`: what is added can move other devices.
const ROUNDS: usize = 4;

/// How many facts are more than anybody would read as keys.
const MANY: usize = 2_000;

/// How many facts in `extra` are still easier to read than a definition.
const FEW: usize = 10;

/// An object on its way.
pub(super) struct Object {
    pub(super) kind: ObjectKind,
    pub(super) name: String,
    /// Its definition as libvirt has it.
    pub(super) wanted: Tree,
    pub(super) attempt: Attempt,
    /// How often its entry has been settled in this attempt.
    rounds: usize,
    pub(super) is_exact: bool,
    /// Why the attempt before this one came to no end.
    pub(super) why: Vec<String>,
    /// The interfaces that are elsewhere from the next start on, if devices are.
    pub(super) moved: Option<Vec<String>>,
}

impl Object {
    fn new(kind: ObjectKind, name: String, wanted: Tree) -> Self {
        Self { kind, name, wanted, attempt: Attempt::Preset, rounds: 0, is_exact: false, why: Vec::new(), moved: None }
    }

    /// The path from the spec of the file with its definition.
    pub(super) fn file(&self) -> String {
        format!("imported/{}/{}.xml", self.kind.section(), self.name)
    }
}

/// Ways to say an object, the shortest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// By keys on the preset of what it seems to be.
    Preset,
    /// By keys on no preset: what comes with one may be what it has not.
    NoPreset,
    /// The same, plugged in elsewhere from the next start on.
    Moved,
    MovedNoPreset,
    /// The same, plugged in as its definition says.
    Plugged,
    PluggedNoPreset,
    /// On its definition.
    Base,
}

impl Attempt {
    fn next(self, kind: ObjectKind, may_move: bool) -> Option<Self> {
        match (self, kind) {
            (Self::Base, _) => None,
            (Self::PluggedNoPreset, _) | (_, ObjectKind::Network | ObjectKind::Pool) => Some(Self::Base),
            (Self::Preset, ObjectKind::Domain) => Some(Self::NoPreset),
            (Self::NoPreset, ObjectKind::Domain) if may_move => Some(Self::Moved),
            (Self::Moved, ObjectKind::Domain) => Some(Self::MovedNoPreset),
            (Self::NoPreset | Self::MovedNoPreset, ObjectKind::Domain) => Some(Self::Plugged),
            (Self::Plugged, ObjectKind::Domain) => Some(Self::PluggedNoPreset),
        }
    }

    pub(super) fn by(self) -> By {
        match self {
            Self::Preset | Self::NoPreset | Self::Moved | Self::MovedNoPreset => By::Keys,
            Self::Plugged | Self::PluggedNoPreset => By::Plugged,
            Self::Base => By::Base,
        }
    }
}

/// What all objects on their way have in common.
pub(super) struct Way {
    found: Vec<Found>,
    pub(super) sections: Sections,
    /// The definitions, of which entries may name some.
    pub(super) files: Definitions,
    pub(super) volumes: Volumes,
    /// Why objects have no entry.
    pub(super) refused: BTreeMap<(ObjectKind, String), Vec<String>>,
    /// Whether devices of domains may be plugged in elsewhere.
    may_move: bool,
}

impl Way {
    /// The beginning: the entries as they are read out of definitions. `normal` is what libvirt makes of each.
    pub(super) fn of(
        originals: &[Original],
        normal: Normalized,
        vocabulary: &'static Vocabulary,
        frame: &Frame<'_>,
        may_move: bool,
    ) -> (Self, Vec<Object>) {
        let (mut objects, mut found, mut files) = (Vec::new(), Vec::new(), Definitions::new());
        let mut volumes = Volumes::new(vocabulary);
        // What is not told to run stays as it is, whatever others of the spec do.
        let starts_by_default = frame.there.is_some_and(|there| there.whole.pointer("/defaults/active").is_some());
        let mut refused: BTreeMap<(ObjectKind, String), Vec<String>> = BTreeMap::new();
        for (original, normal) in originals.iter().zip(normal) {
            match read_original(original, normal, vocabulary) {
                Ok((text, wanted)) => {
                    let Original { kind, name, beside, .. } = original.clone();
                    let Beside { keys: mut beside, volumes: declared } = beside;
                    if kind == ObjectKind::Domain && starts_by_default {
                        beside.entry("active".to_owned()).or_insert(Json::Null);
                    }
                    let declared = volumes.read(&name, &wanted, declared);
                    if !declared.is_empty() {
                        beside.insert("volumes".to_owned(), Json::Object(declared));
                    }
                    let os = if kind == ObjectKind::Domain { os_of(&wanted) } else { "none" };
                    found.push(Found { kind, name: name.clone(), definition: wanted.clone(), os, beside });
                    let object = Object::new(kind, name, wanted);
                    files.insert(object.file().into(), without_state(&text).into_bytes());
                    objects.push(object);
                }
                Err(why) => drop(refused.insert((original.kind, original.name.clone()), vec![why])),
            }
        }
        let (sections, of_language) = Sections::of(&found);
        let mut way = Self { found, sections, files, volumes, refused, may_move };
        for Refused { kind, name, why } in of_language {
            let object = objects.iter_mut().find(|object| object.kind == kind && object.name == name);
            match object.filter(|_| why.is_of_words()) {
                Some(object) => way.stand_on_definition(object, vec![why.to_string()]),
                None => drop(way.refused.insert((kind, name), vec![why.to_string()])),
            }
        }
        for object in &mut objects {
            let facts = facts(&Value::Set(object.wanted.clone()));
            if facts > MANY {
                way.stand_on_definition(object, vec![format!("its definition has {facts} settings")]);
            }
        }
        objects.retain(|object| !way.refused.contains_key(&(object.kind, object.name.clone())));
        (way, objects)
    }

    /// Mends an entry that has errors: what a key cannot say, `extra` or the definition may.
    pub(super) fn mend(&mut self, object: &mut Object, mut errors: Vec<(Vec<String>, String)>) {
        if errors.is_empty() {
            return;
        }
        object.is_exact = false;
        errors.retain(|(place, message)| !self.leave_volume_out(object, place, message));
        if errors.is_empty() {
            return;
        }
        let entry = self.sections.entry(object.kind, &object.name).filter(|_| object.attempt != Attempt::Base);
        let leave_out_each = |entry: &mut Map<String, Json>| {
            errors.iter().fold(false, |is_less, (place, _)| leave_out(entry, place) || is_less)
        };
        if !entry.is_some_and(leave_out_each) {
            self.try_next(object, errors.into_iter().map(|(_, message)| message).collect());
        }
    }

    /// Leaves the volume that a place of an entry is of undeclared. Says whether it is of one.
    fn leave_volume_out(&mut self, object: &Object, place: &[String], why: &str) -> bool {
        let (Some("volumes"), Some(volume)) = (place.first().map(String::as_str), place.get(1)) else { return false };
        if let Some(entry) = self.sections.entry(object.kind, &object.name) {
            self.volumes.leave_out(&object.name, entry, volume, why);
        }
        true
    }

    /// Adds to what is said of volumes what differs, if anything does. Says whether anything did.
    pub(super) fn mend_volumes(&mut self, made: &Made) -> bool {
        let Self { volumes, sections, .. } = self;
        volumes.mend(&mut sections.pools, made)
    }

    /// Adds to an entry what differs, if anything does.
    pub(super) fn settle(
        &mut self,
        object: &mut Object,
        written: Result<Tree, String>,
        of_libvirt: Result<Tree, String>,
    ) {
        // Those of its volumes are of other definitions.
        let facts = |entry: &Map<String, Json>| {
            let of_volumes = entry.get("volumes").and_then(Json::as_object).map_or(0, facts_of_extra);
            facts_of_extra(entry) - of_volumes
        };
        let entry = self.sections.entry(object.kind, &object.name);
        let is_base = object.attempt == Attempt::Base;
        let may_move = matches!(object.attempt, Attempt::Moved | Attempt::MovedNoPreset);
        let unsaid = match (of_libvirt, written, entry) {
            (Ok(tree), _, Some(entry)) if tree == object.wanted || (may_move && is_moved(&tree, &object.wanted)) => {
                if !is_base && facts(entry) > FEW {
                    let most = most(entry).join(", ");
                    let why = format!("only with {} settings in `extra`, most of them in {most}", facts(entry));
                    return self.try_next(object, vec![why]);
                }
                if tree != object.wanted {
                    // That it is never restarted says it too.
                    if !entry.contains_key("restart") {
                        entry.insert("onChange".to_owned(), "next-start".into());
                    }
                    object.moved = Some(moved_interfaces(&tree, &object.wanted));
                    object.wanted = tree;
                }
                object.is_exact = true;
                return;
            }
            (Ok(tree), Ok(written), Some(entry)) if may_move => {
                settle(object.kind, entry, &written, &without_places(&tree), &without_places(&object.wanted))
            }
            (Ok(tree), Ok(written), Some(entry)) if !is_base => {
                settle(object.kind, entry, &written, &tree, &object.wanted)
            }
            (Ok(tree), ..) => rest(&tree, &object.wanted).describe(),
            (Err(why), ..) => vec![format!("libvirt refuses its entry: {why}")],
        };
        object.rounds += 1;
        if !unsaid.is_empty() {
            self.try_next(object, unsaid);
        } else if object.rounds >= ROUNDS {
            self.try_next(object, vec!["the PCI addresses of devices differ".to_owned()]);
        }
    }

    fn stand_on_definition(&mut self, object: &mut Object, why: Vec<String>) {
        (object.attempt, object.rounds, object.is_exact, object.why) = (Attempt::Base, 0, false, why);
        self.sections.stand_on(object.kind, &object.name, &object.file());
    }

    /// Tries the next way to say an object. Where there is none, it has no entry, for these reasons.
    fn try_next(&mut self, object: &mut Object, why: Vec<String>) {
        let Object { kind, name, .. } = &*object;
        let (kind, name) = (*kind, name.clone());
        // A domain that starts anew at each activation would be changed by this one.
        let is_restarted =
            self.sections.get(kind, &name).is_some_and(|entry| entry.get("restart") == Some(&true.into()));
        let Some(attempt) = object.attempt.next(kind, self.may_move && !is_restarted) else {
            self.sections.remove(kind, &name);
            self.refused.insert((kind, name), why);
            return;
        };
        if attempt == Attempt::Base {
            return self.stand_on_definition(object, why);
        }
        (object.attempt, object.rounds, object.is_exact, object.why) = (attempt, 0, false, why);
        let os = match attempt {
            Attempt::NoPreset | Attempt::MovedNoPreset | Attempt::PluggedNoPreset | Attempt::Base => "none",
            Attempt::Preset | Attempt::Moved | Attempt::Plugged => {
                let found = self.found.iter().find(|found| found.kind == kind && found.name == name);
                found.map_or("none", |found| found.os)
            }
        };
        // What it could not be read as it was not read as before either.
        let _ = self.sections.read_anew(&self.found, kind, &name, os);
        if attempt.by() == By::Plugged
            && let Some(entry) = self.sections.entry(kind, &name)
        {
            entry.insert("plugged".to_owned(), object.file().into());
        }
    }
}

/// Reads a definition as libvirt has it, or says why it cannot come along.
fn read_original(
    original: &Original,
    normal: Result<String, String>,
    vocabulary: &Vocabulary,
) -> Result<(String, Tree), String> {
    // libvirt shows them only on request, so they would be lost silently.
    let secret = read(original.kind, &original.text, vocabulary).ok().and_then(|tree| secret_in(&tree));
    if let Some(path) = secret {
        return Err(format!("it contains a secret, `{path}`, which everyone on the host could read: remove it"));
    }
    let text = normal.map_err(|why| format!("libvirt refuses it: {why}"))?;
    let tree = read(original.kind, &text, vocabulary).map_err(|why| format!("lab2nix does not support it: {why}"))?;
    Ok((text, tree))
}

/// Which elements most facts in `extra` are of.
fn most(entry: &Map<String, Json>) -> Vec<String> {
    let mut counts: Vec<(usize, String)> = Vec::new();
    let mut count = |extra: &Map<String, Json>, prefix: &str| {
        for (name, value) in extra {
            let facts = facts_of_extra(&Map::from_iter([("extra".to_owned(), value.clone())]));
            counts.push((facts, format!("`{prefix}{name}`")));
        }
    };
    for (key, value) in entry {
        match value {
            Json::Object(extra) if key == "extra" => {
                let inside = |extra: &Map<String, Json>| extra.get("devices").and_then(Json::as_object).cloned();
                let devices = inside(extra).unwrap_or_default();
                let others = extra.iter().filter(|(name, _)| *name != "devices");
                count(&others.map(|(name, value)| (name.clone(), value.clone())).collect(), "");
                count(&devices, "devices.");
            }
            Json::Array(items) => {
                let extras = items.iter().filter_map(|item| item.get("extra")?.as_object());
                extras.for_each(|extra| count(extra, &format!("{key}.")));
            }
            _ => {}
        }
    }
    counts.sort_by_key(|(facts, _)| std::cmp::Reverse(*facts));
    counts.dedup_by(|one, other| one.1 == other.1);
    counts.into_iter().take(5).map(|(_, name)| name).collect()
}
