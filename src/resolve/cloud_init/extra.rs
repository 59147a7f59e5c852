//! Merges the `extra` of `cloudInit`: refuses keys that `cloudInit` has itself.

use serde_json::Value;

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::cloud_init::credential;
use crate::resolve::layers::At;
use crate::resolve::text;
use crate::spec::Extra;

/// Keys of cloud-config that the language has itself, each with its key.
const OWN: &[(&str, &str)] = &[
    ("hostname", "hostname"),
    ("user", "user"),
    ("ssh_authorized_keys", "sshKeys"),
    ("packages", "packages"),
    ("runcmd", "runcmd"),
    ("network", "network"),
];

/// Merges the `extra` of all layers, the weakest first.
pub(crate) fn merged<'l>(layers: impl Iterator<Item = At<'l, Extra>>, problems: &mut Problems) -> Extra {
    let mut all = Extra::new();
    for layer in layers {
        let at = layer.pointer();
        for (key, value) in layer.value {
            let here = at.key(key);
            if let Some((_, own)) = OWN.iter().find(|(theirs, _)| theirs == key) {
                problems.push(
                    Problem::conflict(Place::key(here), format!("`{key}` in `extra`, for which `cloudInit` has a key"))
                        .label(format!("use `{own}` instead"))
                        .help(format!("move it out of `extra`, to `\"{own}\"` in `cloudInit`")),
                );
                continue;
            }
            check(value, &here, problems);
            match (key.as_str(), value) {
                ("users", Value::Array(_)) => users(value, &here, problems),
                ("users", _) => problems.push(
                    Problem::new(Id::WrongType, Place::value(here), "`users` is not a list")
                        .label("needs a list")
                        .help("write `[{ \"name\": … }]`"),
                ),
                _ => {}
            }
        }
        merge(&mut all, layer.value);
    }
    all
}

fn merge(into: &mut Extra, from: &Extra) {
    for (key, value) in from {
        match (into.get_mut(key), value) {
            (Some(Value::Object(into)), Value::Object(from)) => merge(into, from),
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Reports texts that are too long.
fn check(value: &Value, at: &Pointer, problems: &mut Problems) {
    match value {
        Value::String(text) => {
            text::fits(text, &Place::value(at), problems);
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| check(item, &at.index(index), problems));
        }
        Value::Object(object) => object.iter().for_each(|(key, value)| check(value, &at.key(key), problems)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Checks the hashes of additional users.
fn users(users: &Value, at: &Pointer, problems: &mut Problems) {
    for (index, user) in users.as_array().into_iter().flatten().enumerate() {
        for key in ["passwd", "hashed_passwd"] {
            if let Some(hash) = user.get(key).and_then(Value::as_str) {
                credential::hash(hash, Place::value(at.index(index).key(key)), problems);
            }
        }
    }
}
