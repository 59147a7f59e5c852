//! From a spec to a lab. The one way in is [`resolve`].

pub mod cloud_init;
pub mod cpuset;
pub mod device;
pub mod device_name;
pub mod domain;
pub mod drive;
pub mod identity;
pub mod imported;
pub mod instance;
pub mod interface;
pub mod key;
pub mod layers;
pub mod link;
pub mod names;
pub mod network;
pub mod parse;
pub mod profiles;
pub mod start_order;
pub mod storage;
pub mod text;
pub mod topological;

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::lab::id::{NetworkId, PoolId};
use crate::lab::identity::Namespace;
use crate::lab::imported::Imported;
use crate::lab::interface::Interface;
use crate::lab::interface::attachment::Attachment;
use crate::lab::network::{Machine, Network};
use crate::lab::placed::ExtraAt;
use crate::lab::storage::Pool;
use crate::lab::storage::volume::Volume;
use crate::lab::{Domain, Lab, Target};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::resolve::domain::preset::preset;
use crate::resolve::drive::clone::{Originals, in_clone_order};
use crate::resolve::instance::Entry;
use crate::resolve::layers::Layers;
use crate::resolve::names::Scope;
use crate::resolve::profiles::Profiles;
use crate::resolve::storage::backing_order;
use crate::spec::domain::DomainOwn;
use crate::spec::{DomainFields, Extra, Spec};
use crate::{check, spec};

/// Resolves a spec. The lab is as whole as the problems leave it; only one without errors may be built from.
#[must_use]
pub fn resolve(spec: &Spec) -> (Lab, Vec<Problem>) {
    let mut problems = Vec::new();
    let name = spec.lab.clone().unwrap_or_default();
    if spec.lab.is_some() {
        parse::lab_name(&name, Pointer::root().key("lab").value(), &mut problems);
    }
    let namespace = Namespace::of_lab(&name);
    let target = target(spec.target.as_ref(), &mut problems);
    warn_of_empty_sections(spec, &mut problems);
    for (at, extra) in extras(spec) {
        extra.iter().for_each(|(key, value)| text::all_fit(value, &at.key(key), &mut problems));
    }

    let mut networks: Option<Vec<Network>> = spec.networks.as_ref().map(|networks| {
        networks.iter().map(|(name, spec)| network::resolve(name, spec, namespace, &mut problems)).collect()
    });
    let mut pools: Option<Vec<Pool>> = spec
        .pools
        .as_ref()
        .map(|pools| pools.iter().map(|(name, spec)| storage::resolve(name, spec, namespace, &mut problems)).collect());
    let links = spec.links.iter().flatten();
    let links = links.map(|(name, spec)| (name.as_str(), link::resolve(name, spec, &mut problems))).collect();
    let mut scope = Scope {
        networks: networks.as_deref().unwrap_or_default(),
        network_ids: ids(spec.networks.as_ref(), NetworkId),
        pools: pools.as_deref().unwrap_or_default(),
        pool_ids: ids(spec.pools.as_ref(), PoolId),
        originals: Originals::new(spec),
        links: &links,
    };
    let (domains, volumes) = domains(spec, namespace, &mut scope, &mut problems);
    let mut imported: Vec<Imported> = spec
        .domains
        .iter()
        .flatten()
        .filter(|(_, written)| is_imported(written))
        .map(|(name, written)| imported::resolve(name, written, namespace, &scope, &mut problems))
        .collect();
    let mut domains = spec.domains.is_some().then_some(domains);
    for (pool, volume) in volumes {
        if let Some(pool) = pools.as_mut().and_then(|pools| pools.get_mut(pool.0)) {
            pool.volumes.push(volume);
        }
    }
    for pool in pools.iter().flatten() {
        check::volumes(pool, &mut problems);
    }
    if let Some(pools) = &mut pools {
        let order = backing_order::settle(pools, &mut problems);
        domains.iter_mut().flatten().for_each(|domain| domain.renumber_pools(&order));
    }
    let disks = domains.iter_mut().flatten().flat_map(|domain| &mut domain.disks);
    drive::settle_formats(pools.as_deref().unwrap_or_default(), disks, &mut problems);
    let macs = networks.iter_mut().flatten().filter_map(|network| network.mac.as_mut());
    let domain_macs = domains.iter_mut().flatten().flat_map(|domain| &mut domain.interfaces).map(|i| &mut i.mac);
    let imported_macs = imported.iter_mut().flat_map(|domain| &mut domain.interfaces).map(|i| &mut i.mac);
    identity::settle(macs.chain(domain_macs).chain(imported_macs), &mut problems);
    for domain in &imported {
        register(&domain.name, &domain.interfaces, networks.as_deref_mut().unwrap_or_default());
    }
    let networks_of_links = networks.as_deref().unwrap_or_default();
    interface::link::settle(networks_of_links, domains.as_deref_mut().unwrap_or_default());
    for domain in domains.iter().flatten() {
        register(&domain.name, &domain.interfaces, networks.as_deref_mut().unwrap_or_default());
    }
    networks.iter_mut().flatten().for_each(|network| network::ip::serve_ipv6(network, &mut problems));
    let description = spec.description.clone();
    let mut lab =
        Lab { name, description, target, networks, pools, domains, imported, layer_extras: layer_extras(spec) };
    check::check(&lab, &mut problems);
    start_order::in_start_order(&mut lab, spec, &mut problems);
    check::keep_first_of_equals(&mut problems);
    (lab, problems)
}

