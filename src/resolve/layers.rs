//! Layers: the settings of one thing, from weakest to strongest, and where each was written.
//!
//! A domain's layers are the preset of its operating system, the lab's defaults, its profiles and its own entry.
//! Nothing is copied: a setting is looked up when it is needed, in the strongest layer that has it, and comes with its
//! place, so that a problem with it points at the layer that wrote it.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};

/// The layers of one object of the spec, the weakest first.
#[derive(Debug)]
pub struct Layers<'a, T> {
    layers: Vec<(Pointer, &'a T)>,
}

/// A setting, and where it was written.
#[derive(Debug)]
pub struct At<'l, T: ?Sized> {
    /// The setting.
    pub value: &'l T,
    object: &'l Pointer,
    key: &'static str,
}

/// A word as written and where.
pub type Word<'l> = At<'l, String>;

impl<T: ?Sized> Clone for At<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for At<'_, T> {}

impl<T: ?Sized> At<'_, T> {
    /// Where it was written.
    #[must_use]
    pub fn pointer(&self) -> Pointer {
        self.object.key(self.key)
    }

    /// The place of its value.
    #[must_use]
    pub fn place(&self) -> Place {
        self.pointer().value()
    }
}

impl<'a, T> Layers<'a, T> {
    /// These layers, the weakest first.
    #[must_use]
    pub fn new(layers: Vec<(Pointer, &'a T)>) -> Self {
        Self { layers }
    }

    /// One layer.
    #[must_use]
    pub fn one(at: Pointer, layer: &'a T) -> Self {
        Self { layers: vec![(at, layer)] }
    }

    /// The setting `key` of the strongest layer that has it.
    pub fn get<'l, U: ?Sized + 'a>(
        &'l self,
        key: &'static str,
        field: impl Fn(&'a T) -> Option<&'a U>,
    ) -> Option<At<'l, U>> {
        self.layers.iter().rev().find_map(|(object, layer)| field(layer).map(|value| At { value, object, key }))
    }

    /// The setting `key` of the strongest layer that has it, without its place.
    pub fn value<U: Clone + 'a>(&self, key: &'static str, field: impl Fn(&'a T) -> Option<&'a U>) -> Option<U> {
        self.get(key, field).map(|at| at.value.clone())
    }

    /// The setting `key` of each layer that has it, the weakest first.
    pub fn every<'l, U: ?Sized + 'a>(
        &'l self,
        key: &'static str,
        field: impl Fn(&'a T) -> Option<&'a U>,
    ) -> impl Iterator<Item = At<'l, U>> {
        self.layers.iter().filter_map(move |(object, layer)| field(layer).map(|value| At { value, object, key }))
    }

    /// The same as pairs: where it is, and what.
    pub fn every_of<U: ?Sized + 'a>(
        &self,
        key: &'static str,
        field: impl Fn(&'a T) -> Option<&'a U>,
    ) -> impl Iterator<Item = (Pointer, &'a U)> {
        self.layers.iter().filter_map(move |(at, layer)| field(layer).map(|value| (at.key(key), value)))
    }

    /// The layers of the object under `key`, which merges key by key.
    pub fn object<U>(&self, key: &'static str, field: impl Fn(&'a T) -> Option<&'a U>) -> Layers<'a, U> {
        Layers {
            layers: self
                .layers
                .iter()
                .filter_map(|(at, layer)| field(layer).map(|value| (at.key(key), value)))
                .collect(),
        }
    }

    /// The layers of each item of the list under `key`, which merges by the name that `name` gives to an item by its
    /// position in its list. New names append in order. The second of two equal names in one list is a problem;
    /// `unnamed` tells what items without a name are called.
    pub fn named<U>(
        &self,
        key: &'static str,
        unnamed: &str,
        field: impl Fn(&'a T) -> Option<&'a Vec<U>>,
        name: impl Fn(usize, &'a U) -> String,
        problems: &mut Problems,
    ) -> IndexMap<String, Layers<'a, U>> {
        let mut items: IndexMap<String, Layers<'a, U>> = IndexMap::new();
        for (at, layer) in &self.layers {
            let mut seen: HashMap<String, Pointer> = HashMap::new();
            for (index, item) in field(layer).into_iter().flatten().enumerate() {
                let (name, at) = (name(index, item), at.key(key).index(index));
                if let Some(first) = seen.insert(name.clone(), at.clone()) {
                    problems.push(
                        Problem::of_value(
                            Id::DuplicateName,
                            at.value(),
                            format!("two of the `{key}` are named `{name}`"),
                        )
                        .label("the second one")
                        .related(first.value(), "the first one")
                        .help(format!("give one of them another `name`; {unnamed}")),
                    );
                    continue;
                }
                items.entry(name).or_insert_with(|| Layers { layers: Vec::new() }).layers.push((at, item));
            }
        }
        items
    }

    /// Where the strongest layer stands.
    #[must_use]
    pub fn pointer(&self) -> Pointer {
        self.layers.last().map(|(at, _)| at.clone()).unwrap_or_default()
    }

    /// Whether no layer has the object.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }
}
