//! The NUMA cells of a domain, and the nodes of the host that its memory comes from.

use crate::lab::size::Size;
use crate::spec::memory::MemoryMode;

/// NUMA.
#[derive(Debug)]
pub struct Numa {
    /// The cells that the guest sees; none where it sees no NUMA.
    pub cells: Vec<Cell>,
    /// Where all memory comes from.
    pub nodes: Option<Nodes>,
}

/// A NUMA cell.
#[derive(Debug)]
pub struct Cell {
    /// Its virtual CPUs.
    pub cpus: Option<String>,
    /// Its memory.
    pub memory: Size,
    /// Where its memory comes from, where that is its own.
    pub nodes: Option<Nodes>,
}

/// Nodes of the host that memory comes from.
#[derive(Debug)]
pub struct Nodes {
    /// Which.
    pub set: String,
    /// How strictly.
    pub mode: MemoryMode,
}
