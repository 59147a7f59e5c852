//! Layers: the settings of one thing, from weakest to strongest, and where each was written.
//!
//! A domain's layers are the preset of its operating system, the lab's defaults, its profiles and its own entry.
//! Nothing is copied: a setting is looked up when it is needed, in the strongest layer that has it, and comes with its
//! place, so that a problem with it points at the layer that wrote it.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, did_you_mean};
use crate::spec::key::Key;
use crate::spec::{DomainFields, Profile, Spec};

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

    /// The setting of the strongest layer that has the key.
    #[must_use]
    pub fn setting<U: ?Sized>(&self, key: Key<T, U>) -> Option<At<'_, U>> {
        self.get(key.name, key.field)
    }

    /// The setting of the strongest layer that has the key, without its place.
    #[must_use]
    pub fn value_of<U: Clone>(&self, key: Key<T, U>) -> Option<U> {
        self.value(key.name, key.field)
    }

    /// The settings of all layers that have the key, the weakest first.
    pub fn settings<U: ?Sized + 'a>(&self, key: Key<T, U>) -> impl Iterator<Item = At<'_, U>> {
        self.every(key.name, key.field)
    }

    /// The layers of the object under the key, which merges key by key.
    #[must_use]
    pub fn within<U>(&self, key: Key<T, U>) -> Layers<'a, U> {
        self.object(key.name, key.field)
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
        problems: &mut Vec<Problem>,
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

/// The profiles of a spec.
pub struct Profiles<'a> {
    spec: &'a Spec,
}

/// A profile on the way from one to what it extends, and how many of its bases have been visited.
struct Step<'a> {
    name: &'a str,
    profile: &'a Profile,
    visited: usize,
}

impl<'a> Profiles<'a> {
    /// Follows every `extends`. Unknown profiles and circles are problems.
    pub fn resolve(spec: &'a Spec, problems: &mut Vec<Problem>) -> Self {
        let profiles = Self { spec };
        let mut seen = HashSet::new();
        for (name, _) in spec.profiles.iter().flatten() {
            let _ = profiles.line(name, &mut seen, |path, base| {
                let Some(Step { name, visited, .. }) = path.last() else { return };
                let at = || Pointer::root().key("profiles").key(name).key("extends").index(visited - 1);
                if let Some(start) = path.iter().position(|step| step.name == base) {
                    problems.push(circle(&path[start..], base, at()));
                } else if profiles.get(base).is_none() {
                    problems.push(profiles.unknown(base, at()));
                }
            });
        }
        profiles
    }

    /// The layers of a domain's entry, `own` being its strongest and `preset` its weakest.
    pub fn layers(
        &self,
        preset: Option<&'a DomainFields>,
        named: &'a [String],
        at: &Pointer,
        own: &'a DomainFields,
        problems: &mut Vec<Problem>,
    ) -> Layers<'a, DomainFields> {
        let mut layers: Vec<(Pointer, &'a DomainFields)> = Vec::new();
        layers.extend(preset.map(|preset| (Pointer::root(), preset)));
        layers.extend(self.spec.defaults.as_ref().map(|defaults| (Pointer::root().key("defaults"), defaults)));
        let mut seen = HashSet::new();
        for (index, name) in named.iter().enumerate() {
            if self.get(name).is_none() {
                problems.push(self.unknown(name, at.key("profiles").index(index)));
            }
            let line = self.line(name, &mut seen, |_, _| {});
            layers.extend(
                line.iter().map(|(name, profile)| (Pointer::root().key("profiles").key(name), &profile.fields)),
            );
        }
        layers.push((at.clone(), own));
        Layers::new(layers)
    }

    fn get(&self, name: &str) -> Option<(&'a str, &'a Profile)> {
        let (name, profile) = self.spec.profiles.as_ref()?.get_key_value(name)?;
        Some((name, profile))
    }

    fn unknown(&self, name: &str, at: Pointer) -> Problem {
        let known = self.spec.profiles.iter().flatten().map(|(name, _)| name.as_str());
        Problem::new(Id::UnknownProfile, at.value(), format!("there is no profile `{name}`"))
            .label("not in `profiles`")
            .help(match self.spec.profiles.as_ref() {
                Some(profiles) if !profiles.is_empty() => did_you_mean(name, known),
                _ => format!("declare it: `\"profiles\": {{ \"{name}\": {{ … }} }}`"),
            })
    }

    /// The profile `name` and what it extends, the weakest first, but for those that have been `seen`. `extends` is told
    /// of each base, and of the way to it.
    fn line(
        &self,
        name: &str,
        seen: &mut HashSet<&'a str>,
        mut extends: impl FnMut(&[Step<'a>], &'a str),
    ) -> Vec<(&'a str, &'a Profile)> {
        let mut enter = |name: &str| {
            let (name, profile) = self.get(name)?;
            seen.insert(name).then_some(Step { name, profile, visited: 0 })
        };
        let mut line = Vec::new();
        let mut path: Vec<Step<'a>> = enter(name).into_iter().collect();
        while let Some(step) = path.last_mut() {
            let profile = step.profile;
            let Some(base) = profile.own.extends.as_ref().and_then(|extends| extends.get(step.visited)) else {
                line.push((step.name, profile));
                path.pop();
                continue;
            };
            step.visited += 1;
            extends(&path, base);
            path.extend(enter(base));
        }
        line
    }
}

/// The problem of profiles that extend each other.
fn circle(path: &[Step<'_>], base: &str, at: Pointer) -> Problem {
    let circle: Vec<String> = path.iter().map(|step| step.name).chain([base]).map(|name| format!("`{name}`")).collect();
    let message = format!("profiles extend each other in a circle: {}", circle.join(" → "));
    Problem::new(Id::ProfileCycle, at.value(), message)
        .label("closes the circle")
        .help("move what they share into a profile that extends neither")
}
