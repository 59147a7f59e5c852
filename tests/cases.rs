//! Specs beside what lab2nix makes of them: `tests/cases/ok/<case>/` with the generated files,
//! `tests/cases/bad/<problem-id>/` with the report. A new case is a new directory with a `lab.json`;
//! `UPDATE_CASES=1 cargo test --test cases` writes the rest, to be read before it is committed.

mod case;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use case::{BAD, Differences, MANY, OK, Read, entries, examples, name_of, specs};
use lab2nix::files::{self, Replace, State};
use lab2nix::nix::host::is_host_file;
use lab2nix::problem::Id;
use lab2nix::proof::Proven;
use lab2nix::report::{self, Format};
use pretty_assertions::assert_eq;

const MEND: &str = "if that is meant: UPDATE_CASES=1 cargo test --test cases";

#[test]
fn bad_specs_are_reported() {
    let mut differences = Differences::default();
    for id in Id::ALL {
        let dir = Path::new(BAD).join(id.name());
        let specs = specs(&dir);
        if !specs.contains(&dir.join("lab.json")) {
            differences.add(&format!("{} needs a case: {}/lab.json", id.name(), dir.display()));
        }
        for spec in specs {
            let read = Read::file(&spec);
            let (report, found) = match id {
                Id::ForeignFile => foreign_files(&dir, &read),
                _ => (read.report(), read.checked.problems.iter().map(|problem| problem.id).collect()),
            };
            if found.is_empty() || found.iter().any(|found| found != id) {
                let names: Vec<&str> = found.iter().map(|id| id.name()).collect();
                differences.add(&format!("{} reports {names:?}", spec.display()));
            }
            let report_file =
                if name_of(&spec) == "lab.json" { dir.join("report.txt") } else { spec.with_extension("txt") };
            differences.compare(&report_file, &report);
        }
    }
    for dir in entries(BAD) {
        if Id::from_name(name_of(&dir)).is_none() {
            differences.add(&format!("{} is named after no problem", dir.display()));
        }
    }
    differences.settle(MEND);
}

/// The report on the files that stand where the generated ones should.
fn foreign_files(dir: &Path, read: &Read) -> (String, Vec<Id>) {
    assert_eq!(read.report(), "");
    let (dir, generated) = (dir.join("generated"), read.files().unwrap_or_default());
    let states = files::compare(&dir, &generated, Replace::Marked).unwrap();
    assert!(states.contains(&State::Foreign));
    let problems = files::foreign_files(&dir, &generated, &states);
    let text = report::render(&problems, None, Format::Human, false);
    (format!("{text}{}\n", report::summary(&problems)), problems.iter().map(|problem| problem.id).collect())
}

#[test]
fn many_problems_are_reported_at_once() {
    let dir = Path::new(MANY);
    let read = Read::file(&dir.join("lab.json"));
    let mut differences = Differences::default();
    differences.compare(&dir.join("report.txt"), &read.report());
    differences.settle(MEND);

    let ids: BTreeSet<Id> = read.checked.problems.iter().map(|problem| problem.id).collect();
    assert!(ids.len() >= 20, "only {} kinds of problem", ids.len());
    let json = report::render(&read.checked.problems, Some(&read.source), Format::Json, false);
    let offset = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["start"]["offset"].as_u64();
    let offsets: Vec<_> = json.lines().map(offset).collect();
    assert!(offsets.is_sorted(), "not in source order: {offsets:?}");
}

#[test]
fn good_specs_are_generated() {
    let mut differences = Differences::default();
    for dir in entries(OK) {
        let read = Read::file(&dir.join("lab.json"));
        differences.compare(&dir.join("report.txt"), &read.report());
        let files = read.files().unwrap_or_default();
        if files.is_empty() {
            differences.add(&format!("{} has errors:\n{}", dir.display(), read.report()));
        }
        // One file is the same for all, and is kept with the lab of this repository.
        let own = |file: &&Proven| !is_host_file(file.name());
        for file in files.iter().filter(own) {
            differences.compare(&dir.join("generated").join(file.name()), file.text());
        }
        for path in entries(dir.join("generated")) {
            if !files.iter().filter(own).any(|file| file.name() == name_of(&path)) {
                differences.add(&format!("{} is not generated", path.display()));
            }
        }
    }
    differences.settle(MEND);
}

#[test]
fn examples_are_up_to_date() {
    for spec in examples() {
        let read = Read::file(&spec);
        let mut differences = Differences::default();
        let Some(files) = read.files() else { panic!("{} has errors:\n{}", spec.display(), read.report()) };
        for file in files {
            let path = spec.with_file_name("generated").join(file.name());
            let old = fs::read_to_string(&path).unwrap_or_default();
            differences.add(&files::diff(&path.display().to_string(), &old, file.text()));
        }
        differences.settle(&format!("to mend it: lab2nix gen {}", spec.display()));
    }
}

#[test]
fn the_same_spec_gives_the_same_bytes() {
    for spec in case::good_specs() {
        assert_eq!(Read::file(&spec).output(), Read::file(&spec).output(), "{}", spec.display());
    }
}
