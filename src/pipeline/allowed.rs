//! Warnings that a spec allows: the `allow` of a spec and what is wrong with the lab in; what is left to report, out.

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Severity, did_you_mean};
use crate::source::{Joined, Kind, Node, Source};
use crate::spec::Allow;

/// A warning that is fine, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The warning.
    pub warning: Id,
    /// Why it is fine.
    pub reason: String,
    /// What it is allowed in, or everywhere.
    at: Option<Pointer>,
    /// Where the spec says so.
    written: Pointer,
}

/// A warning that is not reported, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The warning.
    pub problem: Problem,
    /// Why it is fine.
    pub reason: String,
}

/// What a spec allows. Adds what is wrong with it to the problems.
pub(super) fn read(allow: &[Allow], root: &Node, problems: &mut Vec<Problem>) -> Vec<Allowance> {
    let mut allowances = Vec::new();
    for (index, entry) in allow.iter().enumerate() {
        let written = Pointer::root().key("allow").index(index);
        if entry.reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
            let place = Place::value(written.key("reason"));
            let problem = Problem::of_value(Id::MissingField, place, "the reason is empty");
            problems.push(problem.label("says nothing").help("say why the warning is fine here"));
        }
        // What is missing is reported by the schema.
        let Some(warning) = entry.warning else { continue };
        let at = match entry.at.as_deref().map(|at| find(root, at)) {
            None => None,
            Some(Ok(at)) => Some(at),
            Some(Err(help)) => {
                let message = format!("the spec has nothing at `{}`", entry.at.as_deref().unwrap_or_default());
                let problem = Problem::new(Id::UnusedAllow, Place::value(written.key("at")), message);
                problems.push(problem.label("silences nothing").help(help));
                continue;
            }
        };
        let reason = entry.reason.clone().unwrap_or_default();
        allowances.push(Allowance { warning: warning.0, reason, at, written });
    }
    allowances
}

/// Takes the warnings that are allowed out of the problems of one spec. Where all of them are known, reports what silences none.
pub(super) fn take(
    allowances: &[Allowance],
    source: &Source,
    problems: &mut Vec<Problem>,
    all_are_known: bool,
) -> Vec<Allowed> {
    let covers = |allowance: &Allowance, problem: &Problem| allowance.covers(problem, source);
    let ids: Vec<Id> = problems.iter().map(|problem| problem.id).collect();
    let mut allowed = extract(allowances, problems, covers);
    if all_are_known {
        let is_unused = |(index, allowance): &(usize, &Allowance)| {
            let could_be = !allowance.warning.is_of_several() && allowance.warning != Id::UnusedAllow;
            could_be && allowed.iter().all(|(used, _)| used != index)
        };
        let unused = allowances.iter().enumerate().filter(is_unused);
        let unused: Vec<Problem> =
            unused.map(|(_, allowance)| allowance.unused(ids.contains(&allowance.warning))).collect();
        problems.extend(unused);
        allowed.extend(extract(allowances, problems, covers));
    }
    allowed.into_iter().map(|(_, allowed)| allowed).collect()
}

/// The same for what several labs have with each other, the problems from a position on. Of each lab, what its spec allows.
pub(super) fn take_joined<'a>(
    labs: impl Iterator<Item = &'a [Allowance]>,
    joined: &Joined<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Allowed> {
    let mut allowed = Vec::new();
    for (spec, allowances) in labs.enumerate() {
        let covers = |allowance: &Allowance, problem: &Problem| {
            let mut places = problem.related.iter().map(|(place, _)| place).chain([&problem.place]);
            allowance.warning == problem.id && places.any(|place| allowance.is_at(place, spec, joined))
        };
        allowed.extend(extract(allowances, problems, covers));
    }
    allowed.into_iter().map(|(_, allowed)| allowed).collect()
}

/// Takes out what an allowance covers, and tells by which.
fn extract(
    allowances: &[Allowance],
    problems: &mut Vec<Problem>,
    covers: impl Fn(&Allowance, &Problem) -> bool,
) -> Vec<(usize, Allowed)> {
    if allowances.is_empty() {
        return Vec::new();
    }
    let (mut left, mut allowed, mut conceals) = (Vec::with_capacity(problems.len()), Vec::new(), Vec::new());
    for mut problem in problems.drain(..) {
        let is_warning = problem.id.severity() == Severity::Warning;
        match allowances.iter().position(|allowance| is_warning && covers(allowance, &problem)) {
            Some(index) => {
                conceals.append(&mut problem.conceals);
                allowed.push((index, Allowed { problem, reason: allowances[index].reason.clone() }));
            }
            None => left.push(problem),
        }
    }
    // What may be a secret stays concealed in the lines of others.
    if let Some(problem) = left.first_mut() {
        problem.conceals.append(&mut conceals);
    }
    *problems = left;
    allowed
}

impl Allowance {
    fn covers(&self, problem: &Problem, source: &Source) -> bool {
        self.warning == problem.id
            && self.at.as_ref().is_none_or(|at| match &problem.place {
                Place::Value(place) | Place::Key(place) => place == at || problem.place.is_inside(at),
                Place::Text(_) => source.range(&Place::value(at)).zip(source.range(&problem.place)).is_some_and(
                    |((file, outer), (other, inner))| {
                        file == other && outer.start <= inner.start && inner.end <= outer.end
                    },
                ),
                Place::File(_) => false,
            })
    }

