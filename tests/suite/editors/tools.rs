//! What editors make of specs with the schema: the service of VS Code, and that of CodeMirror, which has nothing in common with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use lab2nix::source::Source;
use lab2nix::spec::schema;
use lab2nix::spec::schema::editors;
use serde_json::{Value, json};

use super::offered::identities;
use crate::support::program::node;
use crate::support::{entries, examples, skip, templates};

const SCRIPT: &str = "tests/suite/editors/edit.mjs";

/// A question, with `|` where the cursor is.
fn ask(what: &str, text: &str) -> Value {
    let at = text.find('|').unwrap_or_default();
    json!({ "do": what, "text": text.replacen('|', "", 1), "at": at })
}

fn answers(editor: &str, requests: &[Value]) -> Option<Vec<Value>> {
    node(SCRIPT, editor, &json!({ "schema": editors::schema(), "requests": requests }))
}

/// The labs of this repository: what people open first.
fn labs() -> Vec<PathBuf> {
    let labs: Vec<PathBuf> = examples().into_iter().chain(templates()).collect();
    assert!(labs.len() > 5, "{labs:?}");
    labs
}

/// The objects that are written most, each with a spec where keys of it are completed, and its name in the schema.
const OBJECTS: &[(&str, &str)] = &[
    ("{ \"|\" }", ""),
    ("{ \"networks\": { \"lan\": { \"|\" } } }", "Network"),
    ("{ \"pools\": { \"images\": { \"|\" } } }", "Pool"),
    ("{ \"defaults\": { \"|\" } }", "DomainFields"),
    ("{ \"profiles\": { \"web\": { \"|\" } } }", "Profile"),
    ("{ \"domains\": { \"web\": { \"|\" } } }", "Domain"),
    ("{ \"domains\": { \"web\": { \"disks\": [{ \"|\" }] } } }", "Disk"),
    ("{ \"domains\": { \"web\": { \"interfaces\": [{ \"|\" }] } } }", "Interface"),
    ("{ \"domains\": { \"web\": { \"cloudInit\": { \"|\" } } } }", "CloudInit"),
];

/// The keys that an object of the schema has.
fn keys(name: &str) -> BTreeSet<&'static str> {
    let schema = schema::cached();
    let object = if name.is_empty() { schema } else { &schema["$defs"][name] };
    object["properties"].as_object().expect("it has keys").keys().map(String::as_str).collect()
}

/// Wrong texts, each in a spec of which nothing else is wrong.
const SLIPS: &[&str] = &[
    r#"{ "domains": { "web": { "memory": "4G" } } }"#,
    r#"{ "domains": { "web": { "disks": [{ "size": "20 GiB" }] } } }"#,
    r#"{ "domains": { "web": { "interfaces": [{ "mac": "52:54:00:zz:00:01" }] } } }"#,
    r#"{ "networks": { "lan": { "subnet": "10.20.0.0" } } }"#,
    r#"{ "domains": { "web": { "hostdevs": [{ "pci": "01:00.0" }] } } }"#,
    r#"{ "domains": { "web": { "memroy": "4GiB" } } }"#,
    r#"{ "networks": { "lan": { "mode": "natt" } } }"#,
];

fn has_complaints(editor: &str) {
    let specs = labs();
    let good = specs.iter().map(|spec| fs::read_to_string(spec).expect("a lab of ours"));
    let good = good.chain(["{ /* a */ \"lab\": \"a\", // b\n}".to_owned()]);
    let requests: Vec<Value> = good.map(|text| json!({ "do": "complain", "text": text })).collect();
    let (fine, slips) = (requests.len(), SLIPS.iter().map(|slip| json!({ "do": "complain", "text": slip })));
    let requests: Vec<Value> = requests.into_iter().chain(slips).collect();
    let Some(answers) = answers(editor, &requests) else { return };
    for (answer, request) in answers[..fine].iter().zip(&requests) {
        assert_eq!(*answer, json!([]), "{request}");
    }
    for (answer, slip) in answers[fine..].iter().zip(SLIPS) {
        assert_eq!(answer.as_array().map(Vec::len), Some(1), "{slip}: {answer}");
    }
}

#[test]
fn vs_code_marks_slips_and_nothing_else() {
    has_complaints("vscode");
}

