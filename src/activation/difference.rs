//! In what two definitions differ, in words.

mod running;

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

use crate::activation::definition::Definition;
use crate::lab::size::{self, bytes_of_amount};

pub use running::pending;

/// A part of a definition that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The element that it is in, without its brothers: `memory`, `devices/disk`.
    pub element: String,
    /// What changes, in words: `memory 1048576 → 2097152`.
    pub text: String,
}

impl Change {
    /// Whether its text has one of these words.
    #[must_use]
    pub fn names_one_of(&self, words: &[Option<String>]) -> bool {
        words.iter().flatten().any(|word| self.text.contains(word.as_str()))
    }
}

/// What a definition has, by the part that it belongs to, and there by its path.
type Parts = BTreeMap<Part, BTreeMap<String, Vec<String>>>;

/// An element of a definition, or of its devices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    element: String,
    /// Which one of several: `vda`.
    which: String,
}

/// What changes between two definitions of one object, as libvirt has them. Empty when only an order does.
#[must_use]
pub fn changes(old: &Definition, new: &Definition) -> Vec<Change> {
    let (old, new) = (parts(old), parts(new));
    let all: BTreeSet<&Part> = old.keys().chain(new.keys()).collect();
    let mut changes: Vec<Change> =
        all.into_iter().filter_map(|part| change(part, old.get(part), new.get(part))).collect();
    // Controllers come and go with what they control.
    if changes.iter().any(|change| !is_of_libvirt(change)) {
        changes.retain(|change| !is_of_libvirt(change));
    }
    // All of the memory, unless it says otherwise.
    let memory = changes.iter().find_map(|change| change.text.strip_prefix("memory ")).map(str::to_owned);
    changes
        .retain(|change| change.text.strip_prefix("currentMemory ").is_none_or(|text| Some(text) != memory.as_deref()));
    changes
}

fn is_of_libvirt(change: &Change) -> bool {
    change.element == "devices/controller"
}

fn change(
    part: &Part,
    old: Option<&BTreeMap<String, Vec<String>>>,
    new: Option<&BTreeMap<String, Vec<String>>>,
) -> Option<Change> {
    let name = part.element.rsplit('/').next().unwrap_or_default();
    let what = if part.which.is_empty() { name.to_owned() } else { format!("{name} {}", part.which) };
    let text = match (old, new) {
        (Some(old), Some(new)) => {
            // Where libvirt puts a device says little beside what the device is.
            let of_guest = |path: &&String| !path.starts_with("address@") && !path.starts_with("alias@");
            let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            let changed: Vec<&String> = paths.into_iter().filter(|path| old.get(*path) != new.get(*path)).collect();
            let (own, moved): (Vec<&String>, Vec<&String>) = changed.into_iter().partition(of_guest);
            match (own.as_slice(), moved.as_slice()) {
                ([], []) => return None,
                ([], _) => format!("{what} address"),
                ([path], _) => {
                    let word = |of: &BTreeMap<String, Vec<String>>| of.get(*path).map(|values| values.join(", "));
                    let what = format!("{what} {}", path.replace('@', " ").trim()).trim_end().to_owned();
                    match (word(old), word(new)) {
                        (Some(old), Some(new)) => format!("{what} {} → {}", shortened(&old), shortened(&new)),
                        (None, Some(new)) => format!("{what} {} added", shortened(&new)),
                        (Some(old), None) => format!("{what} {} removed", shortened(&old)),
                        (None, None) => return None,
                    }
                }
                (paths, _) => {
                    let names: BTreeSet<&str> =
                        paths.iter().map(|path| path.split('@').next().unwrap_or_default()).collect();
                    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
                    match names.as_slice() {
                        [] => what,
                        [first, second, others @ ..] if !others.is_empty() => {
                            format!("{what} ({first}, {second} and {} more)", others.len())
                        }
                        some => format!("{what} ({})", some.join(", ")),
                    }
                }
            }
        }
        (None, Some(_)) => format!("{what} added"),
        (Some(_), None) => format!("{what} removed"),
        (None, None) => return None,
    };
    Some(Change { element: part.element.clone(), text })
}

fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    if text.chars().count() <= MOST {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(MOST).collect::<String>())
    }
}

fn parts(definition: &Definition) -> Parts {
    let document = definition.document();
    let mut parts = Parts::new();
    let mut add = |node: Node<'_, '_>, element: String| {
        let part = Part { element, which: which(node) };
        leaves(node, "", parts.entry(part).or_default());
    };
    for child in document.root_element().children().filter(Node::is_element) {
        match child.tag_name().name() {
            "devices" => {
                for device in child.children().filter(Node::is_element) {
                    add(device, format!("devices/{}", device.tag_name().name()));
                }
            }
            // What libvirt knows of a pool while it runs.
            "capacity" | "allocation" | "available" => {}
            name => add(child, name.to_owned()),
        }
    }
    if !definition.facts.dnsmasq.is_empty() {
        let part = Part { element: "dnsmasq".to_owned(), which: String::new() };
        parts.entry(part).or_default().insert("option".to_owned(), definition.facts.dnsmasq.clone());
    }
    parts
}

