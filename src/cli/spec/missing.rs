//! What is said of a spec that is not there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{DEFAULT, is_meant, is_named_so};
use crate::cli::call;
use crate::problem::probably_meant;
use crate::visible;

/// Names of files that are written in another language than specs are.
const NO_JSON: &[&str] = &["jsn", "json5", "nix", "toml", "xml", "yaml", "yml"];

/// What to say of a spec that is not there: what may be meant, or how one begins.
pub(in crate::cli) fn missing(path: &Path) -> String {
    let shown = visible::path(path);
    let word = path.to_string_lossy();
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    let init = || call::command(["init"].into_iter().chain(directory.map(Path::to_string_lossy).as_deref()));
    let has_extension = path.extension().is_some_and(|found| NO_JSON.iter().any(|known| found == *known));
    let help = if word.starts_with(['–', '—']) {
        "an option begins with two hyphens, `--`".to_owned()
    } else if let Some(meant) = alike(path) {
        format!("did you mean `{}`?", visible::path(&meant))
    } else if path.file_name().is_some_and(|name| name == DEFAULT) {
        match above(directory.unwrap_or(Path::new("."))) {
            Some(there) => format!("`{}` is the one above it; `{}` makes one here", visible::path(&there), init()),
            None => format!(
                "`{}` makes one; a spec of another name is an argument, `FILE.json` or `--spec FILE.json` as the command's `--help` says",
                init()
            ),
        }
    } else if has_extension {
        "a spec is JSON; `lab2nix init` makes one".to_owned()
    } else if is_meant(&word) {
        "`lab2nix init` makes a spec".to_owned()
    } else {
        return format!(
            "there is no spec `{shown}`; names of domains are for `xml`, `inventory --only` and the commands that run a lab"
        );
    };
    format!("there is no `{shown}`: {help}")
}

/// A spec beside it whose name is like its own, but for the extension.
fn alike(path: &Path) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_str().filter(|_| path.extension().is_some())?;
    let directory = path.parent()?;
    let read = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let names = read.read_dir().ok()?.flatten().map(|entry| PathBuf::from(entry.file_name()));
    let specs: Vec<PathBuf> = names.filter(|name| is_named_so(name)).collect();
    let by_stem: BTreeMap<&str, &PathBuf> =
        specs.iter().filter_map(|spec| Some((spec.file_stem()?.to_str()?, spec))).collect();
    let meant = probably_meant(stem, &by_stem.keys().copied().collect::<Vec<_>>())?;
    Some(directory.join(by_stem[meant])).filter(|spec| spec.is_file())
}

/// The `lab.json` in the nearest directory above this one, up to the repository that it is in; without a repository, in the next one.
fn above(directory: &Path) -> Option<PathBuf> {
    let whole = directory.canonicalize().ok()?;
    let in_repository = whole.ancestors().position(|ancestor| ancestor.join(".git").exists());
    let mut files = (1..=in_repository.unwrap_or(1)).map(|up| directory.join("../".repeat(up)).join(DEFAULT));
    let found = files.find(|file| file.is_file())?;
    Some(found.strip_prefix(".").map(Path::to_owned).unwrap_or(found))
}
