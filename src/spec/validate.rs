//! Validates a spec against its JSON Schema: a positioned tree and the schema in; every structural problem, and a value
//! that serde takes, out.
//!
//! The schema is one that schemars makes from serde types: `$ref`, `type`, `enum`, `const`, `oneOf`, `anyOf`,
//! `properties`, `additionalProperties`, `patternProperties` and `propertyNames` of maps, `required`, `items`,
//! `prefixItems`, `minItems`, `maxItems`, `minimum`, `maximum` and the integer `format`s are checked. Other keywords,
//! `pattern` among them, are for editors: what they say is checked later, with better words.
//!
//! What is wrong is pruned from the value, so that the checks after this one can report their problems in the same run:
//!
//! - An unknown key goes.
//! - An object of the wrong type becomes `{}`, because others may name it. `null` for one goes.
//! - Any other wrong value goes, together with its key.
//! - A wrong item of a list is replaced by an example of its type, or an empty value of it, so that the items after it
//!   keep their numbers. [`Structural::independent`] drops what later checks say about that.
//! - A list with too few or too many items is a wrong value.
//! - What is missing stays missing: the serde types take every field as optional, whatever the schema requires.

mod elsewhere;
mod path;
mod schema;
mod values;
mod within;
mod words;

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, did_you_mean, probably_meant};
use crate::source::{Kind, Member, Node};
use crate::spec::version;
use path::Path;
use schema::Schema;
use words::{choice_words, found_words, in_limits, type_hint};

/// The key that every lab needs. The schema does not require it, because it describes a single file, and one file of a lab
/// is enough to have it.
const REQUIRED: &str = "lab";

/// What is wrong with a spec's structure: every value that does not fit the schema, and every key that it does not have.
#[derive(Debug, Default)]
pub struct Structural {
    /// The problems.
    pub problems: Vec<Problem>,
    /// Where the keys are that unknown ones probably mean.
    meant: Vec<Pointer>,
}

/// Compares a spec with its schema: the value without everything that is wrong, and what is.
#[must_use]
pub fn check(root: &Node, schema: &Value) -> (Value, Structural) {
    let mut checker = Checker::default();
    let schema = Schema::root(schema);
    let value = checker.value(root, schema, &Path::Root);
    if let Kind::Object(members) = &root.kind
        && schema.member(REQUIRED).is_some()
        && !members.iter().any(|member| member.key == REQUIRED)
    {
        checker.found.problems.push(missing_field(REQUIRED, schema, &Path::Root.subject(), Pointer::root()));
    }
    checker.found.compare_version(root);
    (value.unwrap_or_else(|| schema.stand_in()), checker.found)
}

/// Validates what an included file says of itself only, or its root where that is no object.
#[must_use]
pub fn check_apart(apart: &Node, schema: &Value) -> Vec<Problem> {
    let mut checker = Checker::default();
    checker.value(apart, Schema::root(schema), &Path::Root);
    checker.found.compare_version(apart);
    let mut problems = checker.found.problems;
    // Pointers are for the merged tree, in which this is not.
    for problem in &mut problems {
        if let Place::Value(pointer) = &problem.place {
            problem.place = Place::Text(apart.range(pointer, false));
        }
    }
    problems
}

impl Structural {
    /// Says of a file that is written for another version what that means, instead of what the schema says of the number.
    fn compare_version(&mut self, root: &Node) {
        if let Some(problem) = version::check(root) {
            self.problems.retain(|known| known.place != problem.place);
            self.problems.push(problem);
        }
    }

