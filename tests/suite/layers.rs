//! A domain with profiles is checked, and written, exactly as the same domain that says everything itself.
//!
//! Each domain of each good case, example and recipe, and of the bad cases, has its settings dealt out at random, again and
//! again, between its own entry and two profiles that it takes last: keys, keys of objects in them, and keys of the items
//! of lists that merge by name.

use std::collections::BTreeSet;
use std::path::Path;

use lab2nix::problem::Problem;
use serde_json::{Map, Value, json};

use crate::support::cookbook::recipes;
use crate::support::{Differences, Read, entries, good_specs, with_extension};

/// How often each lab is dealt out.
const DEALS: u64 = 2;

/// The profiles, the weaker one first.
const PROFILES: [&str; 2] = ["dealt-weak", "dealt-strong"];

#[test]
fn a_good_domain_is_the_same_however_its_layers_say_it() {
    let labs =
        good_specs().into_iter().filter_map(|path| Some((path.display().to_string(), Read::file(&path).to_value()?)));
    let labs = labs.chain(recipes().into_iter().map(|recipe| (recipe.place.clone(), recipe.lab())));
    let dealt = is_the_same(labs, lines, |_| false);
    assert!(dealt > 200, "only {dealt} labs have been dealt out");
}

#[test]
fn a_bad_domain_has_the_same_problems_however_its_layers_say_it() {
    let specs = entries("tests/cases/bad").into_iter().flat_map(|dir| with_extension(&dir, "json"));
    let labs = specs.filter_map(|path| Some((path.display().to_string(), Read::file(&path).to_value()?)));
    // What a spec allows is allowed at a place, which is another when it is dealt out.
    let labs = labs.filter(|(_, lab)| lab.get("allow").is_none());
    // A value that is wrong whatever else is said is found even where something else hides it in the domain.
    let dealt = is_the_same(labs, problems, |(_, _, is_of_value)| *is_of_value);
    assert!(dealt > 50, "only {dealt} labs have been dealt out");
}

/// Holds what is made of labs against what is made of them when they are dealt out; how often that was done.
fn is_the_same<T: Ord + std::fmt::Debug>(
    labs: impl Iterator<Item = (String, Value)>,
    make: impl Fn(&Read) -> BTreeSet<T>,
    may_be_more: impl Fn(&T) -> bool,
) -> usize {
    let (mut differences, mut dealt) = (Differences::default(), 0);
    for (name, lab) in labs {
        let meant = make(&Read::value(&lab));
        for seed in 0..DEALS {
            let Some(read) = deal(&lab, seed).map(|lab| Read::value(&lab)) else { continue };
            dealt += 1;
            let found = make(&read);
            let more: Vec<&T> = found.difference(&meant).filter(|one| !may_be_more(one)).take(5).collect();
            if !more.is_empty() || !meant.is_subset(&found) {
                let less: Vec<&T> = meant.difference(&found).take(5).collect();
                differences.add(&format!("{name}, seed {seed}: more {more:#?}, less {less:#?}\n"));
            }
        }
    }
    differences.settle("layers do not merge as they should, or a layer is checked for what another one may mend");
    dealt
}

/// What is printed of a lab, in no order: that of entries of maps is the order in which layers come.
fn lines(read: &Read) -> BTreeSet<String> {
    read.output().lines().map(str::to_owned).collect()
}

/// What is wrong with a lab, wherever it is written.
fn problems(read: &Read) -> BTreeSet<(&'static str, String, bool)> {
    let said = |problem: &Problem| (problem.id.name(), problem.message.clone(), problem.is_of_value());
    read.checked.problems.iter().map(said).collect()
}

/// The lab, with the settings of its domains dealt out; nothing where there is nothing to deal.
fn deal(lab: &Value, seed: u64) -> Option<Value> {
    let mut lab = lab.clone();
    let domains = lab.get("domains")?.as_object()?.clone();
    let fields = fields();
    let mut has_dealt = false;
    for (at, (name, domain)) in domains.iter().enumerate() {
        // Those are what libvirt has, or a definition says, and take nothing from profiles.
        let takes_profiles = domain.get("imported") != Some(&json!(true)) && domain.get("base").is_none();
        let Some(domain) = domain.as_object().filter(|_| takes_profiles) else { continue };
        let mut dice = Dice(seed.wrapping_mul(1_000_003).wrapping_add(at as u64 + 1));
        let mut hands = [Map::new(), Map::new(), Map::new()];
        for (key, value) in domain {
            if fields.contains(key) {
                dice.deal(key, value, &mut hands);
            } else {
                hands[2].insert(key.clone(), value.clone());
            }
        }
        let [weak, strong, mut own] = hands;
        if weak.is_empty() && strong.is_empty() {
            continue;
        }
        has_dealt = true;
        let mut taken = own.get("profiles").and_then(Value::as_array).cloned().unwrap_or_default();
        for (profile, hand) in PROFILES.iter().zip([weak, strong]) {
            let profile = format!("{profile}-{at}");
            taken.push(profile.clone().into());
            lab["profiles"][&profile] = hand.into();
        }
        own.insert("profiles".to_owned(), taken.into());
        lab["domains"][name] = own.into();
    }
    has_dealt.then_some(lab)
}

/// The keys that domains and profiles both have.
fn fields() -> BTreeSet<String> {
    let schema = std::fs::read_to_string(Path::new("schema/lab.schema.json")).expect("it is in the repository");
    let schema: Value = serde_json::from_str(&schema).expect("it is JSON");
    let fields = schema["$defs"]["DomainFields"]["properties"].as_object().expect("it has keys");
    fields.keys().cloned().collect()
}

/// Numbers that are the same at each run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    /// Gives a setting to one hand, or its parts to several.
    fn deal(&mut self, key: &str, value: &Value, hands: &mut [Map<String, Value>; 3]) {
        match value {
            // In `extra`, a later layer adds to what an earlier one says.
            Value::Object(object) if object.len() > 1 && key != "extra" && self.throw(2) == 0 => {
                let mut parts = [Map::new(), Map::new(), Map::new()];
                for (key, value) in object {
                    self.deal(key, value, &mut parts);
                }
                put(key, parts.map(Value::Object), hands);
            }
            Value::Array(items) if merges_by_name(key, items) && self.throw(2) == 0 => {
                let mut parts = [Vec::new(), Vec::new(), Vec::new()];
                for item in items.iter().filter_map(Value::as_object) {
                    let mut of_item = [Map::new(), Map::new(), Map::new()];
                    for (key, value) in item.iter().filter(|(key, _)| *key != "name") {
                        self.deal(key, value, &mut of_item);
                    }
                    for (part, mut item_part) in parts.iter_mut().zip(of_item) {
                        // In every layer, so that they keep their order.
                        item_part.insert("name".to_owned(), item["name"].clone());
                        part.push(item_part.into());
                    }
                }
                put(key, parts.map(Value::Array), hands);
            }
            _ => {
                let hand = usize::try_from(self.throw(3)).expect("there are three");
                hands[hand].insert(key.to_owned(), value.clone());
            }
        }
    }
}

fn put(key: &str, parts: [Value; 3], hands: &mut [Map<String, Value>; 3]) {
    for (hand, part) in hands.iter_mut().zip(parts) {
        if part != json!({}) {
            hand.insert(key.to_owned(), part);
        }
    }
}

/// Whether a list is one whose items merge by name, and all of these have one.
fn merges_by_name(key: &str, items: &[Value]) -> bool {
    let names: BTreeSet<&str> = items.iter().filter_map(|item| item["name"].as_str()).collect();
    ["disks", "interfaces"].contains(&key) && names.len() == items.len()
}
