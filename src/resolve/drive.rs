//! Reads the disks and optical drives of a domain. A disk with a `size` also declares a volume, which comes back beside it
//! and goes to its pool.

pub(crate) mod bus;
pub(crate) mod clone;
pub(crate) mod disk_source;
pub(crate) mod floppy;
pub(crate) mod io;
pub(crate) mod startup_policy;

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::lab::drive::{Cdrom, Disk, Medium, Source};
use crate::lab::id::PoolId;
use crate::lab::placed::Placed;
use crate::lab::storage::Pool;
use crate::lab::storage::volume::Volume;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::domain::boot;
use crate::resolve::guest::Guest;
use crate::resolve::layers::{Layers, written};
use crate::resolve::names::Names;
use crate::resolve::storage::{volume, volume_name};
use crate::resolve::{parse, text};
use crate::spec::drive::DiskBus;
use crate::spec::key::key;
use crate::spec::pool::ImageFormat;
use crate::spec::{DomainFields, drive as written};

/// The layers of each disk, by its name.
pub(crate) fn layers_by_name<'a>(
    layers: &Layers<'a, DomainFields>,
    problems: &mut Problems,
) -> IndexMap<String, Layers<'a, written::Disk>> {
    layers.named(
        key!(disks),
        "without a `name`, the first disk is `system`, the next `data1`",
        |index, disk: &written::Disk| match (&disk.name, index) {
            (Some(name), _) => name.clone(),
            (None, 0) => "system".to_owned(),
            (None, index) => format!("data{index}"),
        },
        problems,
    )
}

/// Reads the disks, and the volumes that they declare.
pub(crate) fn disks(guest: &Guest<'_>, problems: &mut Problems) -> (Vec<Disk>, Vec<(PoolId, Volume)>) {
    let (mut disks, mut volumes) = (Vec::new(), Vec::new());
    for (name, layers) in layers_by_name(guest.layers, problems) {
        if let Some(word) = layers.get(key!(name)) {
            parse::name(word.value, word.place(), problems);
        }
        let Some((source, format, declared)) = disk_source::resolve(&name, &layers, guest, problems) else {
            continue;
        };
        volumes.extend(declared);
        let bus = layers.get(key!(bus));
        let place = || bus.map_or_else(|| layers.place(), |bus| bus.place());
        let bus = bus.map_or_else(|| bus::default_of_disks(guest), |bus| *bus.value);
        bus::exists(bus, guest.board, place, problems);
        bus::allows(&layers, bus, problems);
        disks.push(Disk {
            at: layers.pointer(),
            format: format.unwrap_or_else(|| default_format(&source)),
            format_at: layers.get(key!(format)).map(|at| at.pointer()),
            bus,
            access: io::access(&layers, problems),
            readonly: layers.value(key!(readonly)).unwrap_or(false),
            shareable: layers.value(key!(shareable)).unwrap_or(false),
            snapshot: layers.value(key!(snapshot)).unwrap_or(true),
            wwn: layers.get(key!(wwn)).and_then(|word| parse::wwn(word, problems).map(|wwn| word.with(wwn))),
            rotation_rate: layers.value(key!(rotation_rate)),
            serial: serial(&name, &layers, bus, problems),
            boot: boot::order(layers.get(key!(boot))),
            extra: text::extras(layers.every(key!(extra)), problems),
            name,
            source,
        });
    }
    tell_apart(&disks, problems);
    (disks, volumes)
}

/// Warns of disks that the guest cannot tell apart by what it knows disks by.
fn tell_apart(disks: &[Disk], problems: &mut Problems) {
    let serials = disks.iter().filter_map(|disk| Some(("serial number", disk.serial.as_ref()?)));
    let wwns = disks.iter().filter_map(|disk| Some(("World Wide Name", disk.wwn.as_ref()?)));
    let mut known: HashMap<(&str, &str), &Place> = HashMap::new();
    for (what, name) in serials.chain(wwns) {
        let text = name.value.as_str();
        if let Some(first) = known.get(&(what, text)) {
            problems.push(
                Problem::new(Id::DuplicateSerial, name.place.clone(), format!("two disks have the {what} `{text}`"))
                    .second_of(first)
                    .help(
                        "give each disk its own: a guest treats two disks with the same one as two paths to one disk",
                    ),
            );
        } else {
            known.insert((what, text), &name.place);
        }
    }
}

/// The format of an image where neither the spec nor a declaration of its volume has one.
fn default_format(source: &Source) -> ImageFormat {
    match source {
        Source::Block(_) => ImageFormat::Raw,
        Source::Volume { name, .. } | Source::HostVolume { name, .. } | Source::File(name) => {
            ImageFormat::of_file(name)
        }
    }
}

/// Reads the serial number, which has to fit its bus. An `NVMe` disk needs one: Linux takes two with the same number for one
/// disk.
fn serial(
    disk: &str,
    layers: &Layers<'_, written::Disk>,
    bus: DiskBus,
    problems: &mut Problems,
) -> Option<Placed<String>> {
    let written = layers.get(key!(serial));
    let serial = match written {
        Some(word) => parse::serial(word, problems)?,
        None if bus == DiskBus::Nvme => disk.to_owned(),
        None => return None,
    };
    let place = written.map_or_else(|| layers.place(), |word| word.place());
    let most = bus::serial_max(bus);
    if serial.len() > most {
        let id = if bus::cuts_serials(bus) { Id::SerialCut } else { Id::BadName };
        problems.push(
            Problem::new(
                id,
                place.clone(),
                format!("the serial number `{serial}` is too long for bus `{}`", bus.name()),
            )
            .label(format!("{} bytes", serial.len()))
            .help(format!("write one of at most {most} bytes as `serial`")),
        );
    }
    Some(Placed { value: serial, place })
}

