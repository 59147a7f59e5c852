//! The NUMA cells of a domain, and the nodes of the host that its memory comes from.

use crate::lab::size::Size;
use crate::spec::memory::MemoryMode;

#[derive(Debug)]
pub struct Numa {
    /// The cells that the guest sees; none where it sees no NUMA.
    pub cells: Vec<Cell>,
    /// Where all memory comes from.
    pub nodes: Option<Nodes>,
}

#[derive(Debug)]
pub struct Cell {
    pub cpus: Option<String>,
    pub memory: Size,
    /// Where its memory comes from, where that is its own.
    pub nodes: Option<Nodes>,
}

/// Nodes of the host that memory comes from.
#[derive(Debug)]
pub struct Nodes {
    pub set: String,
    /// How strictly.
    pub mode: MemoryMode,
}
