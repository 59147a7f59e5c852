//! Laws that hold for every good spec: what may change in a spec without a UUID or a MAC address moving.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use lab2nix::files::Disk;
use lab2nix::lab::Lab;
use lab2nix::spec::schema;
use pretty_assertions::assert_eq;
use roxmltree::{Document, Node};
use serde_json::{Map, Value, json};

use super::language::{self, in_domains};
use crate::support::{Read, good_specs, without};

/// Each object of a lab with its UUID and its MAC addresses.
type Identities = BTreeMap<String, Vec<String>>;

fn identities(lab: &Lab) -> Identities {
    let networks = lab.networks.iter().flatten().map(|network| {
        let mac = network.mac.iter().map(|mac| mac.value.to_string());
        (format!("network {}", network.name), [network.uuid.value.to_string()].into_iter().chain(mac).collect())
    });
    let pools =
        lab.pools.iter().flatten().map(|pool| (format!("pool {}", pool.name), vec![pool.uuid.value.to_string()]));
    let domains = lab.domains.iter().flatten().map(|domain| {
        let macs = domain.interfaces.iter().map(|interface| interface.mac.value.to_string());
        (format!("domain {}", domain.name), [domain.uuid.value.to_string()].into_iter().chain(macs).collect())
    });
    networks.chain(pools).chain(domains).collect()
}

fn identities_of(read: &Read) -> Identities {
    identities(&read.checked.built.as_ref().expect("it is JSON").0)
}

/// Checks a law for every good spec: `change` makes another spec, and `law` compares the two.
fn for_every_spec(change: impl Fn(&Value) -> Option<Value>, law: impl Fn(&Read, &Read)) {
    let mut changed = 0;
    for spec in good_specs() {
        let read = Read::file(&spec);
        if let Some(other) = change(&read.to_value().expect("it is JSON")) {
            println!("{}", spec.display());
            law(&read, &Read::value(&other));
            changed += 1;
        }
    }
    assert!(changed > 3, "the law was checked for {changed} specs only");
}

fn section<'v>(spec: &'v mut Value, name: &str) -> Option<&'v mut Map<String, Value>> {
    spec.get_mut(name)?.as_object_mut()
}

#[test]
fn reordering_domains_changes_their_order_only() {
    let reversed = |spec: &Value| {
        let mut spec = spec.clone();
        let domains = section(&mut spec, "domains").filter(|domains| domains.len() > 1)?;
        *domains = std::mem::take(domains).into_iter().rev().collect();
        Some(spec)
    };
    let sorted_lines = |read: &Read| {
        let output = read.output();
        let mut lines: Vec<String> = output.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    for_every_spec(reversed, |before, after| {
        assert_eq!(identities_of(before), identities_of(after));
        assert_eq!(sorted_lines(before), sorted_lines(after));
    });
}

/// Objects have no order in JSON, so whoever moves a domain, a profile or a network, or splits a spec into files, says the same
/// thing. To libvirt and `NixVirt` a definition in another order is another one: a network would restart, and all on it.
#[test]
fn the_same_spec_in_another_order_has_the_same_definitions() {
    fn reversed(value: &Value) -> Value {
        match value {
            Value::Object(object) => object.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect(),
            Value::Array(items) => items.iter().map(reversed).collect(),
            scalar => scalar.clone(),
        }
    }
    // The first key of each object last: no order that looks at neighbours survives both.
    fn rotated(value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                let entries = || object.iter().map(|(key, value)| (key.clone(), rotated(value)));
                entries().skip(1).chain(entries().take(1)).collect()
            }
            Value::Array(items) => items.iter().map(rotated).collect(),
            scalar => scalar.clone(),
        }
    }
    let definitions = |read: &Read| -> BTreeMap<String, String> {
        let documents = read.documents().unwrap_or_else(|| panic!("{}", read.report()));
        documents.iter().map(|document| (document.name().to_owned(), document.text().to_owned())).collect()
    };
    for reorder in [reversed, rotated] {
        for_every_spec(
            |spec| Some(reorder(spec)),
            |before, after| {
                assert_eq!(identities_of(before), identities_of(after));
                let after = definitions(after);
                for (name, definition) in definitions(before) {
                    assert_eq!(after.get(&name), Some(&definition), "{name}");
                }
            },
        );
    }
}

