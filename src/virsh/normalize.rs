//! What libvirt makes of a definition: with its defaults, in its order, with the addresses that it gives to devices.
//!
//! Domains are read by libvirt's QEMU driver inside `virsh` (`qemu:///embed`), networks and pools by its test driver, so no
//! daemon is asked and no object of the host is touched.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{Error, Query, Virsh, quoted};
use crate::activation::definition::Definition;
use crate::activation::run::Normalize;
use crate::activation::settings::{Item, Settings};
use crate::lab::identity::ObjectKind;

/// What libvirt makes of definitions that have been asked for beforehand, all at once.
#[derive(Debug, Default)]
pub struct Normalized {
    by_text: HashMap<(ObjectKind, String), Result<Definition, String>>,
}

/// A directory for libvirt's embedded driver. It probes QEMU the first time, and remembers in it what it found.
#[derive(Debug)]
pub struct Workshop {
    path: PathBuf,
    /// Kept while it is ours.
    _lock: Option<File>,
    /// Removed with what it has, if it is for once only.
    _temporary: Option<tempfile::TempDir>,
}

impl Workshop {
    /// Takes a directory that is kept, or one for once if another run has it.
    ///
    /// # Errors
    ///
    /// When there is no place for one.
    pub fn open(cache: Option<&Path>) -> io::Result<Self> {
        let kept = cache.and_then(|cache| Self::kept(&cache.join("lab2nix/libvirt")).ok().flatten());
        let workshop = if let Some(workshop) = kept {
            workshop
        } else {
            let temporary = tempfile::Builder::new().prefix("lab2nix-").tempdir()?;
            Self { path: temporary.path().to_owned(), _lock: None, _temporary: Some(temporary) }
        };
        workshop.prepare()?;
        Ok(workshop)
    }

    fn kept(path: &Path) -> io::Result<Option<Self>> {
        fs::create_dir_all(path)?;
        let path = fs::canonicalize(path)?;
        let lock = File::create(path.join("lock"))?;
        Ok(lock.try_lock().is_ok().then_some(Self { path, _lock: Some(lock), _temporary: None }))
    }

    fn prepare(&self) -> io::Result<()> {
        // What an earlier run has left would be in the way of a domain with its name.
        for left in ["etc/qemu", "definitions"] {
            match fs::remove_dir_all(self.path.join(left)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        fs::create_dir_all(self.path.join("etc"))?;
        fs::create_dir_all(self.path.join("definitions"))?;
        fs::write(self.path.join("empty.xml"), "<node/>")?;
        // As another user than its own, root's QEMU may not have KVM, and would be probed at each definition.
        fs::write(self.path.join("etc/qemu.conf"), "user = \"+0\"\ngroup = \"+0\"\nremember_owner = 0\n")
    }
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
        let mut all: Vec<(ObjectKind, Definition)> = Vec::new();
        let mut known = BTreeSet::new();
        for (kind, items) in settings.into_iter().flat_map(Settings::kinds) {
            for Item { definition, .. } in items {
                let definition = definition.clone().as_handed_over();
                if known.insert((kind.name(), definition.text().to_owned())) {
                    all.push((kind, definition));
                }
            }
        }
        let mut normalized = Self::default();
        let embedded = format!("qemu:///embed?root={}", workshop.path.display());
        if all.iter().any(|(kind, definition)| *kind == ObjectKind::Domain && definition.facts.has_kvm) {
            kvm_is_ours()?;
        }
        if !virsh.is_local() {
            same_version(virsh, &virsh.for_connection(&embedded))?;
        }
        let test = format!("test://{}/empty.xml", workshop.path.display());
        // Different definitions of one object, as before and after a change, would be in each other's way.
        let mut rounds: Vec<Vec<(ObjectKind, &Definition)>> = Vec::new();
        for (kind, definition) in &all {
            let kind = *kind;
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
            workshop.prepare().map_err(Error::Run)?;
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
        let mut commands = Vec::with_capacity(2 * definitions.len());
        for (index, (kind, definition)) in definitions.iter().enumerate() {
            let file = workshop.path.join(format!("definitions/{}-{index}.xml", kind.name()));
            fs::write(&file, definition.text()).map_err(Error::Run)?;
            let file = quoted(&file.display().to_string());
            let uuid = definition.uuid;
            let [define, dump] = match kind {
                ObjectKind::Network => [format!("net-define {file}"), format!("net-dumpxml {uuid}")],
                ObjectKind::Pool => [format!("pool-define {file}"), format!("pool-dumpxml {uuid}")],
                ObjectKind::Domain => [format!("define {file}"), format!("dumpxml --inactive {uuid}")],
            };
            commands.extend([define, dump]);
        }
        let mut answers = virsh.batches(&[], &commands)?.into_iter();
        for (kind, definition) in definitions {
            let (Some(defined), Some(dumped)) = (answers.next(), answers.next()) else { break };
            let made = defined.and(dumped).and_then(|text| {
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

/// Fails where there is KVM, and it cannot be opened.
fn kvm_is_ours() -> Result<(), Error> {
    match File::options().read(true).write(true).open("/dev/kvm") {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(Error::Kvm(error)),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Fails where the libvirt far away, or its QEMU, is another one than here.
fn same_version(there: &Virsh, here: &Virsh) -> Result<(), Error> {
    let versions = |of: &Virsh| -> Result<String, Error> {
        let answer = of.ask(&[Query::Version])?.pop().unwrap_or_else(|| Ok(String::new())).map_err(Error::Strange)?;
        // Of virsh's own library, it says nothing that is of the other side.
        let lines =
            answer.lines().filter_map(|line| line.split_once(": ")).filter(|(what, _)| !what.contains("library"));
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
        // An imported domain is as libvirt has it.
        known.cloned().unwrap_or_else(|| Ok(definition.clone()))
    }
}
