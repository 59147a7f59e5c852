//! Looks at machines with several forms.

use std::collections::HashMap;

use crate::lab::Lab;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::spec::Active;

/// Refuses two forms of one machine that activation starts: they have the same disks.
pub(crate) fn check(lab: &Lab, problems: &mut Problems) {
    let mut running: HashMap<&str, Place> = HashMap::new();
    for domain in lab.domains.iter().flatten().filter(|domain| domain.active == Active::Running) {
        let machine = domain.machine_name();
        let Some(first) = running.get(machine) else {
            running.insert(machine, Place::key(&domain.at));
            continue;
        };
        problems.push(
            Problem::new(
                Id::SeveralForms,
                Place::key(&domain.at),
                format!("`{}` is started, and so is another variant of `{machine}`", domain.name),
            )
            .label("the second one that runs")
            .related(first.clone(), "the first one")
            .help(
                "keep `\"active\": true` only for the variant that is to run; `\"active\": false` stops the other one",
            ),
        );
    }
}
