//! Which domains have to be restarted to be what they should be.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::activation::difference;
use crate::activation::world::World;
use crate::lab::identity::ObjectKind;
use crate::plan::Plan;
use crate::plan::consequence::Consequence;

/// Why domains are not what they should be, by their UUIDs, in words: what waits for the next start of one that runs, and what a switch
/// would change of it. Those that are not here are as they should be.
#[must_use]
pub fn due(world: &World, plan: Option<&Plan>) -> BTreeMap<Uuid, Vec<String>> {
    let mut due: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    for domain in world.active(ObjectKind::Domain) {
        let Some(running) = domain.running.as_ref().filter(|_| domain.is_persistent) else { continue };
        let changes = difference::pending(running, &domain.definition).into_iter();
        let changes: Vec<String> = changes.map(|change| format!("from its next start: {}", change.text)).collect();
        if !changes.is_empty() {
            due.entry(domain.uuid()).or_default().extend(changes);
        }
        let of_switch = plan.iter().flat_map(|plan| &plan.effects).filter(|effect| {
            let restarts = [Consequence::PowerCycled, Consequence::Restarted, Consequence::NextStart];
            effect.object.name == domain.name()
                && effect.object.kind == ObjectKind::Domain.name()
                && restarts.contains(&effect.consequence)
        });
        for effect in of_switch {
            due.entry(domain.uuid()).or_default().push(format!("with the next switch: {}", effect.what));
        }
    }
    due
}
