//! How QEMU reads and writes a disk, and the limits of that.

use crate::lab::placed::Placed;
use crate::lab::size::Size;
use crate::spec::drive::{Cache, DetectZeroes, Discard, Io};

/// How QEMU reads and writes a disk.
#[derive(Debug)]
pub struct Access {
    /// How it caches it.
    pub cache: Option<Cache>,
    /// By which calls.
    pub io: Option<Io>,
    /// What becomes of discarded blocks.
    pub discard: Discard,
    /// What it does with zeros.
    pub detect_zeroes: Option<DetectZeroes>,
    /// The queues that the guest fills.
    pub queues: Option<u16>,
    /// The thread of QEMU's that does the work, where it is not the main one.
    pub iothread: Option<Placed<u32>>,
    /// How much is read and written.
    pub limits: Limits,
    /// The sizes of the blocks that the guest sees: logical and physical.
    pub block_size: Option<(Size, Size)>,
}

/// How much a disk may read and write, in bytes and operations per second.
#[derive(Debug, Default)]
pub struct Limits {
    /// Bytes read.
    pub read: Option<Size>,
    /// Bytes written.
    pub write: Option<Size>,
    /// Bytes read and written.
    pub total: Option<Size>,
    /// Reads.
    pub read_iops: Option<u32>,
    /// Writes.
    pub write_iops: Option<u32>,
    /// Reads and writes.
    pub total_iops: Option<u32>,
}
