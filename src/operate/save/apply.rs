//! Takes the steps of a save, a restore, or of forgetting, and undoes a save that cannot be whole.

use std::sync::atomic::{AtomicBool, Ordering};

use uuid::Uuid;

use super::steps::{Domain, Return, Saving};
use crate::activation::snapshot::{Snapshot, Was};
use crate::parallel;
use crate::virsh::hand::Hand;
use crate::virsh::{Answer, Query, state};
use crate::visible::{counted, shell};

/// How many domains write or read their memory at a time: more of them wait for one disk.
const AT_ONCE: usize = 4;

/// The means to do it: the libvirt, whether the user has interrupted it, and where to report.
pub struct Doer<'d> {
    /// The libvirt.
    pub hand: &'d Hand,
    /// Whether to stop before the next step.
    pub is_interrupted: &'d (dyn Fn() -> bool + Sync),
    /// Where to report each finished step.
    pub say: &'d (dyn Fn(&str) + Sync),
}

/// What became of a save.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Why it was not made. Nothing of it is left then, unless `left` says so.
    pub failures: Vec<String>,
    /// What could not be undone, each with what to do.
    pub left: Vec<String>,
}

/// What became of a restore.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// The domains that are back at the save.
    pub back: Vec<String>,
    /// Those that are not, with the reason and what they do now.
    pub failed: Vec<(String, String)>,
    /// Those that are as they were, as nothing was begun with them any more.
    pub untouched: Vec<String>,
    /// What is back and does not go on, each with what to do.
    pub left: Vec<String>,
}

