//! What libvirt makes of a definition: with its defaults, in its order, with the addresses that it gives to devices.
//!
//! Domains are read by libvirt's QEMU driver inside `virsh` (`qemu:///embed`), networks and pools by its test driver, so no
//! daemon is asked and no object of the host is touched.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::process::{getegid, geteuid};

use super::{Error, Query, Virsh, prefix, quoted};
use crate::activation::definition::Definition;
use crate::activation::run::Normalize;
use crate::activation::settings::{Item, Settings};
use crate::lab::identity::ObjectKind;

/// What libvirt makes of definitions that have been asked for beforehand, all at once.
#[derive(Debug, Default)]
pub struct Normalized {
    by_text: HashMap<(ObjectKind, String), Result<Definition, String>>,
}

/// A directory for libvirt's embedded driver. It probes QEMU the first time, and remembers in it what it found. Nobody else can
/// look into it, as definitions have passwords in them, and they are gone when it is left.
#[derive(Debug)]
pub struct Workshop {
    path: PathBuf,
    /// Kept while it is ours.
    _lock: Option<File>,
    /// Removed with what it has, if it is for once only.
    _temporary: Option<tempfile::TempDir>,
}

impl Workshop {
    /// Takes a directory that is kept below `cache`, or one for once where that is not ours alone, or another run has it.
    ///
    /// # Errors
    ///
    /// When there is no place for one.
    pub fn open(cache: Option<&Path>) -> io::Result<Self> {
        let kept = cache.and_then(|cache| Self::kept(&cache.join("lab2nix/libvirt")).ok().flatten());
        if let Some(workshop) = kept.filter(|workshop| workshop.prepare().is_ok()) {
            return Ok(workshop);
        }
        let private = fs::Permissions::from_mode(0o700);
        let temporary = tempfile::Builder::new().prefix("lab2nix-").permissions(private).tempdir()?;
        let workshop = Self { path: temporary.path().to_owned(), _lock: None, _temporary: Some(temporary) };
        workshop.prepare()?;
        Ok(workshop)
    }

    fn kept(path: &Path) -> io::Result<Option<Self>> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let path = fs::canonicalize(path)?;
        if !is_private(&path)? {
            return Ok(None);
        }
        let lock = File::create(path.join("lock"))?;
        // Only who has the lock has a workshop: one that is dropped is cleared.
        let is_ours = lock.try_lock().is_ok();
        Ok(is_ours.then(|| Self { path, _lock: Some(lock), _temporary: None }))
    }

    fn prepare(&self) -> io::Result<()> {
        for directory in ["etc", "definitions"] {
            DirBuilder::new().recursive(true).mode(0o700).create(self.path.join(directory))?;
        }
        self.clear()?;
        fs::write(self.path.join("empty.xml"), "<node/>")?;
        // As another user than ours, root's QEMU may not have KVM, and would be probed at each definition, and nobody but root may
        // have another; and root's driver would make itself a place in the host's huge pages.
        let (user, group) = (geteuid(), getegid());
        fs::write(
            self.path.join("etc/qemu.conf"),
            format!("user = \"+{user}\"\ngroup = \"+{group}\"\nremember_owner = 0\nhugetlbfs_mount = []\n"),
        )
    }

    /// Removes all definitions: an earlier one would be in the way of a domain with its name.
    fn clear(&self) -> io::Result<()> {
        for directory in ["etc", "definitions"] {
            let path = self.path.join(directory);
            // Through a link, what is removed would be somebody else's.
            if !is_private(&path)? {
                return Err(io::Error::other(format!("other users can access `{}`", path.display())));
            }
        }
        let of_driver = ["etc/qemu"].map(|directory| fs::remove_dir_all(self.path.join(directory)));
        let own = fs::read_dir(self.path.join("definitions"))?.flatten().map(|entry| fs::remove_file(entry.path()));
        let failed = of_driver.into_iter().chain(own).filter_map(Result::err);
        failed.filter(|error| error.kind() != io::ErrorKind::NotFound).map(Err).next().unwrap_or(Ok(()))
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = self.clear();
    }
}

