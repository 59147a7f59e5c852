//! Finds the domain that another one is a form of, and the layers that it has from there.

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, did_you_mean};
use crate::resolve::instance::Base;
use crate::resolve::layers::Layers;
use crate::resolve::parse;
use crate::resolve::profiles::Profiles;
use crate::spec::domain::DomainOwn;
use crate::spec::key::key;
use crate::spec::{self, DomainFields, Spec};

/// Finds the domain that an entry is a form of, if it is one of a domain that can have several.
pub(crate) fn base<'a>(
    spec: &'a Spec,
    profiles: &Profiles<'a>,
    name: &str,
    domain: &'a spec::Domain,
    problems: &mut Problems,
) -> Option<Base<'a>> {
    let own = Layers::one(domain_at(name), &domain.own);
    let word = own.get(key!(variant_of))?;
    let found = spec.domains.as_ref().and_then(|domains| domains.get_key_value(word.value));
    let Some((base, of)) = found.filter(|(base, _)| *base != name) else {
        let known = spec.domains.iter().flatten().map(|(known, _)| known.as_str()).filter(|known| *known != name);
        problems.push(
            Problem::of_value(Id::UnknownDomain, word.place(), format!("there is no other domain `{}`", word.value))
                .label("not in `domains`")
                .help(did_you_mean(word.value, known)),
        );
        return None;
    };
    let of_base = Layers::one(domain_at(base), &of.own);
    let mut refused = not_one_machine(&of_base);
    refused.extend(of_base.get(key!(variant_of)).map(|at| ("variantOf", at.pointer())));
    refused.extend(not_one_machine(&own));
    for (key, at) in &refused {
        problems.push(
            Problem::conflict(word.place(), format!("domain `{name}` cannot be a variant of `{base}`"))
                .label(format!("not with `{key}`"))
                .related(Place::key(at), format!("`{key}` is given here"))
                .help("choose a domain of the lab without replicas that is not a variant itself"),
        );
    }
    let id = parse::id(of_base.get(key!(id)), &mut Problems::default()).unwrap_or_else(|| base.clone());
    let named = domain.own.profiles.as_deref().unwrap_or_default();
    let own_layers = profiles.own_layers(named, &domain_at(name), &domain.fields, &mut Problems::default());
    let active = own_layers.value(key!(active));
    refused.is_empty().then(|| Base { at: domain_at(base), name: base, id, own: &of.own, active })
}

/// The keys of an entry by which it is not one machine that the lab makes.
fn not_one_machine(own: &Layers<'_, DomainOwn>) -> Vec<(&'static str, Pointer)> {
    let flags = [("template", own.get(key!(template))), ("imported", own.get(key!(imported)))];
    let flags = flags.into_iter().filter_map(|(key, at)| Some((key, at.filter(|at| *at.value)?.pointer())));
    flags.chain(own.get(key!(replicas)).map(|at| ("replicas", at.pointer()))).collect()
}

fn domain_at(name: &str) -> Pointer {
    Pointer::root().key("domains").key(name)
}

/// Returns the layers of an entry, of which its own is the strongest.
pub(crate) fn layers<'a>(
    spec: &'a Spec,
    profiles: &Profiles<'a>,
    name: &str,
    domain: &'a spec::Domain,
    base: Option<&Base<'a>>,
    problems: &mut Problems,
) -> Layers<'a, DomainFields> {
    let at = domain_at(name);
    if let Some(of_base) = &domain.of_base {
        return Layers::new(vec![(at.key("base"), of_base), (at, &domain.fields)]);
    }
    let named = domain.own.profiles.as_deref().unwrap_or_default();
    let of = base.and_then(|base| Some((base, spec.domains.as_ref()?.get(base.name)?)));
    let Some((base, of)) = of else { return profiles.layers(named, &at, &domain.fields, problems) };
    // What is wrong with those is said of the other domain.
    let of_base = of.own.profiles.as_deref().unwrap_or_default();
    let of_base = profiles.layers(of_base, &base.at, &of.fields, &mut Problems::default());
    of_base.below(&profiles.own_layers(named, &at, &domain.fields, problems))
}

/// The names of the profiles that an entry has settings of, the weakest first. Those of the domain that it is a form of are weaker
/// than its own.
pub(crate) fn profiles(profiles: &Profiles<'_>, domain: &spec::Domain, base: Option<&Base<'_>>) -> Vec<String> {
    if domain.of_base.is_some() {
        return Vec::new();
    }
    let of = |own: &DomainOwn| profiles.names(own.profiles.as_deref().unwrap_or_default());
    let own = of(&domain.own);
    let of_base = base.map(|base| of(base.own)).unwrap_or_default();
    let others = of_base.into_iter().filter(|name| !own.contains(name));
    others.chain(own.iter().copied()).map(str::to_owned).collect()
}
