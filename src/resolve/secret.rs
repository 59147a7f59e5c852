//! Finds secrets in a spec: whatever it says is in the Nix store of the host, which everybody there can read.
//!
//! Every text is looked at, wherever it is: `shape` has what secrets look like, `place` which keys hold them and what to do
//! instead. Messages never repeat the text, and reports conceal it.

pub(crate) mod assignment;
pub(crate) mod lexical;
pub(crate) mod name;
pub(crate) mod place;
pub(crate) mod shape;

use std::ops::Range;

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::cloud_init::credential;
use crate::resolve::layers::Word;
use crate::resolve::text;
use crate::resolve::text::STORE;
use crate::source::{Kind, Member, Node, Source};

/// Finds the secrets of a spec, in its tree.
#[must_use]
pub fn check(root: &Node) -> Vec<Problem> {
    let mut walk = Walk { steps: Vec::new(), keys: Vec::new(), problems: Vec::new() };
    walk.node(root);
    walk.problems
}

/// Conceals the secrets in the texts of a spec that its tree does not have, where reading them brought problems.
pub fn conceal(source: &Source, problems: &mut [Problem]) {
    if let Some(problem) = problems.first_mut() {
        for file in source.files() {
            let here = |range: Range<usize>| Place::Text(range.start + file.start()..range.end + file.start());
            problem.conceals.extend(lexical::ranges(file.text()).into_iter().map(here));
        }
    }
}

/// Reads the absolute path of a file of the host with a secret, which the store is no place for.
pub(crate) fn file(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    file_at(word.value, word.place(), problems)
}

/// The same of an item of a list.
pub(crate) fn file_at(path: &str, place: Place, problems: &mut Problems) -> Option<String> {
    if !plain(path).starts_with(STORE) {
        return text::file_at(path, place, problems);
    }
    problems.push(
        Problem::of_value(
            Id::SecretInStore,
            place,
            "a secret in a file of the Nix store, which everybody on the host can read",
        )
        .label("in the Nix store")
        .help("use a file that only root can read, such as those of sops-nix and agenix under `/run/secrets`"),
    );
    None
}

