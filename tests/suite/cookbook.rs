//! The recipes of `docs/cookbook.md` work, and say what they have to and no more.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lab2nix::problem::{Id, Severity};
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::support::cookbook::{COOKBOOK, recipes};
use crate::support::document::{Document, Heading, Part};
use crate::support::{Differences, Read, without};

/// Each fragment makes a sound lab, whose files are proven, and brings no warning that the text does not name.
#[test]
fn every_recipe_works() {
    let (mut differences, recipes) = (Differences::default(), recipes());
    assert!(recipes.len() >= 20, "only {} recipes", recipes.len());
    for recipe in &recipes {
        let read = Read::value(&recipe.lab());
        if read.files().is_none() || read.documents().is_none() {
            differences.add(&format!("{}: {}\n{}", recipe.place, recipe.task, read.report()));
        }
        let found: BTreeSet<&str> = read.checked.problems.iter().map(|problem| problem.id.name()).collect();
        let is_named = |id: &&Id| recipe.prose.contains(&format!("`warning[{}]`", id.name()));
        let named = Id::ALL.iter().filter(|id| id.severity() == Severity::Warning).filter(is_named);
        let named: BTreeSet<&str> = named.map(|id| id.name()).collect();
        if found != named {
            differences.add(&format!("{}: brings {found:?}, and the text names {named:?}", recipe.place));
        }
    }
    differences.settle("mend the recipe");
}

/// Nothing can be left out of a fragment: what would do without is not part of the task.
#[test]
fn no_recipe_says_too_much() {
    let mut differences = Differences::default();
    for recipe in recipes() {
        let output = Read::value(&recipe.lab()).output();
        for pointer in members(&recipe.fragment) {
            let less = recipe.lab_with(&without(&recipe.fragment, &pointer));
            if Read::value(&less).output() == output {
                differences.add(&format!("{}: {}: {pointer} changes nothing", recipe.place, recipe.task));
            }
        }
    }
    differences.settle("leave it out");
}

/// The contents are the headings after them, in order, and each task is there once with its recipe.
#[test]
fn the_contents_are_the_headings() {
    let document = Document::read(Path::new(COOKBOOK));
    let headings = document.parts.iter().filter_map(|part| match part {
        Part::Heading(heading) if heading.level > 1 => Some(heading),
        Part::Heading(_) | Part::Line(_) | Part::Block(_) => None,
    });
    let headings: Vec<&Heading> = headings.collect();
    let lines = document.parts.iter().filter_map(|part| match part {
        Part::Line(line) if line.trim_start().starts_with("- [") => Some(line.as_str()),
        Part::Heading(_) | Part::Line(_) | Part::Block(_) => None,
    });
    let contents: Vec<&str> = lines.collect();
    let expected: Vec<String> = headings
        .iter()
        .map(|heading| format!("{}- [{}](#{})", "  ".repeat(heading.level - 2), heading.text, heading.anchor()))
        .collect();
    assert_eq!(contents, expected);

    let tasks: Vec<&str> =
        headings.iter().filter(|heading| heading.level == 3).map(|heading| heading.text.as_str()).collect();
    assert_eq!(tasks.len(), tasks.iter().collect::<BTreeSet<_>>().len(), "two tasks have one name");
    let mut with_recipe: Vec<String> = recipes().into_iter().map(|recipe| recipe.task).collect();
    with_recipe.dedup();
    assert_eq!(with_recipe, tasks, "the tasks that have a recipe, and all of them");

    let count = format!("{} tasks", tasks.len());
    for file in ["README.md", "CHANGELOG.md"] {
        let text = fs::read_to_string(file).expect("it is in the repository");
        assert!(text.contains(&count), "{file} does not say that the cookbook has {count}");
    }
}

/// Pointers to the members of all objects in a value.
fn members(value: &Value) -> Vec<String> {
    let steps: Vec<(String, &Value, bool)> = match value {
        Value::Object(object) => object.iter().map(|(key, value)| (escaped(key), value, true)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item, false)).collect(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for (step, value, is_member) in steps {
        found.extend(is_member.then(|| format!("/{step}")));
        found.extend(members(value).into_iter().map(|pointer| format!("/{step}{pointer}")));
    }
    found
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