/// What tells an element from its brothers.
fn which(node: Node<'_, '_>) -> String {
    let child = |name: &str| node.children().find(|child| child.has_tag_name(name));
    let of_child = |name: &str, attribute: &str| child(name).and_then(|child| child.attribute(attribute));
    let found = match node.tag_name().name() {
        "disk" => of_child("target", "dev"),
        "interface" => of_child("mac", "address"),
        "filesystem" => of_child("target", "dir"),
        "channel" => of_child("target", "name"),
        "serial" | "console" => of_child("target", "port"),
        "controller" => return ["type", "index"].map(|name| node.attribute(name).unwrap_or_default()).join(" "),
        "input" | "graphics" => node.attribute("type"),
        "portgroup" => node.attribute("name"),
        "ip" => node.attribute("address"),
        _ => None,
    };
    found.unwrap_or_default().to_owned()
}

/// All texts and attributes in an element, by their paths.
fn leaves(node: Node<'_, '_>, path: &str, into: &mut BTreeMap<String, Vec<String>>) {
    for attribute in node.attributes() {
        into.entry(format!("{path}@{}", attribute.name())).or_default().push(attribute.value().to_owned());
    }
    let mut elements = node.children().filter(Node::is_element).peekable();
    if elements.peek().is_none() {
        let text = node.text().unwrap_or_default().trim();
        if !text.is_empty() {
            into.entry(path.to_owned()).or_default().push(quantity(text, node.attribute("unit")));
        } else if node.attributes().len() == 0 && !path.is_empty() {
            into.entry(path.to_owned()).or_default().push("present".to_owned());
        }
    }
    for child in elements {
        let name = child.tag_name().name();
        let own = ["name", "mac", "ip", "id"].iter().find_map(|key| child.attribute(*key));
        let step = match (name, own) {
            ("host" | "feature" | "timer" | "tag", Some(own)) => format!("{name}[{own}]"),
            _ => name.to_owned(),
        };
        leaves(child, &if path.is_empty() { step } else { format!("{path}/{step}") }, into);
    }
}

/// A number with its unit. Sizes are in the largest unit that they are a whole number of: libvirt has them in its own.
fn quantity(text: &str, unit: Option<&str>) -> String {
    let Some(unit) = unit else { return text.to_owned() };
    let bytes = text.parse().ok().and_then(|count| bytes_of_amount(count, unit)?.try_into().ok());
    bytes.map_or_else(|| format!("{text} {unit}"), size::in_words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn changed(old: &str, new: &str) -> Vec<String> {
        let definition = |rest: &str| {
            let text = format!("<domain><name>a</name><uuid>{}</uuid>{rest}</domain>", uuid::Uuid::from_u128(1));
            Definition::new(text).unwrap()
        };
        changes(&definition(old), &definition(new)).into_iter().map(|change| change.text).collect()
    }

    #[test]
    fn changes_are_said_in_short() {
        assert_eq!(changed("<memory unit='KiB'>1</memory>", "<memory unit='KiB'>2</memory>"), ["memory 1 KiB → 2 KiB"]);
        let memory = |total: u32, current: u32| {
            format!("<memory unit='KiB'>{total}</memory><currentMemory unit='KiB'>{current}</currentMemory>")
        };
        assert_eq!(changed(&memory(1 << 20, 1 << 20), &memory(3 << 20, 3 << 20)), ["memory 1 GiB → 3 GiB"]);
        assert_eq!(
            changed(&memory(1 << 20, 1 << 20), &memory(3 << 20, 1536 << 10)),
            ["currentMemory 1 GiB → 1536 MiB", "memory 1 GiB → 3 GiB"]
        );
        assert_eq!(changed("", "<title>T</title>"), ["title added"]);
        assert_eq!(changed("<title>T</title>", "<title>U</title>"), ["title T → U"]);
        let devices = |devices: &str| format!("<devices>{devices}</devices>");
        let disk = |target: &str, rest: &str| format!("<disk><source file='/a'/><target dev='{target}'/>{rest}</disk>");
        let two = devices(&format!("{}{}<controller type='pci' index='1'/>", disk("vda", ""), disk("vdb", "")));
        assert_eq!(changed(&devices(&disk("vda", "")), &two), ["disk vdb added"]);
        let moved = devices(&disk("vda", "<address slot='2'/>"));
        assert_eq!(changed(&devices(&disk("vda", "<address slot='1'/>")), &moved), ["disk vda address"]);
        let other = devices(&disk("vda", "<serial>x</serial><address slot='2'/>"));
        assert_eq!(changed(&moved, &other), ["disk vda serial x added"]);
        assert_eq!(changed("<a/><b/>", "<b/><a/>"), [""; 0]);
    }
}
