//! The devices of a domain, from layers to values.

use uuid::Uuid;

use super::domain::{Address, Attachment, Cdrom, Disk, HostDevice, Interface, Share, Source};
use super::identity::MacAt;
use super::network::not_a_host;
use super::profile::Layers;
use super::resolve::{Entry, Scope};
use super::storage::{self, Present, Volume};
use super::subnet::Family;
use super::{NetworkId, PoolId, word};
use crate::place::Pointer;
use crate::problem::{Id, Problem, did_you_mean, quoted_list};
use crate::spec::DomainFields;
use crate::spec::device as written;
use crate::spec::domain::Drivers;
use crate::spec::pool::ImageFormat;

/// The longest tag of a virtiofs share, in bytes
/// ([virtio](https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html), device configuration of file systems).
const TAG_MAX: usize = 36;

/// The disks, and the volumes that they declare.
pub(super) fn disks(
    layers: &Layers<'_, DomainFields>,
    entry: &Entry<'_>,
    drivers: Drivers,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> (Vec<Disk>, Vec<(PoolId, Volume)>) {
    let named = layers.named(
        "disks",
        |fields| fields.disks.as_ref(),
        |index, disk: &written::Disk| match (&disk.name, index) {
            (Some(name), _) => name.clone(),
            (None, 0) => "system".to_owned(),
            (None, index) => format!("data{index}"),
        },
        problems,
    );
    let (mut disks, mut volumes) = (Vec::new(), Vec::new());
    for (name, layers) in named {
        if let Some(word) = layers.get("name", |d| d.name.as_ref()) {
            word::name(word.value, word.place(), problems);
        }
        let Some((source, format, declared)) = disk_source(&name, &layers, entry, scope, problems) else { continue };
        volumes.extend(declared);
        disks.push(Disk {
            at: layers.pointer(),
            format: format.unwrap_or(match source {
                Source::Block(_) => ImageFormat::Raw,
                Source::Volume { .. } | Source::File(_) => ImageFormat::Qcow2,
            }),
            format_at: layers.get("format", |d| d.format.as_ref()).map(|at| at.pointer()),
            bus: layers.get("bus", |d| d.bus.as_ref()).map_or(
                match drivers {
                    Drivers::Emulated => written::DiskBus::Sata,
                    Drivers::Virtio => written::DiskBus::Virtio,
                },
                |bus| *bus.value,
            ),
            cache: layers.get("cache", |d| d.cache.as_ref()).map(|cache| *cache.value),
            serial: layers.get("serial", |d| d.serial.as_ref()).and_then(|word| word::text_of(word, problems)),
            source,
        });
    }
    (disks, volumes)
}

/// What a disk is, the format of its image where the spec says it, and the volume that it declares.
type DiskSource = (Source, Option<ImageFormat>, Option<(PoolId, Volume)>);

fn disk_source(
    disk: &str,
    layers: &Layers<'_, written::Disk>,
    entry: &Entry<'_>,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> Option<DiskSource> {
    let pool = layers.get("pool", |d| d.pool.as_ref());
    let file = layers.get("file", |d| d.file.as_ref());
    let block = layers.get("block", |d| d.block.as_ref());
    let written = layers.get("format", |d| d.format.as_ref()).map(|format| *format.value);
    let kinds = [
        ("pool", pool.map(|at| at.pointer())),
        ("file", file.map(|at| at.pointer())),
        ("block", block.map(|at| at.pointer())),
    ];
    one_of(&kinds, &format!("disk `{disk}`"), &layers.pointer(), problems)?;
    if pool.is_none() {
        for (key, at) in [
            ("size", layers.get("size", |d| d.size.as_ref()).map(|at| at.pointer())),
            ("volume", layers.get("volume", |d| d.volume.as_ref()).map(|at| at.pointer())),
            ("backing", layers.get("backing", |d| d.backing.as_ref()).map(|at| at.pointer())),
        ] {
            if let Some(at) = at {
                problems.push(
                    Problem::new(Id::ConflictingFields, at.name(), format!("disk `{disk}` is on no pool, so it declares no volume"))
                        .label(format!("`{key}` needs a `pool`"))
                        .help("leave it out, or name a pool instead of the file or block device"),
                );
            }
        }
    }
    if let Some(file) = file {
        return Some((Source::File(word::path(file, problems)?), written, None));
    }
    if let Some(block) = block {
        return Some((Source::Block(word::path(block, problems)?), written, None));
    }
    let pool_word = pool?;
    let pool = scope.pool(pool_word, problems)?;
    let volume_word = layers.get("volume", |d| d.volume.as_ref());
    if let Some(word) = volume_word
        && !word::name(word.value, word.place(), problems)
    {
        return None;
    }
    let size = layers.get("size", |d| d.size.as_ref());
    let format = written.unwrap_or_default();
    if size.is_none() && volume_word.is_none() {
        problems.push(
            Problem::new(Id::MissingField, layers.pointer().value(), format!("disk `{disk}` neither declares a volume nor names one"))
                .label("needs a `size` or a `volume`")
                .help("add `\"size\": \"60GiB\"` to declare its volume, or `\"volume\": …` to use one of the pool's `volumes`"),
        );
        return None;
    }
    let name = volume_word.map_or_else(|| default_volume(&entry.name, disk, format), |word| word.value.clone());
    let backing_layers = layers.object("backing", |d| d.backing.as_ref());
    let declared = match size {
        Some(size) => {
            let backing = storage::backing(&backing_layers, problems);
            let present = Present { size: word::size(size, problems)?, allocation: None, backing };
            Some((pool, Volume { name: name.clone(), at: layers.pointer(), format, present: Some(present) }))
        }
        None => {
            if !backing_layers.is_empty() {
                problems.push(
                    Problem::new(Id::MissingField, backing_layers.pointer().name(), format!("disk `{disk}` declares no volume that could grow on an image"))
                        .label("needs a `size` beside it")
                        .help("add `\"size\": …`, at least that of the image"),
                );
            }
            None
        }
    };
    let at = volume_word.map_or_else(|| pool_word.pointer(), |word| word.pointer());
    Some((Source::Volume { pool, name, at }, written, declared))
}

/// The name of a disk's volume where the spec has none.
fn default_volume(domain: &str, disk: &str, format: ImageFormat) -> String {
    let stem = if disk == "system" { domain.to_owned() } else { format!("{domain}-{disk}") };
    format!("{}.{}", stem.to_lowercase(), format.name())
}

/// The optical drives.
pub(super) fn cdroms(layers: &Layers<'_, DomainFields>, scope: &Scope<'_>, problems: &mut Vec<Problem>) -> Vec<Cdrom> {
    let Some(list) = layers.get("cdroms", |fields| fields.cdroms.as_ref()) else { return Vec::new() };
    let mut cdroms = Vec::new();
    for (index, cdrom) in list.value.iter().enumerate() {
        let layers = Layers::one(list.pointer().index(index), cdrom);
        let file = layers.get("file", |c| c.file.as_ref());
        let volume = layers.get("volume", |c| c.volume.as_ref());
        let pool = layers.get("pool", |c| c.pool.as_ref());
        let driver_disc = layers.get("driverDisc", |c| c.driver_disc.as_ref());
        let empty = layers.get("empty", |c| c.empty.as_ref());
        for flag in [driver_disc, empty].into_iter().flatten().filter(|flag| !flag.value) {
            problems.push(
                Problem::new(Id::OutOfRange, flag.place(), "`false` says nothing here")
                    .label("only `true`")
                    .help("leave the key out"),
            );
        }
        let kinds = [
            ("file", file.map(|at| at.pointer())),
            ("volume", volume.map(|at| at.pointer())),
            ("driverDisc", driver_disc.map(|at| at.pointer())),
            ("empty", empty.map(|at| at.pointer())),
        ];
        if one_of(&kinds, "a cdrom", &layers.pointer(), problems).is_none() {
            continue;
        }
        if let (Some(pool), None) = (pool, volume) {
            problems.push(
                Problem::new(Id::ConflictingFields, pool.pointer().name(), "a cdrom that is no volume has no pool")
                    .label("needs a `volume` beside it")
                    .help("leave `pool` out, or name a `volume`"),
            );
        }
        if let Some(file) = file {
            cdroms.extend(word::path(file, problems).map(Cdrom::File));
        } else if let Some(volume) = volume {
            match pool {
                Some(pool) => cdroms.extend(scope.pool(pool, problems).map(|pool| Cdrom::Volume {
                    pool,
                    name: volume.value.clone(),
                    at: volume.pointer(),
                })),
                None => problems.push(
                    Problem::new(Id::MissingField, volume.pointer().name(), "a volume of which pool?")
                        .label("needs a `pool` beside it")
                        .help("add `\"pool\": …`, or name a `file`"),
                ),
            }
        } else if driver_disc.is_some() {
            cdroms.push(Cdrom::DriverDisc);
        } else {
            cdroms.push(Cdrom::Empty);
        }
    }
    cdroms
}

/// The network interfaces. Their made MAC addresses may still meet others.
pub(super) fn interfaces(
    layers: &Layers<'_, DomainFields>,
    entry: &Entry<'_>,
    uuid: Uuid,
    drivers: Drivers,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Interface> {
    let named = layers.named(
        "interfaces",
        |fields| fields.interfaces.as_ref(),
        |index, interface: &written::Interface| {
            let name = interface.name.as_ref().or(interface.network.as_ref()).or(interface.bridge.as_ref());
            name.cloned().unwrap_or_else(|| format!("#{index}"))
        },
        problems,
    );
    let mut interfaces = Vec::new();
    for (name, layers) in named {
        if let Some(word) = layers.get("name", |i| i.name.as_ref()) {
            word::name(word.value, word.place(), problems);
        }
        let index = u32::try_from(interfaces.len()).unwrap_or(u32::MAX);
        let mac = layers
            .get("mac", |i| i.mac.as_ref())
            .and_then(|word| {
                let first = word::mac(word, problems)?;
                let mac = first.plus(entry.replica);
                if mac.is_none() {
                    problems.push(too_far(&first.to_string(), word.pointer()));
                }
                Some(MacAt::written(mac?, word.place()))
            })
            .unwrap_or_else(|| MacAt::derived(uuid, index, entry.at.clone().name()));
        let network = layers.get("network", |i| i.network.as_ref());
        let bridge = layers.get("bridge", |i| i.bridge.as_ref());
        let kinds = [("network", network.map(|at| at.pointer())), ("bridge", bridge.map(|at| at.pointer()))];
        let Some(()) = one_of(&kinds, &format!("interface `{name}`"), &layers.pointer(), problems) else { continue };
        let attachment = match (network, bridge) {
            (Some(network), _) => scope.network(network, problems).map(Attachment::Network),
            (None, Some(bridge)) => word::interface_name(bridge, problems)
                .map(|name| Attachment::Bridge { name, place: bridge.place() }),
            (None, None) => None,
        };
        let network = match &attachment {
            Some(Attachment::Network(id)) => Some(*id),
            Some(Attachment::Bridge { .. }) | None => None,
        };
        let mut addresses = Vec::new();
        for (family, word) in [
            (Family::V4, layers.get("ip", |i| i.ip.as_ref())),
            (Family::V6, layers.get("ip6", |i| i.ip6.as_ref())),
        ] {
            let Some(word) = word else { continue };
            if let Some(Attachment::Bridge { .. }) = &attachment {
                problems.push(
                    Problem::new(Id::NotOnThisMode, word.pointer().name(), "an interface on a bridge has no network that reserves its address")
                        .label("only with a `network`")
                        .help("leave it out; whoever serves the bridge gives out its addresses"),
                );
                continue;
            }
            addresses.extend(address(word, family, network, entry, scope, problems));
        }
        let Some(attachment) = attachment else { continue };
        interfaces.push(Interface {
            at: layers.pointer(),
            attachment,
            mac,
            addresses,
            model: layers.get("model", |i| i.model.as_ref()).map_or(
                match drivers {
                    Drivers::Emulated => written::InterfaceModel::E1000e,
                    Drivers::Virtio => written::InterfaceModel::Virtio,
                },
                |model| *model.value,
            ),
        });
    }
    interfaces
}

/// An interface's address, in the subnet of its network.
fn address(
    word: word::Word<'_>,
    family: Family,
    network: Option<NetworkId>,
    entry: &Entry<'_>,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Address> {
    let first = word::address(word, family, problems)?;
    let address = super::subnet::plus(first, entry.replica);
    let network = &scope.networks[network?.0];
    let Some(side) = network.side(family) else {
        if !network.broken.contains(&family) {
            problems.push(
                Problem::new(Id::NoSubnet, word.place(), format!("network `{}` has no {} subnet", network.name, family.name()))
                    .label("an address in which subnet?")
                    .related(network.at.clone().name(), "the network")
                    .help("add a subnet to the network, or leave the address out"),
            );
        }
        return None;
    };
    let Some(address) = address else {
        problems.push(too_far(&first.to_string(), word.pointer()));
        return None;
    };
    match side.subnet.host(address) {
        Err(why) => {
            let (id, what, label) = not_a_host(why, side.subnet);
            let (first, last) = side.room();
            problems.push(
                Problem::new(id, word.place(), format!("address `{address}` {what} of network `{}`", network.name))
                    .label(label)
                    .related(side.at.clone().value(), format!("`{}` is declared here", network.name))
                    .help(format!("`{}` has room for `{first}` to `{last}`", network.name)),
            );
            None
        }
        Ok(host) if host == side.gateway => {
            problems.push(
                Problem::new(Id::AddressIsGateway, word.place(), format!("address `{address}` is the host's own on network `{}`", network.name))
                    .label("the gateway")
                    .related(side.at.clone().value(), "the subnet")
                    .help("choose another address, or give the network another `gateway`"),
            );
            None
        }
        Ok(host) => Some(Address { host, place: word.place() }),
    }
}

fn too_far(first: &str, at: Pointer) -> Problem {
    Problem::new(Id::OutOfRange, at.value(), format!("counting up from `{first}` runs past the last address there is"))
        .label("too many replicas from here")
        .help("start lower")
}

/// The shares.
pub(super) fn shares(layers: &Layers<'_, DomainFields>, problems: &mut Vec<Problem>) -> Vec<Share> {
    let Some(list) = layers.get("shares", |fields| fields.shares.as_ref()) else { return Vec::new() };
    let mut shares: Vec<Share> = Vec::new();
    let mut tags: Vec<(String, Pointer)> = Vec::new();
    for (index, share) in list.value.iter().enumerate() {
        let layers = Layers::one(list.pointer().index(index), share);
        let source = layers.get("source", |s| s.source.as_ref()).and_then(|word| word::path(word, problems));
        let tag = layers.get("tag", |s| s.tag.as_ref()).and_then(|word| {
            let tag = word::text_of(word, problems)?;
            if tag.is_empty() || tag.len() > TAG_MAX {
                problems.push(
                    Problem::new(Id::BadName, word.place(), format!("`{tag}` cannot be the tag of a share"))
                        .label(format!("{} bytes", tag.len()))
                        .help(format!("use 1 to {TAG_MAX} bytes")),
                );
                return None;
            }
            if let Some((_, first)) = tags.iter().find(|(other, _)| *other == tag) {
                problems.push(
                    Problem::new(Id::DuplicateTag, word.place(), format!("two shares have the tag `{tag}`"))
                        .label("the second one")
                        .related(first.clone().value(), "the first one")
                        .help("give each share a tag of its own"),
                );
            }
            tags.push((tag.clone(), word.pointer()));
            Some(tag)
        });
        shares.extend(source.zip(tag).map(|(source, tag)| Share { source, tag }));
    }
    shares
}

/// The devices of the host.
pub(super) fn host_devices(layers: &Layers<'_, DomainFields>, problems: &mut Vec<Problem>) -> Vec<HostDevice> {
    let Some(list) = layers.get("hostdevs", |fields| fields.hostdevs.as_ref()) else { return Vec::new() };
    let mut devices = Vec::new();
    for (index, device) in list.value.iter().enumerate() {
        let layers = Layers::one(list.pointer().index(index), device);
        let pci = layers.get("pci", |h| h.pci.as_ref());
        let usb = layers.get("usb", |h| h.usb.as_ref());
        let kinds = [("pci", pci.map(|at| at.pointer())), ("usb", usb.map(|at| at.pointer()))];
        if one_of(&kinds, "a host device", &layers.pointer(), problems).is_none() {
            continue;
        }
        let (word, parsed, example) = match (pci, usb) {
            (Some(word), _) => (word, pci_address(word.value, word.pointer()), "0000:01:00.0"),
            (None, Some(word)) => (word, usb_device(word.value, word.pointer()), "046d:c52b"),
            (None, None) => continue,
        };
        if parsed.is_none() {
            problems.push(
                Problem::new(Id::BadDevice, word.place(), format!("`{}` is not the address of a device", word.value))
                    .label("not in the form that lspci and lsusb print")
                    .help(format!("write it like `\"{example}\"`")),
            );
        }
        devices.extend(parsed);
    }
    devices
}

/// Reads `0000:01:00.0`.
fn pci_address(text: &str, at: Pointer) -> Option<HostDevice> {
    let (domain, rest) = text.split_once(':')?;
    let (bus, rest) = rest.split_once(':')?;
    let (slot, function) = rest.split_once('.')?;
    Some(HostDevice::Pci {
        domain: hex(domain, 4)?,
        bus: hex(bus, 2)?,
        slot: hex(slot, 2).filter(|slot| *slot < 32)?,
        function: hex(function, 1).filter(|function| *function < 8)?,
        at,
    })
}

/// Reads `046d:c52b`.
fn usb_device(text: &str, at: Pointer) -> Option<HostDevice> {
    let (vendor, product) = text.split_once(':')?;
    Some(HostDevice::Usb { vendor: hex(vendor, 4)?, product: hex(product, 4)?, at })
}

fn hex(digits: &str, count: usize) -> Option<u16> {
    let fine = digits.len() == count && digits.bytes().all(|b| b.is_ascii_hexdigit());
    fine.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

/// Checks that one of several keys is given, and no second one.
fn one_of(kinds: &[(&str, Option<Pointer>)], what: &str, at: &Pointer, problems: &mut Vec<Problem>) -> Option<()> {
    let mut given = kinds.iter().filter_map(|(key, at)| at.as_ref().map(|at| (*key, at)));
    match (given.next(), given.next()) {
        (Some(_), None) => Some(()),
        (Some((first, first_at)), Some((second, second_at))) => {
            problems.push(
                Problem::new(Id::ConflictingFields, second_at.clone().name(), format!("{what} has both `{first}` and `{second}`"))
                    .label("the second one")
                    .related(first_at.clone().name(), "the first one")
                    .help("leave one of the two out"),
            );
            None
        }
        (None, _) => {
            let keys = quoted_list(kinds.iter().map(|(key, _)| *key)).replace(" and ", " or ");
            problems.push(
                Problem::new(Id::MissingField, at.clone().value(), format!("{what} does not say what it is"))
                    .label(format!("needs {keys}"))
                    .help(format!("add one of {keys}")),
            );
            None
        }
    }
}

impl Scope<'_> {
    fn pool(&self, word: word::Word<'_>, problems: &mut Vec<Problem>) -> Option<PoolId> {
        let found = self.pool_ids.get(word.value.as_str()).copied();
        if found.is_none() {
            problems.push(
                Problem::new(Id::UnknownPool, word.place(), format!("there is no pool `{}`", word.value))
                    .label("not in `pools`")
                    .help(did_you_mean(word.value, self.pool_ids.keys().copied())),
            );
        }
        found
    }

    fn network(&self, word: word::Word<'_>, problems: &mut Vec<Problem>) -> Option<NetworkId> {
        let found = self.network_ids.get(word.value.as_str()).copied();
        if found.is_none() {
            problems.push(
                Problem::new(Id::UnknownNetwork, word.place(), format!("there is no network `{}`", word.value))
                    .label("not in `networks`")
                    .help(did_you_mean(word.value, self.network_ids.keys().copied())),
            );
        }
        found
    }
}
