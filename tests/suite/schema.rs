//! `schema/lab.schema.json`: fresh, as strict as the validation of a spec, documented throughout, and without a
//! key that does nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use lab2nix::problem::Id;
use lab2nix::source::Source;
use lab2nix::spec::{reference, schema};
use serde_json::{Value, json};

use super::language::{self, in_domains};
use crate::support::{BAD, Differences, Read, good_specs, specs, without};

/// The problems that a schema can see.
const STRUCTURAL: &[Id] =
    &[Id::UnknownField, Id::WrongType, Id::UnknownValue, Id::OutOfRange, Id::MissingField, Id::UnsupportedVersion];

/// Keys that change nothing that is generated, and why that is right.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("$schema", "is for editors"),
    ("version", "takes one value only"),
    ("allow", "is for reports"),
    ("allow.*.warning", "is for reports"),
    ("allow.*.at", "is for reports"),
    ("allow.*.reason", "is for the readers of the spec"),
    ("include", "has done its work when a spec is read"),
    ("description", "is for the readers of the spec"),
    ("domains.*.ready.agent", "is for `lab2nix up`"),
    ("domains.*.ready.run", "is for `lab2nix up`"),
    ("domains.*.ready.ssh", "is for `lab2nix up`"),
    ("domains.*.ready.timeout", "is for `lab2nix up`"),
    ("target.connection", "takes one value only, which is the default"),
    ("pools.*.type", "takes one value only, which is the default"),
];

/// Words that a key takes from a type that it shares with another key, and that lab2nix refuses there.
const REFUSED_WORDS: &[(&str, &str)] = &[("domains.*.furtherGraphics.*.type", "none")];

#[test]
fn it_and_the_reference_are_fresh() {
    for (path, text, command) in [
        ("schema/lab.schema.json", schema::schema_text(), "schema"),
        ("docs/spec.md", reference::reference(), "schema --markdown"),
        ("schema/plan.schema.json", lab2nix::plan::view::schema_text(), "schema --of plan"),
        ("schema/inspect.schema.json", lab2nix::inspect::schema_text(), "schema --of inspect"),
        ("schema/inventory.schema.json", lab2nix::inventory::view::schema_text(), "schema --of inventory"),
        ("schema/saves.schema.json", lab2nix::operate::save::view::schema_text(), "schema --of saves"),
        ("schema/status.schema.json", lab2nix::operate::status::schema_text(), "schema --of status"),
    ] {
        let mut differences = Differences::default();
        differences.add(&lab2nix::files::diff(path, &fs::read_to_string(path).unwrap_or_default(), &text));
        differences.settle(&format!("to mend it: cargo run -- {command} > {path}"));
    }
}

#[test]
fn it_accepts_every_good_spec() {
    let validator = jsonschema::validator_for(schema::editors::schema()).unwrap();
    for spec in good_specs() {
        let read = Read::file(&spec);
        // Editors see each file by itself.
        let alone = read.source.files().iter().map(|file| Source::read(file.name(), file.text().to_owned()).0);
        let alone = alone.map(|source| source.root().unwrap().to_value());
        for value in alone.chain(read.to_value()) {
            let errors: Vec<String> =
                validator.iter_errors(&value).map(|error| format!("{error} at `{}`", error.instance_path())).collect();
            assert_eq!(errors, [""; 0], "{}", spec.display());
        }
    }
}

#[test]
fn it_rejects_every_invalid_spec() {
    // One file of a lab is enough to have its name, so the schema, which is that of files, does not ask for it.
    let mut schema = schema::schema();
    schema["required"] = json!(["lab"]);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut rejected = BTreeSet::new();
    for id in Id::ALL {
        for spec in specs(&Path::new(BAD).join(id.name())) {
            let read = Read::file(&spec);
            let Some(root) = read.source.root() else { continue };
            let value = root.to_value();
            let structural = lab2nix::spec::validate::check(root, schema::cached()).1.problems;
            assert_eq!(
                validator.is_valid(&value),
                structural.is_empty(),
                "{}: the schema and lab2nix do not agree",
                spec.display()
            );
            rejected.extend(structural.iter().map(|problem| problem.id));
        }
    }
    assert_eq!(rejected, STRUCTURAL.iter().copied().collect());
}

#[test]
fn everything_in_it_has_a_description() {
    let schema = schema::schema();
    let mut silent = Vec::new();
    let described = |value: &Value| value["description"].as_str().is_some_and(|text| text.len() > 3);
    let definitions = schema["$defs"].as_object().unwrap();
    for (name, definition) in
        definitions.iter().map(|(name, definition)| (name.as_str(), definition)).chain([("", &schema)])
    {
        if !described(definition) {
            silent.push(name.to_owned());
        }
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            if !described(property) {
                silent.push(format!("{name}.{key}"));
            }
        }
        for word in definition["oneOf"].as_array().into_iter().flatten() {
            if !described(word) {
                silent.push(format!("{name} {}", word["const"]));
            }
        }
    }
    assert!(silent.is_empty(), "without a description: {silent:?}");
}

/// What a word or a number looks like is shown where it is described.
#[test]
fn every_text_and_number_has_an_example() {
    let schema = schema::schema();
    let definitions = schema["$defs"].as_object().unwrap().iter().map(|(name, definition)| (name.as_str(), definition));
    let mut without = Vec::new();
    for (name, definition) in definitions.chain([("", &schema)]) {
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            let plain = matches!(property["type"].as_str(), Some("string" | "integer"));
            if plain && property["examples"].as_array().is_none_or(Vec::is_empty) {
                without.push(format!("{name}.{key}"));
            }
        }
    }
    assert!(without.is_empty(), "without an example: {without:?}");
}

/// A key or a word that nothing depends on is accepted and ignored, or is not tested. Each must be in a good spec in
/// which leaving it out changes what is generated.
#[test]
fn every_key_matters() {
    let schema = schema::schema();
    let (mut open, mut open_words) = (BTreeSet::new(), BTreeSet::new());
    for (path, property) in language::keys(&schema) {
        let path = in_domains(&path);
        let choices = property["oneOf"].as_array().into_iter().flatten().filter_map(|choice| choice["const"].as_str());
        open_words.extend(choices.map(|word| (path.clone(), word.to_owned())));
        // An item has no key, and a name is the user's.
        if !path.ends_with('*') {
            open.insert(path);
        }
    }
    for (path, why) in WITHOUT_EFFECT {
        assert!(open.remove(*path), "`{path}` {why}, but is not in the schema");
        open_words.retain(|(with_word, _)| with_word != path);
    }
    for (path, word) in REFUSED_WORDS {
        assert!(open_words.remove(&((*path).to_owned(), (*word).to_owned())), "`{path}` does not take `{word}`");
    }
    let places: usize = open.len();
    for spec in good_specs() {
        let read = Read::file(&spec);
        let (value, output) = (read.to_value().unwrap(), read.output());
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        language::members(&schema, &value, &mut |member| {
            let path = in_domains(member.path);
            if let Some(word) = member.value.as_str() {
                open_words.remove(&(path.clone(), word.to_owned()));
            }
            if open.contains(&path) {
                found.entry(path).or_default().push(member.pointer.to_owned());
            }
        });
        for (path, pointers) in found {
            let matters = |pointer: &String| Read::value(&without(&value, pointer)).output() != output;
            if pointers.iter().any(matters) {
                open.remove(&path);
            }
        }
    }
    assert!(places > 100, "the schema has only {places} keys");
    assert!(open.is_empty(), "no case depends on these keys: {open:#?}");
    assert!(open_words.is_empty(), "no case has these words: {open_words:#?}");
}
