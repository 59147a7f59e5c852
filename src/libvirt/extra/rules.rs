//! What libvirt refuses beside its schemas: attributes that do not go with what others say. `schema/rules.json` has it.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::part::DEVICES;
use super::shape::at_path;
use crate::lab::ExtraAt;
use crate::lab::identity::ObjectKind;
use crate::libvirt::DeviceExtras;
use crate::libvirt::tree::{Tree, Value};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, quoted_list};

/// What attributes say, by their path in the element: one of the words. `""` stands for an attribute that is not there, and
/// `…*` for all words that begin so, so that `*` is any.
type Says = IndexMap<&'static str, Vec<&'static str>>;

/// One rule of libvirt's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The kind of definition that it is about.
    pub kind: &'static str,
    /// The path of the element that it is about; nothing for the definition itself.
    pub element: &'static str,
    /// The name of the problem.
    id: &'static str,
    /// What is wrong where it is broken.
    pub message: &'static str,
    /// Where it applies: all of this is said.
    when: Says,
    /// What has to be said there.
    then: Says,
    /// The path of what `broken` and `mended` are, where that is not the element itself.
    pub at: Option<&'static str>,
    /// An element that breaks it.
    #[serde(borrow)]
    pub broken: &'static RawValue,
    /// The same element so that libvirt takes it.
    #[serde(borrow)]
    pub mended: &'static RawValue,
    /// What the spec says of the object besides, for both.
    #[serde(borrow)]
    pub base: Option<&'static RawValue>,
}

/// All rules.
#[must_use]
pub fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../schema/rules.json")).expect("the tables of this crate are tested")
    });
    &RULES
}

/// An element that breaks a rule.
#[derive(Debug)]
pub struct Breach<'t> {
    /// The rule.
    pub rule: &'static Rule,
    element: &'t Tree,
    /// The index of the device that the element is part of among those of its name, else 0.
    index: usize,
    /// The attribute that does not say what it has to.
    attribute: &'static str,
}

/// Finds what breaks a rule in a definition of a kind.
pub fn breaches<'t>(kind: &str, tree: &'t Tree) -> impl Iterator<Item = Breach<'t>> {
    rules().iter().filter(move |rule| rule.kind == kind).flat_map(move |rule| {
        let broken =
            |(element, index)| rule.broken_by(element).map(|attribute| Breach { rule, element, index, attribute });
        elements(tree, &rule.path()).into_iter().filter_map(broken)
    })
}

/// Reports what breaks a rule in the definition of an object, where `extra` says one of the attributes concerned.
pub(in crate::libvirt) fn check(
    tree: &Tree,
    kind: ObjectKind,
    extras: &[&ExtraAt],
    devices: &[DeviceExtras<'_>],
    problems: &mut Vec<Problem>,
) {
    if extras.is_empty() && devices.is_empty() {
        return;
    }
    report(kind.name(), tree, problems, |breach, path| {
        let said = |set: &Map<String, Json>, at: &Pointer| breach.rule.said_in(set, at, breach.element);
        let whole = extras.iter().rev().find_map(|extra| at_path(&extra.value, &extra.at, path, &said));
        whole.or_else(|| {
            let of_device = |device: &DeviceExtras<'_>| match path {
                [DEVICES, name, inside @ ..] if *name == device.name && breach.index == device.index => {
                    device.extras.iter().rev().find_map(|extra| at_path(&extra.value, &extra.at, inside, &said))
                }
                _ => None,
            };
            devices.iter().find_map(of_device)
        })
    });
}

/// The same for a volume.
pub(in crate::libvirt) fn check_volume(tree: &Tree, extra: &ExtraAt, problems: &mut Vec<Problem>) {
    report("volume", tree, problems, |breach, path| {
        at_path(&extra.value, &extra.at, path, &|set, at| breach.rule.said_in(set, at, breach.element))
    });
}

