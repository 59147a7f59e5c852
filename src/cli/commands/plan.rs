//! `plan`: what an activation will do, on the host that libvirt is on or compared with another spec.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, iter};

use serde_json::Value;
use uuid::Uuid;

use super::git::Git;
use super::{ATTENTION, Failure, insist, print, print_as_it_is, read_bytes, read_source, report_problems};
use crate::activation::run::AsWritten;
use crate::activation::settings::Settings;
use crate::activation::wanted;
use crate::activation::world::World;
use crate::cli::{Activation, Cli, Deny, PlanArguments, PlanFormat, call, spec};
use crate::files::{self, Disk};
use crate::gentle::manner::Manner;
use crate::host::HostNeeds;
use crate::host_file;
use crate::lab::Lab;
use crate::lab::identity::{Namespace, ObjectKind};
use crate::libvirt::Objects;
use crate::pipeline::{self, Checked};
use crate::plan::consequence::{self, Consequence};
use crate::plan::places::Specs;
use crate::plan::view::View;
use crate::plan::{self, Before, Certainty, Places, Plan, human, markdown};
use crate::report;
use crate::source::Source;
use crate::virsh::normalize::{Normalized, Workshop};
use crate::virsh::{self, Virsh, state};

/// What the module of the host has told NixVirt at the last switch: the settings of each connection.
const APPLIED: &str = "/etc/lab2nix/settings.json";
/// What the module of the host has said of its activations at the last switch, where lab2nix has a part in them.
const ACTIVATION: &str = "/etc/lab2nix/activation.json";

pub(super) fn plan(cli: &Cli, arguments: &PlanArguments) -> Result<u8, Failure> {
    let mut specs = Vec::new();
    if arguments.settings.is_none() {
        let default = [PathBuf::from("lab.json")];
        let paths = if arguments.specs.is_empty() { &default[..] } else { &arguments.specs };
        for path in paths {
            let Some(spec) = read_source(cli, path)? else { return Ok(ATTENTION) };
            specs.push(spec);
        }
    }
    let labs = labs(&specs)?;
    let places = Specs::new(specs.iter().zip(&labs).map(|((source, _), (lab, _))| (source, *lab)));
    let planned = match &arguments.from {
        Some(from) => against_spec(cli, arguments, from, &specs, &labs)?,
        None => Some(against_libvirt(arguments, &labs)?),
    };
    let Some((mut plan, against)) = planned else { return Ok(ATTENTION) };
    for instead in plan.effects.iter_mut().filter_map(|effect| effect.instead.as_mut()) {
        *instead = call::spelt(instead).into_owned();
    }
    tell(cli, arguments, &plan, &against, &places)
}

fn labs(specs: &[(Source, Checked)]) -> Result<Vec<(&Lab, &Objects)>, pipeline::Error> {
    specs.iter().map(|(_, checked)| checked.lab()).collect()
}

/// Prints a plan, and says whether it has what is denied.
fn tell(cli: &Cli, arguments: &PlanArguments, plan: &Plan, against: &str, places: &dyn Places) -> Result<u8, Failure> {
    let is_accepted = |consequence: Consequence| arguments.accept.iter().any(|accepted| accepted.has(consequence));
    let mut view = View::new(plan, against, places);
    view.refused.retain(|refused| !is_accepted(*refused));
    match arguments.format {
        PlanFormat::Human => print_as_it_is(&human::render(&view, report::stdout_wants_color()))?,
        PlanFormat::Json => print(&view.json())?,
        PlanFormat::Markdown => print(&markdown::render(&view))?,
    }
    let is_denied = |consequence: Consequence| {
        let is_denied = cli.deny.iter().any(|deny| matches!(deny, Deny::Planned(denied) if denied.has(consequence)));
        is_denied && !is_accepted(consequence)
    };
    let planned = plan.effects.iter().map(|effect| effect.consequence);
    let denied = consequence::names(planned.filter(|consequence| is_denied(*consequence)));
    if denied.is_empty() {
        return Ok(0);
    }
    insist(cli, &format!("denied: {}\n", denied.join(", ")));
    Ok(ATTENTION)
}

/// Against what libvirt has.
fn against_libvirt(arguments: &PlanArguments, labs: &[(&Lab, &Objects)]) -> Result<(Plan, String), Failure> {
    let of_labs = labs.first().map(|(lab, _)| lab.target.connection.as_str());
    let virsh = Virsh::new(arguments.connect.as_deref().or(of_labs).unwrap_or("qemu:///system"));
    let world = state::read(&virsh).map_err(|error| match error {
        virsh::Error::Missing => Failure::PlanWithoutVirsh(error),
        other => other.into(),
    })?;
    Ok((against_world(arguments, labs, &virsh, world)?, virsh.connection().to_owned()))
}

