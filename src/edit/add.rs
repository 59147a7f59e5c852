//! Adding an object to a spec: an entry that says what an object of its kind cannot do without, as far as nothing else does.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use serde_json::{Map, Value as Json, json};

use super::insert::{LEVELS, insert};
use super::{Edited, Error, Refusal, Target, entry};
use crate::lab::identity::ObjectKind;
use crate::lab::subnet::{Family, Subnet};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, did_you_mean};
use crate::resolve::profiles::Profiles;
use crate::source::Node;
use crate::spec::guest::Os;
use crate::spec::key::key;
use crate::spec::network::Network;
use crate::spec::pool::Pool;
use crate::spec::{DomainFields, Spec, schema, validate};

/// What is added.
#[derive(Debug, Clone, Copy)]
pub struct Adding<'a> {
    /// The kind of object.
    pub kind: ObjectKind,
    /// Its name.
    pub name: &'a str,
    /// The profiles that a domain takes, the strongest last.
    pub profiles: &'a [String],
}

/// Adds an object to a spec.
///
/// # Errors
///
/// When the spec has such an object already, or no such profile; when it would have an error that it has not had before.
pub fn add(target: Target<'_>, adding: Adding<'_>) -> Result<Edited, Refusal> {
    let Adding { kind, name, profiles } = adding;
    let root = target.source.root().ok_or(Error::NoSpec)?;
    if let Some(problem) = taken(root, kind, name) {
        return Err(Refusal::There(Box::new(problem)));
    }
    if kind != ObjectKind::Domain && !profiles.is_empty() {
        return Err(Error::ProfilesOfDomains.into());
    }
    let (value, _) = validate::check(root, schema::cached());
    let spec: Spec = serde_json::from_value(value).unwrap_or_default();
    let (content, levels) = match kind {
        ObjectKind::Network => (network(&spec)?, LEVELS),
        ObjectKind::Pool => (json!({ "path": path(name) }), LEVELS),
        // Each of its keys is likely to be changed, and has a line.
        ObjectKind::Domain => (domain(&spec, profiles)?, LEVELS + 1),
    };
    let section = Json::Object(Map::from_iter([(name.to_owned(), content)]));
    let more = Map::from_iter([(kind.section().to_owned(), section)]);
    let edits = insert(target.source.text(), &more, levels).ok_or(Error::NoSpec)?;
    target.sound(target.with(edits))
}

/// The problem of a name that an object of the kind has already.
#[must_use]
pub fn taken(root: &Node, kind: ObjectKind, name: &str) -> Option<Problem> {
    let section = kind.section();
    let at = entry(kind, name);
    let external = root.member("external").and_then(|external| external.member(section)).map(Node::to_value);
    let listed = external.iter().filter_map(Json::as_array).flatten().position(|known| known.as_str() == Some(name));
    let (place, message) = if root.member(section).is_some_and(|entries| entries.member(name).is_some()) {
        (Place::key(at), format!("{} `{name}` is in the spec already", kind.name()))
    } else {
        let at = Pointer::root().key("external").key(section).index(listed?);
        (Place::value(at), format!("{} `{name}` is one that the lab does not manage", kind.name()))
    };
    let problem = Problem::of_value(Id::DuplicateName, place, message).label("this one");
    Some(problem.help("choose another name, or change what is there"))
}

/// A network with a subnet that no other network of the lab has.
fn network(spec: &Spec) -> Result<Json, Error> {
    let written = |network: &Network| Subnet::parse(network.subnet.as_deref()?, Family::V4).ok();
    let taken: Vec<Subnet> = spec.networks.iter().flatten().filter_map(|(_, network)| written(network)).collect();
    let is_free = |subnet: &Subnet| !taken.iter().any(|other| other.overlaps(*subnet));
    let numbers = (20..=254).chain(0..20);
    let subnets = numbers.map(|number| format!("{}/24", Ipv4Addr::new(10, number, 0, 0)));
    let mut free = subnets.filter_map(|text| Subnet::parse(&text, Family::V4).ok()).filter(is_free);
    let subnet = free.next().ok_or(Error::NoSubnet)?;
    Ok(json!({ "subnet": subnet.to_string() }))
}

/// The directory of a pool, beside those of others.
fn path(name: &str) -> String {
    format!("/var/lib/libvirt/images/{name}")
}

/// A domain that has memory, a disk on the first pool that can have it, and an interface on the first network, where the layers below it
/// do not say so already.
fn domain(spec: &Spec, profiles: &[String]) -> Result<Json, Error> {
    let known = || spec.profiles.iter().flatten().map(|(name, _)| name.as_str());
    if let Some(name) = profiles.iter().find(|name| !known().any(|known| known == **name)) {
        return Err(Error::NoProfile { name: name.clone(), help: did_you_mean(name, known()) });
    }
    let mut named = HashSet::new();
    if let Some(name) = profiles.iter().find(|name| !named.insert(*name)) {
        return Err(Error::ProfileTwice { name: name.clone() });
    }
    let (own, mut ignored) = (DomainFields::default(), Problems::default());
    let layers = Profiles::resolve(spec, &mut ignored).layers(profiles, &Pointer::root(), &own, &mut ignored);
    let is_windows = layers.value(key!(os)).is_some_and(Os::is_windows);
    let (memory, size) = if is_windows { ("4GiB", "64GiB") } else { ("2GiB", "20GiB") };
    let mut entry = Map::new();
    if !profiles.is_empty() {
        entry.insert("profiles".to_owned(), profiles.into());
    }
    if layers.get(key!(memory)).is_none() {
        entry.insert("memory".to_owned(), memory.into());
    }
    if let Some(pool) = first_pool(spec).filter(|_| layers.get(key!(disks)).is_none()) {
        entry.insert("disks".to_owned(), json!([{ "pool": pool, "size": size }]));
    }
    if let Some(interface) = first_network(spec).filter(|_| layers.get(key!(interfaces)).is_none()) {
        entry.insert("interfaces".to_owned(), json!([interface]));
    }
    Ok(Json::Object(entry))
}

/// The first pool of the lab whose volumes are files.
fn first_pool(spec: &Spec) -> Option<&str> {
    let has_files = |pool: &Pool| pool.base.is_none() && pool.r#type.unwrap_or_default().has_files();
    spec.pools.iter().flatten().find(|(_, pool)| has_files(pool)).map(|(name, _)| name.as_str())
}

/// An interface on the first network of the lab; else on the first of the host's networks or bridges that it names.
fn first_network(spec: &Spec) -> Option<Json> {
    let own = spec.networks.iter().flatten().next().map(|(name, _)| name);
    let external = spec.external.as_ref();
    let network = own.or_else(|| external?.networks.iter().flatten().next());
    let bridge = || external?.bridges.iter().flatten().next();
    network.map(|name| json!({ "network": name })).or_else(|| bridge().map(|name| json!({ "bridge": name })))
}
