//! The keys of drives.

use super::{Around, Uses};
use crate::keys::read::{Keys, fact, is, number, word};
use crate::lab::size::Size;
use crate::libvirt::tree::{Tree, Value};

const DISK: &[(&str, &str)] = &[
    ("format", "driver.type"),
    ("bus", "target.bus"),
    ("cache", "driver.cache"),
    ("io", "driver.io"),
    ("detectZeroes", "driver.detect_zeroes"),
    ("queues", "driver.queues"),
    ("iothread", "driver.iothread"),
    ("serial", "serial"),
    ("wwn", "wwn"),
    ("rotationRate", "target.rotation_rate"),
    ("boot", "boot.order"),
];

/// Reads the drives. `unsaid` takes those that no key can say.
pub(super) fn drives(
    definition: &Tree,
    around: &Around,
    keys: &mut Keys,
    uses: &mut Uses,
    unsaid: &mut impl FnMut(&str, &Tree),
) {
    let (mut disks, mut cdroms, mut floppies) = (Vec::new(), Vec::new(), Vec::new());
    for drive in definition.elements("devices.disk") {
        let kind = word(drive, "device").unwrap_or_else(|| "disk".to_owned());
        let read = match kind.as_str() {
            "disk" => disk(drive, around, uses).map(|disk| disks.push(disk)),
            "cdrom" => cdrom(drive, around, uses).map(|cdrom| cdroms.push(cdrom)),
            "floppy" => floppy(drive).map(|floppy| floppies.push(floppy)),
            _ => None,
        };
        if read.is_none() {
            unsaid("disk", drive);
        }
    }
    keys.list("disks", disks);
    keys.list("cdroms", cdroms);
    keys.list("floppies", floppies);
}

/// Where a drive's content is. `None` for what no key can say.
fn source(drive: &Tree, block: Option<&str>, around: &Around, uses: &mut Uses) -> Option<Keys> {
    let mut keys = Keys::default();
    match word(drive, "type").as_deref() {
        Some("file") => keys.read(drive, &[("file", "source.file")]),
        Some("block") => keys.set(block?, word(drive, "source.dev")),
        Some("volume") => {
            keys.read(drive, &[("pool", "source.pool"), ("volume", "source.volume")]);
            uses.pools.extend(word(drive, "source.pool"));
        }
        // libvirt has no other word for an image of Ceph that is a volume of a pool.
        Some("network") if is(drive, "source.protocol", "rbd") => {
            let image = word(drive, "source.name")?;
            let (of, volume) = image.rsplit_once('/')?;
            let pool = around.rbd.get(of)?;
            keys.set("pool", Some(pool.as_str()));
            keys.set("volume", Some(volume));
        }
        _ => return None,
    }
    Some(keys)
}

fn disk(drive: &Tree, around: &Around, uses: &mut Uses) -> Option<Keys> {
    let source = source(drive, Some("block"), around, uses).filter(|source| !source.is_empty())?;
    // Where a definition is what others say something of, they name its disks so.
    let mut keys = Keys::of(drive, &[("name", "target.dev")]);
    keys.extend(source);
    if !matches!(word(drive, "driver.type").as_deref(), Some("qcow2" | "raw")) {
        return None;
    }
    keys.read(drive, DISK);
    keys.set("discard", Some(word(drive, "driver.discard").unwrap_or_else(|| "default".to_owned())));
    let flag = |name: &str| drive.get(name).is_some();
    keys.set("readonly", Some(flag("readonly")));
    keys.set("shareable", Some(flag("shareable")));
    if drive.get("snapshot") == Some(&Value::Bool(false)) || is(drive, "snapshot", "no") {
        keys.set("snapshot", Some(false));
    }
    let mut limits = Keys::default();
    for (key, path) in
        [("read", "iotune.read_bytes_sec"), ("write", "iotune.write_bytes_sec"), ("total", "iotune.total_bytes_sec")]
    {
        limits.set(key, number(drive, path).and_then(bytes));
    }
    limits.read(
        drive,
        &[
            ("readIops", "iotune.read_iops_sec"),
            ("writeIops", "iotune.write_iops_sec"),
            ("totalIops", "iotune.total_iops_sec"),
        ],
    );
    keys.object("limits", limits);
    let mut sizes = Keys::default();
    sizes.set("logical", number(drive, "blockio.logical_block_size").and_then(bytes));
    sizes.set("physical", number(drive, "blockio.physical_block_size").and_then(bytes));
    keys.object("blockSize", sizes);
    Some(keys)
}

fn cdrom(drive: &Tree, around: &Around, uses: &mut Uses) -> Option<Keys> {
    let mut keys = source(drive, None, around, uses)?;
    if keys.is_empty() {
        keys.set("empty", Some(true));
    }
    keys.read(drive, &[("bus", "target.bus"), ("startupPolicy", "source.startupPolicy"), ("boot", "boot.order")]);
    Some(keys)
}

fn floppy(drive: &Tree) -> Option<Keys> {
    let mut keys = Keys::default();
    if !is(drive, "type", "file") {
        return None;
    }
    keys.read(drive, &[("file", "source.file"), ("startupPolicy", "source.startupPolicy"), ("boot", "boot.order")]);
    keys.set("readonly", drive.get("readonly").and_then(fact).or(drive.get("readonly").map(|_| true.into())));
    Some(keys)
}

fn bytes(count: i64) -> Option<String> {
    Some(Size::parse(&format!("{count}B"))?.to_string())
}