fn target(spec: Option<&spec::Target>, problems: &mut Vec<Problem>) -> Target {
    const SYSTEM: &str = "qemu:///system";
    let connection = spec.and_then(|target| target.connection.as_deref()).unwrap_or(SYSTEM);
    if connection != SYSTEM {
        let place = Pointer::root().key("target").key("connection").value();
        problems.push(
            Problem::new(Id::BadConnection, place, format!("`{connection}` is not the system libvirt of this host"))
                .label("the generated module prepares the host it runs on")
                .help(format!("write `\"{SYSTEM}\"`, or leave `connection` out")),
        );
    }
    Target {
        nixvirt: spec.and_then(|target| target.nixvirt).unwrap_or_default(),
        connection: SYSTEM.to_owned(),
        paths: spec.and_then(|target| target.paths).unwrap_or_default(),
        format: spec.and_then(|target| target.format).unwrap_or_default(),
    }
}

fn warn_of_empty_sections(spec: &Spec, problems: &mut Vec<Problem>) {
    let empty = [
        ("networks", spec.networks.as_ref().is_some_and(IndexMap::is_empty)),
        ("pools", spec.pools.as_ref().is_some_and(IndexMap::is_empty)),
        ("domains", spec.domains.as_ref().is_some_and(IndexMap::is_empty)),
    ];
    for (section, _) in empty.into_iter().filter(|(_, empty)| *empty) {
        problems.push(
            Problem::new(
                Id::EmptySection,
                Pointer::root().key(section).value(),
                format!("`{section}` is empty, so all {section} on the host are deleted"),
            )
            .label("nothing is kept")
            .help(format!("leave `{section}` out to leave the host's alone")),
        );
    }
}

fn ids<T, I>(section: Option<&IndexMap<String, T>>, id: impl Fn(usize) -> I) -> IndexMap<&str, I> {
    section.into_iter().flatten().enumerate().map(|(index, (name, _))| (name.as_str(), id(index))).collect()
}

