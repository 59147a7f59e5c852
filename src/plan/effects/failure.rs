//! What ends an activation early.

use std::collections::BTreeSet;

use super::Effects;
use crate::activation::outcome::{Deed, Run};
use crate::activation::world::Object;
use crate::plan::Subject;
use crate::plan::consequence::Consequence;

/// What libvirt says of a domain that cannot be deleted because of its snapshots.
const SNAPSHOTS: &str = "cannot delete inactive domain with";

impl Effects<'_> {
    pub(super) fn failure(&mut self, again: Option<&Run>) {
        let Some(failure) = &self.run.failure else { return };
        let count = |deed: fn(&Deed) -> bool| self.run.events.iter().filter(|event| deed(&event.deed)).count();
        let done: Vec<String> = [
            (count(|deed| matches!(deed, Deed::Stop(_) | Deed::ShutDown(_))), "stopped"),
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
        if self.run.is_done {
            let what = format!("{at}it was running, and does not start again: {failure}; everything else is done");
            let activation = Subject { kind: "activation", name: String::new() };
            return self.add(Consequence::StopsHalfWay, activation, what, Vec::new());
        }
        let second = match again.and_then(|again| again.failure.as_ref()) {
            Some(why) if why == failure => "a second attempt fails at the same step".to_owned(),
            Some(why) => format!("a second attempt fails with: {why}"),
            None => "a second attempt succeeds".to_owned(),
        };
        let held = if failure.starts_with(SNAPSHOTS) { self.held() } else { String::new() };
        let what = format!("{at}libvirt reports: {failure}{held}; already done: {done}; {second}");
        let instead = if failure.starts_with(SNAPSHOTS) {
            Some(self.without_snapshots())
        } else if failure.contains("already exists with uuid") {
            Some("rename the objects in two switches, through a third name".to_owned())
        } else {
            None
        };
        self.add(Consequence::StopsHalfWay, Subject { kind: "activation", name: String::new() }, what, Vec::new());
        if let Some(instead) = instead {
            self.instead(instead);
        }
    }

    /// The domain that cannot be deleted because it has snapshots.
    fn snapshotted(&self) -> Option<&Object> {
        let (kind, name) = self.run.failed_at.as_ref()?;
        self.run.world.named(*kind, name).or_else(|| self.before.world.named(*kind, name))
    }

    /// The saves that hold it.
    fn saves(&self) -> BTreeSet<(&str, &str)> {
        let snapshots = self.snapshotted().into_iter().flat_map(|domain| &domain.snapshots);
        let saves =
            snapshots.filter_map(|snapshot| Some((snapshot.name.as_str(), snapshot.mark.as_ref()?.lab.as_str())));
        saves.collect()
    }

    /// The saves that hold it, by their names.
    fn held(&self) -> String {
        let saves: Vec<String> = self.saves().iter().map(|(name, lab)| format!("`{name}` of lab `{lab}`")).collect();
        match saves.as_slice() {
            [] => String::new(),
            [one] => format!(" (the save {one} holds it)"),
            several => format!(" (the saves {} hold it)", several.join(", ")),
        }
    }

    /// How it gets rid of them: of saves as saves, and of others one by one.
    fn without_snapshots(&self) -> String {
        let name = self.run.failed_at.as_ref().map_or("NAME", |(_, name)| name);
        let saves = self.saves();
        let names: BTreeSet<&str> = saves.iter().map(|(save, _)| *save).collect();
        let mut steps: Vec<String> = names.iter().map(|save| format!("`lab2nix forget {save}`")).collect();
        let count = self.snapshotted().map_or(0, |domain| domain.snapshots.len());
        if count > saves.len() || saves.is_empty() {
            steps.push(format!("`virsh snapshot-list {name}`"));
            steps.push(format!("`virsh snapshot-delete {name} SNAPSHOT --metadata`"));
        }
        let (last, others) = steps.split_last().expect("there is one in any case");
        let steps = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
        format!("first run {steps}, or keep the domain")
    }
}
