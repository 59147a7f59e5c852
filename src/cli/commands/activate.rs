//! `activate`: what the host's service does before and after NixVirt.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use uuid::Uuid;

use super::plan::read_settings;
use super::{ATTENTION, Failure, talk};
use crate::activation::run::{Deed, Event};
use crate::activation::settings::Settings;
use crate::activation::world::{Object, World};
use crate::cli::{ActivateArguments, When};
use crate::gentle::apply::{Manner, apply};
use crate::gentle::steps;
use crate::lab::identity::ObjectKind;
use crate::plan::consequence::{Consequence, Harm};
use crate::plan::{self, Before, Certainty, Effect, Plan};
use crate::virsh::hand::Hand;
use crate::virsh::normalize::{Normalized, Workshop};
use crate::virsh::{Virsh, state};

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

fn look(arguments: &ActivateArguments, virsh: &Virsh) -> Result<Outlook, Failure> {
    let mut world = state::read(virsh)?;
    let settings = read_settings(&arguments.settings, &arguments.connect, &world)?;
    state::look_around(&mut world, &settings);
    let workshop = Workshop::open(Some(&arguments.state)).map_err(Failure::Workshop)?;
    let libvirt = Normalized::of([&settings], virsh, &workshop)?;
    let before = Before { world: &world, applied: None, certainty: Certainty::Exact };
    let plan = plan::plan(&before, &settings, &libvirt);
    Ok(Outlook { world, settings, plan })
}

/// What may not happen unless its owner says so. An activation that stops half-way before it has stopped or deleted anything may
/// run: as at boot, where a disc that is missing is no reason to start no network.
fn refused<'o>(arguments: &ActivateArguments, outlook: &'o Outlook) -> Vec<&'o Effect> {
    let harms = |event: &Event| matches!(event.deed, Deed::Stop(_) | Deed::Undefine | Deed::DeleteVolume(_));
    let stops_something = outlook.plan.run.events.iter().any(harms);
    let is_refused = |effect: &&Effect| {
        let is_harmful = match effect.consequence.harm() {
            Harm::DataLost => true,
            Harm::HalfWay => stops_something,
            Harm::Interrupted | Harm::Noticed | Harm::Later | Harm::New => false,
        };
        is_harmful && !arguments.accept.contains(&effect.consequence)
    };
    outlook.plan.effects.iter().filter(is_refused).collect()
}

fn before(arguments: &ActivateArguments, virsh: &Virsh) -> Result<u8, Failure> {
    let outlook = look(arguments, virsh)?;
    let refused = refused(arguments, &outlook);
    if !refused.is_empty() {
        tell(&refused);
        talk("lab2nix: Nothing of the labs was changed.\n");
        return Ok(ATTENTION);
    }
    let active = |object: &&Object| object.kind == ObjectKind::Domain && object.is_active;
    let running: BTreeSet<Uuid> = outlook.world.objects.iter().filter(active).map(Object::uuid).collect();
    // What an earlier attempt has stopped ran, too.
    let ran = Ran { path: arguments.state.join("ran.json") };
    ran.write(&ran.read()?.union(&running).copied().collect())?;

    let steps = steps::before(&outlook.world, &outlook.settings, &outlook.plan.run);
    let hand = Hand::new(virsh.clone()).map_err(Failure::Workshop)?;
    let manner = Manner { patience: Duration::from_secs(arguments.timeout), on_timeout: arguments.on_timeout };
    apply(&steps, &hand, manner, |line| talk(&format!("lab2nix: {line}\n")))
        .map_err(|failure| Failure::Gentle { failure })?;

    // Nobody is cut off whom nobody has seen coming.
    let outlook = look(arguments, virsh)?;
    let cuts = |effect: &&Effect| matches!(effect.consequence, Consequence::CutOff | Consequence::PowerCycled);
    let mut left = self::refused(arguments, &outlook);
    left.extend(outlook.plan.effects.iter().filter(cuts));
    if left.is_empty() {
        return Ok(0);
    }
    tell(&left);
    talk("lab2nix: NixVirt has not run: this would happen all the same.\n");
    Ok(ATTENTION)
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

fn after(arguments: &ActivateArguments, virsh: &Virsh) -> Result<u8, Failure> {
    let ran = Ran { path: arguments.state.join("ran.json") };
    let world = state::read(virsh)?;
    let settings = read_settings(&arguments.settings, &arguments.connect, &world)?;
    let hand = Hand::new(virsh.clone()).map_err(Failure::Workshop)?;
    let mut code = 0;
    for domain in steps::after(&ran.read()?, &settings) {
        let there = world.object(ObjectKind::Domain, domain.uuid);
        if there.is_none_or(|there| there.is_active) {
            continue;
        }
        match hand.start(ObjectKind::Domain, domain.uuid) {
            Ok(()) => talk(&format!("lab2nix: domain `{}` runs again\n", domain.name)),
            Err(why) => {
                talk(&format!("lab2nix: domain `{}` ran before, and does not start: {why}\n", domain.name));
                code = ATTENTION;
            }
        }
    }
    if code == 0 {
        ran.forget()?;
    }
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
        let words: Vec<String> = serde_json::from_str(&text).map_err(io::Error::from).map_err(self.failed())?;
        Ok(words.iter().filter_map(|word| Uuid::try_parse(word).ok()).collect())
    }

    fn write(&self, domains: &BTreeSet<Uuid>) -> Result<(), Failure> {
        let words: Vec<String> = domains.iter().map(Uuid::to_string).collect();
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        let text = serde_json::to_string(&words).map_err(io::Error::from).map_err(self.failed())?;
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
