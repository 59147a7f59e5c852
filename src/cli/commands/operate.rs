//! The commands that run a lab: which domains they are for, and on which libvirt.

mod lines;
mod one;
mod run;
mod status;

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use super::{ATTENTION, Failure, insist, look_at_all, report_problems, say, talk, together};
use crate::activation::world::World;
use crate::cli::Cli;
use crate::cli::operate::{
    Domains, DownArguments, InstallArguments, LabArguments, RestartArguments, UpArguments, WaitArguments,
};
use crate::cli::spec;
use crate::inventory::choice::{self, Choice};
use crate::lab::Lab;
use crate::lab::domain::ready::Sign;
use crate::libvirt::Objects;
use crate::neighbours::Hosts;
use crate::operate::down;
use crate::operate::fleet::{Fleet, Installation, Member, Purpose};
use crate::operate::install;
use crate::operate::progress::Outcome;
use crate::operate::ready::Look;
use crate::operate::up;
use crate::operate::wait;
use crate::pipeline::Checked;
use crate::problem::Severity;
use crate::source::Source;
use crate::virsh::agent::Agent;
use crate::virsh::hand::Hand;
use crate::virsh::{Virsh, state};
use crate::visible;
use lines::Lines;

pub(super) use one::{console, ssh, view};
pub(super) use run::run;
pub(super) use status::status;

/// The specs of labs that are run.
pub(super) struct Specs(Vec<(Source, Checked)>);

impl Specs {
    /// Reads specs. What is only a warning is for who generates. Returns `None` when they need attention.
    pub(super) fn read(cli: &Cli, paths: &[PathBuf]) -> Result<Option<Self>, Failure> {
        // `check` reports clashes on one host, too.
        let specs = look_at_all(paths)?;
        let (joined, problems) = together(&specs, Hosts::One);
        if problems.iter().any(|problem| problem.id.severity() == Severity::Error) {
            report_problems(cli, &problems, Some(joined.source()));
            return Ok(None);
        }
        Ok(Some(Self(specs)))
    }

    /// The labs, with the objects that they have.
    pub(super) fn objects(&self) -> Result<Vec<(&Lab, &Objects)>, Failure> {
        Ok(self.0.iter().map(|(_, checked)| checked.lab()).collect::<Result<_, _>>()?)
    }

    /// The labs.
    pub(super) fn labs(&self) -> Result<Vec<&Lab>, Failure> {
        Ok(self.objects()?.into_iter().map(|(lab, _)| lab).collect())
    }

    /// The libvirt that has their domains.
    pub(super) fn virsh(&self, arguments: &LabArguments) -> Result<Virsh, Failure> {
        let labs = self.labs()?;
        let of_labs = labs.first().map(|lab| lab.target.connection.as_str());
        Ok(Virsh::new(arguments.connect.as_deref().or(of_labs).unwrap_or("qemu:///system")))
    }
}

/// The domains that a command is for, and what it is done with.
struct Ground<'s> {
    virsh: Virsh,
    world: World,
    fleet: Fleet<'s>,
}

impl<'s> Ground<'s> {
    fn of(specs: &'s Specs, arguments: &LabArguments, globs: &[String], purpose: Purpose) -> Result<Self, Failure> {
        Self::chosen(specs, arguments, &Choice::parse(globs)?, purpose)
    }

    fn chosen(specs: &'s Specs, arguments: &LabArguments, choice: &Choice, purpose: Purpose) -> Result<Self, Failure> {
        let virsh = specs.virsh(arguments)?;
        let labs = specs.labs()?;
        // A misspelt name is reported before libvirt is asked.
        Fleet::is_among(&labs, choice).map_err(no_domain)?;
        let world = state::read(&virsh)?;
        let fleet = Fleet::of(&labs, choice, purpose, &world)?;
        Ok(Self { virsh, world, fleet })
    }

