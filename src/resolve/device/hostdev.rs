//! Reads the devices of the host that a domain gets: the address by which the host knows each, and its slot in the guest.

use uuid::Uuid;

use crate::lab::device::hostdev::{HostDevice, HostDeviceKind};
use crate::lab::device::pci::{PciAddress, hex};
use crate::lab::domain::board::Board;
use crate::lab::interface::Interface;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::device::pci;
use crate::resolve::domain::boot;
use crate::resolve::guest::Guest;
use crate::resolve::layers::{Layers, Word, written};
use crate::resolve::{parse, text};
use crate::spec::hostdev as written;
use crate::spec::key::key;

/// Reads the devices of the host, and assigns their slots in the guest and those of interfaces.
pub(crate) fn host_devices(
    guest: &Guest<'_>,
    interfaces: &mut [Interface],
    has_screen: bool,
    problems: &mut Problems,
) -> Vec<HostDevice> {
    let written = guest.layers.objects(key!(hostdevs));
    let devices = written.filter_map(|layers| host_device(&layers, guest.board, has_screen, problems));
    let mut devices: Vec<HostDevice> = devices.collect();
    let slots = devices.iter_mut().filter_map(|device| match &mut device.kind {
        HostDeviceKind::Pci { guest, .. } | HostDeviceKind::Mdev { guest, .. } => guest.as_mut(),
        HostDeviceKind::Usb { .. } => None,
    });
    pci::assign_slots(slots, interfaces, guest.board, problems);
    let frame_buffers: Vec<&Place> = devices
        .iter()
        .filter_map(|device| match &device.kind {
            HostDeviceKind::Mdev { ramfb, .. } => ramfb.as_ref(),
            HostDeviceKind::Pci { .. } | HostDeviceKind::Usb { .. } => None,
        })
        .collect();
    if let [first, second, ..] = frame_buffers.as_slice() {
        problems.push(
            Problem::conflict((*second).clone(), "two devices with `ramfb`")
                .second_of(first)
                .help("remove `ramfb` from one of them"),
        );
    }
    devices
}

fn host_device(
    layers: &Layers<'_, written::HostDevice>,
    board: Board,
    has_screen: bool,
    problems: &mut Problems,
) -> Option<HostDevice> {
    let pci = layers.get(key!(pci));
    let usb = layers.get(key!(usb));
    let mdev = layers.get(key!(mdev));
    parse::one_of(&written!(layers => pci, usb, mdev), "a host device", &layers.pointer(), problems)?;

    let guest = layers.get(key!(guest));
    if pci.is_none() {
        let what = "a device that is not a PCI device of the host";
        parse::only_for(written!(layers => managed, rom, rom_bar), what, "`pci`", problems);
    }
    if usb.is_none() {
        parse::only_for(written!(layers => usb_at, optional), "a device that is not on USB", "`usb`", problems);
    } else {
        parse::only_for(written!(layers => guest), "a USB device", "`pci` and `mdev`", problems);
    }
    if mdev.is_none() {
        parse::only_for(
            written!(layers => display, ramfb),
            "a device that is not a mediated device",
            "`mdev`",
            problems,
        );
    } else {
        parse::only_for(written!(layers => boot), "a mediated device", "`pci` and `usb`", problems);
    }

    let guest = guest.filter(|_| usb.is_none()).and_then(|word| pci::slot(word, board, problems));
    let place = pci.or(usb).or(mdev)?.place();
    let kind = if let Some(word) = pci {
        let address = parsed(word, PciAddress::parse, "lspci -D", "0000:01:00.0", problems);
        let rom = layers.get(key!(rom)).and_then(|word| text::file(word, problems));
        HostDeviceKind::Pci {
            address: address?,
            guest,
            managed: layers.value(key!(managed)).unwrap_or(true),
            rom,
            rom_bar: layers.value(key!(rom_bar)),
        }
    } else if let Some(word) = usb {
        let (vendor, product) = parsed(word, usb_device, "lsusb", "046d:c52b", problems)?;
        let at = layers.get(key!(usb_at));
        let at = at.and_then(|word| parsed(word, usb_place, "lsusb", "003:005", problems));
        HostDeviceKind::Usb { vendor, product, at, optional: layers.value(key!(optional)).unwrap_or(false) }
    } else {
        let display = layers.value(key!(display)).unwrap_or(false);
        let ramfb = layers.get(key!(ramfb)).filter(|ramfb| *ramfb.value);
        if let Some(ramfb) = ramfb.filter(|_| !display) {
            problems.push(
                Problem::conflict(ramfb.key_place(), "`ramfb` without `display`")
                    .label("only with `display`")
                    .help("add `\"display\": true`, or leave `ramfb` out"),
            );
        }
        if display && !has_screen {
            problems.push(
                Problem::conflict(
                    Place::key(layers.pointer().key("display")),
                    "`display` in a domain without `graphics`",
                )
                .label("the domain has no `graphics`")
                .help("give the domain a display (`graphics`), or leave `display` out"),
            );
        }
        let uuid = parsed(mdev?, mediated, "mdevctl list", "c2177883-f1bb-47f0-914d-32a22e3a8804", problems)?;
        HostDeviceKind::Mdev { uuid, guest, display, ramfb: ramfb.map(|ramfb| ramfb.place()) }
    };
    let boot = boot::order(layers.get(key!(boot)).filter(|_| mdev.is_none()));
    Some(HostDevice { place, kind, boot, extra: text::extras(layers.every(key!(extra)), problems) })
}

/// Reads the address of a device on the host, or reports that it is none.
fn parsed<T>(
    word: Word<'_>,
    parse: impl Fn(&str) -> Option<T>,
    tool: &str,
    example: &str,
    problems: &mut Problems,
) -> Option<T> {
    let parsed = parse(word.value);
    let is_pci = PciAddress::parse(example).is_some();
    if parsed.is_none() {
        problems.push(
            Problem::of_value(Id::BadDevice, word.place(), format!("`{}` is not the address of a device", word.value))
                .label(format!("not in the form that `{tool}` prints"))
                .help(match PciAddress::meant(word.value).filter(|_| is_pci) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("write it like `\"{example}\"`"),
                }),
        );
    }
    parsed
}

/// Reads `046d:c52b`. Nobody is vendor 0, and libvirt refuses it.
fn usb_device(text: &str) -> Option<(u16, u16)> {
    let (vendor, product) = text.split_once(':')?;
    Some((hex(vendor, 4).filter(|vendor| *vendor != 0)?, hex(product, 4)?))
}

/// Reads `003:005`, a bus and a device on it.
fn usb_place(text: &str) -> Option<(u16, u16)> {
    let number = |digits: &str| {
        let is_number = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse().ok().filter(|number| is_number && (1..=255).contains(number))
    };
    let (bus, device) = text.split_once(':')?;
    Some((number(bus)?, number(device)?))
}

/// Reads a UUID with hyphens.
fn mediated(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|uuid| uuid.hyphenated().to_string() == text.to_lowercase())
}
