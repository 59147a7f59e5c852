//! Texts in, files replaced all together or not at all.
//!
//! Whoever has locked a directory is alone with it, from before he looks at it until nothing temporary of his is left.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

#[cfg(test)]
use super::tests::moment;
use super::{Error, dangling};

/// What the name of a temporary file is made of: this, [`RANDOM`] letters and digits, and [`END`].
const START: &str = ".lab2nix-";
const RANDOM: usize = 12;
const END: &str = ".unfinished";

/// What stands between the name of a file that could not be put back and the random part of its temporary name.
const RESCUED: &str = ".rescued-";

/// How often a directory is made that others remove.
const TRIES: usize = 100;

/// The permissions of a new file, from which the umask takes its part.
const MODE: u32 = 0o666;

/// The directories that were made for this run; dropped without [`keep`](Self::keep), it removes them again.
#[derive(Default)]
pub(super) struct NewDirectories(Vec<PathBuf>);

impl NewDirectories {
    /// Makes a directory and those that it is in, as far as they are not there.
    pub(super) fn make(&mut self, dir: &Path) -> io::Result<()> {
        let missing = dir.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists());
        // The innermost first, which is the order in which they can be removed.
        self.0.splice(0..0, missing.map(Path::to_owned).collect::<Vec<_>>());
        fs::create_dir_all(dir)
    }

    pub(super) fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for NewDirectories {
    fn drop(&mut self) {
        for dir in &self.0 {
            // One that somebody else put a file into in the meantime stays.
            let _ = fs::remove_dir(dir);
        }
    }
}

/// A directory that this run has for itself.
pub(super) struct Locked {
    /// Those that were made for this run. They go before others can have the directory.
    new: NewDirectories,
    dir: PathBuf,
    handle: File,
    /// Whether it is locked. Some network file systems cannot do that: two runs at once are then kept apart by nothing.
    is_alone: bool,
}