    /// Drops the later problems that follow from a structural one, since mending that one mends them too. A problem follows
    /// when
    ///
    /// - its place is at or inside a value that [`check`] took away or replaced, or at a list of such values;
    /// - it misses a key that was wrong or misspelt, here or in a layer that others build on, or a subnet in a network that
    ///   has something wrong;
    /// - it compares a value with another one in which something was wrong.
    #[must_use]
    pub fn independent(&self, later: Vec<Problem>) -> Vec<Problem> {
        if self.problems.is_empty() {
            return later;
        }
        let replaced: HashSet<String> = self.problems.iter().filter_map(replaced).collect();
        let meant = self.meant.iter().map(Pointer::to_string);
        let wrong: HashSet<String> = meant.clone().chain(replaced.iter().cloned()).collect();
        let misspelt_in: HashSet<String> = meant
            .filter_map(|meant| meant.rsplit_once('/').map(|(object, key)| (object.to_owned(), key.to_owned())))
            .filter(|(_, key)| BRING_OTHERS.contains(&key.as_str()))
            .map(|(object, _)| object)
            .collect();
        // There may be very many of both, so each is looked up instead of compared with all others.
        let outer: HashSet<&str> = wrong.iter().flat_map(|wrong| above(wrong)).collect();
        let lists: HashSet<&str> = replaced
            .iter()
            .filter_map(|wrong| wrong.rsplit_once('/').filter(|(_, item)| is_index(item)))
            .map(|(list, _)| list)
            .collect();
        let objects: HashSet<&str> = wrong.iter().map(|wrong| object_of(wrong)).collect();
        let of_layers: HashSet<&str> = (wrong.iter().filter(|wrong| is_shared(wrong)))
            .flat_map(|wrong| [last_step(wrong), last_step(object_of(wrong))])
            .collect();
        let holds_wrong = |pointer: &str| outer.contains(pointer);
        let missing = self.problems.iter().filter(|problem| problem.id == Id::MissingField);
        let missing: HashSet<_> = missing.map(|problem| (&problem.place, &problem.label)).collect();
        let is_known =
            |problem: &Problem| problem.id == Id::MissingField && missing.contains(&(&problem.place, &problem.label));
        let follows = |problem: &Problem| {
            let (Place::Value(pointer) | Place::Key(pointer)) = &problem.place else {
                return false;
            };
            let pointer = pointer.to_string();
            let misses_wrong = || match (&problem.place, pointer.rsplit_once('/')) {
                (Place::Key(_), Some((_, key))) => objects.contains(pointer.as_str()) || of_layers.contains(key),
                _ => holds_wrong(&pointer),
            };
            let compares_wrong = |(place, _): &(Place, String)| match place {
                Place::Value(other) => holds_wrong(&other.to_string()),
                Place::Key(other) => problem.id == Id::NoSubnet && holds_wrong(&other.to_string()),
                Place::Text(_) | Place::File(_) => false,
            };
            // What is missing may be in what nobody found.
            let is_misspelt = || above(&pointer).skip(1).any(|object| misspelt_in.contains(object));
            let lacks_wrong = || problem.id == Id::NoSubnet && holds_wrong(&pointer);
            above(&pointer).chain([pointer.as_str()]).any(|above| replaced.contains(above))
                || lists.contains(pointer.as_str())
                || (problem.id == Id::MissingField && (wrong.contains(&pointer) || misses_wrong() || is_misspelt()))
                || lacks_wrong()
                || problem.related.iter().any(compares_wrong)
        };
        later.into_iter().filter(|problem| !follows(problem) && !is_known(problem)).collect()
    }
}

/// Keys that bring all kinds of other keys along.
const BRING_OTHERS: [&str; 2] = ["profiles", "extends"];

/// The pointer to a value that was wrong.
fn replaced(problem: &Problem) -> Option<String> {
    match &problem.place {
        Place::Value(pointer) => Some(pointer.to_string()),
        Place::Key(_) | Place::Text(_) | Place::File(_) => None,
    }
}

/// The pointers to what the value at a pointer is in, from the outermost.
fn above(pointer: &str) -> impl Iterator<Item = &str> {
    pointer.match_indices('/').map(|(slash, _)| &pointer[..slash])
}

fn object_of(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(object, _)| object)
}

