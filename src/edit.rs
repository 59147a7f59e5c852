//! Changing the text of a spec, with its comments and its layout kept: beginning a lab, adding an object, renaming one.
//!
//! In come the text of a spec and what is to be done; out come the changes of that text, as [`Edit`]s at positions of the user's
//! text, and what the changed spec is when it is read and checked again. Nothing is written here, and what is written was
//! [proven](crate::proof::edited_spec).
//!
//! References are not looked for by a list of keys. [`rename`](mod@rename) changes a name where it is declared, and asks the resolver what is
//! missing then: what points at the old name is a reference. So a kind of reference that the language gets later is found too.
//! That a rename changes nothing but the name is not believed but compared, by [`same`].

pub mod add;
pub mod insert;
mod layout;
pub mod print;
pub mod rename;
pub mod same;
pub mod template;

use std::collections::HashSet;
use std::path::Path;

use crate::lab::identity::ObjectKind;
use crate::pipeline::{self, Checked};
use crate::place::Pointer;
use crate::problem::{Id, Problem, Severity};
use crate::source::{Edit, Files, Source, edited};

/// A spec that is changed.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// Its file.
    pub path: &'a Path,
    /// Its text, with what it includes.
    pub source: &'a Source,
    /// What is wrong with it, and the lab.
    pub checked: &'a Checked,
    /// The files that it can include.
    pub files: &'a dyn Files,
}

/// A spec that has been changed, and nothing of that written yet.
#[derive(Debug)]
pub struct Edited {
    /// The changes of its text.
    pub edits: Vec<Edit>,
    /// The changed text, with what it includes.
    pub source: Source,
    /// What is wrong with it, and the lab.
    pub checked: Checked,
}

/// Why a spec is not changed.
#[derive(Debug)]
pub enum Refusal {
    /// What was asked for cannot be done.
    Error(Error),
    /// There is a problem in the spec as it is.
    There(Box<Problem>),
    /// The changed spec would have these problems.
    Unsound(Box<Edited>, Vec<Problem>),
}

/// What was asked for cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no object with the name.
    #[error("the spec has no {kinds} `{name}`: {help}")]
    NoObject {
        /// Which kinds were looked through, such as "network, pool or domain".
        kinds: String,
        /// The name.
        name: String,
        /// What was probably meant.
        help: String,
    },
    /// Objects of several kinds have the name.
    #[error("{kinds} are both called `{name}`: say which by `--kind`")]
    SeveralKinds {
        /// The kinds, such as "a network and a pool".
        kinds: String,
        /// The name.
        name: String,
    },
    /// The name is that of one replica.
    #[error("`{name}` is one of the `replicas` of domain `{entry}`: rename that, and all of them are renamed")]
    Replica {
        /// The name.
        name: String,
        /// The entry that stands for it.
        entry: String,
    },
    /// The old name is the new one.
    #[error("{kind} `{name}` is called so already")]
    SameName {
        /// The kind of the object.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// The lab does not manage the object.
    #[error(
        "{kind} `{name}` is one of the host's (`external`), which the lab does not manage: rename it where it is managed"
    )]
    External {
        /// The kind of the object.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// What is to be changed stands in a file that the spec includes.
    #[error(
        "{what} stands in {file}, which other labs may include too: change it there by hand, or move it into the spec"
    )]
    Included {
        /// What it is, such as "network `lan`".
        what: String,
        /// The file and its line.
        file: String,
    },
    /// More than the name would change.
    #[error("{kind} `{name}` cannot be renamed with nothing else changed: {difference}")]
    MoreThanTheName {
        /// The kind of the object.
        kind: &'static str,
        /// The old name.
        name: String,
        /// What would change.
        difference: String,
    },
    /// There is no such profile.
    #[error("there is no profile `{name}`: {help}")]
    NoProfile {
        /// The name.
        name: String,
        /// What was probably meant.
        help: String,
    },
    /// A profile is named twice, so nobody knows how strong it is.
    #[error("the profile `{name}` is named twice: leave out one `--from`")]
    ProfileTwice {
        /// The name.
        name: String,
    },
    /// Profiles are for domains.
    #[error("`--from` names profiles, which only domains have")]
    ProfilesOfDomains,
    /// No subnet is free.
    #[error(
        "no subnet from `10.0.0.0/24` to `10.254.0.0/24` is free for the network: add it by hand, with one of yours"
    )]
    NoSubnet,
    /// The text is no object.
    #[error("the spec is no JSON object")]
    NoSpec,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Target<'_> {
    /// The spec with changes, read and checked again.
    ///
    /// # Panics
    ///
    /// When changes overlap, which is a mistake in this crate.
    fn with(&self, edits: Vec<Edit>) -> Edited {
        let text = edited(self.source.text(), &edits).expect("changes do not overlap");
        let (source, problems) = Source::with_includes(self.path, text.into_bytes(), self.files);
        let checked = pipeline::check(&source, problems);
        Edited { edits, source, checked }
    }

    /// The problems of a changed spec that it has not had before.
    #[must_use]
    pub fn new_problems(&self, edited: &Edited) -> Vec<Problem> {
        let known: HashSet<(Id, &str)> =
            self.checked.problems.iter().map(|problem| (problem.id, problem.message.as_str())).collect();
        let is_new = |problem: &&Problem| !known.contains(&(problem.id, problem.message.as_str()));
        edited.checked.problems.iter().filter(is_new).cloned().collect()
    }

    /// Returns a changed spec unless it has errors that it has not had before.
    fn sound(&self, edited: Edited) -> Result<Edited, Refusal> {
        let new = self.new_problems(&edited);
        if new.iter().any(|problem| problem.id.severity() == Severity::Error) {
            return Err(Refusal::Unsound(Box::new(edited), new));
        }
        Ok(edited)
    }
}

/// The place of an entry.
#[must_use]
pub fn entry(kind: ObjectKind, name: &str) -> Pointer {
    Pointer::root().key(kind.section()).key(name)
}
