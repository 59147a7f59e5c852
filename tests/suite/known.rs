//! `schema/cpus.json` has the CPU models and features of libvirt's CPU map, `schema/timezones.json` the names of the tz database.
//!
//! With `LIBVIRT_ROOT` set to a root with libvirt and tzdata, the tables are compared with those of it, and `UPDATE_CASES=1`
//! writes them anew. What they are of is written by hand. The time zones are compared with those of the same version only.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Value, json};

use crate::support::{Differences, UPDATE_CASES, asks_for_update, skip};

const CPUS: &str = "schema/cpus.json";
const TIME_ZONES: &str = "schema/timezones.json";
const MEND: &str = "UPDATE_CASES=1 LIBVIRT_ROOT=<a root> cargo test --test suite known::";

/// The root with libvirt.
fn root() -> Option<PathBuf> {
    let root = env::var_os("LIBVIRT_ROOT").filter(|root| !root.is_empty()).map(PathBuf::from);
    if root.is_none() {
        skip("LIBVIRT_ROOT names no root with libvirt and tzdata");
    }
    root
}

#[test]
fn cpus_are_those_of_libvirt() {
    let Some(root) = root() else { return };
    let map = root.join("usr/share/libvirt/cpu_map");
    let files = included(&map.join("index.xml"), "x86");
    let names = |tag: &str| -> BTreeSet<String> { files.iter().flat_map(|file| named(&map.join(file), tag)).collect() };
    compare(CPUS, &[("models", names("model")), ("features", names("feature"))]);
}

#[test]
fn time_zones_are_those_of_the_tz_database() {
    let Some(root) = root() else { return };
    let text = fs::read_to_string(root.join("usr/share/zoneinfo/tzdata.zi")).expect("tzdata is there");
    let version = text.lines().next().and_then(|line| line.strip_prefix("# version ")).expect("tzdata has a version");
    let kept = fs::read_to_string(TIME_ZONES).expect("the table is there");
    if !kept.contains(&format!("tzdata {version}:")) && !asks_for_update(UPDATE_CASES) {
        // Stable distributions bring each new version, so a difference is no fault of the table.
        return;
    }
    let names = text.lines().filter_map(|line| {
        let mut words = line.split(' ');
        match words.next()? {
            "Z" => words.next(),
            "L" => words.nth(1),
            _ => None,
        }
    });
    compare(TIME_ZONES, &[("names", names.map(str::to_owned).collect())]);
}

/// The files that the CPU map has for an architecture.
fn included(index: &Path, arch: &str) -> Vec<String> {
    let text = fs::read_to_string(index).expect("libvirt has a CPU map");
    let document = roxmltree::Document::parse(&text).expect("it is XML");
    let of_arch = document.descendants().find(|node| node.has_tag_name("arch") && node.attribute("name") == Some(arch));
    let nodes = of_arch.expect("it has the architecture").descendants();
    nodes
        .filter(|node| node.has_tag_name("include"))
        .filter_map(|node| node.attribute("filename").map(str::to_owned))
        .collect()
}

/// The names of the elements of a file that are no part of a model.
fn named(path: &Path, tag: &str) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a file of the CPU map");
    let document = roxmltree::Document::parse(&text).expect("it is XML");
    let children = document.root_element().children();
    children
        .filter(|node| node.has_tag_name(tag))
        .filter_map(|node| node.attribute("name").map(str::to_owned))
        .collect()
}

/// Compares lists of names with those of a table, of which the line about its source stays.
fn compare(path: &str, lists: &[(&str, BTreeSet<String>)]) {
    let kept: Value = serde_json::from_str(&fs::read_to_string(path).expect("the table is there")).expect("JSON");
    let mut table = json!({ "source": kept["source"] });
    for (key, names) in lists {
        assert!(names.len() > 100, "{key} of {path} are found");
        table[key] = json!(names);
    }
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b" "));
    table.serialize(&mut serializer).expect("a value is JSON");
    let mut differences = Differences::default();
    differences.compare(Path::new(path), &format!("{}\n", String::from_utf8(text).expect("JSON is text")));
    differences.settle(MEND);
}
