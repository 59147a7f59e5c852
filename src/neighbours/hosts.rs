//! Two labs of two hosts: what cannot be both on one LAN, in one store and in one inventory.

use std::net::IpAddr;

use indexmap::IndexMap;
use uuid::Uuid;

use super::Pair;
use crate::host::Owner;
use crate::lab::Lab;
use crate::lab::cloud_init::address::Addressing;
use crate::lab::cloud_init::network::GuestNetwork;
use crate::lab::drive::Source;
use crate::lab::identity::Mac;
use crate::lab::interface::Interface;
use crate::lab::interface::attachment::Attachment;
use crate::lab::network::vlan::Portgroup;
use crate::lab::placed::Placed;
use crate::lab::storage::Pool;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problems};
use crate::spec::pool::PoolType;

/// A domain that may run.
struct Machine<'a> {
    name: &'a str,
    at: &'a Pointer,
    uuid: Option<&'a Placed<Uuid>>,
    interfaces: &'a [Interface],
    network: Option<&'a GuestNetwork>,
}

/// What is seen of a lab on the LANs that its host is on.
#[derive(Default)]
struct Seen {
    uuids: IndexMap<Uuid, Owner>,
    macs: IndexMap<Mac, OnLan>,
    addresses: IndexMap<IpAddr, OnLan>,
}

/// Who is seen, and where.
struct OnLan {
    owner: Owner,
    /// The VLANs, unless the host decides.
    tags: Option<Vec<u16>>,
    /// What a MAC address is derived from.
    derived_from: Option<(Uuid, u32)>,
}

/// Reports what two labs of two hosts both have, though it may be there once.
pub(super) fn check(pair: &Pair<'_, '_>, problems: &mut Problems) {
    lans(pair, problems);
    stores(pair, problems);
    inventories(pair, problems);
}

fn lans(pair: &Pair<'_, '_>, problems: &mut Problems) {
    const ELSE: &str = "if their hosts are on different LANs, nothing needs to change";
    let (first, second) = (Seen::of(pair.first.lab), Seen::of(pair.second.lab));
    let mut warn = |what: String, first: &Owner, second: &Owner, way: &str| {
        let message = format!("both have the {what} on a LAN of their hosts");
        problems.push(pair.problem(Id::LanClash, &message, first, second).help(format!("{way}; {ELSE}")));
    };
    for (uuid, second) in &second.uuids {
        if let Some(first) = first.uuids.get(uuid) {
            let way = "give one lab another name, or one domain another `uuid`: MAC addresses are derived from it too";
            warn(format!("UUID `{uuid}`"), first, second, way);
        }
    }
    for (mac, second) in &second.macs {
        // What is made from equal UUIDs follows from these.
        let follows = |first: &&OnLan| first.derived_from.is_some() && first.derived_from == second.derived_from;
        if let Some(first) = first.macs.get(mac).filter(|first| first.may_meet(second) && !follows(first)) {
            warn(format!("MAC address `{mac}`"), &first.owner, &second.owner, "leave `mac` out for a stable one");
        }
    }
    for (address, second) in &second.addresses {
        if let Some(first) = first.addresses.get(address).filter(|first| first.may_meet(second)) {
            let way = "give each guest an address of its own";
            warn(format!("address `{address}`"), &first.owner, &second.owner, way);
        }
    }
}

impl OnLan {
    /// Whether the two can be in one VLAN.
    fn may_meet(&self, other: &Self) -> bool {
        match (&self.tags, &other.tags) {
            (Some(tags), Some(others)) => tags.iter().any(|tag| others.contains(tag)),
            (None, _) | (_, None) => true,
        }
    }
}

impl Seen {
    fn of(lab: &Lab) -> Self {
        let mut seen = Self::default();
        for machine in machines(lab) {
            let on_lan = machine.interfaces.iter().filter(|interface| is_on_lan(lab, interface));
            let macs = on_lan.map(|interface| {
                let (owner, tags) = (machine.owner(interface.mac.place.clone()), tags(lab, interface));
                (interface.mac.value, OnLan { owner, tags, derived_from: interface.mac.derived_from })
            });
            let before = seen.macs.len();
            seen.macs.extend(macs);
            if let Some(uuid) = machine.uuid.filter(|_| seen.macs.len() > before) {
                seen.uuids.insert(uuid.value, machine.owner(uuid.place.clone()));
            }
            for (addressing, interface, tag) in machine.addressings() {
                if !is_on_lan(lab, interface) {
                    continue;
                }
                let tags = tag.map(|tag| vec![tag]).or_else(|| tags(lab, interface));
                seen.addresses.extend(addressing.addresses.iter().map(|fixed| {
                    let owner = machine.owner(fixed.place.clone());
                    (fixed.net.addr(), OnLan { owner, tags: tags.clone(), derived_from: None })
                }));
            }
        }
        seen
    }
}

