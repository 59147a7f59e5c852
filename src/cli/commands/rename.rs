//! `lab2nix rename`.

use std::fmt::Write as _;
use std::path::Path;

use super::edit::{refuse, settle, shown};
use super::{ATTENTION, Failure, look_at, report_problems, talk};
use crate::cli::{Cli, RenameArguments, call};
use crate::edit::Target;
use crate::edit::rename::{Renamed, find, kept_words, rename as rename_in};
use crate::edit::same::Renaming;
use crate::files::Disk;
use crate::lab::identity::ObjectKind;
use crate::problem::Problem;
use crate::source::{Kind, Source};

/// How many places with the old name are shown.
const SHOWN: usize = 10;

/// Renames an object of a spec.
pub(super) fn rename(cli: &Cli, arguments: &RenameArguments) -> Result<u8, Failure> {
    let RenameArguments { old, new, kind, spec } = arguments;
    let (source, checked) = look_at(&spec.path)?;
    if !checked.is_sound() || !source.is_complete() {
        report_problems(cli, &checked.problems, Some(&source));
        return Ok(ATTENTION);
    }
    let kind = find(&source, old, *kind)?;
    let disk = Disk::default();
    let target = Target { path: &spec.path, source: &source, checked: &checked, files: &disk };
    let renamed = match rename_in(target, Renaming { kind, old, new }) {
        Ok(renamed) => renamed,
        Err(refusal) => return refuse(cli, target, refusal),
    };
    // What it said of the old name, it says of the new one.
    let is_known = |problem: &Problem| {
        let message = problem.message.replace(&format!("`{new}`"), &format!("`{old}`"));
        checked.problems.iter().any(|known| known.id == problem.id && known.message == message)
    };
    let mut problems = target.new_problems(&renamed.edited);
    problems.retain(|problem| !is_known(problem));
    if !settle(cli, spec, target, &renamed.edited, &problems)? {
        return Ok(ATTENTION);
    }
    talk(cli, &told(&renamed, Renaming { kind, old, new }));
    if !spec.diff {
        talk(cli, &next(&spec.path, &source, Renaming { kind, old, new }));
    }
    Ok(0)
}

/// What became of the object.
fn told(renamed: &Renamed, Renaming { kind, old, new }: Renaming<'_>) -> String {
    let references = match renamed.references {
        0 => "nothing else named it".to_owned(),
        1 => "1 reference was mended".to_owned(),
        many => format!("{many} references were mended"),
    };
    let kept = match renamed.kept.as_slice() {
        [] => String::new(),
        kept => {
            let keep = if kept.len() == 1 { "keeps" } else { "keep" };
            format!(", and {} {keep} what was made of the old name", kept_words(kept))
        }
    };
    let mut text = format!("{} `{old}` is `{new}`: {references}{kept}\n", kind.name());
    let source = &renamed.edited.source;
    let places: Vec<String> = renamed.left.iter().filter_map(|place| shown(source, place)).collect();
    if !places.is_empty() {
        let more = places.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more places") } else { String::new() };
        let places = places.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let what = kind.name();
        let _ = writeln!(text, "note: `{old}` is still at {places}{more}: change it where it means this {what}");
    }
    text
}

/// What there is to do before the switch.
fn next(spec: &Path, source: &Source, Renaming { kind, old, new }: Renaming<'_>) -> String {
    let entry = source.root().and_then(|root| root.member(kind.section())?.member(old));
    let imported = entry.and_then(|entry| entry.member("imported"));
    let is_imported = imported.is_some_and(|imported| imported.kind == Kind::Bool(true));
    let (generate, plan) = (call::on(spec, "gen"), call::on(spec, "plan"));
    if is_imported {
        return format!(
            "next: `virsh domrename {old} {new}`, as the lab does not rename what is `imported`; then `{generate}`\n"
        );
    }
    let way = format!("next: `{generate}`, and `{plan}` tells what the switch does");
    match kind {
        ObjectKind::Domain => format!("{way}; snapshots of the domain have to be deleted before it\n"),
        ObjectKind::Network | ObjectKind::Pool => format!("{way}\n"),
    }
}
