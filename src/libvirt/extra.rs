//! The escape hatch: attributes that the spec gives under `NixVirt`'s names, merged into a definition.
//!
//! Attribute sets merge, also into the only one of what there can be several of; lists are appended, `null` takes an
//! attribute away, anything else replaces what was there.

pub(super) mod equal;

mod network;
pub(super) mod part;
pub mod rules;
pub(super) mod shape;
pub(super) mod slot;
mod value;

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::Object;
use super::tree::{Tree, Value};
use super::vocabulary::{Attribute, Element, Values, Vocabulary};
use crate::lab::ExtraAt;
use crate::lab::identity::ObjectKind;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, did_you_mean};
use crate::spec::NixVirtVersion;

/// Elements that have an `extra` of their own: a set under their name adds another one instead of merging into the only one.
const HAVE_THEIR_OWN: &[&str] = &["disk", "interface"];

/// Merges `extra` into the definition of an object of a kind, as far as libvirt knows its attributes by the names of
/// `NixVirt`'s `version`.
pub(super) fn merge(
    definition: &mut Tree,
    extra: &ExtraAt,
    version: NixVirtVersion,
    kind: ObjectKind,
    problems: &mut Vec<Problem>,
) {
    let vocabulary = Vocabulary::whole(version);
    let root = vocabulary.object(kind);
    let values = Values::object(kind);
    let mut merger = Merger { vocabulary, values, root, path: Vec::new(), is_layer: definition.is_empty(), problems };
    for key in ["name", "uuid"] {
        if extra.value.contains_key(key) {
            merger.problems.push(
                Problem::new(
                    Id::ConflictingFields,
                    Place::key(extra.at.key(key)),
                    format!("`{key}` cannot come from `extra`"),
                )
                .label("an identity")
                .help(if key == "uuid" {
                    "use the key `uuid` of the object"
                } else {
                    "rename the object; `id` keeps its identity"
                }),
            );
        }
    }
    merger.refuse_keys(kind, extra);
    part::refuse_reserved(kind.name(), extra, merger.problems);
    if is_hyperv_passed_through(&extra.value)
        && let Some(Value::Set(features)) = definition.get_mut("features")
        && let Some(Value::Set(hyperv)) = features.get_mut("hyperv")
    {
        // The host decides what there is, so what the preset has is not said.
        let vendor = hyperv.get("vendor_id").cloned();
        *hyperv = Tree::new().with_some("vendor_id", vendor);
    }
    let mut rest = extra.value.clone();
    rest.retain(|key, _| key != "name" && key != "uuid");
    merger.set(definition, &rest, root, &extra.at);
}

/// Whether the guest gets the Hyper-V enlightenments that the host has, rather than those that are listed.
fn is_hyperv_passed_through(extra: &Map<String, Json>) -> bool {
    let mode = extra.get("features").and_then(|features| features.get("hyperv")?.get("mode"));
    mode.is_some_and(|mode| mode == "passthrough")
}

/// Whether a set names elements by their positions: no element of libvirt's has a number for a name.
fn is_by_position(extra: &Map<String, Json>) -> bool {
    !extra.is_empty() && extra.keys().all(|key| key.bytes().all(|byte| byte.is_ascii_digit()))
}

struct Merger<'a> {
    vocabulary: &'a Vocabulary,
    values: &'static Values,
    /// The definition that is merged into, and the names of the elements on the way from there.
    root: Element,
    path: Vec<String>,
    /// Whether there is no definition, but a layer that domains may take or not: what it merges into is not known.
    is_layer: bool,
    problems: &'a mut Vec<Problem>,
}