/// Where `extra` says the attributes that a rule is about.
type Said = Vec<(Pointer, &'static str)>;

fn report(kind: &str, tree: &Tree, problems: &mut Vec<Problem>, said: impl Fn(&Breach<'_>, &[&str]) -> Option<Said>) {
    for breach in breaches(kind, tree) {
        let Some(said) = said(&breach, &breach.rule.path()) else { continue };
        // What the schemas say of one of them is reported already.
        let places: Vec<Place> = said.iter().flat_map(|(at, _)| [Place::key(at), Place::value(at)]).collect();
        if !problems.iter().any(|reported| places.contains(&reported.place))
            && let Some((at, name)) = breach.place(said)
        {
            problems.push(breach.rule.problem(breach.element, at, name, breach.attribute));
        }
    }
}

impl Breach<'_> {
    /// Whether it is broken because an attribute is empty or missing.
    fn is_by_silence(&self) -> bool {
        text(self.element, self.attribute).is_empty()
    }

    /// The place that is shown: of an attribute that is written and is empty, else of the first of those concerned.
    fn place(&self, said: Said) -> Option<(Pointer, &'static str)> {
        let silent = said.iter().position(|(_, name)| *name == self.attribute && self.is_by_silence());
        said.into_iter().nth(silent.unwrap_or(0))
    }
}

/// The elements at a path, with the index of the first of those around that are in a list, else 0.
fn elements<'t>(tree: &'t Tree, path: &[&str]) -> Vec<(&'t Tree, usize)> {
    let [step, inside @ ..] = path else { return vec![(tree, 0)] };
    let items = match tree.get(step) {
        Some(Value::List(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let is_list = matches!(tree.get(step), Some(Value::List(_)));
    let sets = items.iter().enumerate().filter_map(|(index, item)| match item {
        Value::Set(set) => Some((index, set)),
        _ => None,
    });
    sets.flat_map(|(index, set)| {
        elements(set, inside).into_iter().map(move |(found, inner)| (found, if is_list { index } else { inner }))
    })
    .collect()
}

impl Rule {
    /// The names of the elements on the way to those that it is about.
    fn path(&self) -> Vec<&'static str> {
        self.element.split('.').filter(|step| !step.is_empty()).collect()
    }

    /// The attribute that does not say what it has to.
    fn broken_by(&self, element: &Tree) -> Option<&'static str> {
        let says = |(path, words): &(&&'static str, &Vec<&str>)| is_one_of(&text(element, path), words);
        if !self.when.iter().all(|said| says(&said)) {
            return None;
        }
        self.then.iter().find(|said| !says(said)).map(|(path, _)| *path)
    }

    /// Finds those of the attributes concerned that a set of `extra` says, if all that it says of them is what the
    /// element has.
    fn said_in(&self, set: &Map<String, Json>, at: &Pointer, element: &Tree) -> Option<Said> {
        let mut all = Vec::new();
        for path in self.when.keys().chain(self.then.keys()) {
            let Some((json, at)) = said_at(set, at, path) else { continue };
            let is_same = match json {
                Json::Null => text(element, path).is_empty(),
                Json::String(said) => text(element, path) == *said,
                Json::Number(said) => text(element, path) == said.to_string(),
                Json::Bool(said) => text(element, path) == said.to_string(),
                Json::Array(_) | Json::Object(_) => !text(element, path).is_empty(),
            };
            if !is_same {
                return None;
            }
            all.push((at, *path));
        }
        if all.is_empty() && self.needs_one_of() {
            all.extend(self.then.keys().map(|path| (at.clone(), *path)));
        }
        (!all.is_empty()).then_some(all)
    }

    /// Whether it is broken by what is not there at all.
    fn needs_one_of(&self) -> bool {
        self.when.values().all(|words| *words == [""])
    }

    fn problem(&self, element: &Tree, at: Pointer, name: &'static str, broken: &'static str) -> Problem {
        let id = Id::from_name(self.id).expect("the tables of this crate are tested");
        if self.needs_one_of() {
            let names = self.when.keys().chain(self.then.keys()).map(|path| format!("`{path}`"));
            let names = names.collect::<Vec<_>>().join(" or ");
            let problem = Problem::new(id, Place::value(at), self.message);
            return problem.label(format!("needs {names}")).help(format!("add {names}"));
        }
        let described = |path: &str| match text(element, path).as_str() {
            "" => None,
            "…" => Some(format!("`{path}`")),
            word => Some(format!("`{path}` `{word}`")),
        };
        let other = if name == broken { self.when.keys().find(|path| **path != broken) } else { Some(&broken) };
        let label = match other.map(|path| (path, described(path))) {
            Some((_, Some(described))) => format!("not with {described}"),
            Some((path, None)) => match self.then.get(*path).map(Vec::as_slice) {
                Some([word]) if *word != "*" => format!("needs `{path}` `{word}`"),
                _ => format!("needs `{path}`"),
            },
            None => "libvirt refuses it".to_owned(),
        };
        if name == broken && text(element, broken).is_empty() {
            let problem = Problem::new(id, Place::value(at), self.message);
            return problem.label("is empty").help(format!("give a value for `{broken}`"));
        }
        let words = self.then.get(broken).map(Vec::as_slice).unwrap_or_default();
        let listed = || quoted_list(words.iter().copied().filter(|word| !word.is_empty()));
        let help = match words {
            [] => format!("leave `{name}` out"),
            [""] => format!("leave `{broken}` out"),
            ["*"] => format!("add `{broken}`, or leave `{name}` out"),
            _ if words.iter().any(|word| word.starts_with(char::is_numeric)) || name == broken => {
                format!("write another `{broken}`, or leave `{name}` out")
            }
            ["", ..] => {
                format!("libvirt accepts it with these values of `{broken}`: {}; or without `{broken}`", listed())
            }
            _ => format!("libvirt accepts it with these values of `{broken}`: {}", listed()),
        };
        Problem::new(id, Place::key(at), self.message).label(label).help(help)
    }
}

/// What an attribute says; nothing if it is not there, and `…` of what is no text.
fn text(element: &Tree, path: &str) -> String {
    let (step, inside) = path.split_once('.').map_or((path, None), |(step, inside)| (step, Some(inside)));
    match (element.get(step), inside) {
        (Some(Value::Set(set)), Some(inside)) => text(set, inside),
        // Of several, what the first one says.
        (Some(Value::List(items)), Some(inside)) => match items.first() {
            Some(Value::Set(first)) => text(first, inside),
            _ => String::new(),
        },
        (Some(Value::List(items)), _) if items.is_empty() => String::new(),
        (None, _) | (Some(_), Some(_)) => String::new(),
        (Some(Value::Str(text)), None) => text.trim().to_owned(),
        (Some(Value::Int(number)), None) => number.to_string(),
        (Some(Value::Bool(value)), None) => value.to_string(),
        (Some(Value::File(_) | Value::List(_) | Value::Set(_)), None) => "…".to_owned(),
    }
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| match word.strip_suffix('*') {
        Some(start) => !text.is_empty() && text.starts_with(start),
        None => text == *word,
    })
}

/// What a set of `extra` says at a path; `null` also where it takes away what that is in.
fn said_at<'e>(set: &'e Map<String, Json>, at: &Pointer, path: &str) -> Option<(&'e Json, Pointer)> {
    let (step, inside) = path.split_once('.').map_or((path, None), |(step, inside)| (step, Some(inside)));
    match (set.get(step)?, inside) {
        (Json::Object(set), Some(inside)) => said_at(set, &at.key(step), inside),
        (Json::Array(items), Some(inside)) => said_at(items.first()?.as_object()?, &at.key(step).index(0), inside),
        (Json::Null, _) => Some((&Json::Null, at.key(step))),
        (_, Some(_)) => None,
        (json, None) => Some((json, at.key(step))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        assert!(rules().len() > 30);
        for rule in rules() {
            assert!(Id::from_name(rule.id).is_some(), "{}", rule.message);
            assert!(!rule.when.is_empty() && !rule.then.is_empty(), "{}", rule.message);
        }
    }
}