    /// The domains as the specs alone have them.
    fn unseen(specs: &'s Specs, arguments: &LabArguments, choice: &Choice) -> Result<Self, Failure> {
        let world = World::default();
        let fleet = Fleet::of(&specs.labs()?, choice, Purpose::Use, &world).map_err(no_domain)?;
        Ok(Self { virsh: specs.virsh(arguments)?, world, fleet })
    }

    /// The same, and all of the domains are there.
    fn complete(specs: &'s Specs, domains: &Domains, purpose: Purpose) -> Result<Self, Failure> {
        let ground = Self::of(specs, &domains.lab, &domains.globs, purpose)?;
        ground.all_are_there()?;
        Ok(ground)
    }

    fn all_are_there(&self) -> Result<(), Failure> {
        let missing: Vec<String> = self.fleet.not_there().map(not_there).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let connection = self.virsh.connection().to_owned();
        Err(Failure::NotThere { missing: missing.join("; "), connection })
    }

    /// Who talks to the guests. Those who only look have none.
    fn agent(&self) -> Agent {
        Agent::new(self.virsh.clone())
    }

    fn look<'g>(&'g self, agent: &'g Agent) -> Look<'g> {
        Look { virsh: &self.virsh, agent: Some(agent) }
    }

    fn hand(&self) -> Result<Hand, Failure> {
        Hand::new(self.virsh.clone()).map_err(Failure::Workshop)
    }
}

/// Says of a spec that it is no domain's name.
pub(super) fn no_domain(error: choice::Error) -> Failure {
    match error {
        choice::Error::NoDomain { word, .. } if spec::is_meant(&word) => Failure::SpecForDomain { word },
        other => other.into(),
    }
}

fn not_there(member: &Member<'_>) -> String {
    match member.other {
        Some(uuid) => format!("libvirt's domain `{}` is another one, with the UUID {uuid}", member.name),
        None => format!("libvirt has no domain `{}`", member.name),
    }
}

pub(super) fn up(cli: &Cli, arguments: &UpArguments) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.domains.lab.specs)? else { return Ok(ATTENTION) };
    let ground = Ground::complete(&specs, &arguments.domains, Purpose::Start)?;
    let asked = up::Asked { timeout: arguments.timeout, goes_on: arguments.force, installs: false };
    bring_up(cli, &ground, asked)
}

/// The same with those that install themselves, which are ready when they have said that they are done.
pub(super) fn install(cli: &Cli, arguments: &InstallArguments) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.domains.lab.specs)? else { return Ok(ATTENTION) };
    if !specs.labs()?.iter().any(|lab| lab.domains.iter().flatten().any(|domain| domain.unattended.is_some())) {
        return Err(Failure::NothingInstalls);
    }
    let mut ground = Ground::complete(&specs, &arguments.domains, Purpose::Install)?;
    if !ground.fleet.members.iter().any(|member| member.installation.is_some()) {
        return Err(Failure::NothingInstalls);
    }
    for member in ground.fleet.members.iter_mut().filter(|member| member.installation == Some(Installation::Told)) {
        member.ready.sign = Sign::Installed;
    }
    let timeout = Some(arguments.timeout.unwrap_or(install::USUAL));
    bring_up(cli, &ground, up::Asked { timeout, goes_on: arguments.force, installs: true })
}

fn bring_up(cli: &Cli, ground: &Ground<'_>, asked: up::Asked) -> Result<u8, Failure> {
    let lines = Lines::new(cli);
    let outcome = up::up(&ground.fleet, &ground.world, asked, ground.look(&ground.agent()), &ground.hand()?, &lines);
    lines.end();
    Ok(sum_up(
        cli,
        &outcome?,
        "ready",
        "`lab2nix up` tries again, with `--force` also the domains after it; `lab2nix console NAME` and `view NAME` show a guest",
    ))
}

