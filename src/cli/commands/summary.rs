//! The last line of a command: of what and how much it was, and what comes next.

use std::path::{Path, absolute};

use crate::cli::commands::{Failure, talk};
use crate::cli::{Cli, call};
use crate::files::State;
use crate::lab::Lab;
use crate::lab::domain::Domain;
use crate::nix::host::{HOST_DIRECTORY, is_host_file};
use crate::pipeline::Checked;
use crate::problem::quoted_list;
use crate::proof::Proven;
use crate::report::Positions;
use crate::source::{Node, Source};
use crate::spec::cloud_init::EXAMPLE_KEY;
use crate::visible::{self, counted};

/// The objects of labs: "4 domains, 2 networks, 1 pool", without the kinds that they leave alone.
pub(super) fn objects<'l>(labs: impl IntoIterator<Item = &'l Lab>) -> String {
    let mut counts = [("domain", None), ("network", None), ("pool", None)];
    for lab in labs {
        let of_lab = [
            lab.domains.as_ref().map(|domains| domains.len() + lab.imported.len()),
            lab.networks.as_ref().map(Vec::len),
            lab.pools.as_ref().map(Vec::len),
        ];
        for ((_, all), own) in counts.iter_mut().zip(of_lab) {
            if let Some(own) = own {
                *all = Some(all.unwrap_or(0) + own);
            }
        }
    }
    let counted: Vec<String> = counts.into_iter().filter_map(|(kind, count)| Some(counted(count?, kind))).collect();
    if counted.is_empty() { "no objects".to_owned() } else { counted.join(", ") }
}

/// What `gen` has done, and what is next: `changes` are those of the objects in the files.
pub(super) fn of_gen(
    lab: &Lab,
    dir: &Path,
    files: &[Proven],
    before: &[State],
    changes: Option<String>,
    spec: &Path,
) -> String {
    let shown = visible::path(dir);
    let objects = objects([lab]);
    let Some(written) = written(files, before) else {
        return format!("{objects}; {shown} is up to date\n");
    };
    let changes = changes.map(|changes| format!(", {changes}")).unwrap_or_default();
    let is_new = before.contains(&State::Missing);
    let add = if is_new && needs_git(dir) {
        format!("`git add {}`, because a flake sees only what git knows; ", visible::shell(&dir.to_string_lossy()))
    } else {
        String::new()
    };
    let plan = call::on(spec, "plan");
    let key = with_example_key(lab);
    let key = if key.is_empty() { key } else { format!("write your SSH key for {key} in place of the example; ") };
    format!(
        "{objects}; {written} written to {shown}{changes}; next: {key}{add}`{plan}` tells what a switch will do, and `nixos-rebuild switch` does it\n"
    )
}

/// The domains that the key of the documents lets in, whose owner has not written a key yet.
fn with_example_key(lab: &Lab) -> String {
    let has_it = |domain: &&Domain| {
        let keys = domain.cloud_init.iter().flat_map(|init| &init.ssh_keys);
        keys.into_iter().any(|key| key.starts_with(EXAMPLE_KEY))
    };
    quoted_list(lab.domains.iter().flatten().filter(has_it).map(|domain| domain.name.as_str()))
}

/// How many files were written. Those of the host's module are one thing, as in the lines above it.
fn written(files: &[Proven], before: &[State]) -> Option<String> {
    let written = files.iter().zip(before).filter(|(_, state)| **state != State::UpToDate);
    let (host, others): (Vec<_>, Vec<_>) = written.partition(|(file, _)| is_host_file(file.name()));
    let others = (!others.is_empty()).then(|| counted(others.len(), "file"));
    let host = (!host.is_empty()).then(|| format!("{HOST_DIRECTORY}/"));
    others.into_iter().chain(host).reduce(|others, host| format!("{others} and {host}"))
}

/// Whether files in a directory are of a flake in a repository of git, which does not see them before they are added.
fn needs_git(dir: &Path) -> bool {
    let Ok(dir) = absolute(dir) else { return false };
    let mut is_in_flake = false;
    for above in dir.ancestors() {
        is_in_flake |= above.join("flake.nix").is_file();
        if above.join(".git").exists() {
            return is_in_flake;
        }
    }
    false
}

/// The names of the profiles that a spec has.
fn profiles(source: &Source) -> impl Iterator<Item = &str> {
    let section = source.root().and_then(|root| root.member("profiles"));
    section.map(Node::members).unwrap_or_default().iter().map(|member| member.key.as_str())
}

/// Tells what a spec is made of, where somebody wants to know more: the layers of its domains, and what it allows.
pub(super) fn details(cli: &Cli, source: &Source, checked: &Checked) -> Result<(), Failure> {
    if !cli.verbose {
        return Ok(());
    }
    for domain in checked.lab()?.0.domains.iter().flatten().filter(|domain| !domain.profiles.is_empty()) {
        let profiles = quoted_list(domain.profiles.iter().map(String::as_str));
        talk(cli, &format!("domain `{}` has profiles, the weakest first: {profiles}\n", domain.name));
    }
    let domains = || checked.built.iter().flat_map(|(lab, _)| lab.domains.iter().flatten());
    let is_taken = |profile: &str| domains().any(|domain| domain.profiles.iter().any(|taken| taken == profile));
    for profile in profiles(source).filter(|profile| !is_taken(profile)) {
        talk(cli, &format!("profile `{profile}` is taken by no domain\n"));
    }
    let positions = Positions::new(source);
    for allowed in &checked.allowed {
        let at = positions.of(&allowed.problem.place);
        let at = at.map(|(file, line, column)| format!(" at {file}:{line}:{column}")).unwrap_or_default();
        talk(cli, &format!("allowed: {}{at}: {}\n", allowed.problem.id.name(), allowed.reason));
    }
    Ok(())
}
