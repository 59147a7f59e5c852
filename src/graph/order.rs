//! Which domains start after which.

use std::collections::{BTreeMap, HashMap};

use crate::graph::domain::DomainNode;
use crate::lab::{Domain, Lab};

/// Domains that start after others.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order {
    /// Those that start first, as positions of domains: one, or all replicas of an entry.
    pub first: Vec<usize>,
    /// Those that start when all of these have.
    pub then: Vec<usize>,
}

impl Order {
    /// Whether each of several starts after each of several, so that a point between them saves lines.
    pub(crate) fn needs_point(&self) -> bool {
        self.first.len() > 1 && self.then.len() > 1
    }
}

/// The name of the entry that a domain is of, which it has in common with its replicas.
fn entry(domain: &Domain) -> Option<String> {
    domain.at.steps().nth(1)
}

/// The domains of a lab that a word in `after` stands for.
fn by_word(lab: &Lab) -> HashMap<String, Vec<&Domain>> {
    let mut by_word: HashMap<String, Vec<&Domain>> = HashMap::new();
    for domain in lab.domains.iter().flatten() {
        by_word.entry(domain.name.clone()).or_default().push(domain);
        if let Some(entry) = entry(domain).filter(|entry| *entry != domain.name) {
            by_word.entry(entry).or_default().push(domain);
        }
    }
    by_word
}

/// How many domains start one after the other before each: 0 for those that start at once.
pub(crate) fn levels(lab: &Lab) -> HashMap<&str, usize> {
    let by_word = by_word(lab);
    let mut of_words: HashMap<&str, usize> = HashMap::new();
    let mut levels: HashMap<&str, usize> = HashMap::new();
    for domain in lab.domains_in_order() {
        let mut level = 0;
        for after in &domain.after {
            let word = after.value.as_str();
            // Of thousands of replicas that start after thousands, each group is looked at once.
            let of_word = of_words.entry(word).or_insert_with(|| {
                let found = by_word.get(word).into_iter().flatten();
                found.filter_map(|before| levels.get(&*before.name)).max().map_or(0, |level| level + 1)
            });
            level = level.max(*of_word);
        }
        levels.insert(&domain.name, level);
    }
    levels
}

/// Who starts after whom, in the order of those that start first. A lab is known by its position.
pub(crate) fn orders(labs: &[&Lab], domains: &[DomainNode]) -> Vec<Order> {
    let mut orders = Vec::new();
    for (index, lab) in labs.iter().enumerate() {
        let nodes = domains.iter().enumerate().filter(|(_, node)| node.lab == index && !node.form.is_imported());
        let places: HashMap<&str, usize> = nodes.map(|(at, node)| (node.key.as_str(), at)).collect();
        let mut by_first: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        let mut firsts: HashMap<&str, Vec<usize>> = HashMap::new();
        let by_word = by_word(lab);
        for domain in lab.domains.iter().flatten() {
            for after in &domain.after {
                let first = firsts.entry(&after.value).or_insert_with(|| {
                    let found = by_word.get(&after.value).into_iter().flatten();
                    let mut first: Vec<usize> = found.map(|before| places[&*before.name]).collect();
                    first.sort_unstable();
                    first
                });
                by_first.entry(first.clone()).or_default().push(places[&*domain.name]);
            }
        }
        orders.extend(by_first.into_iter().map(|(first, mut then)| {
            then.sort_unstable();
            then.dedup();
            Order { first, then }
        }));
    }
    orders
}
