//! One point in time of a whole lab: all of its domains are suspended, a snapshot is made of each, and all go on.
//!
//! A save is no object of libvirt's. It is what the snapshots have in common whose [marks](crate::activation::snapshot::Mark) name it,
//! so that it is seen when one of them is gone, and snapshots without a mark are nobody's business. [`look`] finds what there is,
//! [`obstacle`] and [`restore`] decide, and [`apply`] does what was decided.

pub mod apply;
pub mod choice;
pub mod look;
pub mod obstacle;
pub mod restore;
pub mod steps;
pub mod view;

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::activation::snapshot::Was;
use crate::activation::world::Object;
use crate::lab::identity::ObjectKind;

/// The most characters that the name of a save can have: what QCOW2 has room for, and then some left.
const LONGEST: usize = 128;

/// A save, or what is left of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Save {
    /// What it was called.
    pub name: String,
    /// What tells it from others of that name.
    pub id: Uuid,
    /// What it was described as.
    pub description: String,
    /// When it was taken, in seconds since 1970.
    pub taken: u64,
    /// How many domains it had when it was taken.
    pub domains: usize,
    /// Those that have their part of it, by name.
    pub parts: Vec<Part>,
}

/// What a domain has of a save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The domain.
    pub uuid: Uuid,
    /// Its name, as it is now.
    pub name: String,
    /// The lab that it was a part of.
    pub lab: String,
    /// What it did.
    pub state: Was,
}

impl Save {
    /// Whether all domains have their part of it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.parts.len() >= self.domains
    }
}

/// The saves of labs, the oldest first, among what libvirt has.
#[must_use]
pub fn saves(objects: &[Object], labs: &[&str]) -> Vec<Save> {
    let mut saves: Vec<Save> = Vec::new();
    for object in objects.iter().filter(|object| object.kind == ObjectKind::Domain) {
        for snapshot in &object.snapshots {
            let Some(mark) = &snapshot.mark else { continue };
            let (uuid, name) = (object.uuid(), object.name().to_owned());
            let part = Part { uuid, name, lab: mark.lab.clone(), state: mark.state };
            match saves.iter_mut().find(|save| (save.id, &save.name) == (mark.id, &snapshot.name)) {
                Some(save) => save.parts.push(part),
                None => saves.push(Save {
                    name: snapshot.name.clone(),
                    id: mark.id,
                    description: snapshot.description.clone(),
                    taken: mark.taken,
                    domains: mark.domains,
                    parts: vec![part],
                }),
            }
        }
    }
    saves.retain(|save| save.parts.iter().any(|part| labs.contains(&part.lab.as_str())));
    for save in &mut saves {
        save.parts.sort_by(|one, other| one.name.cmp(&other.name));
    }
    saves.sort_by(|one, other| (one.taken, &one.name, one.id).cmp(&(other.taken, &other.name, other.id)));
    saves
}

/// The names of saves, each once.
#[must_use]
pub fn names(saves: &[Save]) -> BTreeSet<&str> {
    saves.iter().map(|save| save.name.as_str()).collect()
}

/// Takes a word as the name of a save. QEMU makes the name of a job of it, and takes few characters there.
///
/// # Errors
///
/// What it should be instead.
pub fn name(word: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if word.is_empty() {
        return Err("a save needs a name".to_owned());
    }
    if let Some(other) = word.chars().find(|c| !is_plain(*c)) {
        let other = other.escape_debug();
        return Err(format!(
            "the name of a save consists of letters from A to z, digits, `-`, `_` and `.`; it cannot contain `{other}`"
        ));
    }
    if !word.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err("the name of a save begins with a letter or a digit".to_owned());
    }
    if word.len() > LONGEST {
        return Err(format!("the name of a save has at most {LONGEST} characters"));
    }
    Ok(word.to_owned())
}

/// Takes a text as the description of a save.
///
/// # Errors
///
/// What it should be instead.
pub fn description(text: &str) -> Result<String, String> {
    match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        Some(c) => Err(format!("a description cannot contain control characters, such as `{}`", c.escape_debug())),
        // What XML does not have.
        None if text.contains(['\u{fffe}', '\u{ffff}']) => {
            Err("a description cannot contain characters that XML does not allow".to_owned())
        }
        None => Ok(text.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activation::definition::Definition;
    use crate::activation::snapshot::{Mark, Snapshot};
    use pretty_assertions::assert_eq;

    fn domain(number: u128, snapshots: Vec<Snapshot>) -> Object {
        let uuid = Uuid::from_u128(number);
        let text = format!("<domain><name>d{number}</name><uuid>{uuid}</uuid></domain>");
        Object { snapshots, ..Object::new(ObjectKind::Domain, Definition::new(text).unwrap()) }
    }

    fn snapshot(name: &str, lab: &str, id: u128, taken: u64) -> Snapshot {
        let mark = Mark { lab: lab.to_owned(), id: Uuid::from_u128(id), taken, domains: 2, state: Was::Off };
        Snapshot { mark: Some(mark), ..Snapshot::named(name) }
    }

    #[test]
    fn a_save_is_what_the_marks_say() {
        let objects = [
            domain(1, vec![snapshot("late", "t", 2, 20), Snapshot::named("by hand"), snapshot("clean", "t", 1, 10)]),
            domain(2, vec![snapshot("clean", "t", 1, 10), snapshot("clean", "other", 3, 5)]),
            domain(3, vec![snapshot("clean", "t", 4, 30)]),
        ];
        let told = |labs: &[&str]| -> Vec<(String, u128, usize, bool)> {
            let told = |save: Save| (save.name.clone(), save.id.as_u128(), save.parts.len(), save.is_whole());
            saves(&objects, labs).into_iter().map(told).collect()
        };
        let of_t =
            [("clean".to_owned(), 1, 2, true), ("late".to_owned(), 2, 1, false), ("clean".to_owned(), 4, 1, false)];
        assert_eq!(told(&["t"]), of_t);
        assert_eq!(told(&["other"]), [("clean".to_owned(), 3, 1, false)]);
        assert_eq!(told(&[]), []);
    }

    #[test]
    fn names_are_those_that_qemu_takes() {
        for good in ["clean", "2026-11-29_before.lesson", "7", &"a".repeat(LONGEST)] {
            assert_eq!(name(good), Ok(good.to_owned()));
        }
        for bad in ["", "-x", ".x", "_x", "a b", "a/b", "it's", "größe", "a\nb", "a\u{1b}b", &"a".repeat(LONGEST + 1)]
        {
            assert!(name(bad).is_err(), "{bad:?}");
        }
        assert_eq!(description(" two\nlines\t"), Ok("two\nlines".to_owned()));
        assert!(description("a\u{1b}[2J").is_err());
    }
}
