//! From what libvirt had, and what is done to it, to what that means.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::consequence::Consequence;
use super::{ByHand, Cause, Certainty, Effect, Plan, Subject};
use crate::activation::definition::{Definition, DiskSource};
use crate::activation::difference::{Change, changes};
use crate::activation::run::{self, Deed, Event, Normalize, Run, Verdict};
use crate::activation::settings::Settings;
use crate::activation::world::{Object, World};
use crate::lab::identity::ObjectKind;

/// What there is before an activation.
#[derive(Debug)]
pub struct Before<'a> {
    /// What the host has.
    pub world: &'a World,
    /// What the last activation was told, if it is known: what differs from it was changed by hand.
    pub applied: Option<&'a Settings>,
    /// How far that can be relied on.
    pub certainty: Certainty,
}

/// What an activation with these settings will do.
#[must_use]
pub fn plan(before: &Before<'_>, settings: &Settings, libvirt: &impl Normalize) -> Plan {
    let run = run::run(before.world.clone(), settings, libvirt);
    let again = run.failure.is_some().then(|| run::run(run.world.clone(), settings, libvirt));
    let by_hand = by_hand(before, settings, libvirt, &run);
    let mut effects = Effects { before: before.world, settings, run: &run, by_hand: &by_hand, found: Vec::new() };
    effects.failure(again.as_ref());
    for object in &before.world.objects {
        match object.kind {
            ObjectKind::Network => effects.network(object),
            ObjectKind::Pool => effects.pool(object),
            ObjectKind::Domain => effects.domain(object),
        }
    }
    effects.new_objects();
    effects.volumes();
    let mut found = effects.found;
    found.sort_by_key(|effect| effect.consequence);
    let touched: BTreeSet<&Subject> = found.iter().map(|effect| &effect.object).collect();
    let mut unchanged = BTreeMap::new();
    for object in &before.world.objects {
        if !touched.contains(&subject(object.kind, object.name())) {
            *unchanged.entry(object.kind.name()).or_default() += 1;
        }
    }
    Plan { certainty: before.certainty, by_hand, unchanged, unknown: run.unknown, effects: found }
}

/// What differs from the definitions that the last activation has given to objects, of those that the next one changes.
fn by_hand(before: &Before<'_>, settings: &Settings, libvirt: &impl Normalize, run: &Run) -> Vec<ByHand> {
    let Some(applied) = before.applied else { return Vec::new() };
    let all = applied.kinds().flat_map(|(kind, items)| items.iter().map(move |item| (kind, item)));
    all.filter_map(|(kind, item)| {
        let there = before.world.object(kind, item.definition.uuid)?;
        let new = definition_in(settings, kind, there.uuid())?;
        let is_restarted = run.verdicts.contains(&(kind, there.uuid(), Verdict::Changed));
        let applied = libvirt.normalize(kind, &item.definition).ok()?;
        let differs = applied.compared(kind, new) != there.definition.compared(kind, new);
        (is_restarted && differs)
            .then(|| ByHand { object: subject(kind, there.name()), changes: changes(&applied, &there.definition) })
    })
    .collect()
}

fn definition_in(settings: &Settings, kind: ObjectKind, uuid: Uuid) -> Option<&Definition> {
    let (_, items) = settings.kinds().find(|(of_kind, _)| *of_kind == kind)?;
    items.iter().map(|item| &item.definition).find(|definition| definition.uuid == uuid)
}

fn subject(kind: ObjectKind, name: &str) -> Subject {
    Subject { kind: kind.name(), name: name.to_owned() }
}

struct Effects<'a> {
    before: &'a World,
    settings: &'a Settings,
    run: &'a Run,
    by_hand: &'a [ByHand],
    found: Vec<Effect>,
}

impl<'a> Effects<'a> {
    fn add(&mut self, consequence: Consequence, object: Subject, what: impl Into<String>, causes: Vec<Cause>) {
        self.found.push(Effect { consequence, object, what: what.into(), causes, instead: None });
    }

    /// Says how to have the last effect otherwise.
    fn instead(&mut self, instead: impl Into<String>) {
        if let Some(effect) = self.found.last_mut() {
            effect.instead = Some(instead.into());
        }
    }

