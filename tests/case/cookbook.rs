//! The recipes of `docs/cookbook.md`.
//!
//! Its first block of JSON is a lab. Each further one is a fragment for that lab: it is merged into it, objects key by
//! key, and everything else in a fragment takes the place of what the lab has.

use std::path::Path;

use serde_json::{Map, Value};

use super::Read;
use super::document::{Document, Part};

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
}

impl Recipe {
    /// The lab with the fragment.
    pub fn lab(&self) -> Value {
        self.lab_with(&self.fragment)
    }

    /// The lab with the fragment, without the domains that the fragment says nothing of.
    pub fn own_lab(&self) -> Value {
        let mut lab = self.lab();
        let own = self.fragment["domains"].as_object();
        if let (Some(own), Some(domains)) = (own, lab["domains"].as_object_mut()) {
            domains.retain(|name, _| own.contains_key(name));
        }
        lab
    }

    /// The lab with another fragment.
    pub fn lab_with(&self, fragment: &Value) -> Value {
        let mut lab = self.base.clone();
        merge(&mut lab, fragment);
        lab
    }
}

/// The recipes in their order.
pub fn recipes() -> Vec<Recipe> {
    let (mut recipes, mut base) = (Vec::<Recipe>::new(), None);
    let (mut task, mut prose, mut first) = (String::new(), String::new(), 0);
    for part in Document::read(Path::new(COOKBOOK)).parts {
        match part {
            Part::Heading(heading) => {
                (task, prose, first) = (heading.text, String::new(), recipes.len());
            }
            Part::Line(line) => {
                prose.push_str(&line);
                prose.push('\n');
                // What comes after a fragment is about it, too.
                recipes[first..].iter_mut().for_each(|recipe| recipe.prose.clone_from(&prose));
            }
            Part::Block(block) if block.language == "json" => {
                let read = Read::bytes(&block.place, block.text().into_bytes());
                let fragment = read.to_value().unwrap_or_else(|| panic!("not JSON:\n{}", read.report()));
                let Some(base) = &base else {
                    base = Some(fragment);
                    continue;
                };
                let (task, prose, base) = (task.clone(), prose.clone(), Value::clone(base));
                recipes.push(Recipe { place: block.place, task, prose, fragment, base });
            }
            Part::Block(_) => {}
        }
    }
    recipes
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
