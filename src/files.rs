//! The disk: proven files in; what stands there compared with them, or replaced by them, out.
//!
//! [`write()`] puts all files in place or none, leaves those that are up to date untouched, and never replaces a file that
//! lab2nix did not write: such a file is a `foreign-file` problem. A file is lab2nix's own when it is a regular file
//! that starts with [`MARKER`], or as the schema for editors does. The files of another lab it does not replace either: that is `another-lab`,
//! as far as a `default.nix` there says whose they are.
//!
//! A symbolic link is read through, so a link to an up-to-date file is up to date; but it is never written through and
//! never replaced: writing through it could change a file anywhere, and replacing it would undo what somebody set up. A
//! link to anything else is therefore foreign, and so is a file in a linked directory below the one that is written to,
//! which may itself be a link.

mod transaction;

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use crate::nix::file::MARKER;
use crate::nix::module::MODULE_FILE_NAME;
use crate::place::Place;
use crate::problem::{Id, Problem};
use crate::proof::{Proven, lab_of};
use crate::source::Files;
use crate::spec::schema::editors;
use crate::visible;
use transaction::{Locked, Transaction};

/// The disk failed; nothing on it has changed unless the message says so.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read `{}`", visible::path(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A directory cannot be made or opened.
    #[error("cannot create or open the directory `{}`", visible::path(path))]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write `{}`; no file was changed", visible::path(path))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be written, and then another could not be put back either.
    #[error("cannot write the files, and cannot restore `{}`{}", visible::path(path), describe_kept(kept.as_ref()))]
    Rollback {
        /// The file that is not as it was.
        path: PathBuf,
        /// Where its old text is, if it existed.
        kept: Option<PathBuf>,
        /// Why it could not be put back.
        source: io::Error,
    },
}

/// The directory of a file, which is `.` where only a name is written.
#[must_use]
pub fn directory(file: &Path) -> &Path {
    file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The file that is there at the end of the symbolic links that a path is, or the path itself.
///
/// # Errors
///
/// When the links lead nowhere.
pub fn behind_links(path: &Path) -> io::Result<PathBuf> {
    if path.is_symlink() { fs::canonicalize(path) } else { Ok(path.to_owned()) }
}

fn describe_kept(kept: Option<&PathBuf>) -> String {
    kept.map_or_else(String::new, |kept| format!("; its old content is in `{}`", visible::path(kept)))
}

/// How a file on disk compares with the text that it should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It has the text.
    UpToDate,
    /// It is not there.
    Missing,
    /// It has another text and may be replaced.
    Differs {
        /// The text that it has; bytes that are not UTF-8 are replaced.
        old: String,
    },
    /// It must not be replaced: nothing says that it is lab2nix's, or it is not a regular file.
    Foreign,
}

/// Which files that are there may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// Those that lab2nix wrote, as their [`MARKER`] says.
    Marked,
    /// None: what is written has no room for a marker.
    Nothing,
    /// All regular files.
    Everything,
}

/// What [`write()`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every file has its text now. The states are those before, in the order of the files.
    Written(Vec<State>),
    /// Nothing, because of these problems.
    Refused(Vec<Problem>),
}

/// The largest file that is read as a spec, in MiB. Ten thousand domains take a few.
const LARGEST: u64 = 64;

/// The path that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// Reads a spec's bytes, of [`STANDARD_INPUT`] those that the process is given.
///
/// # Errors
///
/// [`Error::Read`] when it cannot be read, when it is larger than any spec, and when it is a pipe that has a name of its own, in
/// front of which a program may wait for ever.
pub fn read_spec(path: &Path) -> Result<Vec<u8>, Error> {
    if path == Path::new(STANDARD_INPUT) {
        return limited(io::stdin().lock()).map_err(|source| Error::Read { path: path.to_owned(), source });
    }
    let is_of_shell = path.starts_with("/dev") || path.starts_with("/proc");
    let is_pipe = !is_of_shell && fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo());
    let read = if is_pipe {
        Err(io::Error::other("it is a pipe; use `/dev/stdin`, and redirect the pipe: `< PIPE`"))
    } else {
        read_limited(path)
    };
    read.map_err(|source| Error::Read { path: path.to_owned(), source: dangling(path).unwrap_or(source) })
}

fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    limited(File::open(path)?)
}

fn limited(file: impl io::Read) -> io::Result<Vec<u8>> {
    let most = LARGEST << 20;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("it is larger than {LARGEST} MiB, the limit for a spec")));
    }
    Ok(bytes)
}

