//! Ids: by these, interfaces refer to networks, and disks to pools. An id is made for an entry of the lab's own list only,
//! so it never dangles.

/// A network of the lab, by its place in [`Lab::networks`](crate::lab::Lab::networks).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NetworkId(pub(crate) usize);

/// A pool of the lab, by its place in [`Lab::pools`](crate::lab::Lab::pools).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PoolId(pub(crate) usize);
