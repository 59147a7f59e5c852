//! Two labs that are the same but for the name of one object: what a rename may change, and nothing else.
//!
//! Objects are known by their UUIDs. A definition may have the new name where it had the old one: alone, with the number of a
//! replica, as the first part of a name of DNS, in lower case, or in the path of a disc of the domain's own. Everything else of it
//! is as it was, and so are the names of volumes and all paths.

use std::mem;

use serde_json::Value as Json;

use crate::host_file::HostFile;
use crate::lab::Lab;
use crate::lab::identity::ObjectKind;
use crate::libvirt::tree::{Tree, Value};
use crate::libvirt::{Object, Objects};
use crate::nocloud;
use crate::unattended::{self, Disc};

/// An object that gets another name.
#[derive(Debug, Clone, Copy)]
pub struct Renaming<'a> {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its name.
    pub old: &'a str,
    /// The name that it gets.
    pub new: &'a str,
}

/// A lab and its objects.
type Built<'a> = (&'a Lab, &'a Objects);

/// Compares two labs, of which the later is the earlier with an object renamed.
///
/// # Errors
///
/// What differs beside the name, in words.
pub fn same(before: Built<'_>, after: Built<'_>, renaming: Renaming<'_>) -> Result<(), String> {
    for kind in ObjectKind::ALL {
        let (old, new) = (before.1.of(kind), after.1.of(kind));
        let (old, new) = (old.map_or(&[][..], Vec::as_slice), new.map_or(&[][..], Vec::as_slice));
        if old.len() != new.len() {
            return Err(format!("the lab would have {} {} instead of {}", new.len(), kind.section(), old.len()));
        }
        for object in old {
            same_object(object, new, renaming)?;
        }
    }
    let kept = |objects: &Objects| {
        let mut kept: Vec<_> = objects.kept.iter().map(|kept| (kept.kind, kept.name.clone())).collect();
        kept.sort();
        kept
    };
    let renamed = |(kind, name): (ObjectKind, String)| {
        let is_it = kind == renaming.kind && name == renaming.old;
        (kind, if is_it { renaming.new.to_owned() } else { name })
    };
    let mut old: Vec<_> = kept(before.1).into_iter().map(renamed).collect();
    old.sort();
    if old != kept(after.1) {
        return Err("other objects would be left alone".to_owned());
    }
    same_seeds(before.0, after.0, renaming)?;
    same_discs(before.0, after.0, renaming)
}

/// Windows is told the same when it installs itself, but for the name of the domain, which may be the computer's.
fn same_discs(before: &Lab, after: &Lab, renaming: Renaming<'_>) -> Result<(), String> {
    let (old, new): (Vec<_>, Vec<_>) = (unattended::discs(before).collect(), unattended::discs(after).collect());
    let is_of_domain = renaming.kind == ObjectKind::Domain;
    let is_same = |old: &Disc<'_>, new: &Disc<'_>| {
        let renamed = is_of_domain && renaming.follows(old.domain, new.domain);
        let is_it = renamed || old.domain == new.domain;
        let is_told = old.answer == new.answer && old.settings == new.settings;
        let is_of = (&old.secrets, &old.disk, &old.image, &old.installer, &old.drivers)
            == (&new.secrets, &new.disk, &new.image, &new.installer, &new.drivers);
        is_it && is_of && (renamed || is_told)
    };
    let lost = old.iter().find(|old| !new.iter().any(|new| is_same(old, new)));
    match lost {
        Some(disc) => Err(format!("what `unattended` tells Windows in domain `{}` would be another", disc.domain)),
        None if old.len() != new.len() => Err("other domains would have `unattended`".to_owned()),
        None => Ok(()),
    }
}

fn same_object(object: &Object, others: &[Object], renaming: Renaming<'_>) -> Result<(), String> {
    let uuid = |object: &Object| object.definition.tree.get("uuid").cloned();
    let what = format!("{} `{}`", object.kind.name(), object.name);
    let Some(other) = others.iter().find(|other| uuid(other) == uuid(object)) else {
        return Err(format!("{what} would be another object, with another UUID"));
    };
    let name = if object.kind == renaming.kind {
        renaming.follows(&object.name, &other.name)
    } else {
        object.name == other.name
    };
    if !name {
        return Err(format!("{what} would be called `{}`", other.name));
    }
    if let Some(path) = differs_tree(&object.definition.tree, &other.definition.tree, renaming) {
        return Err(format!("`{path}` of {what} would be another"));
    }
    let settings = |object: &Object| (object.active, object.restart);
    let volumes = |object: &Object| {
        let trees = object
            .volumes
            .iter()
            .map(|volume| (volume.name.clone(), volume.definition.as_ref().map(|definition| definition.tree.clone())));
        let mut trees: Vec<_> = trees.collect();
        trees.sort_by(|(one, _), (other, _)| one.cmp(other));
        trees
    };
    if settings(object) != settings(other) {
        return Err(format!("{what} would be started or restarted otherwise"));
    }
    if volumes(object) != volumes(other) {
        return Err(format!("volumes of {what} would be others"));
    }
    Ok(())
}

