//! Every way in which a spec can be wrong, as values.
//!
//! A [`Problem`] is the user's to mend: all of a spec's problems are collected and reported together, in source order.
//! What went wrong outside the spec is an error, is returned as `Err`, and stops the run.

mod families;
mod ids;
mod problems;

pub use ids::Id;
pub use problems::Problems;

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
    /// What no report may show, because it is a secret, or may be one: values of the spec.
    pub conceals: Vec<Place>,
    /// Whether one value is wrong whatever else the spec says.
    is_of_value: bool,
    /// Whether its place is enough to know it by, because its message names one domain of several that have it.
    is_once_per_place: bool,
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
        Self {
            id,
            message,
            place,
            label,
            related: Vec::new(),
            help,
            conceals: Vec::new(),
            is_of_value: false,
            is_once_per_place: false,
        }
    }

    /// A problem of one value, which is wrong whatever else the spec says. A layer whose value no domain takes is checked for
    /// these.
    #[must_use]
    pub fn of_value(id: Id, place: Place, message: impl Into<String>) -> Self {
        Self { is_of_value: true, ..Self::new(id, place, message) }
    }

    /// The same problem of what is made of several settings.
    #[must_use]
    pub fn of_several(self) -> Self {
        Self { is_of_value: false, ..self }
    }

    /// Whether one value is wrong whatever else the spec says.
    #[must_use]
    pub fn is_of_value(&self) -> bool {
        self.is_of_value
    }

    /// The same problem, which is reported once at its place, whichever domain's name it was found by.
    #[must_use]
    pub fn once_per_place(self) -> Self {
        Self { is_once_per_place: true, ..self }
    }

    /// Marks what somebody else had first, at `first`.
    #[must_use]
    pub fn second_of(self, first: &Place) -> Self {
        if *first == self.place {
            // It is written in a layer that several domains take.
            self.label("in several domains")
        } else {
            self.label("the second one").related(first.clone(), "the first one")
        }
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

    /// Keeps what is written at a place out of the report, whichever problem's lines or words it is in.
    #[must_use]
    pub fn concealing(mut self, place: Place) -> Self {
        self.conceals.push(place);
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
/// Near is what a few slips of the fingers make of it, at most one for three letters: letters too many, missing, wrong or
/// swapped. So is a name that begins or ends the word, or that the word begins or ends.
#[must_use]
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let all = match known.as_slice() {
        [] => "there is none to choose from".to_owned(),
        known => format!("known here: {}", quoted_list(known.iter().copied())),
    };
    did_you_mean_or(word, &known, &all)
}

/// The same with something else to say when none is near: of a list that is too long to be shown.
#[must_use]
pub fn did_you_mean_or(word: &str, known: &[&str], otherwise: &str) -> String {
    probably_meant(word, known).map_or_else(|| otherwise.to_owned(), |name| format!("did you mean `{name}`?"))
}

/// The one of the `known` that [`did_you_mean`] suggests, if any is near.
#[must_use]
pub fn probably_meant<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    nearest(word, known).or_else(|| part(word, known))
}

/// The name with the fewest slips; of several the one that has most letters of the word, of those the last, which of versions
/// is the newest.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    let slips = |name: &str| {
        let name = name.to_lowercase();
        let most = (length / 3).max(usize::from(length > 1));
        // Thousands of names may be known, and as many be wrong.
        (length.abs_diff(name.chars().count()) <= most)
            .then(|| strsim::osa_distance(&lower, &name))
            .filter(|slips| *slips <= most)
    };
    let found: Vec<(usize, &str)> = known.iter().filter_map(|name| Some((slips(name)?, *name))).collect();
    let fewest = found.iter().map(|(slips, _)| *slips).min()?;
    let alike = |name: &str| similar::TextDiff::from_chars(lower.as_str(), name.to_lowercase()).ratio();
    let names = found.into_iter().filter(|(slips, _)| *slips == fewest).map(|(_, name)| name);
    names.max_by(|one, other| alike(one).total_cmp(&alike(other)))
}

/// The longest name that begins the word, or is a whole word at its end; or that is begun or ended by it.
fn part<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    const LEAST: usize = 3;
    let plain = |text: &str| text.to_lowercase().replace(['_', '-'], "");
    // `vmport` is no port, but `boot_order` and `bootOrder` are orders.
    let ends = |long: &str, short: &str| {
        let starts = long.char_indices().filter(|(at, _)| *at > 0);
        let words = starts.filter(|(at, c)| c.is_uppercase() || long[..*at].ends_with(['_', '-']));
        words.into_iter().any(|(at, _)| plain(&long[at..]) == plain(short))
    };
    let is_part = |name: &str| {
        let (short, long) = if plain(name).len() < plain(word).len() { (name, word) } else { (word, name) };
        short.len() >= LEAST && (plain(long).starts_with(&plain(short)) || ends(long, short))
    };
    let starts = |name: &str| plain(name).starts_with(&plain(word)) || plain(word).starts_with(&plain(name));
    known.iter().copied().filter(|name| is_part(name)).max_by_key(|name| (starts(name), name.len()))
}

/// "`a`, `b` and `c`", cut short when there are many.
#[must_use]
pub fn quoted_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    listed(&quoted(names), "and")
}

/// "`a`, `b` or `c`", cut short when there are many.
#[must_use]
pub fn quoted_choice<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    listed(&quoted(names), "or")
}

fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    names.into_iter().map(|name| format!("`{name}`")).collect()
}

/// Words with commas between them, and a word before the last.
#[must_use]
pub fn listed<W: AsRef<str>>(words: &[W], before_last: &str) -> String {
    const SHOWN: usize = 24;
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        many if many.len() > SHOWN => {
            format!("{} {before_last} {} more", many[..SHOWN].join(", "), many.len() - SHOWN)
        }
        [first @ .., last] => format!("{} {before_last} {last}", first.join(", ")),
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
        assert_eq!(did_you_mean("ip4", ["ip", "ip6"]), "did you mean `ip`?");
        assert_eq!(
            did_you_mean("duplicate-uid", ["duplicate-uuid", "duplicate-cid"]),
            "did you mean `duplicate-uuid`?"
        );
        assert_eq!(did_you_mean("windows-12", ["windows-10", "windows-11"]), "did you mean `windows-11`?");
        assert_eq!(did_you_mean("boot_order", ["boot", "order-of"]), "did you mean `boot`?");
        assert_eq!(did_you_mean("net", ["network", "name"]), "did you mean `network`?");
        assert_eq!(did_you_mean("nicModel", ["model", "mac"]), "did you mean `model`?");
        assert_eq!(did_you_mean("cut", ["serial-cut", "cut-off"]), "did you mean `cut-off`?");
        assert_eq!(did_you_mean("port", ["vmport", "name"]), "known here: `vmport` and `name`");
        assert_eq!(did_you_mean("autostart", ["restart", "active"]), "known here: `restart` and `active`");
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
