use super::*;
use crate::place::{Place, Pointer};
use crate::source::Source;
use pretty_assertions::assert_eq;
use serde_json::json;

/// A schema with one of everything, in the words of schemars.
fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "$schema": { "type": "string" },
            "lab": { "type": "string", "examples": ["sccm"] },
            "cpus": { "type": "integer", "format": "uint32", "minimum": 1 },
            "big": { "type": "integer", "format": "uint64", "minimum": 0 },
            "port": { "type": "integer", "format": "uint16", "minimum": 0, "maximum": 65535 },
            "ratio": { "type": ["number", "null"], "maximum": 1 },
            "agent": { "type": "boolean" },
            "active": { "$ref": "#/$defs/Active" },
            "memory": { "$ref": "#/$defs/Size", "examples": ["4GiB"] },
            "mode": { "$ref": "#/$defs/Mode" },
            "restart": { "anyOf": [{ "$ref": "#/$defs/Mode" }, { "type": "null" }] },
            "route": { "anyOf": [{ "$ref": "#/$defs/Route" }, { "type": "null" }] },
            "range": { "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 },
            "pair": { "type": "array", "prefixItems": [{ "type": "string" }, { "type": "integer" }], "minItems": 2, "maxItems": 2 },
            "routes": { "type": "array", "items": { "$ref": "#/$defs/Route" } },
            "boot": { "type": "array", "items": { "type": "string", "enum": ["cdrom", "hd"] } },
            "networks": { "type": "object", "additionalProperties": { "$ref": "#/$defs/Route" } },
            "hosts": { "type": "object", "additionalProperties": { "type": "string" } },
            "features": { "type": "object", "additionalProperties": true, "propertyNames": { "enum": ["acpi", "apic"] } },
            "extra": { "type": "object", "additionalProperties": true },
            "any": true
        },
        "required": ["lab"],
        "additionalProperties": false,
        "$defs": {
            "Active": { "enum": [true, false, null] },
            "Size": { "type": "string" },
            "Mode": { "oneOf": [
                { "type": "string", "const": "nat", "description": "NAT" },
                { "type": "string", "const": "route" },
                { "type": "string", "enum": ["open", "isolated"] }
            ] },
            "Route": {
                "type": "object",
                "properties": { "to": { "type": "string", "examples": ["10.0.0.0/8"] }, "via": { "type": "string" } },
                "required": ["to", "via"],
                "additionalProperties": false
            }
        }
    })
}

fn checked(text: &str) -> (Value, Vec<Problem>) {
    let (source, problems) = Source::read("lab.json", text.to_owned());
    assert_eq!(problems, []);
    let (value, structural) = check(source.root().unwrap(), &schema());
    (value, structural.problems)
}

/// Expects of the members in `text`, beside a good `lab`, these problems as "id place: message; help" and what remains.
fn check_members(text: &str, expected: &[&str], remaining: &Value) {
    let (value, problems) = checked(&format!("{{ \"lab\": \"a\", {text} }}"));
    let reported: Vec<String> = problems
        .iter()
        .map(|problem| {
            let place = match &problem.place {
                Place::Value(pointer) => pointer.to_string(),
                Place::Key(pointer) => format!("key {pointer}"),
                Place::Text(_) | Place::File(_) => unreachable!("validation knows pointers only"),
            };
            format!("{} {place}: {}; {}", problem.id.name(), problem.message, problem.help)
        })
        .collect();
    assert_eq!(reported, expected);
    let Value::Object(mut value) = value else { panic!("{value}") };
    assert_eq!(value.shift_remove("lab"), Some(json!("a")));
    assert_eq!(&Value::Object(value), remaining);
}