/// Whether a path is a directory itself, ours, and closed to others.
fn is_private(path: &Path) -> io::Result<bool> {
    let found = fs::symlink_metadata(path)?;
    Ok(found.is_dir() && found.uid() == geteuid().as_raw() && found.mode() & 0o022 == 0)
}

impl Normalized {
    /// Asks libvirt for what it makes of all definitions in settings. `virsh` is any connection's: only its program is used.
    ///
    /// # Errors
    ///
    /// When `virsh` does not run.
    pub fn of<'s>(
        settings: impl IntoIterator<Item = &'s Settings>,
        virsh: &Virsh,
        workshop: &Workshop,
    ) -> Result<Self, Error> {
        let mut all: Vec<(ObjectKind, &Definition)> = Vec::new();
        let mut known = BTreeSet::new();
        for (kind, items) in settings.into_iter().flat_map(Settings::kinds) {
            for Item { definition, .. } in items {
                if known.insert((kind.name(), definition.text())) {
                    all.push((kind, definition));
                }
            }
        }
        let mut normalized = Self::default();
        let place = in_uri(&workshop.path);
        let embedded = format!("qemu:///embed?root={place}");
        if all.iter().any(|(kind, definition)| *kind == ObjectKind::Domain && definition.facts.has_kvm) {
            kvm_is_ours(virsh)?;
        }
        if !virsh.is_local() {
            same_version(virsh, &virsh.for_connection(&embedded))?;
        }
        let test = format!("test://{place}/empty.xml");
        // Different definitions of one object, as before and after a change, would be in each other's way.
        let mut rounds: Vec<Vec<(ObjectKind, &Definition)>> = Vec::new();
        for (kind, definition) in all.iter().copied() {
            let meets = |(other_kind, other): &(ObjectKind, &Definition)| {
                *other_kind == kind && (other.uuid == definition.uuid || other.name == definition.name)
            };
            match rounds.iter_mut().find(|round| !round.iter().any(meets)) {
                Some(round) => round.push((kind, definition)),
                None => rounds.push(vec![(kind, definition)]),
            }
        }
        for round in rounds {
            let (domains, others): (Vec<_>, Vec<_>) =
                round.into_iter().partition(|(kind, _)| *kind == ObjectKind::Domain);
            workshop.clear().map_err(Error::Run)?;
            normalized.ask(&virsh.for_connection(&embedded), workshop, &domains)?;
            normalized.ask(&virsh.for_connection(&test), workshop, &others)?;
        }
        Ok(normalized)
    }

    fn ask(
        &mut self,
        virsh: &Virsh,
        workshop: &Workshop,
        definitions: &[(ObjectKind, &Definition)],
    ) -> Result<(), Error> {
        let mut commands = Vec::with_capacity(definitions.len());
        for (index, (kind, definition)) in definitions.iter().enumerate() {
            let file = workshop.path.join(format!("definitions/{}-{index}.xml", kind.name()));
            let mut options = File::options();
            options.write(true).create_new(true).mode(0o600);
            let written = options.open(&file).and_then(|mut file| file.write_all(definition.text().as_bytes()));
            written.map_err(Error::Run)?;
            let file = quoted(&file.display().to_string());
            let uuid = definition.uuid;
            // Of the test driver, nothing is left for another run.
            // The test driver knows no inactive definitions.
            let inactive = if *kind == ObjectKind::Domain { "--inactive " } else { "" };
            let prefix = prefix(*kind);
            commands.push(format!("{prefix}define {file}; {prefix}dumpxml {inactive}{uuid}"));
        }
        // Where the driver has put what the host's would put elsewhere.
        let own = format!("{}/lib/qemu/", workshop.path.display());
        for ((kind, definition), dumped) in definitions.iter().zip(virsh.batches(&[], &commands)?) {
            let made = dumped.and_then(|text| {
                let text = text.replace(&own, "/var/lib/libvirt/qemu/");
                let mut made = Definition::new(text).map_err(|why| why.to_string())?;
                // The test driver does not know them.
                made.facts.dnsmasq.clone_from(&definition.facts.dnsmasq);
                Ok(made)
            });
            self.by_text.insert((*kind, definition.text().to_owned()), made);
        }
        Ok(())
    }
}

