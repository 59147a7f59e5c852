//! What is generated is as the formatter of its target would have it, and has nothing that deadnix calls dead. So has
//! the Nix of the flake and of these tests.

mod case;
mod labs;

use std::fs;
use std::path::{Path, PathBuf};

use lab2nix::spec::Formatter;

use case::{Differences, entries};
use labs::{Labs, nix_files};

#[test]
fn generated_files_are_formatted_and_alive() {
    let mut differences = Differences::default();
    let labs = Labs::all();
    for lab in &labs.labs {
        let files = nix_files(&lab.dir);
        assert_eq!(files.len(), 5, "{}: {files:?}", lab.name);
        for file in files {
            lint(&file, &lab.name, lab.target.format, &mut differences);
        }
    }
    differences.settle("the files are made by `src/nix/`");
}

/// Directories with files of the flake, and of its tests. Its templates are others.
const FLAKE: &[&str] = &[".", "nix", "tests/flake", "tests/flake/nixpkgs"];

#[test]
fn the_nix_of_the_flake_is_formatted_and_alive() {
    let mut differences = Differences::default();
    let directories = FLAKE.iter().map(PathBuf::from).chain(entries("templates"));
    for file in directories.flat_map(|directory| nix_files(&directory)) {
        lint(&file, "the flake", Formatter::Nixfmt, &mut differences);
    }
    differences.settle("run nixfmt and deadnix");
}

#[test]
fn the_nix_of_the_tests_is_formatted_and_alive() {
    let mut differences = Differences::default();
    for file in nix_files(Path::new("tests/nix")) {
        let text = fs::read_to_string(&file).expect("a file of these tests");
        differences.compare(&file, &formatted("tests/nix", &text, Formatter::Nixfmt));
        lint(&file, "tests/nix", Formatter::Nixfmt, &mut differences);
    }
    differences.settle("mend it, or let nixfmt do it: UPDATE_CASES=1 cargo test --test lint");
}

/// There are two texts of the module of the host, of which one is written by hand and the other is made of it.
#[test]
fn the_modules_of_the_host_are_one_program() {
    let mut differences = Differences::default();
    let (by_hand, made) = (Path::new("src/nix/host.nixfmt.nix"), Path::new("src/nix/host.alejandra.nix"));
    let name = "the module of the host";
    let text = formatted(name, &fs::read_to_string(by_hand).expect("the module of the host"), Formatter::Nixfmt);
    let other = formatted(name, &text, Formatter::Alejandra);
    differences.compare(by_hand, &text);
    differences.compare(made, &other);
    std::mem::take(&mut differences)
        .settle("change `src/nix/host.nixfmt.nix`, then run: UPDATE_CASES=1 cargo test --test lint");
    let (text, other) = (program(&text), program(&other));
    let differ = text.iter().zip(&other).find(|(one, other)| one != other);
    assert!(differ.is_none() && text.len() == other.len(), "{differ:?}");
    lint(by_hand, name, Formatter::Nixfmt, &mut differences);
    lint(made, name, Formatter::Alejandra, &mut differences);
    differences.settle("change `src/nix/host.nixfmt.nix`");
}

/// What is left of a text when its layout is not looked at.
fn program(text: &str) -> Vec<String> {
    let parsed = rnix::Root::parse(text);
    assert_eq!(parsed.errors(), []);
    let tokens = parsed.syntax().descendants_with_tokens().filter_map(rnix::NodeOrToken::into_token);
    // The indentation of an indented string is layout, and that formatters move it as a whole is for the evaluation to show.
    let words = tokens.map(|token| token.text().split_whitespace().collect::<Vec<_>>().join(" "));
    let mut words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    // So is the last comma of a function's formals.
    let ends: Vec<bool> = words.windows(2).map(|pair| pair == [",", "}"]).chain([false]).collect();
    let mut ends = ends.into_iter();
    words.retain(|_| ends.next() == Some(false));
    words
}

fn lint(file: &Path, lab: &str, format: Formatter, differences: &mut Differences) {
    let name = format!("{lab}: {}", file.display());
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{name}: {error}"));
    differences.add(&lab2nix::files::diff(&name, &text, &formatted(&name, &text, format)));

    let parsed = rnix_deadnix::Root::parse(&text);
    assert_eq!(parsed.errors(), [], "{name}");
    for dead in deadnix::Settings::default().find_dead_code(&parsed.syntax()) {
        differences.add(&format!("{name}: {dead}"));
    }
}

fn formatted(name: &str, text: &str, format: Formatter) -> String {
    match format {
        Formatter::Nixfmt => nixfmt_rs::format(text).unwrap_or_else(|error| panic!("{name}: {error:?}")),
        Formatter::Alejandra => match alejandra::format::in_memory(name.to_owned(), text.to_owned()) {
            (alejandra::format::Status::Error(error), _) => panic!("{name}: {error}"),
            (_, formatted) => formatted,
        },
    }
}