impl Locked {
    /// Makes a directory if it is not there, and waits until nobody else has it.
    pub(super) fn wait_for(dir: &Path) -> Result<Self, Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::once(dir) {
                Ok(locked) if locked.is_there() => return Ok(locked),
                // Whoever had it before may have made it for nothing, and removed it again.
                Ok(_) if tries < TRIES => {}
                // Between finding that it is there and looking at it, too.
                Err(error)
                    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) && tries < TRIES => {}
                Ok(_) => return Err(directory_error(dir, ErrorKind::NotFound.into())),
                Err(source) => return Err(directory_error(dir, source)),
            }
        }
    }

    fn once(dir: &Path) -> io::Result<Self> {
        let mut new = NewDirectories::default();
        new.make(dir)?;
        moment()?;
        let handle = File::open(dir)?;
        moment()?;
        let is_alone = handle.lock().is_ok();
        Ok(Self { new, dir: dir.to_owned(), handle, is_alone })
    }

    /// Whether the directory of the path is the one that is locked.
    fn is_there(&self) -> bool {
        let identity = |found: fs::Metadata| (found.dev(), found.ino());
        let found = fs::metadata(&self.dir).map(identity).ok();
        found.is_some() && found == self.handle.metadata().map(identity).ok()
    }

    /// Makes a directory in it.
    pub(super) fn make(&mut self, dir: &Path) -> Result<(), Error> {
        self.new.make(dir).map_err(|source| directory_error(dir, source))
    }

    /// Keeps the directories that were made, and removes the temporary files of killed runs. This run succeeds even if that
    /// fails.
    pub(super) fn finish(mut self) {
        self.new.keep();
        // Those of another run that is still at it look the same.
        if !self.is_alone || moment().is_err() {
            return;
        }
        let Ok(entries) = fs::read_dir(&self.dir) else { return };
        for entry in entries.flatten() {
            if is_temporary(&entry.file_name()) && entry.file_type().is_ok_and(|found| found.is_file()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

fn directory_error(dir: &Path, source: io::Error) -> Error {
    Error::Directory { path: dir.to_owned(), source: dangling(dir).unwrap_or(source) }
}

/// Whether a name is one that temporary files have.
fn is_temporary(name: &OsStr) -> bool {
    let random = name.to_str().and_then(random_part);
    random.is_some_and(|random| random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn random_part(name: &str) -> Option<&str> {
    name.strip_prefix(START)?.strip_suffix(END)
}

/// What makes temporary files.
fn temporary<'b>() -> Builder<'b, 'b> {
    let mut builder = Builder::new();
    builder.prefix(START).suffix(END).rand_bytes(RANDOM);
    builder
}

/// A moment in which others may do something; in tests they do.
#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "in tests it fails")]
fn moment() -> io::Result<()> {
    Ok(())
}

/// Files that shall be replaced together, written already under temporary names. Dropped without
/// [`commit`](Self::commit), it removes those and changes nothing.
pub(super) struct Transaction<'l> {
    locked: &'l Locked,
    staged: Vec<Staged>,
}

struct Staged {
    target: PathBuf,
    new: TempPath,
    /// Another name of the file that is replaced, or a copy of it.
    old: Option<TempPath>,
}

/// A file that has been put in place, and its predecessor.
struct Done {
    target: PathBuf,
    old: Option<TempPath>,
}

impl<'l> Transaction<'l> {
    pub(super) fn begin(locked: &'l Locked) -> Self {
        Self { locked, staged: Vec::new() }
    }

    /// Stages a file that is not there yet.
    pub(super) fn add(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let target = self.locked.dir.join(name);
        match self.stage(text, None) {
            Ok(new) => self.staged.push(Staged { target, new, old: None }),
            Err(source) => return Err(Error::Write { path: target, source }),
        }
        Ok(())
    }

    /// Stages a file that replaces one.
    pub(super) fn replace(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let target = self.locked.dir.join(name);
        let staged = self.stage(text, Some(&target)).and_then(|new| Ok((new, self.keep_old(&target)?)));
        match staged {
            Ok((new, old)) => self.staged.push(Staged { target, new, old: Some(old) }),
            Err(source) => return Err(Error::Write { path: target, source }),
        }
        Ok(())
    }

    fn stage(&self, text: &str, like: Option<&Path>) -> io::Result<TempPath> {
        moment()?;
        let mut file = temporary().permissions(Permissions::from_mode(MODE)).tempfile_in(&self.locked.dir)?;
        file.write_all(text.as_bytes())?;
        if let Some(like) = like {
            let (old, new) = (fs::metadata(like)?, file.as_file().metadata()?);
            if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
                // Only root may give files away; for others the new file is simply theirs.
                let _ = fchown(file.as_file(), Some(old.uid()), Some(old.gid()));
            }
            file.as_file().set_permissions(old.permissions())?;
        }
        file.as_file().sync_all()?;
        Ok(file.into_temp_path())
    }

    /// Keeps the old file under a second name; a copy where the file system has no hard links.
    fn keep_old(&self, target: &Path) -> io::Result<TempPath> {
        let dir = &self.locked.dir;
        let linked = temporary().make_in(dir, |path| fs::hard_link(target, path));
        let kept = linked.or_else(|_| temporary().make_in(dir, |path| fs::copy(target, path).map(|_| ())))?;
        Ok(kept.into_temp_path())
    }

    /// Puts all staged files in place; when that fails, puts those back that it had reached.
    pub(super) fn commit(self) -> Result<(), Error> {
        let Self { locked: Locked { dir, handle, .. }, staged } = self;
        if staged.is_empty() {
            return Ok(());
        }
        let mut done = Vec::with_capacity(staged.len());
        for Staged { target, new, old } in staged {
            match put(new, &target, old.is_some()) {
                Ok(()) => done.push(Done { target, old }),
                Err(source) => {
                    roll_back(done)?;
                    return Err(Error::Write { path: target, source });
                }
            }
        }
        let mut directories: Vec<&Path> = done.iter().filter_map(|done| done.target.parent()).collect();
        directories.dedup();
        let mut others = directories.into_iter().filter(|directory| directory != dir);
        let synced = others.try_for_each(|directory| File::open(directory)?.sync_all());
        match synced.and_then(|()| handle.sync_all()) {
            Err(source) if !matches!(source.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
                roll_back(done)?;
                Err(Error::Write { path: dir.clone(), source })
            }
            // A file system that cannot sync directories is as durable as it can be.
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// Renames a temporary file. What is not meant to replace anything does not, even if something has just come there.
fn put(new: TempPath, target: &Path, replace: bool) -> io::Result<()> {
    moment()?;
    let new = if replace {
        new
    } else {
        match new.persist_noclobber(target) {
            Ok(()) => return Ok(()),
            Err(failed) if failed.error.kind() == ErrorKind::AlreadyExists => return Err(failed.error),
            // The file system cannot rename that way.
            Err(failed) => failed.path,
        }
    };
    new.persist(target).map_err(|failed| failed.error)
}

fn roll_back(done: Vec<Done>) -> Result<(), Error> {
    let mut failed = Ok(());
    for Done { target, old } in done.into_iter().rev() {
        let put_back = match old {
            None => moment().and_then(|()| fs::remove_file(&target)).map_err(|source| (None, source)),
            Some(old) => put_back(old, &target),
        };
        if let Err((kept, source)) = put_back {
            failed = Err(Error::Rollback { path: target, kept, source });
        }
    }
    failed
}

/// Gives a file its name again. One that cannot have it gets a name that says so, because what is called temporary is removed.
fn put_back(old: TempPath, target: &Path) -> Result<(), (Option<PathBuf>, io::Error)> {
    if let Err(source) = moment() {
        return Err((rescue(old, target), source));
    }
    old.persist(target).map_err(|failed| (rescue(failed.path, target), failed.error))
}

/// Keeps a file under a name of its own. Returns where it is.
fn rescue(old: TempPath, target: &Path) -> Option<PathBuf> {
    let random = old.file_name().and_then(OsStr::to_str).and_then(random_part).unwrap_or_default().to_owned();
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!("{RESCUED}{random}"));
    let rescued = target.with_file_name(name);
    match old.persist_noclobber(&rescued) {
        Ok(()) => Some(rescued),
        Err(failed) => failed.path.keep().ok(),
    }
}
