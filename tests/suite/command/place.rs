//! A directory with a spec in it, and the command run there.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pretty_assertions::assert_eq;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::times;

/// The command.
pub const LAB2NIX: &str = env!("CARGO_BIN_EXE_lab2nix");

/// How the names of temporary files start.
pub const TEMPORARY: &str = ".lab2nix-";

/// A spec.
pub const GOOD: &str = r#"{
  "lab": "hello",
  "networks": { "lan": { "subnet": "10.20.0.0/24" } },
  "pools": { "vms": { "path": "/srv/vms" } },
  "domains": { "web": { "memory": "1GiB", "interfaces": [{ "network": "lan" }] } }
}
"#;

/// What [`GOOD`] becomes so that every one of its files changes that says something of the lab.
pub const CHANGED: &str = r#"{
  "lab": "hello",
  "networks": { "lan": { "subnet": "10.20.1.0/24", "bridge": "br-lan" } },
  "pools": { "vms": { "path": "/srv/other" } },
  "domains": { "web": { "memory": "2GiB", "interfaces": [{ "network": "lan" }] } }
}
"#;

/// A file: its text, its times of change, its inode.
pub type FileState = (String, [i64; 4], u64);

/// A directory with a spec in it, in which the command runs.
pub struct Place(TempDir);

impl Place {
    pub fn with(spec: &str) -> Self {
        let place = Self(tempfile::tempdir().expect("a directory for temporary files"));
        place.write("lab.json", spec);
        place
    }

    /// One where `gen` has run.
    pub fn generated(spec: &str) -> Self {
        let place = Self::with(spec);
        place.run(&["gen"]).exits(0);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("the directory is ours");
    }

    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.0.path());
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(variable);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(LAB2NIX, arguments))
    }

    /// Runs the command with a `virsh` of ours, a script, if with any.
    pub fn with_virsh(&self, script: Option<&str>, arguments: &[&str]) -> Ran {
        let bin = self.path("bin");
        fs::create_dir_all(&bin).expect("the directory is ours");
        if let Some(script) = script {
            let virsh = bin.join("virsh");
            fs::write(&virsh, format!("#!/bin/sh\n{script}\n")).expect("the directory is ours");
            fs::set_permissions(&virsh, fs::Permissions::from_mode(0o755)).expect("it is ours");
        }
        Ran::of(self.command(LAB2NIX, arguments).env("PATH", format!("{}:/usr/bin:/bin", bin.display())))
    }

    /// Runs the command from a shell, which finds it in `$LAB2NIX`.
    pub fn shell(&self, script: &str) -> Ran {
        Ran::of(self.command("sh", &["-c", script]).env("LAB2NIX", LAB2NIX))
    }

    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Everything in `generated`, by name: what is in it, and what would change if it were only touched.
    pub fn files(&self) -> BTreeMap<String, FileState> {
        let entries = fs::read_dir(self.path("generated")).expect("`generated` is there");
        let is_file = |entry: &io::Result<fs::DirEntry>| entry.as_ref().is_ok_and(|entry| !entry.path().is_dir());
        let entries = entries.filter(is_file);
        let state = |entry: io::Result<fs::DirEntry>| {
            let path = entry.expect("the directory can be read").path();
            let found = fs::metadata(&path).expect("it was just there");
            let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
            (name(&path), (fs::read_to_string(&path).expect("it is text"), times, found.ino()))
        };
        entries.map(state).collect()
    }

    /// The texts in `generated`, by name.
    pub fn texts(&self) -> BTreeMap<String, String> {
        self.files().into_iter().map(|(name, (text, ..))| (name, text)).collect()
    }

    /// How many temporary files there are in `generated`.
    pub fn leftovers(&self) -> usize {
        let entries = fs::read_dir(self.path("generated")).expect("`generated` is there").flatten();
        entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(TEMPORARY.as_bytes())).count()
    }
}

fn name(path: &Path) -> String {
    path.file_name().expect("an entry has a name").to_string_lossy().into_owned()
}

/// How a run ended and what it printed.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } =
            command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let text = |bytes| String::from_utf8(bytes).expect("what is printed is text");
        Self { code: status.code(), out: text(stdout), err: text(stderr) }
    }

    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// Without how long it took.
    pub fn without_times(self) -> Self {
        Self { err: times::without(&self.err), ..self }
    }

    /// Nothing on standard output, where results go.
    #[track_caller]
    pub fn without_result(self) -> Self {
        assert_eq!(self.out, "", "{self:?}");
        self
    }

    /// Nothing on standard error, where talk goes.
    #[track_caller]
    pub fn without_talk(self) -> Self {
        assert_eq!(self.err, "", "{self:?}");
        self
    }

    #[track_caller]
    pub fn says(self, part: &str) -> Self {
        assert!(self.err.contains(part), "`{part}` is not in {self:?}");
        self
    }

    /// What a program is told on standard error: one JSON object a line.
    #[track_caller]
    pub fn said(&self) -> Vec<Value> {
        let said = self.err.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        said.inspect(|line: &Value| assert!(line.is_object(), "{self:?}")).collect()
    }

    pub fn says_not(self, part: &str) -> Self {
        assert!(!self.err.contains(part), "`{part}` is in {self:?}");
        self
    }
}
