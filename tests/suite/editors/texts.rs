//! Which texts editors mark as wrong: none that lab2nix takes, and slips that people make.

use jsonschema::Validator;
use lab2nix::problem::Id;
use lab2nix::spec::schema;
use lab2nix::spec::schema::editors;
use lab2nix::spec::schema::shapes::{SHAPES, Shape};
use serde_json::{Value, json};
use std::path::Path;

use super::{good_values, is_layer, objects, with};
use crate::support::{BAD, Read, specs};

fn validator() -> Validator {
    jsonschema::validator_for(editors::schema()).unwrap()
}

#[test]
fn a_spec_that_lab2nix_takes_is_not_marked() {
    let validator = validator();
    for spec in Id::ALL.iter().flat_map(|id| specs(&Path::new(BAD).join(id.name()))) {
        let read = Read::file(&spec);
        if let Some(value) = read.to_value().filter(|_| read.checked.is_sound()) {
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert_eq!(errors, [""; 0], "{}", spec.display());
        }
    }
}

/// What one writes instead of a text, and may be taken; `all`, also what has another shape.
fn variants(text: &str, all: bool) -> Vec<String> {
    let mut chars = text.chars();
    let (without_last, without_first) = (text.char_indices().last().map_or("", |(at, _)| &text[..at]), {
        chars.next();
        chars.as_str()
    });
    let others = [
        "0",
        "1",
        "007",
        "00",
        "1B",
        "0B",
        "4KiB",
        "010MiB",
        "1 GiB",
        "2m",
        "0120s",
        "3d",
        "1h",
        "2 h",
        "1us",
        "8kbit",
        "000010Mbit",
        "0%",
        "00.50%",
        "100%",
        "10.20.0.1",
        "010.020.000.001",
        "::",
        "::1",
        "1::",
        "fd00::1",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::ffff:10.20.0.1",
        "fe80::1%1",
        "10.20.0.0/24",
        "010.020.0.0/024",
        "10.20.0.0/08",
        "10.20.0.0/8",
        "fd00:0:0:1::/064",
        "fd00::/8",
        "0.0.0.0/0",
        "::/0",
        "0.0.0.0",
        "none",
        "127.0.0.1:1",
        "127.0.0.1:00080",
        "[::1]:80",
        "[fe80::1%2]:80",
        "ffff:ff:1f.7",
        "0000:00:00.0",
        "046D:C52B",
        "1:1",
        "01:02",
        "0-3,^2",
        "1,2,3",
        "0-1, 3",
        " 1",
        "1-2 ",
        "0777",
        "777",
        "00777",
        "/",
        "//x",
        "/a b",
        "a",
        "A",
        "a.b_c-1",
        "-a",
        "52:54:00:AB:cd:01",
        "52-54-00-12-34-01",
        "5254.0012.3401",
    ];
    let mut variants: Vec<String> = others.iter().filter(|_| all).map(|other| (*other).to_owned()).collect();
    variants.extend([text.to_uppercase(), text.to_lowercase(), format!("0{text}"), format!("{text}0")]);
    variants.extend([format!(" {text}"), format!("{text} "), without_last.to_owned(), without_first.to_owned()]);
    variants
}

/// A shape that is too narrow would mark what lab2nix takes.
#[test]
fn a_shape_has_all_that_is_taken() {
    let values = good_values();
    let (mut tried, mut seen) = (0, Vec::new());
    for (owner, key, shape) in SHAPES {
        let mut place = None;
        for value in &values {
            objects(value, &mut |object| {
                let is_of = object.name == *owner || (*owner == "DomainFields" && is_layer(object.name));
                if is_of && place.is_none() && object.value.contains_key(*key) {
                    place = Some((value, object.pointer.to_owned(), object.value[*key].clone()));
                }
            });
            if place.is_some() {
                break;
            }
        }
        let (value, pointer, written) = place.unwrap_or_else(|| panic!("no case has `{key}` of {owner}"));
        let text = match &written {
            Value::Array(items) => items[0].as_str(),
            Value::Object(members) => members.values().next().and_then(Value::as_str),
            other => other.as_str(),
        };
        let text = text.unwrap_or_else(|| panic!("`{key}` of {owner} is {written}"));
        let matcher = jsonschema::validator_for(&json!({ "pattern": shape.pattern() })).unwrap();
        let is_first = !seen.contains(shape);
        seen.push(*shape);
        for variant in variants(text, is_first) {
            let mut changed = written.clone();
            match &mut changed {
                Value::Array(items) => items[0] = json!(variant),
                Value::Object(members) => *members.values_mut().next().expect("it has one") = json!(variant),
                other => *other = json!(variant),
            }
            tried += 1;
            // What the expression takes needs no question.
            let is_marked = !matcher.is_valid(&json!(variant));
            let is_taken = is_marked && Read::value(&with(value, &pointer, key, changed)).checked.is_sound();
            assert!(!is_taken, "{shape:?} of `{key}` of {owner} refuses `{variant}`, which is taken");
        }
    }
    assert!(tried > 2000, "only {tried} were tried");
}

