//! What shells are offered: they run the command with the words of the line, and it answers with what can stand there.

use std::process::Command;

use pretty_assertions::assert_eq;

use super::place::{GOOD, LAB2NIX, Place, Ran};
use crate::support::skip;

const OTHER: &str = r#"{
  "lab": "other",
  "networks": { "lan": { "subnet": "10.30.0.0/24" } },
  "pools": { "lan": { "path": "/srv/lan" } },
  "profiles": { "server": { "memory": "1GiB" }, "unused": {} },
  "domains": { "db": { "profiles": ["server"], "title": "The database" }, "old": { "imported": true } }
}
"#;

fn place() -> Place {
    let place = Place::with(GOOD);
    place.write("other.json", OTHER);
    place.write(
        "db.xml",
        "<domain type='kvm'><name>from-file</name><memory>1024</memory><os><type>hvm</type></os></domain>",
    );
    place
}

/// What a shell is offered for the last of the words.
fn offered(place: &Place, shell: &str, words: &[&str]) -> String {
    let mut command = place.command(LAB2NIX, &["--", "lab2nix"]);
    command.args(words).env("COMPLETE", shell);
    command.env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    command.env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "false");
    Ran::of(&mut command).exits(0).without_talk().out
}

/// The same, without options and what is said of the words: they are the same for each shell.
fn words(place: &Place, line: &[&str]) -> Vec<String> {
    let of_shell = |shell: &str, separator: char| -> Vec<String> {
        let out = offered(place, shell, line);
        let word = |line: &str| line.split(separator).next().unwrap_or_default().to_owned();
        out.lines().map(word).filter(|word| !word.starts_with('-')).collect()
    };
    let bash = of_shell("bash", '\n');
    assert_eq!(of_shell("zsh", ':'), bash, "{line:?}");
    assert_eq!(of_shell("fish", '\t'), bash, "{line:?}");
    bash
}

#[test]
fn names_come_from_the_spec_that_the_line_names() {
    let place = place();
    for (line, expected) in [
        (&["up", ""][..], &["web"][..]),
        (&["up", "--spec", "other.json", ""], &["db", "old", "@server"]),
        (&["up", "--spec=other.json", "@"], &["@server"]),
        (&["up", "--spec", "other.json", "--spec", "lab.json", ""], &["db", "old", "web", "@server"]),
        (&["up", "--spec", "missing.json", ""], &[]),
        (&["up", "--spec", "-", ""], &[]),
        (&["run", "--spec", "other.json", "d"], &["db"]),
        (&["ssh", "--spec", "other.json", ""], &["db", "old"]),
        (&["inventory", "other.json", "--format", "ansible", "--only", ""], &["db", "old", "@server"]),
        (&["save", "--spec", "other.json", "clean", "--only", "@s"], &["@server"]),
        (&["xml", "w"], &["web"]),
        (&["xml", "other.json", "d"], &["db"]),
        // Where one name is not enough.
        (&["xml", "other.json", "n"], &["networks/lan"]),
        (&["xml", "other.json", "p"], &["pools/lan"]),
        (&["xml", "o"], &["other.json"]),
        (&["import", "--from", "db.xml", "f"], &["from-file"]),
        (&["import", "--kind", "domain,n"], &["domain,network"]),
    ] {
        assert_eq!(words(&place, line), expected, "{line:?}");
    }
    for line in [&["xml", ""][..], &["xml", "web", ""]] {
        assert!(words(&place, line).contains(&"web".to_owned()), "{line:?}");
    }
    assert!(offered(&place, "fish", &["up", "--spec", "other.json", "d"]).contains("db\tThe database\n"));
    assert!(offered(&place, "zsh", &["up", "--spec", "other.json", "@"]).contains("@server:db"));
}

