//! The drives of a domain: disks, optical and floppy drives
//! ([libvirt](https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms)).

mod place;

use super::boot;
use crate::host_file::HostFile;
use crate::lab::domain::Domain;
use crate::lab::drive::floppy::Floppy;
use crate::lab::drive::io::{Access, Limits};
use crate::lab::drive::{Cdrom, Disk, Medium, Source};
use crate::lab::size::Size;
use crate::lab::{Lab, Pool};
use crate::libvirt::pool::{host, secret};
use crate::libvirt::tree::Tree;
use crate::spec::drive::{Cache, DetectZeroes, Discard, Io, StartupPolicy};
use crate::spec::pool::PoolType;
use place::Places;

/// The disks, the optical drives, the one with the NoCloud seed ISO, then the floppy drives, each in the next free
/// place of its bus.
pub(super) fn drives(domain: &Domain, lab: &Lab) -> Vec<Tree> {
    let mut places = Places::default();
    let disks = domain.disks.iter().map(|disk| (disk.bus, disk_tree(disk, lab)));
    let cdroms = domain.cdroms.iter().map(|cdrom| (cdrom.bus, cdrom_tree(cdrom, lab)));
    let seed = domain.cloud_init.iter().map(|init| (init.bus, seed_tree(domain, lab)));
    let answers = domain.unattended.iter().map(|unattended| (unattended.bus, answers_tree(domain, lab)));
    let drives = disks.chain(cdroms).chain(seed).chain(answers);
    let mut drives: Vec<Tree> = drives.map(|(bus, drive)| places.put(drive, bus)).collect();
    drives.extend(domain.floppies.iter().map(|floppy| places.put_floppy(floppy_tree(floppy))));
    drives
}

fn disk_tree(disk: &Disk, lab: &Lab) -> Tree {
    let (kind, source) = match &disk.source {
        Source::Volume { pool, name, .. } => volume(lab.pool(*pool), name),
        Source::HostVolume { pool, name } => ("volume", volume_of(pool, name)),
        Source::File(path) => ("file", Tree::new().with("file", path.clone())),
        Source::Block(path) => ("block", Tree::new().with("dev", path.clone())),
    };
    let rotation = disk.rotation_rate.map(|rate| Tree::new().with("rotation_rate", rate));
    Tree::new()
        .with("type", kind)
        .with("device", "disk")
        .with_some("snapshot", (!disk.snapshot).then_some(false))
        .with("driver", driver(&disk.access, disk.format.name()))
        .with("source", source)
        .with_some("target", rotation)
        .with_some("readonly", disk.readonly.then_some(true))
        .with_some("shareable", disk.shareable.then_some(true))
        .with_some("boot", disk.boot.as_ref().map(boot))
        .with_some("iotune", limits(&disk.access.limits))
        .with_some("blockio", disk.access.block_size.map(block_size))
        .with_some("serial", disk.serial.as_ref().map(|serial| serial.value.clone()))
        .with_some("wwn", disk.wwn.as_ref().map(|wwn| wwn.value.clone()))
}

/// How QEMU reads and writes a disk.
fn driver(access: &Access, format: &'static str) -> Tree {
    Tree::new()
        .with("name", "qemu")
        .with("type", format)
        .with_some("cache", access.cache.map(Cache::name))
        .with_some("io", access.io.map(Io::name))
        .with_some("discard", (access.discard != Discard::Default).then(|| access.discard.name()))
        .with_some("detect_zeroes", access.detect_zeroes.map(DetectZeroes::name))
        .with_some("queues", access.queues)
        .with_some("iothread", access.iothread.as_ref().map(|thread| thread.value))
}

fn limits(limits: &Limits) -> Option<Tree> {
    let bytes = |size: Option<Size>| size.map(Size::bytes);
    Tree::new()
        .with_some("total_bytes_sec", bytes(limits.total))
        .with_some("read_bytes_sec", bytes(limits.read))
        .with_some("write_bytes_sec", bytes(limits.write))
        .with_some("total_iops_sec", limits.total_iops)
        .with_some("read_iops_sec", limits.read_iops)
        .with_some("write_iops_sec", limits.write_iops)
        .unless_empty()
}

fn block_size((logical, physical): (Size, Size)) -> Tree {
    Tree::new().with("logical_block_size", logical.bytes()).with("physical_block_size", physical.bytes())
}