/// Slips, by what they are not.
const SLIPS: &[(Shape, &[&str])] = &[
    (Shape::Size, &["4G", "4 GiB", "4gib", "4GB", "4096", "GiB", "-4GiB", "1.5GiB", ""]),
    (Shape::Duration, &["12", "12 h", "1h30m", "h", "12hours"]),
    (Shape::Delay, &["50", "50 ms", "50m", "0.5s"]),
    (Shape::BitRate, &["10", "10M", "10Mbps", "10 Mbit", "10mbit"]),
    (Shape::Percentage, &["2.5", "2,5%", "%", "-1%"]),
    (Shape::Mac, &["52:54:00:zz:00:01", "52-54-00-12-34-01", "52:54:00:12:34", "53:54:00:12:34:01", "525400123401"]),
    (Shape::Ipv4, &["10.20.0", "10.20.0.256", "10.20.0.1/24", "lan", "fd00::1"]),
    (Shape::Ipv6, &["10.20.0.1", "fd00::g", "fd00::1/64", "1:2:3:4:5:6:7:8:9:a"]),
    (Shape::Address, &["10.20.0.1/24", "localhost", "10.20.0"]),
    (Shape::Listen, &["localhost", "0.0.0.0:5900", "*"]),
    (Shape::Endpoint, &["4555", "127.0.0.1", "localhost:4555", "::1:4555x"]),
    (Shape::Ipv4Net, &["10.20.0.0", "10.20.0.0/33", "10.20.0.0/255.255.255.0", "fd00::/64"]),
    (Shape::Ipv6Net, &["fd00::", "fd00::/129", "10.20.0.0/24"]),
    (Shape::Net, &["10.20.0.0", "fd00::", "default"]),
    (Shape::Uuid, &["4c82c973", "{4c82c973-7299-468e-bf15-d442ee681475}", "4c82c9737299468ebf15d442ee681475"]),
    (Shape::Pci, &["01:00.0", "pci_0000_01_00_0", "0000:01:00", "0000:01:00.8", "0000:01:20.0"]),
    (Shape::Usb, &["046d", "046d:c52", "0x046d:0xc52b"]),
    (Shape::UsbPlace, &["3", "003-005", "0003:005"]),
    (Shape::CpuSet, &["all", "0..3", ""]),
    (Shape::Wwn, &["0x5000c50015ea71aa", "5000c50015ea71a"]),
    (Shape::FileMode, &["rwxr-xr-x", "0o755", "0888", "55"]),
    (Shape::Path, &["images/a.qcow2", "~/a.qcow2", "./a", ""]),
    (Shape::LabName, &["My-Lab", "my_lab", "-lab", ""]),
    (Shape::Name, &["a b", "-a", ""]),
];

#[test]
fn slips_are_marked() {
    let refuses = |shape: Shape, text: &str| {
        let schema = json!({ "pattern": shape.pattern() });
        !jsonschema::validator_for(&schema).unwrap().is_valid(&json!(text))
    };
    for (_, key, shape) in SHAPES {
        assert!(SLIPS.iter().any(|(known, _)| known == shape), "no slip is known of {shape:?}, the shape of `{key}`");
    }
    for (shape, slips) in SLIPS {
        for slip in *slips {
            assert!(refuses(*shape, slip), "{shape:?} takes `{slip}`");
        }
    }
}

/// A key that is added with an example like these gets its shape, or is said to have none.
#[test]
fn every_key_whose_example_has_a_shape_has_it() {
    const OTHERS: &[(&str, &str)] = &[
        // What they are is said by another key, and not always a path.
        ("PoolSource", "dir"),
        ("PoolSource", "device"),
        ("Audio", "server"),
        ("Input", "device"),
    ];
    const TELLING: [Shape; 12] = [
        Shape::Size,
        Shape::Duration,
        Shape::Delay,
        Shape::BitRate,
        Shape::Percentage,
        Shape::Mac,
        Shape::Address,
        Shape::Endpoint,
        Shape::Net,
        Shape::Uuid,
        Shape::Pci,
        Shape::Path,
    ];
    let root = schema::cached();
    let definitions = root["$defs"].as_object().unwrap().iter().map(|(name, definition)| (name.as_str(), definition));
    let telling = TELLING.map(|shape| jsonschema::validator_for(&json!({ "pattern": shape.pattern() })).unwrap());
    let mut without = Vec::new();
    for (name, definition) in definitions.chain([("", root)]).filter(|(name, _)| !matches!(*name, "Domain" | "Profile"))
    {
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            let is_known = SHAPES.iter().any(|(of, known, _)| of == &name && known == key);
            let example = &property["examples"][0];
            let texts =
                [example].into_iter().chain(example.as_array().into_iter().flatten()).filter(|text| text.is_string());
            if !is_known
                && !OTHERS.contains(&(name, key))
                && texts.clone().any(|text| telling.iter().any(|one| one.is_valid(text)))
            {
                without.push(format!("{name}.{key}: {example}"));
            }
        }
    }
    assert_eq!(without, [""; 0], "give them shapes in `src/spec/schema/shapes.rs`");
    for (owner, key, _) in SHAPES {
        let object = if owner.is_empty() { root } else { &root["$defs"][*owner] };
        assert!(object["properties"][*key].is_object(), "{owner} has no `{key}`");
    }
}