/// Every `extra` of the spec, and where it is.
fn extras(spec: &Spec) -> impl Iterator<Item = (Pointer, &Extra)> {
    let networks = spec.networks.iter().flatten().map(|(name, network)| ("networks", name, network.extra.as_ref()));
    let pools = spec.pools.iter().flatten().map(|(name, pool)| ("pools", name, pool.extra.as_ref()));
    let profiles = spec.profiles.iter().flatten();
    let profiles = profiles.map(|(name, profile)| ("profiles", name, profile.fields.extra.as_ref()));
    let domains = spec.domains.iter().flatten().map(|(name, domain)| ("domains", name, domain.fields.extra.as_ref()));
    let defaults = spec.defaults.iter().filter_map(|defaults| defaults.extra.as_ref());
    let defaults = defaults.map(|extra| (Pointer::root().key("defaults").key("extra"), extra));
    let named = networks.chain(pools).chain(profiles).chain(domains);
    let at = |section: &str, name: &str| Pointer::root().key(section).key(name).key("extra");
    let volumes = spec.pools.iter().flatten().flat_map(|(pool, spec)| {
        let at = Pointer::root().key("pools").key(pool).key("volumes");
        let volumes = spec.volumes.iter().flatten();
        volumes.filter_map(move |(name, volume)| Some((at.key(name).key("extra"), volume.extra.as_ref()?)))
    });
    defaults.chain(volumes).chain(named.filter_map(move |(section, name, extra)| Some((at(section, name), extra?))))
}

/// The `extra` of `defaults` and of every profile.
fn layer_extras(spec: &Spec) -> Vec<ExtraAt> {
    let profile_at = |name: &str| Pointer::root().key("profiles").key(name);
    let profiles = spec.profiles.iter().flatten().map(|(name, profile)| (profile_at(name), &profile.fields));
    let defaults = spec.defaults.iter().map(|defaults| (Pointer::root().key("defaults"), defaults));
    let layers = defaults.chain(profiles);
    layers.filter_map(|(at, fields)| fields.extra.clone().map(|value| ExtraAt { at: at.key("extra"), value })).collect()
}

/// A domain, and the volumes that its disks declare.
type Resolved = (Domain, Vec<(PoolId, Volume)>);

/// Every domain of the spec, and the volumes that their disks declare.
fn domains<'a>(
    spec: &'a Spec,
    namespace: Namespace,
    scope: &mut Scope<'a>,
    problems: &mut Vec<Problem>,
) -> (Vec<Domain>, Vec<(PoolId, Volume)>) {
    let profiles = Profiles::resolve(spec, problems);
    for (name, _) in spec.profiles.iter().flatten() {
        parse::name(name, Pointer::root().key("profiles").key(name).name(), problems);
    }
    let entries: Vec<(&String, &spec::Domain)> = spec.domains.iter().flatten().collect();
    let mut resolved: Vec<Vec<Resolved>> = entries.iter().map(|_| Vec::new()).collect();
    for index in in_clone_order(spec, &profiles, problems) {
        let (name, written) = entries[index];
        if is_imported(written) {
            continue;
        }
        let at = Pointer::root().key("domains").key(name);
        parse::name(name, at.clone().name(), problems);
        let named = written.own.profiles.as_deref().unwrap_or_default();
        let plain = profiles.layers(None, named, &at, &written.fields, problems);
        let os = plain.get("os", |f| f.os.as_ref()).map(|os| *os.value).unwrap_or_default();
        let layers = profiles.layers(Some(preset(os)), named, &at, &written.fields, &mut Vec::new());
        let before = problems.len();
        for entry in replicas(name, &at, &written.own, problems) {
            let mut found = Vec::new();
            let (domain, declared) = domain::resolve(&entry, &layers, os, namespace, scope, &mut found);
            // What is wrong with the first replica is not told of the others.
            found.retain(|problem| {
                let told = |other: &Problem| other.id == problem.id && other.place == problem.place;
                entry.replica == 0 || !problems[before..].iter().any(told)
            });
            problems.extend(found);
            if domain.is_template && written.own.replicas.is_none() {
                scope.originals.add(name, &layers, (&domain, &declared), scope.pools);
            }
            resolved[index].push((domain, declared));
        }
    }
    let (mut domains, mut volumes) = (Vec::new(), Vec::new());
    let mut taken = HashSet::new();
    for (domain, declared) in resolved.into_iter().flatten() {
        // A domain of the same name has the same volumes: the name is the problem.
        if taken.insert(domain.name.to_lowercase()) {
            volumes.extend(declared);
        }
        domains.push(domain);
    }
    check_layers(spec, namespace, scope, problems);
    (domains, volumes)
}

