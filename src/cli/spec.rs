//! How a spec is named on the command line: a file, a directory with a `lab.json`, or `-` for standard input.

mod missing;

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};

pub(super) use missing::missing;

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

/// Whether a path has the name of a spec.
fn is_named_so(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json" || extension == "jsonc")
}

/// Whether an argument that may be a name, too, is a spec: also a directory that has one.
pub(super) fn is_meant(argument: &str) -> bool {
    if argument.is_empty() {
        return false;
    }
    let path = Path::new(argument);
    let is_of_disc = argument.starts_with("unattended/") && !path.exists();
    is_named_so(path) && !is_of_disc
        || argument.ends_with('/')
        || matches!(argument, "-" | "." | "..")
        || path.join(DEFAULT).is_file()
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