fn cdrom_tree(cdrom: &Cdrom, lab: &Lab) -> Tree {
    let (kind, source) = match &cdrom.medium {
        Medium::File(path) => ("file", Some(Tree::new().with("file", path.clone()))),
        Medium::Volume { pool, name, .. } => {
            let (kind, source) = volume(lab.pool(*pool), name);
            (kind, Some(source))
        }
        Medium::HostVolume { pool, name } => ("volume", Some(volume_of(pool, name))),
        Medium::DriverDisc => ("file", Some(Tree::new().with("file", HostFile::DriverDisc))),
        Medium::Empty => ("file", None),
    };
    let format = match &cdrom.medium {
        Medium::Volume { pool, name, .. } => lab.pool(*pool).volume(name).map_or("raw", |volume| volume.format.name()),
        Medium::File(_) | Medium::HostVolume { .. } | Medium::DriverDisc | Medium::Empty => "raw",
    };
    let policy = cdrom.startup_policy.map(StartupPolicy::name);
    Tree::new()
        .with("type", kind)
        .with("device", "cdrom")
        .with("driver", Tree::new().with("name", "qemu").with("type", format))
        .with_some("source", source.map(|source| source.with_some("startupPolicy", policy)))
        .with("readonly", true)
        .with_some("boot", cdrom.boot.as_ref().map(boot))
}

/// The drive with the NoCloud seed ISO.
fn seed_tree(domain: &Domain, lab: &Lab) -> Tree {
    let file = nocloud_file(domain, lab);
    Tree::new()
        .with("type", "file")
        .with("device", "cdrom")
        .with("driver", Tree::new().with("name", "qemu").with("type", "raw"))
        .with("source", Tree::new().with("file", file))
        .with("readonly", true)
}

/// The drive with the disc for Windows Setup, which is gone when Windows is installed.
fn answers_tree(domain: &Domain, lab: &Lab) -> Tree {
    let file = HostFile::Answers { lab: lab.name.clone(), domain: domain.name.clone() };
    Tree::new()
        .with("type", "file")
        .with("device", "cdrom")
        .with("driver", Tree::new().with("name", "qemu").with("type", "raw"))
        .with("source", Tree::new().with("file", file).with("startupPolicy", StartupPolicy::Optional.name()))
        .with("readonly", true)
}

/// The file of a `NoCloud` seed ISO.
fn nocloud_file(domain: &Domain, lab: &Lab) -> HostFile {
    let (lab, name) = (lab.name.clone(), domain.name.clone());
    if domain.cloud_init.as_ref().is_some_and(|init| !init.secrets.is_empty()) {
        HostFile::SecretSeed { lab, domain: name }
    } else {
        HostFile::Seed { lab, domain: name }
    }
}

fn floppy_tree(floppy: &Floppy) -> Tree {
    let policy = floppy.startup_policy.map(StartupPolicy::name);
    let source = floppy.file.clone().map(|path| Tree::new().with("file", path).with_some("startupPolicy", policy));
    Tree::new()
        .with("type", "file")
        .with("device", "floppy")
        .with("driver", Tree::new().with("name", "qemu").with("type", "raw"))
        .with_some("source", source)
        .with_some("readonly", floppy.readonly.then_some(true))
        .with_some("boot", floppy.boot.as_ref().map(boot))
}

/// A volume of a pool. libvirt finds it by the pool's name, but for an image of Ceph, which QEMU is led to
/// ("using 'rbd' pools for backing 'volume' disks isn't yet supported").
fn volume(pool: &Pool, name: &str) -> (&'static str, Tree) {
    if pool.r#type != PoolType::Rbd {
        return ("volume", volume_of(&pool.name, name));
    }
    let auth = pool.source.auth.as_ref().map(|auth| {
        let secret = secret(&auth.secret).with("type", "ceph");
        Tree::new().with("username", auth.username.clone()).with("secret", secret)
    });
    let source = Tree::new()
        .with("protocol", "rbd")
        .with("name", pool.volume_path(name))
        .with_each("host", pool.source.hosts.iter().map(host))
        .with_some("auth", auth);
    ("network", source)
}

fn volume_of(pool: &str, name: &str) -> Tree {
    Tree::new().with("pool", pool.to_owned()).with("volume", name.to_owned())
}
