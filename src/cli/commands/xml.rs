//! `lab2nix xml`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use indexmap::IndexSet;

use super::{ATTENTION, Failure, insist, print, read, talk, write};
use crate::cli::{Cli, Xml, spec};
use crate::files::Replace;
use crate::nocloud;
use crate::pipeline::{self, Checked};
use crate::problem::{did_you_mean, quoted_list};
use crate::proof::Proven;
use crate::{unattended, visible};

/// The directories of what is on discs: of the `NoCloud` seeds, and of those by which Windows installs itself.
const OF_DISCS: [&str; 2] = ["seeds/", "unattended/"];

/// Prints definitions as XML, or writes them to files.
pub(super) fn xml(cli: &Cli, arguments: &Xml) -> Result<u8, Failure> {
    let (spec_path, names) = match arguments.arguments.as_slice() {
        [spec, names @ ..] if spec::is_meant(spec) => (spec::named(Path::new(spec)), names),
        names => (PathBuf::from(spec::DEFAULT), names),
    };
    let Some(checked) = read(cli, &spec_path)? else {
        return Ok(ATTENTION);
    };
    let mut documents = pipeline::documents(&checked, arguments.host)?;
    documents.extend(pipeline::seeds(&checked)?);
    documents.extend(pipeline::discs(&checked)?);
    let mut documents = chosen(documents, names)?;
    // These are no definitions, so standard output has them only on request.
    if arguments.out.is_none() {
        documents.retain(|file| !is_of_disc(file) || names.iter().any(|name| is(file, name)));
    }
    tell_of_secrets(cli, &checked, &documents)?;
    if let Some(dir) = &arguments.out {
        let replace = if arguments.force { Replace::Everything } else { Replace::Nothing };
        let is_written = write(cli, dir, &documents, replace)?.is_some();
        if !is_written && !arguments.force {
            insist(cli, "nothing was written; `--force` replaces files\n");
        }
        return Ok(if is_written { 0 } else { ATTENTION });
    }
    let mut text = String::new();
    for file in &documents {
        if documents.len() > 1 {
            let _ = writeln!(text, "<!-- {} -->", file.name());
        }
        text.push_str(file.text());
    }
    print(&text)?;
    Ok(0)
}

/// Says which of the discs lack what comes from files of the host.
fn tell_of_secrets(cli: &Cli, checked: &Checked, documents: &[Proven]) -> Result<(), Failure> {
    let (lab, _) = checked.lab()?;
    let is_there = |domain: &str| documents.iter().any(|file| is_of_disc(file) && is_of_disc_of(file, domain));
    let lacking = nocloud::seeds(lab).filter(|seed| !seed.secrets.is_empty() && is_there(seed.domain));
    let domains = quoted_list(lacking.map(|seed| seed.domain));
    if !domains.is_empty() {
        let what = "`passwordFile` and `files` of `cloudInit` are read at activation, so they are not in the seeds of";
        talk(cli, &format!("note: {what} {domains}: add them to their user-data\n"));
    }
    let windows = quoted_list(unattended::discs(lab).map(|disc| disc.domain).filter(|domain| is_there(domain)));
    if !windows.is_empty() {
        let what = "passwords, product keys and scripts of `unattended` are read at activation, so they are not in the files of";
        talk(cli, &format!("note: {what} {windows}\n"));
    }
    Ok(())
}

/// Returns the documents that have one of the names; without names, returns all.
fn chosen(documents: Vec<Proven>, names: &[String]) -> Result<Vec<Proven>, Failure> {
    if let Some(unknown) = names.iter().find(|name| !documents.iter().any(|file| is(file, name))) {
        let known = documents.iter().filter(|file| !is_of_disc(file));
        let known = known.filter_map(|file| without_suffix(file).rsplit('/').next());
        let known: IndexSet<&str> = known.collect();
        let help = if Path::new(unknown).is_file() {
            format!(
                "a spec is the first argument, and ends in `.json` or `.jsonc`; another one is read by `lab2nix xml - < {}`",
                visible::shell(unknown)
            )
        } else {
            did_you_mean(unknown, known)
        };
        return Err(Failure::UnknownObject { name: unknown.clone(), help });
    }
    let wanted =
        |file: &Proven| names.is_empty() || names.iter().any(|name| is(file, name) || is_of_disc_of(file, name));
    Ok(documents.into_iter().filter(wanted).collect())
}

/// What documents can be asked for by: the name of each object, or where several have that name, its path.
pub(in crate::cli) fn names(documents: &[Proven]) -> impl Iterator<Item = String> {
    let alone = |file| without_suffix(file).rsplit('/').next().unwrap_or_default();
    documents.iter().map(move |file| {
        let is_only = documents.iter().filter(|other| alone(other) == alone(file)).count() == 1;
        if is_only { alone(file).to_owned() } else { without_suffix(file).to_owned() }
    })
}

/// Whether a document has a name, which may say what kind of object it is.
fn is(file: &Proven, name: &str) -> bool {
    let path = without_suffix(file);
    path == name
        || (is_of_disc(file) && file.name() == name)
        || path.strip_suffix(name).is_some_and(|above| above.ends_with('/'))
}

/// The path of a document in the directory of what is on discs, if it is there.
fn on_disc(file: &Proven) -> Option<&str> {
    OF_DISCS.iter().find_map(|directory| file.name().strip_prefix(directory))
}

/// Whether a document is a file of a disc.
fn is_of_disc(file: &Proven) -> bool {
    on_disc(file).is_some()
}

/// Whether a document is a file of the disc of the domain with a name.
fn is_of_disc_of(file: &Proven, name: &str) -> bool {
    let domain = on_disc(file).and_then(|path| path.split('/').next());
    domain.is_some_and(|domain| domain == name.strip_prefix("domains/").unwrap_or(name))
}

/// The path of a document, without the suffix of its file: an object's own name may end like that, too.
fn without_suffix(file: &Proven) -> &str {
    file.name().strip_suffix(".xml").unwrap_or(file.name())
}
