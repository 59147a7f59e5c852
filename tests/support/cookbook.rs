//! The recipes of `docs/cookbook.md`.
//!
//! Its first block of JSON is a lab. Each further one is a fragment for that lab: it is merged into it, objects key by
//! key, and everything else in a fragment takes the place of what the lab has. A block of JSON with comments (`jsonc`)
//! whose first line is the name of a file is that file, and the fragments after it under the same heading include it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lab2nix::source::{Node, Source};
use serde_json::{Map, Value};

use super::document::{Block, Document, Part};
use super::without;

/// Where it is.
pub const COOKBOOK: &str = "docs/cookbook.md";

/// A fragment, and the task it is for.
pub struct Recipe {
    /// Where the fragment starts.
    pub place: String,
    /// The text of the heading that it is under.
    pub task: String,
    /// What is said under that heading.
    pub prose: String,
    pub fragment: Value,
    /// The lab that the fragment is for.
    base: Value,
    /// The files that are there to be included.
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Recipe {
    /// The lab with the fragment.
    pub fn lab(&self) -> Value {
        self.lab_with(&self.fragment)
    }

    /// The lab with another fragment, and with the files that it includes.
    pub fn lab_with(&self, fragment: &Value) -> Value {
        let mut lab = self.base.clone();
        merge(&mut lab, fragment);
        if lab.get("include").is_none() {
            return lab;
        }
        let (source, problems) = Source::with_includes(Path::new("lab.json"), lab.to_string().into(), &self.files);
        assert_eq!(problems, [], "{}: {}", self.place, self.task);
        assert_eq!(source.files().len(), self.files.len() + 1, "{}: not every file is included", self.place);
        without(&source.root().map(Node::to_value).expect("a value is JSON"), "/include")
    }
}

/// The recipes in their order.
pub fn recipes() -> Vec<Recipe> {
    let (mut recipes, mut base) = (Vec::<Recipe>::new(), None);
    let (mut task, mut prose, mut first) = (String::new(), String::new(), 0);
    let mut files = BTreeMap::new();
    for part in Document::read(Path::new(COOKBOOK)).parts {
        match part {
            Part::Heading(heading) => {
                (task, prose, first) = (heading.text, String::new(), recipes.len());
                files.clear();
            }
            Part::Line(line) => {
                prose.push_str(&line);
                prose.push('\n');
                // What comes after a fragment is about it, too.
                recipes[first..].iter_mut().for_each(|recipe| recipe.prose.clone_from(&prose));
            }
            Part::Block(block) if block.language == "json" => {
                let fragment = value(&block);
                let Some(base) = &base else {
                    base = Some(fragment);
                    continue;
                };
                let (task, prose, base) = (task.clone(), prose.clone(), Value::clone(base));
                recipes.push(Recipe { place: block.place, task, prose, fragment, base, files: files.clone() });
            }
            Part::Block(block) if block.language == "jsonc" => {
                let name = block.lines.first().and_then(|line| line.strip_prefix("// "));
                let name = name.unwrap_or_else(|| panic!("{}: which file is it?", block.place));
                files.insert(PathBuf::from(name), block.text().into_bytes());
            }
            Part::Block(_) => {}
        }
    }
    recipes
}

/// What a block says, whatever it includes.
fn value(block: &Block) -> Value {
    let (source, problems) = Source::read(block.place.clone(), block.text());
    source.root().map_or_else(|| panic!("{}: {problems:?}", block.place), Node::to_value)
}

/// Merges a fragment into a value.
fn merge(value: &mut Value, fragment: &Value) {
    match (value, fragment) {
        (Value::Object(object), Value::Object(members)) => {
            for (key, member) in members {
                merge(object.entry(key).or_insert_with(|| Map::new().into()), member);
            }
        }
        (value, fragment) => *value = fragment.clone(),
    }
}