#[test]
fn what_is_right_stays() {
    for text in [
        r#""$schema": "x", "cpus": 4, "big": 18446744073709551615, "port": 65535, "ratio": 0.5, "agent": true"#,
        r#""active": null, "memory": "4GiB", "mode": "open", "restart": null, "ratio": null"#,
        r#""active": false, "range": ["a", "b"], "pair": ["a", 1], "routes": [{ "to": "a", "via": "b" }], "boot": []"#,
        r#""networks": { "a": { "to": "a", "via": "b" } }, "extra": { "x": [null] }, "any": [1.5], "features": { "acpi": 1 }"#,
        r#""route": { "to": "a", "via": "b" }, "restart": "nat", "hosts": {}"#,
    ] {
        check_members(text, &[], &serde_json::from_str(&format!("{{{text}}}")).unwrap());
    }
}

#[test]
fn unknown_keys_go() {
    check_members(
        r#""cpu": 4, "cpus": 1"#,
        &["unknown-field key /cpu: the spec has no key `cpu`; did you mean `cpus`?"],
        &json!({ "cpus": 1 }),
    );
    check_members(
        r#""routes": [{ "to": "a", "via": "b", "qqq": 1 }]"#,
        &["unknown-field key /routes/0/qqq: `routes[0]` has no key `qqq`; known here: `to` and `via`"],
        &json!({ "routes": [{ "to": "a", "via": "b" }] }),
    );
    check_members(
        r#""features": { "acpy": true }"#,
        &["unknown-field key /features/acpy: `features` has no key `acpy`; did you mean `acpi`?"],
        &json!({ "features": {} }),
    );
}

#[test]
fn wrong_types_go() {
    let check = |text: &str, expected: &str, remaining: &Value| check_members(text, &[expected], remaining);
    check(
        r#""memory": 4"#,
        "wrong-type /memory: `memory` must be a string, but is a number; write it as a string, such as `\"4GiB\"`",
        &json!({}),
    );
    check(
        r#""hosts": { "a": 4 }"#,
        "wrong-type /hosts/a: `a` must be a string, but is a number; put it in double quotes: `\"4\"`",
        &json!({ "hosts": {} }),
    );
    check(
        r#""cpus": "4""#,
        "wrong-type /cpus: `cpus` must be a whole number, but is a string; write it without quotes: `4`",
        &json!({}),
    );
    check(
        r#""cpus": 4e0"#,
        "wrong-type /cpus: `cpus` must be a whole number, but is the number 4.0; write it as `4`",
        &json!({}),
    );
    check(
        r#""cpus": 1.5"#,
        "wrong-type /cpus: `cpus` must be a whole number, but is the number 1.5; leave the fraction out",
        &json!({}),
    );
    check(
        r#""agent": "yes""#,
        "wrong-type /agent: `agent` must be `true` or `false`, but is a string; write it without quotes: `true`",
        &json!({}),
    );
    check(
        r#""active": "no""#,
        "wrong-type /active: `active` must be `true`, `false` or `null`, but is a string; write it without quotes: `false`",
        &json!({}),
    );
    check(
        r#""mode": true"#,
        r#"wrong-type /mode: `mode` must be a string, but is `true`; write `"nat"`, `"route"`, `"open"` or `"isolated"`"#,
        &json!({}),
    );
    check(
        r#""memory": null"#,
        "wrong-type /memory: `memory` must be a string, but is `null`; leave the key out",
        &json!({}),
    );
}