/// A path in a URI.
fn in_uri(path: &Path) -> String {
    let mut text = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => text.push(char::from(*byte)),
            _ => drop(write!(text, "%{byte:02X}")),
        }
    }
    text
}

/// Fails where the host has KVM, and it cannot be opened here.
fn kvm_is_ours(host: &Virsh) -> Result<(), Error> {
    match File::options().read(true).write(true).open("/dev/kvm") {
        // Where there is none, the host's libvirt has none either.
        Err(error) if error.kind() == io::ErrorKind::NotFound && host.is_local() => Ok(()),
        Err(error) => Err(Error::Kvm(error)),
        Ok(_) => Ok(()),
    }
}

/// Fails where the libvirt far away, or its QEMU, is another one than here.
fn same_version(there: &Virsh, here: &Virsh) -> Result<(), Error> {
    let versions = |of: &Virsh| -> Result<String, Error> {
        let answer = of.ask(&[Query::Version])?.pop().unwrap_or_else(|| Ok(String::new())).map_err(Error::Strange)?;
        // The rest is of virsh's own library.
        let lines = answer.lines().filter(|line| line.starts_with("Running")).filter_map(|line| line.split_once(": "));
        Ok(lines.map(|(_, version)| version.trim()).collect::<Vec<_>>().join(", "))
    };
    let (there_is, here_is) = (versions(there)?, versions(here)?);
    if there_is == here_is {
        return Ok(());
    }
    Err(Error::Versions { connection: there.connection().to_owned(), there: there_is, here: here_is })
}

impl Normalize for Normalized {
    fn normalize(&self, kind: ObjectKind, definition: &Definition) -> Result<Definition, String> {
        let known = self.by_text.get(&(kind, definition.text().to_owned()));
        known.cloned().unwrap_or_else(|| Err("libvirt has not been asked for it".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use pretty_assertions::assert_eq;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_workshop_is_closed_to_others_and_leaves_no_definition() {
        let cache = tempfile::tempdir().unwrap();
        let workshop = Workshop::open(Some(cache.path())).unwrap();
        let path = workshop.path.clone();
        assert_eq!(path, fs::canonicalize(cache.path()).unwrap().join("lab2nix/libvirt"));
        assert_eq!([&path, &path.join("definitions")].map(|path| mode(path)), [0o700; 2]);
        fs::write(path.join("definitions/domain-0.xml"), "secret").unwrap();
        // Another run at the same time has one of its own, which is gone with it, and leaves this one as it is.
        let other = Workshop::open(Some(cache.path())).unwrap();
        let elsewhere = other.path.clone();
        assert_eq!((elsewhere == path, mode(&elsewhere)), (false, 0o700));
        drop(other);
        assert!(!elsewhere.exists() && path.join("definitions/domain-0.xml").exists());
        fs::create_dir_all(path.join("etc/qemu")).unwrap();
        fs::write(path.join("etc/qemu/a.xml"), "secret").unwrap();
        drop(workshop);
        assert!(!path.join("definitions/domain-0.xml").exists() && !path.join("etc/qemu").exists());
        assert_eq!(Workshop::open(Some(cache.path())).unwrap().path, path);
    }

    /// As root, somebody's link would lead to the definitions of the host.
    #[test]
    fn a_workshop_follows_no_links_and_shares_no_directory() {
        let (cache, victim) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(victim.path().join("qemu")).unwrap();
        fs::write(victim.path().join("qemu/a.xml"), "mine").unwrap();
        let path = cache.path().join("lab2nix/libvirt");
        fs::create_dir_all(&path).unwrap();
        symlink(victim.path(), path.join("etc")).unwrap();
        drop(Workshop::open(Some(cache.path())).unwrap());
        assert_eq!(fs::read_to_string(victim.path().join("qemu/a.xml")).unwrap(), "mine");
        assert!(!victim.path().join("qemu.conf").exists());
        fs::remove_file(path.join("etc")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        let open = Workshop::open(Some(cache.path())).unwrap();
        assert!(!open.path.starts_with(cache.path()));
    }

    #[test]
    fn a_path_is_part_of_a_uri() {
        assert_eq!(in_uri(Path::new("/a b/%&#?/é-_.~")), "/a%20b/%25%26%23%3F/%C3%A9-_.~");
    }
}
