//! Finds the layers of a domain: follows `extends` from each of its profiles, and puts the preset, the defaults, the
//! profiles and the domain's own entry in order.

use std::collections::HashSet;

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, did_you_mean};
use crate::resolve::layers::Layers;
use crate::spec::{DomainFields, Profile, Spec};

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
    /// Follows every `extends`, and reports unknown profiles and circles.
    pub fn resolve(spec: &'a Spec, problems: &mut Problems) -> Self {
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

    /// Returns the layers of a domain's entry, of which `own` is the strongest.
    pub fn layers(
        &self,
        named: &'a [String],
        at: &Pointer,
        own: &'a DomainFields,
        problems: &mut Problems,
    ) -> Layers<'a, DomainFields> {
        let layers = self.own_layers(named, at, own, problems);
        match &self.spec.defaults {
            Some(defaults) => layers.above(Pointer::root().key("defaults"), defaults),
            None => layers,
        }
    }

    /// Returns the layers of the profiles that an entry names, and of what they extend.
    fn of_profiles(
        &self,
        named: &'a [String],
        at: &Pointer,
        problems: &mut Problems,
    ) -> Vec<(Pointer, &'a DomainFields)> {
        let mut layers = Vec::new();
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
        layers
    }

    /// Returns the layers that an entry has of its own: its profiles and itself.
    pub fn own_layers(
        &self,
        named: &'a [String],
        at: &Pointer,
        own: &'a DomainFields,
        problems: &mut Problems,
    ) -> Layers<'a, DomainFields> {
        let mut layers = self.of_profiles(named, at, problems);
        layers.push((at.clone(), own));
        Layers::new(layers)
    }

    /// The names of profiles and of what they extend, the weakest first.
    pub fn names(&self, named: &[String]) -> Vec<&'a str> {
        let mut seen = HashSet::new();
        named.iter().flat_map(|name| self.line(name, &mut seen, |_, _| {})).map(|(name, _)| name).collect()
    }

    fn get(&self, name: &str) -> Option<(&'a str, &'a Profile)> {
        let (name, profile) = self.spec.profiles.as_ref()?.get_key_value(name)?;
        Some((name, profile))
    }

    fn unknown(&self, name: &str, at: Pointer) -> Problem {
        let known = self.spec.profiles.iter().flatten().map(|(name, _)| name.as_str());
        Problem::new(Id::UnknownProfile, Place::value(at), format!("there is no profile `{name}`"))
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

/// Makes the problem of profiles that extend each other.
fn circle(path: &[Step<'_>], base: &str, at: Pointer) -> Problem {
    let circle: Vec<String> = path.iter().map(|step| step.name).chain([base]).map(|name| format!("`{name}`")).collect();
    let message = format!("profiles extend each other in a cycle: {}", circle.join(" → "));
    Problem::new(Id::ProfileCycle, Place::value(at), message)
        .label("closes the cycle")
        .help("move what they share into a profile that extends neither")
}
