//! What ends an activation early.

use super::Effects;
use crate::activation::outcome::{Deed, Run};
use crate::plan::Subject;
use crate::plan::consequence::Consequence;

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
            let what = format!("{at}it ran before, and does not start again: {failure}; all else is done by then");
            let activation = Subject { kind: "activation", name: String::new() };
            return self.add(Consequence::StopsHalfWay, activation, what, Vec::new());
        }
        let second = match again.and_then(|again| again.failure.as_ref()) {
            Some(why) if why == failure => "a second attempt stops there, too".to_owned(),
            Some(why) => format!("a second attempt stops with: {why}"),
            None => "a second attempt comes to its end".to_owned(),
        };
        let what = format!("{at}libvirt refuses: {failure}; done by then: {done}; {second}");
        let instead = if failure.starts_with("cannot delete inactive domain with") {
            let name = self.run.failed_at.as_ref().map_or("NAME", |(_, name)| name);
            Some(format!(
                "`virsh snapshot-list {name}` and `virsh snapshot-delete {name} SNAPSHOT --metadata` before, or keep it"
            ))
        } else if failure.contains("already exists with uuid") {
            Some("give the objects their new names in two switches, by a third name".to_owned())
        } else {
            None
        };
        self.add(Consequence::StopsHalfWay, Subject { kind: "activation", name: String::new() }, what, Vec::new());
        if let Some(instead) = instead {
            self.instead(instead);
        }
    }
}
