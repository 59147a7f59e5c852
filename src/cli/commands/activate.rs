//! `activate`: what the host's service does before and after NixVirt.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::plan::{labs_of, read_manner, read_settings};
use super::{ATTENTION, Failure, say};
use crate::activation::settings::Settings;
use crate::activation::world::World;
use crate::cli::{ActivateArguments, When};
use crate::gentle::apply::{apply, put};
use crate::gentle::foresight::stopped;
use crate::gentle::manner::Manner;
use crate::gentle::steps;
use crate::lab::identity::ObjectKind;
use crate::plan::consequence::{self, Consequence, Harm};
use crate::plan::{self, ACCEPT, Before, Certainty, Effect, Plan};
use crate::spec::lifecycle::OnChange;
use crate::virsh::hand::Hand;
use crate::virsh::normalize::{Normalized, Workshop};
use crate::virsh::ports::Loose;
use crate::virsh::{Virsh, ports, state};
use crate::visible;

pub(super) fn activate(arguments: &ActivateArguments) -> Result<u8, Failure> {
    let virsh = Virsh::new(&arguments.connect);
    match arguments.when {
        When::Before => before(arguments, &virsh),
        When::After => after(arguments, &virsh),
    }
}

/// What an activation will meet.
struct Outlook {
    world: World,
    settings: Settings,
    plan: Plan,
}

/// Looks at what comes: with lab2nix's part before and after NixVirt, in the manner that is given, or with NixVirt alone.
fn look(arguments: &ActivateArguments, virsh: &Virsh, manner: Option<&Manner>) -> Result<Outlook, Failure> {
    let mut world = state::read(virsh)?;
    let settings = read_settings(&arguments.settings, &arguments.connect, &world)?;
    state::look_around(&mut world, &settings);
    let workshop = Workshop::open(Some(&arguments.state)).map_err(Failure::Workshop)?;
    let libvirt = Normalized::of([&settings], virsh, &workshop)?;
    let labs = manner.map(labs_of).unwrap_or_default();
    let before = Before { world: &world, applied: None, certainty: Certainty::Exact, labs: &labs };
    let plan = plan::plan(&before, &settings, &libvirt, manner);
    Ok(Outlook { world, settings, plan })
}

fn before(arguments: &ActivateArguments, virsh: &Virsh) -> Result<u8, Failure> {
    let manner = match &arguments.activation {
        Some(path) => read_manner(path, &arguments.connect)?.unwrap_or_default(),
        None => Manner::default(),
    };
    let Outlook { world, settings, plan } = look(arguments, virsh, Some(&manner))?;
    let is_accepted = |effect: &&Effect| arguments.accept.iter().any(|accepted| accepted.has(effect.consequence));
    let refused: Vec<&Effect> = plan.refused().filter(|effect| !is_accepted(effect)).collect();
    if !refused.is_empty() {
        tell(&refused);
        // A host that boots into it has what it had.
        let hand = Hand::new(virsh.clone()).map_err(Failure::Workshop)?;
        keep_up(&world, &settings, &hand, &ObjectKind::ALL);
        let names = consequence::names(refused.iter().map(|effect| effect.consequence));
        talk(&format!(
            "lab2nix: Nothing in the labs was changed. To accept this once, run: echo {} | sudo tee {ACCEPT}\n",
            names.join(",")
        ));
        return Ok(ATTENTION);
    }
    // What comes half-way without harm may run, and says why it will not come further.
    tell(&plan.effects.iter().filter(|effect| effect.consequence.harm() == Harm::HalfWay).collect::<Vec<_>>());
    // What an earlier attempt has stopped ran, too.
    let ran = Ran { path: arguments.state.join("ran.json") };
    ran.write(&ran.read()?.union(&stopped(&world, &plan.run)).copied().collect())?;
    let hand = Hand::new(virsh.clone()).map_err(Failure::Workshop)?;
    if let Err(failure) = apply(&plan.steps, &hand, &manner, |line| talk(&format!("lab2nix: {line}\n"))) {
        // Who has shut down for nothing runs again. Should that fail, too, the next attempt tries it again.
        let _ = after(arguments, virsh);
        return Err(Failure::Gentle { failure });
    }

    // Nobody is cut off whom nobody has seen coming.
    let left = look(arguments, virsh, None)?.plan;
    let may_be_cut = |name: &str| {
        let there = world.named(ObjectKind::Domain, name);
        there.is_some_and(|domain| manner.on_change(domain.uuid()) == OnChange::PowerOff)
    };
    let is_foreseen = |effect: &&Effect| match effect.consequence {
        Consequence::CutOff | Consequence::PowerCycled => may_be_cut(&effect.object.name),
        Consequence::WithoutNetwork => false,
        _ => true,
    };
    let left: Vec<&Effect> = left.effects.iter().filter(|effect| !is_foreseen(effect)).collect();
    if left.is_empty() {
        return Ok(0);
    }
    tell(&left);
    talk("lab2nix: NixVirt has not run, because this would still happen.\n");
    after(arguments, virsh)?;
    Ok(ATTENTION)
}

