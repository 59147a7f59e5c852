//! The last line of a command: of what and how much it was, and what comes next.

use std::path::{Path, absolute};

use crate::cli::commands::{Failure, talk};
use crate::cli::{Cli, call};
use crate::files::State;
use crate::lab::Lab;
use crate::pipeline::Checked;
use crate::problem::quoted_list;
use crate::report::Positions;
use crate::source::{Kind, Member, Node, Source};
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
pub(super) fn of_gen(lab: &Lab, dir: &Path, before: &[State], changes: Option<String>, spec: &Path) -> String {
    let shown = visible::path(dir);
    let objects = objects([lab]);
    let written = before.iter().filter(|state| **state != State::UpToDate).count();
    if written == 0 {
        return format!("{objects}; {shown} is up to date\n");
    }
    let changes = changes.map(|changes| format!(", {changes}")).unwrap_or_default();
    let is_new = before.contains(&State::Missing);
    let add = if is_new && needs_git(dir) {
        format!("`git add {}`, because a flake sees only what git knows; ", visible::shell(&dir.to_string_lossy()))
    } else {
        String::new()
    };
    let spec = spec.to_string_lossy();
    let plan = call::command(["plan"].into_iter().chain((spec != crate::cli::spec::DEFAULT).then_some(&*spec)));
    let files = counted(written, "file");
    format!(
        "{objects}; {files} written to {shown}{changes}; next: {add}`{plan}` tells what a switch will do, and `nixos-rebuild switch` does it\n"
    )
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
    fn members(node: &Node) -> &[Member] {
        if let Kind::Object(members) = &node.kind { members } else { &[] }
    }
    let sections = source.root().into_iter().flat_map(members).filter(|member| member.key == "profiles");
    sections.flat_map(|section| members(&section.value)).map(|member| member.key.as_str())
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