impl Merger<'_> {
    /// Refuses attributes that the module and other definitions repeat: they follow the spec's key, not `extra`.
    fn refuse_keys(&mut self, kind: ObjectKind, extra: &ExtraAt) {
        let (element, name, key) = match kind {
            ObjectKind::Network => ("bridge", "name", "bridge"),
            ObjectKind::Pool => ("target", "path", "path"),
            ObjectKind::Domain => ("iothreads", "count", "iothreads"),
        };
        let at = extra.at.key(element);
        let place = match extra.value.get(element) {
            Some(Json::Null) => Place::key(at),
            Some(Json::Object(set)) if set.contains_key(name) => Place::key(at.key(name)),
            Some(_) | None => return,
        };
        self.problems.push(
            Problem::new(Id::ConflictingFields, place, format!("`{element}.{name}` cannot come from `extra`"))
                .label("has its own key")
                .help(format!("use the key `{key}` of the object")),
        );
    }

    fn set(&mut self, tree: &mut Tree, extra: &Map<String, Json>, element: Element, at: &Pointer) {
        for (name, json) in extra {
            let at = at.key(name);
            self.path.push(name.clone());
            match self.vocabulary.attribute(element, name) {
                None => self.unknown(name, element, at),
                Some(_) if json.is_null() => tree.remove(name),
                Some(attribute) => self.attribute(tree, name, json, attribute, &at),
            }
            self.path.pop();
        }
    }

    fn attribute(&mut self, tree: &mut Tree, name: &str, json: &Json, attribute: &Attribute, at: &Pointer) {
        if attribute.repeatable {
            if let (Json::Object(extra), Some(element)) = (json, attribute.value_type.element())
                && !HAVE_THEIR_OWN.contains(&name)
            {
                match tree.get_mut(name) {
                    Some(Value::List(list)) if is_by_position(extra) => {
                        return self.by_position(name, list, extra, element, at);
                    }
                    _ if is_by_position(extra) => return self.by_position(name, &mut [], extra, element, at),
                    Some(Value::List(list)) => match list.as_mut_slice() {
                        [] => {}
                        [Value::Set(only)] => return self.set(only, extra, element, at),
                        several => return self.which(name, several.len(), at),
                    },
                    Some(_) | None => {}
                }
            }
            let items: Vec<(&Json, Pointer)> = match json {
                Json::Array(items) => items.iter().enumerate().map(|(index, item)| (item, at.index(index))).collect(),
                one => vec![(one, at.clone())],
            };
            let values: Vec<Value> =
                items.into_iter().filter_map(|(item, at)| self.value(item, attribute, &at)).collect();
            match tree.entry(name, || Value::List(Vec::new())) {
                Value::List(list) if name == "controller" => add_controllers(list, values),
                Value::List(list) => list.extend(values),
                other => *other = Value::List(values),
            }
            return;
        }
        if let (Json::Object(extra), Some(element)) = (json, attribute.value_type.element()) {
            match tree.entry(name, || Value::Set(Tree::new())) {
                Value::Set(set) => self.set(set, extra, element, at),
                other => {
                    let mut set = Tree::new();
                    self.set(&mut set, extra, element, at);
                    *other = Value::Set(set);
                }
            }
            return;
        }
        if let Some(value) = self.value(json, attribute, at) {
            *tree.entry(name, || Value::Bool(false)) = value;
        }
    }

    /// Merges sets into the elements at these positions, counted from 0.
    fn by_position(
        &mut self,
        name: &str,
        list: &mut [Value],
        extra: &Map<String, Json>,
        element: Element,
        at: &Pointer,
    ) {
        let count = list.len();
        for (position, json) in extra {
            let place = at.key(position);
            let found = position.parse::<usize>().ok().and_then(|position| list.get_mut(position));
            match (found, json) {
                (Some(Value::Set(tree)), Json::Object(extra)) => self.set(tree, extra, element, &place),
                (None, Json::Object(extra)) if self.is_layer => self.set(&mut Tree::new(), extra, element, &place),
                (Some(_), _) => self.problems.push(
                    Problem::of_value(
                        Id::WrongAttributeType,
                        Place::value(place),
                        format!("`{}` at a position has to be an attribute set", self.path.join(".")),
                    )
                    .label("not a set")
                    .help(format!("write `\"{name}\": {{ \"{position}\": {{ … }} }}`")),
                ),
                (None, _) => self.problems.push(
                    Problem::new(
                        Id::ConflictingFields,
                        Place::key(place),
                        format!("there is no `{}` at position {position}", self.path.join(".")),
                    )
                    .label(if count == 0 {
                        "there is none".to_owned()
                    } else {
                        format!("the last one is {}", count - 1)
                    })
                    .help(format!(
                        "`lab2nix xml` shows them, counted from 0; a list adds another one: `\"{name}\": [{{ … }}]`"
                    )),
                ),
            }
        }
    }

    /// Reports a set for an element of which there are several: nothing says which one it merges into.
    fn which(&mut self, name: &str, count: usize, at: &Pointer) {
        let message = format!("there are {count} of `{}`, so it is ambiguous which one is meant", self.path.join("."));
        self.problems.push(
            Problem::new(Id::ConflictingFields, Place::key(at), message)
                .label("would merge only into a single one")
                .help(format!(
                    "give the position, counted from 0: `\"{name}\": {{ \"0\": {{ … }} }}`; a list adds another one"
                )),
        );
    }

    fn unknown(&mut self, name: &str, element: Element, at: Pointer) {
        let problem = Problem::of_value(
            Id::UnknownAttribute,
            Place::key(at),
            format!("libvirt knows no attribute `{}`", self.path.join(".")),
        )
        .label("would be dropped silently")
        .help(did_you_mean(name, self.vocabulary.names(element)));
        self.problems.push(problem);
    }
}