/// The same path without what leads nowhere.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// A text for people with `…` in place of each of its lines that has a secret; signs before it, as those of a diff, stay.
#[must_use]
pub fn without_secrets(text: &str) -> String {
    let line = |line: &str| match shape::of(line.trim()) {
        Some(_) => {
            let start = line.len() - line.trim_start_matches(['+', '-', ' ']).len();
            let end = line.trim_end().len();
            format!("{}…{}", &line[..start], &line[end..])
        }
        None => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

/// A step from an object or a list to what is in it.
#[derive(Clone, Copy)]
enum Step<'n> {
    Key(&'n str),
    Index(usize),
}

/// A walk through a spec, with the way to where it is.
struct Walk<'n> {
    steps: Vec<Step<'n>>,
    /// The keys among the steps.
    keys: Vec<&'n str>,
    problems: Vec<Problem>,
}

impl<'n> Walk<'n> {
    fn node(&mut self, node: &'n Node) {
        if place::is_credential(&self.keys) {
            return;
        }
        match &node.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
            Kind::String(text) => self.text(text),
            Kind::Array(items) => {
                let before = self.problems.len();
                for (index, item) in items.iter().enumerate() {
                    self.steps.push(Step::Index(index));
                    self.node(item);
                    self.steps.pop();
                }
                if self.problems.len() == before {
                    self.command(items);
                }
            }
            Kind::Object(members) => self.object(members),
        }
    }

    fn object(&mut self, members: &'n [Member]) {
        let named = text_of(members, "name");
        let file = text_of(members, "path").and_then(|path| path.rsplit('/').next());
        for member in members {
            self.steps.push(Step::Key(&member.key));
            self.keys.push(&member.key);
            let (id, name) = match (member.key.as_str(), named, file) {
                ("value", Some(named), _) => (self.id_of_value(named, &member.value), named),
                ("content", _, Some(file)) => (id_of_content(file, &member.value), file),
                (key, _, _) => (self.id_of_key(key, &member.value), key),
            };
            match id {
                Some(id) => self.push_of_key(id, name),
                None => self.node(&member.value),
            }
            self.keys.pop();
            self.steps.pop();
        }
    }

    /// Whether the value of a key is a secret by the key's name.
    fn id_of_key(&self, key: &str, value: &Node) -> Option<Id> {
        if place::is_credential(&self.keys) {
            return None;
        }
        if place::is_key_of_secret(&self.keys, key) {
            return is_secret(value, 1).then_some(Id::SecretInStore);
        }
        let is_text = matches!(value.kind, Kind::String(_));
        (is_text && name::is_of_secret(key) && is_secret(value, name::SHORTEST)).then_some(Id::LikelySecret)
    }

    /// Whether the `value` beside a `name` is a secret.
    fn id_of_value(&self, named: &str, value: &Node) -> Option<Id> {
        let is_of_secret = name::is_of_secret(named) || place::is_name_of_secret(&self.keys, named);
        (is_of_secret && is_secret(value, name::SHORTEST)).then_some(Id::LikelySecret)
    }

    fn push_of_key(&mut self, id: Id, name: &str) {
        let name = crate::resolve::text::shortened(name);
        let message = match id.severity() {
            crate::problem::Severity::Error => {
                format!("`{name}` is for a secret, which everybody on the host could read")
            }
            crate::problem::Severity::Warning => {
                format!("`{name}` is probably for a secret, which everybody on the host could read")
            }
        };
        let at = self.pointer();
        self.push(id, Place::key(&at), message, at);
    }

    /// A list of words may be a command.
    fn command(&mut self, items: &[Node]) {
        let word = |item: &'_ Node| match &item.kind {
            Kind::String(word) if !word.contains('\n') => Some(word.clone()),
            _ => None,
        };
        if let Some(words) = items.iter().map(word).collect::<Option<Vec<String>>>() {
            self.found(shape::of(&words.join(" ")));
        }
    }

    fn text(&mut self, text: &str) {
        let is_login = || place::is_list_of_logins(&self.keys) && shape::has_login(text);
        self.found(shape::of(text).or_else(|| is_login().then(|| (Id::SecretInStore, "a password".to_owned()))));
    }

    fn found(&mut self, found: Option<(Id, String)>) {
        if let Some((id, what)) = found {
            let at = self.pointer();
            self.push(id, Place::value(&at), format!("{what}, which everybody on the host could read"), at);
        }
    }

    fn push(&mut self, id: Id, place: Place, message: String, secret: Pointer) {
        let way_out = place::way_out(&self.keys);
        let problem = Problem::of_value(id, place, message).label("would be in the Nix store").help(way_out);
        self.problems.push(problem.concealing(Place::value(secret)));
    }

    fn pointer(&self) -> Pointer {
        self.steps.iter().fold(Pointer::root(), |pointer, step| match step {
            Step::Key(key) => pointer.key(key),
            Step::Index(index) => pointer.index(*index),
        })
    }
}

fn text_of<'n>(members: &'n [Member], key: &str) -> Option<&'n str> {
    members.iter().find(|member| member.key == key).and_then(|member| match &member.value.kind {
        Kind::String(text) => Some(text.as_str()),
        _ => None,
    })
}

/// Whether the `content` of a file is a secret, by the file's name: one word, as those of programs and their settings are not.
fn id_of_content(file: &str, value: &Node) -> Option<Id> {
    let is_word = matches!(&value.kind, Kind::String(text) if !text.trim().contains(char::is_whitespace));
    (is_word && name::is_of_secret(file) && is_secret(value, name::SHORTEST)).then_some(Id::LikelySecret)
}

