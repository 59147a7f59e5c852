//! What happens to domains.

use super::disks::path_of;
use super::{Effects, Stop, keep_uuid, subject};
use crate::activation::outcome::{self, Deed};
use crate::activation::world::Object;
use crate::lab::identity::ObjectKind;
use crate::plan::consequence::Consequence;
use crate::plan::{Cause, Subject};

impl Effects<'_> {
    pub(super) fn domain(&mut self, domain: &Object) {
        let me = subject(domain.kind, domain.name());
        if domain.is_saved && self.was_done(domain, &Deed::Undefine) {
            self.add(Consequence::SavedMemoryDeleted, me.clone(), "its saved memory is deleted", Vec::new());
            self.instead(format!("first run `virsh start {0}` and shut it down in the guest", domain.name()));
        }
        match self.after(domain) {
            None => self.deleted(domain, me),
            Some(after) => {
                self.kept(domain, &me);
                self.disks(domain, after, &me);
                self.firmware(domain, after, me);
            }
        }
    }

    pub(super) fn deleted(&mut self, domain: &Object, me: Subject) {
        let stop = self.stop(domain);
        let twin = self.recreated(domain);
        let anew = match twin {
            Some(twin) if twin.is_active => ", and recreated with another UUID",
            Some(_) => ", and recreated with another UUID; the new one stays off",
            None if domain.definition.facts.disks.is_empty() => "",
            None if self.deletes_a_disk_of(domain) => "",
            None => "; its disks are kept",
        };
        if twin.is_some_and(|twin| twin.definition.facts.has_tpm) && domain.definition.facts.has_tpm {
            self.add(Consequence::TpmReset, me.clone(), "its TPM is reset", Vec::new());
            self.instead(keep_uuid(domain));
        }
        if let Some(twin) = twin {
            self.disks(domain, twin, &me);
            self.firmware(domain, twin, me.clone());
        }
        match stop {
            Some(Stop { cause, by_guest: true, .. }) => {
                let causes = self.of_deleted(domain, cause);
                self.add(Consequence::ShutDown, me, format!("shut down cleanly, deleted{anew}"), causes);
            }
            Some(Stop { cause, .. }) => {
                let causes = self.of_deleted(domain, cause);
                self.add(Consequence::CutOff, me, format!("forced off, deleted{anew}"), causes);
                self.instead(format!("run `virsh shutdown {}` first", domain.name()));
            }
            None => {
                let causes = self.unlisted(domain);
                self.add(Consequence::Deleted, me, format!("deleted{anew}"), causes);
            }
        }
        if let Some(kept) = self.kept_by(domain) {
            self.instead(kept);
        }
    }

    /// Why a domain is stopped that is deleted, and why it is deleted if that tells more.
    fn of_deleted(&self, domain: &Object, cause: &outcome::Cause) -> Vec<Cause> {
        let mut causes = self.causes(domain, cause);
        if *cause != outcome::Cause::Unlisted && self.successor(domain).is_some() {
            causes.extend(self.unlisted(domain));
        }
        causes
    }

    pub(super) fn deletes_a_disk_of(&self, domain: &Object) -> bool {
        let mut disks = domain.definition.facts.disks.iter();
        disks.any(|disk| self.is_deleted(&path_of(&disk.source, self.before.world)))
    }

    pub(super) fn is_deleted(&self, path: &str) -> bool {
        self.run.events.iter().any(|event| event.deed == Deed::DeleteVolume(path.to_owned()))
    }

    pub(super) fn kept(&mut self, domain: &Object, me: &Subject) {
        match self.stop(domain) {
            Some(Stop { cause, by_guest, runs_again: true }) => {
                let causes = self.causes(domain, cause);
                let (consequence, how) = if by_guest {
                    (Consequence::Restarted, "shut down cleanly")
                } else {
                    (Consequence::PowerCycled, "forced off")
                };
                let name = if *cause == outcome::Cause::Renamed { " under its new name" } else { "" };
                self.add(consequence, me.clone(), format!("{how}, and started again{name}"), causes);
                if by_guest {
                    return;
                }
                let shut_down = format!("run `virsh shutdown {}` first", domain.name());
                self.instead(match cause {
                    outcome::Cause::Network(_) | outcome::Cause::Restart | outcome::Cause::Renamed => shut_down,
                    outcome::Cause::Changed | outcome::Cause::Unlisted | outcome::Cause::Inactive => {
                        format!("{shut_down}, or set `onChange` to `next-start` in its entry")
                    }
                });
            }
            Some(Stop { cause, by_guest: true, runs_again: false }) => {
                let causes = self.causes(domain, cause);
                self.add(Consequence::ShutDown, me.clone(), "shut down cleanly, and stays off", causes);
            }
            Some(Stop { cause, by_guest: false, runs_again: false }) => {
                let causes = self.causes(domain, cause);
                self.add(Consequence::CutOff, me.clone(), "forced off, and stays off", causes);
                self.instead(format!("run `virsh shutdown {}` first", domain.name()));
            }
            None => {
                self.later(domain);
                if domain.is_active {
                    self.without_network(domain, me);
                }
            }
        }
        if domain.is_saved && self.is_changed(domain) && !self.was_done(domain, &Deed::Undefine) {
            let what = "its saved memory is resumed with its old definition";
            self.add(Consequence::NoEffect, me.clone(), what, Vec::new());
        }
    }

    /// A domain whose running interface is on a network that stops, and that is not stopped with it.
    pub(super) fn without_network(&mut self, domain: &Object, me: &Subject) {
        let Some(running) = &domain.running else { return };
        let stopped = self.before.world.objects.iter().filter(|object| object.kind == ObjectKind::Network);
        let stopped = stopped.filter(|network| running.is_on(&network.definition));
        let stopped: Vec<&Object> =
            stopped.filter(|network| network.is_active && self.stop(network).is_some()).collect();
        for network in stopped {
            let of = Some((ObjectKind::Network, network.uuid(), Vec::new()));
            let cause = Cause { text: format!("network `{}` stops, which it uses", network.name()), of };
            let what = "keeps running without its network until it is shut down and started";
            self.add(Consequence::WithoutNetwork, me.clone(), what, vec![cause]);
        }
    }

    pub(super) fn firmware(&mut self, domain: &Object, after: &Object, me: Subject) {
        let (old, new) = (&domain.definition.facts, &after.definition.facts);
        if old.has_uefi != new.has_uefi && !old.disks.is_empty() {
            let [from, to] = if old.has_uefi { ["UEFI", "BIOS"] } else { ["BIOS", "UEFI"] };
            let what = format!("{to} instead of {from}: the system on its disks may not boot");
            let of = Some((after.kind, after.uuid(), Vec::new()));
            return self.add(
                Consequence::FirmwareChanged,
                me,
                what,
                vec![Cause { text: "its firmware changes".to_owned(), of }],
            );
        }
        if let (Some(before), Some(now)) = (&old.nvram, &new.nvram)
            && before != now
            && self.before.world.files.has(now) != Some(true)
        {
            let what =
                format!("its firmware variables are reset, in {now}; boot entries and keys in {before} are not used");
            self.add(Consequence::FirmwareReset, me, what, Vec::new());
            self.instead(format!("copy {before} to {now} while the domain is off"));
        }
    }
}
