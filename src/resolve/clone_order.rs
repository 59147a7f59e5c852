//! Puts domains into the order in which they are resolved: each clone comes after its template, because it takes pool, size
//! and format from the template's disk.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::drive;
use crate::resolve::profiles::Profiles;
use crate::resolve::topological::in_order;
use crate::resolve::variants;
use crate::spec::key::key;
use crate::spec::{self, DomainFields, Spec};

/// Returns the indexes of the domains of a spec in the order in which they are resolved: clones after their templates.
pub(crate) fn in_clone_order(spec: &Spec, profiles: &Profiles<'_>, problems: &mut Problems) -> Vec<usize> {
    let Some(domains) = &spec.domains else { return Vec::new() };
    let says = |fields: &DomainFields| fields.disks.iter().flatten().any(|disk| disk.clone_of.is_some());
    let profiles_say = spec.profiles.iter().flatten().any(|(_, profile)| says(&profile.fields));
    if !(profiles_say
        || spec.defaults.as_ref().is_some_and(says)
        || domains.values().any(|domain| says(&domain.fields)))
    {
        return (0..domains.len()).collect();
    }
    let templates: IndexMap<&str, usize> = domains
        .iter()
        .enumerate()
        .filter(|(_, (_, domain))| domain.own.template == Some(true))
        .map(|(index, (name, _))| (name.as_str(), index))
        .collect();
    let templates_of = |(name, domain): (&String, &spec::Domain)| -> Vec<(usize, Place)> {
        let found_wrong = &mut Problems::default();
        let base = variants::base(spec, profiles, name, domain, found_wrong);
        let layers = variants::layers(spec, profiles, name, domain, base.as_ref(), found_wrong);
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        for disk in drive::layers_by_name(&layers, &mut Problems::default()).values() {
            let Some(word) = disk.get(key!(clone_of)) else { continue };
            if let Some(template) = templates.get(word.value.as_str()).filter(|template| seen.insert(**template)) {
                found.push((*template, word.place()));
            }
        }
        found
    };
    let before: Vec<Vec<(usize, Place)>> = domains.iter().map(templates_of).collect();
    in_order(&before, |circle| {
        let Some((_, place)) = circle.last() else { return };
        let name = |index: usize| domains.get_index(index).map(|(name, _)| format!("`{name}`")).unwrap_or_default();
        let names: Vec<String> = circle.iter().map(|(index, _)| name(*index)).collect();
        problems.push(
            Problem::new(
                Id::BackingCycle,
                place.clone(),
                format!("templates are clones of each other in a cycle: {} of {}", names.join(" of "), names[0]),
            )
            .label("closes the cycle")
            .help("one of them needs an image, or an empty disk"),
        );
    })
}
