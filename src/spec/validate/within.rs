//! A plain value where an object or a list is expected: the same value where it belongs, as it is written.

use std::net::IpAddr;

use serde_json::Value;

use super::schema::Schema;
use crate::source::{Kind, Node};

/// The keys that a plain value is most likely for, in objects that have one of them.
const MAIN: [&str; 8] = ["path", "network", "file", "source", "pci", "forwarders", "tags", "host"];

/// The keys that a list is most likely for, in objects that have one of them.
const MAIN_LISTS: [&str; 6] = ["vcpus", "range", "forwarders", "tags", "cells", "addresses"];

/// What is longer is not repeated.
pub(super) const LONGEST: usize = 60;

/// How a plain value or a list of such is written inside the object or the list that is expected, where that is clear.
pub(super) fn written(node: &Node, schema: Schema<'_>) -> Option<String> {
    let text = match &node.kind {
        // A URL is none of the host's paths.
        Kind::String(text) if text.len() > LONGEST || text.contains("://") && schema.lists("nix") => return None,
        Kind::String(text) => text.as_str(),
        Kind::Bool(_) | Kind::Number(_) => "",
        Kind::Array(items) => return list(items, schema),
        Kind::Object(_) | Kind::Null => return None,
    };
    if schema.is_type("array") {
        let item = schema.item(0);
        if schema.item_limits().0.is_some_and(|least| least > 1) {
            return range(text, item);
        }
        let inner = if takes(node, item) { node.to_value().to_string() } else { written(node, item)? };
        return Some(format!("[{inner}]"));
    }
    if let Some(named) = schema.named().filter(|named| named.is_type("object")) {
        return written(node, named).map(|inner| format!("{{ \"…\": {inner} }}"));
    }
    if schema.lists(text) && schema.member(text).is_some_and(|value| value.is_type("boolean")) {
        return Some(format!("{{ \"{text}\": true }}"));
    }
    if schema.lists("host") && schema.lists("guest") && text.contains(':') {
        return forwarded(text);
    }
    let key = key_of(node, schema)?;
    let is_other = key == "pci" && !text.contains(['.', ':']) || key == "file" && !text.starts_with('/');
    let value = schema.member(key).filter(|_| !is_other)?;
    let inner = if !takes(node, value) {
        written(node, value)?
    } else if key == "pci" && is_without_domain(text) {
        format!("\"0000:{text}\"")
    } else {
        node.to_value().to_string()
    };
    Some(format!("{{ \"{key}\": {inner} }}"))
}

/// How a list is written inside the object that is expected: at the key that takes such a list.
fn list(items: &[Node], schema: Schema<'_>) -> Option<String> {
    let key = MAIN_LISTS.into_iter().find(|key| schema.lists(key))?;
    let value = schema.member(key).filter(|value| value.is_type("array"))?;
    let (least, most) = value.item_limits();
    let is_some = items.len() >= least.unwrap_or(1) && most.is_none_or(|most| items.len() <= most);
    if items.is_empty() || !is_some || !schema.is_type("object") {
        return None;
    }
    if items.iter().all(|item| matches!(item.kind, Kind::Object(_))) && value.item(0).is_type("object") {
        return Some(format!("{{ \"{key}\": [{{ … }}] }}"));
    }
    let items: Vec<String> = items
        .iter()
        .map(|item| takes(item, value.item(0)).then(|| item.to_value().to_string()))
        .collect::<Option<_>>()?;
    Some(format!("{{ \"{key}\": [{}] }}", items.join(", "))).filter(|text| text.len() <= LONGEST)
}

/// The first and the last of a range in one text, such as `10.0.0.10-10.0.0.20`, as the list of both.
fn range(text: &str, item: Schema<'_>) -> Option<String> {
    let (first, last) = text.split_once(['-', ',', ' '])?;
    let both = [first.trim(), last.trim_matches(|c: char| c == '-' || c == ',' || c == ' ')];
    let is_address = item.is_type("string") && both.iter().all(|one| one.parse::<IpAddr>().is_ok());
    let is_number = item.is_type("integer") && both.iter().all(|one| one.parse::<u16>().is_ok());
    match both {
        [first, last] if is_address => Some(format!("[\"{first}\", \"{last}\"]")),
        [first, last] if is_number => Some(format!("[{first}, {last}]")),
        _ => None,
    }
}

