//! `lab2nix gen`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::{ATTENTION, Failure, insist, print, put, read_source, report_problems, summary, talk};
use crate::cli::{Cli, Gen, call};
use crate::files::{self, Replace, STANDARD_INPUT, State};
use crate::lab::size;
use crate::libvirt::vocabulary::Vocabulary;
use crate::nix::host::{HOST_DIRECTORY, is_host_file};
use crate::nix::listed::{Listed, ListedVolume, instance, listed, seeds};
use crate::nix::module::MODULE_FILE_NAME;
use crate::pipeline::{self, Checked};
use crate::plan::capacity::resize_command;
use crate::problem::quoted_list;
use crate::proof::Proven;
use crate::resolve::secret::without_secrets;
use crate::spec::schema::editors;
use crate::visible;

/// Generates the Nix files of a lab, or says how they differ from what they should be.
pub(super) fn generate(cli: &Cli, arguments: &Gen) -> Result<u8, Failure> {
    let is_input = arguments.spec == Path::new(STANDARD_INPUT);
    if is_input && arguments.out.is_none() {
        return Err(Failure::NoDirectory);
    }
    let Some((source, checked)) = read_source(cli, &arguments.spec)? else {
        return Ok(ATTENTION);
    };
    let name = arguments.spec.file_name().unwrap_or(arguments.spec.as_os_str()).to_string_lossy();
    let files = pipeline::generate(&checked, if is_input { "a spec on standard input" } else { &name })?;
    let dir = arguments.out.clone().unwrap_or_else(|| beside(&arguments.spec));
    summary::details(cli, &source, &checked)?;
    if arguments.check {
        return compare(cli, arguments, &dir, &files);
    }
    if arguments.diff {
        print_changes(cli, &dir, &files, &files::compare(&dir, &files, Replace::Marked)?)?;
    }
    report_xml(cli, &checked)?;
    let Some(before) = put(cli, &dir, &files, Replace::Marked)? else {
        return Ok(ATTENTION);
    };
    for said in other_sizes(&files, &before) {
        // A warning is told also to those who want problems only.
        if said.starts_with("warning") { insist(cli, &said) } else { talk(cli, &said) }
    }
    if let Some(said) = other_seeds(&files, &before) {
        talk(cli, &said);
    }
    let former = dir.join(FORMER_HOST_FILE);
    if files::is_left_over(&former)? {
        talk(
            cli,
            &format!(
                "note: `{}` was written by an earlier version and is no longer used: delete it\n",
                visible::path(&former)
            ),
        );
    }
    let changes = changes_of_objects(&files, &before);
    talk(cli, &summary::of_gen(checked.lab()?.0, &dir, &files, &before, changes, &arguments.spec));
    Ok(0)
}

/// The file that held the module of the host before it became a directory.
const FORMER_HOST_FILE: &str = "host.nix";

/// Reports which objects are written as XML, and why.
fn report_xml(cli: &Cli, checked: &Checked) -> Result<(), Failure> {
    let (lab, objects) = checked.lab()?;
    let version = Vocabulary::of(lab.target.nixvirt).version();
    let mut by_cause: IndexMap<(&str, String), Vec<&str>> = IndexMap::new();
    for (what, name, definition) in objects.definitions().filter(|(.., definition)| !definition.unsupported.is_empty())
    {
        let unsupported = quoted_list(definition.unsupported.iter().map(String::as_str));
        by_cause.entry((what, unsupported)).or_default().push(name);
    }
    for ((what, unsupported), names) in by_cause {
        let (plural, are) = if names.len() == 1 { ("", "is") } else { ("s", "are") };
        let names = quoted_list(names);
        talk(
            cli,
            &format!(
                "note: {what}{plural} {names} {are} written as XML: NixVirt {version} does not write {unsupported}\n"
            ),
        );
    }
    Ok(())
}

/// Counts the objects that were otherwise in the files before, if there are any.
fn changes_of_objects(files: &[Proven], before: &[State]) -> Option<String> {
    let mut counts = [(0_usize, "changed"), (0, "deleted"), (0, "with another identity")];
    for (file, state) in files.iter().zip(before) {
        let State::Differs { old } = state else { continue };
        let (Some(old), Some(new)) = (listed(old), listed(file.text())) else { continue };
        for object in old {
            let same = new.iter().find(|other| other.uuid == object.uuid);
            let index = match same {
                Some(same) if same.text == object.text => continue,
                Some(_) => 0,
                None if new.iter().any(|other| other.name == object.name) => 2,
                None => 1,
            };
            counts[index].0 += 1;
        }
    }
    let objects = |count: usize| if count == 1 { "1 object".to_owned() } else { format!("{count} objects") };
    let counted =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", objects(*count)));
    let counted: Vec<String> = counted.collect();
    (!counted.is_empty()).then(|| counted.join(", "))
}

