//! Renaming an object of a spec: its key, every reference to it, and what keeps its identity.

use std::collections::HashSet;
use std::ops::Range;

use serde_json::Value as Json;

use super::add::taken;
use super::layout::{Layout, New};
use super::same::{Renaming, same};
use super::{Edited, Error, Refusal, Target, entry};
use crate::lab::identity::ObjectKind;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Severity, did_you_mean, listed, quoted_list};
use crate::report::Positions;
use crate::source::{Edit, Kind, Member, Node, Source};

/// A spec in which an object was renamed.
#[derive(Debug)]
pub struct Renamed {
    /// The spec.
    pub edited: Edited,
    /// How many references were mended.
    pub references: usize,
    /// The keys that were written so that nothing but the name changes, such as `id`.
    pub kept: Vec<&'static str>,
    /// Where else in the changed spec the old name stands, whatever it means there.
    pub left: Vec<Place>,
}

/// What stays as it is because it is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// The identity: `id` is the old name.
    Id,
    /// The bridge of a network, which is called after it.
    Bridge,
    /// The names of interfaces, which are called after their network.
    Interfaces,
}

/// Finds the kind of the object with a name, among all kinds or one.
///
/// # Errors
///
/// When there is none, or several, or it is one that the lab does not have itself.
pub fn find(source: &Source, name: &str, kind: Option<ObjectKind>) -> Result<ObjectKind, Error> {
    let kinds: Vec<ObjectKind> = ObjectKind::ALL.into_iter().filter(|of| kind.is_none_or(|kind| kind == *of)).collect();
    let root = source.root().ok_or(Error::NoSpec)?;
    let entries = |kind: ObjectKind| root.member(kind.section()).map(Node::members).unwrap_or_default();
    let has = |kind: &&ObjectKind| entries(**kind).iter().any(|member| member.key == name);
    let found: Vec<ObjectKind> = kinds.iter().filter(has).copied().collect();
    match found.as_slice() {
        [one] => return Ok(*one),
        [] => {}
        several => {
            let kinds = several.iter().map(|kind| format!("a {}", kind.name())).collect::<Vec<_>>().join(" and ");
            return Err(Error::SeveralKinds { kinds, name: name.to_owned() });
        }
    }
    if let Some(kind) = kinds.iter().find(|kind| taken(root, **kind, name).is_some()) {
        return Err(Error::External { kind: kind.name(), name: name.to_owned() });
    }
    let mut replicas = entries(ObjectKind::Domain).iter().filter(|member| member.value.member("replicas").is_some());
    let stands_for =
        |entry: &&Member| Renaming { kind: ObjectKind::Domain, old: &entry.key, new: "" }.renamed(name).is_some();
    if let Some(entry) = replicas.find(stands_for).filter(|_| kinds.contains(&ObjectKind::Domain)) {
        return Err(Error::Replica { name: name.to_owned(), entry: entry.key.clone() });
    }
    let of_another = ObjectKind::ALL.into_iter().filter(|kind| has(&kind)).map(ObjectKind::name).collect::<Vec<_>>();
    let help = if of_another.is_empty() {
        did_you_mean(name, kinds.iter().flat_map(|kind| entries(*kind)).map(|member| member.key.as_str()))
    } else {
        format!("it has a {} of that name", listed(&of_another, "and a"))
    };
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    Err(Error::NoObject { kinds: listed(&kinds, "or"), name: name.to_owned(), help })
}

/// Renames an object of a sound spec. All UUIDs, MAC addresses, volumes and paths stay what they are.
///
/// # Errors
///
/// When the new name is taken; when the object or a reference to it stands in a file that the spec includes; when the spec would
/// have an error, or more would change than the name.
pub fn rename(target: Target<'_>, renaming: Renaming<'_>) -> Result<Renamed, Refusal> {
    let Renaming { kind, old, new } = renaming;
    if old == new {
        return Err(Error::SameName { kind: kind.name(), name: old.to_owned() }.into());
    }
    let whole = target.source.root().ok_or(Error::NoSpec)?;
    if let Some(problem) = taken(whole, kind, new) {
        return Err(Refusal::There(Box::new(problem)));
    }
    let (own, _) = Source::read(target.source.name(), target.source.text().to_owned());
    let root = own.root().ok_or(Error::NoSpec)?;
    let at: Vec<String> = entry(kind, old).steps().collect();
    for file in target.source.files().iter().skip(1) {
        let (included, _) = Source::read(file.name(), file.text().to_owned());
        let is_there = included.root().is_some_and(|root| member(root, &at).is_some());
        if let Some(file) = line(&included, &Place::key(entry(kind, old))).filter(|_| is_there) {
            return Err(Error::Included { what: format!("{} `{old}`", kind.name()), file }.into());
        }
    }
    let entry = member(root, &at).ok_or(Error::NoSpec)?;
    let way = Way { target, renaming, root, entry };
    let mut refusal = Refusal::Error(Error::NoSpec);
    for keeps in way.keeps() {
        match way.attempt(&keeps) {
            Ok(renamed) => return Ok(renamed),
            Err(why) => refusal = why,
        }
    }
    Err(refusal)
}

