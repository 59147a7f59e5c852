//! What is published: the crate, the releases, the action for GitHub and the hooks of pre-commit.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use clap::CommandFactory as _;
use lab2nix::cli::Cli;

use crate::support::{entries, skip};

/// The files of YAML that services read.
const YAML: &[&str] = &[
    ".github/workflows/book.yml",
    ".github/workflows/ci.yml",
    ".github/workflows/release.yml",
    ".pre-commit-hooks.yaml",
    "action.yml",
];

/// What a build includes besides the crate's own code, by where it is from the root.
fn included() -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut directories = vec![PathBuf::from("src")];
    while let Some(directory) = directories.pop() {
        for path in entries(&directory) {
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            found.insert(path.clone());
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("code is text");
            for (at, word) in text.match_indices("include_str!(") {
                let argument = text[at + word.len()..].trim_start();
                let is_directory = argument.starts_with("concat!(");
                let quoted = argument.split('"').nth(1).expect("a literal");
                let target = normal(&directory.join(quoted));
                if is_directory {
                    found.extend(files_below(&target));
                } else {
                    found.insert(target);
                }
            }
        }
    }
    found
}

/// The files in a directory and in those that it has.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    entries(directory)
        .into_iter()
        .flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] })
        .collect()
}

/// A path without `..`.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut so_far, component| {
        match component {
            Component::ParentDir => drop(so_far.pop()),
            other => so_far.push(other),
        }
        so_far
    })
}

#[test]
fn the_crate_has_what_its_build_takes_and_no_tests() {
    let output = Command::new(env!("CARGO")).args(["package", "--list", "--allow-dirty", "--offline"]).output();
    let output = match output {
        Err(error) => return skip(&format!("cargo does not start: {error}")),
        Ok(output) => output,
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).expect("names are text");
    let listed: BTreeSet<PathBuf> = listed.lines().map(PathBuf::from).collect();
    let mut needed = included();
    for name in ["Cargo.lock", "Cargo.toml", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"] {
        needed.insert(name.into());
    }
    assert!(needed.contains(Path::new("nix/host/default.nix")) && needed.contains(Path::new("schema/rules.json")));
    let missing: Vec<_> = needed.difference(&listed).collect();
    assert!(missing.is_empty(), "not in the crate: {missing:?}");
    let size: u64 = listed.iter().filter_map(|path| fs::metadata(path).ok()).map(|found| found.len()).sum();
    assert!(size < 6 << 20, "crates.io takes 10 MiB, and this are {size} bytes");
    let is_of_tests = |path: &&PathBuf| ["tests", "benches", "examples"].iter().any(|dir| path.starts_with(dir));
    assert_eq!(listed.iter().find(is_of_tests), None);
}

#[test]
fn yamllint_has_nothing_to_say() {
    let rules =
        "{extends: default, rules: {line-length: disable, document-start: disable, truthy: {check-keys: false}}}";
    match Command::new("yamllint").args(["--strict", "--config-data", rules]).args(YAML).output() {
        Err(error) => skip(&format!("yamllint does not start: {error}")),
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
    }
}

/// A hook begins a command that clap takes.
#[test]
fn hooks_call_commands_that_are_there() {
    let hooks = fs::read_to_string(".pre-commit-hooks.yaml").expect("it is there");
    let entries: Vec<&str> = hooks.lines().filter_map(|line| line.trim().strip_prefix("entry: ")).collect();
    assert_eq!(entries.len(), hooks.matches("- id: ").count());
    for entry in entries {
        let parsed = Cli::command().try_get_matches_from(entry.split_whitespace());
        assert!(parsed.is_ok(), "{entry}: {parsed:?}");
    }
}

/// What installs lab2nix looks where the project is, and knows the programs that a release makes.
#[test]
fn releases_are_where_they_are_looked_for() {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let install = read(".github/action/install");
    assert!(install.contains(concat!(env!("CARGO_PKG_REPOSITORY"), "/releases")));
    let workflow = read(".github/workflows/release.yml");
    let targets: BTreeSet<&str> = workflow.lines().filter_map(|line| line.trim().strip_prefix("- target: ")).collect();
    let known: BTreeSet<&str> =
        install.lines().filter_map(|line| line.split_once("target=")?.1.split(' ').next()).collect();
    assert_eq!(targets, known);
    assert_eq!(targets.len(), 2);
}
