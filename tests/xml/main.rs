//! Definitions as XML, beside what other people's tools make of them: `tests/nixvirt/<case>/` has what NixVirt itself
//! writes of every definition that it can write, and libvirt's own tools look at all of them.
//!
//! The files in `tests/nixvirt` are made again by
//!
//! ```sh
//! UPDATE_NIXVIRT=1 NIXVIRT_SRC=<NixVirt 0.6.0> NIXVIRT_UNRELEASED_SRC=<its master> cargo test --test xml
//! ```

#[path = "../case/mod.rs"]
mod case;
#[path = "../labs/mod.rs"]
mod labs;
mod laws;
mod tools;
#[path = "../evaluate/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use case::{Differences, OK, Read, entries, good_specs};
use lab2nix::spec::NixVirtVersion;
use serde_json::Value;
use world::World;

/// What NixVirt writes.
const NIXVIRT: &str = "tests/nixvirt";
const MEND: &str = "UPDATE_NIXVIRT=1 NIXVIRT_SRC=<NixVirt 0.6.0> NIXVIRT_UNRELEASED_SRC=<its master> \
                    cargo test --test xml";

#[test]
fn what_nixvirt_writes() {
    let mut differences = Differences::default();
    for spec in good_specs() {
        let dir = Path::new(NIXVIRT).join(case_name(&spec));
        let read = Read::file(&spec);
        if std::env::var_os("UPDATE_NIXVIRT").is_some_and(|value| value == "1") {
            update(&dir, &spec, &read);
        }
        let structured = read.structured();
        let documents = read.documents().unwrap_or_default();
        let mut kept = files_below(&dir);
        for document in documents.iter().filter(|document| structured.iter().any(|name| name == document.name())) {
            let path = dir.join(document.name());
            kept.retain(|kept| *kept != path);
            let nixvirt = fs::read_to_string(&path).unwrap_or_default();
            differences.add(&lab2nix::files::diff(&path.display().to_string(), &nixvirt, document.text()));
        }
        for path in kept {
            differences.add(&format!("{} is of no definition that NixVirt can write", path.display()));
        }
    }
    differences.settle(MEND);
}

/// Replaces what is kept of a spec by what the NixVirt that it is for writes now.
fn update(dir: &Path, spec: &Path, read: &Read) {
    let lab = labs::committed(spec);
    let variable = match lab.target.nixvirt {
        NixVirtVersion::V0_6_0 => "NIXVIRT_SRC",
        NixVirtVersion::Unreleased => "NIXVIRT_UNRELEASED_SRC",
    };
    let nixvirt = world::checkout(variable).unwrap_or_else(|| panic!("{variable} must name a checkout of NixVirt"));
    let world = World { nixvirt: Some(nixvirt), stable: true, ..World::default() };
    let values = world.lists(&[&lab]).expect("nix-instantiate starts");
    let written = definitions(&values[0]);
    if dir.exists() {
        fs::remove_dir_all(dir).expect("the directory is ours");
    }
    for name in read.structured() {
        let path = dir.join(&name);
        fs::create_dir_all(path.parent().expect("it is in a directory")).expect("the directory is ours");
        fs::write(&path, &written[&name]).expect("the directory is ours");
    }
}

/// What Nix makes of each definition of a lab, by the name that the document has.
fn definitions(lab: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value["definition"].as_str().expect("a definition is a text").to_owned();
    let name = |text: &str| {
        let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let name = document.root_element().children().find(|child| child.has_tag_name("name"));
        name.and_then(|name| name.text()).expect("a definition has a name").to_owned()
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut found = BTreeMap::new();
    for section in ["networks", "pools", "domains"] {
        // What stays as it is, has no definition of ours.
        let is_ours = |object: &Value| !text(object).starts_with("/run/lab2nix/imported/");
        for object in list(&lab[section]).into_iter().filter(is_ours) {
            let (definition, pool) = (text(&object), name(&text(&object)));
            for volume in list(&object["volumes"]).iter().filter(|volume| volume.get("definition").is_some()) {
                found.insert(format!("volumes/{pool}/{}.xml", name(&text(volume))), text(volume));
            }
            found.insert(format!("{section}/{pool}.xml"), definition);
        }
    }
    found
}

/// Where Nix has the text ready, it is the same that is printed without Nix.
#[test]
fn nix_evaluates_to_what_is_printed() {
    let world = World { stable: true, ..World::default() };
    let labs = labs::Labs::all();
    let all: Vec<&labs::Generated> = labs.labs.iter().collect();
    let Some(values) = world.lists(&all) else { return };
    let mut count = 0;
    for (lab, value) in all.iter().zip(&values) {
        let structured = lab.read.structured();
        let documents = lab.read.documents().unwrap_or_default();
        let fallbacks = documents.iter().filter(|document| !structured.iter().any(|name| name == document.name()));
        let mut texts = Vec::new();
        collect_xml(value, &mut texts);
        for document in fallbacks {
            let found = texts.iter().position(|text| text == document.text());
            let found = found.unwrap_or_else(|| panic!("{}: {}\n{}", lab.name, document.name(), document.text()));
            texts.swap_remove(found);
            count += 1;
        }
        pretty_assertions::assert_eq!(texts, Vec::<String>::new(), "{}", lab.name);
    }
    assert!(count > 20, "only {count} definitions are written as XML");
}

/// Every definition in a value that is XML; the stand-in for NixVirt writes the others as JSON.
fn collect_xml(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_xml(item, found)),
        Value::Object(object) => {
            let definition = object.get("definition").and_then(Value::as_str);
            found.extend(definition.filter(|text| text.starts_with('<')).map(str::to_owned));
            object.values().filter(|value| value.is_array()).for_each(|value| collect_xml(value, found));
        }
        _ => {}
    }
}

/// The directory of a spec, from that of all cases or all examples on; `lab` for that of this repository.
fn case_name(spec: &Path) -> &Path {
    let dir = spec.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("lab"));
    [OK, "examples"].iter().find_map(|above| dir.strip_prefix(above).ok()).unwrap_or(dir)
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let (dirs, mut files): (Vec<PathBuf>, Vec<PathBuf>) = entries(dir).into_iter().partition(|path| path.is_dir());
    files.extend(dirs.iter().flat_map(|dir| files_below(dir)));
    files
}
