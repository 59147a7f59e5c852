//! What has to be unique in a lab, and the other checks that need all of its objects at once.

pub mod cloud_init;
pub mod device;
pub mod device_name;
pub mod image;
pub mod port;
pub mod restart;
pub mod route;

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::lab::Lab;
use crate::lab::domain::Domain;
use crate::lab::domain::firmware::Firmware;
use crate::lab::drive::{Medium, Source};
use crate::lab::id::PoolId;
use crate::lab::identity::Kind;
use crate::lab::interface::attachment::Attachment;
use crate::lab::network::Network;
use crate::lab::network::ip::Side;
use crate::lab::storage::Pool;
use crate::lab::subnet::Family;
use crate::place::Place;
use crate::problem::{Id, Problem};
use crate::resolve::parse::WINDOWS_NAME_MAX;
use crate::resolve::storage::volume::unknown_volume;
use crate::spec::guest::Os;
use crate::spec::network::Mode;
use crate::spec::pool::PoolType;

/// Every check over a whole lab.
pub(crate) fn check(lab: &Lab, problems: &mut Vec<Problem>) {
    uuids(lab, problems);
    names(lab, problems);
    directories(lab, problems);
    sources(lab, problems);
    networks(lab.networks.as_deref().unwrap_or_default(), problems);
    domains(lab, problems);
    port::check(domains_of_names(lab), problems);
    device_name::check(lab.networks.as_deref().unwrap_or_default(), domains_of_names(lab), problems);
    route::check(lab.networks.as_deref().unwrap_or_default(), problems);
    restart::warn_of_changes(lab, problems);
    image::check(lab, problems);
}

/// Reports each item whose key another one had before it.
fn twice<K: Hash + Eq>(
    items: impl IntoIterator<Item = (K, Place)>,
    mut problem: impl FnMut(&K, Place) -> Problem,
    problems: &mut Vec<Problem>,
) {
    let mut seen: HashMap<K, Place> = HashMap::new();
    for (key, place) in items {
        match seen.get(&key) {
            // A layer that several domains take.
            Some(first) if *first == place => problems.push(problem(&key, place).label("in several domains")),
            Some(first) => {
                problems.push(problem(&key, place).label("the second one").related(first.clone(), "the first one"));
            }
            None => {
                seen.insert(key, place);
            }
        }
    }
}

fn uuids(lab: &Lab, problems: &mut Vec<Problem>) {
    let networks = lab.networks.iter().flatten().map(|network| &network.uuid);
    let pools = lab.pools.iter().flatten().map(|pool| &pool.uuid);
    let domains = domains_of_names(lab).map(|domain| &domain.uuid);
    let imported = lab.imported.iter().filter_map(|domain| domain.uuid.as_ref());
    twice(
        networks.chain(pools).chain(domains).chain(imported).map(|uuid| (uuid.value, uuid.place.clone())),
        |uuid, place| {
            Problem::new(Id::DuplicateUuid, place, format!("the UUID `{uuid}` is used twice"))
                .help("leave `uuid` out for one made from the name; two equal `id`s make one UUID too")
        },
        problems,
    );
}

fn names(lab: &Lab, problems: &mut Vec<Problem>) {
    let networks = lab.networks.iter().flatten().map(|network| (Kind::Network, &network.name, &network.at));
    let pools = lab.pools.iter().flatten().map(|pool| (Kind::Pool, &pool.name, &pool.at));
    let domains = lab.domains.iter().flatten().map(|domain| (Kind::Domain, &domain.name, &domain.at));
    let imported = lab.imported.iter().map(|domain| (Kind::Domain, &domain.name, &domain.at));
    twice(
        networks
            .chain(pools)
            .chain(domains)
            .chain(imported)
            .map(|(kind, name, at)| ((kind, name.to_lowercase()), at.clone().name())),
        |(kind, name), place| {
            let kind = kind.name();
            Problem::of_value(
                Id::DuplicateName,
                place,
                format!("two {kind}s are named `{name}`, upper and lower case aside"),
            )
            .help(format!("give one {kind} another name"))
        },
        problems,
    );
}

/// No two pools are one directory, however many slashes its path is written with.
fn directories(lab: &Lab, problems: &mut Vec<Problem>) {
    let pools = lab.pools.iter().flatten();
    twice(
        pools.filter_map(|pool| Some((pool.directory()?, pool.at.key("path").value()))),
        |path, place| {
            Problem::new(Id::DuplicateDirectory, place, format!("two pools are the directory `{path}`"))
                .help("give each pool a directory of its own")
        },
        problems,
    );
}

