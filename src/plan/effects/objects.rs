//! What happens to networks and pools, and to any object that is not stopped or is new.

use super::{Effects, subject};
use crate::activation::world::Object;
use crate::lab::identity::ObjectKind;
use crate::plan::Cause;
use crate::plan::consequence::Consequence;

impl Effects<'_> {
    pub(super) fn network(&mut self, network: &Object) {
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
    pub(super) fn later(&mut self, object: &Object) {
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

    pub(super) fn pool(&mut self, pool: &Object) {
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
            && (stop.is_some() || !pool.is_active)
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

    pub(super) fn new_objects(&mut self) {
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
}