fn is_inside(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether domains take what is there.
fn is_shared(pointer: &str) -> bool {
    is_inside(pointer, "/defaults") || is_inside(pointer, "/profiles")
}

fn is_index(step: &str) -> bool {
    step.bytes().all(|b| b.is_ascii_digit())
}

fn last_step(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

#[derive(Default)]
struct Checker {
    found: Structural,
    /// What to suggest for a key of an object, by where the object's schema is: a mistake is often made many times.
    suggestions: HashMap<(usize, String), Suggestion>,
}

/// What to suggest for an unknown key.
#[derive(Clone)]
struct Suggestion {
    /// The key that is probably meant.
    meant: Option<String>,
    help: String,
}

impl Suggestion {
    fn new(key: &str, schema: Schema<'_>) -> Self {
        let known = schema.keys();
        if let Some((meant, help)) = elsewhere::of_another(key, schema) {
            return Self { meant: meant.map(str::to_owned), help };
        }
        if let Some(meant) = elsewhere::called(key, schema) {
            let help = match meant.written(schema) {
                Some(written) if meant.is_inside(key) => format!("`{key}` belongs in `{}`: `{written}`", meant.key),
                Some(written) => format!("did you mean `{written}`?"),
                None => help_for(key, meant.key, schema),
            };
            return Self { meant: Some(meant.key.to_owned()), help };
        }
        match elsewhere::only_in(key, schema).or_else(|| probably_meant(key, &known)) {
            Some(name) => Self { meant: Some(name.to_owned()), help: help_for(key, name, schema) },
            None => Self { meant: None, help: did_you_mean(key, known) },
        }
    }
}

/// What to do with a key where another one is meant, which may have an object with the key.
fn help_for(key: &str, meant: &str, schema: Schema<'_>) -> String {
    let value = schema.member(meant);
    let item = value.filter(|value| value.is_type("array")).map(|value| value.item(0));
    let has_key = |object: Schema<'_>| object.is_type("object") && object.lists(key);
    if item.is_some_and(has_key) {
        format!("`{key}` belongs in `{meant}`: `\"{meant}\": [{{ \"{key}\": … }}]`")
    } else if value.is_some_and(has_key) {
        format!("`{key}` belongs in `{meant}`: `\"{meant}\": {{ \"{key}\": … }}`")
    } else {
        format!("did you mean `{meant}`?")
    }
}

impl Checker {
    /// The value without what is wrong in it, or `None` when it is wrong as a whole.
    fn value(&mut self, node: &Node, schema: Schema<'_>, path: &Path<'_>) -> Option<Value> {
        let plain_string = matches!(node.kind, Kind::String(_)) && schema.is_plain_string();
        if plain_string || schema.takes_anything() {
            return Some(node.to_value());
        }
        if let Some(choices) = schema.choices() {
            return self.choice(node, schema, &choices, path);
        }
        if let Some(alternatives) = schema.alternatives() {
            return self.alternative(node, &alternatives, path);
        }
        let types = schema.types();
        match &node.kind {
            Kind::Object(members) if schema.is_type("object") => Some(self.object(members, schema, path)),
            Kind::Array(items) if schema.is_type("array") => self.array(node, items, schema, path),
            Kind::Number(_) if schema.is_type("integer") || schema.is_type("number") => self.number(node, schema, path),
            Kind::String(_) if schema.is_type("string") => Some(node.to_value()),
            Kind::Bool(_) if schema.is_type("boolean") => Some(node.to_value()),
            Kind::Null if schema.is_type("null") => Some(Value::Null),
            _ if types.is_empty() => Some(node.to_value()),
            _ => self.wrong_type(node, schema, path),
        }
    }

    fn wrong_type(&mut self, node: &Node, schema: Schema<'_>, path: &Path<'_>) -> Option<Value> {
        let expected = schema.words();
        let message = format!("{} must be {expected}, but is {}", path.subject(), found_words(node));
        let help = type_hint(node, schema, path);
        let place = Place::value(path.pointer());
        let problem = Problem::new(Id::WrongType, place, message).label(format!("expected {expected}"));
        self.found.problems.push(problem.help(help));
        None
    }

    fn choice(&mut self, node: &Node, schema: Schema<'_>, choices: &[&Value], path: &Path<'_>) -> Option<Value> {
        let value = node.to_value();
        if choices.contains(&&value) {
            return Some(value);
        }
        let Kind::String(word) = &node.kind else {
            return self.wrong_type(node, schema, path);
        };
        let words: Vec<&str> = choices.iter().filter_map(|choice| choice.as_str()).collect();
        if words.is_empty() {
            return self.wrong_type(node, schema, path);
        }
        let message = format!("{} cannot be `{word}`", path.subject());
        let problem = Problem::new(Id::UnknownValue, Place::value(path.pointer()), message);
        let label = format!("not {}", choice_words(choices));
        self.found.problems.push(problem.label(label).help(words::instead(word, &words)));
        None
    }

    /// Checks against each alternative and keeps what the best fitting one has to say.
    fn alternative(&mut self, node: &Node, alternatives: &[Schema<'_>], path: &Path<'_>) -> Option<Value> {
        let attempt = |schema: &Schema<'_>| {
            let mut checker = Checker::default();
            let value = checker.value(node, *schema, path);
            (value, checker.found)
        };
        let attempts = alternatives.iter().map(attempt);
        let (value, found) = attempts.min_by_key(|(value, found)| (value.is_none(), found.problems.len()))?;
        self.found.problems.extend(found.problems);
        self.found.meant.extend(found.meant);
        value
    }

    fn number(&mut self, node: &Node, schema: Schema<'_>, path: &Path<'_>) -> Option<Value> {
        let Kind::Number(number) = &node.kind else { return None };
        let (least, most) = schema.limits();
        let whole = number.as_i128();
        let float = number.as_f64().unwrap_or(f64::NAN);
        let huge = whole.is_none() && float.fract() == 0.0 && float.abs() > 9e15;
        if schema.is_type("integer") && whole.is_none() && !huge {
            return self.wrong_type(node, schema, path);
        }
        let compare = |limit: i128| match whole {
            Some(whole) => whole.cmp(&limit),
            None => float.total_cmp(&words::as_float(limit)),
        };
        let below = least.is_some_and(|least| compare(least).is_lt());
        let above = most.is_some_and(|most| compare(most).is_gt()) || (huge && schema.is_type("integer") && !below);
        if !below && !above {
            return Some(node.to_value());
        }
        let limits = in_limits(least, most.filter(|_| above || schema.has_maximum()));
        let message = format!("{} must be {limits}, but is {number}", path.subject());
        let problem = Problem::new(Id::OutOfRange, Place::value(path.pointer()), message);
        self.found.problems.push(problem.label("out of range").help(format!("write a number that is {limits}")));
        None
    }

    fn array(&mut self, node: &Node, items: &[Node], schema: Schema<'_>, path: &Path<'_>) -> Option<Value> {
        let (least, most) = schema.item_limits();
        if least.is_some_and(|least| items.len() < least) || most.is_some_and(|most| items.len() > most) {
            return self.wrong_type(node, schema, path);
        }
        let mut checked = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let schema = schema.item(index);
            let value = self.value(item, schema, &Path::Index(path, index));
            checked.push(value.unwrap_or_else(|| schema.stand_in()));
        }
        Some(Value::Array(checked))
    }

    fn object(&mut self, members: &[Member], schema: Schema<'_>, path: &Path<'_>) -> Value {
        let mut checked = Map::with_capacity(members.len());
        for Member { key, value: node, .. } in members {
            let path = Path::Key(path, key);
            let Some(schema) = schema.member(key) else {
                self.unknown_field(key, schema, &path);
                continue;
            };
            let value = self.value(node, schema, &path);
            let is_null = matches!(node.kind, Kind::Null);
            let value = value.or_else(|| (schema.is_type("object") && !is_null).then(|| schema.stand_in()));
            if let Some(value) = value {
                checked.insert(key.clone(), value);
            }
        }
        for required in schema.required() {
            let is_misspelt = || self.found.meant.contains(&path.pointer().key(required));
            if !members.iter().any(|member| member.key == required) && !is_misspelt() {
                self.found.problems.push(missing_field(required, schema, &path.subject(), path.pointer()));
            }
        }
        Value::Object(checked)
    }

    fn unknown_field(&mut self, key: &str, schema: Schema<'_>, path: &Path<'_>) {
        let message = format!("{} has no key `{key}`", path.parent_subject());
        let problem = Problem::new(Id::UnknownField, Place::key(path.pointer()), message);
        let suggestion = self.suggestions.entry((schema.address(), key.to_owned()));
        let Suggestion { meant, help } = suggestion.or_insert_with(|| Suggestion::new(key, schema)).clone();
        self.found.meant.extend(meant.map(|meant| path.parent_pointer().key(&meant)));
        self.found.problems.push(problem.label("unknown key").help(help));
    }
}

/// The problem of an object without a key that it needs, which the schema does not require, because another layer of the
/// object may have it. `at` is where the strongest layer has the object.
#[must_use]
pub fn missing_in_every_layer(key: &str, at: &Pointer) -> Problem {
    let root = Schema::root(super::schema::cached());
    let steps: Vec<String> = at.steps().collect();
    let object = steps.iter().try_fold(root, |schema, step| schema.step(step)).unwrap_or(root);
    let names = steps.iter().rposition(|step| !is_index(step)).map_or(&steps[..], |name| &steps[name..]);
    let mut names = names.iter();
    let name = names.next().cloned().unwrap_or_default();
    let subject = names.fold(name, |list, index| format!("{list}[{index}]"));
    missing_field(key, object, &format!("`{subject}`"), at.clone())
}

fn missing_field(key: &str, schema: Schema<'_>, subject: &str, at: Pointer) -> Problem {
    let message = format!("{subject} lacks the key `{key}`");
    let field = schema.member(key);
    let help = match field.and_then(Schema::example) {
        Some(example) => format!("add it, such as `\"{key}\": {example}`"),
        None => format!("add `\"{key}\"`: {}", field.map_or_else(|| "any value".to_owned(), Schema::words)),
    };
    Problem::new(Id::MissingField, Place::key(at), message).label(format!("`{key}` is missing")).help(help)
}

#[cfg(test)]
mod tests;