/// Says which link on the way to a path leads nowhere, if one does.
fn dangling(path: &Path) -> Option<io::Error> {
    let link = path.ancestors().find(|way| way.is_symlink() && fs::metadata(way).is_err())?;
    let target = fs::read_link(link).ok()?;
    let (link, target) = (visible::path(link), visible::path(&target));
    Some(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("`{link}` is a symbolic link to `{target}`, which does not exist"),
    ))
}

/// The files of this machine, as [included](crate::source) ones.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    /// Where paths start that are not absolute. Empty for the working directory.
    pub directory: PathBuf,
}

impl Files for Disk {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(self.directory.join(path))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = self.directory.join(path);
        // Only a regular file is opened: opening a pipe would wait for its other end.
        let found = fs::metadata(&path)?;
        if found.is_dir() {
            return Err(io::Error::other("it is a directory"));
        }
        if !found.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        read_limited(&path)
    }
}

/// How each file in `dir` compares with the text that it should have, in the order of `files`.
///
/// # Errors
///
/// [`Error::Read`] when a file is there and cannot be read.
pub fn compare(dir: &Path, files: &[Proven], replace: Replace) -> Result<Vec<State>, Error> {
    compare_texts(dir, &texts(files), replace)
}

/// Puts all files into `dir` and the directories in it that they name, which are made if they are not there, or none.
///
/// Files that are up to date are not touched. The others are written and synced under temporary names beside their
/// targets, with the permissions of the files that they replace, and then renamed; when a rename fails, those before it
/// are undone. Runs on one directory wait for each other where the file system can lock it, each until the one before has
/// removed all that was temporary. A run that is killed between two renames leaves a mixture of whole old and whole new files,
/// which the next run completes; its temporary files, which their names tell, go with the next that succeeds.
///
/// # Errors
///
/// When the disk fails.
pub fn write(dir: &Path, files: &[Proven], replace: Replace) -> Result<Outcome, Error> {
    write_texts(dir, &texts(files), replace)
}

/// The problems of the files that [`write()`] would refuse to replace.
#[must_use]
pub fn refusals(dir: &Path, files: &[Proven], states: &[State]) -> Vec<Problem> {
    refusals_of_texts(dir, &texts(files), states, Replace::Marked)
}

/// Whether a file is there that lab2nix wrote, though this version does not write it any more.
///
/// # Errors
///
/// [`Error::Read`] when it is there and cannot be read.
pub fn is_left_over(path: &Path) -> Result<bool, Error> {
    match state(path, "", Replace::Marked, false) {
        Ok(State::Differs { .. }) => Ok(true),
        Ok(State::UpToDate | State::Missing | State::Foreign) => Ok(false),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

/// The unified diff from `old` to `new`, with `name` in its header and three lines of context; empty when they are
/// equal.
///
/// A diff that would take long to make as short as possible is cut off after two seconds and comes out longer.
#[must_use]
pub fn diff(name: &str, old: &str, new: &str) -> String {
    similar::TextDiff::configure()
        .timeout(Duration::from_secs(2))
        .diff_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(name, name)
        .to_string()
}

/// A file's name and the text that it should have.
type Text<'a> = (&'a str, &'a str);

fn texts(files: &[Proven]) -> Vec<Text<'_>> {
    files.iter().map(|file| (file.name(), file.text())).collect()
}

fn compare_texts(dir: &Path, files: &[Text<'_>], replace: Replace) -> Result<Vec<State>, Error> {
    let state = |(name, text): &Text<'_>| {
        let path = dir.join(name);
        state(&path, text, replace, in_the_way(dir, name).is_some()).map_err(|source| Error::Read { path, source })
    };
    files.iter().map(state).collect()
}

/// Finds the outermost thing between `dir` and a file that is a symbolic link or no directory.
fn in_the_way(dir: &Path, name: &str) -> Option<PathBuf> {
    let on_the_way = Path::new(name).ancestors().skip(1).filter(|way| !way.as_os_str().is_empty());
    let found = on_the_way.map(|way| dir.join(way)).filter(|way| way.is_symlink() || (way.exists() && !way.is_dir()));
    found.last()
}

fn state(path: &Path, text: &str, replace: Replace, is_elsewhere: bool) -> io::Result<State> {
    let own = match fs::symlink_metadata(path) {
        Err(error)
            if is_elsewhere && matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            return Ok(State::Foreign);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Missing),
        found => found?,
    };
    // Only a regular file is opened: opening a pipe would wait for its other end.
    let regular = match fs::metadata(path) {
        Err(_) if own.is_symlink() => false,
        target => target?.is_file(),
    };
    if !regular {
        return Ok(State::Foreign);
    }
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    let marker = marker(path);
    file.by_ref().take(marker.len() as u64).read_to_end(&mut bytes)?;
    let may_be_replaced = match replace {
        Replace::Marked if bytes != marker.as_bytes() => return Ok(State::Foreign),
        Replace::Marked | Replace::Everything => !own.is_symlink() && !is_elsewhere,
        Replace::Nothing => false,
    };
    file.read_to_end(&mut bytes)?;
    Ok(if bytes == text.as_bytes() {
        State::UpToDate
    } else if !may_be_replaced {
        State::Foreign
    } else {
        let old = String::from_utf8_lossy(&bytes).into_owned();
        State::Differs { old }
    })
}

