//! What keys have not said of a definition, in the words of `extra`.

use serde_json::{Map, Value as Json};

use crate::keys::read::json;
use crate::libvirt::tree::{Tree, Value};

/// What turns one definition into another: what is added and changed as it shall be, what is taken away as `null`.
#[derive(Debug, Default, PartialEq)]
pub struct Rest {
    /// What `extra` says, by element.
    pub extra: Map<String, Json>,
    /// How many facts that are.
    pub facts: usize,
    /// What `extra` cannot say: there are fewer elements than the definition has.
    pub beyond: Vec<String>,
}

/// What `wanted` has and `made` lacks, and the other way round.
#[must_use]
pub fn rest(made: &Tree, wanted: &Tree) -> Rest {
    let mut rest = Rest::default();
    rest.extra = rest.of_set(made, wanted, "");
    rest
}

impl Rest {
    /// What it is, in words: the elements that differ.
    #[must_use]
    pub fn describe(&self) -> Vec<String> {
        let names: Vec<String> = self.extra.keys().map(|name| format!("`{name}`")).collect();
        let mut words = self.beyond.clone();
        if !names.is_empty() {
            words.push(format!("the result would differ in {}", names.join(", ")));
        }
        words
    }

    fn of_set(&mut self, made: &Tree, wanted: &Tree, path: &str) -> Map<String, Json> {
        let mut extra = Map::new();
        for (name, value) in wanted.iter() {
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let said = match (made.get(name), value) {
                (Some(made), value) if is_same(made, value) => None,
                // A place is one thing, whatever two of them have alike.
                (_, Value::Set(_)) if name == "address" => {
                    self.facts += 1;
                    Some(json(value))
                }
                (Some(Value::Set(made)), Value::Set(wanted)) => Some(Json::Object(self.of_set(made, wanted, &path))),
                (Some(Value::List(made)), Value::List(wanted)) => self.of_list(made, wanted, &path),
                (_, value) => {
                    self.facts += facts(value);
                    Some(json(value))
                }
            };
            if let Some(said) = said {
                extra.insert(name.to_owned(), said);
            }
        }
        for (name, value) in made.iter().filter(|(name, _)| wanted.get(name).is_none()) {
            if !matches!(value, Value::List(items) if items.is_empty()) {
                self.facts += 1;
                extra.insert(name.to_owned(), Json::Null);
            }
        }
        extra
    }

    /// `extra` merges into elements by their positions, or appends some, but not both at once.
    fn of_list(&mut self, made: &[Value], wanted: &[Value], path: &str) -> Option<Json> {
        if wanted.starts_with(made) {
            let more = &wanted[made.len()..];
            self.facts += more.iter().map(facts).sum::<usize>();
            return (!more.is_empty()).then(|| more.iter().map(json).collect());
        }
        if made.len() != wanted.len() {
            self.beyond.push(format!("{path} ({} instead of {})", made.len(), wanted.len()));
            return None;
        }
        let mut by_position = Map::new();
        for (index, (made, wanted)) in made.iter().zip(wanted).enumerate().filter(|(_, (made, wanted))| made != wanted)
        {
            let (Value::Set(made), Value::Set(wanted)) = (made, wanted) else {
                self.beyond.push(path.to_owned());
                return None;
            };
            by_position.insert(index.to_string(), Json::Object(self.of_set(made, wanted, &format!("{path}[{index}]"))));
        }
        Some(Json::Object(by_position))
    }
}

/// Whether two parts say the same: a path of the host is what it stands for.
fn is_same(made: &Value, wanted: &Value) -> bool {
    match (made, wanted) {
        (Value::File(_), Value::Str(_)) => json(made) == json(wanted),
        _ => made == wanted,
    }
}

/// How many single facts a part of a definition says. An element that is there and says no more is one.
#[must_use]
pub fn facts(value: &Value) -> usize {
    match value {
        Value::Set(set) => set.iter().map(|(_, value)| facts(value)).sum::<usize>().max(1),
        Value::List(items) => items.iter().map(facts).sum(),
        Value::Bool(_) | Value::Int(_) | Value::Str(_) | Value::File(_) => 1,
    }
}

/// How many facts an entry has in `extra`, and its devices in theirs.
#[must_use]
pub fn facts_of_extra(entry: &Map<String, Json>) -> usize {
    let inside = |value: &Json| match value {
        Json::Object(inner) => facts_of_extra(inner),
        Json::Array(items) => items.iter().filter_map(Json::as_object).map(facts_of_extra).sum(),
        _ => 0,
    };
    entry.iter().map(|(key, value)| if key == "extra" { leaves(value) } else { inside(value) }).sum()
}

fn leaves(value: &Json) -> usize {
    match value {
        Json::Object(inner) => inner.values().map(leaves).sum::<usize>().max(1),
        Json::Array(items) => items.iter().map(leaves).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    fn set(of: &[(&'static str, Value)]) -> Tree {
        of.iter().cloned().fold(Tree::new(), |tree, (name, value)| tree.with(name, value))
    }

    #[test]
    fn what_differs_is_said_as_extra_says_it() {
        let disk = |serial: &'static str| Value::Set(set(&[("serial", serial.into())]));
        let made = set(&[("a", 1_u32.into()), ("b", 2_u32.into()), ("disk", Value::List(vec![disk("x"), disk("y")]))]);
        let wanted = set(&[("a", 1_u32.into()), ("c", true.into()), ("disk", Value::List(vec![disk("x"), disk("z")]))]);
        let Rest { extra, facts, beyond } = rest(&made, &wanted);
        assert_eq!(Json::Object(extra), json!({ "c": true, "disk": { "1": { "serial": "z" } }, "b": null }));
        assert_eq!((facts, beyond), (3, vec![]));
        let more = set(&[("disk", Value::List(vec![disk("x"), disk("y"), disk("z")]))]);
        let fewer = set(&[("disk", Value::List(vec![disk("x"), disk("y")]))]);
        assert_eq!(Json::Object(rest(&fewer, &more).extra), json!({ "disk": [{ "serial": "z" }] }));
        assert_eq!(rest(&more, &fewer).beyond, ["disk (3 instead of 2)"]);
        assert_eq!(rest(&made, &made), Rest::default());
    }
}