#[test]
fn problems_and_consequences_are_offered() {
    let place = place();
    assert_eq!(words(&place, &["explain", "duplicate-m"]), ["duplicate-mac"]);
    assert!(words(&place, &["explain", "data"]).contains(&"data-lost".to_owned()));
    assert!(offered(&place, "fish", &["explain", "bad-size"]).starts_with("bad-size\t"));
    assert_eq!(words(&place, &["gen", "--deny", ""]), ["warnings"]);
    let of_plan = words(&place, &["plan", "--deny", ""]);
    assert!(of_plan.len() > 10 && of_plan.contains(&"warnings".to_owned()), "{of_plan:?}");
    assert_eq!(words(&place, &["plan", "--deny", "warnings,stops-h"]), ["warnings,stops-half-way"]);
    assert_eq!(words(&place, &["plan", "--accept", "data-l"]), ["data-lost"]);
    assert_eq!(words(&place, &["plan", "--activation", "g"]), ["gentle"]);
}

/// bash gives words that end at `@` and `=`, and puts what it is given in place of the last.
#[test]
fn bash_puts_in_what_is_missing() {
    let place = place();
    let cut = "source <(\"$LAB2NIX\" completions bash); PATH=$BIN:$PATH
        compopt() { :; }
        ask() { COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_CWORD=$(($# - 2)); shift
                COMP_WORDS=(\"$@\"); local last=${!#}; if [[ $last == [@=:] ]]; then last=; fi
                COMPREPLY=(); _lab2nix lab2nix \"$last\" x; echo \"${COMPREPLY[*]}\"; }
        ask 'lab2nix up --spec=other.json @se' lab2nix up --spec = other.json @ se
        ask 'lab2nix up --spec=other.json @' lab2nix up --spec = other.json @
        ask 'lab2nix up --spec=oth' lab2nix up --spec = oth
        ask 'lab2nix up --spec other.json d' lab2nix up --spec other.json d
        ask 'lab2nix explain bad-siz' lab2nix explain bad-siz
        complete -p lab2nix";
    let bin = std::path::Path::new(LAB2NIX).parent().expect("it is in a directory");
    let ran = Ran::of(place.command("bash", &["-c", cut]).env("LAB2NIX", LAB2NIX).env("BIN", bin)).exits(0);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[..5], ["server", "server", "other.json", "db", "bad-size"], "{ran:?}");
    assert!(lines[5].ends_with("-F _lab2nix lab2nix"), "{ran:?}");
}

/// A script in a directory of `$fpath` is a function, and answers when it is first called.
#[test]
fn zsh_is_answered_the_first_time() {
    let place = place();
    if let Err(error) = Command::new("zsh").arg("--version").output() {
        return skip(&format!("zsh does not start: {error}"));
    }
    let script = "\"$LAB2NIX\" completions zsh >_lab2nix; fpath=($PWD $fpath); PATH=$BIN:$PATH
        compdef() { :; }; _describe() { print -l -- \"${(@P)3}\"; }
        words=(lab2nix explain bad-siz) CURRENT=3; autoload -U _lab2nix; _lab2nix";
    let bin = std::path::Path::new(LAB2NIX).parent().expect("it is in a directory");
    let mut command = place.command("zsh", &["-f", "-c", script]);
    let ran = Ran::of(command.env("LAB2NIX", LAB2NIX).env("BIN", bin)).exits(0).without_talk();
    assert!(ran.out.starts_with("bad-size:"), "{ran:?}");
}

/// The scripts are read by their shells without a complaint.
#[test]
fn the_scripts_are_sound() {
    let place = place();
    for (shell, load) in [
        ("bash", "source <(\"$LAB2NIX\" completions bash)"),
        ("zsh", "autoload -U compinit && compinit -u -D && source <(\"$LAB2NIX\" completions zsh)"),
        (
            "fish",
            "\"$LAB2NIX\" completions fish | source; PATH=$BIN:$PATH complete --do-complete 'lab2nix explain bad-siz'",
        ),
    ] {
        if let Err(error) = Command::new(shell).arg("--version").output() {
            skip(&format!("{shell} does not start: {error}"));
            continue;
        }
        let bin = std::path::Path::new(LAB2NIX).parent().expect("it is in a directory");
        let ran = Ran::of(
            place.command(shell, &["-c", load]).env("LAB2NIX", LAB2NIX).env("BIN", bin).env("HOME", place.path("")),
        );
        let ran = ran.exits(0).without_talk();
        assert!(shell != "fish" || ran.out.starts_with("bad-size\t"), "{ran:?}");
    }
}
