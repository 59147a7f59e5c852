use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Files, straight};
use crate::pipeline;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::report::{Format, render};
use crate::source::{File, Source};

/// A spec of several files, the first of which is the spec itself.
fn read(files: &[(&str, &str)]) -> (Source, Vec<Problem>) {
    let memory = files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
    let memory: BTreeMap<PathBuf, Vec<u8>> = memory.collect();
    Source::with_includes(Path::new(files[0].0), files[0].1.as_bytes().to_vec(), &memory)
}

/// Expects a spec without problems, and what it is merged into.
fn check(files: &[(&str, &str)], expected: &Value) -> Source {
    let (source, problems) = read(files);
    assert_eq!(problems, []);
    assert!(source.is_complete());
    let value = source.root().unwrap().to_value();
    // The order of keys is part of it.
    assert_eq!(value.to_string(), expected.to_string());
    source
}

/// Expects problems: id, file and what is marked in it, and whether all was read.
fn check_problems(files: &[(&str, &str)], expected: &[(Id, &str, &str)], complete: bool) {
    let (source, problems) = read(files);
    let found: Vec<(Id, &str, &str)> = problems
        .iter()
        .map(|problem| {
            let (file, range) = source.range(&problem.place).unwrap();
            let file = &source.files()[file];
            (problem.id, file.name(), &file.text()[range])
        })
        .collect();
    assert_eq!((found.as_slice(), source.is_complete()), (expected, complete), "{problems:#?}");
}

