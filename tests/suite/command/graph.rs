//! `lab2nix graph`, and the block of a document that it keeps.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use pretty_assertions::assert_eq;

use super::place::{GOOD, LAB2NIX, Place, Ran};

const FIRST: &str = "<!-- lab2nix graph lab.json --into README.md begin -->";
const END: &str = "<!-- lab2nix graph end -->";

/// A directory with a spec and a document.
fn with_document(text: &str) -> Place {
    let place = Place::with(GOOD);
    place.write("README.md", &text.replace("BEGIN", FIRST).replace("END", END));
    place
}

fn document(place: &Place) -> String {
    fs::read_to_string(place.path("README.md")).unwrap()
}

#[test]
fn each_format_goes_to_standard_output() {
    let place = Place::with(GOOD);
    for (format, start) in
        [("mermaid", "flowchart LR\n"), ("dot", "digraph {\n"), ("svg", "<svg "), ("html", "<!DOCTYPE html>\n")]
    {
        let ran = place.run(&["graph", "--format", format]).exits(0).without_talk();
        assert!(ran.out.starts_with(start) && ran.out.contains("10.20.0.0/24"), "{ran:?}");
    }
    let ran = place.run(&["graph"]).exits(0).without_talk();
    assert!(ran.out.starts_with("flowchart"), "{ran:?}");
}