pub(super) fn down(cli: &Cli, arguments: &DownArguments) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.domains.lab.specs)? else { return Ok(ATTENTION) };
    let ground = Ground::of(&specs, &arguments.domains.lab, &arguments.domains.globs, Purpose::Use)?;
    // What is not there does not run.
    for member in ground.fleet.not_there() {
        talk(cli, &format!("note: {}\n", not_there(member)));
    }
    Ok(sum_up_down(cli, &take_down(cli, &ground, arguments.timeout, arguments.force)?))
}

fn take_down(
    cli: &Cli,
    ground: &Ground<'_>,
    timeout: Option<std::time::Duration>,
    force: bool,
) -> Result<Outcome, Failure> {
    let lines = Lines::new(cli);
    let may_cut_off = |names: &[&str]| {
        force
            || lines.pause(|| {
                confirmed(&format!("{} did not shut down. Force them off, as in a power failure?", names.join(", ")))
            })
    };
    let timeout = timeout.unwrap_or(down::USUAL);
    let outcome =
        down::down(&ground.fleet, timeout, ground.look(&ground.agent()), &ground.hand()?, &may_cut_off, &lines);
    lines.end();
    Ok(outcome?)
}

fn sum_up_down(cli: &Cli, outcome: &Outcome) -> u8 {
    sum_up(
        cli,
        outcome,
        "off",
        "`lab2nix down --force` powers off what does not shut down; `lab2nix view NAME` shows a guest",
    )
}

pub(super) fn restart(cli: &Cli, arguments: &RestartArguments) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.domains.lab.specs)? else { return Ok(ATTENTION) };
    // Those before them are not restarted.
    let ground = Ground::complete(&specs, &arguments.domains, Purpose::Await)?;
    let outcome = take_down(cli, &ground, arguments.timeout, arguments.force)?;
    if !outcome.is_good() {
        return Ok(sum_up_down(cli, &outcome));
    }
    let ground = Ground::complete(&specs, &arguments.domains, Purpose::Start)?;
    bring_up(cli, &ground, up::Asked { timeout: arguments.timeout, goes_on: arguments.force, installs: false })
}

pub(super) fn wait(cli: &Cli, arguments: &WaitArguments) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.domains.lab.specs)? else { return Ok(ATTENTION) };
    let ground = Ground::complete(&specs, &arguments.domains, Purpose::Await)?;
    let members: Vec<&Member<'_>> = ground.fleet.members.iter().collect();
    let lines = Lines::new(cli);
    let outcome = wait::wait(&members, arguments.timeout, ground.look(&ground.agent()), &lines);
    lines.end();
    Ok(sum_up(
        cli,
        &outcome?,
        "ready",
        "`lab2nix up` starts what is off; `lab2nix console NAME` and `view NAME` show a guest",
    ))
}

/// Says what became of domains, and what can be done about those that are not as they shall be.
fn sum_up(cli: &Cli, outcome: &Outcome, what: &str, next: &str) -> u8 {
    let done = match outcome.done {
        1 => format!("1 domain is {what}"),
        count => format!("{count} domains are {what}"),
    };
    if outcome.is_good() {
        talk(cli, &format!("{done}\n"));
        return 0;
    }
    let failed: Vec<&str> = outcome.failed.iter().map(|(name, _)| name.as_str()).collect();
    let left = if outcome.left.is_empty() {
        String::new()
    } else {
        format!("; left as they are: {}", outcome.left.join(", "))
    };
    let done = if outcome.done == 0 { String::new() } else { format!("{done}; ") };
    insist(cli, &format!("{done}not {what}: {}{left}\n{next}\n", failed.join(", ")));
    ATTENTION
}

/// Whether somebody is at a terminal, who can be asked.
pub(super) fn is_answered() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether somebody at a terminal says yes. Without one, nobody does.
pub(super) fn confirmed(question: &str) -> bool {
    if !is_answered() {
        return false;
    }
    say(&format!("{} [y/N] ", visible::lines(question)));
    let mut answer = String::new();
    // Who closes the terminal has not said yes.
    let _ = io::stdin().lock().read_line(&mut answer);
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}
