//! `save`, `restore`, `saves` and `forget`: one point in time of a whole lab.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use uuid::Uuid;

use super::operate::{Specs, confirmed, is_answered, no_domain};
use super::{ATTENTION, FAILURE, Failure, insist, print, say, talk};
use crate::activation::world::Object;
use crate::cli::Cli;
use crate::cli::operate::LabArguments;
use crate::cli::save::{ForgetArguments, RestoreArguments, SaveArguments, SavesArguments, SavesFormat};
use crate::inventory::choice::Choice;
use crate::operate::save::apply::Doer;
use crate::operate::save::choice::{self, Chosen};
use crate::operate::save::obstacle::{Obstacle, obstacles, takes_memory};
use crate::operate::save::steps::{Domain, Saving};
use crate::operate::save::{self, Save, look, restore, view};
use crate::problem::{did_you_mean, quoted_list};
use crate::report;
use crate::virsh::hand::Hand;
use crate::virsh::{Virsh, state};
use crate::visible::{self, counted};

/// Whether somebody has interrupted us.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// What libvirt has.
struct There {
    virsh: Virsh,
    objects: Vec<Object>,
    saves: Vec<Save>,
}

impl There {
    fn new(specs: &Specs, lab: &LabArguments) -> Result<Self, Failure> {
        let (labs, virsh) = (specs.labs()?, specs.virsh(lab)?);
        let objects = state::read_objects(&virsh)?;
        let names: Vec<&str> = labs.iter().map(|lab| lab.name.as_str()).collect();
        let saves = save::saves(&objects, &names);
        Ok(Self { virsh, objects, saves })
    }

    fn hand(&self) -> Result<Hand, Failure> {
        Ok(Hand::new(self.virsh.clone()).map_err(Failure::Workshop)?.for_saves())
    }

    /// The saves of a name, of which there has to be one.
    fn named(&self, name: &str) -> Result<Vec<&Save>, Failure> {
        let found: Vec<&Save> = self.saves.iter().filter(|save| save.name == name).collect();
        if found.is_empty() {
            let help = did_you_mean(name, save::names(&self.saves));
            return Err(Failure::UnknownSave { name: name.to_owned(), help });
        }
        Ok(found)
    }
}

/// The domains that are meant. A misspelt name is reported before libvirt is asked.
fn choose(specs: &Specs, only: &[String]) -> Result<Vec<Chosen>, Failure> {
    choice::choose(&specs.labs()?, &Choice::parse(only)?).map_err(no_domain)
}

pub(super) fn save(cli: &Cli, arguments: &SaveArguments) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.lab.specs)? else { return Ok(ATTENTION) };
    let chosen = choose(&specs, &arguments.only)?;
    let there = There::new(&specs, &arguments.lab)?;
    let name = &arguments.name;
    if chosen.is_empty() {
        return Err(Failure::NothingToSave);
    }
    let sight = look::look(&there.virsh, &there.objects, &chosen, None)?;
    let pools = look::pools(&there.virsh, &there.objects)?;
    let are_filled = pools.iter().filter(|pool| sight.domains.iter().any(|domain| takes_memory(pool, domain)));
    let hand = Hand::new(there.virsh.clone()).map_err(Failure::Workshop)?;
    for pool in are_filled {
        // What libvirt does not count again, it has counted before.
        let _ = hand.refresh_pool(pool.uuid);
    }
    let (hand, pools) = (hand.for_saves(), look::pools(&there.virsh, &there.objects)?);
    let sight = look::look(&there.virsh, &there.objects, &chosen, None)?;
    let found = obstacles(name, &sight, &there.saves, &pools);
    if !found.is_empty() {
        return Ok(refuse(cli, &found, &format!("`{name}` is not saved")));
    }
    let taken = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let steps = Saving::new(&sight.domains, Uuid::new_v4(), taken);
    let saved = with_doer(cli, &hand, |doer| doer.save(name, &arguments.description, &steps))?;
    tell(cli, &saved.left);
    if saved.failures.is_empty() {
        let (count, running) = (steps.snapshots.len(), steps.running.len());
        talk(cli, &format!("saved `{name}`: {}, {running} of them running\n", counted(count, "domain")));
        return Ok(if saved.left.is_empty() { 0 } else { FAILURE });
    }
    let rest = if saved.left.is_empty() {
        "nothing of it is left, and the domains run on"
    } else {
        "everything else is undone"
    };
    failed(cli, &format!("`{name}` is not saved; {rest}"), &saved.failures);
    Ok(FAILURE)
}

