//! The trees of two files in, one tree and the keys that both files give out.

use std::collections::HashMap;
use std::mem;

use super::{Kind, Member, Node};
use crate::place::Place;
use crate::problem::{Id, Problem};

/// Merges the object `later` into the object `earlier`, key by key. An object that both have gets the position of the later
/// one. Of two values that are not both objects the earlier one stays, and the clash is a problem.
pub(super) fn merge(earlier: &mut Node, later: Node, problems: &mut Vec<Problem>) {
    if let (Kind::Object(before), Kind::Object(after)) = (&mut earlier.kind, later.kind) {
        earlier.span = later.span;
        members(before, after, None, problems);
    }
}

fn members(before: &mut Vec<Member>, after: Vec<Member>, section: Option<&str>, problems: &mut Vec<Problem>) {
    if before.is_empty() {
        *before = after;
        return;
    }
    let index: HashMap<String, usize> =
        before.iter().enumerate().map(|(at, member)| (member.key.clone(), at)).collect();
    for member in after {
        let Some(at) = index.get(&member.key) else {
            before.push(member);
            continue;
        };
        let Member { key, key_span, value: Node { span, kind } } = member;
        let known = &mut before[*at];
        match (&mut known.value.kind, kind) {
            (Kind::Object(before), Kind::Object(after)) => {
                members(before, after, section.or(Some(&key)), problems);
                known.key_span = key_span;
                known.value.span = span;
            }
            (_, kind) => {
                let place = Place::Text(key_span);
                problems.push(clash(known, &kind, place, section));
            }
        }
    }
}

fn clash(known: &Member, kind: &Kind, place: Place, section: Option<&str>) -> Problem {
    let (key, one, other) = (&known.key, known.value.kind.describe(), kind.describe());
    let message = if mem::discriminant(&known.value.kind) == mem::discriminant(kind) {
        format!("key `{key}` is set in two files")
    } else {
        format!("key `{key}` is {one} in one file and {other} in another")
    };
    let help = match kind {
        Kind::Array(_) => "set it in only one of the files: only objects are merged, key by key",
        _ => match section {
            Some("defaults") => "set it in only one of the files; profiles and domains override it",
            Some("profiles") => {
                "set it in only one of the files; domains, and later profiles in their lists, override it"
            }
            Some("domains") => "set it in only one of the files; put a value that the domain overrides into a profile",
            _ => "set it in only one of the files",
        },
    };
    Problem::new(Id::IncludeClash, place, message)
        .label("given again")
        .related(Place::Text(known.key_span.clone()), "first given here")
        .help(help)
}
