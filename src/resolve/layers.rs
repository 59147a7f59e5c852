//! Layers: the settings of one thing, from weakest to strongest, and where each was written.
//!
//! A domain's layers are the preset of its operating system, the lab's defaults, its profiles and its own entry.
//! Nothing is copied: a setting is looked up when it is needed, in the strongest layer that has it, and comes with its
//! place, so that a problem with it points at the layer that wrote it.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::lab::placed::Placed;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::spec::key::Key;
use crate::spec::validate;

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

/// Keys and where each was written, if it was: `written!(layers => size, volume)`.
macro_rules! written {
    ($layers:expr => $($field:ident),+ $(,)?) => {
        [$(($crate::spec::key::key_name!($field), $layers.get($crate::spec::key::key!($field)).map(|at| at.pointer()))),+]
    };
}
pub(crate) use written;

/// The keys among these that were written.
pub fn present<const N: usize>(keys: [(&str, Option<Pointer>); N]) -> impl Iterator<Item = (&str, Pointer)> {
    keys.into_iter().filter_map(|(key, at)| Some((key, at?)))
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

    /// The place of its key.
    #[must_use]
    pub fn key_place(&self) -> Place {
        Place::key(self.pointer())
    }

    /// The place of its value.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::value(self.pointer())
    }

    /// What was read of it, with its place.
    #[must_use]
    pub fn with<U>(&self, value: U) -> Placed<U> {
        Placed { value, place: self.place() }
    }
}

impl<T: Clone> At<'_, T> {
    /// The setting with its place.
    #[must_use]
    pub fn placed(&self) -> Placed<T> {
        self.with(self.value.clone())
    }
}

impl<'l, T> At<'l, Vec<T>> {
    /// The items of the list, each with where it was written.
    pub fn items(self) -> impl Iterator<Item = (&'l T, Pointer)> {
        let list = self.pointer();
        self.value.iter().enumerate().map(move |(index, item)| (item, list.index(index)))
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

    /// These layers and stronger ones, the weakest first.
    #[must_use]
    pub fn below(mut self, stronger: &Self) -> Self {
        self.layers.extend(stronger.layers.iter().cloned());
        self
    }

    /// These layers and a weaker one below them.
    #[must_use]
    pub fn above(mut self, at: Pointer, weakest: &'a T) -> Self {
        self.layers.insert(0, (at, weakest));
        self
    }

    /// The setting of the strongest layer that has the key.
    #[must_use]
    pub fn get<U: ?Sized>(&self, key: Key<T, U>) -> Option<At<'_, U>> {
        let Key { name, field } = key;
        let mut strongest_first = self.layers.iter().rev();
        strongest_first.find_map(|(object, layer)| field(layer).map(|value| At { value, object, key: name }))
    }

    /// The setting of the strongest layer that has the key, without its place.
    #[must_use]
    pub fn value<U: Clone>(&self, key: Key<T, U>) -> Option<U> {
        self.get(key).map(|at| at.value.clone())
    }

    /// The setting of the strongest layer that has the key, which the object needs where there is one.
    pub fn needed<U: ?Sized>(&self, key: Key<T, U>, problems: &mut Problems) -> Option<At<'_, U>> {
        let found = self.get(key);
        if found.is_none() && !self.is_empty() {
            problems.push(validate::missing_in_every_layer(key.name, &self.pointer()));
        }
        found
    }

    /// The settings of all layers that have the key, the weakest first.
    pub fn every<U: ?Sized + 'a>(&self, key: Key<T, U>) -> impl Iterator<Item = At<'_, U>> {
        let Key { name, field } = key;
        self.layers.iter().filter_map(move |(object, layer)| field(layer).map(|value| At { value, object, key: name }))
    }

    /// The layers of the object under the key, which merges key by key.
    #[must_use]
    pub fn object<U>(&self, key: Key<T, U>) -> Layers<'a, U> {
        let layers = self.layers.iter();
        Layers { layers: layers.filter_map(|(at, layer)| Some((at.key(key.name), (key.field)(layer)?))).collect() }
    }

    /// The items of the list under the key, which the strongest layer that has it decides, each with where it was written.
    pub fn items<U: 'a>(&self, key: Key<T, Vec<U>>) -> impl Iterator<Item = (&U, Pointer)> {
        self.get(key).into_iter().flat_map(At::items)
    }

    /// The same items, each as an object of one layer.
    pub fn objects<U: 'a>(&self, key: Key<T, Vec<U>>) -> impl Iterator<Item = Layers<'_, U>> {
        self.items(key).map(|(item, at)| Layers::one(at, item))
    }

    /// The layers of each item of the list under `key`, which merges by the name that `name` gives to an item by its
    /// position in its list. New names append in order. The second of two equal names in one list is a problem;
    /// `unnamed` tells what items without a name are called.
    pub fn named<U>(
        &self,
        key: Key<T, Vec<U>>,
        unnamed: &str,
        name: impl Fn(usize, &'a U) -> String,
        problems: &mut Problems,
    ) -> IndexMap<String, Layers<'a, U>> {
        let mut items: IndexMap<String, Layers<'a, U>> = IndexMap::new();
        for (at, layer) in &self.layers {
            let mut seen: HashMap<String, Pointer> = HashMap::new();
            for (index, item) in (key.field)(layer).into_iter().flatten().enumerate() {
                let (name, at) = (name(index, item), at.key(key.name).index(index));
                if let Some(first) = seen.insert(name.clone(), at.clone()) {
                    problems.push(
                        Problem::of_value(
                            Id::DuplicateName,
                            Place::value(at),
                            format!("two of the `{}` are named `{name}`", key.name),
                        )
                        .second_of(&Place::value(first))
                        .help(format!("give one of them another `name`; {unnamed}")),
                    );
                    continue;
                }
                items.entry(name).or_insert_with(|| Layers { layers: Vec::new() }).layers.push((at, item));
            }
        }
        items
    }

    /// The layers of each entry of the map under the key, which merges by its keys.
    pub fn entries<U>(&self, key: Key<T, IndexMap<String, U>>) -> IndexMap<String, Layers<'a, U>> {
        let mut entries: IndexMap<String, Layers<'a, U>> = IndexMap::new();
        for (at, layer) in &self.layers {
            for (name, entry) in (key.field)(layer).into_iter().flatten() {
                let layers = entries.entry(name.clone()).or_insert_with(|| Layers::new(Vec::new()));
                layers.layers.push((at.key(key.name).key(name), entry));
            }
        }
        entries
    }

    /// All layers, the weakest first.
    pub fn all(&self) -> impl Iterator<Item = &'a T> {
        self.layers.iter().map(|(_, layer)| *layer)
    }

    /// Where the strongest layer stands.
    #[must_use]
    pub fn pointer(&self) -> Pointer {
        self.layers.last().map(|(at, _)| at.clone()).unwrap_or_default()
    }

    /// The place of the key that the strongest layer stands under.
    #[must_use]
    pub fn key_place(&self) -> Place {
        Place::key(self.pointer())
    }

    /// The place of the strongest layer.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::value(self.pointer())
    }

    /// Whether no layer has the object.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }
}