#[test]
fn wrong_lists_and_objects() {
    let check = |text: &str, expected: &str, remaining: &Value| check_members(text, &[expected], remaining);
    check(
        r#""range": ["a"]"#,
        "wrong-type /range: `range` must be a list of two, but is a list of one; write exactly 2",
        &json!({}),
    );
    check(r#""boot": "hd""#, "wrong-type /boot: `boot` must be a list, but is a string; write `[\"hd\"]`", &json!({}));
    check(
        r#""networks": [1]"#,
        "wrong-type /networks: `networks` must be an object, but is a list of one; write an object with a key for each, `{ \"…\": … }`",
        &json!({ "networks": {} }),
    );
    check(
        r#""networks": null"#,
        "wrong-type /networks: `networks` must be an object, but is `null`; leave the key out",
        &json!({}),
    );
    check(
        r#""networks": { "lan": "nat" }"#,
        "wrong-type /networks/lan: `lan` must be an object, but is a string; write an object, `{ … }`",
        &json!({ "networks": { "lan": {} } }),
    );
    check(
        r#""routes": [null, { "to": "a", "via": "b" }]"#,
        "wrong-type /routes/0: `routes[0]` must be an object, but is `null`; leave the item out",
        &json!({ "routes": [{}, { "to": "a", "via": "b" }] }),
    );
    check(
        r#""pair": [true, 2]"#,
        "wrong-type /pair/0: `pair[0]` must be a string, but is `true`; write a string",
        &json!({ "pair": ["", 2] }),
    );
}

#[test]
fn unknown_values_go_and_items_are_replaced() {
    check_members(
        r#""mode": "natt", "boot": ["hd", "floppy", "cdrom"], "restart": "x""#,
        &[
            "unknown-value /mode: `mode` cannot be `natt`; did you mean `nat`?",
            "unknown-value /boot/1: `boot[1]` cannot be `floppy`; known here: `cdrom` and `hd`",
            "unknown-value /restart: `restart` cannot be `x`; known here: `nat`, `route`, `open` and `isolated`",
        ],
        &json!({ "boot": ["hd", "cdrom", "cdrom"] }),
    );
}

#[test]
fn numbers_out_of_range_go() {
    check_members(
        r#""cpus": 0, "port": 65536, "big": 18446744073709551616, "ratio": 1.5, "routes": []"#,
        &[
            "out-of-range /cpus: `cpus` must be at least 1, but is 0; write a number that is at least 1",
            "out-of-range /port: `port` must be from 0 to 65535, but is 65536; write a number that is from 0 to 65535",
            "out-of-range /big: `big` must be from 0 to 18446744073709551615, but is 1.8446744073709552e+19; write a number that is from 0 to 18446744073709551615",
            "out-of-range /ratio: `ratio` must be at most 1, but is 1.5; write a number that is at most 1",
        ],
        &json!({ "routes": [] }),
    );
}

#[test]
fn missing_keys_are_reported_at_the_object() {
    check_members(
        r#""routes": [{}], "networks": { "lan": { "to": 5 } }, "route": {}"#,
        &[
            "missing-field key /routes/0: `routes[0]` lacks the key `to`; add it, such as `\"to\": \"10.0.0.0/8\"`",
            "missing-field key /routes/0: `routes[0]` lacks the key `via`; add `\"via\"`: a string",
            "wrong-type /networks/lan/to: `to` must be a string, but is a number; write it as a string, such as `\"10.0.0.0/8\"`",
            "missing-field key /networks/lan: `lan` lacks the key `via`; add `\"via\"`: a string",
            "missing-field key /route: `route` lacks the key `to`; add it, such as `\"to\": \"10.0.0.0/8\"`",
            "missing-field key /route: `route` lacks the key `via`; add `\"via\"`: a string",
        ],
        &json!({ "routes": [{}], "networks": { "lan": {} }, "route": {} }),
    );
    let (value, problems) = checked("{}");
    assert_eq!((value, problems[0].message.as_str()), (json!({}), "the spec lacks the key `lab`"));
}

#[test]
fn a_root_of_the_wrong_type_becomes_an_empty_object() {
    let (value, problems) = checked("[1]");
    assert_eq!(value, json!({}));
    assert_eq!(problems[0].message, "the spec must be an object, but is a list of one");
}

#[test]
fn what_follows_from_a_wrong_value_is_dropped() {
    let (_, problems) = checked(r#"{ "lab": "a", "boot": [1], "pair": ["a", 1], "range": ["a", "b"] }"#);
    let boot = Pointer::root().key("boot");
    let at = |place: Place| Problem::new(Id::BadName, place, "");
    let later = vec![
        at(Place::value(boot.index(0))),
        at(Place::key(boot.index(0).key("x"))),
        at(Place::value(boot.index(1))),
        at(Place::value(boot.index(0).key("x").key("y"))),
        at(Place::value(Pointer::root().key("boot").index(10))),
    ];
    let kept = vec![later[2].clone(), later[4].clone()];
    assert_eq!(Structural { problems, meant: Vec::new() }.independent(later), kept);
}
