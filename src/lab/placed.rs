//! The lab, resolved: profiles merged, defaults filled in, names replaced by ids, addresses and identities settled.
//!
//! [`resolve`](resolve::resolve) makes a [`Lab`] from a [`Spec`](crate::spec::Spec). What a `Lab` refers to exists:
//! ids are made only for entries of its own lists. Nothing in it has a default left to choose.
//!
//! Each section of a spec has a module, and in it one for each thing that it says: [`network`], [`storage`] and [`domain`],
//! with a domain's [`drive`]s, [`interface`]s and other [`device`]s. Beside them is what all of them need: layers
//! ([`profile`]), identities, words, and what must be unique.

use crate::place::{Place, Pointer};
use crate::spec::Extra;

/// Part of the spec that is merged into a definition as it is.
#[derive(Debug, Clone)]
pub struct ExtraAt {
    /// Where it is written.
    pub at: Pointer,
    /// What is written.
    pub value: Extra,
}

/// An identity and where it was settled: where it is written, else where the object is declared.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    /// The identity.
    pub value: T,
    /// The place that a problem with it points at.
    pub place: Place,
}
