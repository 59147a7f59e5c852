//! Specs beside what is made of them, each a test of its own:
//!
//! - `ok/<case>`: the files and the report of `tests/cases/ok/<case>`
//! - `bad/<problem-id>`: the reports of `tests/cases/bad/<problem-id>`, which has what brings this problem and no other; of a problem
//!   that labs have with each other, all specs there together
//! - `bad-many`: the report of `tests/cases/bad-many`, which has many problems
//! - `plan/<consequence>`: the plans of `tests/cases/plan/<consequence>`, in each form, from `old.json` to `new.json`, on a host that
//!   differs from `old.json` as `host.json` says; `<consequence>-<more>` are further ones, and `nothing` has none
//! - `examples/<example>`, and `lab` for the lab of this repository: their files
//! - `nixvirt/<case>`, for each of these that is sound: what NixVirt writes of its definitions, in `tests/nixvirt/<case>`
//!
//! A new case is a new directory with a `lab.json`; `UPDATE_CASES=1` writes the rest, to be read before it is committed. The
//! name of a test, or a part of it, is what is run alone, or written: `UPDATE_CASES=1 cargo test --test cases ok/networks`.
//!
//! With `NIXVIRT_SRC` set to a checkout of NixVirt 0.6.0, and `NIXVIRT_UNRELEASED_SRC` to one of its master, what is kept of
//! NixVirt is compared with what it writes now, and with `UPDATE_NIXVIRT=1` replaced by it.

#[allow(dead_code, reason = "this test uses a part of it")]
mod support;

#[path = "support/plans.rs"]
mod plans;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use lab2nix::files::{self, Replace};
use lab2nix::graph::block::Block;
use lab2nix::host_file;
use lab2nix::neighbours::Hosts;
use lab2nix::nix::host::is_host_file;
use lab2nix::pipeline;
use lab2nix::plan::consequence::Consequence;
use lab2nix::plan::{human, markdown};
use lab2nix::problem::Id;
use lab2nix::proof::Proven;
use lab2nix::report::{self, Format};
use lab2nix::source::Source;
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;
use support::evaluation::{self, World};
use support::{BAD, Differences, OK, Read, UPDATE_NIXVIRT, entries, examples, good_specs, labs, name_of, specs};

/// A spec that has many things wrong with it.
const MANY: &str = "tests/cases/bad-many";
/// Pairs of specs with a consequence each.
const PLANS: &str = "tests/cases/plan";
/// What NixVirt writes.
const NIXVIRT: &str = "tests/nixvirt";

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for dir in entries(OK) {
        trials.push(case(format!("ok/{}", name_of(&dir)), move || ok(&dir)));
    }
    // A problem without a case has a test that fails, and so has a directory that is named after no problem.
    let problems = Id::ALL.iter().map(|id| id.name().to_owned());
    let problems: BTreeSet<String> = problems.chain(entries(BAD).iter().map(|dir| name_of(dir).to_owned())).collect();
    for name in problems {
        trials.push(case(format!("bad/{name}"), move || bad(&name)));
    }
    trials.push(case("bad-many".to_owned(), bad_many));
    let consequences = Consequence::ALL.iter().map(|consequence| consequence.name().to_owned());
    let plans: BTreeSet<String> =
        consequences.chain(entries(PLANS).iter().map(|dir| name_of(dir).to_owned())).collect();
    for name in plans {
        trials.push(case(format!("plan/{name}"), move || plan(&name)));
    }
    for spec in examples() {
        let name = spec.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("lab"));
        let mend = format!("to mend it: lab2nix gen {}", spec.display());
        trials.push(trial(name.display().to_string(), mend, move || example(&spec)));
    }
    for spec in good_specs() {
        trials.push(golden(format!("nixvirt/{}", case_name(&spec).display()), move || nixvirt(&spec)));
    }
    trials.push(golden("nixvirt/nothing-else".to_owned(), nothing_else));
    libtest_mimic::run(&arguments, trials).exit();
}

/// A test of what lab2nix makes of a case.
fn case(name: String, test: impl FnOnce() -> Differences + Send + 'static) -> Trial {
    let mend = format!("if that is meant: UPDATE_CASES=1 cargo test --test cases {name}");
    trial(name, mend, test)
}

/// A test of what is kept of NixVirt.
fn golden(name: String, test: impl FnOnce() -> Differences + Send + 'static) -> Trial {
    let checkouts = "NIXVIRT_SRC=<NixVirt 0.6.0> NIXVIRT_UNRELEASED_SRC=<its master>";
    let mend = format!("if that is meant: UPDATE_NIXVIRT=1 {checkouts} cargo test --test cases {name}");
    trial(name, mend, test)
}

fn trial(name: String, mend: String, test: impl FnOnce() -> Differences + Send + 'static) -> Trial {
    Trial::test(name, move || Ok(test().settled(&mend)?))
}

fn ok(dir: &Path) -> Differences {
    let mut differences = Differences::default();
    let spec = dir.join("lab.json");
    let read = Read::file(&spec);
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
    gives_the_same_bytes(&spec, &read, &mut differences);
    differences
}

