//! Puts domains into the order in which they start: each comes after those in its `after`, and of a machine with several forms the
//! one that runs comes after the others, which may have to stop first.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::lab::domain::Domain;
use crate::lab::imported::Imported;
use crate::lab::start_order::StartOrder;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems, did_you_mean};
use crate::resolve::topological::in_order;
use crate::spec::{Active, Spec};

/// Returns the order in which the domains start: spec order, except that each comes after those in its `after`.
pub(crate) fn start_order(
    domains: &[Domain],
    imported: &[Imported],
    spec: &Spec,
    problems: &mut Problems,
) -> StartOrder {
    let count = domains.len();
    if domains.iter().all(|domain| domain.after.is_empty() && domain.variant_of.is_none()) {
        return StartOrder::new(count, (0..count).collect(), vec![Vec::new(); count]);
    }
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, domain) in domains.iter().enumerate() {
        by_name.entry(&domain.name).or_default().push(index);
        let entry = domain.at.steps().nth(1);
        let entry = entry.and_then(|entry| spec.domains.as_ref().and_then(|domains| domains.get_key_value(&entry)));
        if let Some((entry, _)) = entry
            && *entry != domain.name
        {
            by_name.entry(entry).or_default().push(index);
        }
    }
    let mut forms: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, domain) in domains.iter().enumerate() {
        forms.entry(domain.machine_name()).or_default().push(index);
    }
    let mut before: Vec<Vec<(usize, Place)>> = Vec::with_capacity(count);
    let mut waits_for: Vec<Vec<usize>> = Vec::with_capacity(count);
    // What stands for all replicas of an entry is a member of its own, numbered after the domains: thousands of
    // replicas may start after thousands.
    let mut groups: IndexMap<&str, Vec<(usize, Place)>> = IndexMap::new();
    for (own, domain) in domains.iter().enumerate() {
        let mut list = Vec::new();
        if domain.active == Active::Running {
            let others = forms[domain.machine_name()]
                .iter()
                .filter(|index| **index != own && domains[**index].active != Active::Running);
            list.extend(others.map(|index| (*index, Place::key(&domain.at))));
        }
        // Another form may run, or not.
        let forms = list.len();
        for after in &domain.after {
            match by_name.get(after.value.as_str()) {
                Some(found) if found.iter().any(|index| domains[*index].is_template) => {
                    problems.push(
                        Problem::conflict(
                            after.place.clone(),
                            format!("domain `{}` is a template, and nothing can start after it", after.value),
                        )
                        .label("never starts")
                        .help("leave it out, or choose a domain that starts"),
                    );
                }
                Some(found) => {
                    let members = || found.iter().map(|index| (*index, after.place.clone())).collect();
                    if let [one] = found.as_slice() {
                        list.push((*one, after.place.clone()));
                    } else {
                        let group = groups.entry(&after.value);
                        list.push((count + group.index(), after.place.clone()));
                        group.or_insert_with(members);
                    }
                }
                None if imported.iter().any(|domain| domain.name == after.value) => problems.push(
                    Problem::conflict(
                        after.place.clone(),
                        format!("domain `{}` is imported, so the lab never starts it", after.value),
                    )
                    .label("not started by the lab")
                    .help("leave it out, or choose a domain that the lab starts"),
                ),
                // One entry of a profile may be in thousands of domains, and each suggestion of a name takes as long as
                // the first.
                None if problems.has(Id::UnknownDomain, &after.place) => {}
                None => problems.push(
                    Problem::new(
                        Id::UnknownDomain,
                        after.place.clone(),
                        format!("there is no domain `{}`", after.value),
                    )
                    .label("not in `domains`")
                    .help(did_you_mean(&after.value, spec.domains.iter().flatten().map(|(name, _)| name.as_str()))),
                ),
            }
        }
        waits_for.push(list[forms..].iter().map(|(index, _)| *index).collect());
        before.push(list);
    }
    waits_for.extend(groups.values().map(|members| members.iter().map(|(index, _)| *index).collect()));
    before.extend(groups.into_values());
    let order = in_order(&before, |circle| {
        let steps = || circle.iter().filter_map(|(index, place)| domains.get(*index).map(|domain| (domain, place)));
        let names: Vec<String> = steps().map(|(domain, _)| format!("`{}`", domain.name)).collect();
        let Some((_, place)) = steps().next_back().filter(|(_, place)| !problems.has(Id::StartOrderCycle, place))
        else {
            return;
        };
        problems.push(cycle(&names, place));
    });
    StartOrder::new(count, order, waits_for)
}

/// The problem of domains that start after each other in a cycle, or of one that starts after itself.
fn cycle(names: &[String], place: &Place) -> Problem {
    let problem = |message: String| Problem::new(Id::StartOrderCycle, place.clone(), message);
    if let [own] = names {
        return problem(format!("domain {own} starts after itself")).label("the domain itself").help("leave it out");
    }
    problem(format!("domains start after each other in a cycle: {} after {}", names.join(" after "), names[0]))
        .label("closes the cycle")
        .help("let one of them start without the others")
}
