//! Reads the smaller devices of a domain, and refuses those that its board or architecture does not have.

pub(crate) mod hostdev;
pub(crate) mod input;
pub(crate) mod pci;
pub(crate) mod room;
pub(crate) mod screen;
pub(crate) mod serial;
pub(crate) mod share;
pub(crate) mod sound;

use crate::lab::device::screen::Screen;
use crate::lab::device::{Devices, Shmem, ShmemMemory, Vsock};
use crate::lab::domain::board::Board;
use crate::lab::size::Size;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::layers::{Layers, written};
use crate::resolve::{parse, text};
use crate::spec::device::{Panic, ShmemModel, Watchdog};
use crate::spec::guest::Arch;
use crate::spec::key::key;
use crate::spec::{DomainFields, device as written};

/// How much memory libvirt shares when nobody says.
const SHMEM_DEFAULT: &str = "4MiB";

/// The least memory that can be shared.
const SHMEM_MIN: i64 = 1 << 20;

/// Reads the smaller devices.
pub(crate) fn devices(guest: &Guest<'_>, screen: &Screen, problems: &mut Problems) -> Devices {
    let redirections = guest.layers.get(key!(usb_redirections));
    if let Some(redirections) = redirections.filter(|redirections| *redirections.value > 0) {
        screen::check_spice(&redirections.pointer(), "USB devices", screen, problems);
    }
    let watchdog = watchdog(guest, problems);
    let action = guest.layers.get(key!(watchdog_action));
    // A layer that removes the watchdog of a weaker one cannot remove its action.
    let taken_away = guest.layers.get(key!(watchdog)).is_some();
    if let Some(action) = action.filter(|_| watchdog == Watchdog::None && !taken_away) {
        problems.push(
            Problem::conflict(action.key_place(), "a watchdog action without a watchdog")
                .label("the domain has no `watchdog`")
                .help("add `\"watchdog\": \"i6300esb\"`, or leave `watchdogAction` out"),
        );
    }
    Devices {
        watchdog,
        watchdog_action: action.map(|action| *action.value).unwrap_or_default(),
        panic: panic(guest, problems),
        crypto: guest.layers.value(key!(crypto)).unwrap_or(false),
        vsock: vsock(guest, problems),
        shmem: shmem(guest.layers, problems),
        usb_redirections: redirections.map_or(0, |redirections| *redirections.value),
    }
}

/// Reads the watchdog, and refuses one that the board does not have.
fn watchdog(guest: &Guest<'_>, problems: &mut Problems) -> Watchdog {
    let Some(watchdog) = guest.layers.get(key!(watchdog)) else {
        return Watchdog::None;
    };
    let only = match watchdog.value {
        Watchdog::Itco if guest.board != Board::Q35 && guest.board != Board::Other => Some("part of the q35 machine"),
        Watchdog::Ib700 if guest.board != Board::I440fx && guest.board != Board::Other => {
            Some("only for the `pc` machine")
        }
        Watchdog::Itco | Watchdog::Ib700 | Watchdog::I6300esb | Watchdog::None => None,
    };
    problems.extend(only.map(|label| {
        Problem::conflict(watchdog.place(), "a watchdog that this machine does not have")
            .label(label)
            .help("choose `i6300esb`, a PCI device")
    }));
    *watchdog.value
}

fn panic(guest: &Guest<'_>, problems: &mut Problems) -> Panic {
    let Some(panic) = guest.layers.get(key!(panic)) else {
        return Panic::default();
    };
    if matches!(panic.value, Panic::Isa | Panic::Hyperv) && guest.arch == Arch::Aarch64 {
        problems.push(
            Problem::only_for(panic.place(), "a PC's panic device in an aarch64 domain", "x86_64")
                .help("choose `pvpanic`, a PCI device"),
        );
    }
    *panic.value
}

/// Reads the vsock device, and counts its CID up for replicas.
fn vsock(guest: &Guest<'_>, problems: &mut Problems) -> Option<Vsock> {
    let vsock = guest.layers.object(key!(vsock));
    if vsock.is_empty() {
        return None;
    }
    let Some(first) = vsock.get(key!(cid)) else {
        return Some(Vsock { cid: None });
    };
    // The greatest number means "any" and is not a CID.
    let counted = first.value.checked_add(guest.instance.replica).filter(|cid| *cid < u32::MAX);
    if counted.is_none() {
        problems.push(parse::too_far(&first.value.to_string(), "number", first.pointer()));
    }
    Some(Vsock { cid: counted.map(|cid| first.with(cid)) })
}

/// Reads the shared memory of all layers; the strongest layer that names one decides what it is.
fn shmem(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> Vec<Shmem> {
    let shmem = |(name, layers): (String, Layers<'_, written::Shmem>)| {
        let is_name = parse::name(&name, layers.key_place(), problems);
        let memory = memory(&layers, problems)?;
        is_name.then_some(Shmem { name, memory })
    };
    let mut all: Vec<Shmem> = layers.entries(key!(shmem)).into_iter().filter_map(shmem).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

fn memory(layers: &Layers<'_, written::Shmem>, problems: &mut Problems) -> Option<ShmemMemory> {
    match layers.value(key!(model)).unwrap_or_default() {
        ShmemModel::IvshmemPlain => {
            parse::only_for(
                written!(layers => server),
                "shared memory without a server",
                "`ivshmem-doorbell`",
                problems,
            );
            let device = layers.get(key!(device));
            let path = device.map(|device| text::file(device, problems));
            let Some(written) = layers.get(key!(size)) else {
                let Some(device) = device else {
                    return Size::parse(SHMEM_DEFAULT).map(ShmemMemory::Plain);
                };
                problems.push(
                    Problem::needs(device.key_place(), "shared memory of a device, without its size", "a `size`")
                        .help("add the `size` of the device; for kvmfr, it is `static_size_mb`"),
                );
                return None;
            };
            let size = parse::size(written, problems)?;
            if size.bytes() < SHMEM_MIN || size.bytes().count_ones() != 1 {
                problems.push(
                    Problem::new(Id::OutOfRange, written.place(), format!("`{size}` of shared memory"))
                        .label("must be a power of two, at least 1MiB")
                        .help("write `\"1MiB\"`, `\"2MiB\"`, `\"4MiB\"` and so on"),
                );
                return None;
            }
            match path {
                None => Some(ShmemMemory::Plain(size)),
                Some(path) => Some(ShmemMemory::Device(path?, size)),
            }
        }
        ShmemModel::IvshmemDoorbell => {
            parse::only_for(written!(layers => size, device), "shared memory of a server", "`ivshmem-plain`", problems);
            let Some(server) = layers.get(key!(server)) else {
                problems.push(
                    Problem::needs(layers.place(), "shared memory of a server, without its socket", "a `server`")
                        .help("add `\"server\": …`, the socket of `ivshmem-server`"),
                );
                return None;
            };
            text::socket(server, problems).map(ShmemMemory::Doorbell)
        }
    }
}
