//! Specs as they were at a revision of git.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use super::Failure;
use crate::source::Files;

/// Files as they were at a revision.
pub(super) struct Git<'a> {
    pub(super) revision: &'a str,
}

impl Files for Git<'_> {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let mut plain = PathBuf::new();
        for component in std::path::absolute(path)?.components() {
            match component {
                Component::ParentDir => drop(plain.pop()),
                other => plain.push(other),
            }
        }
        Ok(plain)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.show(path).map_err(io::Error::other)
    }
}

impl Git<'_> {
    /// The spec itself, whose absence is no problem of it.
    pub(super) fn read_own(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        self.show(path).map_err(|why| Failure::Git { revision: self.revision.to_owned(), why })
    }

    fn show(&self, path: &Path) -> Result<Vec<u8>, String> {
        // Its directory may be gone by now.
        let path = std::path::absolute(path).map_err(|error| error.to_string())?;
        let directory = path.ancestors().skip(1).find(|directory| directory.is_dir()).unwrap_or(Path::new("/"));
        let name = path.strip_prefix(directory).unwrap_or(&path);
        let mut git = Command::new("git");
        git.arg("-C").arg(directory);
        git.args(["show", "--end-of-options", &format!("{}:./{}", self.revision, name.display())]).stdin(Stdio::null());
        let output = git.output().map_err(|error| format!("cannot run git: {error}"))?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(said.lines().next().unwrap_or("git says nothing").trim_start_matches("fatal: ").to_owned())
        }
    }
}
