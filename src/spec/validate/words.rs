//! Values and limits in words.

use serde_json::Value;

use super::path::Path;
use super::schema::Schema;
use super::{REQUIRED, values, within};
use crate::problem::{Id, Severity, did_you_mean};
use crate::source::{Kind, Node};
use crate::visible;

/// The keys of commands.
const COMMANDS: [&str; 2] = ["runcmd", "run"];

/// What was found, in words, such as "a string".
pub(super) fn found_words(node: &Node) -> String {
    match &node.kind {
        Kind::Bool(bool) => format!("`{bool}`"),
        Kind::Number(number) if number.is_f64() => format!("the number {number}"),
        Kind::Array(items) => match items.len() {
            0 => "an empty list".to_owned(),
            1 => "a list of one".to_owned(),
            many => format!("a list of {many}"),
        },
        kind => kind.describe().to_owned(),
    }
}

/// "`a`, `b` or `c`", strings in quotes only when something else is among them.
pub(super) fn choice_words(choices: &[&Value]) -> String {
    let plain = choices.iter().all(|choice| choice.is_string());
    let words: Vec<String> = choices
        .iter()
        .map(|choice| match choice {
            Value::String(word) if plain => format!("`{word}`"),
            other => format!("`{other}`"),
        })
        .collect();
    match words.as_slice() {
        [] => "anything".to_owned(),
        [only] => only.clone(),
        many if many.len() > 6 => format!("one of the {} allowed words", many.len()),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// What to write instead of a word, of those that can stand here.
pub(super) fn instead(word: &str, words: &[&str]) -> String {
    let is_of_problems = || words.iter().all(|word| Id::from_name(word).is_some());
    match Id::from_name(word) {
        Some(id) if id.severity() == Severity::Error && is_of_problems() => {
            format!("`{word}` is an error, which cannot be allowed: mend it; `lab2nix explain {word}` says how")
        }
        _ => values::meant(word, words).unwrap_or_else(|| did_you_mean(word, words.iter().copied())),
    }
}

/// "at least 1", "at most 9" or "from 1 to 9".
pub(super) fn in_limits(least: Option<i128>, most: Option<i128>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("from {least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => "smaller".to_owned(),
    }
}

/// A limit to compare a fraction with.
#[expect(clippy::cast_precision_loss, reason = "a limit is small, or compared with a float that is as imprecise")]
pub(super) fn as_float(limit: i128) -> f64 {
    limit as f64
}

/// How to mend a value of the wrong type.
pub(super) fn type_hint(node: &Node, schema: Schema<'_>, path: &Path<'_>) -> String {
    let choices = schema.choices().unwrap_or_default();
    let words: Vec<&str> = choices.iter().filter_map(|choice| choice.as_str()).collect();
    let takes_words_only = !words.is_empty() && words.len() == choices.len();
    let takes = |name: &str| schema.is_type(name) || choices.iter().any(|choice| type_name(choice) == name);
    let such_as = |words: &str| match schema.example() {
        Some(example) => format!("{words}, such as `{example}`"),
        None => words.to_owned(),
    };
    if let Path::Root = path
        && let Some(name) = schema.member(REQUIRED).and_then(Schema::example)
    {
        return format!("write an object, such as `{{ \"{REQUIRED}\": {name} }}`");
    }
    if let (Kind::String(text), Some("pinning"), true) = (&node.kind, path.parent_key(), takes("array")) {
        let entries = within::cpus(text).unwrap_or_else(|| "[ … ]".to_owned());
        return format!("write an entry for each, from the first: `{entries}`");
    }
    if let Some(written) = within::written(node, schema) {
        return format!("write `{written}`");
    }
    match &node.kind {
        Kind::Null if path.is_item() => "leave the item out".to_owned(),
        Kind::Null => "leave the key out".to_owned(),
        _ if takes_words_only => format!("write {}", any_of(&words)),
        Kind::Bool(enable) if schema.member("enable").is_some_and(|key| key.is_type("boolean")) && takes("object") => {
            format!("write `{{ \"enable\": {enable} }}`")
        }
        Kind::Number(count) if schema.lists("migratable") => format!("the number of CPUs is `\"cpus\": {count}`"),
        Kind::String(text) if schema.lists("nix") && text.contains("://") => {
            "the lab's flake fetches it: name it there among the `images`, and write `{ \"nix\": \"…\" }`".to_owned()
        }
        Kind::Number(number) if takes("string") => match schema.example() {
            Some(example) => format!("write it as a string, such as `{example}`"),
            None => format!("put it in double quotes: `\"{number}\"`"),
        },
        Kind::Number(number) if takes("integer") => match number.as_f64() {
            Some(float) if float.fract() == 0.0 => format!("write it as `{float:.0}`"),
            _ => "leave the fraction out".to_owned(),
        },
        Kind::String(text) if takes("integer") && text.parse::<i128>().is_ok() => {
            format!("write it without quotes: `{text}`")
        }
        Kind::String(text) if takes("boolean") => match text.to_lowercase().as_str() {
            "true" | "yes" | "on" => "write it without quotes: `true`".to_owned(),
            "false" | "no" | "off" => "write it without quotes: `false`".to_owned(),
            _ => format!("write {}", schema.words()),
        },
        Kind::Array(words) if takes("string") && path.key().is_some_and(|key| COMMANDS.contains(&key)) => {
            match command(words) {
                Some(command) => format!("a shell runs it, so write it in one string: `{}`", Value::from(command)),
                None => "a shell runs it, so write it in one string".to_owned(),
            }
        }
        Kind::Object(_) if takes("array") && schema.item(0).is_type("object") => "write `[{ … }]`".to_owned(),
        Kind::Object(_) if takes("array") => such_as("write a list, `[ … ]`"),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) if takes("array") => match schema.item_limits() {
            (Some(least), _) if least > 1 => such_as(&format!("write {}", schema.words())),
            _ => such_as("write a list, even for one: `[ … ]`"),
        },
        Kind::Array(items) if takes("array") => {
            let (least, most) = schema.item_limits();
            let limits = |limit: usize| i128::try_from(limit).ok();
            match (least, most) {
                (Some(least), Some(most)) if least == most => such_as(&format!("write exactly {least}")),
                (least, most) => {
                    let limits = in_limits(least.and_then(limits), most.and_then(limits));
                    such_as(&format!("write {limits}, not {}", items.len()))
                }
            }
        }
        Kind::Array(_) if takes("object") && schema.named().is_some() => {
            such_as("write an object with a key for each, `{ \"…\": … }`")
        }
        _ if takes("object") => such_as("write an object, `{ … }`"),
        _ if takes("string") => such_as("write a string"),
        _ => such_as(&format!("write {}", schema.words())),
    }
}

/// The command of a list of words, as a shell has to read it.
fn command(words: &[Node]) -> Option<String> {
    let words = words.iter().map(|word| match &word.kind {
        Kind::String(word) => Some(visible::shell(word)),
        _ => None,
    });
    words
        .collect::<Option<Vec<String>>>()
        .map(|words| words.join(" "))
        .filter(|command| command.len() <= within::LONGEST)
}

/// "`a` or `b`", in quotes as they are written.
fn any_of(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        words => words.concat(),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
