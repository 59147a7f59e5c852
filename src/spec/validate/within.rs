//! A plain value where an object or a list is expected: the same value where it belongs, as it is written.

use serde_json::Value;

use super::schema::Schema;
use crate::source::{Kind, Node};

/// The keys that a plain value is most likely for, in objects that have one of them.
const MAIN: [&str; 7] = ["path", "network", "file", "source", "pci", "forwarders", "tags"];

/// What is longer is not repeated.
const LONGEST: usize = 60;

/// How a plain value is written inside the object or the list that is expected, where that is clear.
pub(super) fn written(node: &Node, schema: Schema<'_>) -> Option<String> {
    let is_clear = match &node.kind {
        // A URL is none of the host's paths.
        Kind::String(text) => text.len() <= LONGEST && !(text.contains("://") && schema.lists("nix")),
        Kind::Bool(_) | Kind::Number(_) => true,
        Kind::Object(_) | Kind::Array(_) | Kind::Null => false,
    };
    if !is_clear {
        return None;
    }
    if schema.is_type("array") {
        if schema.item_limits().0.is_some_and(|least| least > 1) {
            return None;
        }
        let item = schema.item(0);
        let inner = if takes(node, item) { node.to_value().to_string() } else { written(node, item)? };
        return Some(format!("[{inner}]"));
    }
    let key = key_of(node, schema)?;
    let value = schema.member(key)?;
    let inner = if takes(node, value) { node.to_value().to_string() } else { written(node, value)? };
    Some(format!("{{ \"{key}\": {inner} }}"))
}

/// The key of an object that a value is for: the only one that has the value among its words, or the main one.
fn key_of<'s>(node: &Node, schema: Schema<'s>) -> Option<&'s str> {
    let keys = schema.keys();
    let value = node.to_value();
    let has_word = |key: &&str| {
        let choices = schema.member(key).and_then(Schema::choices);
        !matches!(value, Value::Bool(_)) && choices.is_some_and(|choices| choices.contains(&&value))
    };
    let mut with_word = keys.iter().copied().filter(has_word);
    if let (Some(key), None) = (with_word.next(), with_word.next()) {
        return Some(key);
    }
    let text = if let Kind::String(text) = &node.kind { text.as_str() } else { "" };
    let is_size = text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(['B', 'G', 'M', 'T']);
    let is_subnet = text.contains('/') && !text.starts_with('/');
    let shaped = [(is_size, "size"), (is_subnet, "subnet")];
    let shaped = shaped.into_iter().filter_map(|(is_so, key)| is_so.then_some(key));
    let main = shaped.chain(MAIN).find_map(|main| keys.iter().copied().find(|key| *key == main))?;
    let value = schema.member(main)?;
    (takes(node, value) || value.is_type("array") && takes(node, value.item(0))).then_some(main)
}

/// Whether a place takes a value of this type.
fn takes(node: &Node, schema: Schema<'_>) -> bool {
    if let Some(choices) = schema.choices() {
        return choices.contains(&&node.to_value());
    }
    match &node.kind {
        Kind::String(_) => schema.is_type("string"),
        Kind::Number(number) => schema.is_type("number") || schema.is_type("integer") && number.as_i128().is_some(),
        Kind::Bool(_) => schema.is_type("boolean"),
        Kind::Null | Kind::Array(_) | Kind::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::place::Place;
    use crate::source::Source;
    use crate::spec::schema;
    use crate::spec::validate::check;
    use pretty_assertions::assert_eq;

    /// The help for a value of a key of a domain, of its first interface or disk, or of a network.
    fn help(at: &str, value: &str) -> String {
        let text = match at.split_once('.') {
            Some(("networks", key)) => format!(r#"{{ "lab": "l", "networks": {{ "n": {{ "{key}": {value} }} }} }}"#),
            Some((list, key)) => {
                format!(r#"{{ "lab": "l", "domains": {{ "a": {{ "{list}": [{{ "{key}": {value} }}] }} }} }}"#)
            }
            None if at == "networks" => format!(r#"{{ "lab": "l", "{at}": {value} }}"#),
            None => format!(r#"{{ "lab": "l", "domains": {{ "a": {{ "{at}": {value} }} }} }}"#),
        };
        let (source, _) = Source::read("lab.json", text);
        let (_, found) = check(source.root().unwrap(), schema::cached());
        let [problem] = found.problems.as_slice() else { panic!("{:?}", found.problems) };
        assert!(matches!(problem.place, Place::Value(_)));
        problem.help.clone()
    }

    #[test]
    fn plain_values_are_shown_where_they_belong() {
        let check = |at: &str, value: &str, expected: &str| {
            assert_eq!(help(at, value), format!("write `{expected}`"), "{at}: {value}");
        };
        check("graphics", r#""spice""#, r#"{ "type": "spice" }"#);
        check("after", r#""db""#, r#"["db"]"#);
        check("boot", r#""cdrom""#, r#"["cdrom"]"#);
        check("interfaces", r#""lan""#, r#"[{ "network": "lan" }]"#);
        check("interfaces", r#"["lan"]"#, r#"{ "network": "lan" }"#);
        check("disks", r#""20GiB""#, r#"[{ "size": "20GiB" }]"#);
        check("disks", r#""/srv/a.qcow2""#, r#"[{ "file": "/srv/a.qcow2" }]"#);
        check("cdroms", r#""/srv/a.iso""#, r#"[{ "file": "/srv/a.iso" }]"#);
        check("hostdevs", r#""0000:01:00.0""#, r#"[{ "pci": "0000:01:00.0" }]"#);
        check("disks.image", r#""/srv/a.qcow2""#, r#"{ "path": "/srv/a.qcow2" }"#);
        check("interfaces.link", r#""down""#, r#"{ "state": "down" }"#);
        check("networks.vlan", "20", r#"{ "tags": [20] }"#);
        check("networks.dns", r#""1.1.1.1""#, r#"{ "forwarders": ["1.1.1.1"] }"#);
        assert_eq!(help("networks", r#"{ "lan": "10.0.0.0/24" }"#), "write `{ \"subnet\": \"10.0.0.0/24\" }`");
        check("networks.dhcp", "false", r#"{ "enable": false }"#);
        check("disks", r#"{ "pool": "p" }"#, r"[{ … }]");
    }

    #[test]
    fn what_has_another_key_is_told_its_name() {
        assert_eq!(help("cpu", "4"), "the number of CPUs is `\"cpus\": 4`");
        let image = help("disks.image", r#""https://a.example/b.qcow2""#);
        assert_eq!(
            image,
            "the lab's flake fetches it: name it there among the `images`, and write `{ \"nix\": \"…\" }`"
        );
        assert_eq!(help("cloudInit", "true"), "write an object, `{ … }`");
    }
}
