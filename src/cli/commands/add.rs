//! `lab2nix add`.

use super::edit::{refuse, settle, shown};
use super::{ATTENTION, Failure, look_at, report_problems, talk};
use crate::cli::{AddArguments, Cli, call};
use crate::edit::add::{Adding, add as add_to};
use crate::edit::{Target, entry};
use crate::files::Disk;
use crate::place::Place;
use crate::source::{Node, Source};
use crate::visible;

/// Adds an object to a spec.
pub(super) fn add(cli: &Cli, arguments: &AddArguments) -> Result<u8, Failure> {
    let AddArguments { kind, name, from, spec } = arguments;
    let (source, checked) = look_at(&spec.path)?;
    if !source.is_complete() {
        report_problems(cli, &checked.problems, Some(&source));
        return Ok(ATTENTION);
    }
    let disk = Disk::default();
    let target = Target { path: &spec.path, source: &source, checked: &checked, files: &disk };
    let edited = match add_to(target, Adding { kind: *kind, name, profiles: from }) {
        Ok(edited) => edited,
        Err(refusal) => return refuse(cli, target, refusal),
    };
    if !settle(cli, spec, target, &edited, &target.new_problems(&edited))? {
        return Ok(ATTENTION);
    }
    let section = kind.section();
    let has_section = |source: &Source| source.root().is_some_and(|root| root.member(section).is_some());
    if !has_section(&source) {
        talk(
            cli,
            &format!(
                "warning: the lab had no `{section}`, so a switch left those of the host alone; from now on it deletes those that are not \
                 listed here: `lab2nix plan` tells which, and `lab2nix import --into` lists them\n"
            ),
        );
    }
    if spec.diff {
        return Ok(0);
    }
    let at = shown(&edited.source, &Place::key(entry(*kind, name))).unwrap_or_default();
    let keys = edited.source.root().and_then(|root| root.member(section)?.member(name)).map_or(&[][..], Node::members);
    let keys = keys.iter().map(|member| format!("`{}`", member.key)).collect::<Vec<_>>().join(", ");
    let keys = if keys.is_empty() { "nothing of its own".to_owned() } else { keys };
    let name = visible::line(name);
    talk(cli, &format!("added {} `{name}` at {at}, with {keys}\n", kind.name()));
    talk(cli, &format!("next: change what it says, then `{}`\n", call::on(&spec.path, "gen")));
    Ok(0)
}
