//! Decides whether a domain is a template, whose disks others are overlays of and which must therefore not be started.

use crate::place::Place;
use crate::problem::{Problem, Problems};
use crate::resolve::guest::Guest;
use crate::spec::Active;
use crate::spec::key::key;
use crate::spec::lifecycle::OnChange;

/// Reads whether a domain is a template, and refuses what would start it.
pub(crate) fn check(guest: &Guest<'_>, problems: &mut Problems) -> bool {
    if guest.instance.own.template != Some(true) {
        return false;
    }
    let said = || (Place::key(guest.instance.at.key("template")), "it is a template");
    let mut refuse = |place, message: &str, help: &str| {
        let (template, what) = said();
        problems.push(
            Problem::conflict(place, format!("domain `{}` is a template, and {message}", guest.instance.name))
                .label("not with `template`")
                .related(template, what)
                .help(help.to_owned()),
        );
    };
    if let Some(active) = guest.layers.get(key!(active)).filter(|at| *at.value == Active::Running) {
        refuse(
            active.key_place(),
            "activation would start it",
            "leave `active` out; if another layer sets it, write `\"active\": null` in the template's own entry",
        );
    }
    if let Some(restart) = guest.layers.get(key!(restart)).filter(|at| *at.value) {
        refuse(
            restart.key_place(),
            "activation would restart it while somebody installs it",
            "leave `restart` out; if another layer sets it, write `\"restart\": false` in the template's own entry",
        );
    }
    if let Some(on_change) = guest.layers.get(key!(on_change)).filter(|at| *at.value != OnChange::NextStart) {
        refuse(
            on_change.key_place(),
            "activation would restart it while somebody installs it",
            "leave `onChange` out; if another layer sets it, write `\"onChange\": \"next-start\"` in the template's own entry",
        );
    }
    if let Some(after) = guest.layers.get(key!(after)).filter(|at| !at.value.is_empty()) {
        refuse(
            after.key_place(),
            "it never starts",
            "leave `after` out; if another layer sets it, write `\"after\": []` in the template's own entry",
        );
    }
    if guest.instance.own.replicas.is_some() {
        refuse(
            Place::key(guest.instance.at.key("replicas")),
            "it cannot have replicas",
            "leave one of the two out; clones of one template can be `replicas`",
        );
    }
    true
}