/// The link of an interface is in its definition and in the host's, and moves no identity and no device of the guest.
#[test]
fn a_link_moves_nothing() {
    let linked = |spec: &Value| {
        let mut spec = spec.clone();
        let mut found = false;
        for domain in section(&mut spec, "domains")?.values_mut() {
            for interface in domain.get_mut("interfaces").and_then(Value::as_array_mut).into_iter().flatten() {
                // Other interfaces take none, and one with limits of its own takes no rate.
                let is_plain = interface.get("network").is_some() || interface.get("bridge").is_some();
                if is_plain && interface.get("link").is_none() && interface.get("bandwidth").is_none() {
                    interface["link"] = json!({ "profile": "law" });
                    found = true;
                }
            }
        }
        spec["links"]["law"] = json!({ "rate": "10Mbit", "delay": "50ms", "loss": "1%" });
        (found && Read::value(&spec).checked.is_sound()).then_some(spec)
    };
    for_every_spec(linked, |before, after| {
        assert_eq!(identities_of(before), identities_of(after));
        let slots = |read: &Read| {
            let documents = read.documents().expect("it is sound");
            let lines = documents.iter().flat_map(|document| document.text().lines());
            lines.filter(|line| line.contains("<address ") || line.contains("<mac ")).map(str::to_owned).collect()
        };
        let (before, after): (Vec<String>, Vec<String>) = (slots(before), slots(after));
        assert_eq!(before, after);
    });
}

#[test]
fn renaming_a_profile_changes_nothing() {
    let rename = |name: &str| format!("other-{name}");
    let rename_items = |list: Option<&mut Value>| {
        for item in list.and_then(Value::as_array_mut).into_iter().flatten() {
            *item = json!(rename(item.as_str().unwrap_or_default()));
        }
    };
    let renamed = |spec: &Value| {
        let mut spec = spec.clone();
        let profiles = section(&mut spec, "profiles")?;
        *profiles = std::mem::take(profiles).into_iter().map(|(name, profile)| (rename(&name), profile)).collect();
        profiles.values_mut().for_each(|profile| rename_items(profile.get_mut("extends")));
        section(&mut spec, "domains")?.values_mut().for_each(|domain| rename_items(domain.get_mut("profiles")));
        Some(spec)
    };
    for_every_spec(renamed, |before, after| assert_eq!(before.output(), after.output()));
}

#[test]
fn reformatting_the_spec_changes_nothing() {
    for spec in good_specs() {
        let read = Read::file(&spec);
        let value = read.to_value().unwrap();
        let pretty = format!("\u{feff}// a comment\r\n{value:#}\n/* the end */\n")
            .replace('\n', "\r\n")
            .replace(": ", "\t:\n/* \" */ ");
        // What looks like a colon and a space may be part of a text.
        let pretty = if value.to_string().contains(": ") { format!("// a comment\n{value:#}\n\n") } else { pretty };
        for text in [value.to_string(), pretty] {
            let other = Read::with_includes("lab.json", text.into_bytes(), &Disk::default());
            assert_eq!(read.output(), other.output(), "{}", spec.display());
        }
    }
}

#[test]
fn adding_a_domain_moves_no_identity() {
    let with_another = |spec: &Value| {
        let mut spec = spec.clone();
        let domains = section(&mut spec, "domains")?;
        domains.shift_insert(0, "another".to_owned(), json!({ "memory": "1GiB" }));
        Some(spec)
    };
    for_every_spec(with_another, |before, after| {
        let mut identities = identities_of(after);
        assert!(identities.remove("domain another").is_some());
        assert_eq!(identities_of(before), identities);
    });
}