fn bad(name: &str) -> Differences {
    let (dir, mut differences) = (Path::new(BAD).join(name), Differences::default());
    let Some(id) = Id::from_name(name) else {
        differences.add(&format!("{} is named after no problem", dir.display()));
        return differences;
    };
    let specs = specs(&dir);
    if [Id::HostClash, Id::LanClash, Id::StorageClash, Id::InventoryClash].contains(&id) {
        return of_several(id, &dir, &specs);
    }
    if !specs.contains(&dir.join("lab.json")) {
        differences.add(&format!("{name} needs a case: {}/lab.json", dir.display()));
    }
    for spec in specs {
        let read = Read::file(&spec);
        let (report, found) = match id {
            Id::ForeignFile | Id::AnotherLab => refusals(&dir, &read),
            Id::GraphBlock => document(&dir),
            _ => (read.report(), read.checked.problems.iter().map(|problem| problem.id).collect()),
        };
        if found.is_empty() || found.iter().any(|found| *found != id) {
            let names: Vec<&str> = found.iter().map(|id| id.name()).collect();
            differences.add(&format!("{} reports {names:?}", spec.display()));
        }
        let report_file =
            if name_of(&spec) == "lab.json" { dir.join("report.txt") } else { spec.with_extension("txt") };
        differences.compare(&report_file, &report);
    }
    differences
}

/// The specs of a case are labs of one host, or of one host each.
fn of_several(id: Id, dir: &Path, specs: &[PathBuf]) -> Differences {
    let hosts = if id == Id::HostClash { Hosts::One } else { Hosts::OneEach };
    let read: Vec<Read> = specs.iter().map(|spec| Read::file(spec)).collect();
    let together = read.iter().map(|read| (&read.source, &read.checked));
    let (joined, problems) = pipeline::check_together(together, hosts);
    let mut differences = Differences::default();
    if problems.is_empty() || problems.iter().any(|problem| problem.id != id) {
        let names: Vec<&str> = problems.iter().map(|problem| problem.id.name()).collect();
        differences.add(&format!("{} reports {names:?}", dir.display()));
    }
    let report = report::render(&problems, Some(joined.source()), Format::Human, false);
    differences.compare(&dir.join("report.txt"), &format!("{report}{}\n", report::summary(&problems)));
    differences
}

/// A consequence's case has it, and every form says so.
fn plan(name: &str) -> Differences {
    let (dir, mut differences) = (Path::new(PLANS).join(name), Differences::default());
    let is_of = |word: &str| name == word || name.strip_prefix(word).is_some_and(|rest| rest.starts_with('-'));
    let consequence = Consequence::ALL.iter().rfind(|consequence| is_of(consequence.name()));
    if consequence.is_none() && !is_of("nothing") {
        differences.add(&format!("{} is named after no consequence", dir.display()));
        return differences;
    }
    if !dir.join("new.json").exists() {
        differences.add(&format!("{name} needs a case: {0}/old.json and {0}/new.json", dir.display()));
        return differences;
    }
    let (plan, view) = plans::of_case(&dir);
    let is_as_named = consequence.map_or(plan.effects.is_empty(), |consequence| {
        plan.effects.iter().any(|effect| effect.consequence == *consequence)
    });
    if !is_as_named {
        differences.add(&format!("{} has no such consequence:\n{}", dir.display(), human::render(&view, false)));
    }
    let text = human::render(&view, false);
    if let Some(line) = text.lines().find(|line| line.chars().count() > 80 && line.contains("  ")) {
        differences.add(&format!("{} has a line of more than 80 characters: {line}", dir.display()));
    }
    differences.compare(&dir.join("plan.txt"), &text);
    differences.compare(&dir.join("plan.json"), &view.json());
    differences.compare(&dir.join("plan.md"), &markdown::render(&view));
    differences
}

/// The report on a document that has no place for the graph of the spec beside it.
fn document(dir: &Path) -> (String, Vec<Id>) {
    let text = fs::read_to_string(dir.join("README.md")).unwrap();
    let problem = Block::find(&text, "lab.json --into README.md").expect_err("it has none");
    let (document, _) = Source::read("README.md", text);
    let text = report::render(std::slice::from_ref(&*problem), Some(&document), Format::Human, false);
    (format!("{text}{}\n", report::summary(std::slice::from_ref(&*problem))), vec![problem.id])
}

/// The report on the files that stand where the generated ones should.
fn refusals(dir: &Path, read: &Read) -> (String, Vec<Id>) {
    assert_eq!(read.report(), "");
    let (dir, generated) = (dir.join("generated"), read.files().unwrap_or_default());
    let states = files::compare(&dir, &generated, Replace::Marked).unwrap();
    let problems = files::refusals(&dir, &generated, &states);
    let text = report::render(&problems, None, Format::Human, false);
    (format!("{text}{}\n", report::summary(&problems)), problems.iter().map(|problem| problem.id).collect())
}

