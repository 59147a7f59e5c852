//! Who lists an object, and how it would stay.

use uuid::Uuid;

use super::{Effects, keep_uuid};
use crate::activation::world::Object;
use crate::lab::identity::ObjectKind;
use crate::plan::{Cause, Certainty};
use crate::visible;

impl<'a> Effects<'a> {
    /// The UUID of the new object that takes the name of one that is deleted. One that was there under another name is itself.
    pub(super) fn successor(&self, object: &Object) -> Option<Uuid> {
        let mut items = self.settings.kinds().filter(|(kind, _)| *kind == object.kind).flat_map(|(_, items)| items);
        let named = items.find(|item| item.definition.name == object.name());
        named.map(|item| item.definition.uuid).filter(|uuid| self.before.world.object(object.kind, *uuid).is_none())
    }

    /// The same as it is after the activation, if that has come so far.
    pub(super) fn recreated(&self, object: &Object) -> Option<&'a Object> {
        self.run.world.object(object.kind, self.successor(object)?)
    }

    /// Why an object is deleted.
    pub(super) fn unlisted(&self, object: &Object) -> Vec<Cause> {
        let (text, of) = match self.successor(object) {
            Some(uuid) => (
                "it is listed with another UUID: the lab's name, its `id` or its `uuid` changed",
                Some((object.kind, uuid, Vec::new())),
            ),
            None if self.was_listed(object) => ("it is no longer listed", None),
            None => ("it is not listed", None),
        };
        vec![Cause { text: text.to_owned(), of }]
    }

    /// How an object would stay that is deleted because nobody lists it, or another one of its name.
    pub(super) fn kept_by(&self, object: &Object) -> Option<String> {
        let name = object.name();
        if self.successor(object).is_some() {
            return Some(format!("to keep it, {}", keep_uuid(object)));
        }
        if !self.was_listed(object) {
            let (_, spec) = self.before.labs.first()?;
            let listed = match object.kind {
                ObjectKind::Domain => "list it with `\"imported\": true`".to_owned(),
                kind => format!("name it in `external.{}`", kind.section()),
            };
            let import = format!("lab2nix import {} --into {}", visible::shell(name), visible::shell(spec));
            return Some(format!("to keep it, {listed}, or run `{import}`"));
        }
        let mut others = self.run.world.objects.iter().filter(|other| other.kind == ObjectKind::Domain);
        let may_be_renamed = others.any(|other| self.before.world.object(other.kind, other.uuid()).is_none());
        (object.kind == ObjectKind::Domain && may_be_renamed).then(|| {
            let keep =
                if self.is_derived(object) { format!("give its entry the `id` {name}") } else { keep_uuid(object) };
            format!("if it was renamed, {keep}: then it keeps its disks")
        })
    }

    /// Whether an object was listed before, as far as that is known.
    fn was_listed(&self, object: &Object) -> bool {
        self.before.certainty == Certainty::Likely
            || self.before.applied.is_some_and(|applied| applied.item(object.kind, object.uuid()).is_some())
            || self.is_derived(object)
    }

    /// Whether the UUID of an object is the one that an entry of its name has.
    fn is_derived(&self, object: &Object) -> bool {
        self.before.labs.iter().any(|(lab, _)| lab.uuid(object.kind, object.name()) == object.uuid())
    }
}
