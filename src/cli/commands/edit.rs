//! What `lab2nix add` and `lab2nix rename` have alike: they read a spec, change its text, and show or write it.

use std::path::Path;

use super::{ATTENTION, Failure, behind_links, print, report_problems, talk, write};
use crate::cli::Cli;
use crate::cli::edit::EditedSpec;
use crate::edit::{Edited, Refusal, Target};
use crate::files::{self, Replace, STANDARD_INPUT};
use crate::place::Place;
use crate::problem::Problem;
use crate::report::Positions;
use crate::resolve::secret::without_secrets;
use crate::source::Source;
use crate::{pipeline, proof, visible};

/// The mark of byte order that a file may begin with.
const MARK: &str = "\u{feff}";

/// Reports why a spec is not changed.
pub(super) fn refuse(cli: &Cli, target: Target<'_>, refusal: Refusal) -> Result<u8, Failure> {
    match refusal {
        Refusal::Error(error) => return Err(error.into()),
        Refusal::There(problem) => report_problems(cli, &[*problem], Some(target.source)),
        Refusal::Unsound(edited, problems) => {
            report_problems(cli, &problems, Some(&edited.source));
            talk(cli, "these are of the spec as it would be; nothing was written\n");
        }
    }
    Ok(ATTENTION)
}

/// Shows how a spec changes, or changes it, with the problems that are `new`. One of standard input goes to standard output.
/// Whether it may go on to say what was done.
pub(super) fn settle(
    cli: &Cli,
    spec: &EditedSpec,
    target: Target<'_>,
    edited: &Edited,
    new: &[Problem],
) -> Result<bool, Failure> {
    report_problems(cli, new, Some(&edited.source));
    let before = target.source.text();
    let mark = if target.source.files()[0].bom_len() > 0 { MARK } else { "" };
    if spec.path == Path::new(STANDARD_INPUT) {
        print(&format!("{mark}{}", edited.source.text()))?;
        return Ok(true);
    }
    let path = behind_links(&spec.path)?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let proven = proof::edited_spec(&name, mark, before, &edited.edits, None).map_err(pipeline::Error::from)?;
    if spec.diff {
        let shown = spec.path.display().to_string();
        print(&without_secrets(&files::diff(&shown, before, edited.source.text())))?;
        return Ok(true);
    }
    Ok(write(cli, files::directory(&path), &[proven], Replace::Everything)?.is_some())
}

/// Where something is, in the words of compilers: `lab.json:12:5`.
pub(super) fn shown(source: &Source, place: &Place) -> Option<String> {
    let (file, line, column) = Positions::new(source).of(place)?;
    Some(format!("{}:{line}:{column}", visible::path(Path::new(file))))
}
