//! Whether a save can be gone back to, by all that are meant.

use std::collections::BTreeMap;

use super::Save;
use super::look::{Sight, Standing};
use super::obstacle::{Obstacle, disks};
use super::steps::{Domain, Return};
use crate::activation::snapshot::Snapshot;
use crate::visible::shell;

/// Decides on the steps of a restore, or finds all that is in its way. `is_part` says that only some of the domains are meant.
///
/// # Errors
///
/// What is in its way.
pub fn steps(name: &str, save: &Save, sight: &Sight<'_>, is_part: bool) -> Result<Vec<Return>, Vec<Obstacle>> {
    let mut obstacles = Vec::new();
    if !is_part && !save.is_whole() {
        let has = save.parts.len();
        obstacles.push(Obstacle {
            of: None,
            what: format!("the save is incomplete: only {has} of {} domains have their part of it", save.domains),
            next: format!("delete it with `lab2nix forget {name}`, or restore the existing parts with `--only`"),
        });
    }
    for missing in &sight.missing {
        obstacles.push(Obstacle::undefined(missing));
    }
    for (variant, form) in &sight.variants {
        let what = format!("it runs with the disks of `{form}`, which has the save");
        obstacles.push(Obstacle::of(variant, what, format!("run `lab2nix down {}`", shell(variant))));
    }
    let mut steps = Vec::new();
    for standing in &sight.domains {
        let own = standing.object.name();
        let found = standing.object.snapshots.iter().find(|snapshot| snapshot.name == name);
        let Some(snapshot) = found else {
            obstacles.push(Obstacle::of(own, "it is not part of the save".to_owned(), instead(save)));
            continue;
        };
        let Some(mark) = snapshot.mark.as_ref().filter(|mark| mark.id == save.id) else {
            let whose = if snapshot.mark.is_some() { "another save" } else { "somebody else" };
            obstacles.push(Obstacle::of(own, format!("its snapshot `{name}` belongs to {whose}"), instead(save)));
            continue;
        };
        obstacles.extend(in_the_way(standing, snapshot));
        let domain = Domain { uuid: standing.uuid(), name: own.to_owned() };
        steps.push(Return { domain, state: mark.state });
    }
    if obstacles.is_empty() { Ok(steps) } else { Err(obstacles) }
}

/// The way for those that have it.
fn instead(save: &Save) -> String {
    let only: Vec<String> = save.parts.iter().map(|part| format!("--only {}", shell(&part.name))).collect();
    match only.len() {
        0..=6 => format!("`{}` restores the domains that have it", only.join(" ")),
        _ => "select the domains that have it with `--only`".to_owned(),
    }
}

/// What keeps a domain from going back to its part of a save.
fn in_the_way(standing: &Standing<'_>, snapshot: &Snapshot) -> Vec<Obstacle> {
    let name = standing.object.name();
    let mut found: Vec<Obstacle> = standing.busy.iter().map(|word| Obstacle::busy(name, word)).collect();
    if standing.object.is_saved {
        found.push(Obstacle::of(
            name,
            "its memory is saved by `virsh managedsave`, and would be resumed with disks of another state".to_owned(),
            format!("run `virsh managedsave-remove {}`", shell(name)),
        ));
    }
    let then: BTreeMap<String, String> =
        snapshot.disks.iter().map(|disk| (disk.target.clone(), disk.source.clone())).collect();
    let now: BTreeMap<String, String> = disks(&standing.object.definition)
        .into_iter()
        .filter(|disk| disk.is_written)
        .map(|disk| (disk.target, disk.source))
        .collect();
    let next = || {
        "give it the disks that it had (`virsh snapshot-dumpxml` shows them), or restore without it (`--only`)"
            .to_owned()
    };
    for (target, source) in &then {
        match now.get(target) {
            Some(same) if same == source => {}
            Some(other) => {
                found.push(Obstacle::of(name, format!("disk {target} was `{source}`, and is `{other}` now"), next()));
            }
            None => {
                found.push(Obstacle::of(name, format!("disk {target} was `{source}`, and has been removed"), next()));
            }
        }
    }
    for (target, source) in now.iter().filter(|(target, _)| !then.contains_key(*target)) {
        found.push(Obstacle::of(name, format!("disk {target}, `{source}`, was added after the save"), next()));
    }
    found
}