pub(super) fn restore(cli: &Cli, arguments: &RestoreArguments) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.lab.specs)? else { return Ok(ATTENTION) };
    let mut chosen = choose(&specs, &arguments.only)?;
    let there = There::new(&specs, &arguments.lab)?;
    let name = &arguments.name;
    let of_name = there.named(name)?;
    let is_part = !arguments.only.is_empty();
    let Some(save) = one_of(&of_name, &there.objects, &chosen, is_part) else {
        return Err(Failure::SeveralSaves { name: name.clone(), count: of_name.len() });
    };
    if !is_part {
        add_parts(&mut chosen, save);
    }
    let sight = look::look(&there.virsh, &there.objects, &chosen, Some(save))?;
    let steps = match restore::steps(name, save, &sight, is_part) {
        Ok(steps) => steps,
        Err(found) => return Ok(refuse(cli, &found, &format!("`{name}` is not restored"))),
    };
    let names = || steps.iter().map(|step| step.domain.name.as_str());
    if !arguments.force {
        let lost = format!("the current state of {} is lost: {}", counted(steps.len(), "domain"), quoted_list(names()));
        if !is_answered() {
            return Err(Failure::Unasked { name: name.clone(), lost });
        }
        if !confirmed(&format!("{lost}\nrestore `{name}`?")) {
            insist(cli, "nothing was restored\n");
            return Ok(ATTENTION);
        }
    }
    let hand = there.hand()?;
    let restored = with_doer(cli, &hand, |doer| doer.restore(name, &steps))?;
    tell(cli, &restored.left);
    if restored.failed.is_empty() && restored.untouched.is_empty() {
        talk(cli, &format!("restored `{name}`: {}\n", counted(steps.len(), "domain")));
        return Ok(if restored.left.is_empty() { 0 } else { FAILURE });
    }
    let list = |names: &[String]| quoted_list(names.iter().map(String::as_str));
    let mut causes: Vec<String> =
        restored.failed.iter().map(|(domain, why)| format!("domain `{domain}`: {why}")).collect();
    if causes.is_empty() {
        causes.push("it was interrupted".to_owned());
    }
    for (what, names) in [("restored", &restored.back), ("unchanged", &restored.untouched)] {
        if !names.is_empty() {
            insist(cli, &format!("{what}: {}\n", list(names)));
        }
    }
    let next = format!("when that is fixed, run `lab2nix restore {name}` again for all");
    failed(cli, &format!("`{name}` is only partly restored; {next}"), &causes);
    Ok(FAILURE)
}

/// The save that is meant, of those with one name: the only one, or the only one that those who are meant have.
fn one_of<'s>(saves: &[&'s Save], objects: &[Object], chosen: &[Chosen], is_part: bool) -> Option<&'s Save> {
    let is_chosen = |uuid: Uuid| {
        let name = objects.iter().find(|object| object.uuid() == uuid).map(Object::name);
        chosen.iter().any(|chosen| chosen.uuid.map_or_else(|| Some(chosen.name.as_str()) == name, |own| own == uuid))
    };
    match saves {
        [one] => Some(one),
        several => {
            let mut meant = several.iter().filter(|save| is_part && save.parts.iter().any(|part| is_chosen(part.uuid)));
            meant.next().filter(|_| meant.next().is_none()).copied()
        }
    }
}

/// Adds those that have a part of the save and are not meant otherwise: imported ones, for example.
fn add_parts(chosen: &mut Vec<Chosen>, save: &Save) {
    for part in &save.parts {
        let is_it = |chosen: &Chosen| chosen.uuid.map_or(chosen.name == part.name, |uuid| uuid == part.uuid);
        if !chosen.iter().any(is_it) {
            let (lab, name, uuid) = (part.lab.clone(), part.name.clone(), Some(part.uuid));
            chosen.push(Chosen { lab, name, uuid, machine: uuid });
        }
    }
}

