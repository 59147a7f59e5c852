//! The domains of labs that somebody means, in the order in which they start.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::activation::world::{Object, World};
use crate::inventory;
use crate::inventory::choice::{self, Choice};
use crate::inventory::endpoint::Endpoint;
use crate::inventory::machine::Machine;
use crate::lab::domain::ready::{Ready, Sign};
use crate::lab::identity::ObjectKind;
use crate::lab::{Domain, Imported, Lab};
use crate::spec::Active;
use crate::virsh::agent;

/// A domain of a lab.
#[derive(Debug)]
pub struct Member<'l> {
    /// Its name.
    pub name: &'l str,
    /// Its UUID in libvirt; `None` where libvirt has no such domain.
    pub uuid: Option<Uuid>,
    /// The UUID of another domain that libvirt has under its name.
    pub other: Option<Uuid>,
    /// Whether its guest is Windows, as the spec says.
    pub is_windows: bool,
    /// Whether it has a channel for the agent of its guest.
    pub has_agent: bool,
    /// Whether it installs itself, as the spec says, and how it is seen that it has.
    pub installation: Option<Installation>,
    /// By what it is seen to be ready.
    pub ready: Ready,
    /// How its guest is reached over the network.
    pub endpoint: Option<Endpoint>,
    /// Who logs in to its guest, where the spec says.
    pub user: Option<&'l str>,
    /// Whether the lab leaves it as it is.
    pub is_imported: bool,
}

/// Domains that somebody means.
#[derive(Debug, Default)]
pub struct Fleet<'l> {
    /// The domains, in the order of the specs.
    pub members: Vec<Member<'l>>,
    /// Their indexes in levels: those of one start together, after those of all before.
    pub levels: Vec<Vec<usize>>,
}

/// What domains are meant for, which decides on those that nobody has named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To look at: all.
    Look,
    /// To run, with all that start before: those that are not to be off (`"active": false`), one form of each machine.
    Start,
    /// To install themselves: the same of those that do, with all that start before.
    Install,
    /// To be waited for: the same, alone.
    Await,
    /// To be stopped, or worked in: all that are the lab's, but for templates.
    Use,
}

/// How it is seen that a domain has installed itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installation {
    /// Its agent tells.
    Told,
    /// By what it shows, if by anything.
    Unseen,
}

impl<'l> Fleet<'l> {
    /// The domains of labs that are chosen for a purpose, as far as `world` has them. Templates and imported domains are left out unless
    /// they are named, but where all are looked at.
    ///
    /// # Errors
    ///
    /// When something that was asked for is not there.
    pub fn of(labs: &[&'l Lab], choice: &Choice, purpose: Purpose, world: &World) -> Result<Self, choice::Error> {
        Self::is_among(labs, choice)?;
        let mut fleet = Self::default();
        for lab in labs {
            fleet.add(lab, choice, purpose, world);
        }
        Ok(fleet)
    }

    /// Whether all that was asked for is there, in the specs alone.
    ///
    /// # Errors
    ///
    /// When something is not.
    pub fn is_among(labs: &[&Lab], choice: &Choice) -> Result<(), choice::Error> {
        let domains = labs.iter().flat_map(|lab| lab.domains.iter().flatten());
        let imported = labs.iter().flat_map(|lab| &lab.imported);
        let all = domains.map(|domain| (domain.name.as_str(), domain.profiles.as_slice()));
        choice.is_among(all.chain(imported.map(|domain| (domain.name.as_str(), &[][..]))))
    }

    fn add(&mut self, lab: &'l Lab, choice: &Choice, purpose: Purpose, world: &World) {
        let domains = lab.domains.as_deref().unwrap_or_default();
        let is_meant = |domain: &Domain| {
            if !choice.is_all() {
                return choice.names(&domain.name, &domain.profiles);
            }
            match purpose {
                Purpose::Look => true,
                Purpose::Use => !domain.is_template,
                Purpose::Start | Purpose::Await | Purpose::Install => {
                    !domain.is_template
                        && domain.active != Active::Stopped
                        && is_usual_form(domain, domains)
                        && (purpose != Purpose::Install || domain.unattended.is_some())
                }
            }
        };
        let chosen: BTreeSet<usize> = (0..domains.len()).filter(|index| is_meant(&domains[*index])).collect();
        let chosen = match purpose {
            Purpose::Start | Purpose::Install => lab.start_order.with_those_before(&chosen),
            Purpose::Look | Purpose::Await | Purpose::Use => chosen,
        };
        let first = self.members.len();
        self.members.extend(chosen.iter().map(|index| Member::of(lab, &domains[*index], world)));
        for (level, indexes) in lab.start_order.levels(&chosen).into_iter().enumerate() {
            let place = |index: usize| first + chosen.range(..index).count();
            self.level(level).extend(indexes.into_iter().map(place));
        }
        for domain in &lab.imported {
            let is_named = choice.names(&domain.name, &[]);
            if is_named || (choice.is_all() && purpose == Purpose::Look) {
                let place = self.members.len();
                self.members.push(Member::imported(lab, domain, world));
                self.level(0).push(place);
            }
        }
    }

    fn level(&mut self, level: usize) -> &mut Vec<usize> {
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Vec::new);
        }
        &mut self.levels[level]
    }

    /// Those that libvirt does not have, or has with another UUID.
    pub fn not_there(&self) -> impl Iterator<Item = &Member<'l>> {
        self.members.iter().filter(|member| member.uuid.is_none())
    }
}

/// Whether a domain is the form that its machine usually runs in: the one that activation starts, else the one that others are forms of.
fn is_usual_form(domain: &Domain, domains: &[Domain]) -> bool {
    let forms = || domains.iter().filter(|other| other.machine_name() == domain.machine_name());
    match forms().find(|form| form.active == Active::Running) {
        Some(running) => running.name == domain.name,
        None => domain.variant_of.is_none(),
    }
}

impl<'l> Member<'l> {
    fn of(lab: &'l Lab, domain: &'l Domain, world: &World) -> Self {
        let own = world.object(ObjectKind::Domain, domain.uuid.value);
        let named = world.named(ObjectKind::Domain, &domain.name);
        Self {
            name: &domain.name,
            uuid: own.map(Object::uuid),
            other: named.filter(|_| own.is_none()).map(Object::uuid),
            is_windows: domain.os.is_windows(),
            has_agent: domain.agent,
            installation: domain.unattended.as_ref().map(|unattended| {
                if domain.agent && unattended.guest_tools { Installation::Told } else { Installation::Unseen }
            }),
            ready: domain.ready.clone(),
            endpoint: Endpoint::of(lab, domain),
            user: inventory::user(domain),
            is_imported: false,
        }
    }

    /// Of a domain that stays as it is, libvirt's definition says what the spec does not.
    fn imported(lab: &'l Lab, domain: &'l Imported, world: &World) -> Self {
        let named = world.named(ObjectKind::Domain, &domain.name);
        let is_own = |found: &&Object| domain.uuid.as_ref().is_none_or(|uuid| uuid.value == found.uuid());
        let own = named.filter(is_own);
        let has_agent = own.is_some_and(|own| agent::channel(own.definition.text()).is_some());
        let sign = if has_agent { Sign::Agent } else { Sign::Running };
        Self {
            name: &domain.name,
            uuid: own.map(Object::uuid),
            other: named.filter(|_| own.is_none()).map(Object::uuid),
            is_windows: false,
            has_agent,
            installation: None,
            ready: Ready { sign, timeout: Ready::USUAL, place: None },
            endpoint: Endpoint::of_machine(lab, &Machine::of_imported(domain)),
            user: None,
            is_imported: true,
        }
    }
}
