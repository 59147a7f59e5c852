//! Where drives are: the names of their targets and, where libvirt would choose others, their addresses.

use crate::libvirt::tree::{Tree, Value};
use crate::spec::drive::DiskBus;

/// How many drives a SATA controller has ports for, and with it libvirt's way from a name to an address.
const SATA_PORTS: u32 = 6;
/// How many drives libvirt puts on a SCSI controller by itself. The next controller would be of an older model.
const SCSI_UNITS: u32 = 7;

/// The places that are taken.
#[derive(Default)]
pub(super) struct Places {
    /// Names that start with `vd`.
    virtio: u32,
    /// Names that start with `sd`, as drives on several buses have them in a Linux guest.
    scsi_like: u32,
    /// Names that start with `hd`.
    ide: u32,
    nvme: u32,
    /// Names that start with `fd`.
    floppy: u32,
    on_sata: u32,
    on_scsi: u32,
}

impl Places {
    /// Puts a drive in the next place of its bus.
    pub(super) fn put(&mut self, drive: Tree, bus: DiskBus) -> Tree {
        let (name, address) = match bus {
            DiskBus::Virtio => (format!("vd{}", letters(next(&mut self.virtio))), None),
            DiskBus::Ide => (format!("hd{}", letters(next(&mut self.ide))), None),
            DiskBus::Nvme => (format!("nvme{}n1", next(&mut self.nvme)), None),
            DiskBus::Usb => (self.scsi_like_name().0, None),
            DiskBus::Sata => {
                let (name, in_line) = self.scsi_like_name();
                let port = next(&mut self.on_sata);
                (name, (port != in_line).then(|| address(port / SATA_PORTS, port % SATA_PORTS)))
            }
            DiskBus::Scsi => {
                let (name, in_line) = self.scsi_like_name();
                let unit = next(&mut self.on_scsi);
                (name, (unit != in_line || unit >= SCSI_UNITS).then(|| address(0, unit)))
            }
        };
        target(drive, name, bus.name()).with_some("address", address)
    }

    /// Puts a floppy drive in the next place.
    pub(super) fn put_floppy(&mut self, drive: Tree) -> Tree {
        target(drive, format!("fd{}", letters(next(&mut self.floppy))), "fdc")
    }

    /// The next name in the line that several buses share, and its number, from which libvirt makes the address.
    fn scsi_like_name(&mut self) -> (String, u32) {
        let number = next(&mut self.scsi_like);
        (format!("sd{}", letters(number)), number)
    }
}

/// The number of the next place, from 0.
fn next(taken: &mut u32) -> u32 {
    *taken += 1;
    *taken - 1
}

/// Adds to what a drive says of its target.
fn target(mut drive: Tree, name: String, bus: &'static str) -> Tree {
    let target = drive.entry("target", || Value::Set(Tree::new()));
    if let Value::Set(set) = target {
        *set = std::mem::take(set).with("dev", name).with("bus", bus);
    }
    drive
}

/// The place of a drive on a controller.
fn address(controller: u32, unit: u32) -> Tree {
    Tree::new()
        .with("type", "drive")
        .with("controller", controller)
        .with("bus", 0_u32)
        .with("target", 0_u32)
        .with("unit", unit)
}

/// `a`, `b`, … `z`, `aa`, … for 0, 1, …
fn letters(number: u32) -> String {
    let mut left = number + 1;
    let mut letters = Vec::new();
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'a' + u8::try_from(left % 26).expect("less than 26")));
        left /= 26;
    }
    letters.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::letters;
    use pretty_assertions::assert_eq;

    #[test]
    fn targets_go_past_z() {
        let check = |number, expected: &str| assert_eq!(letters(number), expected);
        check(0, "a");
        check(25, "z");
        check(26, "aa");
        check(51, "az");
        check(52, "ba");
        check(701, "zz");
        check(702, "aaa");
    }
}
