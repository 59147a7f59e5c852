//! What a definition says as a layer of a spec.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::{Base, Bases};
use crate::check;
use crate::keys::Uses;
use crate::keys::read::take;
use crate::lab::identity::ObjectKind;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, Severity};
use crate::resolve;
use crate::source::Source;
use crate::spec::domain::DomainOwn;
use crate::spec::names::names;
use crate::spec::{NixVirtVersion, Spec, schema, validate};

/// What an entry cannot have beside each kind of definition, and why.
const NOT_WITH_BASE: &[(&str, &str)] = &[
    ("profiles", "only the definition and the entry describe the domain"),
    ("drivers", "no preset applies: set the `bus` of disks and the `model` of interfaces"),
    ("replicas", "a definition describes a single domain"),
    ("plugged", "`base` already determines the places of its devices"),
];
const NOT_WITH_PLUGGED: &[(&str, &str)] = &[("replicas", "a definition describes a single domain")];

/// Keys that the entries of a base keep when nothing but their bases counts: what they are, not what they say of it.
const STAY: &[&str] = &["os", "variantOf", "id", "template"];

/// What an entry has that does not go with the definition that it names.
pub(super) fn conflicts(base: &Base, value: &Json) -> Vec<Problem> {
    let (own, others) = if base.is_plugged { ("plugged", NOT_WITH_PLUGGED) } else { ("base", NOT_WITH_BASE) };
    let entry = entry_of(base, value);
    let found = others.iter().filter(|(key, _)| entry.is_some_and(|entry| entry.contains_key(*key)));
    let problem = |(key, why): &(&str, &str)| {
        Problem::conflict(Place::key(base.at.key(key)), format!("`{key}` together with `{own}`"))
            .label(format!("not with `{own}`"))
            .help(*why)
    };
    found.map(problem).collect()
}

fn entry_of<'v>(base: &Base, value: &'v Json) -> Option<&'v Map<String, Json>> {
    value.get(base.kind.section())?.get(&base.name)?.as_object()
}

impl Bases {
    /// The spec, with what the definitions say as the weakest layer of their entries.
    ///
    /// # Panics
    ///
    /// When a valid spec does not deserialize, which is a mistake in this crate.
    #[must_use]
    pub fn spec(&self, mut value: Json) -> Spec {
        let read = |value: Json| serde_json::from_value(value).expect("what is valid against the schema deserializes");
        for base in self.whole() {
            let entry = value.get_mut(base.kind.section()).and_then(|of_kind| of_kind.get_mut(&base.name));
            let Some(entry) = entry.and_then(Json::as_object_mut) else { continue };
            let is_own = |key: &str| base.kind != ObjectKind::Domain || names::<DomainOwn>().contains(&key);
            for (key, value) in base.keys.iter().filter(|(key, _)| is_own(key)) {
                below(entry, key, value);
            }
        }
        let mut spec: Spec = read(value);
        for base in self.whole().filter(|base| base.kind == ObjectKind::Domain) {
            let Some(domain) = spec.domains.as_mut().and_then(|domains| domains.get_mut(&base.name)) else { continue };
            let is_of_layer = |key: &str| !names::<DomainOwn>().contains(&key);
            let fields = base.keys.iter().filter(|(key, _)| is_of_layer(key));
            let fields: Map<String, Json> = fields.map(|(key, value)| (key.clone(), value.clone())).collect();
            domain.of_base = serde_json::from_value(Json::Object(fields)).ok().map(Box::new);
        }
        spec
    }
}

/// Adds a key where it is not given, and to an object the keys that it has not.
fn below(entry: &mut Map<String, Json>, key: &str, value: &Json) {
    match (entry.get_mut(key), value) {
        (None, value) => drop(entry.insert(key.to_owned(), value.clone())),
        (Some(Json::Object(entry)), Json::Object(value)) => {
            value.iter().for_each(|(key, value)| below(entry, key, value));
        }
        (Some(_), _) => {}
    }
}

/// The spec without what its entries say of the definitions that they stand on.
pub(super) fn alone(value: &Json, bases: &Bases) -> Json {
    let mut value = value.clone();
    for base in bases.whole() {
        let entry = value.get_mut(base.kind.section()).and_then(|of_kind| of_kind.get_mut(&base.name));
        if let Some(entry) = entry.and_then(Json::as_object_mut) {
            entry.retain(|key, _| STAY.contains(&key.as_str()));
        }
    }
    value
}

