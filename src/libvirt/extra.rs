//! The escape hatch: attributes that the spec gives under `NixVirt`'s names, merged into a definition.
//!
//! Attribute sets merge, also into the only one of what there can be several of; lists are appended, `null` takes an
//! attribute away, anything else replaces what was there.

pub(super) mod equal;
mod network;
pub(super) mod part;

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::tree::{Tree, Value};
use super::vocabulary::{Attribute, Element, ValueType, Vocabulary};
use super::{Object, is_content};
use crate::lab::ExtraAt;
use crate::lab::identity::ObjectKind;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, did_you_mean};
use crate::spec::NixVirtVersion;

/// Elements that have an `extra` of their own: a set under their name adds another one instead of merging into the only one.
const HAVE_THEIR_OWN: &[&str] = &["disk", "interface"];

/// The element whose text may have several lines. Besides it, only XML may.
const DESCRIPTION: &str = "description";

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
    let mut merger = Merger { vocabulary, path: Vec::new(), is_layer: definition.is_empty(), problems };
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
    merger.set(definition, &rest, vocabulary.object(kind), &extra.at);
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
            ObjectKind::Domain => return,
        };
        let at = extra.at.key(element);
        let place = match extra.value.get(element) {
            Some(Json::Null) => Place::key(at),
            Some(Json::Object(set)) if set.contains_key(name) => Place::key(at.key(name)),
            Some(_) | None => return,
        };
        self.problems.push(
            Problem::new(Id::ConflictingFields, place, format!("`{element}.{name}` cannot come from `extra`"))
                .label("not the only place that says it")
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
                        format!("`{}` at a position takes an attribute set", self.path.join(".")),
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
        let message = format!("there are {count} of `{}`, and it is not said which is meant", self.path.join("."));
        self.problems.push(
            Problem::new(Id::ConflictingFields, Place::key(at), message).label("merges into the only one").help(
                format!(
                    "say it by position, counted from 0: `\"{name}\": {{ \"0\": {{ … }} }}`; a list adds another one"
                ),
            ),
        );
    }

    /// Converts what `extra` has for an attribute or an item of a list; reports a value of another type.
    fn value(&mut self, json: &Json, attribute: &Attribute, at: &Pointer) -> Option<Value> {
        let value_type = attribute.value_type;
        let value = match (json, value_type) {
            (Json::Object(extra), ValueType::Set(element) | ValueType::StringOrSet(element)) => {
                let mut set = Tree::new();
                self.set(&mut set, extra, element, at);
                return Some(Value::Set(set));
            }
            (Json::Object(object), _) if object.is_empty() => Some(Value::Set(Tree::new())),
            (Json::Bool(value), _) => Some(Value::Bool(*value)),
            // Nix has no way to write the least.
            (Json::Number(number), _) => number.as_i64().filter(|number| *number != i64::MIN).map(Value::Int),
            (Json::String(text), ValueType::String | ValueType::Path | ValueType::Xml | ValueType::StringOrSet(_)) => {
                self.check_text(text, attribute, at)?;
                Some(Value::Str(Cow::Owned(text.clone())))
            }
            (Json::String(text), _) => Some(Value::Str(Cow::Owned(text.clone()))),
            (Json::Object(_) | Json::Array(_) | Json::Null, _) => None,
        };
        let value = value.filter(|value| value_type.accepts(value));
        if value.is_none() {
            let found = match json {
                Json::Null => "null",
                Json::Bool(_) => "a boolean",
                Json::Number(_) => "a number",
                Json::String(_) => "a string",
                Json::Array(_) => "a list",
                Json::Object(_) => "an attribute set",
            };
            let expected = value_type.describe();
            let help = match (value_type, json) {
                (ValueType::Flag, Json::Bool(false)) => {
                    "NixVirt writes the element for any value; leave it out, or write `null` to take it away".to_owned()
                }
                (ValueType::Int, Json::String(text)) if text.parse::<i64>().is_ok() => {
                    format!("write `{text}` without quotes")
                }
                (ValueType::Int, Json::String(text)) if hexadecimal(text).is_some() => {
                    format!("write {}, which is `{text}` in decimal", hexadecimal(text).unwrap_or_default())
                }
                (ValueType::Int, Json::Number(_)) => format!("write a whole number from -{0} to {0}", i64::MAX),
                (ValueType::String, Json::Number(number)) => format!("write `\"{number}\"` with quotes"),
                (ValueType::Bool(_), _) => "write `true` or `false`".to_owned(),
                (_, Json::Array(_)) if attribute.repeatable => "write all of them in one list".to_owned(),
                (_, Json::Array(_)) => "libvirt takes this once, so it is no list".to_owned(),
                _ => format!("write {expected}"),
            };
            self.problems.push(
                Problem::of_value(
                    Id::WrongAttributeType,
                    Place::value(at),
                    format!("`{}` takes {expected}, not {found}", self.path.join(".")),
                )
                .label(found)
                .help(help),
            );
        }
        value
    }

    /// Checks that XML can hold a text at this place.
    fn check_text(&mut self, text: &str, attribute: &Attribute, at: &Pointer) -> Option<()> {
        let path = self.path.join(".");
        let is_prose =
            attribute.value_type == ValueType::Xml || (!attribute.is_xml_attribute && path.ends_with(DESCRIPTION));
        let (what, label, help) = if !crate::lab::text::is_text(text) {
            let help = "leave control characters out";
            ("has a control character", "libvirt's XML has no way to write it", help)
        } else if !is_prose && !crate::lab::text::is_line(text) {
            let help = "write a blank, or leave it out";
            ("has a line break, a tab or another control character", "has to be one line", help)
        } else if attribute.value_type == ValueType::Xml && !is_content(text) {
            let help = "write well-formed elements, each in a namespace of its own: `<a:note xmlns:a='urn:example'>…</a:note>`";
            ("is no XML that libvirt keeps", "libvirt could not read it, or would leave something out", help)
        } else {
            return Some(());
        };
        let problem = Problem::of_value(Id::BadText, Place::value(at), format!("`{path}` {what}"));
        self.problems.push(problem.label(label).help(help));
        None
    }

    fn unknown(&mut self, name: &str, element: Element, at: Pointer) {
        let problem = Problem::of_value(
            Id::UnknownAttribute,
            Place::key(at),
            format!("libvirt knows no attribute `{}`", self.path.join(".")),
        )
        .label("would be dropped without a word")
        .help(did_you_mean(name, self.vocabulary.names(element)));
        self.problems.push(problem);
    }
}

/// Reads a number as libvirt prints those of PCI addresses: `0x1f`.
fn hexadecimal(text: &str) -> Option<i64> {
    let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with(['+', '-']))?;
    i64::from_str_radix(digits, 16).ok()
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
                .label("takes it away")
                .help("libvirt takes no definition without it: leave it as it is, or write what it shall be"),
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
                .help("libvirt would make up another one at each activation, and power-cycle the domain"),
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
                "all Hyper-V enlightenments of the host, and some that are listed",
            )
            .label("libvirt drops those beside it")
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
                    .help("give the drive in `extra` a target that is free"),
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
                Problem::new(Id::ConflictingFields, place, "a boot order of kinds of device and one of devices")
                    .label("a device with a place of its own")
                    .help(
                        "write `\"boot\": []` in the domain, whose kinds of device libvirt does not take beside this",
                    ),
            );
        }
    }
    if elements("interface").any(|interface| !matches!(interface.find("mac.address"), Some(Value::Str(_))))
        && let Some(place) = place("interface")
    {
        problems.push(
            Problem::new(Id::MissingField, place, "an interface without a MAC address")
                .label("needs a `mac.address`")
                .help("libvirt would make up another one at each activation, and power-cycle the domain"),
        );
    }
}
