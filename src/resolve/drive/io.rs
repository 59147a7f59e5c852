//! Reads how QEMU reads and writes a disk, and checks that the I/O threads exist.

use crate::lab::drive::io::{Access, Limits};
use crate::lab::size::Size;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{Layers, Word, written};
use crate::resolve::parse;
use crate::spec::drive as written;
use crate::spec::drive::{Cache, Io};
use crate::spec::key::{Key, key};

/// The block sizes that QEMU takes, in bytes.
const BLOCK_SIZES: std::ops::RangeInclusive<i64> = 512..=2 << 20;

/// Resolves how a disk is read and written.
pub(crate) fn access(layers: &Layers<'_, written::Disk>, problems: &mut Problems) -> Access {
    let cache = layers.value(key!(cache));
    let io = layers.get(key!(io));
    if let Some(io) = io.filter(|io| *io.value == Io::Native)
        && !matches!(cache, Some(Cache::None | Cache::Directsync))
    {
        problems.push(
            Problem::conflict(io.place(), "`io` `native` with a cache mode that uses the host's page cache")
                .label("only with `cache` `none` or `directsync`")
                .help("add `\"cache\": \"none\"`, or choose `io_uring`"),
        );
    }
    Access {
        cache,
        io: io.map(|io| *io.value),
        discard: layers.value(key!(discard)).unwrap_or_default(),
        detect_zeroes: layers.value(key!(detect_zeroes)),
        queues: layers.value(key!(queues)),
        iothread: layers.get(key!(iothread)).map(|thread| thread.placed()),
        limits: limits(&layers.object(key!(limits)), problems),
        block_size: block_size(&layers.object(key!(block_size)), problems),
    }
}

/// Refuses I/O threads that the domain does not have.
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
    let bytes = written!(layers => read, write, total);
    let iops = written!(layers => read_iops, write_iops, total_iops);
    for keys in [bytes, iops] {
        let [read, write, total] = keys.map(|(_, at)| at);
        if let (Some(part), Some(total)) = (read.or(write), total) {
            problems.push(
                Problem::both(
                    Place::key(total),
                    "a limit for reads and writes together beside a separate one",
                    "not with the other",
                )
                .related(Place::key(part), "the other"),
            );
        }
    }
    let mut size = |key: Key<_, String>| layers.get(key).and_then(|word| parse::size(word, problems));
    Limits {
        read: size(key!(read)),
        write: size(key!(write)),
        total: size(key!(total)),
        read_iops: layers.value(key!(read_iops)),
        write_iops: layers.value(key!(write_iops)),
        total_iops: layers.value(key!(total_iops)),
    }
}

fn block_size(layers: &Layers<'_, written::BlockSize>, problems: &mut Problems) -> Option<(Size, Size)> {
    let mut size = |word: Option<Word<'_>>| {
        let word = word?;
        let size = parse::size(word, problems)?;
        let is_valid = BLOCK_SIZES.contains(&size.bytes()) && size.bytes().count_ones() == 1;
        if !is_valid {
            problems.push(
                Problem::out_of_range(word.place(), format!("`{}` is not a block size", word.value))
                    .label("needs a power of two from 512 bytes to 2 MiB")
                    .help("write `\"512B\"` or `\"4KiB\"`, as in real disks"),
            );
        }
        is_valid.then_some(size)
    };
    let physical_at = layers.get(key!(physical));
    let logical = size(layers.get(key!(logical)));
    let physical = size(physical_at);
    let logical = logical.or(physical.and(Some(Size::SECTOR)))?;
    if let (Some(physical), Some(at)) = (physical, physical_at)
        && physical < logical
    {
        problems.push(
            Problem::new(
                Id::OutOfRange,
                at.place(),
                format!("physical blocks of {physical}, smaller than the logical ones"),
            )
            .label(format!("less than {logical}"))
            .help("make it at least as large as `logical`, or leave it out"),
        );
    }
    Some((logical, physical.unwrap_or(logical)))
}
