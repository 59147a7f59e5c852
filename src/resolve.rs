//! From a spec to a lab. [`resolve`] is the only way in: it runs one pass after another, and each finds what it refers
//! to in the result of an earlier one.
//!
//! A module here reads one part of the spec, reports what is wrong with it, and returns the part of the
//! [`lab`](crate::lab) that has the same name. The modules without such a part are what the others need: `layers` and
//! `profiles` look settings up, `names` looks up what a domain refers to, `guest` has what all parts of a domain are read
//! from, `parse` and `text` read single values, and the `…_order` modules sort.

pub(crate) mod clone_order;
pub(crate) mod cloud_init;
pub(crate) mod cpuset;
pub(crate) mod device;
pub(crate) mod device_name;
pub(crate) mod domain;
pub(crate) mod domains;
pub(crate) mod drive;
pub(crate) mod external;
pub(crate) mod guest;
pub(crate) mod identity;
pub(crate) mod imported;
pub(crate) mod instance;
pub(crate) mod interface;
pub(crate) mod known;
pub(crate) mod layers;
pub(crate) mod link;
pub(crate) mod names;
pub(crate) mod network;
pub(crate) mod parse;
pub(crate) mod profiles;
pub mod secret;
pub(crate) mod start_order;
pub(crate) mod storage;
pub(crate) mod templates;
pub(crate) mod text;
pub(crate) mod topological;
pub(crate) mod unattended;
pub(crate) mod variants;

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::lab::domain::Domain;
use crate::lab::id::{NetworkId, PoolId};
use crate::lab::identity::Namespace;
use crate::lab::imported::Imported;
use crate::lab::interface::Interface;
use crate::lab::interface::attachment::Attachment;
use crate::lab::network::Network;
use crate::lab::network::dhcp_host::DhcpHost;
use crate::lab::placed::ExtraAt;
use crate::lab::storage::Pool;
use crate::lab::{Lab, Target};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::names::Names;
use crate::resolve::storage::backing_order;
use crate::resolve::templates::Templates;
use crate::spec::schema::editors;
use crate::spec::{Extra, Spec};

/// Resolves a spec. The lab lacks what the problems are about, so that only one without errors may be built from.
#[must_use]
pub fn resolve(spec: &Spec) -> (Lab, Problems) {
    let mut problems = Problems::default();
    let name = spec.lab.clone().unwrap_or_default();
    if spec.lab.is_some() {
        parse::lab_name(&name, Place::value(Pointer::root().key("lab")), &mut problems);
    }
    let namespace = Namespace::of_lab(&name);
    let target = target(spec, &mut problems);
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
    let external = external::resolve(spec, &mut problems);
    let mut names = Names {
        networks: networks.as_deref().unwrap_or_default(),
        network_ids: ids(spec.networks.as_ref(), NetworkId),
        pools: pools.as_deref().unwrap_or_default(),
        pool_ids: ids(spec.pools.as_ref(), PoolId),
        templates: Templates::new(spec),
        external: &external,
        links: &links,
        refused_subnets: names::refused_subnets(spec, networks.as_deref().unwrap_or_default()),
    };
    let (domains, volumes) = domains::resolve(spec, namespace, &mut names, &mut problems);
    let mut imported = domains::imported(spec, namespace, &names, &mut problems);
    let mut domains = spec.domains.is_some().then_some(domains);

    for (pool, volume) in volumes {
        if let Some(pool) = pools.as_mut().and_then(|pools| pools.get_mut(pool.0)) {
            pool.volumes.push(volume);
        }
    }
    let pool_order = pools.as_deref_mut().map(|pools| backing_order::put_in_order(pools, &mut problems));
    let disks = domains.iter_mut().flatten().flat_map(|domain| &mut domain.disks);
    drive::take_formats_of_volumes(pools.as_deref().unwrap_or_default(), disks, &mut problems);

    let macs = networks.iter_mut().flatten().filter_map(|network| network.mac.as_mut());
    let domain_macs = domains.iter_mut().flatten().flat_map(|domain| &mut domain.interfaces).map(|i| &mut i.mac);
    let imported_macs = imported.iter_mut().flat_map(|domain| &mut domain.interfaces).map(|i| &mut i.mac);
    identity::move_derived(macs.chain(domain_macs).chain(imported_macs));
    unattended::lab::complete(
        domains.as_deref_mut().unwrap_or_default(),
        networks.as_deref().unwrap_or_default(),
        &mut problems,
    );
    interface::link::name_devices(networks.as_deref().unwrap_or_default(), domains.as_deref_mut().unwrap_or_default());

    let start_order =
        domains.as_deref().map(|domains| start_order::start_order(domains, &imported, spec, &mut problems));
    let lab = Lab {
        name,
        description: spec.description.clone(),
        target,
        dhcp_hosts: dhcp_hosts(
            networks.as_deref().unwrap_or_default(),
            domains.as_deref().unwrap_or_default(),
            &imported,
        ),
        networks,
        pools,
        pool_order: pool_order.unwrap_or_default(),
        domains,
        start_order: start_order.unwrap_or_default(),
        imported,
        external,
        layer_extras: layer_extras(spec),
    };
    (lab, problems)
}

