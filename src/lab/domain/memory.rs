//! The memory of a domain: how much it is, what backs it, and what QEMU may take of the host's.

use crate::lab::size::Size;

#[derive(Debug)]
pub struct Memory {
    pub size: Size,
    /// What the guest has of it when it starts, where that is not all.
    pub current: Option<Size>,
    /// The size of the pages that it is made of, where it is not the ordinary one.
    pub hugepages: Option<Size>,
    /// Whether the host keeps it in RAM.
    pub locked: bool,
    /// Whether other processes of the host can share it.
    pub shared: bool,
    /// Whether the host may keep equal pages once.
    pub share_pages: bool,
    /// What QEMU may take of the host's.
    pub limits: Limits,
}

/// What QEMU may take of the host's memory, where the spec says.
#[derive(Debug)]
pub struct Limits {
    /// The most.
    pub hard: Option<Size>,
    /// What it is pressed down to.
    pub soft: Option<Size>,
    /// The most of memory and swap.
    pub swap: Option<Size>,
}
