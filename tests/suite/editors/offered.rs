//! What editors offer: descriptions with formatting, defaults that are the lab's, and entries that are accepted. Nothing is
//! somebody's identity.

use lab2nix::spec::schema::editors;
use serde_json::{Map, Value, json};

use super::{good_values, objects, with};
use crate::support::Read;

/// The identities in a text, and what only looks like one: a UUID, a MAC address, a public key, a hash.
pub fn identities(text: &str) -> Vec<String> {
    let is_hex = |word: &str, length: usize| word.len() == length && word.bytes().all(|b| b.is_ascii_hexdigit());
    let is_uuid = |word: &str| {
        let groups: Vec<&str> = word.split('-').collect();
        groups.len() == 5 && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, length)| is_hex(group, length))
    };
    let is_mac = |word: &str| word.split(':').count() == 6 && word.split(':').all(|group| is_hex(group, 2));
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-:".contains(c)));
    let mut found: Vec<String> = words.filter(|word| is_uuid(word) || is_mac(word)).map(str::to_owned).collect();
    let starts = ["AAAAC3NzaC1", "AAAAB3NzaC1", "AAAAE2VjZHNh", "$6$", "$5$", "$y$", "\\$6\\$", "\\$y\\$"];
    found.extend(starts.iter().filter(|start| text.contains(*start)).map(|start| (*start).to_owned()));
    found
}

#[test]
fn nothing_that_is_inserted_is_an_identity() {
    let mut found = Vec::new();
    inserted(editors::schema(), &mut |text| found.extend(identities(text)));
    assert_eq!(found, [""; 0], "name the key in `OWN` or its shape in `SHAPES` (`src/spec/schema`)");
    assert_eq!(identities("a 52:54:00:12:34:01 4c82c973-7299-468e-bf15-d442ee681475 $6$x").len(), 3);
}

/// Calls `each` with every text that an editor may insert.
fn inserted(schema: &Value, each: &mut impl FnMut(&str)) {
    match schema {
        Value::Object(keywords) => {
            for (keyword, value) in keywords {
                if ["default", "examples", "defaultSnippets", "enum", "const"].contains(&keyword.as_str()) {
                    each(&value.to_string());
                }
                inserted(value, each);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| inserted(item, each)),
        _ => {}
    }
}

#[test]
fn every_key_and_every_word_is_told_with_formatting() {
    let root = editors::schema();
    let definitions = root["$defs"].as_object().unwrap().iter().map(|(name, definition)| (name.as_str(), definition));
    let mut silent = Vec::new();
    for (name, definition) in definitions.chain([("", root)]) {
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            let told = property["markdownDescription"].as_str().unwrap_or_default();
            if !told.contains("in the reference](https://") || told.len() < 60 {
                silent.push(format!("{name}.{key}"));
            }
        }
        if let Some(words) = definition["enum"].as_array() {
            let told = definition["markdownEnumDescriptions"].as_array().map_or(0, Vec::len);
            if told != words.len() && name != "Active" {
                silent.push(name.to_owned());
            }
        }
        // VS Code would show it in place of what there is to say of the key.
        assert!(name.is_empty() || definition.get("markdownDescription").is_none(), "{name}");
    }
    assert_eq!(silent, [""; 0]);
}

/// The links lead to headings that the reference has.
#[test]
fn links_lead_to_headings() {
    let reference = lab2nix::spec::reference::reference();
    let headings: Vec<String> = reference
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|heading| heading.to_lowercase().replace(' ', "-"))
        .collect();
    let text = editors::schema().to_string();
    let mut count = 0;
    for (at, start) in text.match_indices("/spec.html#") {
        let anchor = text[at + start.len()..].split(')').next().unwrap();
        assert!(headings.iter().any(|heading| heading == anchor), "no heading #{anchor}");
        count += 1;
    }
    assert!(count > 300, "only {count} links");
}

