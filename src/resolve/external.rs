//! Reads what the host has already and the lab does not manage.

use indexmap::IndexMap;

use crate::lab::external::External;
use crate::lab::placed::Placed;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{At, Layers};
use crate::resolve::parse;
use crate::spec::Spec;
use crate::spec::key::key;

/// Reads the lists of names, and refuses what the lab declares as its own.
pub(crate) fn resolve(spec: &Spec, problems: &mut Problems) -> External {
    let Some(written) = &spec.external else { return External::default() };
    let layers = Layers::one(Pointer::root().key("external"), written);
    External {
        networks: names(layers.get(key!(networks)), own("networks", spec.networks.as_ref()), problems),
        pools: names(layers.get(key!(pools)), own("pools", spec.pools.as_ref()), problems),
        bridges: names(layers.get(key!(bridges)), |_| None, problems),
    }
}

/// Finds where the lab declares an object of a section under a name.
fn own<T>(section: &'static str, objects: Option<&IndexMap<String, T>>) -> impl Fn(&str) -> Option<Pointer> {
    move |name| objects?.contains_key(name).then(|| Pointer::root().key(section).key(name))
}

/// Reads the names of a list, each once, in their order.
fn names(
    list: Option<At<'_, Vec<String>>>,
    declared: impl Fn(&str) -> Option<Pointer>,
    problems: &mut Problems,
) -> Vec<Placed<String>> {
    let mut names: Vec<Placed<String>> = Vec::new();
    for (name, at) in list.into_iter().flat_map(At::items) {
        let place = Place::value(at);
        if !parse::name(name, place.clone(), problems) {
            continue;
        }
        if let Some(at) = declared(name) {
            problems.push(
                Problem::new(Id::DuplicateName, place, format!("`{name}` is `external`, but the lab declares it"))
                    .label("also declared by the lab")
                    .related(Place::key(at), "declared here")
                    .help("leave one of the two out"),
            );
        } else if let Some(first) = names.iter().find(|first| first.value == *name) {
            problems.push(
                Problem::new(Id::DuplicateName, place, format!("`{name}` is listed twice"))
                    .second_of(&first.place)
                    .help("leave one of them out"),
            );
        } else {
            names.push(Placed { value: name.clone(), place });
        }
    }
    names.sort_by(|one, other| one.value.cmp(&other.value));
    names
}
