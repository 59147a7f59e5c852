//! The rooms of the house: which module may know which, and that none knows itself by way of others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the crate, each after all that it may use.
const ROOMS: &[&str] = &[
    "visible",
    "columns",
    "place",
    "problem",
    "book",
    "source",
    "spec",
    "windows",
    "lab",
    "resolve",
    "check",
    "parallel",
    "host_file",
    "inventory",
    "host",
    "neighbours",
    "libvirt",
    "nocloud",
    "xml",
    "answer",
    "unattended",
    "graph",
    "nix",
    "keys",
    "base",
    "proof",
    "files",
    "pipeline",
    "report",
    "inspect",
    "activation",
    "virsh",
    "gentle",
    "plan",
    "explain",
    "edit",
    "import",
    "operate",
    "cli",
];

/// Rooms whose files form no circle, a module and those in it included.
const WITHOUT_CIRCLES: &[&str] = &["lab", "resolve", "check"];

#[test]
fn rooms_use_only_what_is_below_them() {
    let modules = modules();
    let height = |room: &str| ROOMS.iter().position(|known| *known == room);
    for (module, uses) in &modules {
        let Some(own) = height(room(module)) else {
            assert!(["lib", "main"].contains(&module.as_str()), "{module} is in no room: add it to ROOMS");
            continue;
        };
        for used in uses {
            let other = height(room(used)).unwrap_or_else(|| panic!("{module} uses {used}, which is no room"));
            assert!(other <= own, "{module} uses {used}: `{}` is above `{}` in ROOMS", room(used), room(module));
        }
    }
}

#[test]
fn files_form_no_circle() {
    let modules = modules();
    for room_name in WITHOUT_CIRCLES {
        let mut remaining: BTreeMap<&str, BTreeSet<&str>> = modules
            .iter()
            .filter(|(module, _)| room(module) == *room_name)
            .map(|(module, uses)| {
                let inside = uses.iter().map(String::as_str).filter(|used| room(used) == *room_name && used != module);
                (module.as_str(), inside.collect())
            })
            .collect();
        assert!(remaining.len() > 1, "{room_name} has files");
        loop {
            let free: BTreeSet<&str> =
                remaining.iter().filter(|(_, uses)| uses.is_empty()).map(|(module, _)| *module).collect();
            if free.is_empty() {
                break;
            }
            remaining.retain(|module, _| !free.contains(module));
            for uses in remaining.values_mut() {
                uses.retain(|used| !free.contains(used));
            }
        }
        assert!(remaining.is_empty(), "these use each other in a circle, or one that does: {remaining:#?}");
    }
}

/// The room that a module is in.
fn room(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}

/// Every module of the crate, by its path, with those that it uses. One with modules in it uses them.
fn modules() -> BTreeMap<String, BTreeSet<String>> {
    let mut files = BTreeMap::new();
    collect(Path::new("src"), &mut files);
    let paths: BTreeSet<String> = files.keys().cloned().collect();
    files
        .into_iter()
        .map(|(module, file)| {
            let text = fs::read_to_string(&file).expect("it is there");
            let code = without_tests(&text);
            let mut uses: BTreeSet<String> = references(&code, &module)
                .into_iter()
                .filter_map(|path| {
                    // The longest part of it that is a module: what follows is in that.
                    let ends = path.match_indices("::").map(|(at, _)| at).chain([path.len()]);
                    ends.map(|end| &path[..end]).filter(|part| paths.contains(*part)).last().map(str::to_owned)
                })
                .collect();
            let within = format!("{module}::");
            uses.extend(paths.iter().filter(|path| path.starts_with(&within)).cloned());
            uses.remove(&module);
            (module, uses)
        })
        .collect()
}

/// The files of a directory and of those in it, by the paths of their modules.
fn collect(directory: &Path, into: &mut BTreeMap<String, PathBuf>) {
    for entry in fs::read_dir(directory).expect("it is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let module = path.with_extension("");
            let steps = module.iter().skip(1).map(|step| step.to_str().expect("a name of ours"));
            into.insert(steps.collect::<Vec<_>>().join("::"), path);
        }
    }
}

/// The code of a file without comments, and without its tests, which stand last.
fn without_tests(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The paths of the crate that code names, from its root: what is after `crate::` or `super::`, in braces or not.
fn references(code: &str, module: &str) -> Vec<String> {
    let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
    let mut found = Vec::new();
    for (start, base) in [("crate::", ""), ("super::", parent)] {
        for (at, _) in code.match_indices(start) {
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            tree(&code[at + start.len()..], base, &mut found);
        }
    }
    found
}

/// The paths of one tree of `use`, or of a path in code; what is behind it.
fn tree<'c>(code: &'c str, base: &str, found: &mut Vec<String>) -> &'c str {
    let code = code.trim_start();
    let join = |step: &str| if base.is_empty() { step.to_owned() } else { format!("{base}::{step}") };
    if let Some(mut rest) = code.strip_prefix('{') {
        loop {
            rest = tree(rest, base, found).trim_start();
            match rest.strip_prefix(',') {
                Some(next) => rest = next,
                None => return rest.strip_prefix('}').unwrap_or(rest),
            }
        }
    }
    let end = code.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(code.len());
    let (step, rest) = code.split_at(end);
    if step.is_empty() || step == "self" {
        found.push(base.to_owned());
        return rest;
    }
    if let Some(further) = rest.strip_prefix("::") {
        return tree(further, &join(step), found);
    }
    found.push(join(step));
    let alias = rest.trim_start().strip_prefix("as ").map(str::trim_start);
    alias.map_or(rest, |alias| alias.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'))
}

#[test]
fn paths_are_found() {
    let code = "use crate::a::{b, c::{self, D as E}, F};\nlet x = crate::g::h(1);\nuse super::i;";
    let found: BTreeSet<String> = references(code, "r::m").into_iter().collect();
    assert_eq!(
        found.iter().map(String::as_str).collect::<Vec<_>>(),
        ["a::F", "a::b", "a::c", "a::c::D", "g::h", "r::i"]
    );
}