/// The keys of a definition without those that the language does not take as they are: what these would say stays as the
/// definition has it. What is wrong with the rest comes back too.
pub(super) fn valid(
    kind: ObjectKind,
    name: &str,
    mut keys: Map<String, Json>,
    uses: &Uses,
    version: NixVirtVersion,
) -> (Map<String, Json>, Vec<(Id, String)>) {
    keys.shift_remove("extra");
    let unique = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
    let external = json!({
        "networks": unique(&uses.networks),
        "pools": unique(&uses.pools),
        "bridges": unique(&uses.bridges),
    });
    let at = Pointer::root().key(kind.section()).key(name);
    let mut among_its_parts = Problems::default();
    loop {
        let entries = Map::from_iter([(name.to_owned(), Json::Object(keys.clone()))]);
        let spec = json!({
            "lab": "lab", "target": { "nixvirt": version.name() }, "external": external, kind.section(): entries,
        });
        let (source, mut problems) = Source::read("definition", spec.to_string());
        let Some(root) = source.root() else { return <_>::default() };
        let (value, structural) = validate::check(root, schema::cached());
        problems.extend(structural.problems);
        if problems.is_empty() {
            let spec: Spec = serde_json::from_value(value).expect("what is valid against the schema deserializes");
            let (lab, found) = resolve::resolve(&spec);
            problems.extend(found);
            among_its_parts = Problems::default();
            check::check(&lab, &mut among_its_parts);
        }
        problems.retain(|problem| problem.id.severity() == Severity::Error);
        let places = problems.iter().filter_map(|problem| match &problem.place {
            Place::Key(pointer) | Place::Value(pointer) if problem.place.is_inside(&at) => {
                Some(pointer.steps().skip(2).collect::<Vec<_>>())
            }
            _ => None,
        });
        // The last item of a list first, so that the others keep their numbers.
        let in_order = |place: &Vec<String>| -> Vec<(usize, String)> {
            place.iter().map(|step| (step.parse().unwrap_or(0), step.clone())).collect()
        };
        let mut places: Vec<Vec<String>> = places.collect();
        places.sort_by_cached_key(in_order);
        places.dedup();
        let taken = places.iter().rev().filter(|place| take(&mut keys, place).is_some()).count();
        if taken == 0 {
            let all = problems.into_iter().chain(among_its_parts);
            return (keys, all.map(|problem| (problem.id, problem.message)).collect());
        }
    }
}

/// Gives the addresses that networks keep for domains of the lab to these domains' interfaces: they are said in one place.
pub(super) fn give_addresses(bases: &mut [Base], value: &Json) {
    let mac_of = |interface: &Json| Some(interface.get("mac")?.as_str()?.to_lowercase());
    let written = value.get("domains").and_then(Json::as_object).into_iter().flat_map(Map::values);
    let written = written.filter_map(|entry| entry.get("interfaces")?.as_array()).flatten();
    let written: BTreeSet<String> = written.filter_map(mac_of).collect();
    let (mut networks, mut domains): (Vec<&mut Base>, Vec<&mut Base>) =
        bases.iter_mut().filter(|base| !base.is_plugged).partition(|base| base.kind == ObjectKind::Network);
    for network in &mut networks {
        for (dhcp, key) in [("dhcp", "ip"), ("dhcp6", "ip6")] {
            let hosts = network.keys.get_mut(dhcp).and_then(|dhcp| dhcp.get_mut("hosts")?.as_object_mut());
            let Some(hosts) = hosts else { continue };
            hosts.retain(|_, host| {
                let Some(mac) = mac_of(host) else { return true };
                let of_bases =
                    domains.iter_mut().filter_map(|domain| domain.keys.get_mut("interfaces")?.as_array_mut());
                let own = of_bases.flatten().find(|interface| {
                    interface.get("network").and_then(Json::as_str) == Some(&network.name)
                        && mac_of(interface).as_ref() == Some(&mac)
                });
                if let (Some(Json::Object(interface)), Some(address)) = (own, host.get(key)) {
                    interface.insert(key.to_owned(), address.clone());
                    return false;
                }
                !written.contains(&mac)
            });
        }
    }
}