pub(super) fn saves(cli: &Cli, arguments: &SavesArguments) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.lab.specs)? else { return Ok(ATTENTION) };
    let there = There::new(&specs, &arguments.lab)?;
    match arguments.format {
        SavesFormat::Json => print(&view::json(&there.saves))?,
        SavesFormat::Table if there.saves.is_empty() => {
            talk(cli, "there are no saves; `lab2nix save NAME` creates one\n");
        }
        SavesFormat::Table => {
            print(&view::table(&there.saves))?;
            for save in there.saves.iter().filter(|save| !save.is_whole()) {
                let name = visible::shell(&save.name);
                talk(
                    cli,
                    &format!("`{}` is incomplete; `lab2nix forget {name}` deletes the existing parts\n", save.name),
                );
            }
        }
    }
    Ok(0)
}

pub(super) fn forget(cli: &Cli, arguments: &ForgetArguments) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.lab.specs)? else { return Ok(ATTENTION) };
    let there = There::new(&specs, &arguments.lab)?;
    let name = &arguments.name;
    let parts = there.named(name)?.into_iter().flat_map(|save| &save.parts);
    let mut of: Vec<Domain> = parts.map(|part| Domain { uuid: part.uuid, name: part.name.clone() }).collect();
    if !arguments.only.is_empty() {
        // Some may have been in the spec once.
        let only = Choice::parse(&arguments.only)?;
        only.is_among(of.iter().map(|domain| (domain.name.as_str(), &[][..])))?;
        of.retain(|domain| only.has(&domain.name, &[]));
    }
    let hand = there.hand()?;
    let kept = with_doer(cli, &hand, |doer| doer.forget(name, &of))?;
    if kept.is_empty() {
        talk(cli, &format!("forgot `{name}`: {}\n", counted(of.len(), "domain")));
        return Ok(0);
    }
    failed(cli, &format!("`{name}` is only partly deleted; `lab2nix forget {name}` tries again"), &kept);
    Ok(FAILURE)
}

/// Does something that an interruption stops between two steps, and tells the steps: on a terminal with the time that has passed.
fn with_doer<T>(cli: &Cli, hand: &Hand, work: impl FnOnce(&Doer<'_>) -> T) -> Result<T, Failure> {
    ctrlc::set_handler(|| {
        if !INTERRUPTED.swap(true, Ordering::SeqCst) {
            say("interrupted: waiting for the steps that have begun\n");
        }
    })
    .map_err(Failure::Signals)?;
    let began = Instant::now();
    let is_watched = io::stderr().is_terminal();
    let doer = Doer {
        hand,
        is_interrupted: &|| INTERRUPTED.load(Ordering::SeqCst),
        say: &|line| {
            let time = if is_watched { format!(" ({:.1} s)", began.elapsed().as_secs_f64()) } else { String::new() };
            talk(cli, &format!("{line}{time}\n"));
        },
    };
    Ok(work(&doer))
}

/// Tells all that is in the way.
fn refuse(cli: &Cli, found: &[Obstacle], what: &str) -> u8 {
    for obstacle in found {
        let of = obstacle.of.as_ref().map(|domain| format!("domain `{domain}`: ")).unwrap_or_default();
        insist(cli, &format!("{of}{}\n  next: {}\n", obstacle.what, obstacle.next));
    }
    let count = if found.len() == 1 { "1 obstacle".to_owned() } else { format!("{} obstacles", found.len()) };
    failed(cli, &format!("{what}: {count}, and nothing was changed"), &[]);
    ATTENTION
}

fn tell(cli: &Cli, lines: &[String]) {
    for line in lines {
        talk(cli, &format!("{line}\n"));
    }
}

fn failed(cli: &Cli, message: &str, causes: &[String]) {
    say(&report::failure(message, causes, cli.message_format));
}
