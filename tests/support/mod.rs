//! What the tests share: finding specs, reading them, comparing with files that are kept, and asking Nix.

pub mod cookbook;
pub mod discs;
pub mod document;
pub mod evaluation;
pub mod labs;
pub mod program;
pub mod script;
pub mod seeds;
pub mod times;
pub mod unattended;

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use lab2nix::files::Disk;
use lab2nix::host_file::HostSystem;
use lab2nix::pipeline::{self, Checked};
use lab2nix::problem::Problem;
use lab2nix::proof::Proven;
use lab2nix::source::{Files, NoFiles, Source};
use lab2nix::{files, report};
use serde_json::{Map, Value};

/// Where the specs are that have nothing wrong with them.
pub const OK: &str = "tests/cases/ok";
/// Where the specs are that have one thing wrong with them, in a directory named after it.
pub const BAD: &str = "tests/cases/bad";
/// Set to `1`, makes the tests write what they would else compare with.
pub const UPDATE_CASES: &str = "UPDATE_CASES";
/// The same for what is kept of NixVirt.
pub const UPDATE_NIXVIRT: &str = "UPDATE_NIXVIRT";

/// A spec, from end to end.
pub struct Read {
    /// The text.
    pub source: Source,
    /// What is wrong with it, and the lab.
    pub checked: Checked,
    /// Where paths in it start.
    directory: PathBuf,
}

impl Read {
    /// Reads a spec that includes none; `name` is what it is called in reports.
    pub fn bytes(name: &str, bytes: Vec<u8>) -> Self {
        Self::with_includes(name, bytes, &NoFiles)
    }

    /// Reads a spec by its path, with what it includes, as it is read in its directory.
    pub fn file(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let directory = path.parent().expect("a file is in a directory").to_owned();
        let read = Self::with_includes(name_of(path), bytes, &Disk { directory: directory.clone() });
        Self { directory: env::current_dir().expect("there is one").join(directory), ..read }
    }

    /// Reads a spec with what it includes.
    pub fn with_includes(name: &str, bytes: Vec<u8>, files: &dyn Files) -> Self {
        let (source, problems) = Source::with_includes(Path::new(name), bytes, files);
        Self::of(source, problems)
    }

    /// Checks a spec that has been read, with what was wrong with its text.
    pub fn of(source: Source, problems: Vec<Problem>) -> Self {
        let checked = pipeline::check(&source, problems);
        Self { source, checked, directory: PathBuf::new() }
    }

    /// Reads a spec that is a value.
    pub fn value(value: &Value) -> Self {
        Self::with_includes("lab.json", value.to_string().into_bytes(), &Disk::default())
    }

    /// Which of [`documents`](Self::documents) NixVirt can write too, by their names.
    pub fn structured(&self) -> Vec<String> {
        let Ok((lab, objects)) = self.checked.lab() else { return Vec::new() };
        let files = lab2nix::xml::file::files(lab, objects).into_iter();
        files.filter(|file| file.definition.unsupported.is_empty()).map(|file| file.path).collect()
    }

    /// The spec as a value, with what it includes, and with whole paths of the definitions that it names; nothing where it is not
    /// JSON.
    pub fn to_value(&self) -> Option<Value> {
        let mut value = self.source.root().map(|root| without(&root.to_value(), "/include"))?;
        for at in self.source.definitions().iter().map(|definition| definition.at.to_string()) {
            if let Some(Value::String(path)) = value.pointer_mut(&at) {
                *path = self.directory.join(&path).display().to_string();
            }
        }
        Some(value)
    }

    /// What is printed of the problems; nothing when there are none.
    pub fn report(&self) -> String {
        let problems = &self.checked.problems;
        if problems.is_empty() {
            return String::new();
        }
        let text = report::render(problems, Some(&self.source), report::Format::Human, false);
        format!("{text}{}\n", report::summary(problems))
    }

    /// The files, if nothing stands in their way.
    pub fn files(&self) -> Option<Vec<Proven>> {
        let made = self.checked.is_sound().then(|| pipeline::generate(&self.checked, self.source.name()));
        made.map(|files| files.unwrap_or_else(|error| panic!("{}: {error:?}", self.source.name())))
    }

    /// The definitions as XML, if nothing stands in their way.
    pub fn documents(&self) -> Option<Vec<Proven>> {
        let made = self.checked.is_sound().then(|| pipeline::documents(&self.checked, HostSystem::Nixos));
        made.map(|files| files.unwrap_or_else(|error| panic!("{}: {error:?}", self.source.name())))
    }

    /// The text of all files, one after the other; the report where there are none.
    pub fn output(&self) -> String {
        match (self.files(), self.documents()) {
            (Some(files), Some(documents)) => {
                let all = files.iter().chain(&documents);
                all.flat_map(|file| ["=== ", file.name(), "\n", file.text()]).collect()
            }
            (None, _) | (_, None) => self.report(),
        }
    }
}

/// The last part of a path.
pub fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("our own names are text")
}