/// A forwarded port as containers write it: `8080:80`, `127.0.0.1:8080:80/udp`.
fn forwarded(text: &str) -> Option<String> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, ""));
    let (rest, guest) = ports.rsplit_once(':')?;
    let (address, host) = rest.rsplit_once(':').unwrap_or(("", rest));
    let is_port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0 && port.to_string() == text);
    let address = address.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(address);
    let is_address = address.is_empty() || address.parse::<IpAddr>().is_ok();
    if !is_port(host) || !is_port(guest) || !is_address || !["", "tcp", "udp"].contains(&protocol) {
        return None;
    }
    let protocol = if protocol == "udp" { ", \"protocol\": \"udp\"" } else { "" };
    let address = if address.is_empty() { String::new() } else { format!(", \"address\": \"{address}\"") };
    Some(format!("{{ \"host\": {host}, \"guest\": {guest}{protocol}{address} }}"))
}

/// The CPUs of a set as a list of one for each, if they are few.
pub(super) fn cpus(text: &str) -> Option<String> {
    const MOST: u16 = 16;
    let mut all = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.trim().parse::<u16>().ok()?, last.trim().parse::<u16>().ok()?);
        if last < first || last - first >= MOST {
            return None;
        }
        all.extend((first..=last).map(|cpu| format!("\"{cpu}\"")));
    }
    (all.len() <= usize::from(MOST)).then(|| format!("[{}]", all.join(", ")))
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
    let is_usb = schema.member("usb").is_some_and(|_| is_usb(text));
    let shaped = [(is_size, "size"), (is_subnet, "subnet"), (is_usb, "usb")];
    let shaped = shaped.into_iter().filter_map(|(is_so, key)| is_so.then_some(key));
    let main = shaped.chain(MAIN).find_map(|main| keys.iter().copied().find(|key| *key == main))?;
    let value = schema.member(main)?;
    (takes(node, value) || value.is_type("array") && takes(node, value.item(0))).then_some(main)
}

/// Whether a text is the address of a PCI device as `lspci` prints it: `01:00.0`.
fn is_without_domain(text: &str) -> bool {
    let is_number = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_hexdigit());
    let parts = text.split_once(':').and_then(|(bus, rest)| Some((bus, rest.split_once('.')?)));
    parts.is_some_and(|(bus, (slot, function))| is_number(bus, 2) && is_number(slot, 2) && is_number(function, 1))
}

