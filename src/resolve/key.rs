//! Keys of one object that do not go together.

use crate::place::Pointer;
use crate::problem::{Id, Problem};

/// The problem of a key at a place where `what` is, which does not have it.
pub fn only_for(at: &Pointer, what: &str, only: &str) -> Problem {
    let key = at.steps().last().unwrap_or_default();
    Problem::new(Id::ConflictingFields, at.clone().name(), format!("`{key}` of {what}"))
        .label(format!("only for {only}"))
        .help(format!("leave `{key}` out"))
}
