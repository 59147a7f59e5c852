//! The lab, resolved: profiles merged, defaults filled in, names replaced by ids, addresses and identities settled.
//!
//! [`resolve`](resolve::resolve) makes a [`Lab`] from a [`Spec`](crate::spec::Spec). What a `Lab` refers to exists:
//! ids are made only for entries of its own lists. Nothing in it has a default left to choose.
//!
//! Each section of a spec has a module, and in it one for each thing that it says: [`network`], [`storage`] and [`domain`],
//! with a domain's [`drive`]s, [`interface`]s and other [`device`]s. Beside them is what all of them need: layers
//! ([`profile`]), identities, words, and what must be unique.

/// A network of the lab, by its place in [`Lab::networks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NetworkId(pub(crate) usize);

/// A pool of the lab, by its place in [`Lab::pools`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PoolId(pub(crate) usize);
