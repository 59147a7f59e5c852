//! `lab2nix init`.

use std::path::Path;

use super::{ATTENTION, Failure, directory_wanted, report_problems, talk};
use crate::cli::{Cli, InitArguments, spec};
use crate::files::{self, Outcome, Replace, State};
use crate::place::Place;
use crate::problem::{Id, Problem};
use crate::proof::{self, Proven};
use crate::{pipeline, visible};

/// The file without which a flake is none.
const FLAKE: &str = "flake.nix";

/// Writes the files that a lab begins with, all of them or none.
pub(super) fn init(cli: &Cli, arguments: &InitArguments) -> Result<u8, Failure> {
    let InitArguments { directory, template, flake } = arguments;
    directory_wanted(directory)?;
    // A lab that is there gets its flake, and keeps what says what it is.
    let keeps_spec = *flake && directory.join(spec::DEFAULT).is_file();
    let is_kept = |name: &str| keeps_spec && (name == "README.md" || name != FLAKE && directory.join(name).exists());
    let files = template.of_lab(*flake).iter().filter(|(name, _)| !is_kept(name));
    let files = files.map(|(name, text)| proof::template_file(name, text));
    let files: Vec<Proven> = files.collect::<Result<_, _>>().map_err(pipeline::Error::from)?;
    let states = files::compare(directory, &files, Replace::Nothing)?;
    let is_there = |(file, state): (&Proven, &State)| (*state != State::Missing).then(|| there(directory, file.name()));
    let problems: Vec<Problem> = files.iter().zip(&states).filter_map(is_there).collect();
    if !problems.is_empty() {
        report_problems(cli, &problems, None);
        return Ok(ATTENTION);
    }
    match files::write(directory, &files, Replace::Nothing)? {
        Outcome::Refused(problems) => {
            report_problems(cli, &problems, None);
            return Ok(ATTENTION);
        }
        Outcome::Written(_) => {}
    }
    for file in &files {
        let path = directory.join(file.name());
        talk(cli, &format!("wrote {}\n", visible::path(path.strip_prefix(".").unwrap_or(&path))));
    }
    let command = if *flake { "nix run .#gen" } else { "lab2nix gen" };
    let command = if directory == Path::new(".") {
        command.to_owned()
    } else {
        format!("cd {} && {command}", visible::shell(&directory.to_string_lossy()))
    };
    let first = if keeps_spec { "" } else { "give the lab its name in lab.json, and what its comments ask for; then " };
    talk(cli, &format!("next: {first}`{command}`\n"));
    Ok(0)
}

/// The problem of a file that is there already.
fn there(directory: &Path, name: &str) -> Problem {
    let path = directory.join(name);
    let path = path.strip_prefix(".").unwrap_or(&path);
    let message = format!("`{}` is there already", visible::path(path));
    Problem::new(Id::ForeignFile, Place::File(path.display().to_string()), message)
        .help("`init` overwrites nothing: name another directory, or change what is there with `lab2nix add`")
}
