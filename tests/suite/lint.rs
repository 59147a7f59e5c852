//! What is generated is as the formatter of its target would have it, and has nothing that deadnix calls dead. So has
//! the Nix of the flake and of these tests. shellcheck has nothing to say of a script.

use std::fs;
use std::path::{Path, PathBuf};

use lab2nix::nix::host::{Language, host_files};
use lab2nix::spec::Formatter;

use crate::support::labs::{Labs, nix_files};
use crate::support::script::shellcheck;
use crate::support::{Differences, entries, with_extension};

#[test]
fn generated_files_are_formatted_and_alive() {
    let mut differences = Differences::default();
    let labs = Labs::all();
    for lab in &labs.labs {
        let files = nix_files(&lab.dir);
        // Those of the host's module are the same for all.
        assert_eq!(files.len(), 4, "{}: {files:?}", lab.name);
        for file in files {
            lint(&file, &lab.name, lab.target.format, &mut differences);
        }
    }
    differences.settle("the files are made by `src/nix/`");
}

/// The module of the host.
const HOST: &str = "nix/host";

/// Directories with files of the flake, and of its tests. Its templates are others.
const FLAKE: &[&str] =
    &[".", "nix", "tests/flake", "tests/flake/flake-parts", "tests/flake/nixpkgs", "tests/flake/parts"];

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
    differences.settle("mend it, or let nixfmt do it: UPDATE_CASES=1 cargo test --test suite lint::");
}

/// The module of the host is written in one style, and generated in that of each lab.
#[test]
fn the_module_of_the_host_is_one_program_in_each_style() {
    let mut differences = Differences::default();
    for path in nix_files(Path::new(HOST)) {
        let name = path.display().to_string();
        let text = fs::read_to_string(&path).expect("a file of the repository");
        differences.compare(&path, &formatted(&name, &text, Formatter::Nixfmt));
        lint(&path, &name, Formatter::Nixfmt, &mut differences);
    }
    std::mem::take(&mut differences)
        .settle("mend it, or let nixfmt do it: UPDATE_CASES=1 cargo test --test suite lint::");
    let [nixfmt, alejandra] = [Formatter::Nixfmt, Formatter::Alejandra].map(host_files);
    for (one, other) in nixfmt.iter().zip(&alejandra).filter(|(file, _)| file.language == Language::Nix) {
        differences.add(&lab2nix::files::diff(
            &other.name,
            &other.text,
            &formatted(&other.name, &other.text, Formatter::Alejandra),
        ));
        let (text, other_text) = (program(&one.text), program(&other.text));
        let differ = text.iter().zip(&other_text).find(|(one, other)| one != other);
        assert!(differ.is_none() && text.len() == other_text.len(), "{}: {differ:?}", one.name);
    }
    differences.settle("change `nix/host`");
}

/// The scripts of the repository, and those that run on hosts.
#[test]
fn shellcheck_has_nothing_to_say() {
    let mut scripts: Vec<PathBuf> =
        [HOST, "tests/libvirt", "tests/documents"].iter().flat_map(|dir| with_extension(dir.as_ref(), "sh")).collect();
    scripts.extend(
        ["tests/flake/run", "tests/documents/run", "tests/documents/law", "tests/documents/switch"].map(PathBuf::from),
    );
    scripts.extend([".ci", ".github/action"].iter().flat_map(entries));
    scripts.push("src/cli/words.bash".into());
    shellcheck(scripts);
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