/// What a switch to labs would do to what there is, as the module of the host activates.
pub(super) fn of_labs(labs: &[(&Lab, &Objects)], virsh: &Virsh, world: &World) -> Result<Plan, Failure> {
    against_world(&PlanArguments::default(), labs, virsh, world.clone())
}

/// Against what there is.
fn against_world(
    arguments: &PlanArguments,
    labs: &[(&Lab, &Objects)],
    virsh: &Virsh,
    mut world: World,
) -> Result<Plan, Failure> {
    let connection = virsh.connection();
    let settings = match &arguments.settings {
        Some(path) => read_settings(path, connection, &world)?,
        None => wanted::settings(labs, Some(&world))?,
    };
    let manner = manner(arguments, labs, virsh.is_local().then_some(connection))?;
    if virsh.is_local() {
        state::look_around(&mut world, &settings);
        let needs: Vec<HostNeeds> = labs.iter().map(|(lab, _)| HostNeeds::of(lab)).collect();
        world.will_have(needs.iter().flat_map(|needs| needs.directories.keys()));
        world.will_have(manner.iter().flat_map(|manner| &manner.directories));
    }
    let applied = match &arguments.applied {
        Some(path) => Some(read_settings(path, connection, &world)?),
        None => applied(connection, &world),
    };
    let workshop = Workshop::open(cache().as_deref()).map_err(Failure::Workshop)?;
    let libvirt = Normalized::of([Some(&settings), applied.as_ref()].into_iter().flatten(), virsh, &workshop)?;
    let labs = match &manner {
        Some(manner) if labs.is_empty() => labs_of(manner),
        _ => with_specs(arguments, labs),
    };
    let before = Before { world: &world, applied: applied.as_ref(), certainty: Certainty::Exact, labs: &labs };
    Ok(plan::plan(&before, &settings, &libvirt, manner.as_ref()))
}

/// Labs with the names of their specs.
fn with_specs(arguments: &PlanArguments, labs: &[(&Lab, &Objects)]) -> Vec<(Namespace, String)> {
    let default = Path::new(spec::DEFAULT);
    let named =
        arguments.specs.iter().map(|path| if path == Path::new(files::STANDARD_INPUT) { default } else { path });
    let named = named.chain(iter::repeat(default)).map(|path| path.to_string_lossy().into_owned());
    labs.iter().map(|(lab, _)| Namespace::of_lab(&lab.name)).zip(named).collect()
}

/// The labs of a host, whose specs are somewhere else.
pub(super) fn labs_of(manner: &Manner) -> Vec<(Namespace, String)> {
    manner.labs.iter().map(|lab| (Namespace::of_lab(lab), spec::DEFAULT.to_owned())).collect()
}

/// How lab2nix has its part in the activation, if it has: as is asked for, or as the module of the host says of a connection.
fn manner(
    arguments: &PlanArguments,
    labs: &[(&Lab, &Objects)],
    connection: Option<&str>,
) -> Result<Option<Manner>, Failure> {
    let file = match (&arguments.activation, connection) {
        (Some(Activation::Gentle), _) => None,
        (Some(Activation::File(file)), _) => Some(file.as_path()),
        (None, Some(_)) if Path::new(ACTIVATION).exists() => Some(Path::new(ACTIVATION)),
        (Some(Activation::NixVirt) | None, _) => return Ok(None),
    };
    let manner = match file {
        Some(file) => read_manner(file, connection.unwrap_or("qemu:///system"))?,
        None => Some(Manner::default()),
    };
    // What specs say is what will be.
    let of_specs = |manner: Manner| manner.of_labs(labs.iter().map(|(lab, _)| *lab));
    Ok(if labs.is_empty() { manner } else { manner.map(of_specs) })
}

/// What the module of the host says of the activations of a connection, if lab2nix has a part in them.
pub(super) fn read_manner(path: &Path, connection: &str) -> Result<Option<Manner>, Failure> {
    let text = fs::read_to_string(path).map_err(|source| files::Error::Read { path: path.to_owned(), source })?;
    let of_connections: Result<BTreeMap<String, Manner>, _> = serde_json::from_str(&text);
    match of_connections {
        Ok(mut all) => Ok(all.remove(connection)),
        Err(_) => serde_json::from_str(&text).map(Some),
    }
    .map_err(|source| Failure::Activation { path: path.to_owned(), source })
}

