//! What happens to networks and pools, and to any object that is not stopped or is new.

use super::{Effects, Stop, subject};
use crate::activation::outcome::Deed;
use crate::activation::world::Object;
use crate::lab::identity::ObjectKind;
use crate::plan::Cause;
use crate::plan::consequence::Consequence;

impl Effects<'_> {
    pub(super) fn network(&mut self, network: &Object) {
        match self.after(network) {
            None => self.gone(network, ""),
            Some(_) => self.there(network, [Consequence::NetworkRestarted, Consequence::NetworkStopped]),
        }
    }

    /// A network or a pool that is deleted; `rest` of what happens then.
    fn gone(&mut self, object: &Object, rest: &str) {
        let anew = match self.recreated(object) {
            Some(_) => ", and recreated with another UUID",
            None => "",
        };
        let me = subject(object.kind, object.name());
        let causes = self.unlisted(object);
        self.add(Consequence::Deleted, me, format!("deleted{anew}{rest}"), causes);
        if let Some(kept) = self.kept_by(object) {
            self.instead(kept);
        }
    }

    /// A network or a pool that stays.
    fn there(&mut self, object: &Object, [restarted, stopped]: [Consequence; 2]) {
        let me = subject(object.kind, object.name());
        if let Some(Stop { cause, runs_again, .. }) = self.stop(object) {
            let causes = self.causes(object, cause);
            let (consequence, what) =
                if runs_again { (restarted, "stopped and started") } else { (stopped, "stopped, and stays off") };
            self.add(consequence, me, what, causes);
        } else if self.was_done(object, &Deed::Restart) {
            let causes = self.changes(object);
            let what = "stopped and started; its domains keep running and are reconnected";
            self.add(restarted, me, what, causes);
        } else {
            self.later(object);
        }
    }

    /// What changes of an object that is not stopped.
    pub(super) fn later(&mut self, object: &Object) {
        let me = subject(object.kind, object.name());
        if self.is_changed(object) {
            let causes = self.changes(object);
            match (object.is_active, object.kind) {
                (true, ObjectKind::Network) if self.was_done(object, &Deed::Tell) => {
                    self.add(Consequence::Updated, me, "its running DHCP and DNS servers are updated", causes);
                }
                (true, _) if self.was_done(object, &Deed::Tell) => {
                    self.add(Consequence::Updated, me, "is updated while it runs", causes);
                }
                (true, ObjectKind::Network) => {
                    let what =
                        "keeps running unchanged: its DHCP and DNS servers are not updated until it is restarted";
                    self.add(Consequence::NextStart, me, what, causes);
                    self.instead(format!(
                        "run `virsh net-destroy {0}` and `virsh net-start {0}` when no domain is on it",
                        object.name()
                    ));
                }
                (true, _) => {
                    self.add(
                        Consequence::NextStart,
                        me,
                        "keeps running unchanged until it is shut down and started",
                        causes,
                    );
                }
                (false, _) => self.add(Consequence::NextStart, me, "its definition changes while it is off", causes),
            }
        }
    }

    pub(super) fn pool(&mut self, pool: &Object) {
        let stays = self.after(pool).is_some();
        let after = self.after(pool).or_else(|| self.recreated(pool));
        let new = after.and_then(|after| after.definition.facts.target.as_ref());
        let (old, new) = (&pool.definition.facts.target, new);
        if let (Some(old), Some(new)) = (old, new)
            && old != new
            && (!stays || self.stop(pool).is_some() || !pool.is_active)
            && pool.volumes.as_ref().is_none_or(|volumes| !volumes.is_empty())
        {
            let causes = if stays { self.changes(pool) } else { self.unlisted(pool) };
            let what =
                format!("moves to `{new}`: volumes are created there, empty, and those in `{old}` are kept there");
            self.add(Consequence::DiskNew, subject(pool.kind, pool.name()), what, causes);
            self.instead(format!(
                "first shut its domains down, run `virsh pool-destroy {}`, and move the files from `{old}` to `{new}`",
                pool.name()
            ));
        }
        if stays {
            self.there(pool, [Consequence::PoolRestarted, Consequence::PoolStopped]);
        } else {
            self.gone(pool, "; its volumes are kept");
        }
    }

    pub(super) fn new_objects(&mut self) {
        for object in &self.run.world.objects {
            let me = subject(object.kind, object.name());
            let of =
                || vec![Cause { text: "it is new".to_owned(), of: Some((object.kind, object.uuid(), Vec::new())) }];
            match self.before.world.object(object.kind, object.uuid()) {
                // For one that is recreated, this has been reported.
                None if self
                    .before
                    .world
                    .named(object.kind, object.name())
                    .is_some_and(|old| self.after(old).is_none()) => {}
                None => {
                    let what = if object.is_active { "created, and started" } else { "created" };
                    self.add(Consequence::Created, me, what, of());
                }
                Some(before) if !before.is_active && object.is_active => {
                    let what = if before.is_saved { "resumed from its saved memory" } else { "started" };
                    let of = Some((object.kind, object.uuid(), Vec::new()));
                    let cause = Cause { text: "`active` is true".to_owned(), of };
                    self.add(Consequence::Started, me, what, vec![cause]);
                }
                Some(_) => {}
            }
        }
    }
}