/// Adds controllers. One of a type and a number that there is already takes its place: libvirt takes no second one, but for the
/// companions of a USB controller.
fn add_controllers(list: &mut Vec<Value>, added: Vec<Value>) {
    let identity = |controller: &Value| match controller {
        Value::Set(controller) => ["type", "index"].map(|name| controller.get(name).cloned()),
        _ => [None, None],
    };
    let mut known: Vec<Option<[Option<Value>; 2]>> = list.iter().map(|controller| Some(identity(controller))).collect();
    for controller in added {
        let own = identity(&controller);
        let place = known.iter().position(|known| known.as_ref() == Some(&own)).filter(|_| own[1].is_some());
        match place {
            Some(place) => {
                list[place] = controller;
                known[place] = None;
            }
            None => list.push(controller),
        }
    }
}

/// Checks what only `extra` can get wrong: two drives on one target, two boot orders, and MAC addresses and generation IDs
/// that libvirt would make up anew at each activation.
pub(super) fn check(object: &Object, extras: &[&ExtraAt], problems: &mut Vec<Problem>) {
    if extras.is_empty() {
        return;
    }
    check_needed(object, extras, problems);
    match object.kind {
        ObjectKind::Network => network::check(&object.definition.tree, extras, problems),
        ObjectKind::Pool => {}
        ObjectKind::Domain => {
            check_generation(&object.definition.tree, extras, problems);
            check_hyperv(&object.definition.tree, extras, problems);
            check_devices(&object.definition.tree, extras, problems);
        }
    }
}

/// Finds the place of an attribute in the strongest `extra` that sets it or an element around it.
pub(super) fn place_of(path: &str, extras: &[&ExtraAt]) -> Option<Place> {
    extras.iter().rev().find_map(|extra| {
        let (mut json, mut at) = (extra.value.get(path.split('.').next()?)?, extra.at.key(path.split('.').next()?));
        for name in path.split('.').skip(1) {
            let (item, item_at) = match json {
                Json::Array(items) => (items.first(), at.index(0)),
                other => (Some(other), at.clone()),
            };
            let Some(next) = item.and_then(|item| item.get(name)) else {
                break;
            };
            (json, at) = (next, item_at.key(name));
        }
        Some(Place::value(at))
    })
}

