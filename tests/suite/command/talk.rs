//! What `gen` and `check` say beside problems, and how a spec is named.

use std::fs;
use std::process::{Command, Stdio};

use pretty_assertions::assert_eq;

use super::place::{GOOD, LAB2NIX, Place, Ran};

/// One warning that is allowed, and none besides.
const ALLOWS: &str = r#"{
  "lab": "hello",
  "allow": [{ "warning": "unmanaged-bridge", "at": "domains.web", "reason": "the host makes br0" }],
  "profiles": { "small": { "memory": "1GiB" } },
  "domains": { "web": { "profiles": ["small"], "interfaces": [{ "bridge": "br0" }] } }
}
"#;

/// Runs a script of the shell in a place, with what is piped into it.
pub fn piped(place: &Place, arguments: &[&str], text: &str) -> Ran {
    place.write("input", text);
    let input = fs::File::open(place.path("input")).expect("it was just written");
    let output = place.command(LAB2NIX, arguments).stdin(Stdio::from(input)).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("what is printed is text");
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn quiet_says_problems_and_results_only() {
    let place = Place::with(GOOD);
    place.run(&["check", "--quiet"]).exits(0).without_result().without_talk();
    place.run(&["gen", "-q"]).exits(0).without_result().without_talk();
    place.run(&["-q", "gen"]).exits(0).without_result().without_talk();
    place.write("lab.json", &GOOD.replace("1GiB", "3GiB"));
    let ran =
        place.run(&["gen", "-q", "--check"]).exits(1).says("generated is out of date; run: lab2nix gen lab.json\n");
    assert!(ran.out.contains("+        count = 3;"), "{ran:?}");
    place.write("lab.json", &GOOD.replace("1GiB", "lots"));
    place.run(&["check", "-q"]).exits(1).says("error[bad-size]: ").says("1 error\n");
    place.run(&["check", "-q", "-v"]).exits(2).says("cannot be used with");
}

#[test]
fn verbose_says_each_file() {
    let place = Place::with(GOOD);
    let ran = place.run(&["gen", "-v"]).exits(0).says("wrote generated/host/default.nix\n");
    assert!(!ran.err.contains("up to date"), "{ran:?}");
    place.write("lab.json", &GOOD.replace("1GiB", "3GiB"));
    let ran = place.run(&["gen", "--verbose"]).exits(0).says("wrote generated/domains.nix\n");
    ran.says("generated/pools.nix is up to date\n").says("generated/host/default.nix is up to date\n");
}

#[test]
fn allowed_warnings_are_counted_and_told_on_request() {
    let place = Place::with(ALLOWS);
    let ran = place.run(&["check", "--deny", "warnings"]).exits(0).without_result();
    assert_eq!(ran.err, "no problems in 1 domain; 1 warning allowed\n");
    let ran = place.run(&["check", "-v"]).exits(0);
    assert_eq!(
        ran.err,
        "domain `web` has profiles, the weakest first: `small`\n\
         allowed: unmanaged-bridge at lab.json:5:75: the host makes br0\n\
         no problems in 1 domain; 1 warning allowed\n"
    );
    place.run(&["gen", "--deny", "warnings"]).exits(0);
    place.write("lab.json", &ALLOWS.replace("unmanaged-bridge", "store-path"));
    let ran = place.run(&["check", "--deny", "warnings"]).exits(1);
    ran.says("warning[unmanaged-bridge]: ").says("warning[unused-allow]: there is no warning `store-path` there\n");
}

#[test]
fn errors_cannot_be_allowed() {
    let place = Place::with(&ALLOWS.replace("unmanaged-bridge", "bad-size"));
    let ran = place.run(&["check"]).exits(1);
    ran.says("error[unknown-value]: ").says("`bad-size` is an error, which cannot be allowed");
    place.write("lab.json", &ALLOWS.replace("unmanaged-bridge", "unmanged-bridge"));
    place.run(&["check"]).exits(1).says("did you mean `unmanaged-bridge`?");
    place.write("lab.json", &ALLOWS.replace("the host makes br0", " "));
    place.run(&["check"]).exits(1).says("error[missing-field]: the reason is empty\n");
    place.write("lab.json", &ALLOWS.replace(", \"reason\": \"the host makes br0\"", ""));
    place.run(&["check"]).exits(1).says("lacks the key `reason`");
}

/// What labs have with each other is allowed by either of them.
#[test]
fn warnings_of_several_labs_can_be_allowed() {
    let lab = |name: &str, allow: &str| {
        format!(
            r#"{{ "lab": "{name}", "allow": [{allow}],
                 "domains": {{ "web": {{ "memory": "1GiB" }}, "{name}": {{ "memory": "1GiB" }} }} }}"#
        )
    };
    let place = Place::with(&lab("one", ""));
    place.write("two.json", &lab("two", ""));
    let check = ["check", "--several-hosts", "--deny", "warnings", "lab.json", "two.json"];
    place.run(&check).exits(1).says("warning[inventory-clash]: ");
    for at in ["", r#""at": "domains.web", "#] {
        let allow = format!(r#"{{ "warning": "inventory-clash", {at}"reason": "they are apart" }}"#);
        place.write("two.json", &lab("two", &allow));
        place.run(&check).exits(0).says("no problems in 2 labs: 4 domains");
        place.run(&["check", "two.json"]).exits(0).says("no problems in 2 domains\n");
    }
    place.write("two.json", &lab("two", r#"{ "warning": "inventory-clash", "at": "domains.two", "reason": "x" }"#));
    place.run(&check).exits(1).says("warning[inventory-clash]: ");
}

#[test]
fn a_spec_comes_on_standard_input() {
    let place = Place::with("");
    fs::remove_file(place.path("lab.json")).unwrap();
    let piped = |arguments: &[&str], text: &str| piped(&place, arguments, text);
    piped(&["check", "-"], GOOD).exits(0).says("no problems in 1 domain, 1 network, 1 pool\n");
    piped(&["check", "-"], "{").exits(1).says("--> -:1:2");
    let xml = piped(&["xml", "-", "web"], GOOD).exits(0);
    assert!(xml.out.starts_with("<domain "), "{xml:?}");
    piped(&["inspect", "-"], GOOD).exits(0);
    piped(&["gen", "-"], GOOD).exits(2).says("`gen -` needs `--out DIR`");
    assert!(!place.has("generated"));
    piped(&["gen", "-", "--out", "made"], GOOD).exits(0).says("4 files and host/ written to made");
    let first = fs::read_to_string(place.path("made/pools.nix")).unwrap();
    assert!(first.starts_with("# Generated by lab2nix from a spec on standard input: "), "{first}");
    piped(&["gen", "-", "--out", "made", "--check"], GOOD).exits(0).without_talk();
    // What it includes is looked for in the working directory.
    place.write("nodes.json", r#"{ "domains": { "db": { "memory": "1GiB" } } }"#);
    let includes = GOOD.replace("\"lab\"", "\"include\": [\"nodes.json\"], \"lab\"");
    piped(&["check", "-"], &includes).exits(0).says("no problems in 2 domains,");
}

#[test]
fn a_directory_means_its_lab() {
    let place = Place::with("");
    fs::create_dir(place.path("one")).unwrap();
    place.write("one/lab.json", GOOD);
    place.run(&["gen", "one"]).exits(0);
    assert!(place.has("one/generated/default.nix"));
    place.run(&["gen", "one/", "--check"]).exits(0);
    let xml = place.run(&["xml", "one/", "web"]).exits(0);
    assert!(xml.out.starts_with("<domain "), "{xml:?}");
    place.write("lab.json", &GOOD.replace("1GiB", "lots"));
    place.run(&["check", "."]).exits(1).says("--> lab.json:5:");
}

#[test]
fn where_there_is_no_lab_it_says_how_one_begins() {
    let place = Place::with("");
    fs::remove_file(place.path("lab.json")).unwrap();
    fs::create_dir(place.path("one")).unwrap();
    place.run(&["gen"]).exits(2).says("error: there is no `lab.json`: `lab2nix init` makes one; ");
    place.run(&["up"]).exits(2).says("; a spec of another name is an argument, `FILE.json` or `--spec FILE.json` as");
    place.run(&["check", "one"]).exits(2).says("there is no `one/lab.json`: `lab2nix init one` makes one; ");
    place.run(&["check", "other.json"]).exits(2).says("there is no `other.json`: `lab2nix init` makes a spec");
    place.write("lab.json", GOOD);
    place.write("my.spec", GOOD);
    place
        .run(&["xml", "my.spec", "web"])
        .exits(2)
        .says("a spec is the first argument, and ends in `.json` or `.jsonc`");
    place.run(&["xml", "wep"]).exits(2).says("did you mean `web`?");
}

#[test]
fn the_key_of_the_example_is_to_be_replaced() {
    let place = Place::with(GOOD);
    place.run(&["init", "a"]).exits(0);
    place
        .run(&["gen", "a"])
        .exits(0)
        .says("; next: write your SSH key for `web` in place of the example; `lab2nix plan a");
    place.run(&["init", "b", "--template", "cluster"]).exits(0);
    place.run(&["gen", "b"]).exits(0).says("for `node-1`, `node-2` and `node-3` in place of the example; ");
}

/// The apps of a flake say so, and messages name them.
#[test]
fn in_a_flake_messages_name_its_apps() {
    let place = Place::with(GOOD);
    let run = |arguments: &[&str]| Ran::of(place.command(LAB2NIX, arguments).env("LAB2NIX_FLAKE", "."));
    run(&["gen", "--check"]).exits(1).says("; run: nix run .#gen -- lab.json\n");
    run(&["gen"]).exits(0).says("; next: `nix run .#plan` tells what a switch will do");
    let Ok(made) = Command::new("git").args(["init", "--quiet"]).arg(place.path("")).status() else { return };
    assert!(made.success());
    fs::remove_dir_all(place.path("generated")).unwrap();
    run(&["gen"]).exits(0).says("; next: `nix run .#plan` tells");
    fs::remove_dir_all(place.path("generated")).unwrap();
    place.write("flake.nix", "{ }");
    run(&["gen"])
        .exits(0)
        .says("next: `git add generated`, because a flake sees only what git knows; `nix run .#plan` tells");
    place.write("lab.json", &GOOD.replace("1GiB", "3GiB"));
    run(&["gen"]).exits(0).says("next: `nix run .#plan` tells");
    run(&["add", "domain", "more"]).exits(0).says("then `nix run .#gen`");
    place.write("other.json", GOOD);
    run(&["rename", "web", "www", "--spec", "other.json"])
        .exits(0)
        .says("next: `nix run .#gen -- other.json`, and `nix run .#plan");
    place.run(&["add", "pool", "more", "--spec", "other.json"]).exits(0).says("then `lab2nix gen other.json`");
    run(&["init"]).exits(1).says("or change what is there with `nix run .#lab -- add`");
    // What is quoted of a spec stays.
    place.write("bad.json", r#"{ "lab": "l", /* `lab2nix gen` */ "colour": 1 }"#);
    run(&["check", "bad.json"]).exits(1).says(r#"1 | { "lab": "l", /* `lab2nix gen` */ "colour": 1 }"#);
    fs::remove_file(place.path("lab.json")).unwrap();
    run(&["check"]).exits(2).says("`nix run .#lab -- init` makes one");
}

#[test]
fn the_version_names_the_targets() {
    let place = Place::with(GOOD);
    let long = place.run(&["--version"]).exits(0).out;
    let own = format!("lab2nix {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        long,
        format!(
            "{own}writes for NixVirt 0.6.0, unreleased (`target.nixvirt`, default 0.6.0)\nreads specs of version 1\n"
        )
    );
    assert_eq!(place.run(&["-V"]).exits(0).out, own);
}
