//! `schema/rules.json` has what libvirt refuses beside its schemas.

use lab2nix::libvirt::rules::{Rule, breaches, rules};
use lab2nix::xml::file::files;
use serde_json::{Map, Value, json};

use crate::fuzz::tool::libvirt::{Definition, Libvirt};
use crate::support::cookbook::recipes;
use crate::support::{Differences, Read, good_specs};

/// libvirt refuses what each row has as broken, and takes what it has as mended.
#[test]
fn libvirt_says_so_too() {
    let Some(libvirt) = Libvirt::find() else { return };
    let mut differences = Differences::default();
    let broken = |rule: &'static Rule| (rule, rule.broken.get(), false);
    let mended = |rule: &'static Rule| (rule, rule.mended.get(), true);
    let rows = rules().iter().flat_map(|rule| [broken(rule), mended(rule)]);
    let rows: Vec<_> = rows.map(|(rule, example, is_taken)| (rule, is_taken, definition(rule, example))).collect();
    let asked: Vec<&Definition> = rows.iter().map(|(_, _, definition)| definition).collect();
    let answers = libvirt.look_at(&asked);
    for (index, (rule, is_taken, _)) in rows.iter().enumerate() {
        let of_each = answers.iter().filter_map(|(_, answers)| answers[index].as_ref());
        let refusals: Vec<&String> = of_each.filter_map(|answer| answer.as_ref().err()).collect();
        if refusals.is_empty() != *is_taken {
            let example = if *is_taken { rule.mended } else { rule.broken };
            differences.add(&format!("{}: {} {example}: {refusals:?}", rule.element, rule.message));
        }
    }
    differences.settle("libvirt says something else: the row is wrong");
}

/// A spec with an example of a rule.
fn spec(rule: &Rule, example: &str) -> Value {
    let example: Value = serde_json::from_str(example).expect("an example is JSON");
    let path = rule.at.unwrap_or(rule.element);
    // A list adds a device, whatever there is.
    let example = if path.starts_with("devices.") { json!([example]) } else { example };
    let extra = path.rsplit('.').filter(|step| !step.is_empty()).fold(example, |inner, step| json!({ step: inner }));
    let base = rule.base.map(|base| serde_json::from_str(base.get()).expect("it is JSON"));
    let mut object: Map<String, Value> = base.unwrap_or_default();
    object.insert("extra".to_owned(), extra);
    match rule.kind {
        "network" => json!({ "lab": "t", "networks": { "n": object } }),
        "pool" => json!({ "lab": "t", "pools": { "p": object } }),
        "volume" => {
            object.entry("size").or_insert(json!("1GiB"));
            json!({ "lab": "t", "pools": { "p": { "path": "/srv/p", "volumes": { "v": object } } } })
        }
        _ => {
            object.entry("memory").or_insert(json!("1GiB"));
            json!({ "lab": "t", "domains": { "d": object } })
        }
    }
}

/// The definition of the object that a spec with an example is about.
fn definition(rule: &Rule, example: &str) -> Definition {
    let read = Read::value(&spec(rule, example));
    let (lab, objects) = read.checked.built.as_ref().expect("the spec is whole");
    let directory = format!("{}s/", rule.kind);
    let file = files(lab, objects).into_iter().find(|file| file.path.starts_with(&directory));
    let file = file.expect("the object is there");
    Definition::new(&file.path, &file.text).expect("it is a definition")
}

/// Each row is reported of what it has as broken, and not of what it has as mended.
#[test]
fn each_rule_is_reported() {
    let mut differences = Differences::default();
    for rule in rules() {
        for (example, is_broken) in [(rule.broken, true), (rule.mended, false)] {
            let spec = spec(rule, example.get());
            let sound = Read::value(&spec).checked.is_sound();
            if sound == is_broken {
                differences.add(&format!(
                    "{}: {} {example}: {}",
                    rule.element,
                    rule.message,
                    Read::value(&spec).report()
                ));
            }
        }
    }
    differences.settle("the row is wrong");
}

/// Nothing that we write ourselves breaks a rule.
#[test]
fn what_is_written_breaks_none() {
    let recipes = recipes().into_iter().map(|recipe| (recipe.place.clone(), Read::value(&recipe.lab())));
    let specs = good_specs().into_iter().map(|path| (path.display().to_string(), Read::file(&path)));
    let mut differences = Differences::default();
    for (name, read) in specs.chain(recipes) {
        let Ok((_, objects)) = read.checked.lab() else { continue };
        for (kind, object, definition) in objects.definitions() {
            for breach in breaches(kind, &definition.tree) {
                differences.add(&format!("{name}: {kind} {object}: {}", breach.rule.message));
            }
        }
    }
    differences.settle("libvirt takes all of it, so the table is wrong");
}