/// A default is what the description says, so it only has to be one that a lab can have written.
#[test]
fn a_default_can_be_written() {
    let root = editors::schema();
    let values = good_values();
    let mut count = 0;
    for (name, definition) in root["$defs"].as_object().unwrap() {
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            let Some(default) = property.get("default") else { continue };
            count += 1;
            // Profiles and defaults are of domains.
            if matches!(name.as_str(), "Profile" | "DomainFields") {
                continue;
            }
            let is_taken = values.iter().any(|value| {
                let mut places = Vec::new();
                objects(value, &mut |object| {
                    if object.name == name {
                        places.push(object.pointer.to_owned());
                    }
                });
                let written = |place: &String| Read::value(&with(value, place, key, default.clone()));
                places.iter().take(8).any(|place| written(place).checked.is_sound())
            });
            assert!(is_taken, "`{key}` of {name} cannot be {default}");
        }
    }
    assert!(count > 60, "only {count} defaults");
}

/// A snippet with what it has where one types.
fn filled(body: &Value) -> Value {
    let text = |text: &str| {
        let mut rest = text;
        let mut out = String::new();
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            rest = match after.strip_prefix('{') {
                Some(inner) => {
                    let (place, after) = inner.split_once('}').expect("a place ends");
                    out.push_str(place.split_once(':').map_or("", |(_, shown)| shown));
                    after
                }
                None => after.trim_start_matches(|c: char| c.is_ascii_digit()),
            };
        }
        out + rest
    };
    match body {
        Value::String(written) => match written.strip_prefix('^') {
            Some(value) => serde_json::from_str(&text(value)).expect("it is a value"),
            None => json!(text(written)),
        },
        Value::Array(items) => items.iter().map(filled).filter(|item| *item != json!("")).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, value)| (text(key), filled(value))).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

#[test]
fn every_snippet_makes_a_lab() {
    let root = editors::schema();
    let mut count = 0;
    let base = json!({
        "lab": "tried",
        "networks": { "lan": { "subnet": "10.20.0.0/24" } },
        "pools": { "images": { "path": "/var/lib/libvirt/images/tried" } },
        "domains": { "web": {
            "os": "linux", "memory": "2GiB",
            "disks": [{ "pool": "images", "size": "20GiB", "image": { "path": "/srv/images/a.qcow2" } }],
            "interfaces": [{ "network": "lan" }]
        } }
    });
    let snippets = |schema: &Value| schema["defaultSnippets"].as_array().cloned().unwrap_or_default();
    let of_sections =
        ["networks", "pools", "domains"].map(|key| (format!("/{key}"), snippets(&root["properties"][key])));
    let of_objects = [
        ("/networks/lan", "Network"),
        ("/pools/images", "Pool"),
        ("/domains/other", "Domain"),
        ("/domains/web/disks/0", "Disk"),
        ("/domains/web/interfaces/0", "Interface"),
        ("/domains/web/cloudInit", "CloudInit"),
    ];
    let of_objects = of_objects.map(|(place, name)| (place.to_owned(), snippets(&root["$defs"][name])));
    for (place, snippets) in of_sections.into_iter().chain(of_objects) {
        assert!(!snippets.is_empty(), "none for {place}");
        for snippet in snippets {
            let (parent, key) = place.rsplit_once('/').expect("it is in something");
            let filled = filled(&snippet["body"]);
            let lab = match key.parse::<usize>() {
                Ok(_) => with(
                    &base,
                    parent.rsplit_once('/').expect("a list").0,
                    parent.rsplit_once('/').expect("a list").1,
                    json!([filled]),
                ),
                Err(_) if parent.is_empty() => {
                    let mut section = base[key].clone();
                    section.as_object_mut().unwrap().extend(filled.as_object().unwrap().clone());
                    with(&base, "", key, section)
                }
                Err(_) => with(&base, parent, key, filled),
            };
            let read = Read::value(&lab);
            assert!(read.checked.is_sound(), "{}: {}", snippet["label"], read.report());
            count += 1;
        }
    }
    let text = include_str!("../../../schema/snippets.json");
    assert_eq!(text.matches("\"label\"").count(), count, "each is tried");
}
