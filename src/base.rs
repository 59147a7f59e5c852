//! Definitions that entries of a spec stand on: reading them, and what they say in the keys of an entry.
//!
//! The keys that a definition says ([`keys`]) are the weakest layer of the entry that stands on it, so that whatever looks at the
//! lab sees the whole domain, and a key of the entry changes what it says. What the definition itself becomes is for
//! [`libvirt::under`] to know.

pub mod identity;
mod layer;
mod silent;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::keys::domain::os_of;
use crate::keys::{self, Around, Entry};
use crate::lab::identity::ObjectKind;
use crate::libvirt;
use crate::libvirt::tree::{Tree, Value};
use crate::libvirt::under::{Under, Unders};
use crate::libvirt::vocabulary::Vocabulary;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::resolve::{self, secret};
use crate::source::Source;
use crate::spec::NixVirtVersion;
use crate::xml;

/// How large a definition is at most, in bytes: libvirt takes none that is larger.
pub const MOST: u64 = 10 << 20;

/// The definitions that the entries of a spec stand on.
#[derive(Debug, Default)]
pub struct Bases {
    all: Vec<Base>,
    /// The entries whose definitions cannot be read: what they lack may be there.
    broken: Vec<Pointer>,
}

/// A definition that an entry stands on.
#[derive(Debug)]
struct Base {
    kind: ObjectKind,
    name: String,
    /// Where the entry is.
    at: Pointer,
    /// Whether only the places of devices are taken from it.
    is_plugged: bool,
    definition: Tree,
    /// What it says, in keys of the entry.
    keys: Map<String, Json>,
    /// What would be wrong with an entry of these keys alone. The definition stands all the same.
    excused: Vec<(Id, String)>,
}

impl Bases {
    /// Reads the definitions that the entries of a spec stand on.
    pub fn read(source: &Source, value: &Json, problems: &mut Vec<Problem>) -> Self {
        let lab = value.get("lab").and_then(Json::as_str).unwrap_or_default();
        let version = value.pointer("/target/nixvirt").and_then(|word| serde_json::from_value(word.clone()).ok());
        let version: NixVirtVersion = version.unwrap_or_default();
        let mut bases = Self::default();
        for beside in source.definitions() {
            let steps: Vec<String> = beside.at.steps().collect();
            let [of, name, key] = steps.as_slice() else { continue };
            let at = Pointer::root().key(of).key(name);
            let read = beside.bytes.as_ref().map(|bytes| Base::read(lab, version, &at, [of, name, key], bytes));
            match read {
                Some(Ok(base)) => {
                    problems.extend(layer::conflicts(&base, value));
                    bases.all.push(base);
                    continue;
                }
                Some(Err((message, help))) => problems.push(
                    Problem::new(Id::BadDefinition, Place::value(&beside.at), message).label("this file").help(help),
                ),
                None => {}
            }
            if key == "base" {
                bases.broken.push(at);
            }
        }
        layer::give_addresses(&mut bases.all, value);
        bases
    }

    /// What the entries of a lab stand on. `value` is the spec without what they say.
    ///
    /// # Panics
    ///
    /// When a valid spec does not deserialize, which is a mistake in this crate.
    #[must_use]
    pub fn unders(&self, value: &Json) -> Unders {
        let names: Vec<(ObjectKind, String)> = self.whole().map(|base| (base.kind, base.name.clone())).collect();
        let alone = || resolve::resolve(&self.spec(layer::alone(value, self))).0;
        let mut made = if names.is_empty() { BTreeMap::new() } else { libvirt::made(&alone(), names.iter()) };
        let under = |base: &Base| {
            let key = (base.kind, base.name.clone());
            let under = if base.is_plugged {
                Under::Plugged(base.definition.clone())
            } else {
                Under::Base { definition: base.definition.clone(), made: made.remove(&key)? }
            };
            Some((key, under))
        };
        self.all.iter().filter_map(under).collect()
    }

