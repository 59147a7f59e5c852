//! What shells offer while somebody types: words that lab2nix knows, and names from the spec that the line names.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter as _};

use super::commands::{import, xml};
use super::{Planned, help, spec};
use crate::edit::template::TEMPLATES;
use crate::files::{self, Disk};
use crate::host_file::HostSystem;
use crate::lab::identity::ObjectKind;
use crate::pipeline::{self, Checked};
use crate::plan::consequence::Consequence;
use crate::problem::Id;
use crate::source::{Node, Source};

/// The names of the domains.
pub(super) fn domains() -> Vec<CompletionCandidate> {
    let mut found = Vec::new();
    for checked in specs() {
        let Ok((lab, _)) = checked.lab() else { continue };
        found.extend(lab.domains.iter().flatten().map(|domain| told(&domain.name, domain.title.as_deref())));
        found.extend(lab.imported.iter().map(|domain| told(&domain.name, None)));
    }
    found
}

/// The names of the domains, and `@` with each profile that one of them has.
pub(super) fn globs() -> Vec<CompletionCandidate> {
    let mut profiles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for checked in specs() {
        let Ok((lab, _)) = checked.lab() else { continue };
        for domain in lab.domains.iter().flatten() {
            for profile in &domain.profiles {
                profiles.entry(format!("@{profile}")).or_default().push(domain.name.clone());
            }
        }
    }
    let profiles = profiles.iter().map(|(profile, domains)| told(profile, Some(&domains.join(", "))));
    domains().into_iter().chain(profiles).collect()
}

/// The objects of the spec, and files where the spec itself can stand.
pub(super) fn objects(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut found = Vec::new();
    for checked in specs() {
        let documents = pipeline::documents(&checked, HostSystem::Nixos).unwrap_or_default();
        let seeds = pipeline::seeds(&checked).unwrap_or_default();
        let discs = pipeline::discs(&checked).unwrap_or_default();
        let of_discs = seeds.iter().chain(&discs).map(|file| file.name().to_owned());
        found.extend(xml::names(&documents).chain(of_discs));
    }
    let mut found: Vec<CompletionCandidate> = begun(current, found);
    let is_first = typed().is_none_or(|typed| words(&typed, "arguments").is_none_or(|words| words.len() <= 1));
    if is_first {
        let is_spec = |path: &Path| path.to_str().is_some_and(spec::is_meant);
        found.extend(PathCompleter::any().filter(is_spec).complete(current));
    }
    found
}

/// The objects of the files that `--from` names. What a libvirt has is not asked for while somebody types.
pub(super) fn originals() -> Vec<CompletionCandidate> {
    let files = typed().and_then(|typed| paths(&typed, "from")).unwrap_or_default();
    let files: Vec<PathBuf> = files.into_iter().filter(|path| path.is_file() || path.is_dir()).collect();
    import::names(&files).iter().map(|(kind, name)| told(name, Some(kind.name()))).collect()
}

/// The kinds of objects that can be imported.
pub(super) fn kinds() -> Vec<CompletionCandidate> {
    [ObjectKind::Domain, ObjectKind::Network, ObjectKind::Pool].map(|kind| told(kind.name(), None)).into()
}

/// What can be explained.
pub(super) fn problems() -> Vec<CompletionCandidate> {
    let problems = Id::ALL.iter().map(|id| told(id.name(), id.explanation().lines().next()));
    problems.chain(consequences()).collect()
}

/// What can be denied: of a plan, also what it has.
pub(super) fn denied() -> Vec<CompletionCandidate> {
    let command = typed().and_then(|typed| typed.subcommand_name().map(str::to_owned));
    let is_plan = command.is_none_or(|command| command == "plan");
    let warnings = told("warnings", Some("Problems that are no errors count as errors."));
    [warnings].into_iter().chain(is_plan.then(consequences).into_iter().flatten()).collect()
}

/// What a plan can have.
pub(super) fn consequences() -> Vec<CompletionCandidate> {
    let explanation =
        |word| Consequence::from_name(word).map(super::super::plan::consequence::Consequence::explanation);
    Planned::words().map(|word| told(word, explanation(word).as_deref().and_then(|text| text.lines().next()))).collect()
}

