//! The problems of one spec.

use std::collections::HashSet;
use std::ops::Deref;

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};

/// The problems of one spec, each once, in the order in which they were found.
///
/// Drops repeated problems: domains that share a profile find each of its problems once per domain, and thousands of replicas
/// find each of their entry's.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
    /// Which problem is where, and what it says, unless one of its kind is enough for a place.
    known: HashSet<(Id, Place, String)>,
    places: HashSet<(Id, Place)>,
}

impl Problems {
    /// Adds a problem, unless it is known.
    pub fn push(&mut self, problem: Problem) {
        let message = if problem.is_once_per_place { "" } else { problem.message.as_str() };
        if self.known.insert((problem.id, problem.place.clone(), message.to_owned())) {
            self.places.insert((problem.id, problem.place.clone()));
            self.list.push(problem);
        }
    }

    /// Adds the problems of another replica that its entry does not have yet: every replica has the same problems, with
    /// another name in them.
    pub fn extend_from_replica(&mut self, found: Problems) {
        let is_new = |problem: &Problem| !self.has(problem.id, &problem.place);
        let new: Vec<Problem> = found.list.into_iter().filter(is_new).collect();
        self.extend(new);
    }

    /// Whether a problem of this kind is known at this place: for what is costly to say again.
    #[must_use]
    pub fn has(&self, id: Id, place: &Place) -> bool {
        self.places.contains(&(id, place.clone()))
    }

    /// Whether a problem of this kind is known anywhere in what is written at a pointer.
    #[must_use]
    pub fn has_inside(&self, id: Id, outer: &Pointer) -> bool {
        self.list.iter().any(|problem| problem.id == id && problem.place.is_inside(outer))
    }

    /// The problems.
    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.list
    }
}

impl Deref for Problems {
    type Target = [Problem];

    fn deref(&self) -> &[Problem] {
        &self.list
    }
}

impl Extend<Problem> for Problems {
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, problems: I) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn problem(message: &str) -> Problem {
        Problem::missing(Place::value(Pointer::root().key("domains").key("web")), message)
    }

    #[test]
    fn each_problem_is_kept_once() {
        let mut problems = Problems::default();
        problems.extend([problem("one"), problem("one"), problem("another"), problem("one")]);
        assert_eq!(problems.into_vec(), [problem("one"), problem("another")]);

        let mut problems = Problems::default();
        problems.extend(["web-1", "web-2"].map(|name| problem(name).once_per_place()));
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn a_further_replica_says_nothing_of_places_that_are_known() {
        let mut problems = Problems::default();
        problems.push(problem("web-1 lacks it"));
        let mut found = Problems::default();
        found.push(problem("web-2 lacks it"));
        found.push(Problem::conflict(Place::value(Pointer::root()), "web-2 has two"));
        problems.extend_from_replica(found);
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, ["web-1 lacks it", "web-2 has two"]);
    }

    #[test]
    fn a_problem_is_found_by_its_place() {
        let mut problems = Problems::default();
        problems.push(problem("one"));
        let domains = Pointer::root().key("domains");
        assert!(problems.has(Id::MissingField, &Place::value(domains.key("web"))));
        assert!(!problems.has(Id::MissingField, &Place::value(&domains)));
        assert!(problems.has_inside(Id::MissingField, &domains));
        assert!(!problems.has_inside(Id::MissingField, &domains.key("we")));
    }
}
