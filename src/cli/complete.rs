//! What shells offer while somebody types: what there is in the spec beside them.

use std::path::Path;

use clap_complete::engine::CompletionCandidate;

use crate::edit::template::TEMPLATES;
use crate::files::{self, Disk};
use crate::lab::identity::ObjectKind;
use crate::pipeline;
use crate::source::{Node, Source};

/// The names of the domains in `lab.json`, and nothing where that has errors.
pub(super) fn domains() -> Vec<CompletionCandidate> {
    let spec = Path::new("lab.json");
    let Ok(bytes) = files::read_spec(spec) else { return Vec::new() };
    let (source, problems) = Source::with_includes(spec, bytes, &Disk::default());
    let checked = pipeline::check(&source, problems);
    let Ok((lab, _)) = checked.lab() else { return Vec::new() };
    let imported = lab.imported.iter().map(|domain| (&domain.name, None));
    let made = lab.domains.iter().flatten().map(|domain| (&domain.name, domain.title.as_ref()));
    let candidate = |(name, title): (&String, Option<&String>)| {
        CompletionCandidate::new(name).help(title.map(|title| title.clone().into()))
    };
    made.chain(imported).map(candidate).collect()
}

/// The names of the networks, pools and domains in `lab.json`.
pub(super) fn objects() -> Vec<CompletionCandidate> {
    let of_kind = |kind: ObjectKind| entries(kind.section(), kind.name());
    ObjectKind::ALL.into_iter().flat_map(of_kind).collect()
}

/// The names of the profiles in `lab.json`.
pub(super) fn profiles() -> Vec<CompletionCandidate> {
    entries("profiles", "profile")
}

/// The kinds of objects.
pub(super) fn kinds() -> Vec<CompletionCandidate> {
    ObjectKind::ALL.into_iter().map(|kind| CompletionCandidate::new(kind.name())).collect()
}

/// The templates of labs.
pub(super) fn templates() -> Vec<CompletionCandidate> {
    TEMPLATES.iter().map(|template| CompletionCandidate::new(template.name).help(Some(template.about.into()))).collect()
}

/// The names in a section of `lab.json`, also where that has errors.
fn entries(section: &str, what: &'static str) -> Vec<CompletionCandidate> {
    let spec = Path::new("lab.json");
    let Ok(bytes) = files::read_spec(spec) else { return Vec::new() };
    let (source, _) = Source::with_includes(spec, bytes, &Disk::default());
    let entries = source.root().and_then(|root| root.member(section)).map(Node::members).unwrap_or_default();
    entries.iter().map(|entry| CompletionCandidate::new(&entry.key).help(Some(what.into()))).collect()
}
