//! What all imported domains have in common, said once.

use serde_json::{Map, Value as Json};

use super::draft::Definitions;
use super::frame::Frame;
use super::made::Made;
use super::spec::Sections;
use crate::lab::identity::ObjectKind;

/// Keys that say what a domain has for itself, or what has been found of it.
const OWN: &[&str] = &[
    "base",
    "cdroms",
    "description",
    "disks",
    "extra",
    "floppies",
    "hostdevs",
    "interfaces",
    "manage",
    "nvram",
    "onChange",
    "pinning",
    "plugged",
    "shares",
    "smbios",
    "title",
    "uuid",
    "variantOf",
    "vsock",
];

/// Moves what all domains say into `defaults`, where each stays what it is. A spec that is there keeps its own.
pub(super) fn share(sections: &mut Sections, files: &Definitions, frame: &Frame<'_>) {
    if frame.there.is_some() {
        return;
    }
    // The forms of a machine have what it has, and definitions that others stand on take no defaults.
    let is_own = |entry: &Map<String, Json>| !["base", "variantOf"].iter().any(|key| entry.contains_key(*key));
    let names: Vec<String> = sections.domains.keys().cloned().collect();
    let texts = |made: &Made| -> Vec<String> {
        names.iter().map(|name| made.text(ObjectKind::Domain, name).to_owned()).collect()
    };
    let entries = |sections: &Sections| -> Vec<Map<String, Json>> {
        sections.domains.values().filter_map(Json::as_object).filter(|entry| is_own(entry)).cloned().collect()
    };
    let [first, second, ..] = &entries(sections)[..] else { return };
    let shared = first.iter().filter(|(key, value)| !OWN.contains(&key.as_str()) && second.get(*key) == Some(*value));
    let before = texts(&Made::of(sections, files, frame));
    for (key, value) in shared {
        if !entries(sections).iter().all(|entry| entry.get(key) == Some(value)) {
            continue;
        }
        let former = sections.domains.clone();
        for entry in sections.domains.values_mut().filter_map(Json::as_object_mut).filter(|entry| is_own(entry)) {
            entry.shift_remove(key);
        }
        sections.defaults.insert(key.clone(), value.clone());
        let made = Made::of(sections, files, frame);
        if made.error().is_some() || texts(&made) != before {
            sections.defaults.shift_remove(key);
            sections.domains = former;
        }
    }
}