#[test]
fn objects_merge_key_by_key_and_what_is_included_comes_first() {
    let files = [
        (
            "lab.json",
            r#"{ "lab": "x", "include": ["a.json", "sub/b.json"], "domains": { "z": {}, "a": { "cpus": 1 } } }"#,
        ),
        ("a.json", r#"{ "domains": { "a": { "tpm": true }, "b": {} } }"#),
        ("sub/b.json", r#"{ "include": ["../c.json"], "pools": {} }"#),
        ("c.json", r#"{ "pools": { "c": null } }"#),
    ];
    let merged = json!({
        "domains": { "a": { "tpm": true, "cpus": 1 }, "b": {}, "z": {} },
        "pools": { "c": null },
        "lab": "x",
        "include": ["a.json", "sub/b.json"],
    });
    check(&files, &merged);
}

#[test]
fn each_file_describes_itself() {
    let files = [
        ("lab.json", r#"{ "$schema": "1", "include": ["a.json"], "description": "the lab" }"#),
        ("a.json", r#"{ "$schema": "2", "include": [], "description": "a part", "lab": "x" }"#),
    ];
    let source = check(&files, &json!({ "lab": "x", "$schema": "1", "include": ["a.json"], "description": "the lab" }));
    let apart = source.files()[1].apart().unwrap().to_value();
    assert_eq!(apart, json!({ "$schema": "2", "include": [], "description": "a part" }));
    check(
        &[("lab.json", r#"{ "include": ["a.json"] }"#), ("a.json", r#"{ "description": "a part" }"#)],
        &json!({ "include": ["a.json"] }),
    );
}

#[test]
fn a_file_that_is_reached_on_two_ways_is_merged_once() {
    let files = [
        ("x/lab.json", r#"{ "include": ["../l.json", "../r.json", "../base.json", "/abs/l.json"] }"#),
        ("l.json", r#"{ "include": ["base.json"] }"#),
        ("r.json", r#"{ "include": ["./x/../base.json"] }"#),
        ("base.json", r#"{ "lab": "x" }"#),
        ("/abs/l.json", r#"{ "include": ["base.json"] }"#),
        ("/abs/base.json", r#"{ "networks": {} }"#),
    ];
    let include = json!(["../l.json", "../r.json", "../base.json", "/abs/l.json"]);
    let source = check(&files, &json!({ "lab": "x", "networks": {}, "include": include }));
    let names: Vec<&str> = source.files().iter().map(File::name).collect();
    assert_eq!(names, ["x/lab.json", "l.json", "base.json", "r.json", "/abs/l.json", "/abs/base.json"]);
}

#[test]
fn places_are_in_the_file_that_says_it() {
    let files = [
        ("lab.json", "\u{feff}{ \"include\": [\"a.json\"], \"domains\": { \"web\": { \"cpus\": 1 } } }"),
        ("a.json", "\u{feff}{ \"domains\": { \"web\": { \"memory\": \"é\" }, \"db\": {} }, \"pools\": [{}] }"),
    ];
    let (source, problems) = read(&files);
    assert_eq!(problems, []);
    let at = |place: Place| {
        let (file, range) = source.range(&place).unwrap();
        (source.files()[file].name().to_owned(), source.files()[file].text()[range].to_owned())
    };
    let in_file = |file: &str, text: &str| (file.to_owned(), text.to_owned());
    let domains = Pointer::root().key("domains");
    assert_eq!(at(Place::value(domains.key("web").key("cpus"))), in_file("lab.json", "1"));
    assert_eq!(at(Place::value(domains.key("web").key("memory"))), in_file("a.json", "\"é\""));
    assert_eq!(at(Place::key(domains.key("web"))), in_file("lab.json", "\"web\""));
    assert_eq!(at(Place::value(domains.key("db").key("memory"))), in_file("a.json", "\"db\""));
    assert_eq!(at(Place::value(Pointer::root().key("pools").index(0).key("x"))), in_file("a.json", "{"));
    assert_eq!(at(Place::value(Pointer::root().key("networks"))), in_file("lab.json", "{"));
}

#[test]
fn what_two_files_say_is_a_clash() {
    let files = [
        (
            "lab.json",
            r#"{ "include": ["a.json"], "lab": "x", "domains": { "web": { "cpus": 1, "disks": [], "tpm": true } } }"#,
        ),
        ("a.json", r#"{ "lab": "x", "domains": { "web": { "cpus": 1, "disks": [], "tpm": {} } } }"#),
    ];
    let clash = |marked| (Id::IncludeClash, "lab.json", marked);
    check_problems(&files, &[clash("\"lab\""), clash("\"cpus\""), clash("\"disks\""), clash("\"tpm\"")], true);
}

#[test]
fn what_cannot_be_included() {
    check_problems(
        &[
            ("a/lab.json", r#"{ "include": ["no.json", "lab.json", "b.json"] }"#),
            ("a/b.json", r#"{ "include": ["../a/lab.json"], "x": 1, "x": 2 }"#),
        ],
        &[
            (Id::IncludeNotFound, "a/lab.json", "\"no.json\""),
            (Id::IncludeCycle, "a/lab.json", "\"lab.json\""),
            (Id::DuplicateKey, "a/b.json", "\"x\""),
            (Id::IncludeCycle, "a/b.json", "\"../a/lab.json\""),
        ],
        false,
    );
    // Nothing is quoted of a file that is no JSON object.
    check_problems(
        &[("lab.json", r#"{ "include": ["empty.json", "open.json"] }"#), ("empty.json", ""), ("open.json", "{")],
        &[(Id::SyntaxError, "lab.json", "\"empty.json\""), (Id::SyntaxError, "open.json", "")],
        false,
    );
    // The validation of the spec reports what has the wrong type.
    check_problems(&[("lab.json", r#"{ "include": "a.json" }"#)], &[], false);
    check_problems(
        &[("lab.json", r#"{ "include": ["list.json"] }"#), ("list.json", "[]")],
        &[(Id::WrongType, "lab.json", "\"list.json\"")],
        false,
    );
    check_problems(&[("lab.json", r#"["include"]"#)], &[], true);
}

#[test]
fn a_text_alone_includes_nothing() {
    let (source, problems) = Source::read("lab.json", r#"{ "include": ["a.json"] }"#.to_owned());
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "`a.json` cannot be included: only the spec itself is read here");
    assert!(!source.is_complete());
}

#[test]
fn a_file_is_named_without_detours_unless_they_lead_elsewhere() {
    /// A disk on which `link` is a link to `far/away`.
    struct Links;
    impl Files for Links {
        fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
            let text = path.to_str().unwrap().replace("link/", "far/away/");
            let path = straight(Path::new(&text));
            let known = path.starts_with("far") || path == Path::new("near.json");
            known.then_some(path).ok_or_else(|| io::ErrorKind::NotFound.into())
        }

        fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
            Ok(b"{".to_vec())
        }
    }
    let text = r#"{ "include": ["link/../a.json", "x/../near.json", "y/../gone.json"] }"#;
    let (source, problems) = Source::with_includes(Path::new("lab.json"), text.into(), &Links);
    let names: Vec<&str> = source.files().iter().map(File::name).collect();
    assert_eq!(names, ["lab.json", "link/../a.json", "near.json"]);
    assert_eq!(problems[2].message, "there is no file `gone.json` to include");
    for (path, expected) in [
        ("a/./../b", "b"),
        ("../../a", "../../a"),
        ("/../a", "/../a"),
        ("a/..", "a/.."),
        ("./a/b/../..", "./a/b/../.."),
    ] {
        assert_eq!(straight(Path::new(path)), Path::new(expected));
    }
}

#[test]
fn a_long_way_is_gone() {
    const LENGTH: usize = 5_000;
    let name = |at: usize| if at == 0 { "lab.json".to_owned() } else { format!("{at}.json") };
    let chain = |last: &str| {
        let text = |at: usize| if at + 1 < LENGTH { name(at + 1) } else { last.to_owned() };
        let file = |at: usize| (PathBuf::from(name(at)), format!(r#"{{ "include": ["{}"] }}"#, text(at)).into_bytes());
        let files: BTreeMap<PathBuf, Vec<u8>> = (0..LENGTH).map(file).collect();
        let (source, problems) =
            Source::with_includes(Path::new("lab.json"), files[Path::new("lab.json")].clone(), &files);
        assert_eq!(source.files().len(), LENGTH);
        problems.iter().map(|problem| problem.id).collect::<Vec<_>>()
    };
    assert_eq!(chain("end.json"), [Id::IncludeNotFound]);
    assert_eq!(chain("17.json"), [Id::IncludeCycle]);
}

proptest! {
    /// Whatever stands in the files, there is a report of it.
    #[test]
    fn no_files_panic(
        cuts in prop::collection::vec((0_usize..3, 0_usize..90, 0_usize..4), 0..4),
        insert in r#"[{}\[\],:"'\\/*\n 0-9a-c.~-]{0,4}"#,
    ) {
        let mut texts = [
            r#"{ "include": ["a.json", "b.json"], "lab": "x", "domains": { "web": { "memory": "1GiB" } } }"#.to_owned(),
            r#"{ "include": ["b.json"], "defaults": { "cpus": 2 }, "domains": { "web": { "tpm": true } } }"#.to_owned(),
            r#"{ "description": "é", "networks": { "lan": { "subnet": "10.0.0.0/24" } }, "lab": [] }"#.to_owned(),
        ];
        for (file, at, length) in cuts {
            let text: Vec<char> = texts[file].chars().collect();
            let (before, after) = text.split_at(at.min(text.len()));
            texts[file] = before.iter().copied().chain(insert.chars()).chain(after.iter().skip(length).copied()).collect();
        }
        let [lab, a, b] = &texts;
        let (source, problems) = read(&[("lab.json", lab), ("a.json", a), ("b.json", b)]);
        let checked = pipeline::check(&source, problems);
        for format in [Format::Human, Format::Json, Format::Github] {
            let report = render(&checked.problems, Some(&source), format, false);
            prop_assert_eq!(report.is_empty(), checked.problems.is_empty());
        }
        for problem in &checked.problems {
            let (file, range) = source.range(&problem.place).unwrap();
            prop_assert!(source.files()[file].text().get(range).is_some());
        }
        prop_assert!(source.is_complete() || !checked.is_sound());
    }
}