/// The way to a spec in which an object has another name.
struct Way<'a> {
    target: Target<'a>,
    renaming: Renaming<'a>,
    /// The tree of the spec's own text.
    root: &'a Node,
    /// The entry of the object.
    entry: &'a Member,
}

impl Way<'_> {
    /// What may have to be kept, the least first.
    fn keeps(&self) -> Vec<Vec<Keep>> {
        let is_written = |key: &str| self.entry.value.member(key).is_some();
        let needs_id = !is_written("id") && !is_written("uuid");
        let mut possible = Vec::new();
        possible.extend((!is_written("id")).then_some(Keep::Id));
        if self.renaming.kind == ObjectKind::Network {
            possible.extend((!is_written("bridge") && self.bridge().is_some()).then_some(Keep::Bridge));
            possible.push(Keep::Interfaces);
        }
        let choose = |mask: u32| possible.iter().enumerate().filter(move |(bit, _)| mask & (1_u32 << bit) != 0);
        let mut all: Vec<Vec<Keep>> =
            (0..1_u32 << possible.len()).map(|mask| choose(mask).map(|(_, keep)| *keep).collect()).collect();
        all.retain(|keeps| !needs_id || keeps.contains(&Keep::Id));
        all.sort_by_key(Vec::len);
        all
    }

    /// The bridge that the network has.
    fn bridge(&self) -> Option<String> {
        let (lab, _) = self.target.checked.lab().ok()?;
        let network = lab.networks.iter().flatten().find(|network| network.name == self.renaming.old)?;
        Some(network.bridge.as_ref()?.value.clone())
    }

    fn attempt(&self, keeps: &[Keep]) -> Result<Renamed, Refusal> {
        let layout = Layout::new(self.target.source.text(), self.root);
        let mut edits = vec![Edit::replace(self.entry.key_span.clone(), Json::from(self.renaming.new).to_string())];
        let mut kept = Vec::new();
        let mut written: Vec<New<'_>> = Vec::new();
        for (keep, key) in [(Keep::Id, "id"), (Keep::Bridge, "bridge")] {
            if keeps.contains(&keep) {
                let value = if keep == Keep::Id { Some(self.renaming.old.to_owned()) } else { self.bridge() };
                written.push((Some(key), Json::from(value).to_string()));
                kept.push(key);
            }
        }
        layout.prepend(&self.entry.value, &written, &mut edits);
        let mut known = vec![self.entry.key_span.clone()];
        let mut of_interfaces = HashSet::new();
        let edited = loop {
            let edited = self.target.with(edits.clone());
            let new = self.target.new_problems(&edited);
            let are_missing = new.iter().filter(|problem| problem.id == Id::UnknownInterface);
            of_interfaces.extend(are_missing.map(|problem| problem.place.clone()));
            let before = known.len();
            for mend in self.mends(&edited, &new, keeps)? {
                if known.contains(&mend.at) {
                    continue;
                }
                edits.push(Edit::replace(mend.at.clone(), Json::from(mend.text).to_string()));
                known.push(mend.at);
                if let Some(interface) = mend.interface.filter(|_| keeps.contains(&Keep::Interfaces)) {
                    layout.prepend(interface, &[(Some("name"), Json::from(self.renaming.old).to_string())], &mut edits);
                    if !kept.contains(&"name") {
                        kept.push("name");
                    }
                }
            }
            if known.len() == before {
                break edited;
            }
        };
        let edited = self.target.sound(edited)?;
        self.compare(&edited)?;
        let mut left = self.left(&edited.source);
        left.retain(|place| !of_interfaces.contains(place));
        Ok(Renamed { references: known.len() - 1, kept, left, edited })
    }

    /// The references that lead nowhere since the name is another: what an error points at that is the old name. Those to
    /// interfaces that keep it are missing only until the interfaces are mended.
    fn mends(&self, edited: &Edited, new: &[Problem], keeps: &[Keep]) -> Result<Vec<Mend<'_>>, Error> {
        let mut mends = Vec::new();
        let is_to_mend = |problem: &&Problem| {
            let is_of_interface = problem.id == Id::UnknownInterface && keeps.contains(&Keep::Interfaces);
            problem.id.severity() == Severity::Error && !is_of_interface
        };
        for problem in new.iter().filter(is_to_mend) {
            let (pointer, is_key) = match &problem.place {
                Place::Value(pointer) => (pointer, false),
                Place::Key(pointer) => (pointer, true),
                Place::Text(_) | Place::File(_) => continue,
            };
            let steps: Vec<String> = pointer.steps().collect();
            if let Some(mend) = self.mend(self.root, &self.before(&steps), is_key) {
                mends.push(mend);
            } else if let Some(mend) = edited.source.root().and_then(|root| self.mend(root, &steps, is_key)) {
                let what = format!("a reference to {} `{}`", self.renaming.kind.name(), self.renaming.old);
                let place = Place::Text(mend.at);
                // What is mended already stands in the spec itself, and is found by another pointer.
                if edited.source.range(&place).is_some_and(|(file, _)| file > 0) {
                    let file = line(&edited.source, &place).ok_or(Error::NoSpec)?;
                    return Err(Error::Included { what, file });
                }
            }
        }
        Ok(mends)
    }

    /// The same place in the spec as it was, in which keys had the old name.
    fn before(&self, steps: &[String]) -> Vec<String> {
        let mut at = Some(self.root);
        let as_it_was = |step: &String| {
            let around = at?;
            let is_renamed = step == self.renaming.new && around.member(step).is_none();
            let is_renamed = is_renamed && around.member(self.renaming.old).is_some();
            let step = if is_renamed { self.renaming.old } else { step.as_str() };
            at = node(around, &[step.to_owned()]);
            Some(step.to_owned())
        };
        steps.iter().map_while(as_it_was).collect()
    }

    fn mend<'n>(&self, root: &'n Node, steps: &[String], is_key: bool) -> Option<Mend<'n>> {
        if is_key {
            let member = member(root, steps)?;
            return Some(Mend {
                at: member.key_span.clone(),
                text: self.renaming.renamed(&member.key)?,
                interface: None,
            });
        }
        let Node { span, kind: Kind::String(word) } = node(root, steps)? else { return None };
        let text = self.renaming.renamed(word)?;
        let interface = match steps {
            [before @ .., list, index, key] if list == "interfaces" && key == "network" => {
                let at: Vec<String> = before.iter().chain([list, index]).cloned().collect();
                node(root, &at).filter(|interface| interface.member("name").is_none())
            }
            _ => None,
        };
        Some(Mend { at: span.clone(), text, interface })
    }

    /// Compares the lab with what it was.
    fn compare(&self, edited: &Edited) -> Result<(), Error> {
        let Renaming { kind, old, .. } = self.renaming;
        let differs = |difference| Error::MoreThanTheName { kind: kind.name(), name: old.to_owned(), difference };
        let unsound = |_| differs("the spec has errors".to_owned());
        let before = self.target.checked.lab().map_err(unsound)?;
        let after = edited.checked.lab().map_err(unsound)?;
        same(before, after, self.renaming).map_err(differs)
    }

    /// Whether a word may be the object: its name, that of a replica, or a name of DNS that begins with it.
    fn stands_in(&self, word: &str) -> bool {
        let rest = word.strip_prefix(self.renaming.old);
        let has_replicas = self.entry.value.member("replicas").is_some();
        rest.is_some_and(|rest| rest.is_empty() || (rest.starts_with('.') && !rest.contains('/')))
            || (has_replicas && self.renaming.renamed(word).is_some())
    }

    /// Where the old name stands still. The keys that keep it do not count, nor what is for people.
    fn left(&self, source: &Source) -> Vec<Place> {
        let mut left = Vec::new();
        let mut open: Vec<(Pointer, &Node)> = source.root().map(|root| (Pointer::root(), root)).into_iter().collect();
        while let Some((at, node)) = open.pop() {
            match &node.kind {
                Kind::String(word) => {
                    if self.stands_in(word) {
                        left.push(Place::Value(at));
                    }
                }
                Kind::Array(items) => {
                    open.extend(items.iter().enumerate().rev().map(|(index, item)| (at.index(index), item)));
                }
                Kind::Object(members) => {
                    let is_kept = |key: &str| ["id", "name", "title", "description", "lab"].contains(&key);
                    let members = members.iter().rev().filter(|member| !is_kept(&member.key));
                    open.extend(members.map(|member| (at.key(&member.key), &member.value)));
                }
                Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
            }
        }
        left
    }
}

/// A reference that is mended.
struct Mend<'n> {
    /// Where the old name stands.
    at: Range<usize>,
    /// The new one.
    text: String,
    /// The interface that is on the network and has no name of its own, if it is the reference of one.
    interface: Option<&'n Node>,
}

/// The words for the keys that were written, such as "`id` and `bridge`".
#[must_use]
pub fn kept_words(kept: &[&'static str]) -> String {
    quoted_list(kept.iter().copied())
}

/// What is at a place in a tree.
fn node<'n>(root: &'n Node, steps: &[String]) -> Option<&'n Node> {
    steps.iter().try_fold(root, |node, step| match &node.kind {
        Kind::Object(_) => node.member(step),
        Kind::Array(items) => items.get(step.parse::<usize>().ok()?),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => None,
    })
}

/// The member at a place in a tree.
fn member<'n>(root: &'n Node, steps: &[String]) -> Option<&'n Member> {
    let (key, around) = steps.split_last()?;
    node(root, around)?.members().iter().find(|member| member.key == *key)
}

/// The file of a place and the line in it.
fn line(source: &Source, place: &Place) -> Option<String> {
    let (name, line, _) = Positions::new(source).of(place)?;
    Some(format!("`{name}` (line {line})"))
}