/// The guests are told the same at their first boot, but for the name of the domain.
fn same_seeds(before: &Lab, after: &Lab, renaming: Renaming<'_>) -> Result<(), String> {
    let (old, new): (Vec<_>, Vec<_>) = (nocloud::seeds(before).collect(), nocloud::seeds(after).collect());
    if old.len() != new.len() {
        return Err("other domains would have `cloudInit`".to_owned());
    }
    let is_of_domain = renaming.kind == ObjectKind::Domain;
    let files =
        |seed: &nocloud::Seed<'_>| seed.files.iter().map(|file| (file.kind, file.value.clone())).collect::<Vec<_>>();
    for old in &old {
        let is_same = |new: &&nocloud::Seed<'_>| {
            let name = if is_of_domain { renaming.follows(old.domain, new.domain) } else { old.domain == new.domain };
            let (old, new) = (files(old), files(new));
            let mut both = old.iter().zip(&new);
            name && old.len() == new.len()
                && both.all(|((kind, old), (other, new))| {
                    kind == other && if is_of_domain { follows_json(old, new, renaming) } else { old == new }
                })
        };
        if !new.iter().any(|new| is_same(&new)) {
            return Err(format!("what `cloudInit` tells the guest of domain `{}` would be another", old.domain));
        }
    }
    Ok(())
}

fn follows_json(old: &Json, new: &Json, renaming: Renaming<'_>) -> bool {
    match (old, new) {
        (Json::String(old), Json::String(new)) => renaming.follows(old, new),
        (Json::Array(old), Json::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| follows_json(old, new, renaming))
        }
        (Json::Object(old), Json::Object(new)) => {
            let is_there =
                |(key, old): (&String, &Json)| new.get(key).is_some_and(|new| follows_json(old, new, renaming));
            old.len() == new.len() && old.iter().all(is_there)
        }
        (old, new) => old == new,
    }
}

/// The path of what differs in two definitions.
fn differs_tree(old: &Tree, new: &Tree, renaming: Renaming<'_>) -> Option<String> {
    let differs = |(key, value): (&str, &Value)| {
        let path = new.get(key).map_or_else(|| Some(String::new()), |new| differs(value, new, renaming))?;
        Some(if path.is_empty() { key.to_owned() } else { format!("{key}.{path}") })
    };
    let added = new.iter().find(|(key, _)| old.get(key).is_none()).map(|(key, _)| key.to_owned());
    old.iter().find_map(differs).or(added)
}

fn differs(old: &Value, new: &Value, renaming: Renaming<'_>) -> Option<String> {
    let is_same = match (old, new) {
        (Value::Set(old), Value::Set(new)) => return differs_tree(old, new, renaming),
        (Value::List(old), Value::List(new)) if old.len() == new.len() => {
            // What is sorted by name has another order.
            let mut left: Vec<&Value> = new.iter().collect();
            return old.iter().find_map(|old| {
                let found = left.iter().position(|new| differs(old, new, renaming).is_none());
                match found {
                    Some(found) => {
                        left.remove(found);
                        None
                    }
                    None => left.first().and_then(|new| differs(old, new, renaming)),
                }
            });
        }
        (Value::Str(old), Value::Str(new)) => renaming.follows(old, new),
        (Value::File(old), Value::File(new)) => old == new || is_renamed(old, new, renaming),
        (old, new) => old == new,
    };
    (!is_same).then(String::new)
}

/// Whether it is the disc of a domain that is renamed.
fn is_renamed(old: &HostFile, new: &HostFile, renaming: Renaming<'_>) -> bool {
    let is_one_kind = mem::discriminant(old) == mem::discriminant(new);
    let names = old.domain().zip(new.domain()).filter(|_| is_one_kind && renaming.kind == ObjectKind::Domain);
    names.is_some_and(|(old, new)| renaming.follows(old, new))
}

impl Renaming<'_> {
    /// Whether a word is what another one is after the rename: the same, or with the new name for the old one.
    #[must_use]
    pub fn follows(self, old: &str, new: &str) -> bool {
        let stands_for = |name: &str, other: &str| {
            let rest = old.strip_prefix(name);
            rest.is_some_and(|rest| is_after_a_name(rest) && new.strip_prefix(other) == Some(rest))
        };
        old == new || stands_for(self.old, self.new) || stands_for(&self.old.to_lowercase(), &self.new.to_lowercase())
    }

    /// The word with the new name, where it is the old one, or that with the number of a replica.
    #[must_use]
    pub fn renamed(self, word: &str) -> Option<String> {
        let rest = word.strip_prefix(self.old)?;
        (rest.is_empty() || is_number(rest)).then(|| format!("{}{rest}", self.new))
    }
}

/// Whether a word goes on so after the name of an object: not at all, with the number of a replica, or with a domain of DNS.
fn is_after_a_name(rest: &str) -> bool {
    let (number, domain) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
    (number.is_empty() || is_number(number)) && !domain.contains('/')
}

/// Whether it is what a replica has after the name of its entry.
fn is_number(rest: &str) -> bool {
    rest.strip_prefix('-').is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_follow() {
        let renaming = Renaming { kind: ObjectKind::Domain, old: "Web", new: "front" };
        for (old, new) in [
            ("Web", "front"),
            ("Web-2", "front-2"),
            ("web.lab.example", "front.lab.example"),
            ("a", "a"),
            ("Web", "Web"),
        ] {
            assert!(renaming.follows(old, new), "{old} {new}");
        }
        for (old, new) in [
            ("/x/Web.fd", "/x/front.fd"),
            ("Webs", "fronts"),
            ("Web-a", "front-a"),
            ("a", "front"),
            ("x-Web", "x-front"),
        ] {
            assert!(!renaming.follows(old, new), "{old} {new}");
        }
        assert_eq!(renaming.renamed("Web-12").as_deref(), Some("front-12"));
        assert_eq!(renaming.renamed("Web.fd"), None);
    }
}
