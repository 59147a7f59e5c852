//! Keys that would change nothing of a definition, though they say something.

use serde_json::Value as Json;

use super::Bases;
use crate::lab::Lab;
use crate::libvirt;
use crate::place::Place;
use crate::problem::Problem;
use crate::resolve;

/// Keys that say nothing of a definition.
const OTHERS: &[&str] = &[
    "active",
    "after",
    "base",
    "cloudInit",
    "extra",
    "id",
    "imported",
    "manage",
    "onChange",
    "os",
    "plugged",
    "profiles",
    "replicas",
    "restart",
    "template",
    "variantOf",
    "volumes",
];

impl Bases {
    /// The keys of entries that say something of which the definition says something that no key can say, so that lab2nix does not
    /// know what there is to change.
    ///
    /// # Panics
    ///
    /// When a valid spec does not deserialize, which is a mistake in this crate.
    #[must_use]
    pub fn silent(&self, value: &Json, lab: &Lab) -> Vec<Problem> {
        let mut found = Vec::new();
        for base in self.whole() {
            let entry = value.get(base.kind.section()).and_then(|of_kind| of_kind.get(&base.name)?.as_object());
            let written = entry.into_iter().flat_map(serde_json::Map::keys);
            for key in written.filter(|key| !base.keys.contains_key(*key) && !OTHERS.contains(&key.as_str())) {
                let mut without = value.clone();
                let of_kind = without.get_mut(base.kind.section());
                if let Some(entry) = of_kind.and_then(|of_kind| of_kind.get_mut(&base.name)?.as_object_mut()) {
                    entry.shift_remove(key);
                }
                let name = [(base.kind, base.name.clone())];
                let (other, _) = resolve::resolve(&self.spec(without));
                if libvirt::made(lab, name.iter()) == libvirt::made(&other, name.iter()) {
                    found.push(
                        Problem::conflict(
                            Place::key(base.at.key(key)),
                            format!("`{key}` changes nothing of the `base`"),
                        )
                        .label("already so in the definition, or not expressible by this key")
                        .help("leave it out; use `extra` to change parts of the definition that have no key"),
                    );
                }
            }
        }
        found
    }
}
