//! How a disk is read and written: by QEMU, and how much.

use crate::lab::drive::io::{Access, Limits};
use crate::lab::placed::Placed;
use crate::lab::size::Size;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::parse;
use crate::spec::drive as written;
use crate::spec::drive::{Cache, Io};

/// The block sizes that QEMU takes, in bytes.
const BLOCK_SIZES: std::ops::RangeInclusive<i64> = 512..=2 << 20;

/// Resolves how a disk is read and written.
pub(crate) fn access(layers: &Layers<'_, written::Disk>, problems: &mut Problems) -> Access {
    let cache = layers.value("cache", |d| d.cache.as_ref());
    let io = layers.get("io", |d| d.io.as_ref());
    if let Some(io) = io.filter(|io| *io.value == Io::Native)
        && !matches!(cache, Some(Cache::None | Cache::Directsync))
    {
        problems.push(
            Problem::conflict(io.place(), "`native` calls on a disk that the host caches")
                .label("only with `cache` `none` or `directsync`")
                .help("add `\"cache\": \"none\"`, or choose `io_uring`"),
        );
    }
    Access {
        cache,
        io: io.map(|io| *io.value),
        discard: layers.value("discard", |d| d.discard.as_ref()).unwrap_or_default(),
        detect_zeroes: layers.value("detectZeroes", |d| d.detect_zeroes.as_ref()),
        queues: layers.value("queues", |d| d.queues.as_ref()),
        iothread: layers
            .get("iothread", |d| d.iothread.as_ref())
            .map(|thread| Placed { value: *thread.value, place: thread.place() }),
        limits: limits(&layers.object("limits", |d| d.limits.as_ref()), problems),
        block_size: block_size(&layers.object("blockSize", |d| d.block_size.as_ref()), problems),
    }
}

/// Refuses threads that the domain does not have.
pub(crate) fn threads_exist<'a>(disks: impl Iterator<Item = &'a Access>, iothreads: u32, problems: &mut Problems) {
    for thread in disks.filter_map(|access| access.iothread.as_ref()).filter(|thread| thread.value > iothreads) {
        let has = if iothreads == 1 { "1 I/O thread".to_owned() } else { format!("{iothreads} I/O threads") };
        problems.push(
            Problem::new(Id::OutOfRange, thread.place.clone(), format!("the I/O thread {} of a disk", thread.value))
                .label(format!("the domain has {has}"))
                .help(format!("give the domain `\"iothreads\": {}`, or choose a lower number", thread.value)),
        );
    }
}

fn limits(layers: &Layers<'_, written::DiskLimits>, problems: &mut Problems) -> Limits {
    let [read, write, total] = [
        layers.get("read", |l| l.read.as_ref()),
        layers.get("write", |l| l.write.as_ref()),
        layers.get("total", |l| l.total.as_ref()),
    ];
    let [read_iops, write_iops, total_iops] = [
        layers.get("readIops", |l| l.read_iops.as_ref()),
        layers.get("writeIops", |l| l.write_iops.as_ref()),
        layers.get("totalIops", |l| l.total_iops.as_ref()),
    ];
    let pointers =
        |[read, write, total]: [Option<Word<'_>>; 3]| [read, write, total].map(|at| at.map(|at| at.pointer()));
    let iops = [read_iops, write_iops, total_iops].map(|at| at.map(|at| at.pointer()));
    for [read, write, total] in [pointers([read, write, total]), iops] {
        if let (Some(part), Some(total)) = (read.or(write), total) {
            problems.push(
                Problem::both(
                    total.name(),
                    "a limit for reading and writing together and one apart",
                    "not with the other",
                )
                .related(part.name(), "the other"),
            );
        }
    }
    let mut bytes = |word: Option<Word<'_>>| word.and_then(|word| parse::size(word, problems));
    Limits {
        read: bytes(read),
        write: bytes(write),
        total: bytes(total),
        read_iops: read_iops.map(|at| *at.value),
        write_iops: write_iops.map(|at| *at.value),
        total_iops: total_iops.map(|at| *at.value),
    }
}

fn block_size(layers: &Layers<'_, written::BlockSize>, problems: &mut Problems) -> Option<(Size, Size)> {
    let mut size = |word: Option<Word<'_>>| {
        let word = word?;
        let size = parse::size(word, problems)?;
        let fine = BLOCK_SIZES.contains(&size.bytes()) && size.bytes().count_ones() == 1;
        if !fine {
            problems.push(
                Problem::out_of_range(word.place(), format!("`{}` is not the size of a block", word.value))
                    .label("needs a power of two from 512 bytes to 2 MiB")
                    .help("write `\"512B\"` or `\"4KiB\"`, as real disks have them"),
            );
        }
        fine.then_some(size)
    };
    let physical_at = layers.get("physical", |b| b.physical.as_ref());
    let logical = size(layers.get("logical", |b| b.logical.as_ref()));
    let physical = size(physical_at);
    let logical = logical.or(physical.and(Some(Size::SECTOR)))?;
    if let (Some(physical), Some(at)) = (physical, physical_at)
        && physical < logical
    {
        problems.push(
            Problem::new(
                Id::OutOfRange,
                at.place(),
                format!("physical blocks of {physical}, smaller than logical ones"),
            )
            .label(format!("less than {logical}"))
            .help("make it at least as large as `logical`, or leave it out"),
        );
    }
    Some((logical, physical.unwrap_or(logical)))
}
