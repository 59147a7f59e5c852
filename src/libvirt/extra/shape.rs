//! What the elements that `extra` makes or changes cannot do without, and what they cannot have.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::is_by_position;
use super::part::DEVICES;
use crate::lab::ExtraAt;
use crate::lab::identity::ObjectKind;
use crate::libvirt::DeviceExtras;
use crate::libvirt::tree::Tree;
use crate::libvirt::vocabulary::{Element, Values, Vocabulary, Why};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, quoted_list};
use crate::spec::NixVirtVersion;

/// Reports what elements of the definition of an object lack or cannot have, where `extra` made or changed them.
pub(in crate::libvirt) fn check(
    tree: &Tree,
    kind: ObjectKind,
    version: NixVirtVersion,
    extras: &[&ExtraAt],
    devices: &[DeviceExtras<'_>],
    problems: &mut Vec<Problem>,
) {
    if extras.is_empty() && devices.is_empty() {
        return;
    }
    let vocabulary = Vocabulary::whole(version);
    report((Values::object(kind), vocabulary, vocabulary.object(kind)), tree, problems, |path, name, found| {
        let whole = extras.iter().rev().find_map(|extra| of_set(&extra.value, &extra.at, path, name, found));
        whole.or_else(|| {
            let of_device = |device: &DeviceExtras<'_>| match path {
                [devices, element, inside @ ..] if devices == DEVICES && element == device.name => {
                    let mut extras = device.extras.iter().rev();
                    extras.find_map(|extra| of_set(&extra.value, &extra.at, inside, name, found))
                }
                _ => None,
            };
            devices.iter().find_map(of_device)
        })
    });
}

/// The same for a volume.
pub(in crate::libvirt) fn check_volume(
    tree: &Tree,
    version: NixVirtVersion,
    extra: &ExtraAt,
    problems: &mut Vec<Problem>,
) {
    let vocabulary = Vocabulary::whole(version);
    let root = (Values::volume(), vocabulary, vocabulary.volume());
    report(root, tree, problems, |path, name, found| of_set(&extra.value, &extra.at, path, name, found));
}

/// What is looked for in the elements of `extra` at a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// The element without something.
    Without,
    /// Something in the element.
    With,
}

fn report(
    (values, vocabulary, root): (&'static Values, &Vocabulary, Element),
    tree: &Tree,
    problems: &mut Vec<Problem>,
    pointer_of: impl Fn(&[String], &str, Found) -> Option<Pointer>,
) {
    // What has been taken away from there, or has another type, is reported already.
    let is_reported = |at: &Pointer, problems: &[Problem]| {
        let places = [Place::key(at), Place::value(at)];
        problems.iter().any(|reported| places.contains(&reported.place))
    };
    let mut lacking: IndexMap<Pointer, (Vec<String>, Vec<&str>)> = IndexMap::new();
    for refusal in values.misshapen(vocabulary, root, tree) {
        match refusal.why {
            Why::Value => {}
            Why::Lacks(name) => {
                let Some(at) = pointer_of(&refusal.path, name, Found::Without) else { continue };
                if !is_reported(&at, problems) {
                    let (_, names) = lacking.entry(at).or_insert_with(|| (refusal.path, Vec::new()));
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            Why::Excludes { name, attribute, word } => {
                let found = pointer_of(&refusal.path, name, Found::With);
                let at = found.or_else(|| pointer_of(&refusal.path, &attribute, Found::With));
                let Some(at) = at.filter(|at| !is_reported(at, problems)) else { continue };
                let message = format!("`{name}` in {} of `{attribute}` `{word}`", described(&refusal.path));
                problems.push(
                    Problem::new(Id::ConflictingFields, Place::key(at), message)
                        .label(format!("not with `{attribute}` `{word}`"))
                        .help("libvirt's schemas do not allow this: leave it out"),
                );
            }
        }
    }
    problems.extend(lacking.into_iter().map(|(at, (path, names))| {
        let lacks = quoted_list(names);
        Problem::new(Id::MissingField, Place::value(at), format!("{} without {lacks}", described(&path)))
            .label(format!("needs {lacks}"))
            .help(format!("libvirt's schemas require it: add {lacks}, or leave the element out"))
    }));
}

/// An element, in words for messages.
fn described(path: &[String]) -> String {
    if path.is_empty() { "a definition".to_owned() } else { format!("`{}`", path.join(".")) }
}

/// Finds where `extra` has an element with or without something: the place of what it has, or of the element that lacks it.
fn of_set(set: &Map<String, Json>, at: &Pointer, path: &[String], name: &str, found: Found) -> Option<Pointer> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    at_path(set, at, &path, &|set, at| match (found, set.get(name)) {
        (Found::Without, None) => Some(at.clone()),
        (Found::Without, Some(Json::Null)) => Some(at.key(name)),
        (Found::With, Some(value)) if !value.is_null() => Some(at.key(name)),
        (Found::Without | Found::With, _) => None,
    })
}

/// Finds something in the sets that `extra` has at a path: in the first in which there is any.
pub(super) fn at_path<T>(
    set: &Map<String, Json>,
    at: &Pointer,
    path: &[&str],
    find: &impl Fn(&Map<String, Json>, &Pointer) -> Option<T>,
) -> Option<T> {
    match path {
        [] => find(set, at),
        [step, inside @ ..] => in_value(set.get(*step)?, &at.key(step), inside, find),
    }
}

fn in_value<T>(
    json: &Json,
    at: &Pointer,
    path: &[&str],
    find: &impl Fn(&Map<String, Json>, &Pointer) -> Option<T>,
) -> Option<T> {
    match json {
        Json::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| in_value(item, &at.index(index), path, find))
        }
        Json::Object(set) if is_by_position(set) => {
            set.iter().find_map(|(position, item)| in_value(item, &at.key(position), path, find))
        }
        Json::Object(set) => at_path(set, at, path, find),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}