/// Reads the optical drives.
pub(crate) fn cdroms(guest: &Guest<'_>, problems: &mut Problems) -> Vec<Cdrom> {
    let mut cdroms = Vec::new();
    for layers in guest.layers.objects(key!(cdroms)) {
        let written_bus = layers.get(key!(bus));
        let bus = written_bus.map_or_else(|| bus::default_of_cdroms(guest), |bus| (*bus.value).into());
        if let Some(written) = written_bus {
            bus::exists(bus, guest.board, || written.place(), problems);
        }
        let is_full = layers.get(key!(file)).or(layers.get(key!(volume))).is_some();
        let startup_policy = startup_policy::startup_policy(layers.get(key!(startup_policy)), is_full, problems);
        let boot = boot::order(layers.get(key!(boot)));
        let medium = medium(&layers, guest.names, problems);
        let extra = text::extras(layers.every(key!(extra)), problems);
        if bus == DiskBus::Usb && matches!(medium, Some(Medium::Empty)) {
            problems.push(
                Problem::new(Id::NotOnThisBus, layers.place(), "an empty optical drive on bus `usb`")
                    .label("a USB drive needs its ISO")
                    .help("give it a `file`, or another `bus`"),
            );
        }
        if let (Some(Medium::Volume { pool, .. }), Some(at)) = (&medium, layers.get(key!(startup_policy)))
            && !guest.names.pools[pool.0].r#type.has_files()
        {
            problems.push(
                Problem::not_on_this_type(at.key_place(), "`startupPolicy` of a volume that is not a file")
                    .label("only for files")
                    .help("leave `startupPolicy` out: libvirt refuses it here"),
            );
        }
        cdroms.extend(medium.map(|medium| Cdrom { at: layers.pointer(), medium, bus, startup_policy, boot, extra }));
    }
    cdroms
}

/// Reads what is in an optical drive.
fn medium(layers: &Layers<'_, written::Cdrom>, names: &Names<'_>, problems: &mut Problems) -> Option<Medium> {
    let file = layers.get(key!(file));
    let volume = layers.get(key!(volume));
    let pool = layers.get(key!(pool));
    let driver_disc = layers.get(key!(driver_disc));
    let empty = layers.get(key!(empty));
    problems.extend([driver_disc, empty].into_iter().flatten().filter_map(parse::only_true));
    let kinds = written!(layers => file, volume, driver_disc, empty);
    parse::one_of(&kinds, "a cdrom", &layers.pointer(), problems)?;
    if let (Some(pool), None) = (pool, volume) {
        problems.push(
            Problem::conflict(pool.key_place(), "a `pool` without a `volume`")
                .label("needs a `volume` beside it")
                .help("leave `pool` out, or add a `volume`"),
        );
    }
    if let Some(file) = file {
        return text::file(file, problems).map(Medium::File);
    }
    if let Some(volume) = volume {
        let Some(pool) = pool else {
            problems.push(
                Problem::needs(volume.key_place(), "a `volume` without a `pool`", "a `pool` beside it")
                    .help("add `\"pool\": …`, or use `file`"),
            );
            return None;
        };
        if names.is_pool_of_host(pool) {
            let name = volume_name::existing(volume, problems)?;
            return Some(Medium::HostVolume { pool: pool.value.clone(), name });
        }
        let pool = names.pool(pool, problems)?;
        let of = &names.pools[pool.0];
        if !volume_name::check_existing(volume, of, problems) {
            return None;
        }
        return Some(Medium::Volume { pool, name: volume.value.clone(), at: volume.pointer() });
    }
    Some(if driver_disc.is_some() { Medium::DriverDisc } else { Medium::Empty })
}

/// Gives each disk that is a volume the volume's format, which is the only one it can be read as.
pub(crate) fn take_formats_of_volumes<'a>(
    pools: &[Pool],
    disks: impl Iterator<Item = &'a mut Disk>,
    problems: &mut Problems,
) {
    let volumes: HashMap<(usize, &str), &Volume> = pools
        .iter()
        .enumerate()
        .flat_map(|(pool, p)| p.volumes.iter().map(move |volume| ((pool, volume.name.as_str()), volume)))
        .collect();
    for disk in disks {
        let volume = match &disk.source {
            Source::Volume { pool, name, .. } => volumes.get(&(pool.0, name.as_str())),
            Source::HostVolume { .. } | Source::File(_) | Source::Block(_) => None,
        };
        if let Some(volume) = volume {
            if let Some(at) = disk.format_at.clone().filter(|_| disk.format != volume.format) {
                problems.push(volume::other_format(disk.format, volume, at));
            }
            disk.format = volume.format;
        }
        if disk.shareable && disk.format != ImageFormat::Raw {
            problems.push(
                Problem::conflict(Place::value(&disk.at), "a QCOW2 image for several domains at once")
                    .label("`shareable` needs format `raw`")
                    .help("choose `raw`: only one domain can write to a QCOW2 image"),
            );
        }
    }
}
