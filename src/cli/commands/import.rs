//! `lab2nix import`.

mod found;
mod told;

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use self::found::{Findings, PassedOver};
use self::told::{told, view};
use super::plan::cache;
use super::{ATTENTION, Failure, behind_links, print, print_as_it_is, read_source, report_problems, talk, write};
use crate::activation::definition::Definition;
use crate::activation::run::Normalize as _;
use crate::activation::settings::{Item, Settings};
use crate::cli::{Cli, ImportArguments, ImportFormat};
use crate::files::{self, Disk, Replace};
use crate::import::draft::{Draft, Normalized as Answers, Original, Outcome, draft};
use crate::import::frame::{self, Frame};
use crate::lab::identity::ObjectKind;
use crate::pipeline;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::proof;
use crate::source::{Node, Source};
use crate::spec::NixVirtVersion;
use crate::virsh::normalize::{Normalized, Workshop};
use crate::virsh::{self, Virsh};
use crate::visible::{self, counted};

/// Makes a spec of what libvirt has, or of what files say.
pub(super) fn import(cli: &Cli, arguments: &ImportArguments) -> Result<u8, Failure> {
    let there = match &arguments.into {
        Some(path) if path.exists() => match There::read(cli, path)? {
            Some(there) => Some(there),
            None => return Ok(ATTENTION),
        },
        _ => None,
    };
    let lab = match (&there, &arguments.lab) {
        (Some(there), Some(lab)) if there.lab != *lab => {
            return Err(Failure::OtherLab { path: there.path.clone(), lab: there.lab.clone() });
        }
        (Some(there), _) => there.lab.clone(),
        (None, lab) => lab.clone().unwrap_or_else(|| "lab".to_owned()),
    };
    if let Some(file) = arguments.names.iter().find(|name| arguments.from.is_empty() && Path::new(name).exists()) {
        let help = format!("a file or directory is `--from {}`", visible::shell(file));
        return Err(Failure::UnknownOriginal { name: file.clone(), help });
    }
    let virsh = Virsh::new(arguments.connect.as_deref().unwrap_or("qemu:///system"));
    let mut found = if arguments.from.is_empty() {
        Findings::of_libvirt(&virsh)?
    } else {
        Findings::of_files(&lab, &arguments.from)?
    };
    found.choose(arguments)?;
    let Findings { originals, mut passed_over } = found;
    if originals.is_empty() && passed_over.is_empty() {
        talk(cli, "there is nothing to import\n");
    }
    let clashes: Vec<Problem> = there.iter().flat_map(|there| there.clashes(&originals)).collect();
    if let Some(there) = there.as_ref().filter(|_| !clashes.is_empty()) {
        report_problems(cli, &clashes, Some(&there.source));
        return Ok(ATTENTION);
    }
    let disk = Disk::default();
    let frame = Frame {
        lab: &lab,
        version: there.as_ref().map(|there| there.version).unwrap_or_default(),
        there: there.as_ref().map(|there| frame::There {
            path: &there.path,
            text: there.source.text(),
            whole: &there.whole,
            files: &disk,
        }),
    };
    let workshop = Workshop::open(cache().as_deref()).map_err(Failure::Workshop)?;
    let draft = draft(&frame, &originals, arguments.next_start, |texts| normalize(texts, &virsh, &workshop))?;
    passed_over.extend(draft.left_out.iter().cloned().map(|(what, why)| PassedOver::new(what, why)));
    let has_refused =
        !passed_over.is_empty() || draft.outcomes.iter().any(|(.., outcome)| matches!(outcome, Outcome::Refused(_)));
    // What is wrong with the whole is seen in the whole only.
    let (source, problems) = frame.source(&draft.sections, &draft.files);
    let checked = pipeline::check(&source, problems);
    if !checked.is_sound() {
        talk(cli, &told(&draft, &passed_over));
        report_problems(cli, &checked.problems, Some(&source));
        return Ok(ATTENTION);
    }
    match arguments.format {
        ImportFormat::Json => print_as_it_is(&format!("{:#}\n", view(&frame, &draft, &passed_over)))?,
        ImportFormat::Human => talk(cli, &told(&draft, &passed_over)),
    }
    let code = if has_refused { ATTENTION } else { 0 };
    match (&arguments.into, arguments.format) {
        // Nothing that can be imported makes no spec.
        (Some(_), _) if draft.sections.is_empty() => Ok(code),
        (Some(path), _) => {
            write_into(cli, path, &frame, &draft).map(|is_written| if is_written { code } else { ATTENTION })
        }
        (None, ImportFormat::Human) => {
            print(&frame.text(&draft.sections))?;
            if !draft.files.is_empty() {
                let files = counted(draft.files.len(), "definition");
                talk(
                    cli,
                    &format!(
                        "note: this spec refers to {files} that were not written: `--into lab.json` writes it with them\n"
                    ),
                );
            }
            Ok(code)
        }
        (None, ImportFormat::Json) => Ok(code),
    }
}