/// Reports elements that `null` has removed and without which libvirt takes no definition.
fn check_needed(object: &Object, extras: &[&ExtraAt], problems: &mut Vec<Problem>) {
    let needed: &[&str] = match object.kind {
        ObjectKind::Network => &[],
        ObjectKind::Pool => &["type", "target"],
        ObjectKind::Domain => &["type", "memory", "os", "devices"],
    };
    for name in needed.iter().filter(|name| object.definition.tree.get(name).is_none()) {
        let Some(place) = place_of(name, extras) else { continue };
        problems.push(
            Problem::new(Id::MissingField, place, format!("a {} without `{name}`", object.kind.name()))
                .label("removes it")
                .help("libvirt refuses a definition without it: leave it as it is, or give another value"),
        );
    }
}

/// Reports an empty generation ID: libvirt would choose another one at each activation.
fn check_generation(definition: &Tree, extras: &[&ExtraAt], problems: &mut Vec<Problem>) {
    let is_empty = matches!(definition.get("genid"), Some(Value::Str(text)) if text.trim().is_empty());
    if let Some(place) = place_of("genid", extras).filter(|_| is_empty) {
        problems.push(
            Problem::new(Id::MissingField, place, "a generation ID that libvirt chooses")
                .label("needs a UUID")
                .help("libvirt would generate a new one at each activation, which power-cycles the domain"),
        );
    }
}

/// Reports Hyper-V enlightenments beside those of the host: libvirt drops them.
fn check_hyperv(definition: &Tree, extras: &[&ExtraAt], problems: &mut Vec<Problem>) {
    let Some(Value::Set(hyperv)) = definition.find("features.hyperv") else { return };
    let is_passed_through = matches!(hyperv.get("mode"), Some(Value::Str(mode)) if mode == "passthrough");
    if let Some(place) = place_of("features.hyperv.mode", extras).filter(|_| is_passed_through && hyperv.len() > 1) {
        problems.push(
            Problem::new(
                Id::ConflictingFields,
                place,
                "both all of the host's Hyper-V enlightenments (a mode) and single ones",
            )
            .label("libvirt drops the single ones")
            .help("leave the others out, `hypervVendorId` too, or leave the mode out"),
        );
    }
}

fn check_devices(definition: &Tree, extras: &[&ExtraAt], problems: &mut Vec<Problem>) {
    let elements = |name: &str| definition.elements(&format!("devices.{name}"));
    let place = |name: &str| place_of(&format!("devices.{name}"), extras);
    let mut targets = HashSet::new();
    for target in elements("disk").filter_map(|disk| disk.find("target.dev")) {
        if let Value::Str(target) = target
            && !targets.insert(target)
            && let Some(place) = place("disk")
        {
            problems.push(
                Problem::new(Id::DuplicateTarget, place, format!("two drives have the target `{target}`"))
                    .label("one of these, the other is a disk or cdrom of the domain")
                    .help("give the drive in `extra` an unused target"),
            );
        }
    }
    let has_kinds = matches!(definition.find("os.boot"), Some(Value::List(kinds)) if !kinds.is_empty());
    for name in ["disk", "interface", "hostdev", "redirdev"] {
        if has_kinds
            && elements(name).any(|device| device.get("boot").is_some())
            && let Some(place) = place(name)
        {
            problems.push(
                Problem::new(
                    Id::ConflictingFields,
                    place,
                    "a boot order of device kinds together with one of single devices",
                )
                .label("a device with its own boot position")
                .help("write `\"boot\": []` in the domain: libvirt refuses its device kinds together with this"),
            );
        }
    }
    if elements("interface").any(|interface| !matches!(interface.find("mac.address"), Some(Value::Str(_))))
        && let Some(place) = place("interface")
    {
        problems.push(
            Problem::new(Id::MissingField, place, "an interface without a MAC address")
                .label("needs a `mac.address`")
                .help("libvirt would generate a new one at each activation, which power-cycles the domain"),
        );
    }
}
