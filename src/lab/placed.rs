//! A value together with the place in the spec that a problem with it points at.

use crate::place::{Place, Pointer};
use crate::spec::Extra;

/// Part of the spec that is merged into a definition as it is.
#[derive(Debug, Clone)]
pub struct ExtraAt {
    pub at: Pointer,
    pub value: Extra,
}

/// A value and where it comes from: where it is written, else where its object is declared.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    pub value: T,
    /// The place that a problem with it points at.
    pub place: Place,
}