/// Where the keys of objects and of interfaces are, and those of them that say which one it is or which there are. All others
/// say how it is.
const IDENTIFYING: &[(&str, &[&str])] = &[
    ("networks.*", &["id", "uuid", "mac", "mode", "base"]),
    ("pools.*", &["id", "uuid", "base"]),
    ("domains.*", &["id", "uuid", "profiles", "replicas", "imported", "variantOf", "interfaces", "base"]),
    ("domains.*.interfaces.*", &["name", "mac", "network", "bridge", "user", "macvtap", "tunnel"]),
];

#[test]
fn settings_move_no_identity() {
    let schema = schema::schema();
    let bare = |spec: &Value| {
        let mut bare = spec.clone();
        language::members(&schema, spec, &mut |member| {
            let path = in_domains(member.path);
            let (of, key) = path.rsplit_once('.').unwrap_or_default();
            let identifying = IDENTIFYING.iter().find(|(known, _)| *known == of);
            if identifying.is_some_and(|(_, keys)| !keys.contains(&key)) {
                bare = without(&bare, member.pointer);
            }
        });
        (bare != *spec).then_some(bare)
    };
    for_every_spec(bare, |before, after| assert_eq!(identities_of(before), identities_of(after)));
}

/// What Windows asks for: emulated devices for its setup, `VirtIO` ones once it has the drivers. The disk leaves the SATA
/// controller, so the optical drives move up there, and the video device is another; all else is as it was.
#[test]
fn other_drivers_change_models_and_buses_and_nothing_else() {
    let emulated = Read::file(Path::new("lab.json"));
    let mut spec = emulated.to_value().unwrap();
    spec["defaults"]["drivers"] = json!("virtio");
    let virtio = Read::value(&spec);
    assert_eq!(identities_of(&emulated), identities_of(&virtio));

    let (before, after) = (emulated.documents().unwrap(), virtio.documents().unwrap());
    let mut domains = 0;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.name(), after.name());
        let documents = [before, after].map(|file| Document::parse(file.text()).unwrap());
        let mut found = Vec::new();
        differences(documents[0].root_element(), documents[1].root_element(), "", &mut found);
        if documents[0].root_element().has_tag_name("domain") {
            domains += 1;
            let expected = [
                "devices/disk 0/target: bus sata is virtio",
                "devices/disk 0/target: dev sda is vda",
                "devices/disk 1/target: dev sdb is sda",
                "devices/disk 2/target: dev sdc is sdb",
                "devices/interface 0/model: type e1000e is virtio",
                "devices/interface 1/model: type e1000e is virtio",
                "devices/video 0/model: type vga is virtio",
            ];
            found.sort();
            assert_eq!(found, expected, "{}", before.name());
        } else {
            assert_eq!(found, [""; 0], "{}", before.name());
        }
    }
    assert_eq!(domains, 4);
}

/// In what two elements differ, each with its place: the number among those of its name where there may be several.
fn differences(before: Node<'_, '_>, after: Node<'_, '_>, path: &str, found: &mut Vec<String>) {
    let attributes = |node: Node<'_, '_>| -> BTreeMap<String, String> {
        node.attributes().map(|it| (it.name().to_owned(), it.value().to_owned())).collect()
    };
    let (old, new) = (attributes(before), attributes(after));
    for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
        let [was, is] = [&old, &new].map(|all| all.get(name).map_or("missing", String::as_str));
        if was != is {
            found.push(format!("{path}: {name} {was} is {is}"));
        }
    }
    let text = |node: Node<'_, '_>| node.text().unwrap_or_default().trim().to_owned();
    if text(before) != text(after) {
        found.push(format!("{path}: {} is {}", text(before), text(after)));
    }
    let elements = |node: Node<'_, '_>| node.children().filter(Node::is_element).map(|child| child.id()).collect();
    let (old, new): (Vec<_>, Vec<_>) = (elements(before), elements(after));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for pair in old.iter().zip(&new) {
        let [was, is] = [(before, pair.0), (after, pair.1)].map(|(node, id)| node.document().get_node(*id).unwrap());
        let name = was.tag_name().name();
        if name != is.tag_name().name() {
            found.push(format!("{path}: {name} is {}", is.tag_name().name()));
            return;
        }
        let count = counts.entry(name).or_default();
        let number = if path == "devices" { format!(" {count}") } else { String::new() };
        *count += 1;
        let separator = if path.is_empty() { "" } else { "/" };
        differences(was, is, &format!("{path}{separator}{name}{number}"), found);
    }
    if old.len() != new.len() {
        found.push(format!("{path}: {} elements are {}", old.len(), new.len()));
    }
}