fn target(spec: &Spec, problems: &mut Problems) -> Target {
    const SYSTEM: &str = "qemu:///system";
    let schema = spec.schema.as_deref().is_some_and(editors::is_beside);
    let spec = spec.target.as_ref();
    let connection = spec.and_then(|target| target.connection.as_deref()).unwrap_or(SYSTEM);
    if connection != SYSTEM {
        let place = Place::value(Pointer::root().key("target").key("connection"));
        problems.push(
            Problem::new(
                Id::BadConnection,
                place,
                format!("`{connection}` is not the system connection of this host's libvirt"),
            )
            .label("the generated module configures the host that it runs on")
            .help(format!("write `\"{SYSTEM}\"`, or leave `connection` out")),
        );
    }
    Target {
        nixvirt: spec.and_then(|target| target.nixvirt).unwrap_or_default(),
        connection: SYSTEM.to_owned(),
        paths: spec.and_then(|target| target.paths).unwrap_or_default(),
        format: spec.and_then(|target| target.format).unwrap_or_default(),
        schema,
    }
}

fn warn_of_empty_sections(spec: &Spec, problems: &mut Problems) {
    let empty = [
        ("networks", spec.networks.as_ref().is_some_and(IndexMap::is_empty)),
        ("pools", spec.pools.as_ref().is_some_and(IndexMap::is_empty)),
        ("domains", spec.domains.as_ref().is_some_and(IndexMap::is_empty)),
    ];
    for (section, _) in empty.into_iter().filter(|(_, empty)| *empty) {
        problems.push(
            Problem::new(
                Id::EmptySection,
                Place::value(Pointer::root().key(section)),
                format!("`{section}` is empty, so all {section} on the host are deleted"),
            )
            .label("all are deleted")
            .help(format!("leave `{section}` out to keep those on the host")),
        );
    }
}

fn ids<T, I>(section: Option<&IndexMap<String, T>>, id: impl Fn(usize) -> I) -> IndexMap<&str, I> {
    section.into_iter().flatten().enumerate().map(|(index, (name, _))| (name.as_str(), id(index))).collect()
}

/// Lists every `extra` of the spec with its place.
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

/// Collects the `extra` of `defaults` and of every profile.
fn layer_extras(spec: &Spec) -> Vec<ExtraAt> {
    let profile_at = |name: &str| Pointer::root().key("profiles").key(name);
    let profiles = spec.profiles.iter().flatten().map(|(name, profile)| (profile_at(name), &profile.fields));
    let defaults = spec.defaults.iter().map(|defaults| (Pointer::root().key("defaults"), defaults));
    let layers = defaults.chain(profiles);
    layers.filter_map(|(at, fields)| fields.extra.clone().map(|value| ExtraAt { at: at.key("extra"), value })).collect()
}

/// Collects the DHCP hosts of each network: the fixed addresses that domains have on it, and those that it keeps for others.
/// They stand by address, an order that moving a domain in the spec does not change: to libvirt and `NixVirt`, another order
/// is another definition, for which the network restarts.
fn dhcp_hosts(networks: &[Network], domains: &[Domain], imported: &[Imported]) -> Vec<Vec<DhcpHost>> {
    let mut hosts: Vec<Vec<DhcpHost>> = networks.iter().map(|network| network.reserved.clone()).collect();
    let (forms, machines): (Vec<&Domain>, Vec<&Domain>) =
        domains.iter().partition(|domain| domain.variant_of.is_some());
    let imported = imported.iter().map(|domain| (domain.name.as_str(), &domain.interfaces));
    let domains = machines.into_iter().chain(forms).map(|domain| (domain.machine_name(), &domain.interfaces));
    let interfaces = imported.chain(domains).flat_map(|(name, list)| list.iter().map(move |i: &Interface| (name, i)));
    // The forms of a machine have its addresses, which are kept once.
    let mut of_machines = HashSet::new();
    for (name, interface) in interfaces {
        let Attachment::Network(id) = &interface.attachment else { continue };
        let mac = interface.mac.value;
        let new = interface.addresses.iter().filter(|address| of_machines.insert((id.0, name, mac, address.host)));
        hosts[id.0].extend(new.map(|address| DhcpHost {
            name: name.to_owned(),
            mac,
            address: address.host,
            place: address.place.clone(),
        }));
    }
    for hosts in &mut hosts {
        hosts.sort_by_key(|host| host.address);
    }
    hosts
}