/// The directory for what can be made again.
pub(super) fn cache() -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    of("XDG_CACHE_HOME").or_else(|| Some(of("HOME")?.join(".cache")))
}

/// The input of NixVirt's helper; unmanaged objects have libvirt's definitions.
pub(super) fn read_settings(path: &Path, connection: &str, world: &World) -> Result<Settings, Failure> {
    let text = fs::read_to_string(path).map_err(|source| files::Error::Read { path: path.to_owned(), source })?;
    Settings::read(&of_connection(&text, connection), |file| read_definition(file, world))
        .map_err(|source| Failure::Settings { path: path.to_owned(), source })
}

fn read_definition(file: &str, world: &World) -> Result<String, String> {
    match host_file::kept_at(file).and_then(|(kind, name)| world.named(kind, name)) {
        Some(object) => Ok(object.definition.text().to_owned()),
        None => fs::read_to_string(file).map_err(|error| error.to_string()),
    }
}

/// What the last switch has told NixVirt, where the module of the host keeps it. Without, nobody knows what was changed by
/// hand.
fn applied(connection: &str, world: &World) -> Option<Settings> {
    let text = fs::read_to_string(APPLIED).ok()?;
    Settings::read(&of_connection(&text, connection), |file| read_definition(file, world)).ok()
}

/// What stands under a connection, where settings are those of several, as the module of the host keeps them.
fn of_connection(text: &str, connection: &str) -> String {
    let all: Option<BTreeMap<String, Value>> = serde_json::from_str(text).ok();
    all.and_then(|all| all.get(connection).map(Value::to_string)).unwrap_or_else(|| text.to_owned())
}

/// Against another spec, or the same at another time: as if all of it ran.
fn against_spec(
    cli: &Cli,
    arguments: &PlanArguments,
    from: &str,
    specs: &[(Source, Checked)],
    labs: &[(&Lab, &Objects)],
) -> Result<Option<(Plan, String)>, Failure> {
    let mut former = Vec::new();
    if let Some(revision) = from.strip_prefix("git:") {
        for (source, _) in specs {
            let path = Path::new(source.name());
            let git = Git { revision };
            let bytes = git.read_own(path)?;
            let (source, problems) = Source::with_includes(path, bytes, &git);
            let checked = pipeline::check(&source, problems);
            former.push((source, checked));
        }
    } else {
        if specs.len() > 1 {
            return Err(Failure::SeveralSpecs);
        }
        let path = spec::named(Path::new(from));
        let bytes = read_bytes(&path).map_err(|error| match error {
            Failure::NoSpec { path, .. } if !spec::is_meant(from) => Failure::NoFormerSpec { path },
            other => other,
        })?;
        let (source, problems) = Source::with_includes(&path, bytes, &Disk::default());
        let checked = pipeline::check(&source, problems);
        former.push((source, checked));
    }
    // What is wrong with them is not what is asked for, unless nothing can be compared.
    if let Some((source, checked)) = former.iter().find(|(_, checked)| !checked.is_sound()) {
        insist(cli, &format!("`{}` has errors at `{from}`, so there is nothing to compare with:\n", source.name()));
        report_problems(cli, &checked.problems, Some(source));
        return Ok(None);
    }
    let former = self::labs(&former)?;
    let mut world = World::as_if_it_ran(&wanted::settings(&former, None)?);
    let templates = former.iter().flat_map(|(lab, _)| lab.domains.iter().flatten()).filter(|domain| domain.is_template);
    let templates: BTreeSet<Uuid> = templates.map(|domain| domain.uuid.value).collect();
    for template in world.objects.iter_mut().filter(|object| templates.contains(&object.uuid())) {
        template.is_active = false;
    }
    for (lab, _) in former.iter().chain(labs) {
        world.bridges.extend(lab.external.bridges.iter().map(|bridge| bridge.value.clone()));
        for kind in [ObjectKind::Network, ObjectKind::Pool] {
            lab.external.of_kind(kind).iter().for_each(|name| world.assume(kind, &name.value));
        }
    }
    let settings = wanted::settings(labs, Some(&world))?;
    let manner = manner(arguments, labs, None)?;
    let before =
        Before { world: &world, applied: None, certainty: Certainty::Likely, labs: &with_specs(arguments, labs) };
    let mut plan = plan::plan(&before, &settings, &AsWritten, manner.as_ref());
    let imported = former.iter().chain(labs).flat_map(|(lab, _)| lab.imported.iter().map(|domain| domain.name.clone()));
    plan.forget(&imported.collect());
    Ok(Some((plan, from.to_owned())))
}