/// Says which volumes had another size in the files before: an activation resizes none that is there.
fn other_sizes(files: &[Proven], before: &[State]) -> Vec<String> {
    let mut said = Vec::new();
    for (file, state) in files.iter().zip(before) {
        let State::Differs { old } = state else { continue };
        let (Some(old), Some(new)) = (listed(old), listed(file.text())) else { continue };
        for pool in new {
            let volumes = old.iter().filter(|other| other.uuid == pool.uuid).flat_map(Listed::volumes);
            let volumes: Vec<ListedVolume> = volumes.collect();
            for ListedVolume { name, capacity: wanted } in pool.volumes() {
                let Some(before) = volumes.iter().find(|volume| volume.name == name && volume.capacity != wanted)
                else {
                    continue;
                };
                said.push(other_size(&pool.name, &name, before.capacity, wanted));
            }
        }
    }
    said
}

/// Says that a volume keeps its size.
fn other_size(pool: &str, name: &str, before: u64, wanted: u64) -> String {
    let stays =
        format!("volume `{name}` of pool `{pool}` keeps its size of {} if it already exists", size::in_words(before));
    if wanted < before {
        return format!(
            "warning: {stays}: shrinking it to {} would lose the data beyond that; use a new volume for a smaller disk\n",
            size::in_words(wanted)
        );
    }
    format!(
        "note: {stays}: {} enlarges it to {} while no domain uses it, otherwise `virsh blockresize`\n",
        resize_command(pool, name, wanted),
        size::in_words(wanted)
    )
}

/// Says which domains had other settings for cloud-init in the files before: it has no news of a machine that it knows.
fn other_seeds(files: &[Proven], before: &[State]) -> Option<String> {
    let (file, state) = files.iter().zip(before).find(|(file, _)| file.name() == MODULE_FILE_NAME)?;
    let State::Differs { old } = state else { return None };
    let old = seeds(old);
    let is_changed = |(domain, new): &(String, BTreeMap<String, String>)| {
        let machine =
            |of: &BTreeMap<String, String>| of.get("metaData").and_then(|text| instance(text)).map(str::to_owned);
        old.get(domain).is_some_and(|old| old != new && machine(old) == machine(new))
    };
    let domains: Vec<String> = seeds(file.text()).into_iter().filter(is_changed).map(|(domain, _)| domain).collect();
    let of = quoted_list(domains.iter().map(String::as_str));
    (!domains.is_empty()).then(|| {
        format!(
            "note: cloud-init has other settings for {of}: a guest that has booted already takes them at the next start after `cloud-init clean` in it\n"
        )
    })
}

/// `generated` beside the spec.
fn beside(spec: &Path) -> PathBuf {
    spec.parent().unwrap_or(Path::new("")).join("generated")
}

/// Says how the files differ from what they should be; writes nothing.
fn compare(cli: &Cli, arguments: &Gen, dir: &Path, files: &[Proven]) -> Result<u8, Failure> {
    let states = files::compare(dir, files, Replace::Marked)?;
    if states.iter().all(|state| *state == State::UpToDate) {
        return Ok(0);
    }
    let refusals = files::refusals(dir, files, &states);
    report_problems(cli, &refusals, None);
    // Where nothing is there, all of it differs, and tells nothing; `--diff` shows it all the same.
    if is_there(&states) || arguments.diff {
        print_changes(cli, dir, files, &states)?;
    }
    if !refusals.is_empty() {
        insist(cli, &format!("{} is out of date, and cannot be replaced as it is\n", visible::path(dir)));
        return Ok(ATTENTION);
    }
    let (spec, out) = (arguments.spec.to_string_lossy(), arguments.out.as_ref().map(|out| out.to_string_lossy()));
    let out = out.iter().flat_map(|out| ["--out", out]);
    let command = call::command(["gen", &spec].into_iter().chain(out));
    let state = if is_there(&states) { "is out of date" } else { "is not there yet" };
    insist(cli, &format!("{} {state}; run: {command}\n", visible::path(dir)));
    Ok(ATTENTION)
}

/// Whether any of the files is there.
fn is_there(states: &[State]) -> bool {
    states.iter().any(|state| *state != State::Missing)
}

/// Prints what changes.
fn print_changes(cli: &Cli, dir: &Path, files: &[Proven], states: &[State]) -> Result<(), Failure> {
    let mut text = String::new();
    let is_new_of_host = |(file, state): &(&Proven, &State)| **state == State::Missing && is_host_file(file.name());
    // They are the same for every lab, so a diff of them tells nothing.
    if files.iter().zip(states).any(|file| is_new_of_host(&file)) {
        talk(cli, &format!("{} is new, or has new files\n", visible::path(&dir.join(HOST_DIRECTORY))));
    }
    for (file, state) in files.iter().zip(states).filter(|file| !is_new_of_host(file)) {
        let old = match state {
            State::UpToDate | State::Foreign => continue,
            // It is long, and about no lab.
            State::Missing | State::Differs { .. } if file.name() == editors::FILE => {
                talk(cli, &format!("{} is missing, or of another lab2nix\n", visible::path(&dir.join(editors::FILE))));
                continue;
            }
            State::Missing => "",
            State::Differs { old } => old,
        };
        text.push_str(&files::diff(&dir.join(file.name()).display().to_string(), old, file.text()));
    }
    print(&without_secrets(&text))
}