impl Doer<'_> {
    /// Takes the steps of a save: it is whole in the end, or nothing is left of it.
    #[must_use]
    pub fn save(&self, name: &str, description: &str, steps: &Saving) -> Saved {
        let mut saved = Saved::default();
        if (self.is_interrupted)() {
            saved.failures.push(INTERRUPTED.to_owned());
            return saved;
        }
        let running = uuids(&steps.running);
        let suspended = self.hand.suspend_all(&running);
        saved.failures.extend(complaints("suspending", &steps.running, &suspended));
        let mut begun = Vec::new();
        if saved.failures.is_empty() {
            if !running.is_empty() {
                (self.say)(&format!("{} suspended", counted(running.len(), "domain")));
            }
            begun = self.make(name, description, steps, &mut saved);
        }
        self.go_on(&steps.running, &suspended, &mut saved);
        if !saved.failures.is_empty() {
            self.undo(name, &begun, &mut saved);
        }
        saved
    }

    /// Makes the snapshots, and returns those that were begun: with the first failure, or when we are interrupted, no more are.
    fn make<'s>(&self, name: &str, description: &str, steps: &'s Saving, saved: &mut Saved) -> Vec<(&'s Domain, Uuid)> {
        let has_failed = AtomicBool::new(false);
        let may_begin = || !has_failed.load(Ordering::SeqCst) && !(self.is_interrupted)();
        let made = parallel::some(&steps.snapshots, AT_ONCE, may_begin, |(domain, mark)| {
            let made = self.hand.create_snapshot(domain.uuid, name, &mark.description(description));
            match &made {
                Ok(()) => (self.say)(&format!("snapshot of domain `{}` created", domain.name)),
                Err(_) => has_failed.store(true, Ordering::SeqCst),
            }
            made
        });
        let mut begun = Vec::new();
        for ((domain, mark), made) in steps.snapshots.iter().zip(&made) {
            let Some(made) = made else { continue };
            begun.push((domain, mark.id));
            if let Err(why) = made {
                saved.failures.push(format!("the snapshot of domain `{}`: {why}", domain.name));
            }
        }
        // Who interrupts does not want it, also where all of it has been made meanwhile.
        if saved.failures.is_empty() && (begun.len() < steps.snapshots.len() || (self.is_interrupted)()) {
            saved.failures.push(INTERRUPTED.to_owned());
        }
        begun
    }

    /// Lets go on what was suspended.
    fn go_on(&self, running: &[Domain], suspended: &[Answer], saved: &mut Saved) {
        let mut waiting: Vec<Domain> = Vec::new();
        for (domain, answer) in running.iter().zip(suspended) {
            // What has not been answered may have been done, and what is in an unknown state too.
            if answer.is_ok() || self.state(domain.uuid).is_none_or(|state| state == "paused") {
                waiting.push(domain.clone());
            }
        }
        let left = self.resume(&waiting);
        if left.is_empty() && !waiting.is_empty() {
            (self.say)(&format!("{} resumed", counted(waiting.len(), "domain")));
        }
        saved.left.extend(left);
    }

    /// Resumes domains, and returns what is left of those that cannot be.
    fn resume(&self, waiting: &[Domain]) -> Vec<String> {
        if waiting.is_empty() {
            return Vec::new();
        }
        let resumed = self.hand.resume_all(&uuids(waiting));
        let refused = waiting.iter().zip(resumed).filter_map(|(domain, answer)| Some((domain, answer.err()?)));
        let left = |(domain, why): (&Domain, String)| match self.state(domain.uuid).as_deref() {
            // It goes on already, or there is nothing any more that could.
            Some("running" | "idle" | "shut off") => None,
            state => {
                let state = state.unwrap_or("in an unknown state");
                let name = &domain.name;
                let virsh = format!("virsh --connect {} resume {}", shell(self.hand.looks().connection()), shell(name));
                Some(format!("domain `{name}` does not resume and is {state}: {why}; run `{virsh}`"))
            }
        };
        refused.filter_map(left).collect()
    }

    /// Deletes what there is of a save that is not to be.
    fn undo(&self, name: &str, begun: &[(&Domain, Uuid)], saved: &mut Saved) {
        for (domain, id) in begun {
            let left = |why: &str| {
                format!(
                    "domain `{}` may still have the snapshot `{name}`: {why}; run `lab2nix forget {name}`",
                    domain.name
                )
            };
            let told = self.hand.looks().ask(&[Query::Snapshot(domain.uuid, name.to_owned())]);
            let told = told.map_err(|why| why.to_string());
            let told =
                told.and_then(|answers| answers.into_iter().next().unwrap_or_else(|| Err("no answer".to_owned())));
            match told.as_deref().map(Snapshot::read) {
                Ok(Ok(snapshot)) if snapshot.mark.as_ref().is_some_and(|mark| mark.id == *id) => {}
                // Somebody else's, or none.
                Ok(Ok(_)) => continue,
                Err(why) if state::is_gone(why) => continue,
                Err(why) => {
                    saved.left.push(left(why));
                    continue;
                }
                Ok(Err(why)) => {
                    saved.left.push(left(&why.to_string()));
                    continue;
                }
            }
            match self.hand.delete_snapshot(domain.uuid, name) {
                Ok(()) => (self.say)(&format!("snapshot of domain `{}` deleted again", domain.name)),
                Err(why) => saved.left.push(left(&why.to_string())),
            }
        }
    }

    /// Takes the steps of a restore: all go back suspended, and then go on together.
    #[must_use]
    pub fn restore(&self, name: &str, steps: &[Return]) -> Restored {
        let has_failed = AtomicBool::new(false);
        let may_begin = || !has_failed.load(Ordering::SeqCst) && !(self.is_interrupted)();
        let reverted = parallel::some(steps, AT_ONCE, may_begin, |Return { domain, state }| {
            let reverted = self.hand.revert(domain.uuid, name, *state != Was::Off);
            match &reverted {
                Ok(()) => (self.say)(&format!("domain `{}` restored", domain.name)),
                Err(_) => has_failed.store(true, Ordering::SeqCst),
            }
            reverted
        });
        let mut restored = Restored::default();
        let mut waiting = Vec::new();
        for (Return { domain, state }, reverted) in steps.iter().zip(reverted) {
            match reverted {
                None => restored.untouched.push(domain.name.clone()),
                Some(Ok(())) => {
                    restored.back.push(domain.name.clone());
                    if *state == Was::Running {
                        waiting.push(domain.clone());
                    }
                }
                Some(Err(why)) => {
                    let state = self.state(domain.uuid).unwrap_or_else(|| "in an unknown state".to_owned());
                    restored.failed.push((domain.name.clone(), format!("{why}; it is {state} now")));
                }
            }
        }
        restored.left = self.resume(&waiting);
        if restored.left.is_empty() && !waiting.is_empty() {
            (self.say)(&format!("{} resumed", counted(waiting.len(), "domain")));
        }
        restored
    }

    /// Deletes a snapshot of each domain, whatever becomes of those of the others. Returns why some are still there.
    #[must_use]
    pub fn forget(&self, name: &str, of: &[Domain]) -> Vec<String> {
        let may_begin = || !(self.is_interrupted)();
        let deleted = parallel::some(of, AT_ONCE, may_begin, |domain| {
            let deleted = self.hand.delete_snapshot(domain.uuid, name);
            if deleted.is_ok() {
                (self.say)(&format!("snapshot of domain `{}` deleted", domain.name));
            }
            deleted
        });
        let kept = of.iter().zip(deleted).filter_map(|(domain, deleted)| match deleted {
            Some(Ok(())) => None,
            Some(Err(why)) => Some(format!("the snapshot of domain `{}`: {why}", domain.name)),
            None => Some(format!("the snapshot of domain `{}`: {INTERRUPTED}", domain.name)),
        });
        kept.collect()
    }

    /// What a domain does, in libvirt's words.
    fn state(&self, domain: Uuid) -> Option<String> {
        let answers = self.hand.looks().ask(&[Query::State(domain)]).ok()?;
        Some(answers.into_iter().next()?.ok()?.trim().to_owned())
    }
}

/// What is said where we have stopped because somebody said so.
const INTERRUPTED: &str = "it was interrupted";

fn uuids(domains: &[Domain]) -> Vec<Uuid> {
    domains.iter().map(|domain| domain.uuid).collect()
}

/// What libvirt complains of, domain by domain.
fn complaints<'c>(doing: &'c str, of: &'c [Domain], answers: &'c [Answer]) -> impl Iterator<Item = String> + 'c {
    let complaint = move |(domain, answer): (&Domain, &Answer)| {
        let why = answer.as_ref().err()?;
        Some(format!("{doing} domain `{}`: {why}", domain.name))
    };
    of.iter().zip(answers).filter_map(complaint)
}
