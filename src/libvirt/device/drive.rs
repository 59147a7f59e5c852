//! The drives of a domain: disks and optical drives ([libvirt](https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms)).

use super::boot;
use crate::lab::Lab;
use crate::lab::domain::Domain;
use crate::lab::drive::{Cdrom, Disk, Medium, Source};
use crate::libvirt::tree::{HostFile, Tree};
use crate::spec::drive::{Cache, DiskBus};
use crate::spec::guest::Arch;

/// The disks, then the optical drives, each on the next free target of its bus.
pub(super) fn disks(domain: &Domain, lab: &Lab) -> Vec<Tree> {
    let mut targets = Targets::default();
    let disks = domain.disks.iter().map(|disk| (disk.bus, Drive::Disk(disk)));
    let cdroms = domain.cdroms.iter().map(|cdrom| (cdrom_bus(domain.arch), Drive::Cdrom(cdrom)));
    disks
        .chain(cdroms)
        .map(|(bus, drive)| {
            let target = Tree::new().with("dev", targets.next(bus)).with("bus", bus_name(bus));
            match drive {
                Drive::Disk(disk) => disk_tree(disk, target, lab),
                Drive::Cdrom(cdrom) => cdrom_tree(cdrom, target, lab),
            }
        })
        .collect()
}

enum Drive<'a> {
    Disk(&'a Disk),
    Cdrom(&'a Cdrom),
}

fn disk_tree(disk: &Disk, target: Tree, lab: &Lab) -> Tree {
    let (kind, source) = match &disk.source {
        Source::Volume { pool, name, .. } => ("volume", volume(lab.pool(*pool).name.clone(), name)),
        Source::File(path) => ("file", Tree::new().with("file", path.clone())),
        Source::Block(path) => ("block", Tree::new().with("dev", path.clone())),
    };
    let cache = disk.cache.map(|cache| match cache {
        Cache::None => "none",
        Cache::Writeback => "writeback",
        Cache::Writethrough => "writethrough",
        Cache::Directsync => "directsync",
        Cache::Unsafe => "unsafe",
    });
    Tree::new()
        .with("type", kind)
        .with("device", "disk")
        .with(
            "driver",
            Tree::new()
                .with("name", "qemu")
                .with("type", disk.format.name())
                .with_some("cache", cache)
                // What the guest deletes is given back to the host.
                .with("discard", "unmap"),
        )
        .with("source", source)
        .with("target", target)
        .with_some("boot", disk.boot.as_ref().map(boot))
        .with_some("serial", disk.serial.clone())
}

fn cdrom_tree(cdrom: &Cdrom, target: Tree, lab: &Lab) -> Tree {
    let (kind, source) = match &cdrom.medium {
        Medium::File(path) => ("file", Some(Tree::new().with("file", path.clone()))),
        Medium::Volume { pool, name, .. } => ("volume", Some(volume(lab.pool(*pool).name.clone(), name))),
        Medium::DriverDisc => ("file", Some(Tree::new().with("file", HostFile::DriverDisc))),
        Medium::Empty => ("file", None),
    };
    let format = match &cdrom.medium {
        Medium::Volume { pool, name, .. } => lab.pool(*pool).volume(name).map_or("raw", |volume| volume.format.name()),
        Medium::File(_) | Medium::DriverDisc | Medium::Empty => "raw",
    };
    Tree::new()
        .with("type", kind)
        .with("device", "cdrom")
        .with("driver", Tree::new().with("name", "qemu").with("type", format))
        .with_some("source", source)
        .with("target", target)
        .with("readonly", true)
        .with_some("boot", cdrom.boot.as_ref().map(boot))
}

fn volume(pool: String, name: &str) -> Tree {
    Tree::new().with("pool", pool).with("volume", name.to_owned())
}

/// The names that libvirt's drives have on each bus: `vda`, `sdb`, …
#[derive(Default)]
struct Targets {
    virtio: u32,
    scsi: u32,
}

impl Targets {
    fn next(&mut self, bus: DiskBus) -> String {
        let (prefix, count) = match bus {
            DiskBus::Virtio => ("vd", &mut self.virtio),
            // These share one line of names, as they do in a Linux guest.
            DiskBus::Sata | DiskBus::Scsi | DiskBus::Usb => ("sd", &mut self.scsi),
        };
        *count += 1;
        format!("{prefix}{}", letters(*count))
    }
}

/// `a`, `b`, … `z`, `aa`, … for 1, 2, …
fn letters(number: u32) -> String {
    let mut left = number;
    let mut letters = Vec::new();
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'a' + u8::try_from(left % 26).expect("less than 26")));
        left /= 26;
    }
    letters.into_iter().rev().collect()
}

/// What optical drives are attached to.
pub(super) fn cdrom_bus(arch: Arch) -> DiskBus {
    match arch {
        Arch::X86_64 => DiskBus::Sata,
        Arch::Aarch64 => DiskBus::Scsi,
    }
}

fn bus_name(bus: DiskBus) -> &'static str {
    match bus {
        DiskBus::Virtio => "virtio",
        DiskBus::Sata => "sata",
        DiskBus::Scsi => "scsi",
        DiskBus::Usb => "usb",
    }
}

#[cfg(test)]
mod tests {
    use super::letters;
    use pretty_assertions::assert_eq;

    #[test]
    fn targets_go_past_z() {
        let check = |number, expected: &str| assert_eq!(letters(number), expected);
        check(1, "a");
        check(26, "z");
        check(27, "aa");
        check(52, "az");
        check(53, "ba");
        check(702, "zz");
        check(703, "aaa");
    }
}
