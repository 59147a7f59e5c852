//! Plans of cases: what a spec does to a host on which another one runs.

use std::fs;
use std::path::Path;

use lab2nix::activation::definition::Definition;
use lab2nix::activation::run::AsWritten;
use lab2nix::activation::settings::Settings;
use lab2nix::activation::snapshot::{Mark, Snapshot, Was};
use lab2nix::activation::wanted;
use lab2nix::activation::world::World;
use lab2nix::gentle::manner::Manner;
use lab2nix::lab::identity::{Namespace, ObjectKind};
use lab2nix::plan::places::Specs;
use lab2nix::plan::view::View;
use lab2nix::plan::{Before, Certainty, Plan, plan};
use serde::Deserialize;
use uuid::Uuid;

use crate::support::Read;

/// How a host differs from one on which all of `old.json` runs: `host.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Host {
    /// What is off.
    off: Vec<String>,
    /// What no lab has listed so far.
    foreign: Vec<String>,
    /// The domains whose memory is saved; they are off.
    saved: Vec<String>,
    /// The domains that have a snapshot.
    snapshotted: Vec<String>,
    /// The saves of which domains have a part: the domain, the name and the lab.
    saves: Vec<(String, String, String)>,
    /// What was changed in definitions by hand: in which object, what, and what stands there now.
    by_hand: Vec<(String, String, String)>,
    /// The same in a running domain only.
    running: Vec<(String, String, String)>,
    /// Files that are there beside those of the lab.
    files: Vec<String>,
    /// Whether lab2nix has its part before and after NixVirt.
    gentle: bool,
}

impl Host {
    fn change(&self, world: &mut World) {
        for object in &mut world.objects {
            let name = object.name().to_owned();
            object.is_saved = self.saved.contains(&name);
            object.is_active &= !self.off.contains(&name) && !object.is_saved;
            let by_hand = self.snapshotted.iter().filter(|domain| **domain == name).map(|_| Snapshot::named("by-hand"));
            object.snapshots = by_hand.chain(self.saves_of(&name)).collect();
            replace(&name, &mut object.definition, &self.by_hand);
            if let Some(running) = &mut object.running {
                replace(&name, running, &self.running);
            }
        }
        world.files.there.extend(self.files.iter().cloned());
    }
}

impl Host {
    fn saves_of(&self, domain: &str) -> impl Iterator<Item = Snapshot> {
        self.saves.iter().filter(move |(of, ..)| of == domain).map(|(_, name, lab)| {
            let mark = Mark { lab: lab.clone(), id: Uuid::nil(), taken: 0, domains: 1, state: Was::Off };
            Snapshot { mark: Some(mark), ..Snapshot::named(name) }
        })
    }
}

fn replace(name: &str, definition: &mut Definition, changes: &[(String, String, String)]) {
    for (_, from, to) in changes.iter().filter(|(of, ..)| of == name) {
        assert!(definition.text().contains(from), "{from} is not in {}", definition.text());
        *definition = Definition::new(definition.text().replacen(from, to, 1)).expect("it is a definition");
    }
}

/// The plan of a case, and how it is told.
pub fn of_case(dir: &Path) -> (Plan, View) {
    let read = |name: &str| {
        let read = Read::file(&dir.join(name));
        assert!(read.checked.is_sound(), "{}", read.report());
        read
    };
    let (old, new) = (read("old.json"), read("new.json"));
    let host = fs::read_to_string(dir.join("host.json")).unwrap_or_else(|_| "{}".to_owned());
    let host: Host = serde_json::from_str(&host).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut applied = settings(&old);
    let mut world = World::as_if_it_ran(&applied);
    for kind in ObjectKind::ALL {
        applied.of_mut(kind).iter_mut().for_each(|items| {
            items.retain(|item| !host.foreign.contains(&item.definition.name));
        });
    }
    host.change(&mut world);
    let (lab, _) = new.checked.lab().expect("it is sound");
    let labs = [(Namespace::of_lab(&lab.name), "new.json".to_owned())];
    let before = Before { world: &world, applied: Some(&applied), certainty: Certainty::Exact, labs: &labs };
    let manner = host.gentle.then(|| Manner::default().of_labs([lab]));
    let plan = plan(&before, &settings(&new), &AsWritten, manner.as_ref());
    let view = View::new(&plan, "qemu:///system", &Specs::new([(&new.source, lab)]));
    (plan, view)
}

fn settings(read: &Read) -> Settings {
    let (lab, objects) = read.checked.lab().expect("it is sound");
    wanted::settings(&[(lab, objects)], None).expect("nothing is imported")
}
