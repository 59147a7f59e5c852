//! Layers: the settings of one thing, from weakest to strongest, and where each was written.
//!
//! A domain's layers are the preset of its operating system, the lab's defaults, its profiles and its own entry.
//! Nothing is copied: a setting is looked up when it is needed, in the strongest layer that has it, and comes with its
//! place, so that a problem with it points at the layer that wrote it.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, did_you_mean};
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
                        Problem::new(Id::DuplicateName, at.value(), format!("two of the `{key}` are named `{name}`"))
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

/// The profiles of a spec, each with all that it extends.
pub struct Profiles<'a> {
    spec: &'a Spec,
    /// For each profile, itself and what it extends, the weakest first.
    lines: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Profiles<'a> {
    /// Follows every `extends`. Unknown profiles and circles are problems.
    pub fn resolve(spec: &'a Spec, problems: &mut Vec<Problem>) -> Self {
        let mut profiles = Self { spec, lines: HashMap::new() };
        for name in spec.profiles.iter().flatten().map(|(name, _)| name.as_str()) {
            profiles.follow(name, &mut Vec::new(), problems);
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
            for name in self.lines.get(name.as_str()).into_iter().flatten() {
                if seen.insert(*name)
                    && let Some(profile) = self.get(name)
                {
                    layers.push((Pointer::root().key("profiles").key(name), &profile.fields));
                }
            }
        }
        layers.push((at.clone(), own));
        Layers::new(layers)
    }

    /// Every profile that neither one of these domains nor another profile of theirs takes.
    pub fn unused<'s>(&'s self, used: &HashSet<&str>) -> impl Iterator<Item = &'a str> + 's {
        let reached: HashSet<&'a str> =
            used.iter().filter_map(|name| self.lines.get(name)).flatten().copied().collect();
        self.spec.profiles.iter().flatten().map(|(name, _)| name.as_str()).filter(move |name| !reached.contains(name))
    }

    fn get(&self, name: &str) -> Option<&'a Profile> {
        self.spec.profiles.as_ref().and_then(|profiles| profiles.get(name))
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

    /// Fills `lines` for `name`; `path` holds the profiles that led here.
    fn follow(&mut self, name: &'a str, path: &mut Vec<&'a str>, problems: &mut Vec<Problem>) {
        let Some(profile) = self.get(name) else { return };
        if self.lines.contains_key(name) {
            return;
        }
        path.push(name);
        let at = Pointer::root().key("profiles").key(name).key("extends");
        let mut line: Vec<&'a str> = Vec::new();
        for (index, base) in profile.own.extends.iter().flatten().enumerate() {
            if let Some(start) = path.iter().position(|step| step == base) {
                let circle: Vec<String> =
                    path[start..].iter().chain([&base.as_str()]).map(|name| format!("`{name}`")).collect();
                problems.push(
                    Problem::new(
                        Id::ProfileCycle,
                        at.index(index).value(),
                        format!("profiles extend each other in a circle: {}", circle.join(" → ")),
                    )
                    .label("closes the circle")
                    .help("move what they share into a profile that extends neither"),
                );
                continue;
            }
            if self.get(base).is_none() {
                problems.push(self.unknown(base, at.index(index)));
            }
            self.follow(base, path, problems);
            for name in self.lines.get(base.as_str()).into_iter().flatten() {
                if !line.contains(name) {
                    line.push(name);
                }
            }
        }
        line.push(name);
        path.pop();
        self.lines.insert(name, line);
    }
}
