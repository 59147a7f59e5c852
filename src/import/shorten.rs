//! Leaving out what goes without saying.
//!
//! An entry says everything at first. Each key is left out in turn, and stays out where the definition is the same without it.

use std::collections::VecDeque;

use serde_json::{Map, Value as Json};

use super::draft::{Definitions, Normalized, read};
use super::frame::Frame;
use super::made::Made;
use super::spec::Sections;
use super::way::Object;
use crate::keys::read::take;
use crate::lab::identity::ObjectKind;
use crate::libvirt::vocabulary::Vocabulary;

/// Keys that stay, whatever they are made from: what an object is, what is never left to chance, and what others say of it.
const STAY: &[&str] = &[
    "uuid",
    "mac",
    "ip",
    "ip6",
    "memory",
    "size",
    "variantOf",
    "active",
    "restart",
    "volumes",
    "extra",
    "base",
    "plugged",
];

/// A place in an entry: keys and positions.
type Path = Vec<String>;

/// Leaves out of all entries what their definitions are the same without, as they are written and then as libvirt has them.
///
/// # Errors
///
/// When libvirt cannot be asked.
pub(super) fn shorten<E>(
    sections: &mut Sections,
    files: &Definitions,
    frame: &Frame<'_>,
    objects: &[Object],
    mut normalize: impl FnMut(&[(ObjectKind, &str)]) -> Result<Normalized, E>,
) -> Result<(), E> {
    let all = Made::of(sections, files, frame);
    let is_same_text =
        |object: &Object, made: &Made| made.text(object.kind, &object.name) == all.text(object.kind, &object.name);
    each(sections, files, frame, objects, |tried, made| {
        Ok(tried.iter().map(|object| is_same_text(object, made)).collect())
    })?;
    let vocabulary = Vocabulary::whole(frame.version);
    each(sections, files, frame, objects, |tried, made| {
        let texts: Vec<(ObjectKind, &str)> =
            tried.iter().map(|object| (object.kind, made.text(object.kind, &object.name))).collect();
        let normal = normalize(&texts)?;
        let is_same = |(object, normal): (&&Object, Result<String, String>)| {
            let tree = normal.ok().and_then(|text| read(object.kind, &text, vocabulary).ok());
            tree.is_some_and(|tree| tree == object.wanted)
        };
        Ok(tried.iter().zip(normal).map(is_same).collect())
    })
}

/// Tries each place of each entry once, those of different objects together. `judge` says of which objects the definition is the
/// same.
fn each<E>(
    sections: &mut Sections,
    files: &Definitions,
    frame: &Frame<'_>,
    objects: &[Object],
    mut judge: impl FnMut(&[&Object], &Made) -> Result<Vec<bool>, E>,
) -> Result<(), E> {
    let places = |object: &Object| sections.get(object.kind, &object.name).map(|entry| inside(entry, &Path::new()));
    let mut waiting: Vec<(&Object, VecDeque<Path>)> =
        objects.iter().map(|object| (object, places(object).unwrap_or_default().into())).collect();
    loop {
        let mut tried = Vec::new();
        for (object, places) in &mut waiting {
            let Some(place) = places.pop_front() else { continue };
            let Some(entry) = sections.entry(object.kind, &object.name) else { continue };
            let before = entry.clone();
            // What stays is in it: only the parts are tried.
            if value(&before, &place).is_some_and(stays) {
                places.extend(below(&before, &place));
            } else if take(entry, &place).is_some() {
                tried.push((*object, place, before));
            }
        }
        if tried.is_empty() {
            if waiting.iter().all(|(_, places)| places.is_empty()) {
                return Ok(());
            }
            continue;
        }
        let made = Made::of(sections, files, frame);
        let is_sound = made.error().is_none();
        let sound: Vec<bool> =
            tried.iter().map(|(object, ..)| is_sound || made.errors(object.kind, &object.name).is_empty()).collect();
        let judged: Vec<&Object> = tried.iter().map(|(object, ..)| *object).collect();
        let same = judge(&judged, &made)?;
        for (((object, place, before), is_same), is_sound) in tried.into_iter().zip(same).zip(sound) {
            if is_same && is_sound {
                continue;
            }
            let below = below(&before, &place);
            if let Some(entry) = sections.entry(object.kind, &object.name) {
                *entry = before;
            }
            if let Some((_, places)) = waiting.iter_mut().find(|(other, _)| std::ptr::eq(*other, object)) {
                places.extend(below);
            }
        }
    }
}

/// Whether there is something in a value that stays.
fn stays(value: &Json) -> bool {
    match value {
        Json::Object(keys) => keys.iter().any(|(key, value)| STAY.contains(&key.as_str()) || stays(value)),
        Json::Array(items) => items.iter().any(stays),
        _ => false,
    }
}

/// The places inside of what is at a place.
fn below(entry: &Map<String, Json>, place: &Path) -> Vec<Path> {
    match value(entry, place) {
        Some(Json::Object(keys)) => inside(keys, place),
        Some(Json::Array(items)) => items_of(items, place),
        _ => Vec::new(),
    }
}

/// Leaves out of an entry what is at a place of it, unless that is what the entry is, or has been added for want of a key. Says
/// whether there was anything.
pub(super) fn leave_out(entry: &mut Map<String, Json>, place: &[String]) -> bool {
    let may_go = !place.iter().any(|step| STAY.contains(&step.as_str()));
    may_go && take(entry, place).is_some()
}

/// The places of the keys of an object that may be left out.
fn inside(keys: &Map<String, Json>, at: &Path) -> Vec<Path> {
    let may_go = keys.keys().filter(|key| !STAY.contains(&key.as_str()));
    may_go.map(|key| at.iter().cloned().chain([key.clone()]).collect()).collect()
}

/// The places inside of the items of a list; and of inputs, which every PC has some of, the items.
fn items_of(items: &[Json], at: &Path) -> Vec<Path> {
    let is_of_inputs = at.first().is_some_and(|key| key == "inputs");
    let item = |index: usize| -> Path { at.iter().cloned().chain([index.to_string()]).collect() };
    let whole = (0..items.len()).rev().filter(|_| is_of_inputs).map(item);
    let parts = items.iter().enumerate().filter_map(|(index, value)| Some(inside(value.as_object()?, &item(index))));
    whole.chain(parts.flatten()).collect()
}

fn value<'e>(entry: &'e Map<String, Json>, place: &[String]) -> Option<&'e Json> {
    let (first, rest) = place.split_first()?;
    rest.iter().try_fold(entry.get(first)?, |value, step| match value {
        Json::Object(keys) => keys.get(step),
        Json::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}
