//! Decides the buses of drives: which a board has, how many drives each has room for, and which settings a drive on it can
//! have.

use crate::lab::domain::board::Board;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, quoted_choice};
use crate::resolve::guest::Guest;
use crate::resolve::layers::{Layers, written};
use crate::spec::drive as written;
use crate::spec::drive::DiskBus;
use crate::spec::guest::Drivers;
use crate::spec::key::key;

/// Returns the bus of a disk without a `bus`.
pub(crate) fn default_of_disks(guest: &Guest<'_>) -> DiskBus {
    match (guest.drivers, guest.board) {
        (Drivers::Virtio, _) => DiskBus::Virtio,
        // The systems that run on this board have drivers for IDE.
        (Drivers::Emulated, Board::I440fx) => DiskBus::Ide,
        (Drivers::Emulated, Board::Q35 | Board::Virt | Board::Other) => DiskBus::Sata,
    }
}

/// Returns the bus of an optical drive without a `bus`.
pub(crate) fn default_of_cdroms(guest: &Guest<'_>) -> DiskBus {
    match guest.board {
        // Windows Setup has no driver for SCSI, and nobody who would load one.
        Board::Virt if !guest.layers.object(key!(unattended)).is_empty() => DiskBus::Usb,
        Board::Q35 | Board::Other => DiskBus::Sata,
        Board::I440fx => DiskBus::Ide,
        Board::Virt => DiskBus::Scsi,
    }
}

/// How many drives a bus has room for.
///
/// Five SATA controllers have six ports each; there is one IDE controller with room for four. The others are the drives
/// that libvirt 11.3 was seen to take, less room for other devices of the domain: it gives each `VirtIO` and `NVMe` disk a
/// PCI slot (237 on a q35, 147 on a pc) and each USB device a port (144).
fn room(bus: DiskBus, board: Board) -> usize {
    match (bus, board) {
        (DiskBus::Sata, _) => 30,
        (DiskBus::Ide, _) => 4,
        (DiskBus::Usb, _) | (DiskBus::Virtio | DiskBus::Nvme, Board::I440fx) => 100,
        (DiskBus::Virtio | DiskBus::Nvme, Board::Q35 | Board::Virt | Board::Other) => 200,
        (DiskBus::Scsi, _) => 256,
    }
}

/// The longest serial number that disks on a bus have, in bytes: `VIRTIO_BLK_ID_BYTES`, that of ATA and of `NVMe`, and
/// `MAX_SERIAL_LEN` of QEMU's SCSI disks, which USB disks are too.
pub(crate) fn serial_max(bus: DiskBus) -> usize {
    match bus {
        DiskBus::Virtio | DiskBus::Sata | DiskBus::Ide | DiskBus::Nvme => 20,
        DiskBus::Scsi | DiskBus::Usb => 36,
    }
}

/// Whether the end of a serial number that is too long is cut off. On the other buses, the domain does not start.
pub(crate) fn cuts_serials(bus: DiskBus) -> bool {
    match bus {
        DiskBus::Virtio | DiskBus::Sata | DiskBus::Ide => true,
        DiskBus::Scsi | DiskBus::Usb | DiskBus::Nvme => false,
    }
}

/// Refuses a bus that the board does not have.
pub(crate) fn exists(bus: DiskBus, board: Board, place: impl FnOnce() -> Place, problems: &mut Problems) {
    let is_valid = match (bus, board) {
        (DiskBus::Ide, Board::Q35 | Board::Virt) => false,
        (DiskBus::Ide, Board::I440fx | Board::Other)
        | (DiskBus::Virtio | DiskBus::Sata | DiskBus::Scsi | DiskBus::Usb | DiskBus::Nvme, _) => true,
    };
    if !is_valid {
        problems.push(
            Problem::new(Id::NotOnThisBus, place(), "an IDE drive on a machine that has no IDE")
                .label("only with `\"machine\": \"pc\"`")
                .help("choose `sata`, which such systems support too, or another `machine`"),
        );
    }
}

/// Refuses the first drive of each bus that has no room left for it. The drives come in order, each with its bus.
pub(crate) fn have_room<'a>(
    drives: impl Iterator<Item = (DiskBus, &'a Pointer)>,
    board: Board,
    domain: &str,
    problems: &mut Problems,
) {
    let mut counts: Vec<(DiskBus, usize)> = Vec::new();
    for (bus, at) in drives {
        let index = counts.iter().position(|(counted, _)| *counted == bus).unwrap_or_else(|| {
            counts.push((bus, 0));
            counts.len() - 1
        });
        let count = &mut counts[index].1;
        *count += 1;
        let (room, name) = (room(bus, board), bus.name());
        if *count == room + 1 {
            let other = if bus == DiskBus::Scsi { "virtio" } else { "scsi" };
            problems.push(
                Problem::new(
                    Id::BusFull,
                    Place::value(at),
                    format!("domain `{domain}` has more than {room} drives on bus `{name}`"),
                )
                .label(format!("number {count}"))
                .help(format!("put it on another bus, such as `\"bus\": \"{other}\"`")),
            );
        }
    }
}

/// Refuses settings that a disk on this bus cannot have.
pub(crate) fn allows(layers: &Layers<'_, written::Disk>, bus: DiskBus, problems: &mut Problems) {
    const ALL_BUT_SATA_AND_IDE: &[DiskBus] = &[DiskBus::Virtio, DiskBus::Scsi, DiskBus::Usb, DiskBus::Nvme];
    let readonly = layers.get(key!(readonly)).filter(|readonly| *readonly.value);
    let [queues, iothread, wwn, rotation_rate] = written!(layers => queues, iothread, wwn, rotation_rate);
    let keys: [(_, &[DiskBus]); 5] = [
        (("readonly", readonly.map(|at| at.pointer())), ALL_BUT_SATA_AND_IDE),
        (queues, &[DiskBus::Virtio]),
        (iothread, &[DiskBus::Virtio]),
        (wwn, &[DiskBus::Scsi, DiskBus::Ide]),
        (rotation_rate, &[DiskBus::Sata, DiskBus::Scsi, DiskBus::Ide]),
    ];
    for ((key, at), buses) in keys {
        let Some(at) = at.filter(|_| !buses.contains(&bus)) else { continue };
        let buses = quoted_choice(buses.iter().map(|bus| bus.name()));
        problems.push(
            Problem::new(Id::NotOnThisBus, Place::key(at), format!("a disk on bus `{}` has no `{key}`", bus.name()))
                .label(format!("only on bus {buses}"))
                .help("leave it out, or choose another `bus`"),
        );
    }
}