/// No two pools are one device, exported directory, volume group, target or pool: libvirt refuses the second of most.
fn sources(lab: &Lab, problems: &mut Vec<Problem>) {
    let pools = lab.pools.iter().flatten();
    twice(
        pools.filter_map(|pool| Some((pool.source.identity(pool.r#type)?, pool.at.key("source").value()))),
        |(what, which), place| {
            Problem::new(Id::DuplicateDirectory, place, format!("two pools are the {what} `{which}`"))
                .help("give each pool storage of its own, or name the volumes of one in both places")
        },
        problems,
    );
}

/// The domains, each name once: what else two domains of one name have in common follows from that.
fn domains_of_names(lab: &Lab) -> impl Iterator<Item = &Domain> {
    let mut names = HashSet::new();
    lab.domains.iter().flatten().filter(move |domain| names.insert(domain.name.to_lowercase()))
}

fn networks(networks: &[Network], problems: &mut Vec<Problem>) {
    let bridges = || {
        let bridges = networks.iter().filter_map(|network| Some((network.mode, network.bridge.as_ref()?)));
        bridges.filter(|(_, bridge)| !bridge.value.is_empty())
    };
    let made: HashSet<&str> =
        bridges().filter(|(mode, _)| mode.makes_bridge()).map(|(_, bridge)| bridge.value.as_str()).collect();
    // Several networks may be on one bridge of the host, but none of them on one that libvirt makes.
    twice(
        bridges()
            .filter(|(_, bridge)| made.contains(bridge.value.as_str()))
            .map(|(_, bridge)| (bridge.value.as_str(), bridge.place.clone())),
        |bridge, place| {
            Problem::new(Id::DuplicateBridge, place, format!("two networks are on the bridge `{bridge}`"))
                .help("give each network a bridge of its own")
        },
        problems,
    );
    // A bridge of the host is the kernel's or Open vSwitch's.
    let mut kinds: HashMap<&str, (Mode, &Place)> = HashMap::new();
    for (mode, bridge) in bridges().filter(|(_, bridge)| !made.contains(bridge.value.as_str())) {
        let (other, place) = *kinds.entry(&bridge.value).or_insert((mode, &bridge.place));
        if other != mode {
            let message = format!("`{}` is an Open vSwitch bridge for one network and none for another", bridge.value);
            problems.push(
                Problem::new(Id::DuplicateBridge, bridge.place.clone(), message)
                    .label(format!("mode `{}` here", mode.name()))
                    .related(place.clone(), format!("mode `{}` here", other.name()))
                    .help("give both networks the mode that the bridge is of"),
            );
        }
    }
    for family in [Family::V4, Family::V6] {
        let mut sides: Vec<_> =
            networks.iter().filter_map(|network| network.side(family).map(|side| (network, side))).collect();
        sides.sort_by_key(|(_, side)| (side.subnet.first(), side.subnet.prefix_len()));
        let mut outer: Option<(&Network, &Side)> = None;
        for (network, side) in sides {
            match outer.filter(|(_, outer)| outer.subnet.overlaps(side.subnet)) {
                Some((other_network, other)) => problems.push(
                    Problem::new(
                        Id::OverlappingSubnets,
                        side.at.clone().value(),
                        format!("the subnets of networks `{}` and `{}` overlap", other_network.name, network.name),
                    )
                    .label(format!("within `{}`", other.subnet))
                    .related(other.at.clone().value(), format!("the subnet of `{}`", other_network.name))
                    .help("choose subnets that share no address"),
                ),
                None => outer = Some((network, side)),
            }
        }
    }
    for network in networks {
        twice(
            network.machines.iter().map(|machine| (machine.address, machine.place.clone())),
            |address, place| {
                Problem::new(
                    Id::DuplicateAddress,
                    place,
                    format!("address `{address}` is used twice on network `{}`", network.name),
                )
                .help("give each interface an address of its own")
            },
            problems,
        );
        for family in [Family::V4, Family::V6] {
            warn_of_addresses_in_range(network, family, problems);
        }
    }
}

fn warn_of_addresses_in_range(network: &Network, family: Family, problems: &mut Vec<Problem>) {
    let Some(dhcp) = network.side(family).and_then(|side| side.dhcp.as_ref()) else {
        return;
    };
    let (Some((first, last)), Some(at)) = (dhcp.range, &dhcp.range_at) else {
        return;
    };
    for machine in network.machines.iter().filter(|machine| (first..=last).contains(&machine.address)) {
        problems.push(
            Problem::new(
                Id::AddressInRange,
                machine.place.clone(),
                format!("address `{}` is inside the DHCP range of network `{}`", machine.address, network.name),
            )
            .label("given out by DHCP too")
            .related(at.clone().value(), "the range")
            .help("choose an address outside the range, or shorten the range"),
        );
    }
}

fn domains(lab: &Lab, problems: &mut Vec<Problem>) {
    let domains = lab.domains.as_deref().unwrap_or_default();
    twice(
        domains_of_names(lab).filter_map(|domain| match &domain.firmware {
            Firmware::Uefi { nvram, .. } => Some((nvram.value.as_str(), nvram.place.clone())),
            Firmware::Bios => None,
        }),
        |nvram, place| {
            Problem::new(Id::DuplicateNvram, place, format!("two domains keep their firmware variables in `{nvram}`"))
                .help("leave `nvram` out for a file of its own")
        },
        problems,
    );
    twice(
        domains_of_names(lab)
            .flat_map(|domain| &domain.disks)
            .filter(|disk| !disk.shareable)
            .map(|disk| (disk.source.place(lab), disk.at.clone().value())),
        |path, place| {
            Problem::new(Id::DuplicateVolume, place, format!("two disks are `{path}`"))
                .help("give each disk an image of its own; to start several from one, use `image` or `cloneOf`")
        },
        problems,
    );
    let bridges = lab.networks.iter().flatten().filter_map(|network| network.bridge.as_ref());
    let known: HashSet<&str> = bridges.map(|bridge| bridge.value.as_str()).collect();
    volumes_exist(lab, problems);
    for domain in domains {
        of_windows(domain, problems);
        for interface in &domain.interfaces {
            if let Attachment::Bridge { name, place } = &interface.attachment
                && !known.contains(name.as_str())
            {
                problems.push(
                    Problem::new(
                        Id::UnmanagedBridge,
                        place.clone(),
                        format!("no network of the lab is on the bridge `{name}`"),
                    )
                    .label("has to exist on the host")
                    .help("fine if the host has it; a network of mode `bridge` on it says so to lab2nix"),
                );
            }
        }
    }
    device::check(lab, problems);
    cloud_init::check(lab, problems);
}

fn volumes_exist(lab: &Lab, problems: &mut Vec<Problem>) {
    let pools = lab.pools.iter().flatten().enumerate();
    let known: HashSet<(PoolId, &str)> = pools
        .flat_map(|(index, pool)| pool.volumes.iter().map(move |volume| (PoolId(index), volume)))
        .filter(|(_, volume)| volume.present.is_some())
        .map(|(pool, volume)| (pool, volume.name.as_str()))
        .collect();
    // Thousands of domains may have one volume from one profile.
    let mut told = HashSet::new();
    for domain in lab.domains.iter().flatten() {
        let disks = domain.disks.iter().filter_map(|disk| match &disk.source {
            Source::Volume { pool, name, at } => Some((*pool, name, at)),
            Source::File(_) | Source::Block(_) => None,
        });
        let cdroms = domain.cdroms.iter().filter_map(|cdrom| match &cdrom.medium {
            Medium::Volume { pool, name, at } => Some((*pool, name, at)),
            Medium::File(_) | Medium::DriverDisc | Medium::Empty => None,
        });
        for (pool, name, at) in disks.chain(cdroms) {
            // Nobody but the target knows its units.
            let is_of_target = lab.pool(pool).r#type == PoolType::Iscsi;
            if !is_of_target && !known.contains(&(pool, name)) && told.insert((pool, name, at)) {
                problems.push(unknown_volume(name, lab.pool(pool), at.clone()));
            }
        }
    }
}

fn of_windows(domain: &Domain, problems: &mut Vec<Problem>) {
    let length = domain.name.chars().count();
    if domain.os.is_windows() && length > WINDOWS_NAME_MAX {
        problems.push(
            Problem::new(
                Id::WindowsNameTooLong,
                domain.at.clone().name(),
                format!("`{}` is longer than {} characters, too long for Windows", domain.name, WINDOWS_NAME_MAX),
            )
            .label(format!("{length} characters"))
            .help("choose a shorter name; `id` with the old one keeps the domain's identity"),
        );
    }
    let has_uefi = matches!(domain.firmware, Firmware::Uefi { .. });
    if domain.os == Os::Windows11 && !(has_uefi && domain.tpm) {
        let lacks = match (has_uefi, domain.tpm) {
            (false, false) => "UEFI and a TPM",
            (false, true) => "UEFI",
            (true, _) => "a TPM",
        };
        problems.push(
            Problem::new(
                Id::WindowsRequirements,
                domain.at.clone().name(),
                format!("domain `{}` lacks {lacks}, without which Windows 11 does not install", domain.name),
            )
            .label("refused by its setup")
            .help("leave `firmware` and `tpm` to the preset"),
        );
    }
}

/// No two volumes of a pool have one name.
pub(crate) fn volumes(pool: &Pool, problems: &mut Vec<Problem>) {
    twice(
        pool.volumes.iter().map(|volume| (volume.name.as_str(), volume.at.clone().value())),
        |name, place| {
            Problem::new(
                Id::DuplicateVolume,
                place,
                format!("pool `{}` has the volume `{name}` twice", pool.name),
            )
            .help(
                "a disk with a `size` declares its volume; leave the `size` out to use one that is declared elsewhere",
            )
        },
        problems,
    );
}

/// Reports once what several domains have from one layer or one entry, and two disks on one volume only as two
/// declarations of it where both declare it.
pub(crate) fn keep_first_of_equals(problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    problems.retain(|problem| {
        let by_place = matches!(problem.id, Id::DuplicateVolume | Id::WindowsNameTooLong | Id::WindowsRequirements);
        let message = if by_place { "" } else { problem.message.as_str() };
        seen.insert((problem.id, message.to_owned(), problem.place.clone()))
    });
}
