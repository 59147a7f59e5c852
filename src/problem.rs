//! Every way in which a spec can be wrong, as values.
//!
//! A [`Problem`] is the user's to mend: all of a spec's problems are collected and reported together, in source order.
//! What went wrong outside the spec is an error, is returned as `Err`, and stops the run.

mod ids;

pub use ids::Id;

use crate::place::Place;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is generated while it stands.
    Error,
    /// Generated all the same; an error under `--deny warnings`.
    Warning,
}

/// One thing that is wrong: a sentence, a place and a way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which kind of problem it is; `lab2nix explain` tells more.
    pub id: Id,
    /// What is wrong, in lower case and without a full stop, the user's words in backticks.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to write beside the marked text.
    pub label: String,
    /// Other places that matter, each with what to write beside it.
    pub related: Vec<(Place, String)>,
    /// The way out.
    pub help: String,
    /// Whether one value is wrong whatever else the spec says.
    is_of_value: bool,
}

impl Problem {
    /// A problem with its sentence and place; [`label`](Self::label), [`related`](Self::related) and
    /// [`help`](Self::help) add the rest.
    ///
    /// It is one of several settings, of which a stronger layer may give another: where one value is wrong whatever the
    /// others are, it is [`of_value`](Self::of_value).
    #[must_use]
    pub fn new(id: Id, place: Place, message: impl Into<String>) -> Self {
        let (message, label, help) = (message.into(), String::new(), String::new());
        Self { id, message, place, label, related: Vec::new(), help, is_of_value: false }
    }

    /// A problem of one value, which is wrong whatever else the spec says. A layer whose value no domain takes is checked for
    /// these.
    #[must_use]
    pub fn of_value(id: Id, place: Place, message: impl Into<String>) -> Self {
        Self { is_of_value: true, ..Self::new(id, place, message) }
    }

    /// Whether one value is wrong whatever else the spec says.
    #[must_use]
    pub fn is_of_value(&self) -> bool {
        self.is_of_value
    }

    /// Sets what stands beside the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }

    /// Sets the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// "did you mean `x`?" when one of `known` is near `word`, else the list of what is known.
///
/// Nearness is the share of common characters, as [`similar`] counts it.
#[must_use]
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let lower = word.to_lowercase();
    let mut near: Option<&str> = None;
    let mut nearest = 0.6;
    for name in known.iter().copied() {
        let name_lower = name.to_lowercase();
        // Thousands of names may be known, and as many be wrong.
        if at_most_alike(&lower, &name_lower) < nearest {
            continue;
        }
        let ratio = similar::TextDiff::from_chars(lower.as_str(), name_lower.as_str()).ratio();
        if ratio >= nearest {
            (near, nearest) = (Some(name), ratio);
        }
    }
    match near {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "there is none to choose from".to_owned(),
        None => format!("known here: {}", quoted_list(known)),
    }
}

/// What the ratio of likeness of two texts cannot exceed, from how often each has each letter.
fn at_most_alike(one: &str, other: &str) -> f32 {
    if !one.is_ascii() || !other.is_ascii() || one.len() + other.len() > usize::from(u8::MAX) {
        return 1.0;
    }
    let mut counts = [0_u8; 128];
    one.bytes().for_each(|letter| counts[usize::from(letter)] += 1);
    let mut common = 0_u8;
    for letter in other.bytes() {
        let count = &mut counts[usize::from(letter)];
        common += u8::from(*count > 0);
        *count = count.saturating_sub(1);
    }
    let length = u8::try_from(one.len() + other.len()).map_or(f32::INFINITY, f32::from);
    2.0 * f32::from(common) / length
}

/// "`a`, `b` and `c`", cut short when there are many.
#[must_use]
pub fn quoted_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 24;
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        many if many.len() > SHOWN => {
            format!("{} and {} more", many[..SHOWN].join(", "), many.len() - SHOWN)
        }
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn near_names_are_suggested() {
        assert_eq!(did_you_mean("memroy", ["memory", "cpus"]), "did you mean `memory`?");
        assert_eq!(did_you_mean("LAN", ["lan", "wan"]), "did you mean `lan`?");
        assert_eq!(did_you_mean("x", ["memory", "cpus"]), "known here: `memory` and `cpus`");
        assert_eq!(did_you_mean("x", []), "there is none to choose from");
    }

    #[test]
    fn every_id_has_a_name_and_an_explanation() {
        for id in Id::ALL {
            assert_eq!(Id::from_name(id.name()), Some(*id));
            assert!(id.explanation().len() > 40, "{} needs an explanation", id.name());
        }
    }
}
