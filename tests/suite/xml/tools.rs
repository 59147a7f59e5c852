//! What libvirt's own tools say of the definitions: `virt-xml-validate` of all of them, and `virsh` of those that it can
//! define in a libvirt without a host, `test:///default`.
//!
//! The tools are those of the root that `LIBVIRT_ROOT` names (`.ci/root` makes one), else of this machine, if they are not
//! older than [`OLDEST`]: before that, libvirt does not know QCOW2 firmware variables.

use std::collections::HashSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use lab2nix::proof::Proven;
use tempfile::TempDir;

use crate::support::cookbook::recipes;
use crate::support::{Read, Version, good_specs_for, skip, version};
use crate::words::definitions_of_hostile_words;

/// The oldest libvirt whose word counts.
const OLDEST: Version = (10, 10);

#[test]
fn libvirt_takes_every_definition() {
    let Some(tools) = Tools::find() else { return };
    let specs = good_specs_for(tools.version).into_iter().map(|path| (path.display().to_string(), Read::file(&path)));
    let recipes = recipes().into_iter().map(|recipe| (recipe.place.clone(), Read::value(&recipe.lab())));
    let mut seen = HashSet::new();
    // What a recipe leaves as it is has been seen with the one before.
    let labs = specs.chain(recipes).filter_map(|(name, read)| {
        let mut documents = read.documents()?;
        documents.retain(|document| seen.insert((document.name().to_owned(), document.text().to_owned())));
        Some((name, documents))
    });
    let labs: Vec<(String, Vec<Proven>)> = labs.collect();
    let complaints: Vec<String> = thread::scope(|scope| {
        let parts = labs.chunks(labs.len().div_ceil(4));
        let threads: Vec<_> = parts.map(|labs| scope.spawn(|| tools.look_at(labs))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no tool panics")).collect()
    });
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// A word that is taken is one that libvirt takes there.
#[test]
fn libvirt_takes_every_word_that_is_taken() {
    let Some(tools) = Tools::find() else { return };
    let labs = definitions_of_hostile_words(&good_specs_for(tools.version));
    assert!(labs.len() > 100, "only {} words are taken", labs.len());
    let numbered: Vec<(String, Vec<Proven>)> = labs
        .into_iter()
        .enumerate()
        .map(|(number, (what, documents))| (format!("{number} {what}"), documents))
        .collect();
    let complaints: Vec<String> = thread::scope(|scope| {
        let parts = numbered.chunks(numbered.len().div_ceil(4));
        let threads: Vec<_> = parts.map(|labs| scope.spawn(|| tools.validate(labs))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no tool panics")).collect()
    });
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

struct Tools {
    /// The root that the tools are run in; none for this machine's.
    root: Option<PathBuf>,
    /// Where they find definitions.
    files: TempDir,
    /// The version of libvirt that they are of.
    version: Version,
}

impl Tools {
    /// Nothing where the tools are missing or too old, except in continuous integration.
    fn find() -> Option<Self> {
        let root = env::var_os("LIBVIRT_ROOT").filter(|root| !root.is_empty()).map(PathBuf::from);
        let directory = root.as_ref().map_or_else(env::temp_dir, |root| root.join("tmp"));
        let files = tempfile::tempdir_in(&directory).expect("a directory for temporary files");
        fs::set_permissions(files.path(), fs::Permissions::from_mode(0o755)).expect("the directory is ours");
        let mut tools = Self { root, files, version: (0, 0) };
        let printed = tools.command("virsh").arg("--version").output().ok().filter(|output| output.status.success());
        let printed = printed.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        let why = match printed.as_deref().and_then(version) {
            Some(found) if found >= OLDEST => {
                tools.version = found;
                return Some(tools);
            }
            Some(_) => format!("libvirt {} is too old", printed.unwrap_or_default()),
            None => "there is no virsh".to_owned(),
        };
        skip(&format!("{why}; LIBVIRT_ROOT can name a root with a newer one"));
        None
    }

    /// A tool, in the root.
    fn command(&self, tool: &str) -> Command {
        let Some(root) = &self.root else { return Command::new(tool) };
        let is_root = fs::metadata("/proc/self").is_ok_and(|of_this| of_this.uid() == 0);
        let mut command = Command::new(if is_root { "chroot" } else { "sudo" });
        if !is_root {
            command.args(["--non-interactive", "chroot"]);
        }
        command.arg(root).arg(tool);
        command
    }

    /// A path as the tools see it.
    fn seen(&self, path: &Path) -> PathBuf {
        let inside = self.root.as_ref().and_then(|root| path.strip_prefix(root).ok());
        inside.map_or_else(|| path.to_owned(), |inside| Path::new("/").join(inside))
    }

    /// What there is to complain of in labs, each with its name.
    fn look_at(&self, labs: &[(String, Vec<Proven>)]) -> Vec<String> {
        let mut complaints = Vec::new();
        for (lab, documents) in labs {
            let dir = self.files.path().join(lab.replace(['/', ':'], "-"));
            let mut define = Vec::new();
            for document in documents {
                let path = self.write(&dir, document);
                let output = self.command("virt-xml-validate").arg(&path).arg(schema(document.name())).output();
                complaints.extend(complaint(lab, document.name(), output));
                let command = match document.name().split('/').next() {
                    Some("networks") => "net-define",
                    Some("domains") => "define",
                    _ => continue,
                };
                // The test host has a network of its own.
                let name =
                    document.name().ends_with("/default.xml").then_some("net-destroy default; net-undefine default; ");
                let name = name.filter(|_| command == "net-define").unwrap_or_default();
                define.push((document, format!("{name}{command} --validate {}", path.display())));
            }
            for (document, command) in define {
                let output = self.command("virsh").args(["--connect", "test:///default", &command]).output();
                complaints.extend(complaint(lab, document.name(), output));
            }
        }
        complaints
    }

    /// What libvirt's schemas have to complain of in labs, each with a number and its name.
    fn validate(&self, labs: &[(String, Vec<Proven>)]) -> Vec<String> {
        let complaint = |lab: &str, document: &Proven| {
            let dir = self.files.path().join(lab.split(' ').next().unwrap_or_default());
            let path = self.write(&dir, document);
            let output = self.command("virt-xml-validate").arg(&path).arg(schema(document.name())).output();
            complaint(lab, document.name(), output)
        };
        let documents = labs.iter().flat_map(|(lab, documents)| documents.iter().map(move |document| (lab, document)));
        documents.filter_map(|(lab, document)| complaint(lab, document)).collect()
    }

    /// Writes a definition; where the tools find it.
    fn write(&self, dir: &Path, document: &Proven) -> PathBuf {
        let path = dir.join(document.name());
        fs::create_dir_all(path.parent().expect("it is in a directory")).expect("the directory is ours");
        fs::write(&path, document.text()).expect("the directory is ours");
        self.seen(&path)
    }
}

fn schema(name: &str) -> &'static OsStr {
    OsStr::new(match name.split('/').next() {
        Some("networks") => "network",
        Some("pools") => "storagepool",
        Some("volumes") => "storagevol",
        _ => "domain",
    })
}

fn complaint(lab: &str, name: &str, output: std::io::Result<Output>) -> Option<String> {
    let output = output.unwrap_or_else(|error| panic!("a tool of libvirt does not start: {error}"));
    let told = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| format!("{lab}: {name}: {}", told.trim()))
}
