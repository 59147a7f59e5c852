//! A host on which the scripts of the module make discs, in a directory of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::script::STRICT;

/// Such a host.
pub struct Host(TempDir);

impl Host {
    /// An empty one.
    pub fn new() -> Self {
        Self(TempDir::new().expect("there is room for one"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in the root")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    /// Adds a program, which is found before others of its name.
    pub fn program(&self, name: &str, text: &str) {
        let name = format!("bin/{name}");
        self.write(&name, text);
        fs::set_permissions(self.path(&name), fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// Stores a text under a name, and returns where.
    pub fn put(&self, name: &str, text: &str) -> String {
        self.write(&format!("store/{name}"), text);
        self.path(&format!("store/{name}")).display().to_string()
    }

    /// Where a path of a host is in this one.
    pub fn here(&self, path: &str) -> String {
        self.path(path.trim_start_matches('/')).display().to_string()
    }

    /// Runs a script, which is told something by a variable. Its own directories are in this host.
    pub fn run(&self, script: &str, variable: &str, told: &Value) -> Output {
        let own = ["/run/lab2nix", "/var/lib/lab2nix"];
        let script = own.iter().fold(script.to_owned(), |script, path| script.replace(path, &self.here(path)));
        self.write("script", &format!("{STRICT}{script}"));
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").expect("there is one"));
        let mut command = Command::new("bash");
        command.arg(self.path("script")).env("PATH", path).env(variable, told.to_string());
        command.output().expect("bash starts")
    }
}

/// The permissions of a file.
pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}