/// Who activates, or a file that says so.
pub(super) fn activations(current: &OsStr) -> Vec<CompletionCandidate> {
    let words = ["gentle", "nixvirt"].map(str::to_owned);
    begun(current, words).into_iter().chain(PathCompleter::file().complete(current)).collect()
}

/// A candidate, with what it is.
fn told(name: &str, help: Option<&str>) -> CompletionCandidate {
    CompletionCandidate::new(name).help(help.map(|help| help.to_owned().into()))
}

/// Those of some names that begin as what is typed.
fn begun(current: &OsStr, names: impl IntoIterator<Item = String>) -> Vec<CompletionCandidate> {
    let is_begun = |name: &String| current.to_str().is_some_and(|start| name.starts_with(start));
    names.into_iter().filter(is_begun).map(CompletionCandidate::new).collect()
}

/// The specs that the line names, or `lab.json`. Those that have errors offer nothing.
fn specs() -> Vec<Checked> {
    named_specs().iter().filter_map(|path| checked(path)).collect()
}

/// The files that the line names as specs, or `lab.json`, as far as they are files.
fn named_specs() -> Vec<PathBuf> {
    let named = typed().and_then(|typed| {
        let of_xml = |words: Vec<String>| {
            let spec = words.into_iter().find(|word| spec::is_meant(word));
            spec.map(|spec| vec![spec::named(Path::new(&spec))])
        };
        ["specs", "spec"]
            .into_iter()
            .find_map(|id| paths(&typed, id))
            .or_else(|| words(&typed, "arguments").and_then(of_xml))
    });
    let named = named.unwrap_or_else(|| vec![PathBuf::from(spec::DEFAULT)]);
    named.into_iter().filter(|path| path.is_file()).collect()
}

fn checked(spec: &Path) -> Option<Checked> {
    let (source, problems) = Source::with_includes(spec, files::read_spec(spec).ok()?, &Disk::default());
    Some(pipeline::check(&source, problems))
}

/// What is typed, as far as it can be read: the arguments of the command. They stand behind `--` among those of this process.
fn typed() -> Option<ArgMatches> {
    let words = env::args_os().skip_while(|word| word != "--").skip(1);
    help::command().ignore_errors(true).try_get_matches_from(words).ok()
}

/// The paths that an argument of the command has.
fn paths(typed: &ArgMatches, id: &str) -> Option<Vec<PathBuf>> {
    let (_, command) = typed.subcommand()?;
    Some(command.try_get_many::<PathBuf>(id).ok()??.cloned().collect())
}

/// The words that an argument of the command has.
fn words(typed: &ArgMatches, id: &str) -> Option<Vec<String>> {
    let (_, command) = typed.subcommand()?;
    Some(command.try_get_many::<String>(id).ok()??.cloned().collect())
}

/// The names of the networks, pools and domains in the spec.
pub(super) fn names() -> Vec<CompletionCandidate> {
    let of_kind = |kind: ObjectKind| entries(kind.section(), kind.name());
    ObjectKind::ALL.into_iter().flat_map(of_kind).collect()
}

/// The names of the profiles in the spec.
pub(super) fn profiles() -> Vec<CompletionCandidate> {
    entries("profiles", "profile")
}

/// The templates of labs.
pub(super) fn templates() -> Vec<CompletionCandidate> {
    TEMPLATES.iter().map(|template| CompletionCandidate::new(template.name).help(Some(template.about.into()))).collect()
}

/// The names in a section of the spec, also where that has errors.
fn entries(section: &str, what: &'static str) -> Vec<CompletionCandidate> {
    let mut found = Vec::new();
    for spec in named_specs() {
        let Ok(bytes) = files::read_spec(&spec) else { continue };
        let (source, _) = Source::with_includes(&spec, bytes, &Disk::default());
        let entries = source.root().and_then(|root| root.member(section)).map(Node::members).unwrap_or_default();
        found.extend(entries.iter().map(|entry| told(&entry.key, Some(what))));
    }
    found
}