#[test]
fn codemirror_marks_slips_and_nothing_else() {
    has_complaints("codemirror");
}

/// Every key of objects is completed, with what there is to say of it and without an identity.
fn completes(editor: &str, objects: &[(&str, &str)], is_formatted: impl Fn(&str) -> bool) {
    let requests: Vec<Value> = objects.iter().map(|(text, _)| ask("complete", text)).collect();
    let Some(answers) = answers(editor, &requests) else { return };
    for ((text, name), answer) in objects.iter().zip(answers) {
        let offered = answer.as_array().expect("a list").iter();
        let offered: BTreeMap<&str, &Value> =
            offered.map(|item| (item["label"].as_str().expect("a key").trim_matches('"'), item)).collect();
        assert_eq!(offered.keys().copied().collect::<BTreeSet<_>>(), keys(name), "{text}");
        for (key, item) in offered {
            let told = item["told"].as_str().unwrap_or_default();
            assert!(is_formatted(told), "`{key}` of {name}: {told}");
            let inserts = item["inserts"].as_str().unwrap_or_default();
            assert_eq!(identities(inserts), [""; 0], "`{key}` of {name} inserts {inserts}");
            let of_lab = ["sccm", "old-name", "lab-0001", "IT-0815"];
            assert!(!of_lab.iter().any(|own| inserts.contains(own)), "`{key}` of {name} inserts {inserts}");
        }
    }
}

#[test]
fn vs_code_completes_every_key() {
    completes("vscode", OBJECTS, |told| told.contains("in the reference](https://"));
}

#[test]
fn codemirror_completes_every_key() {
    // Deeper in a text that is not finished, it knows no schema.
    completes("codemirror", &OBJECTS[..6], |told| told.starts_with("<div>") && told.len() > 15);
}

/// Where a value stands, VS Code offers whole entries, and words with what they mean.
#[test]
fn vs_code_offers_entries_and_words() {
    let requests = [
        ask("complete", "{ \"networks\": | }"),
        ask("complete", "{ \"networks\": { \"lan\": | } }"),
        ask("complete", "{ \"domains\": { \"web\": | } }"),
        ask("complete", "{ \"domains\": { \"web\": { \"interfaces\": [|] } } }"),
        ask("complete", "{ \"domains\": { \"web\": { \"disks\": [|] } } }"),
        ask("complete", "{ \"domains\": { \"web\": { \"cloudInit\": | } } }"),
    ];
    let Some(answers) = answers("vscode", &requests) else { return };
    let snippets: Value = serde_json::from_str(include_str!("../../../schema/snippets.json")).expect("it is JSON");
    for (answer, name) in answers.iter().zip(["networks", "Network", "Domain", "Interface", "Disk", "CloudInit"]) {
        let offered: Vec<&Value> = answer.as_array().expect("a list").iter().map(|item| &item["label"]).collect();
        for snippet in snippets[name].as_array().expect("a list") {
            assert!(offered.contains(&&snippet["label"]), "{name}: no {} in {offered:?}", snippet["label"]);
        }
        for item in answer.as_array().expect("a list") {
            assert_eq!(identities(&item["inserts"].to_string()), [""; 0], "{item}");
        }
    }
    let words = [ask("complete", "{ \"networks\": { \"lan\": { \"mode\": | } } }")];
    let Some(answers) = self::answers("vscode", &words) else { return };
    let told = |word: &str| {
        let item =
            answers[0].as_array().into_iter().flatten().find(|item| item["label"] == json!(format!("\"{word}\"")));
        item.and_then(|item| item["told"].as_str()).unwrap_or_default().to_owned()
    };
    assert!(told("nat").contains("NAT") && told("isolated").len() > 10, "{answers:?}");
}

