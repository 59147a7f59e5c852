//! The volumes that pools declare.
//!
//! libvirt is not asked about them: it reads the definition of a volume only to create it. Nor is anything lost where one cannot
//! be said, as NixVirt leaves alone what nobody declares.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::made::Made;
use super::rest::{Rest, rest};
use crate::activation::settings::VolumeItem;
use crate::base::identity::without_state;
use crate::keys::volume;
use crate::libvirt::tree::Tree;
use crate::libvirt::vocabulary::Vocabulary;
use crate::xml;

/// The volumes of all pools.
#[derive(Debug)]
pub(super) struct Volumes {
    vocabulary: &'static Vocabulary,
    /// The definitions of their pools, and what is created of theirs, by both names.
    wanted: BTreeMap<(String, String), (Tree, Tree)>,
    /// Why some are not declared.
    left_out: BTreeMap<(String, String), Vec<String>>,
}

impl Volumes {
    pub(super) fn new(vocabulary: &'static Vocabulary) -> Self {
        Self { vocabulary, wanted: BTreeMap::new(), left_out: BTreeMap::new() }
    }

    /// Reads what a pool declares: the entries of its volumes.
    pub(super) fn read(&mut self, pool: &str, definition: &Tree, declared: Vec<VolumeItem>) -> Map<String, Json> {
        let mut entries = Map::new();
        for VolumeItem { name, present, text, .. } in declared {
            if entries.contains_key(&name) {
                let why = "it is already declared above".to_owned();
                self.left_out.entry((pool.to_owned(), name)).or_default().push(why);
                continue;
            }
            if !present {
                entries.insert(name, json!({ "present": false }));
                continue;
            }
            let text = without_state(&text.unwrap_or_default());
            match xml::read(&text, self.vocabulary, self.vocabulary.volume()) {
                Ok(tree) => {
                    let created = self.created(tree, definition);
                    entries.insert(name.clone(), Json::Object(volume::entry(&created, definition)));
                    self.wanted.insert((pool.to_owned(), name), (definition.clone(), created));
                }
                Err(why) => self.left_out.entry((pool.to_owned(), name)).or_default().push(why.to_string()),
            }
        }
        entries
    }

    /// What is created of a definition, in libvirt's order.
    fn created(&self, definition: Tree, pool: &Tree) -> Tree {
        let mut created = volume::created(definition, pool);
        // Its problems are reported for the spec that declares it.
        let _ = self.vocabulary.sort_and_check(&mut created, self.vocabulary.volume());
        created
    }

    /// Takes a volume out of the entry of its pool.
    pub(super) fn leave_out(&mut self, pool: &str, entry: &mut Map<String, Json>, name: &str, why: &str) {
        let of_both = (pool.to_owned(), name.to_owned());
        self.wanted.remove(&of_both);
        self.left_out.entry(of_both).or_default().push(why.to_owned());
        if let Some(volumes) = entry.get_mut("volumes").and_then(Json::as_object_mut) {
            volumes.shift_remove(name);
            if volumes.is_empty() {
                entry.shift_remove("volumes");
            }
        }
    }

    /// What is not declared of the pools that have an entry, in words, and why.
    pub(super) fn left_out(self, pools: &Map<String, Json>) -> Vec<(String, String)> {
        let described = |((pool, name), why): ((String, String), Vec<String>)| {
            (format!("volume {name} of pool {pool}"), why.join("; "))
        };
        self.left_out.into_iter().filter(|((pool, _), _)| pools.contains_key(pool)).map(described).collect()
    }

    /// Adds to the entries of volumes what keys have not said; those that come out differently all the same are left out. Says
    /// whether there were any.
    pub(super) fn mend(&mut self, pools: &mut Map<String, Json>, made: &Made) -> bool {
        let others: Vec<(String, String, Rest)> = self
            .wanted
            .iter()
            .filter_map(|((pool, name), (of_pool, wanted))| {
                let made = self.created(made.volume(pool, name)?.clone(), of_pool);
                let rest = rest(&made, wanted);
                (!rest.extra.is_empty() || !rest.beyond.is_empty()).then(|| (pool.clone(), name.clone(), rest))
            })
            .collect();
        let mut is_changed = false;
        for (pool, name, rest) in &others {
            let Some(of_pool) = pools.get_mut(pool).and_then(Json::as_object_mut) else { continue };
            is_changed = true;
            let volume = of_pool.get_mut("volumes").and_then(|volumes| volumes.get_mut(name)?.as_object_mut());
            match volume.filter(|volume| !volume.contains_key("extra") && rest.beyond.is_empty()) {
                Some(volume) => drop(volume.insert("extra".to_owned(), Json::Object(rest.extra.clone()))),
                None => self.leave_out(pool, of_pool, name, &rest.describe().join("; ")),
            }
        }
        is_changed
    }
}