#[test]
fn what_an_interface_is_on_moves_no_mac() {
    let on = |attachment: &str| {
        let text = format!(
            r#"{{ "lab": "one", "networks": {{ "lan": {{ "subnet": "10.0.0.0/24" }} }}, "domains": {{ "web": {{
                "memory": "1GiB", "interfaces": [{{ {attachment} }}, {{ "network": "lan", "name": "second" }}]
            }} }} }}"#
        );
        identities_of(&Read::bytes("lab.json", text.into_bytes()))
    };
    let network = on(r#""network": "lan""#);
    for other in [r#""bridge": "br0""#, r#""user": true"#, r#""macvtap": "eth0""#] {
        assert_eq!(network, on(other), "{other}");
    }
}

#[test]
fn an_id_keeps_the_identity_through_a_rename() {
    for (kind, keys) in [("network", &["network"][..]), ("pool", &["pool"]), ("domain", &["variantOf"])] {
        let rename = |name: &str| format!("r-{name}");
        let renamed = |spec: &Value| {
            let mut spec = spec.clone();
            let objects = section(&mut spec, &format!("{kind}s"))?;
            // What is external is somebody else's, and what stands on a definition has the name that it has there.
            let own: BTreeSet<String> = objects
                .iter()
                .filter(|(_, object)| object.get("base").is_none())
                .map(|(name, _)| name.clone())
                .collect();
            let rename_own = |name: &str| if own.contains(name) { rename(name) } else { name.to_owned() };
            for (name, mut object) in std::mem::take(objects) {
                if !own.contains(&name) {
                    objects.insert(name, object);
                    continue;
                }
                if object.get("id").is_none() {
                    object["id"] = json!(name);
                }
                objects.insert(rename(&name), object);
            }
            rename_mentions(&mut spec, keys, kind == "domain", &rename_own);
            Some(spec)
        };
        for_every_spec(renamed, |before, after| {
            let after_names = identities_of(after);
            let before: Identities = identities_of(before)
                .into_iter()
                .map(|(name, identity)| match name.strip_prefix(kind) {
                    Some(own) if !after_names.contains_key(&name) => {
                        (format!("{kind} {}", rename(own.trim())), identity)
                    }
                    _ => (name, identity),
                })
                .collect();
            assert_eq!(before, identities_of(after));
        });
    }
}

/// Renames what the strings under `keys`, and those in `after` when `in_after`, name.
fn rename_mentions(value: &mut Value, keys: &[&str], in_after: bool, rename: &impl Fn(&str) -> String) {
    match value {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                match value {
                    Value::String(name) if keys.contains(&key.as_str()) => *name = rename(name),
                    Value::Array(names) if in_after && key == "after" => {
                        for name in names {
                            *name = json!(rename(name.as_str().unwrap_or_default()));
                        }
                    }
                    value => rename_mentions(value, keys, in_after, rename),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename_mentions(item, keys, in_after, rename)),
        _ => {}
    }
}

#[test]
fn an_id_does_not_change_a_name() {
    let spec = |domain: &str, id: &str| {
        let mut text = String::new();
        let _ = write!(text, r#"{{ "lab": "one", "domains": {{ "{domain}": {{ "memory": "1GiB"{id} }} }} }}"#);
        Read::bytes("lab.json", text.into_bytes())
    };
    let (old, new) = (spec("web", "").output(), spec("www", r#", "id": "web""#).output());
    let renamed = old
        .replace("\"web\"", "\"www\"")
        .replace("\"domain web\"", "\"domain www\"")
        .replace("<name>web<", "<name>www<")
        .replace("/web.xml", "/www.xml");
    assert_eq!(renamed, new);
}
