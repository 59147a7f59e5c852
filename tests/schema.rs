//! `schema/lab.schema.json`: fresh, as strict as the validation of a spec, documented throughout, and without a
//! key that does nothing.

mod case;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use case::{BAD, Differences, Read, good_specs, specs, without};
use lab2nix::problem::Id;
use lab2nix::source::Source;
use lab2nix::spec::schema;
use serde_json::{Value, json};

/// The problems that a schema can see.
const STRUCTURAL: &[Id] = &[Id::UnknownField, Id::WrongType, Id::UnknownValue, Id::OutOfRange, Id::MissingField];

/// Keys that change nothing that is generated, and why that is right.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("$schema", "is for editors"),
    ("include", "has done its work when a spec is read"),
    ("description", "is for the readers of the spec"),
    ("target.connection", "takes one value only, which is the default"),
    ("pools.*.type", "takes one value only, which is the default"),
];

/// Words that a key takes from a type that it shares with another key, and that lab2nix refuses there.
const REFUSED_WORDS: &[(&str, &str)] = &[("domains.*.furtherGraphics.*.type", "none")];

#[test]
fn it_is_fresh() {
    let path = Path::new("schema/lab.schema.json");
    let mut differences = Differences::default();
    let old = fs::read_to_string(path).unwrap_or_default();
    differences.add(&lab2nix::files::diff(&path.display().to_string(), &old, &schema::schema_text()));
    differences.settle("to mend it: cargo run -- schema > schema/lab.schema.json");
}

#[test]
fn it_accepts_every_good_spec() {
    let validator = jsonschema::validator_for(&schema::schema()).unwrap();
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
    let mut open: BTreeSet<String> = BTreeSet::new();
    keys(&schema, &schema, "", &mut open);
    let words = words(&schema, &schema, "").into_iter();
    let mut open_words: BTreeSet<(String, String)> =
        words.flat_map(|(path, words)| words.into_iter().map(move |word| (path.clone(), word))).collect();
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
        members(&value, "", &mut String::new(), &mut |path, pointer, value| {
            if let Some(word) = value.as_str() {
                open_words.remove(&(path.to_owned(), word.to_owned()));
            }
            if open.contains(path) {
                found.entry(path.to_owned()).or_default().push(pointer.to_owned());
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

/// The paths of all keys in a schema, `*` for the names that the user chooses. What `defaults` and profiles have in
/// common with domains counts as the domains'.
fn keys(root: &Value, schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    let schema = target(root, schema);
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = join(path, key);
        if found.insert(path.clone()) {
            keys(root, property, &path, found);
        }
    }
    if let Some(inner) = inner(schema) {
        keys(root, inner, &join(path, "*"), found);
    }
}

/// The words that keys take, by the path of the key.
fn words(root: &Value, schema: &Value, path: &str) -> BTreeMap<String, BTreeSet<String>> {
    let schema = target(root, schema);
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let choices = schema["oneOf"].as_array().into_iter().flatten().map(|choice| &choice["const"]);
    let choices: BTreeSet<String> = choices.filter_map(Value::as_str).map(str::to_owned).collect();
    if !choices.is_empty() {
        found.insert(path.to_owned(), choices);
    }
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        found.extend(words(root, property, &join(path, key)));
    }
    found.extend(inner(schema).into_iter().flat_map(|inner| words(root, inner, &join(path, "*"))));
    found
}

fn target<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    match schema["$ref"].as_str().and_then(|name| name.strip_prefix("#")) {
        Some(pointer) => root.pointer(pointer).expect("references lead somewhere"),
        None => schema,
    }
}

/// What the values of a map or the items of a list are.
fn inner(schema: &Value) -> Option<&Value> {
    [&schema["additionalProperties"], &schema["items"]].into_iter().find(|inner| inner.is_object())
}

fn join(path: &str, key: &str) -> String {
    let joined = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match joined.split_once('.') {
        Some(("defaults", rest)) => format!("domains.*.{rest}"),
        Some(("profiles", rest)) => match rest.split_once('.') {
            Some((_, rest)) if rest != "extends" => format!("domains.*.{rest}"),
            _ => joined,
        },
        _ => joined,
    }
}

/// Calls `each` with the path in the schema, the pointer and the value of each member of each object.
fn members(value: &Value, path: &str, pointer: &mut String, each: &mut impl FnMut(&str, &str, &Value)) {
    let length = pointer.len();
    let mut visit = |step: &str, path: &str, value: &Value| {
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        each(path, pointer, value);
        members(value, path, pointer, each);
        pointer.truncate(length);
    };
    match value {
        Value::Object(object) => {
            // The names in a map are the user's.
            let chosen = MAPS.contains(&path);
            for (key, value) in object {
                visit(key, &join(path, if chosen { "*" } else { key }), value);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                visit(&index.to_string(), &join(path, "*"), value);
            }
        }
        _ => {}
    }
}

/// The keys whose values are maps from names that the user chooses.
const MAPS: &[&str] = &[
    "links",
    "networks",
    "networks.*.dns.forwardDomains",
    "networks.*.dns.hosts",
    "networks.*.dns.txt",
    "networks.*.portgroups",
    "pools",
    "pools.*.volumes",
    "profiles",
    "domains",
    "domains.*.cloudInit.network.bonds",
    "domains.*.cloudInit.network.interfaces",
    "domains.*.cloudInit.network.vlans",
    "domains.*.cpu.features",
    "domains.*.qemu.env",
    "domains.*.shmem",
];