/// The objects that files define: none where one cannot be read.
pub(in crate::cli) fn names(files: &[PathBuf]) -> Vec<(ObjectKind, String)> {
    let found = Findings::of_files("lab", files).unwrap_or_default();
    found.originals.into_iter().map(|original| (original.kind, original.name)).collect()
}

/// A spec that is there.
struct There {
    path: PathBuf,
    source: Source,
    lab: String,
    version: NixVirtVersion,
    whole: Json,
}

impl There {
    /// Reads it, and reports its problems. `None` when it needs attention.
    fn read(cli: &Cli, path: &Path) -> Result<Option<Self>, Failure> {
        let Some((source, checked)) = read_source(cli, path)? else { return Ok(None) };
        let (lab, _) = checked.lab()?;
        let (lab, version) = (lab.name.clone(), lab.target.nixvirt);
        let whole = source.root().map(Node::to_value).unwrap_or_default();
        Ok(Some(Self { path: path.to_owned(), source, lab, version, whole }))
    }

    /// The objects that it has already.
    fn clashes(&self, originals: &[Original]) -> Vec<Problem> {
        let external = |section: &str, name: &str| {
            let names = self.whole.get("external")?.get(section)?.as_array()?;
            names.iter().position(|external| external.as_str() == Some(name))
        };
        let clash = |Original { kind, name, .. }: &Original| {
            let section = kind.section();
            let is_there = self.whole.get(section).and_then(|entries| entries.get(name)).is_some();
            let (place, message) = if is_there {
                let message = format!("{} `{name}` is already in the spec", kind.name());
                (Place::key(Pointer::root().key(section).key(name)), message)
            } else {
                let at = Pointer::root().key("external").key(section).index(external(section, name)?);
                (Place::value(at), format!("{} `{name}` is `external`: the lab does not manage it", kind.name()))
            };
            let problem = Problem::of_value(Id::DuplicateName, place, message).label("this one");
            Some(problem.help("name the others to import them, or take this one out"))
        };
        originals.iter().filter_map(clash).collect()
    }
}

/// Writes the spec, and the definitions that its entries name beside it.
fn write_into(cli: &Cli, path: &Path, frame: &Frame<'_>, draft: &Draft) -> Result<bool, Failure> {
    let dir = files::directory(path);
    let path = behind_links(path)?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let text = frame.text(&draft.sections);
    let edits = frame.edits(&draft.sections);
    let before = frame.there.map(|there| (there.text, edits.as_slice()));
    let spec = proof::imported_spec(&name, text, before, &frame.added(&draft.sections));
    let spec = spec.map_err(pipeline::Error::from)?;
    let mut definitions = Vec::new();
    for (path, bytes) in &draft.files {
        let text = String::from_utf8_lossy(bytes).into_owned();
        definitions.push(proof::imported_definition(&path.to_string_lossy(), text).map_err(pipeline::Error::from)?);
    }
    // The spec last: nothing names what is not there.
    if !definitions.is_empty() && write(cli, dir, &definitions, Replace::Nothing)?.is_none() {
        return Ok(false);
    }
    Ok(write(cli, files::directory(&path), &[spec], Replace::Everything)?.is_some())
}

/// What libvirt makes of definitions.
fn normalize(texts: &[(ObjectKind, &str)], virsh: &Virsh, workshop: &Workshop) -> Result<Answers, virsh::Error> {
    let read: Vec<Result<(ObjectKind, Definition), String>> = texts
        .iter()
        .map(|(kind, text)| {
            Definition::new((*text).to_owned()).map(|definition| (*kind, definition)).map_err(|why| why.to_string())
        })
        .collect();
    let mut settings = Settings::default();
    for (kind, definition) in read.iter().flatten() {
        let item = Item { definition: definition.clone(), active: None, restart: None, volumes: Vec::new() };
        settings.of_mut(*kind).get_or_insert_default().push(item);
    }
    let normalized = Normalized::of([&settings], virsh, workshop)?;
    let of = |read: Result<(ObjectKind, Definition), String>| {
        let (kind, definition) = read?;
        Ok(normalized.normalize(kind, &definition)?.text().to_owned())
    };
    Ok(read.into_iter().map(of).collect())
}
