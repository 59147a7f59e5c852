//! What shells offer while somebody types: the domains of the spec beside them.

use std::path::Path;

use clap_complete::engine::CompletionCandidate;

use crate::files::{self, Disk};
use crate::pipeline;
use crate::source::Source;

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
