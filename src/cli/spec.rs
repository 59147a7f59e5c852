//! How a spec is named on the command line: a file, a directory with a `lab.json`, or `-` for standard input.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use clap::builder::{PathBufValueParser, TypedValueParser};

use super::{GraphFormat, InventoryFormat, call};
use crate::problem::probably_meant;
use crate::visible;

/// The name of a spec, where none is said.
pub(super) const DEFAULT: &str = "lab.json";

/// Reads a path of a spec from the command line.
pub(super) fn parser() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| named(&path))
}

/// The file that is meant: of a directory, its `lab.json`.
pub(super) fn named(path: &Path) -> PathBuf {
    if path.is_dir() {
        let file = path.join(DEFAULT);
        file.strip_prefix(".").map(Path::to_owned).unwrap_or(file)
    } else {
        path.to_owned()
    }
}

/// Whether an argument that may be a name, too, is a spec: also a directory that has one.
pub(super) fn is_meant(argument: &str) -> bool {
    if argument.is_empty() {
        return false;
    }
    let path = Path::new(argument);
    let is_file = path.extension().is_some_and(|extension| extension == "json" || extension == "jsonc");
    is_file || argument.ends_with('/') || matches!(argument, "-" | "." | "..") || path.join(DEFAULT).is_file()
}

/// What to say where a spec is not there.
pub(super) fn missing(path: &Path) -> String {
    let shown = visible::path(path);
    let word = path.to_string_lossy();
    if path.file_name().is_some_and(|name| name == DEFAULT) {
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        if let Some(there) = above(directory.unwrap_or(Path::new("."))) {
            return format!("there is no `{shown}`, but `{}`: go there, or name it", visible::path(&there));
        }
        let directory = directory.map(Path::to_string_lossy);
        let init = call::command(["init"].into_iter().chain(directory.as_deref()));
        return format!(
            "there is no `{shown}`: `{init}` makes one; a spec of another name is an argument, `FILE.json` or `--spec FILE.json` as the command's `--help` says"
        );
    }
    if is_meant(&word) {
        return format!("there is no `{shown}`: `lab2nix init` makes a spec");
    }
    if word.starts_with(['–', '—']) {
        return format!("there is no spec `{shown}`: an option begins with two hyphens, `--`");
    }
    if word.contains(['.', '/']) {
        let known: Vec<String> = specs_of(path.parent().unwrap_or(Path::new("")));
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let help = probably_meant(&word, &known).map_or_else(
            || "a spec is JSON; `lab2nix init` makes one".to_owned(),
            |meant| format!("did you mean `{}`?", visible::line(meant)),
        );
        return format!("there is no file `{shown}`: {help}");
    }
    if GraphFormat::from_str(&word, true).is_ok() || InventoryFormat::from_str(&word, true).is_ok() {
        return format!("there is no spec `{shown}`: a format is an option, `--format {shown}`");
    }
    format!(
        "there is no spec `{shown}`; names of domains are for `xml`, `inventory --only` and the commands that run a lab"
    )
}

/// The nearest `lab.json` of those that a directory is in.
fn above(directory: &Path) -> Option<PathBuf> {
    let whole = directory.canonicalize().ok()?;
    let here = std::env::current_dir().ok();
    whole.ancestors().skip(1).enumerate().find_map(|(up, ancestor)| {
        let file = ancestor.join(DEFAULT);
        let short = match &here {
            Some(here) if *here == whole => PathBuf::from("../".repeat(up + 1)).join(DEFAULT),
            Some(here) if *here == ancestor => PathBuf::from(DEFAULT),
            _ => file.clone(),
        };
        file.is_file().then_some(short)
    })
}

/// The specs of a directory, as they are named from here.
fn specs_of(directory: &Path) -> Vec<String> {
    let read = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let entries = read.read_dir().into_iter().flatten().flatten();
    let names = entries.map(|entry| directory.join(entry.file_name()).to_string_lossy().into_owned());
    names.filter(|name| is_meant(name) && Path::new(name).is_file()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_directory_means_its_lab() {
        assert_eq!(named(Path::new("examples/devboxes")), Path::new("examples/devboxes/lab.json"));
        assert_eq!(named(Path::new(".")), Path::new("lab.json"));
        assert_eq!(named(Path::new("missing")), Path::new("missing"));
        assert_eq!(named(Path::new("-")), Path::new("-"));
    }

    #[test]
    fn names_of_objects_are_no_specs() {
        for spec in ["lab.json", "a/b.jsonc", "-", ".", "labs/", "examples/devboxes"] {
            assert!(is_meant(spec), "{spec}");
        }
        for name in ["web", "domains/web", "json", "a.json.web"] {
            assert!(!is_meant(name), "{name}");
        }
    }
}