/// How a file of this name starts that lab2nix wrote. JSON has no comments.
fn marker(path: &Path) -> &'static str {
    if path.file_name().is_some_and(|name| name == editors::FILE) { editors::MARKER } else { MARKER }
}

fn refusals_of_texts(dir: &Path, files: &[Text<'_>], states: &[State], replace: Replace) -> Vec<Problem> {
    let foreign = files.iter().zip(states).filter(|(_, state)| **state == State::Foreign);
    let mut problems: Vec<Problem> = files.iter().zip(states).filter_map(|of| another_lab(dir, of)).collect();
    for ((name, _), _) in foreign {
        let path = in_the_way(dir, name).unwrap_or_else(|| dir.join(name));
        let is_directory = path != dir.join(name);
        let found = match fs::symlink_metadata(&path) {
            Ok(found) if is_directory && found.is_symlink() => "is a symbolic link, and its target is not up to date",
            _ if is_directory => "is not a directory",
            Ok(found) if found.is_symlink() => "is a symbolic link",
            Ok(found) if found.is_dir() => "is a directory",
            Ok(found) if found.is_file() && replace == Replace::Nothing => "already exists, with other content",
            _ => "was not written by lab2nix",
        };
        let place = Place::File(path.display().to_string());
        let problem =
            Problem::new(Id::ForeignFile, place, format!("`{}` {found}", visible::path(&path))).help(match replace {
                Replace::Marked => "move it away, or choose another directory with `--out`",
                Replace::Nothing | Replace::Everything => "move it away, or choose another directory",
            });
        // Several files can be behind one thing.
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

/// The problem of the module of another lab, where a lab's own should be.
fn another_lab(dir: &Path, ((name, text), state): (&Text<'_>, &State)) -> Option<Problem> {
    let State::Differs { old } = state else { return None };
    if *name != MODULE_FILE_NAME {
        return None;
    }
    let (there, own) = (lab_of(old)?, lab_of(text)?);
    (there != own).then(|| {
        let message = format!("`{}` contains the lab `{there}`, not `{own}`", dir.display());
        Problem::new(Id::AnotherLab, Place::File(dir.join(name).display().to_string()), message).help(format!(
            "choose another directory with `--out`; or, if you renamed the lab from `{there}` to `{own}`, delete `{}`: then activation deletes and recreates each object without its own `uuid`",
            dir.display()
        ))
    })
}

fn write_texts(dir: &Path, files: &[Text<'_>], replace: Replace) -> Result<Outcome, Error> {
    let mut locked = Locked::wait_for(dir)?;
    let states = compare_texts(dir, files, replace)?;
    let problems = refusals_of_texts(dir, files, &states, replace);
    if !problems.is_empty() {
        return Ok(Outcome::Refused(problems));
    }
    for parent in files.iter().filter_map(|(name, _)| Path::new(name).parent()) {
        locked.make(&dir.join(parent))?;
    }
    let mut transaction = Transaction::begin(&locked);
    for ((name, text), state) in files.iter().zip(&states) {
        match state {
            State::UpToDate => {}
            State::Missing => transaction.add(name, text)?,
            State::Differs { .. } => transaction.replace(name, text)?,
            State::Foreign => unreachable!("foreign files have been refused"),
        }
    }
    transaction.commit()?;
    locked.finish();
    Ok(Outcome::Written(states))
}

#[cfg(test)]
mod tests;
