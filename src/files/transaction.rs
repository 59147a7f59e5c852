//! Texts in, files replaced all together or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

use super::{Error, TEMPORARY};

/// The permissions of a new file, from which the umask takes its part.
const MODE: u32 = 0o666;

/// The directories that were made for this run; dropped without [`keep`](Self::keep), it removes them again.
#[derive(Default)]
pub(super) struct NewDirectories(Vec<PathBuf>);

impl NewDirectories {
    /// Makes a directory and those that it is in, as far as they are not there.
    pub(super) fn make(&mut self, dir: &Path) -> Result<(), Error> {
        let missing = dir.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists());
        // The innermost first, which is the order in which they can be removed.
        self.0.splice(0..0, missing.map(Path::to_owned).collect::<Vec<_>>());
        fs::create_dir_all(dir).map_err(|source| Error::Directory { path: dir.to_owned(), source })
    }

    pub(super) fn keep(mut self) {
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

/// Files that shall be replaced together, written already under temporary names. Dropped without
/// [`commit`](Self::commit), it removes those and changes nothing.
pub(super) struct Transaction {
    dir: PathBuf,
    handle: File,
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

impl Transaction {
    pub(super) fn begin(dir: &Path) -> Result<Self, Error> {
        let handle = File::open(dir).map_err(|source| Error::Directory { path: dir.to_owned(), source })?;
        // Some network file systems cannot lock directories. Two runs at once are then kept apart by nothing, and one of
        // them may fail because the other takes its temporary files for leftovers; neither leaves a broken file.
        let _ = handle.lock();
        Ok(Self { dir: dir.to_owned(), handle, staged: Vec::new() })
    }

    /// Stages a file that is not there yet.
    pub(super) fn add(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let target = self.dir.join(name);
        match self.stage(text, None) {
            Ok(new) => self.staged.push(Staged { target, new, old: None }),
            Err(source) => return Err(Error::Write { path: target, source }),
        }
        Ok(())
    }

    /// Stages a file that replaces one.
    pub(super) fn replace(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let target = self.dir.join(name);
        let staged = self.stage(text, Some(&target)).and_then(|new| Ok((new, self.keep_old(&target)?)));
        match staged {
            Ok((new, old)) => self.staged.push(Staged { target, new, old: Some(old) }),
            Err(source) => return Err(Error::Write { path: target, source }),
        }
        Ok(())
    }

    fn stage(&self, text: &str, like: Option<&Path>) -> io::Result<TempPath> {
        let mut file =
            Builder::new().prefix(TEMPORARY).permissions(Permissions::from_mode(MODE)).tempfile_in(&self.dir)?;
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
        let mut builder = Builder::new();
        builder.prefix(TEMPORARY);
        let linked = builder.make_in(&self.dir, |path| fs::hard_link(target, path));
        let kept = linked.or_else(|_| builder.make_in(&self.dir, |path| fs::copy(target, path).map(|_| ())))?;
        Ok(kept.into_temp_path())
    }

    /// Puts all staged files in place; when that fails, puts those back that it had reached.
    pub(super) fn commit(self) -> Result<(), Error> {
        let Self { dir, handle, staged } = self;
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
        let mut others = directories.into_iter().filter(|directory| *directory != dir);
        let synced = others.try_for_each(|directory| File::open(directory)?.sync_all());
        match synced.and_then(|()| handle.sync_all()) {
            Err(source) if !matches!(source.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
                roll_back(done)?;
                Err(Error::Write { path: dir, source })
            }
            // A file system that cannot sync directories is as durable as it can be.
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// Renames a temporary file. What is not meant to replace anything does not, even if something has just come there.
fn put(new: TempPath, target: &Path, replace: bool) -> io::Result<()> {
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
            None => fs::remove_file(&target).map_err(|source| (None, source)),
            // A predecessor that cannot be put back must not be removed as a temporary file.
            Some(old) => old.persist(&target).map_err(|failed| (failed.path.keep().ok(), failed.error)),
        };
        if let Err((kept, source)) = put_back {
            failed = Err(Error::Rollback { path: target, kept, source });
        }
    }
    failed
}