    fn events(&self, kind: ObjectKind, uuid: Uuid) -> impl Iterator<Item = &'a Event> {
        self.run.events.iter().filter(move |event| event.kind == kind && event.uuid == uuid)
    }

    fn was_done(&self, object: &Object, deed: &Deed) -> bool {
        self.events(object.kind, object.uuid()).any(|event| event.deed == *deed)
    }

    /// Why an object was stopped, if it was, and whether it is started after that.
    fn stop(&self, object: &Object) -> Option<(&'a run::Cause, bool)> {
        let events = self.events(object.kind, object.uuid()).filter(|_| object.is_active);
        let mut causes = events.filter_map(|event| match &event.deed {
            Deed::Stop(cause) => Some(cause),
            _ => None,
        });
        let runs_again = self.after(object).is_some_and(|after| after.is_active);
        // Of several, the one that it stays off for.
        let cause = if runs_again { causes.next() } else { causes.last() };
        Some((cause?, runs_again))
    }

    fn verdict(&self, object: &Object) -> Option<Verdict> {
        let mut verdicts = self.run.verdicts.iter();
        verdicts.find(|(kind, uuid, _)| *kind == object.kind && *uuid == object.uuid()).map(|(_, _, verdict)| *verdict)
    }

    fn after(&self, object: &Object) -> Option<&'a Object> {
        self.run.world.object(object.kind, object.uuid())
    }

    /// Whether an object gets another definition, as NixVirt compares them.
    fn is_changed(&self, object: &Object) -> bool {
        let written = definition_in(self.settings, object.kind, object.uuid());
        written.zip(self.after(object)).is_some_and(|(written, after)| {
            let compared = |definition: &Definition| definition.compared(object.kind, written);
            self.verdict(object).is_some() && compared(&object.definition) != compared(&after.definition)
        })
    }

    /// What of an object's definition changes, and who changed it.
    fn changes(&self, object: &Object) -> Vec<Cause> {
        let Some(after) = self.after(object) else { return Vec::new() };
        let mut all = changes(&object.definition, &after.definition);
        // A cause that nobody finds in the definition, because it is not there.
        let written = definition_in(self.settings, object.kind, object.uuid());
        if let Some(anew) = written.filter(|written| written.facts.gets_new_macs()) {
            let is_mac = |change: &Change| match object.kind {
                ObjectKind::Network => change.element == "mac",
                ObjectKind::Domain => change.element == "devices/interface" && !change.names_one_of(&anew.facts.macs),
                ObjectKind::Pool => false,
            };
            if all.iter().any(is_mac) {
                all.retain(|change| !is_mac(change));
                let text = "no `mac` in it, so libvirt makes up another each time".to_owned();
                all.push(Change { element: "mac".to_owned(), text });
            }
        }
        let hand = self.by_hand.iter().find(|by_hand| by_hand.object == subject(object.kind, object.name()));
        let texts = |changes: &[Change]| match changes {
            [] => "the order of its parts".to_owned(),
            [first, second, third, others @ ..] if !others.is_empty() => {
                format!("{}, {}, {} and {} more", first.text, second.text, third.text, others.len())
            }
            some => some.iter().map(|change| change.text.as_str()).collect::<Vec<_>>().join(", "),
        };
        let own = |changes: Vec<Change>, how: &str| Cause {
            text: format!("{how}: {}", texts(&changes)),
            of: Some((object.kind, object.uuid(), changes)),
        };
        match hand {
            Some(hand) => {
                let is_of_hand = |change: &Change| hand.changes.iter().any(|other| other.element == change.element);
                let (undone, written): (Vec<Change>, Vec<Change>) = all.into_iter().partition(is_of_hand);
                let mut causes = Vec::new();
                if !written.is_empty() {
                    causes.push(own(written, "its definition changes"));
                }
                causes.push(Cause { text: format!("changed by hand, and undone: {}", texts(&undone)), of: None });
                causes
            }
            None => vec![own(all, "its definition changes")],
        }
    }

    fn causes(&self, object: &Object, cause: &run::Cause) -> Vec<Cause> {
        let plain = |text: String| vec![Cause { text, of: None }];
        let own = |text: &str| {
            let of = Some((object.kind, object.uuid(), Vec::new()));
            vec![Cause { text: text.to_owned(), of }]
        };
        let mut causes = match cause {
            run::Cause::Unlisted => plain("it is not listed any more".to_owned()),
            run::Cause::Renamed => {
                let name = self.after(object).map_or("", Object::name);
                own(&format!("it is renamed to `{name}`"))
            }
            run::Cause::Changed => self.changes(object),
            run::Cause::Restart => own("`restart` is true"),
            run::Cause::Inactive => own("`active` is false"),
            run::Cause::Network(name) => {
                let network = self.before.named(ObjectKind::Network, name);
                let stop = network.and_then(|network| Some((network, self.stop(network)?)));
                match stop {
                    Some((network, (_, true))) => {
                        let of = Some((ObjectKind::Network, network.uuid(), Vec::new()));
                        vec![Cause { text: format!("network `{name}` restarts"), of }]
                    }
                    Some((_, (_, false))) | None => plain(format!("network `{name}` stops")),
                }
            }
        };
        if *cause != run::Cause::Changed && *cause != run::Cause::Renamed && self.is_changed(object) {
            causes.extend(self.changes(object));
        }
        let is_for_good = matches!(cause, run::Cause::Unlisted | run::Cause::Inactive);
        let starts_again = self.stop(object).is_some_and(|(_, again)| again);
        if let (Some(failure), false) = (&self.run.failure, is_for_good || starts_again) {
            causes.push(Cause { text: format!("the activation stops before it is started: {failure}"), of: None });
        }
        causes
    }

    fn failure(&mut self, again: Option<&Run>) {
        let Some(failure) = &self.run.failure else { return };
        let count = |deed: fn(&Deed) -> bool| self.run.events.iter().filter(|event| deed(&event.deed)).count();
        let done: Vec<String> = [
            (count(|deed| matches!(deed, Deed::Stop(_))), "stopped"),
            (count(|deed| matches!(deed, Deed::Undefine)), "deleted"),
            (count(|deed| matches!(deed, Deed::Define)), "defined"),
            (count(|deed| matches!(deed, Deed::Start)), "started"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
        let done = if done.is_empty() { "nothing".to_owned() } else { done.join(", ") };
        let at = self.run.failed_at.as_ref();
        let at = at.map(|(kind, name)| format!("at {} `{name}`: ", kind.name())).unwrap_or_default();
        let second = match again.and_then(|again| again.failure.as_ref()) {
            Some(why) if why == failure => "a second attempt stops there, too".to_owned(),
            Some(why) => format!("a second attempt stops with: {why}"),
            None => "a second attempt comes to its end".to_owned(),
        };
        let what = format!("{at}libvirt refuses: {failure}; done by then: {done}; {second}");
        let instead = if failure.starts_with("cannot delete inactive domain with") {
            Some("`virsh snapshot-delete NAME SNAPSHOT --metadata` before, or keep the domain")
        } else if failure.contains("already exists with uuid") {
            Some("give the objects their new names in two switches, by a third name")
        } else {
            None
        };
        self.add(Consequence::StopsHalfWay, Subject { kind: "activation", name: String::new() }, what, Vec::new());
        if let Some(instead) = instead {
            self.instead(instead);
        }
    }

    fn network(&mut self, network: &Object) {
        let me = subject(network.kind, network.name());
        let stop = self.stop(network);
        if self.after(network).is_none() {
            let what = match self.run.world.named(network.kind, network.name()) {
                Some(_) => "deleted, and made anew with another UUID",
                None => "deleted",
            };
            return self.add(Consequence::Deleted, me, what, Vec::new());
        }
        match stop {
            Some((cause, true)) => {
                let causes = self.causes(network, cause);
                self.add(Consequence::NetworkRestarted, me, "stopped and started", causes);
            }
            Some((cause, false)) => {
                let causes = self.causes(network, cause);
                self.add(Consequence::NetworkStopped, me, "stopped, and stays off", causes);
            }
            None => self.later(network),
        }
    }

    /// What changes of an object that is not stopped.
    fn later(&mut self, object: &Object) {
        let me = subject(object.kind, object.name());
        if self.is_changed(object) {
            let causes = self.changes(object);
            match (object.is_active, object.kind) {
                (true, ObjectKind::Network) => {
                    let what = "runs on as it was: its DHCP and DNS servers are not told until it is restarted";
                    self.add(Consequence::NextStart, me, what, causes);
                    self.instead(format!(
                        "`virsh net-destroy {0}` and `virsh net-start {0}` when no domain is on it",
                        object.name()
                    ));
                }
                (true, _) => {
                    self.add(Consequence::NextStart, me, "runs on as it was until it is shut down and started", causes);
                }
                (false, _) => self.add(Consequence::NextStart, me, "changes while it is off", causes),
            }
        }
    }

    fn pool(&mut self, pool: &Object) {
        let me = subject(pool.kind, pool.name());
        let stop = self.stop(pool);
        let Some(after) = self.after(pool) else {
            let what = match self.run.world.named(pool.kind, pool.name()) {
                Some(_) => "deleted, and made anew with another UUID; its volumes stay",
                None => "deleted; its volumes stay",
            };
            return self.add(Consequence::Deleted, me, what, Vec::new());
        };
        let (old, new) = (&pool.definition.facts.target, &after.definition.facts.target);
        if let (Some(old), Some(new)) = (old, new)
            && old != new
            && pool.volumes.as_ref().is_none_or(|volumes| !volumes.is_empty())
        {
            let causes = self.changes(pool);
            let what =
                format!("is `{new}` from now on: volumes are made anew there, empty, and those in `{old}` stay there");
            self.add(Consequence::DiskNew, me.clone(), what, causes);
            self.instead(format!(
                "shut its domains down, `virsh pool-destroy {}`, and move the files from `{old}` to `{new}` before",
                pool.name()
            ));
        }
        match stop {
            Some((cause, true)) => {
                let causes = self.causes(pool, cause);
                self.add(Consequence::PoolRestarted, me, "stopped and started", causes);
            }
            Some((cause, false)) => {
                let causes = self.causes(pool, cause);
                self.add(Consequence::PoolStopped, me, "stopped, and stays off", causes);
            }
            None => self.later(pool),
        }
    }

    fn domain(&mut self, domain: &Object) {
        let me = subject(domain.kind, domain.name());
        if domain.is_saved && self.was_done(domain, &Deed::Undefine) {
            self.add(Consequence::SavedMemoryDeleted, me.clone(), "its saved memory is deleted", Vec::new());
            self.instead(format!("`virsh start {0}`, and shut it down in the guest, before", domain.name()));
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

    fn deleted(&mut self, domain: &Object, me: Subject) {
        let stop = self.stop(domain);
        let twin = self.run.world.named(domain.kind, domain.name());
        let anew = match twin {
            Some(twin) if twin.is_active => ", and made anew with another UUID",
            Some(_) => ", and made anew with another UUID; that one stays off",
            None if domain.definition.facts.disks.is_empty() => "",
            None if self.deletes_a_disk_of(domain) => "",
            None => "; its disks stay",
        };
        if twin.is_some_and(|twin| twin.definition.facts.has_tpm) && domain.definition.facts.has_tpm {
            self.add(Consequence::TpmReset, me.clone(), "its TPM starts empty", Vec::new());
            self.instead(format!("give its entry the `uuid` {}", domain.uuid()));
        }
        match stop {
            Some((cause, _)) => {
                let causes = self.causes(domain, cause);
                self.add(Consequence::CutOff, me, format!("cut off, deleted{anew}"), causes);
                self.instead(format!("`virsh shutdown {}` before", domain.name()));
            }
            None => self.add(Consequence::Deleted, me, format!("deleted{anew}"), Vec::new()),
        }
        let is_new = |object: &&Object| {
            object.kind == ObjectKind::Domain && self.before.object(object.kind, object.uuid()).is_none()
        };
        if twin.is_none() && self.run.world.objects.iter().any(|object| is_new(&object)) {
            let name = domain.name();
            self.instead(format!(
                "if it has another name now, give its entry the `id` {name}: it keeps its disks then"
            ));
        }
    }

    fn deletes_a_disk_of(&self, domain: &Object) -> bool {
        let mut disks = domain.definition.facts.disks.iter();
        disks.any(|disk| self.is_deleted(&path_of(&disk.source, self.before)))
    }

    fn is_deleted(&self, path: &str) -> bool {
        self.run.events.iter().any(|event| event.deed == Deed::DeleteVolume(path.to_owned()))
    }

    fn kept(&mut self, domain: &Object, me: &Subject) {
        match self.stop(domain) {
            Some((cause, true)) => {
                let causes = self.causes(domain, cause);
                let what = match cause {
                    run::Cause::Renamed => "cut off, and started again under its new name",
                    _ => "cut off, and started again",
                };
                self.add(Consequence::PowerCycled, me.clone(), what, causes);
                self.instead(format!("`virsh shutdown {}` before, or `restart` false in its entry", domain.name()));
                if let run::Cause::Network(_) | run::Cause::Restart | run::Cause::Renamed = cause {
                    self.instead(format!("`virsh shutdown {}` before", domain.name()));
                }
            }
            Some((cause, false)) => {
                let causes = self.causes(domain, cause);
                self.add(Consequence::CutOff, me.clone(), "cut off, and stays off", causes);
                self.instead(format!("`virsh shutdown {}` before", domain.name()));
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
    fn without_network(&mut self, domain: &Object, me: &Subject) {
        let Some(running) = &domain.running else { return };
        let stopped = self.before.objects.iter().filter(|object| object.kind == ObjectKind::Network);
        let is_on = |network: &&Object| {
            let bridge = network.definition.facts.bridge.as_ref();
            running.facts.networks.iter().any(|name| name == network.name())
                || bridge.is_some_and(|bridge| running.facts.bridges.contains(bridge))
        };
        let stopped: Vec<&Object> =
            stopped.filter(is_on).filter(|network| network.is_active && self.stop(network).is_some()).collect();
        for network in stopped {
            let of = Some((ObjectKind::Network, network.uuid(), Vec::new()));
            let cause = Cause { text: format!("network `{}` stops, which it runs on", network.name()), of };
            let what = "runs on without its network until it is shut down and started";
            self.add(Consequence::WithoutNetwork, me.clone(), what, vec![cause]);
        }
    }

    fn disks(&mut self, domain: &Object, after: &Object, me: &Subject) {
        let paths = |definition: &Definition, world: &World| -> BTreeMap<String, String> {
            let disks = definition.facts.disks.iter().filter(|disk| disk.is_disk);
            disks.map(|disk| (disk.target.clone(), path_of(&disk.source, world))).collect()
        };
        // A volume whose pool has another path is told with the pool.
        let source = |definition: &Definition, target: &str| {
            definition.facts.disks.iter().find(|disk| disk.target == target).map(|disk| disk.source.clone())
        };
        let (old, new) = (paths(&domain.definition, self.before), paths(&after.definition, &self.run.world));
        let made = |path: &str| self.run.events.iter().any(|event| event.deed == Deed::CreateVolume(path.to_owned()));
        // What lies below the disks of a domain that runs; of one that is off, only that there are snapshots is known.
        let is_below = |target: &str, path: &str| match &domain.running {
            Some(running) => {
                let disk = running.facts.disks.iter().find(|disk| disk.target == target);
                disk.is_some_and(|disk| disk.backing.iter().any(|source| path_of(source, self.before) == path))
            }
            None => domain.snapshots > 0,
        };
        let mut found = Vec::new();
        for (target, before) in &old {
            let is_same = source(&domain.definition, target) == source(&after.definition, target);
            if is_same || new.values().any(|path| path == before) {
                continue;
            }
            let stays = if self.is_deleted(before) { "is deleted" } else { "stays" };
            let cause = || {
                vec![Cause {
                    text: format!("`{target}` is another disk now"),
                    of: Some((domain.kind, domain.uuid(), Vec::new())),
                }]
            };
            match new.get(target) {
                None => found.push((
                    Consequence::DiskDetached,
                    format!("disk {target} is taken away; {before} {stays}"),
                    Vec::new(),
                    None,
                )),
                Some(now) if !made(now) && is_below(target, now) => {
                    let what = format!(
                        "disk {target} goes back from {before} to {now}: what was written since the snapshot is lost"
                    );
                    let instead = format!("`virsh blockcommit {} {target} --active --pivot` before", domain.name());
                    found.push((Consequence::DiskReverted, what, Vec::new(), Some(instead)));
                }
                Some(now) if made(now) => {
                    let what = format!("disk {target} becomes a new, empty volume, {now}; {before} {stays}");
                    let instead = self.instead_of_new(domain, source(&after.definition, target), before, now);
                    found.push((Consequence::DiskNew, what, cause(), Some(instead)));
                }
                Some(now) => {
                    let what = format!("disk {target} becomes {now}; {before} {stays}");
                    found.push((Consequence::DiskDetached, what, cause(), None));
                }
            }
        }
        for (consequence, what, causes, instead) in found {
            self.add(consequence, me.clone(), what, causes);
            if let Some(instead) = instead {
                self.instead(instead);
            }
        }
    }

    /// How to keep the disk that becomes a new volume.
    fn instead_of_new(&self, domain: &Object, now: Option<DiskSource>, before: &str, path: &str) -> String {
        let Some(DiskSource::Volume { pool, name }) = now else { return format!("name {before} as before") };
        let format_of = |world: &World, pool: &str, name: &str| {
            let pool = world.named(ObjectKind::Pool, pool)?;
            pool.volumes.as_ref()?.get(name)?.format.clone()
        };
        let pools = self.before.objects.iter().filter(|object| object.kind == ObjectKind::Pool);
        let old = pools
            .flat_map(|pool| pool.volumes.iter().flatten())
            .find(|(_, volume)| volume.path.as_deref() == Some(before));
        let (old, new) = (old.and_then(|(_, volume)| volume.format.clone()), format_of(&self.run.world, &pool, &name));
        let bring = match new.filter(|new| old.as_ref().is_some_and(|old| old != new)) {
            Some(new) => format!("`qemu-img convert -O {new} {before} {path}`"),
            None => format!("`mv {before} {path}`"),
        };
        let name = domain.name();
        format!(
            "name the old volume as before; or `virsh shutdown {name}`, {bring} and `virsh pool-refresh {pool}` before"
        )
    }

    fn firmware(&mut self, domain: &Object, after: &Object, me: Subject) {
        let (old, new) = (&domain.definition.facts, &after.definition.facts);
        if old.has_uefi != new.has_uefi && !old.disks.is_empty() {
            let [from, to] = if old.has_uefi { ["UEFI", "BIOS"] } else { ["BIOS", "UEFI"] };
            let what = format!("{to} instead of {from}: what is installed on its disks may not boot");
            let of = Some((domain.kind, domain.uuid(), Vec::new()));
            return self.add(
                Consequence::FirmwareChanged,
                me,
                what,
                vec![Cause { text: "its firmware changes".to_owned(), of }],
            );
        }
        if let (Some(before), Some(now)) = (&old.nvram, &new.nvram)
            && before != now
            && self.before.files.has(now) != Some(true)
        {
            let what =
                format!("its firmware variables start anew in {now}; boot entries and keys in {before} are not used");
            self.add(Consequence::FirmwareReset, me, what, Vec::new());
            self.instead(format!("copy {before} to {now} while the domain is off"));
        }
    }

    fn new_objects(&mut self) {
        for object in &self.run.world.objects {
            let me = subject(object.kind, object.name());
            let of =
                || vec![Cause { text: "it is new".to_owned(), of: Some((object.kind, object.uuid(), Vec::new())) }];
            match self.before.object(object.kind, object.uuid()) {
                // Of one that goes and has a twin, it is told already.
                None if self.before.named(object.kind, object.name()).is_some_and(|old| self.after(old).is_none()) => {}
                None => {
                    let what = if object.is_active { "created, and started" } else { "created" };
                    self.add(Consequence::Created, me, what, of());
                }
                Some(before) if !before.is_active && object.is_active => {
                    let what = if before.is_saved { "started, with its saved memory" } else { "started" };
                    let of = Some((object.kind, object.uuid(), Vec::new()));
                    let cause = Cause { text: "`active` is true".to_owned(), of };
                    self.add(Consequence::Started, me, what, vec![cause]);
                }
                Some(_) => {}
            }
        }
    }

    fn volumes(&mut self) {
        let mut users: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for domain in self.before.objects.iter().filter(|object| object.kind == ObjectKind::Domain) {
            for disk in &domain.definition.facts.disks {
                users.entry(path_of(&disk.source, self.before)).or_default().push(domain.name());
            }
            // What it grows on, a domain tells while it runs.
            for disk in domain.running.iter().flat_map(|running| &running.facts.disks) {
                for below in &disk.backing {
                    users.entry(path_of(below, self.before)).or_default().push(domain.name());
                }
            }
        }
        for event in &self.run.events {
            let of = Some((event.kind, event.uuid, Vec::new()));
            match &event.deed {
                Deed::CreateVolume(path) => {
                    let me = Subject { kind: "volume", name: path.clone() };
                    self.add(Consequence::Created, me, "created", Vec::new());
                }
                Deed::DeleteVolume(path) => {
                    let me = Subject { kind: "volume", name: path.clone() };
                    let what = match users.get(path) {
                        Some(users) => {
                            let users: BTreeSet<&str> = users.iter().copied().collect();
                            format!("deleted, a disk of {}", users.into_iter().collect::<Vec<_>>().join(", "))
                        }
                        None => "deleted".to_owned(),
                    };
                    let cause = Cause { text: format!("pool `{}` says that it shall not be present", event.name), of };
                    self.add(Consequence::VolumeDeleted, me, what, vec![cause]);
                }
                Deed::Define | Deed::Undefine | Deed::Start | Deed::Stop(_) => {}
            }
        }
        self.unlike_volumes();
    }

    /// Volumes that are there and are otherwise in the spec.
    fn unlike_volumes(&mut self) {
        for item in self.settings.pools.iter().flatten() {
            let Some(pool) = self.before.object(ObjectKind::Pool, item.definition.uuid) else { continue };
            for volume in item.volumes.iter().filter(|volume| volume.present) {
                let Some(there) = pool.volumes.as_ref().and_then(|volumes| volumes.get(&volume.name)) else { continue };
                let me = || Subject { kind: "volume", name: there.path.clone().unwrap_or_else(|| volume.name.clone()) };
                let cause = || {
                    vec![Cause {
                        text: "NixVirt only creates volumes that are missing".to_owned(),
                        of: Some((ObjectKind::Pool, pool.uuid(), Vec::new())),
                    }]
                };
                if let (Some(now), Some(wanted)) = (there.capacity, volume.capacity)
                    && now != wanted
                {
                    self.add(
                        Consequence::NoEffect,
                        me(),
                        format!("stays {} large, not {}", in_units(now), in_units(wanted)),
                        cause(),
                    );
                    if wanted > now {
                        let (pool, name) = (pool.name(), &volume.name);
                        self.instead(format!("`virsh vol-resize --pool {pool} {name} {wanted}` while no domain uses it, else `virsh blockresize`"));
                    }
                }
                if let (Some(now), Some(wanted)) = (&there.format, &volume.format)
                    && now != wanted
                {
                    self.add(Consequence::NoEffect, me(), format!("stays {now}, not {wanted}"), cause());
                    self.instead("`qemu-img convert` to a new volume while no domain uses it");
                }
            }
        }
    }
}

/// A size in the largest unit that it is a whole number of.
fn in_units(bytes: u64) -> String {
    let units = [(1_u64 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let whole = units.into_iter().find(|(size, _)| bytes > 0 && bytes.is_multiple_of(*size));
    whole.map_or_else(|| format!("{bytes} bytes"), |(size, unit)| format!("{} {unit}", bytes / size))
}

/// The path of a disk's source, as far as it is known.
fn path_of(source: &DiskSource, world: &World) -> String {
    match source {
        DiskSource::Nothing => "nothing".to_owned(),
        DiskSource::File(path) | DiskSource::Other(path) => path.clone(),
        DiskSource::Volume { pool, name } => {
            let found = world.named(ObjectKind::Pool, pool);
            let target = found.and_then(|pool| pool.definition.facts.target.as_deref());
            format!("{}/{name}", target.unwrap_or(pool))
        }
    }
}