/// The domains that an entry stands for.
fn replicas<'a>(name: &str, at: &Pointer, own: &'a DomainOwn, problems: &mut Vec<Problem>) -> Vec<Entry<'a>> {
    let layers = Layers::one(at.clone(), own);
    let id = parse::id(&layers, |own| own.id.as_ref(), problems).unwrap_or_else(|| name.to_owned());
    let Some(count) = own.replicas else {
        return vec![Entry { at: at.clone(), name: name.to_owned(), id, own, replica: 0 }];
    };
    for (key, _) in
        [("uuid", own.uuid.is_some()), ("nvram", own.nvram.is_some())].into_iter().filter(|(_, is_some)| *is_some)
    {
        problems.push(
            Problem::new(Id::ConflictingFields, at.key(key).name(), format!("one `{key}` for {count} domains"))
                .label("not with `replicas`")
                .help("leave it out; each domain gets its own"),
        );
    }
    // The longest of the names, where the entry's own is one.
    let names = [(name, at.clone().name()), (id.as_str(), at.key("id").value())];
    for (text, place) in names.into_iter().take(if own.id.is_some() { 2 } else { 1 }) {
        if parse::name(text, place.clone(), &mut Vec::new()) {
            parse::name(&format!("{text}-{count}"), place, problems);
        }
    }
    (1..=count)
        .map(|number| Entry {
            at: at.clone(),
            name: format!("{name}-{number}"),
            id: format!("{id}-{number}"),
            own,
            replica: number - 1,
        })
        .collect()
}

/// Looks for values that are wrong in layers, whether a domain takes them or not. What a layer lacks, or what does not go
/// together in it, another one may mend: that is for the domains that take it.
fn check_layers(spec: &Spec, namespace: Namespace, scope: &Scope<'_>, problems: &mut Vec<Problem>) {
    let own = DomainOwn::default();
    let mut check = |at: Pointer, fields: &DomainFields| {
        let entry = Entry { at: at.clone(), name: "unused".to_owned(), id: "unused".to_owned(), own: &own, replica: 0 };
        let (layers, os) = (Layers::one(at.clone(), fields), fields.os.unwrap_or_default());
        let mut found = Vec::new();
        let _ = domain::resolve(&entry, &layers, os, namespace, scope, &mut found);
        let within = format!("{at}/");
        let is_inside = |problem: &Problem| match &problem.place {
            Place::Value(pointer) | Place::Key(pointer) => pointer.to_string().starts_with(&within),
            Place::Text(_) | Place::File(_) => false,
        };
        problems.extend(found.into_iter().filter(|problem| problem.is_of_value() && is_inside(problem)));
    };
    for (name, profile) in spec.profiles.iter().flatten() {
        check(Pointer::root().key("profiles").key(name), &profile.fields);
    }
    if let Some(defaults) = &spec.defaults {
        check(Pointer::root().key("defaults"), defaults);
    }
}

/// Whether an entry says what libvirt has already.
fn is_imported(written: &spec::Domain) -> bool {
    written.own.imported == Some(true)
}

/// Tells each network of a domain's fixed addresses on it.
fn register(domain: &str, interfaces: &[Interface], networks: &mut [Network]) {
    for interface in interfaces {
        let Attachment::Network(id) = &interface.attachment else {
            continue;
        };
        let Some(network) = networks.get_mut(id.0) else {
            continue;
        };
        network.machines.extend(interface.addresses.iter().map(|address| Machine {
            name: domain.to_owned(),
            mac: interface.mac.value,
            address: address.host,
            place: address.place.clone(),
        }));
    }
}