/// Whether the value of a key for secrets is one, not something that stands in for it or the hash of a password.
fn is_secret(value: &Node, shortest: usize) -> bool {
    match &value.kind {
        Kind::Null | Kind::Bool(_) => false,
        Kind::Number(_) => true,
        Kind::String(text) => name::is_opaque(text, shortest) && !credential::is_hash(text),
        Kind::Array(items) => !items.is_empty(),
        Kind::Object(members) => !members.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use pretty_assertions::assert_eq;

    fn check(spec: &str, expected: &[(&str, &str)]) {
        let (source, problems) = Source::read("lab.json", spec.to_owned());
        assert_eq!(problems, []);
        let found = super::check(source.root().unwrap());
        let found: Vec<_> = found
            .iter()
            .map(|problem| match &problem.place {
                Place::Value(pointer) | Place::Key(pointer) => (problem.id.name(), pointer.to_string()),
                other => panic!("{other:?}"),
            })
            .collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(id, pointer)| (*id, pointer.as_str())).collect();
        assert_eq!(found, expected, "{spec}");
    }

    #[test]
    fn what_stands_in_for_a_secret_is_none() {
        for value in [
            "",
            "CHANGE_ME",
            "change-me",
            "<password>",
            "${PASSWORD}",
            "$PASSWORD",
            "/run/secrets/x",
            "xxxx",
            "RANDOM",
            "***",
        ] {
            check(&format!(r#"{{ "cloudInit": {{ "extra": {{ "password": "{value}" }} }} }}"#), &[]);
        }
        check(r#"{ "cloudInit": { "extra": { "chpasswd": { "expire": false }, "password": false } } }"#, &[]);
        check(
            r#"{ "auth": { "secret": { "usage": "ceph" } }, "cloudInit": { "passwordFile": "/a", "user": "b" } }"#,
            &[],
        );
    }

    #[test]
    fn lines_with_secrets_are_not_shown() {
        let diff = "--- a\n+++ b\n-  passwd = \"hunter22\";\n+  \"K3S_TOKEN=hunter22 sh\"\n   memory = 1;\n";
        assert_eq!(without_secrets(diff), "--- a\n+++ b\n-  …\n+  …\n   memory = 1;\n");
    }

    #[test]
    fn keys_are_judged_by_where_they_are() {
        check(
            r#"{ "cloudInit": { "extra": { "a": [{ "psk": "x" }] } } }"#,
            &[("secret-in-store", "/cloudInit/extra/a/0/psk")],
        );
        check(
            r#"{ "write_files": [{ "path": "/etc/k3s/token", "content": "K10abc" }, { "path": "/get-token", "content": "curl x" }] }"#,
            &[("likely-secret", "/write_files/0/content")],
        );
        check(r#"{ "extra": { "graphics": { "passwd": "x" } } }"#, &[("secret-in-store", "/extra/graphics/passwd")]);
        check(r#"{ "qemu": { "env": { "SPICE_TOKEN": "hunter22" } } }"#, &[("likely-secret", "/qemu/env/SPICE_TOKEN")]);
        check(
            r#"{ "extra": { "rbd:option": [{ "name": "key", "value": "hunter22" }, { "name": "pool", "value": "hunter22" }] } }"#,
            &[("likely-secret", "/extra/rbd:option/0/value")],
        );
        check(
            r#"{ "cookies": { "cookie": [{ "name": "sid", "value": "hunter22" }] } }"#,
            &[("likely-secret", "/cookies/cookie/0/value")],
        );
        check(r#"{ "run": [["curl", "-u", "me:hunter22", "https://a"]] }"#, &[("likely-secret", "/run/0")]);
        check(r#"{ "run": [["curl", "-u", "me", "https://a"], ["a", "hunter22"]] }"#, &[]);
        check(r#"{ "chpasswd": { "list": "a:hunter22" } }"#, &[("secret-in-store", "/chpasswd/list")]);
        check(r#"{ "chpasswd": { "list": ["a:RANDOM", "b:R"] } }"#, &[]);
    }
}
