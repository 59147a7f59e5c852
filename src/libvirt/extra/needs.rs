//! What the elements that `extra` makes or changes cannot do without.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::is_by_position;
use super::part::DEVICES;
use crate::lab::ExtraAt;
use crate::lab::identity::ObjectKind;
use crate::libvirt::DeviceExtras;
use crate::libvirt::tree::Tree;
use crate::libvirt::vocabulary::{Element, Values, Vocabulary};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, quoted_list};
use crate::spec::NixVirtVersion;

/// Reports what elements of the definition of an object lack, where `extra` made or changed them.
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
    report((Values::object(kind), vocabulary, vocabulary.object(kind)), tree, problems, |path, lacks| {
        let whole = extras.iter().rev().find_map(|extra| lacking(extra, path, lacks));
        whole.or_else(|| {
            let of_device = |device: &DeviceExtras<'_>| match path {
                [devices, name, inside @ ..] if devices == DEVICES && name == device.name => {
                    device.extras.iter().rev().find_map(|extra| lacking(extra, inside, lacks))
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
    report(root, tree, problems, |path, lacks| lacking(extra, path, lacks));
}

fn report(
    (values, vocabulary, root): (&'static Values, &Vocabulary, Element),
    tree: &Tree,
    problems: &mut Vec<Problem>,
    pointer_of: impl Fn(&[String], &str) -> Option<Pointer>,
) {
    let mut lacking: IndexMap<Pointer, (Vec<String>, Vec<&str>)> = IndexMap::new();
    for refusal in values.lacking(vocabulary, root, tree) {
        let Some(name) = refusal.lacks else { continue };
        let Some(at) = pointer_of(&refusal.path, name) else { continue };
        let places = [Place::key(&at), Place::value(&at)];
        // What has been taken away from here, or has another type, is reported already.
        if problems.iter().all(|reported| !places.contains(&reported.place)) {
            let (_, names) = lacking.entry(at).or_insert_with(|| (refusal.path, Vec::new()));
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    problems.extend(lacking.into_iter().map(|(at, (path, names))| {
        let lacks = quoted_list(names);
        let what = if path.is_empty() { "a definition".to_owned() } else { format!("`{}`", path.join(".")) };
        Problem::new(Id::MissingField, Place::value(at), format!("{what} without {lacks}"))
            .label(format!("needs {lacks}"))
            .help(format!("libvirt's schemas have no such element without: add {lacks}, or leave the element out"))
    }));
}

/// Finds where `extra` has an element that lacks something.
fn lacking(extra: &ExtraAt, path: &[String], lacks: &str) -> Option<Pointer> {
    of_set(&extra.value, &extra.at, path, lacks)
}

fn of_set(set: &Map<String, Json>, at: &Pointer, path: &[String], lacks: &str) -> Option<Pointer> {
    match path {
        [] => match set.get(lacks) {
            None => Some(at.clone()),
            Some(Json::Null) => Some(at.key(lacks)),
            Some(_) => None,
        },
        [name, inside @ ..] => of_value(set.get(name)?, &at.key(name), inside, lacks),
    }
}

fn of_value(json: &Json, at: &Pointer, path: &[String], lacks: &str) -> Option<Pointer> {
    match json {
        Json::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| of_value(item, &at.index(index), path, lacks))
        }
        Json::Object(set) if is_by_position(set) => {
            set.iter().find_map(|(position, item)| of_value(item, &at.key(position), path, lacks))
        }
        Json::Object(set) => of_set(set, at, path, lacks),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}
