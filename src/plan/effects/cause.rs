//! Why something happens.

use super::{Effects, subject};
use crate::activation::difference::{Change, changes};
use crate::activation::outcome;
use crate::activation::world::Object;
use crate::lab::identity::ObjectKind;
use crate::plan::Cause;

impl Effects<'_> {
    /// What of an object's definition changes, and who changed it.
    pub(super) fn changes(&self, object: &Object) -> Vec<Cause> {
        let Some(after) = self.after(object) else { return Vec::new() };
        let mut all = changes(&object.definition, &after.definition);
        // A cause that nobody finds in the definition, because it is not there.
        let written = self.settings.item(object.kind, object.uuid()).map(|item| &item.definition);
        if let Some(anew) = written.filter(|written| written.facts.gets_new_macs()) {
            let is_mac = |change: &Change| match object.kind {
                ObjectKind::Network => change.element == "mac",
                ObjectKind::Domain => change.element == "devices/interface" && !change.names_one_of(&anew.facts.macs),
                ObjectKind::Pool => false,
            };
            if all.iter().any(is_mac) {
                all.retain(|change| !is_mac(change));
                let text = "it has no `mac`, so libvirt generates another one each time".to_owned();
                all.push(Change { element: "mac".to_owned(), text });
            }
        }
        let hand = self.by_hand.iter().find(|by_hand| by_hand.object == subject(object.kind, object.name()));
        let texts = |changes: &[Change]| match changes {
            [] => "the order of its elements".to_owned(),
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
                causes.push(Cause { text: format!("a manual change is undone: {}", texts(&undone)), of: None });
                causes
            }
            None => vec![own(all, "its definition changes")],
        }
    }

    pub(super) fn causes(&self, object: &Object, cause: &outcome::Cause) -> Vec<Cause> {
        let plain = |text: String| vec![Cause { text, of: None }];
        let own = |text: &str| {
            let of = Some((object.kind, object.uuid(), Vec::new()));
            vec![Cause { text: text.to_owned(), of }]
        };
        let mut causes = match cause {
            outcome::Cause::Unlisted => self.unlisted(object),
            outcome::Cause::Renamed => {
                let name = self.after(object).map_or("", Object::name);
                own(&format!("it is renamed to `{name}`"))
            }
            outcome::Cause::Changed => self.changes(object),
            outcome::Cause::Restart => own("`restart` is true"),
            outcome::Cause::Inactive => own("`active` is false"),
            outcome::Cause::Network(name) => {
                let network = self.before.world.named(ObjectKind::Network, name);
                match network.filter(|network| self.stop(network).is_some_and(|stop| stop.runs_again)) {
                    Some(network) => {
                        let of = Some((ObjectKind::Network, network.uuid(), Vec::new()));
                        vec![Cause { text: format!("network `{name}` restarts"), of }]
                    }
                    None => plain(format!("network `{name}` stops")),
                }
            }
        };
        if *cause != outcome::Cause::Changed && *cause != outcome::Cause::Renamed && self.is_changed(object) {
            causes.extend(self.changes(object));
        }
        let is_for_good = matches!(cause, outcome::Cause::Unlisted | outcome::Cause::Inactive);
        let starts_again = self.stop(object).is_some_and(|stop| stop.runs_again);
        if let (Some(failure), false) = (&self.run.failure, is_for_good || starts_again) {
            causes
                .push(Cause { text: format!("the activation fails before it is started again: {failure}"), of: None });
        }
        causes
    }
}