    /// Whether a problem is one of what a definition says, which libvirt takes as it is; or of what an entry lacks whose definition
    /// cannot be read.
    #[must_use]
    pub fn excuse(&self, problem: &Problem) -> bool {
        let is_lacking = |at: &Pointer| {
            let is_at = matches!(&problem.place, Place::Key(place) | Place::Value(place) if place == at);
            is_at || (problem.id == Id::MissingField && problem.place.is_inside(at))
        };
        self.broken.iter().any(is_lacking)
            || self.whole().any(|base| {
                let (Place::Key(at) | Place::Value(at)) = &problem.place else { return false };
                let is_there = *at == base.at || problem.place.is_inside(&base.at);
                is_there && base.excused.iter().any(|(id, message)| *id == problem.id && *message == problem.message)
            })
    }

    /// Whether any entry stands on a definition, with nothing else below it.
    #[must_use]
    pub fn has_whole(&self) -> bool {
        self.whole().next().is_some()
    }

    fn whole(&self) -> impl Iterator<Item = &Base> {
        self.all.iter().filter(|base| !base.is_plugged)
    }
}

impl Base {
    /// Reads a definition, or says what is wrong with it and what to do.
    fn read(
        lab: &str,
        version: NixVirtVersion,
        at: &Pointer,
        [of, name, key]: [&String; 3],
        bytes: &[u8],
    ) -> Result<Self, (String, String)> {
        const HELP: &str =
            "use the output of `virsh dumpxml --inactive`, `net-dumpxml --inactive` or `pool-dumpxml --inactive`";
        let no_definition = |why: String| (format!("not a definition: {why}"), HELP.to_owned());
        if bytes.len() as u64 > MOST {
            return Err(no_definition("larger than 10 MiB, libvirt's limit".to_owned()));
        }
        let text = str::from_utf8(bytes).map_err(|_| no_definition("not UTF-8".to_owned()))?;
        let (kind, found, text) = identity::identified(lab, text).map_err(no_definition)?;
        // Where devices are plugged in, a domain of another name may say.
        if kind.section() != *of || (found != *name && key == "base") {
            let expected = of.strip_suffix('s').unwrap_or(of);
            return Err((
                format!("the definition of {} `{found}`, not of {expected} `{name}`", kind.name()),
                "give the file with the definition of this object".to_owned(),
            ));
        }
        let vocabulary = Vocabulary::whole(version);
        let definition = xml::read(&identity::without_state(&text), vocabulary, vocabulary.object(kind));
        let definition = definition
            .map_err(|why| (format!("a definition of which libvirt would drop a part: {why}"), HELP.to_owned()))?;
        if let Some(path) = secret_in(&definition) {
            return Err((
                format!("a definition that contains a secret, `{path}`"),
                "remove it from the file: everyone on the host can read what is generated".to_owned(),
            ));
        }
        let is_plugged = key == "plugged";
        let entry = keys::entry(kind, &definition, os_of(&definition), &Around::default());
        let Entry { keys, uses } = match entry {
            Ok(entry) => entry,
            // Of what the language does not have, the definition says all.
            Err(why) if why.is_of_words() => Entry::default(),
            Err(why) => return Err((why.to_string(), HELP.to_owned())),
        };
        let (keys, excused) = if is_plugged { <_>::default() } else { layer::valid(kind, name, keys, &uses, version) };
        Ok(Self { kind, name: name.clone(), at: at.clone(), is_plugged, definition, keys, excused })
    }
}

/// Where a definition has a secret, if it has one.
pub(crate) fn secret_in(definition: &Tree) -> Option<String> {
    let json = keys::read::json(&Value::Set(definition.clone()));
    let (source, _) = Source::read("definition", json.to_string());
    let found = secret::check(source.root()?).into_iter().find(|problem| problem.id == Id::SecretInStore)?;
    let (Place::Key(pointer) | Place::Value(pointer)) = found.place else { return Some(String::new()) };
    Some(pointer.steps().collect::<Vec<_>>().join("."))
}