/// What is in a directory, in order; nothing where there is none.
pub fn entries(dir: impl AsRef<Path>) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(dir).into_iter().flatten().map(|entry| entry.expect("a directory of ours").path()).collect();
    entries.sort();
    entries
}

/// The files of a kind in a directory, in order.
pub fn with_extension(dir: &Path, extension: &str) -> Vec<PathBuf> {
    entries(dir).into_iter().filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

/// The specs in a directory: its `.json` files.
pub fn specs(dir: &Path) -> Vec<PathBuf> {
    with_extension(dir, "json")
}

/// Says why something is not tested. In continuous integration, that is a failure.
pub fn skip(why: &str) {
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{why}");
    leave_out(why);
}

/// Says why something is not tested, where that is fine everywhere.
pub fn leave_out(why: &str) {
    // What the macros print is shown of failed tests only.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// The specs that are fine, each with its directory beside it: the cases, the examples and the lab of this repository.
pub fn good_specs() -> Vec<PathBuf> {
    cases().into_iter().chain(examples()).collect()
}

/// The cases that are fine.
pub fn cases() -> Vec<PathBuf> {
    entries(OK).iter().map(|dir| dir.join("lab.json")).collect()
}

/// Cases that say what libvirt has only from a version on; an older one is not asked about them.
const NEWER: &[(&str, Version)] = &[("tests/cases/ok/nvme", (11, 6))];

/// A version of libvirt: major and minor.
pub type Version = (u32, u32);

/// The version that `virsh --version` prints.
pub fn version(printed: &str) -> Option<Version> {
    let mut numbers = printed.trim().split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// The good specs that this version of libvirt knows all of; says which it does not.
pub fn good_specs_for(libvirt: Version) -> Vec<PathBuf> {
    let known = |spec: &PathBuf| {
        let newer = NEWER.iter().find(|(case, since)| spec.starts_with(case) && libvirt < *since);
        if let Some((case, (major, minor))) = newer {
            eprintln!("{case} is not for libvirt {}.{}, only from {major}.{minor} on", libvirt.0, libvirt.1);
        }
        newer.is_none()
    };
    good_specs().into_iter().filter(known).collect()
}

/// The lab of this repository and the examples, which are every `lab.json` in the directory of that name.
pub fn examples() -> Vec<PathBuf> {
    let mut specs = vec![PathBuf::from("lab.json")];
    specs.extend(labs_in(Path::new("examples")));
    specs
}

/// What the flake's templates begin with.
pub fn templates() -> Vec<PathBuf> {
    labs_in(Path::new("templates"))
}

/// Every `lab.json` in a directory and those in it.
fn labs_in(dir: &Path) -> Vec<PathBuf> {
    let spec = dir.join("lab.json");
    let further = entries(dir).into_iter().filter(|path| path.is_dir()).flat_map(|dir| labs_in(&dir));
    spec.exists().then_some(spec).into_iter().chain(further).collect()
}

/// The value without the member at a pointer.
pub fn without(value: &Value, pointer: &str) -> Value {
    let mut value = value.clone();
    let (parent, key) = pointer.rsplit_once('/').expect("a member is in something");
    let parent: Option<&mut Map<String, Value>> = value.pointer_mut(parent).and_then(Value::as_object_mut);
    if let Some(parent) = parent {
        parent.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
    }
    value
}

/// Whether a variable asks for an update.
pub fn asks_for_update(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| value == "1")
}

/// Collects differences, so that a test shows all of them.
pub struct Differences {
    found: String,
    /// Whether files are written instead.
    update: bool,
}

impl Default for Differences {
    fn default() -> Self {
        Self::updated_by(UPDATE_CASES)
    }
}

impl Differences {
    /// None yet; of files that are written anew when this variable asks for it.
    pub fn updated_by(variable: &str) -> Self {
        Self { found: String::new(), update: asks_for_update(variable) }
    }

    /// Compares a file with the text that it should have; no file stands for no text. In an update, writes it.
    pub fn compare(&mut self, path: &Path, expected: &str) {
        let old = fs::read_to_string(path).unwrap_or_default();
        if old == expected {
            return;
        }
        if self.update {
            let done = if expected.is_empty() {
                fs::remove_file(path)
            } else {
                fs::create_dir_all(path.parent().expect("a file is in a directory"))
                    .and_then(|()| fs::write(path, expected))
            };
            done.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            return;
        }
        self.add(&files::diff(&path.display().to_string(), &old, expected));
    }

    /// Adds something that is not as it should be.
    pub fn add(&mut self, what: &str) {
        if what.is_empty() {
            return;
        }
        self.found.push_str(what.trim_end());
        self.found.push('\n');
    }

    /// Fails if there are any, and says what mends them.
    pub fn settle(self, mend: &str) {
        self.settled(mend).unwrap_or_else(|told| panic!("{told}"));
    }

    /// All of them and what mends them, if there are any.
    pub fn settled(self, mend: &str) -> Result<(), String> {
        if self.found.is_empty() { Ok(()) } else { Err(format!("\n{}\n{mend}\n", self.found)) }
    }
}