#[test]
fn a_spec_with_errors_is_not_drawn() {
    let place = Place::with(r#"{ "lab": "hello", "domains": { "web": {} } }"#);
    place.run(&["graph"]).exits(1).without_result().says("error[missing-field]");
    place.write("lab.json", GOOD);
    place.write("two.json", &GOOD.replace("\"hello\"", "\"two\""));
    let ran = place.run(&["graph", "lab.json", "two.json"]).exits(1).without_result();
    ran.says("error[host-clash]").says("`--several-hosts`");
    let ran = place.run(&["graph", "lab.json", "two.json", "--several-hosts"]).exits(0);
    assert!(ran.out.contains("subgraph l0[\"lab hello\"]") && ran.out.contains("subgraph l1[\"lab two\"]"), "{ran:?}");
}

#[test]
fn a_block_of_a_document_is_kept_fresh() {
    let place = with_document("# Lab\n\nBEGIN\nold\nEND\n\nThe end");
    let ran = place.run(&["graph", "--into", "README.md", "--check"]).exits(1);
    ran.says("README.md is out of date; run: lab2nix graph lab.json --into README.md\n");
    assert!(document(&place).contains("\nold\n"));
    place.run(&["graph", "--into", "README.md"]).exits(0).without_result().says("wrote README.md\n");
    let text = document(&place);
    assert!(text.starts_with(&format!("# Lab\n\n{FIRST}\n```mermaid\nflowchart LR\n")), "{text}");
    assert!(text.ends_with(&format!("```\n{END}\n\nThe end")), "{text}");
    place.run(&["graph", "--into", "README.md", "--check"]).exits(0).without_result().without_talk();
    place.run(&["graph", "--into", "README.md"]).exits(0).says("README.md is up to date\n");
    // The command is the one of the document's directory, from wherever it is run.
    let from_elsewhere = "mkdir -p a/b && cd a/b && \"$LAB2NIX\" graph ../../lab.json --into ../../README.md --check";
    place.shell(from_elsewhere).exits(0).without_talk();
    place.write("lab.json", &GOOD.replace("10.20.0.0/24", "10.20.7.0/24"));
    let ran = place.run(&["graph", "--into", "README.md", "--check"]).exits(1);
    assert!(ran.out.contains("\n-") && ran.out.contains("10.20.7.0/24"), "{ran:?}");
}

#[test]
fn the_graph_in_the_readme_is_fresh() {
    let mend = "to mend it: cargo run -- graph --into README.md";
    let ran = Ran::of(Command::new(LAB2NIX).args(["graph", "--into", "README.md", "--check"]));
    assert_eq!(ran.code, Some(0), "{ran:?}\n{mend}");
}

#[test]
fn everything_else_of_a_document_stays() {
    let place = with_document("\u{feff}a\r\n\tb  \r\n\r\nBEGIN\r\nEND\r\nc\n\r\rd");
    place.run(&["graph", "--into", "README.md"]).exits(0);
    let text = document(&place);
    let (before, rest) = text.split_once(&format!("{FIRST}\r\n")).unwrap();
    let (within, after) = rest.split_once(&format!("{END}\r\n")).unwrap();
    assert_eq!((before, after), ("\u{feff}a\r\n\tb  \r\n\r\n", "c\n\r\rd"));
    assert!(within.ends_with("```\r\n") && !within.replace("\r\n", "").contains('\n'), "{within}");
    place.run(&["graph", "--into", "README.md", "--check"]).exits(0);
    // Another format is another command, with a block of its own.
    let first = FIRST.replace(" --into", " --format dot --into");
    place.write("README.md", &format!("{text}\n{first}\n{END}\n"));
    place.run(&["graph", "--into", "README.md", "--format", "dot"]).exits(0);
    assert!(document(&place).starts_with(&text) && document(&place).ends_with(&format!("}}\n```\n{END}\n")));
    place.run(&["graph", "--into", "README.md", "--check"]).exits(0);
}

#[test]
fn a_document_without_a_place_is_not_written() {
    let check = |text: &str, place_of_it: &str, says: &str| {
        let place = with_document(text);
        let before = document(&place);
        let ran = place.run(&["graph", "--into", "README.md"]).exits(1).without_result();
        ran.says("error[graph-block]").says(place_of_it).says(says);
        assert_eq!(document(&place), before);
    };
    check(
        "# Lab\n\nText\n",
        "--> README.md:3:1",
        &format!("add the lines `{FIRST}` and `{END}` where the graph belongs"),
    );
    check("BEGIN\n\n# Lab\n", "--> README.md:1:1", &format!("add the line `{END}` below it"));
    check("END\n\nBEGIN\n", "--> README.md:3:1", "belongs below this one");
    check("BEGIN\nEND\nBEGIN\nEND\n", "--> README.md:3:1", "delete one of them");
    check("BEGIN\nEND\nEND\n", "--> README.md:3:1", "no block to end");
    check("```\nBEGIN\nEND\n```\n", "--> README.md:4:1", "add the lines");
    let place = Place::with(GOOD);
    place.run(&["graph", "--into", "README.md"]).exits(1).says("there is no such document").says(FIRST).says(END);
    place.write("other.md", &format!("{FIRST}\n{END}\n"));
    symlink("other.md", place.path("README.md")).unwrap();
    place.run(&["graph", "--into", "README.md"]).exits(1).says("is a symbolic link").says("other.md");
    fs::write(place.path("other.md"), b"\xff").unwrap();
    place.run(&["graph", "--into", "other.md"]).exits(1).says("is not UTF-8");
}

#[test]
fn what_a_document_cannot_have_in_its_text_is_refused() {
    let place = with_document("BEGIN\nEND\n");
    for (format, way) in [("svg", "![The lab](lab.svg)"), ("html", "[The lab](lab.html)")] {
        place.run(&["graph", "--into", "README.md", "--format", format]).exits(2).without_result().says(way);
    }
    place.run(&["graph", "--check"]).exits(2).says("--into");
    place.write("a-->b.json", GOOD);
    place.run(&["graph", "a-->b.json", "--into", "README.md"]).exits(2).says("cannot be written in a comment");
    assert_eq!(document(&place), format!("{FIRST}\n{END}\n"));
}

#[test]
fn what_mermaid_will_not_draw_is_said() {
    let many = r#"{ "lab": "many", "external": { "bridges": ["br0"] }, "domains": {
        "node": { "memory": "1GiB", "replicas": 501, "interfaces": [{ "bridge": "br0" }] } } }"#;
    let place = Place::with(many);
    place.run(&["graph"]).exits(0).says("note: the graph has 501 lines").says("`--format svg` has no limit");
    place.run(&["graph", "--format", "svg"]).exits(0).without_talk();
}