/// The tags of an interface: its own, else those of its port group, else those of its network.
fn tags(lab: &Lab, interface: &Interface) -> Option<Vec<u16>> {
    let network = match interface.attachment {
        Attachment::Network(id) => Some(lab.network(id)),
        Attachment::HostNetwork(_)
        | Attachment::Bridge { .. }
        | Attachment::Macvtap(_)
        | Attachment::User
        | Attachment::Tunnel(_) => None,
    };
    let group = network.and_then(|network| {
        let is_its = |group: &&Portgroup| interface.portgroup.as_ref().map_or(group.default, |its| *its == group.name);
        network.portgroups.iter().find(is_its)
    });
    let of_group = || group.and_then(|group| group.vlan.as_ref());
    let of_network = || network.and_then(|network| network.vlan.as_ref());
    interface.vlan.as_ref().or_else(of_group).or_else(of_network).map(|vlan| vlan.tags.clone())
}

impl<'a> Machine<'a> {
    fn owner(&self, place: Place) -> Owner {
        Owner::of("domain", self.name, place)
    }

    /// The addresses that its guest sets by itself, each with the interface that they go by and, in a VLAN of the guest's, its tag.
    fn addressings(&self) -> Vec<(&'a Addressing, &'a Interface, Option<u16>)> {
        let all = self.network.into_iter().flat_map(GuestNetwork::by_interface);
        all.filter_map(|(addressing, index, tag)| Some((addressing, self.interfaces.get(index)?, tag))).collect()
    }
}

/// The domains of a lab, but for templates, which never run.
fn machines(lab: &Lab) -> impl Iterator<Item = Machine<'_>> {
    let domains = lab.domains.iter().flatten().filter(|domain| !domain.is_template).map(|domain| Machine {
        name: &domain.name,
        at: &domain.at,
        uuid: Some(&domain.uuid),
        interfaces: &domain.interfaces,
        network: domain.cloud_init.as_ref().and_then(|init| init.network.as_ref()),
    });
    let imported = lab.imported.iter().map(|domain| Machine {
        name: &domain.name,
        at: &domain.at,
        uuid: domain.uuid.as_ref(),
        interfaces: &domain.interfaces,
        network: None,
    });
    domains.chain(imported)
}

/// Whether an interface is on something of the host's, rather than behind what libvirt makes.
fn is_on_lan(lab: &Lab, interface: &Interface) -> bool {
    match interface.attachment {
        Attachment::Network(id) => !lab.network(id).mode.makes_bridge(),
        Attachment::Bridge { .. } | Attachment::Macvtap(_) => true,
        // Most are libvirt's own.
        Attachment::HostNetwork(_) | Attachment::User | Attachment::Tunnel(_) => false,
    }
}

fn stores(pair: &Pair<'_, '_>, problems: &mut Problems) {
    let first = shared_volumes(pair.first.lab);
    for ((storage, volume), second) in shared_volumes(pair.second.lab) {
        if let Some(first) = first.get(&(storage.clone(), volume.clone())) {
            let message = format!("both have the volume `{volume}` of the {storage}");
            let help =
                "give the volume of one lab another name; nothing to do if only one of the hosts uses it at a time";
            problems.push(pair.problem(Id::StorageClash, &message, first, &second).help(help));
        }
    }
}

/// The volumes that a lab has in storage of servers, by the storage and their names: those that are declared, and those that disks
/// write to.
fn shared_volumes(lab: &Lab) -> IndexMap<(String, String), Owner> {
    let mut volumes = IndexMap::new();
    for domain in lab.domains.iter().flatten() {
        for disk in domain.disks.iter().filter(|disk| !disk.readonly && !disk.shareable) {
            if let Source::Volume { pool, name, at } = &disk.source
                && let Some(storage) = served(lab.pool(*pool))
            {
                let owner = Owner::of("domain", &domain.name, Place::value(at));
                volumes.insert((storage, name.clone()), owner);
            }
        }
    }
    for pool in lab.pools.iter().flatten() {
        let Some(storage) = served(pool) else { continue };
        for volume in pool.volumes.iter().filter(|volume| volume.present.is_some()) {
            let owner = Owner::of("pool", &pool.name, Place::key(&volume.at));
            volumes.insert((storage.clone(), volume.name.clone()), owner);
        }
    }
    volumes
}

/// The storage of a pool in words, where other hosts can have it too.
fn served(pool: &Pool) -> Option<String> {
    match pool.r#type {
        PoolType::Netfs | PoolType::Iscsi | PoolType::Rbd => {
            pool.source.identity(pool.r#type).map(|(what, which)| format!("{what} `{which}`"))
        }
        PoolType::Dir | PoolType::Fs | PoolType::Logical | PoolType::Disk | PoolType::Zfs => None,
    }
}

fn inventories(pair: &Pair<'_, '_>, problems: &mut Problems) {
    let by_name = |lab| -> IndexMap<String, Owner> {
        machines(lab).map(|machine| (machine.name.to_lowercase(), machine.owner(Place::key(machine.at)))).collect()
    };
    let first = by_name(pair.first.lab);
    for (name, second) in by_name(pair.second.lab) {
        if let Some(first) = first.get(&name) {
            let message = format!("both have a domain `{name}`");
            let help = "give one of them another name, or keep the inventories of their hosts apart";
            problems.push(pair.problem(Id::InventoryClash, &message, first, &second).help(help));
        }
    }
}