/// Tells the host's journal something.
fn talk(text: &str) {
    say(&visible::lines(text));
}

fn tell(effects: &[&Effect]) {
    for effect in effects {
        let object = format!("{} {}", effect.object.kind, effect.object.name);
        talk(&format!("lab2nix: {}: {}: {}\n", effect.consequence.name(), object.trim_end(), effect.what));
        for cause in &effect.causes {
            talk(&format!("lab2nix:   because {}\n", cause.text));
        }
        if let Some(instead) = &effect.instead {
            talk(&format!("lab2nix:   instead {instead}\n"));
        }
    }
}

/// Starts what shall be active, as it is defined: what nobody would start any more now. Returns whether anything was.
fn keep_up(world: &World, settings: &Settings, hand: &Hand, kinds: &[ObjectKind]) -> bool {
    let mut has_started = false;
    for (kind, items) in settings.kinds().filter(|(kind, _)| kinds.contains(kind)) {
        for item in items.iter().filter(|item| item.active == Some(true)) {
            let Some(there) = world.object(kind, item.definition.uuid).filter(|there| !there.is_active) else {
                continue;
            };
            let (kind_name, name) = (kind.name(), there.name());
            match hand.start(kind, there.uuid()) {
                Ok(()) => {
                    has_started = true;
                    talk(&format!("lab2nix: {kind_name} `{name}` was off, and was started again unchanged\n"));
                }
                Err(why) => talk(&format!("lab2nix: {kind_name} `{name}` is off, and does not start: {why}\n")),
            }
        }
    }
    has_started
}

/// What runs at the end of an activation, however it has ended: the networks and pools that shall, with running domains on them, and
/// the domains that ran before.
fn after(arguments: &ActivateArguments, virsh: &Virsh) -> Result<u8, Failure> {
    let ran = Ran { path: arguments.state.join("ran.json") };
    let mut world = state::read(virsh)?;
    let settings = read_settings(&arguments.settings, &arguments.connect, &world)?;
    let hand = Hand::new(virsh.clone()).map_err(Failure::Workshop)?;
    if keep_up(&world, &settings, &hand, &[ObjectKind::Network, ObjectKind::Pool]) {
        world = state::read(virsh)?;
    }
    let mut code = 0;
    for Loose { tap, bridge, network } in ports::loose(&world) {
        match put([&tap], bridge, &hand) {
            Ok(_) => talk(&format!("lab2nix: `{}` was reconnected to network `{network}`\n", tap.device)),
            Err(why) => {
                talk(&format!("lab2nix: `{}` could not be reconnected to network `{network}`: {why}\n", tap.device));
                code = ATTENTION;
            }
        }
    }
    for domain in steps::after(&ran.read()?, &settings) {
        let there = world.object(ObjectKind::Domain, domain.uuid);
        if there.is_none_or(|there| there.is_active) {
            continue;
        }
        match hand.start(ObjectKind::Domain, domain.uuid) {
            Ok(()) => talk(&format!("lab2nix: domain `{}` was started again\n", domain.name)),
            Err(why) => {
                talk(&format!("lab2nix: domain `{}` was running before, and does not start: {why}\n", domain.name));
                code = ATTENTION;
            }
        }
    }
    // One that does not start is its owner's now, who may have it off when the next activation comes.
    ran.forget()?;
    Ok(code)
}

/// The domains that ran before an activation, also before its earlier attempts.
struct Ran {
    path: PathBuf,
}

impl Ran {
    fn read(&self) -> Result<BTreeSet<Uuid>, Failure> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            other => other.map_err(self.failed())?,
        };
        serde_json::from_str(&text).map_err(io::Error::from).map_err(self.failed())
    }

    fn write(&self, domains: &BTreeSet<Uuid>) -> Result<(), Failure> {
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        let text = serde_json::to_string(domains).map_err(io::Error::from).map_err(self.failed())?;
        // Whole or not at all: a kill in between would forget who ran.
        let written = fs::create_dir_all(directory).and_then(|()| {
            let mut file = tempfile::NamedTempFile::new_in(directory)?;
            io::Write::write_all(&mut file, text.as_bytes())?;
            file.persist(&self.path).map(drop).map_err(io::Error::from)
        });
        written.map_err(self.failed())
    }

    fn forget(&self) -> Result<(), Failure> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed()(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn failed(&self) -> impl Fn(io::Error) -> Failure {
        let path = self.path.clone();
        move |source| Failure::State { path: path.clone(), source }
    }
}
