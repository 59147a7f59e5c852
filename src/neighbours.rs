//! Several labs in, what they cannot all have out, with the places in both specs.
//!
//! Labs of one host share its libvirt, its files and its ports. What both have of these is an error: the host's module refuses it
//! too. Labs of several hosts may share a LAN, a file server and an inventory. Specs do not say whether they do, so what
//! both have of these is a warning.

mod host;
mod hosts;

use crate::host::{Claims, HostNeeds, Owner};
use crate::lab::Lab;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::source::Joined;

/// Which labs are on one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosts {
    /// All of them.
    One,
    /// Each has a host of its own.
    OneEach,
}

/// A lab beside others.
struct Neighbour<'a> {
    lab: &'a Lab,
    claims: Claims,
    /// The position of its spec among all.
    spec: usize,
}

/// Two of them.
struct Pair<'a, 's> {
    first: &'a Neighbour<'a>,
    second: &'a Neighbour<'a>,
    joined: &'a Joined<'s>,
}

/// Compares each lab with each other. `labs` are those of the `joined` specs that are sound, each with the position of its spec.
pub fn check<'a>(
    labs: impl IntoIterator<Item = (usize, &'a Lab)>,
    joined: &Joined<'_>,
    hosts: Hosts,
    problems: &mut Problems,
) {
    let neighbour = |(spec, lab)| Neighbour { lab, claims: HostNeeds::of(lab).claims, spec };
    let all: Vec<Neighbour<'_>> = labs.into_iter().map(neighbour).collect();
    for (index, second) in all.iter().enumerate() {
        for first in &all[..index] {
            let pair = Pair { first, second, joined };
            match hosts {
                Hosts::One => host::check(&pair, problems),
                Hosts::OneEach => hosts::check(&pair, problems),
            }
        }
    }
}

impl Pair<'_, '_> {
    /// The two labs, in words.
    fn labs(&self) -> String {
        let (first, second) = (&self.first.lab.name, &self.second.lab.name);
        if first == second { format!("two labs named `{first}`") } else { format!("labs `{first}` and `{second}`") }
    }

    /// A problem with what both have, each by an object of its own. `both` is what they do: `both have the file …`.
    fn problem(&self, id: Id, both: &str, first: &Owner, second: &Owner) -> Problem {
        let [place, other] = self.places(&second.place, &first.place);
        let label =
            |neighbour: &Neighbour<'_>, owner: &Owner| format!("{} of lab `{}`", quoted(owner), neighbour.lab.name);
        let problem = Problem::new(id, place, format!("{} {both}", self.labs()));
        if problem.place == other {
            // It is written in a file that both include.
            problem.label("in both labs")
        } else {
            problem.label(label(self.second, second)).related(other, label(self.first, first))
        }
    }

    /// A place in the second spec and one in the first, among the texts of all.
    fn places(&self, second: &Place, first: &Place) -> [Place; 2] {
        [self.joined.place(self.second.spec, second), self.joined.place(self.first.spec, first)]
    }
}

/// An owner with its name marked: "network `lan`".
fn quoted(owner: &Owner) -> String {
    owner.name.split_once(' ').map_or_else(|| owner.name.clone(), |(kind, name)| format!("{kind} `{name}`"))
}