fn bad_many() -> Differences {
    let dir = Path::new(MANY);
    let read = Read::file(&dir.join("lab.json"));
    let mut differences = Differences::default();
    differences.compare(&dir.join("report.txt"), &read.report());

    let ids: BTreeSet<Id> = read.checked.problems.iter().map(|problem| problem.id).collect();
    if ids.len() < 20 {
        differences.add(&format!("only {} kinds of problem", ids.len()));
    }
    let json = report::render(&read.checked.problems, Some(&read.source), Format::Json, false);
    let offset = |line: &str| serde_json::from_str::<Value>(line).unwrap()["start"]["offset"].as_u64();
    let offsets: Vec<_> = json.lines().map(offset).collect();
    if !offsets.is_sorted() {
        differences.add(&format!("not in source order: {offsets:?}"));
    }
    differences
}

fn example(spec: &Path) -> Differences {
    let (read, mut differences) = (Read::file(spec), Differences::default());
    let files = read.files().unwrap_or_default();
    if files.is_empty() {
        differences.add(&format!("{} has errors:\n{}", spec.display(), read.report()));
    }
    for file in files {
        let path = spec.with_file_name("generated").join(file.name());
        let old = fs::read_to_string(&path).unwrap_or_default();
        differences.add(&files::diff(&path.display().to_string(), &old, file.text()));
    }
    gives_the_same_bytes(spec, &read, &mut differences);
    differences
}

fn gives_the_same_bytes(spec: &Path, read: &Read, differences: &mut Differences) {
    differences.add(&files::diff("what is made a second time", &read.output(), &Read::file(spec).output()));
}

/// What lab2nix prints of every definition that NixVirt can write is what is kept of NixVirt, and nothing else is kept.
fn nixvirt(spec: &Path) -> Differences {
    let (dir, read) = (Path::new(NIXVIRT).join(case_name(spec)), Read::file(spec));
    let (structured, written) = (read.structured(), written(spec));
    let mut differences = Differences::updated_by(UPDATE_NIXVIRT);
    let mut rest = files_below(&dir);
    for document in read.documents().unwrap_or_default() {
        if !structured.iter().any(|name| name == document.name()) {
            continue;
        }
        let path = dir.join(document.name());
        if let Some(written) = &written {
            differences.compare(&path, &written[document.name()]);
        }
        rest.retain(|kept| *kept != path);
        let kept = fs::read_to_string(&path).unwrap_or_default();
        differences.add(&files::diff(&path.display().to_string(), &kept, document.text()));
    }
    for path in rest {
        // No text is no file.
        match &written {
            Some(_) => differences.compare(&path, ""),
            None => differences.add(&format!("{} is of no definition that NixVirt can write", path.display())),
        }
    }
    differences
}

/// What is kept of NixVirt is of a spec.
fn nothing_else() -> Differences {
    let dirs: Vec<PathBuf> = good_specs().iter().map(|spec| Path::new(NIXVIRT).join(case_name(spec))).collect();
    let mut differences = Differences::updated_by(UPDATE_NIXVIRT);
    for path in files_below(Path::new(NIXVIRT)) {
        if !dirs.iter().any(|dir| path.starts_with(dir)) {
            differences.compare(&path, "");
        }
    }
    differences
}

/// What the NixVirt that a spec is for makes of each of its definitions, by the name that the document has; nothing where
/// that NixVirt is not at hand.
fn written(spec: &Path) -> Option<BTreeMap<String, String>> {
    let lab = labs::committed(spec);
    let nixvirt = Some(evaluation::nixvirt(lab.target.nixvirt)?);
    let world = World { nixvirt, stable: true, ..World::default() };
    Some(definitions(&world.lists(&[&lab])?[0]))
}

/// What Nix makes of each definition of a lab, by the name that the document has.
fn definitions(lab: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value["definition"].as_str().expect("a definition is a text").to_owned();
    let name = |text: &str| {
        let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let name = document.root_element().children().find(|child| child.has_tag_name("name"));
        name.and_then(|name| name.text()).expect("a definition has a name").to_owned()
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut found = BTreeMap::new();
    for section in ["networks", "pools", "domains"] {
        // What stays as it is, has no definition of ours.
        let is_ours = |object: &Value| host_file::kept_at(&text(object)).is_none();
        for object in list(&lab[section]).into_iter().filter(is_ours) {
            let (definition, pool) = (text(&object), name(&text(&object)));
            for volume in list(&object["volumes"]).iter().filter(|volume| volume.get("definition").is_some()) {
                found.insert(format!("volumes/{pool}/{}.xml", name(&text(volume))), text(volume));
            }
            found.insert(format!("{section}/{pool}.xml"), definition);
        }
    }
    found
}

/// The directory of a spec, from that of all cases or all examples on; `lab` for that of this repository.
fn case_name(spec: &Path) -> &Path {
    let dir = spec.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("lab"));
    [OK, "examples"].iter().find_map(|above| dir.strip_prefix(above).ok()).unwrap_or(dir)
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let (dirs, mut files): (Vec<PathBuf>, Vec<PathBuf>) = entries(dir).into_iter().partition(|path| path.is_dir());
    files.extend(dirs.iter().flat_map(|dir| files_below(dir)));
    files
}