/// Whether a text is vendor and product of a USB device.
fn is_usb(text: &str) -> bool {
    let is_number = |text: &str| text.len() == 4 && text.bytes().all(|b| b.is_ascii_hexdigit());
    text.split_once(':').is_some_and(|(vendor, product)| is_number(vendor) && is_number(product))
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
        help_in(text)
    }

    /// The help for the only wrong value of a spec.
    fn help_in(text: String) -> String {
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
        check("hostdevs", r#"["01:00.0"]"#, r#"{ "pci": "0000:01:00.0" }"#);
        check("hostdevs", r#"["046d:c52b"]"#, r#"{ "usb": "046d:c52b" }"#);
        check("ready", r#""agent""#, r#"{ "agent": true }"#);
        check("shmem", r#""64MiB""#, r#"{ "…": { "size": "64MiB" } }"#);
        check("networks", r#""10.0.0.0/24""#, r#"{ "…": { "subnet": "10.0.0.0/24" } }"#);
        check("shares", r#"{ "source": "/srv" }"#, r"[{ … }]");
        check("interfaces.forwards", r#"["8080:80"]"#, r#"{ "host": 8080, "guest": 80 }"#);
        check("interfaces.forwards", "[8080]", r#"{ "host": 8080 }"#);
        check("interfaces.forwards", r#""53:53/udp""#, r#"[{ "host": 53, "guest": 53, "protocol": "udp" }]"#);
        check(
            "interfaces.forwards",
            r#"["127.0.0.1:8080:80"]"#,
            r#"{ "host": 8080, "guest": 80, "address": "127.0.0.1" }"#,
        );
        check("disks.image", r#""/srv/a.qcow2""#, r#"{ "path": "/srv/a.qcow2" }"#);
        check("interfaces.link", r#""down""#, r#"{ "state": "down" }"#);
        check("networks.vlan", "20", r#"{ "tags": [20] }"#);
        check("networks.dns", r#""1.1.1.1""#, r#"{ "forwarders": ["1.1.1.1"] }"#);
        assert_eq!(help("networks", r#"{ "lan": "10.0.0.0/24" }"#), "write `{ \"subnet\": \"10.0.0.0/24\" }`");
        check("networks.dhcp", "false", r#"{ "enable": false }"#);
        check("networks.dhcp", r#"["10.0.0.5", "10.0.0.9"]"#, r#"{ "range": ["10.0.0.5", "10.0.0.9"] }"#);
        check("networks.vlan", "[10, 20]", r#"{ "tags": [10, 20] }"#);
        check("pinning", r#"["2", "3"]"#, r#"{ "vcpus": ["2", "3"] }"#);
        check("numa", r#"[{ "cpus": "0" }]"#, r#"{ "cells": [{ … }] }"#);
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
        assert_eq!(help("graphics", "[]"), "write an object, `{ … }`");
        assert_eq!(help("interfaces.forwards", r#"["web"]"#), "write an object, `{ … }`");
    }

    #[test]
    fn a_range_in_one_text_is_taken_apart() {
        let range = |value: &str| {
            let text = format!(r#"{{ "lab": "l", "networks": {{ "n": {{ "dhcp": {{ "range": {value} }} }} }} }}"#);
            help_in(text)
        };
        for text in ["10.0.0.10-10.0.0.20", "10.0.0.10,10.0.0.20", "10.0.0.10 - 10.0.0.20"] {
            assert_eq!(range(&format!("\"{text}\"")), r#"write `["10.0.0.10", "10.0.0.20"]`"#);
        }
        let such = r#"write a list of two, such as `["192.168.56.100","192.168.56.200"]`"#;
        assert_eq!(range(r#""10.0.0.10""#), such);
        assert_eq!(range(r#""10.0.0.10-20""#), such);
    }

    #[test]
    fn cpus_of_one_text_are_one_for_each() {
        let pinned = |value: &str| {
            help_in(format!(r#"{{ "lab": "l", "domains": {{ "a": {{ "pinning": {{ "vcpus": {value} }} }} }} }}"#))
        };
        let each = "write an entry for each, from the first:";
        assert_eq!(pinned(r#""2-4,8""#), format!(r#"{each} `["2", "3", "4", "8"]`"#));
        assert_eq!(pinned(r#""all""#), format!("{each} `[ … ]`"));
        assert_eq!(pinned(r#""0-1000000""#), format!("{each} `[ … ]`"));
    }

    #[test]
    fn commands_are_strings() {
        let command = |value: &str| {
            help_in(format!(r#"{{ "lab": "l", "domains": {{ "a": {{ "cloudInit": {{ "runcmd": [{value}] }} }} }} }}"#))
        };
        let one = "a shell runs it, so write it in one string";
        assert_eq!(command(r#"["echo", "a b"]"#), format!(r#"{one}: `"echo 'a b'"`"#));
        assert_eq!(command(r#"["sleep", 5]"#), one);
    }

    #[test]
    fn a_spec_is_an_object() {
        for text in ["null", "[]", "1", "\"lab\""] {
            assert_eq!(help_in(text.to_owned()), r#"write an object, such as `{ "lab": "sccm" }`"#);
        }
    }
}
