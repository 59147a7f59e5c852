//! The families of problems: what those of one kind have in common, said once.
//!
//! A problem of a family says what is special about it, its sentence and its place, and adds its way out with
//! [`help`](Problem::help) where the family has none.

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, did_you_mean};

impl Problem {
    /// Settings that do not go together.
    #[must_use]
    pub fn conflict(place: Place, message: impl Into<String>) -> Self {
        Self::new(Id::ConflictingFields, place, message)
    }

    /// Two settings of which the other, a [`related`](Problem::related) place, says why this one cannot be: `label` tells how
    /// they meet.
    #[must_use]
    pub fn both(place: Place, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self::conflict(place, message).label(label).help("leave one of the two out")
    }

    /// A setting that is only for something else, which `only` names.
    #[must_use]
    pub fn only_for(place: Place, message: impl Into<String>, only: impl AsRef<str>) -> Self {
        Self::conflict(place, message).label(format!("only for {}", only.as_ref()))
    }

    /// A key, written at `at`, of `what`, which does not have it: only what `only` names does.
    #[must_use]
    pub fn key_only_for(at: &Pointer, what: &str, only: &str) -> Self {
        let key = at.steps().last().unwrap_or_default();
        Self::only_for(Place::key(at), format!("`{key}` of {what}"), only).help(format!("leave `{key}` out"))
    }

    /// Something that is not there.
    #[must_use]
    pub fn missing(place: Place, message: impl Into<String>) -> Self {
        Self::new(Id::MissingField, place, message)
    }

    /// Something that does nothing without what `needed` names.
    #[must_use]
    pub fn needs(place: Place, message: impl Into<String>, needed: impl AsRef<str>) -> Self {
        Self::missing(place, message).label(format!("needs {}", needed.as_ref()))
    }

    /// A name or word that somebody who reads it does not take, whatever else the spec says.
    #[must_use]
    pub fn bad_name(place: Place, message: impl Into<String>) -> Self {
        Self::of_value(Id::BadName, place, message)
    }

    /// A number or amount beyond what can be, whatever else the spec says.
    #[must_use]
    pub fn out_of_range(place: Place, message: impl Into<String>) -> Self {
        Self::of_value(Id::OutOfRange, place, message)
    }

    /// A setting that networks of the mode do not have.
    #[must_use]
    pub fn not_on_this_mode(place: Place, message: impl Into<String>) -> Self {
        Self::new(Id::NotOnThisMode, place, message)
    }

    /// A setting that pools of the type do not have.
    #[must_use]
    pub fn not_on_this_type(place: Place, message: impl Into<String>) -> Self {
        Self::new(Id::NotOnThisType, place, message)
    }

    /// A name that is not among those of a section of the spec, which is called after what it lists, such as `pool`s.
    #[must_use]
    pub fn unknown<'n>(
        id: Id,
        place: Place,
        what: &str,
        name: &str,
        known: impl ExactSizeIterator<Item = &'n str>,
    ) -> Self {
        Self::of_value(id, place, format!("there is no {what} `{name}`")).label(format!("not in `{what}s`")).help(
            if known.len() == 0 {
                format!("declare it: `\"{what}s\": {{ \"{name}\": {{ … }} }}`")
            } else {
                did_you_mean(name, known)
            },
        )
    }
}
