//! What a save does to domains: it stops their time and lets it go on, and makes snapshots, goes back to them, and deletes them.

use std::fs;
use std::time::Duration;

use uuid::Uuid;

use super::hand::Hand;
use super::{Answer, Error, Virsh, quoted};
use crate::lab::identity::ObjectKind;
use crate::xml::escaped;

/// How long a snapshot may take, which writes or reads a domain's whole memory: what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(6 * 60 * 60);

impl Hand {
    /// The same, with the patience that a snapshot needs. A key that interrupts lab2nix on a terminal does not reach its `virsh`:
    /// what has begun comes to its end.
    #[must_use]
    pub fn for_saves(self) -> Self {
        let Self { virsh, directory } = self;
        Self { virsh: Virsh { patience: PATIENCE, is_apart: true, ..virsh }, directory }
    }

    /// Suspends domains, one directly after the other.
    #[must_use]
    pub fn suspend_all(&self, domains: &[Uuid]) -> Vec<Answer> {
        self.each("suspend", domains)
    }

    /// Lets suspended domains go on, one directly after the other.
    #[must_use]
    pub fn resume_all(&self, domains: &[Uuid]) -> Vec<Answer> {
        self.each("resume", domains)
    }

    /// Lets a suspended domain go on.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn go_on(&self, domain: Uuid) -> Result<(), Error> {
        let answer = self.resume_all(&[domain]).pop();
        answer.unwrap_or_else(|| Ok(String::new())).map(drop).map_err(Error::Denied)
    }

    /// One `virsh` for all, so that there is hardly any time between them.
    fn each(&self, verb: &str, domains: &[Uuid]) -> Vec<Answer> {
        let commands: Vec<String> = domains.iter().map(|domain| format!("{verb} {domain}")).collect();
        match self.virsh.batches(&[], &commands) {
            Ok(answers) => answers,
            Err(why) => vec![Err(why.to_string()); domains.len()],
        }
    }

    /// Makes a snapshot of a domain inside of its disks, with its memory if it runs.
    ///
    /// # Errors
    ///
    /// What libvirt says; then there is none.
    pub fn create_snapshot(&self, domain: Uuid, name: &str, description: &str) -> Result<(), Error> {
        let file = self.directory.path().join(format!("{domain}.xml"));
        let (name, description) = (escaped(name), escaped(description));
        let definition = format!(
            "<domainsnapshot>\n  <name>{name}</name>\n  <description>{description}</description>\n</domainsnapshot>\n"
        );
        fs::write(&file, definition).map_err(Error::Run)?;
        self.command(
            ObjectKind::Domain,
            &format!("snapshot-create --domain {domain} --xmlfile {} --atomic", quoted(&file.display().to_string())),
        )
    }

    /// Makes a domain what it was when a snapshot of it was made. One that ran is suspended then.
    ///
    /// # Errors
    ///
    /// What libvirt says. The domain may be off then.
    pub fn revert(&self, domain: Uuid, name: &str, is_suspended: bool) -> Result<(), Error> {
        // The user has confirmed what is lost, so libvirt need not ask again.
        let state = if is_suspended { " --paused" } else { "" };
        self.command(
            ObjectKind::Domain,
            &format!("snapshot-revert --domain {domain} --snapshotname {}{state} --force", quoted(name)),
        )
    }

    /// Deletes a snapshot of a domain.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn delete_snapshot(&self, domain: Uuid, name: &str) -> Result<(), Error> {
        self.command(ObjectKind::Domain, &format!("snapshot-delete --domain {domain} --snapshotname {}", quoted(name)))
    }

    /// Lets libvirt look again how full a pool is.
    ///
    /// # Errors
    ///
    /// What libvirt says.
    pub fn refresh_pool(&self, pool: Uuid) -> Result<(), Error> {
        self.command(ObjectKind::Pool, &format!("refresh {pool}"))
    }

    /// The libvirt, to look at.
    #[must_use]
    pub fn looks(&self) -> &Virsh {
        &self.virsh
    }
}