/// Over a key VS Code shows what there is to say of it, with its formatting, whatever its value is.
#[test]
fn vs_code_shows_formatted_text_over_every_key() {
    let schema = editors::schema();
    let (mut requests, mut expected) = (Vec::new(), Vec::new());
    for (text, name) in OBJECTS {
        let object = if name.is_empty() { schema } else { &schema["$defs"][*name] };
        for (key, property) in object["properties"].as_object().expect("it has keys") {
            let target =
                property["$ref"].as_str().map_or(property, |way| schema.pointer(&way[1..]).expect("it is there"));
            let value = match (target["type"].as_str(), &target["enum"]) {
                (_, Value::Array(words)) => words[0].clone(),
                (Some("object"), _) => json!({}),
                (Some("array"), _) => json!([]),
                (Some("boolean"), _) => json!(true),
                (Some("integer"), _) => json!(1),
                _ => json!("a"),
            };
            requests.push(ask("hover", &text.replace("\"|\"", &format!("\"|{key}\": {value}"))));
            expected.push((key, property["markdownDescription"].as_str().expect("it has one")));
        }
    }
    let Some(answers) = answers("vscode", &requests) else { return };
    for ((answer, (key, told)), request) in answers.iter().zip(expected).zip(&requests) {
        let shown = answer.as_str().unwrap_or_default();
        assert!(shown.contains(told), "{key} in {request}: {shown}");
    }
    assert!(requests.len() > 200, "{}", requests.len());
}

/// Texts that are JSON with comments and trailing commas, and texts that are not.
const TEXTS: &[&str] = &[
    "{}",
    "{ }\n",
    "[1,]",
    "[1 , // a\n ]",
    "{\"a\":1,}",
    "{\"a\": [1, 2,], \"b\": {\"c\": null,},}",
    "// a\n{}",
    "/* a */ {} // b",
    "{} /* a\n */",
    "{\"a\": \"// no\", \"b\": \"/* no */\"}",
    "// a\r{}",
    "// a\r\n{}",
    "/**/{}",
    "/***/{}",
    "{\"a\": \",]\"}",
    "{\"a\": 1, // ,\n}",
    "{\"a\": 1 /* , */}",
    "{\"\\u00e9\": 1.5}",
    "[[],{},]",
    "[-0]",
    "",
    "[,]",
    "{,}",
    "[1,,]",
    "{\"a\":,}",
    "{\"a\"}",
    "{a: 1}",
    "{'a': 1}",
    "[1 2]",
    "{\"a\": 1 \"b\": 2}",
    "{},",
    "{} {}",
    "/* a",
    "# a\n{}",
    "[01]",
    "[+1]",
    "[.5]",
    "[1.]",
    "[0x1]",
    "[NaN]",
    "[undefined]",
    "[True]",
    "[\"a\nb\"]",
    "{\"a\": \"\\x\"}",
    "[1}",
    "{",
    "/ a\n{}",
    "{\"a\":: 1}",
    "[\"a\", // ]\n",
];

#[test]
fn editors_and_lab2nix_take_the_same_texts() {
    let own = |text: &&str| Source::read("lab.json", (*text).to_owned()).0.root().is_some();
    let own: Vec<bool> = TEXTS.iter().map(own).collect();
    assert!(own.iter().filter(|taken| **taken).count() >= 20);
    let requests: Vec<Value> = TEXTS.iter().map(|text| json!({ "text": text })).collect();
    let Some(answers) = node(SCRIPT, "jsonc", &json!({ "schema": {}, "requests": requests })) else { return };
    for ((text, own), answer) in TEXTS.iter().zip(own).zip(answers) {
        assert_eq!(json!(own), answer, "{text:?}");
    }
}

/// The flake reads specs in Nix.
#[test]
fn the_flake_takes_the_same_texts() {
    let directory = tempfile::tempdir().expect("there is room");
    let taken = |text: &&&str| {
        let (source, _) = Source::read("lab.json", (**text).to_owned());
        source.root().is_some_and(|root| root.to_value().is_object())
    };
    let mut expected = Vec::new();
    for (index, text) in TEXTS.iter().filter(taken).enumerate() {
        fs::write(directory.path().join(format!("{index:03}.json")), text).expect("it can be written");
        expected.push(Source::read("lab.json", (*text).to_owned()).0.root().expect("it is taken").to_value());
    }
    let files = entries(directory.path()).iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" ");
    let expression = format!("map (path: (builtins.head (import ./nix/spec.nix path)).value) [ {files} ]");
    let mut nix = Command::new("nix-instantiate");
    nix.args(["--store", "dummy://", "--eval", "--strict", "--json", "--expr", &expression]);
    let output = match nix.output() {
        Ok(output) => output,
        Err(error) => return skip(&format!("nix-instantiate does not start: {error}")),
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(found, json!(expected));
}