    /// Whether a place among the texts of several specs is in what it is allowed in.
    fn is_at(&self, place: &Place, spec: usize, joined: &Joined<'_>) -> bool {
        let Some(at) = &self.at else { return joined.has(spec, place) };
        let Place::Text(inner) = place else { return false };
        [Place::value(at), Place::key(at)].iter().any(|outer| match joined.place(spec, outer) {
            Place::Text(outer) => outer.start <= inner.start && inner.end <= outer.end,
            Place::Value(_) | Place::Key(_) | Place::File(_) => false,
        })
    }

    fn unused(&self, is_elsewhere: bool) -> Problem {
        let name = self.warning.name();
        let (message, help) = match (&self.at, is_elsewhere) {
            (Some(_), true) => (
                format!("there is no warning `{name}` there"),
                "it is reported elsewhere: write the path of its place, or leave `at` out",
            ),
            (Some(_), false) => (format!("there is no warning `{name}` there"), "leave the entry out"),
            (None, _) => (format!("there is no warning `{name}`"), "leave the entry out"),
        };
        let place = Place::value(self.written.key("warning"));
        Problem::new(Id::UnusedAllow, place, message).label("silences nothing").help(help)
    }
}

/// The pointer to what a path means, such as `domains.web.disks.0`, or what else could be meant. Names may have dots in them.
fn find(root: &Node, path: &str) -> Result<Pointer, String> {
    // As messages write it: `disks[0]`.
    let path = &path.replace('[', ".").replace(']', "");
    let mut closest = (path.len(), root);
    walk(root, path, &Pointer::root(), &mut closest).ok_or_else(|| {
        let (left, node) = closest;
        let rest = &path[path.len() - left..];
        let step = rest.split('.').next().unwrap_or(rest);
        let names = steps(node).into_iter().map(|(name, ..)| name);
        let names: Vec<String> = names.collect();
        did_you_mean(step, names.iter().map(String::as_str))
    })
}

/// Follows a path, and remembers how much of it was left where it went furthest.
fn walk<'n>(node: &'n Node, path: &str, at: &Pointer, closest: &mut (usize, &'n Node)) -> Option<Pointer> {
    if path.len() < closest.0 {
        *closest = (path.len(), node);
    }
    for (name, value, index) in steps(node) {
        let Some(rest) = path.strip_prefix(&name) else { continue };
        let inner = index.map_or_else(|| at.key(&name), |index| at.index(index));
        if rest.is_empty() {
            return Some(inner);
        }
        let Some(rest) = rest.strip_prefix('.') else { continue };
        if let Some(found) = walk(value, rest, &inner, closest) {
            return Some(found);
        }
    }
    None
}

/// What can follow in a path: the keys of an object; the numbers of a list's items, and their names.
fn steps(node: &Node) -> Vec<(String, &Node, Option<usize>)> {
    match &node.kind {
        Kind::Object(members) => members.iter().map(|member| (member.key.clone(), &member.value, None)).collect(),
        Kind::Array(items) => {
            let numbers = items.iter().enumerate().map(|(index, item)| (index.to_string(), item, Some(index)));
            let names = items.iter().enumerate().filter_map(|(index, item)| Some((name(item)?, item, Some(index))));
            numbers.chain(names).collect()
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => Vec::new(),
    }
}

/// The `name` of an item.
fn name(item: &Node) -> Option<String> {
    match &item.member("name")?.kind {
        Kind::String(name) => Some(name.clone()),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Array(_) | Kind::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const SPEC: &str =
        r#"{ "domains": { "a.b": { "disks": [{}, { "name": "data", "size": 1 }] }, "a": { "os": 1 } } }"#;

    fn found(path: &str) -> Result<String, String> {
        let (source, _) = Source::read("lab.json", SPEC.to_owned());
        find(source.root().unwrap(), path).map(|pointer| pointer.to_string())
    }

    #[test]
    fn paths_are_followed() {
        assert_eq!(found("domains"), Ok("/domains".to_owned()));
        assert_eq!(found("domains.a.os"), Ok("/domains/a/os".to_owned()));
        assert_eq!(found("domains.a.b.disks"), Ok("/domains/a.b/disks".to_owned()));
        assert_eq!(found("domains.a.b.disks.0"), Ok("/domains/a.b/disks/0".to_owned()));
        assert_eq!(found("domains.a.b.disks[1].size"), Ok("/domains/a.b/disks/1/size".to_owned()));
        assert_eq!(found("domains.a.b.disks.data.size"), Ok("/domains/a.b/disks/1/size".to_owned()));
    }

    #[test]
    fn what_is_near_is_suggested() {
        assert_eq!(found("domain"), Err("did you mean `domains`?".to_owned()));
        assert_eq!(found("domains.a.b.disks.dat"), Err("did you mean `data`?".to_owned()));
        assert_eq!(found("domains.web.x"), Err("known here: `a.b` and `a`".to_owned()));
    }
}
