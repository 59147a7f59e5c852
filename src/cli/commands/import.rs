//! `lab2nix import`.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::plan::cache;
use super::{ATTENTION, Failure, print, print_as_it_is, read_source, report_problems, talk, write};
use crate::activation::definition::Definition;
use crate::activation::run::Normalize as _;
use crate::activation::settings::{Item, Settings};
use crate::activation::world::Object;
use crate::base::MOST;
use crate::base::identity::identified;
use crate::cli::{Cli, ImportArguments, ImportFormat};
use crate::files::{self, Disk, Replace};
use crate::import::draft::{Beside, By, Draft, Normalized as Answers, Original, Outcome, draft};
use crate::import::frame::{self, Frame};
use crate::import::print::part;
use crate::lab::identity::ObjectKind;
use crate::pipeline;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, did_you_mean};
use crate::proof;
use crate::source::{Node, Source};
use crate::spec::NixVirtVersion;
use crate::virsh::normalize::{Normalized, Workshop};
use crate::virsh::{self, Virsh, state};
use crate::visible;

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
    let virsh = Virsh::new(arguments.connect.as_deref().unwrap_or("qemu:///system"));
    let mut passed_over = Vec::new();
    let found = if arguments.from.is_empty() {
        of_libvirt(&virsh, &mut passed_over)?
    } else {
        of_files(&lab, &arguments.from, &mut passed_over)?
    };
    let originals = chosen(found, arguments)?;
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
    passed_over.extend(draft.left_out.iter().cloned());
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
        (Some(path), _) => {
            write_into(cli, path, &frame, &draft).map(|is_written| if is_written { code } else { ATTENTION })
        }
        (None, ImportFormat::Human) => {
            print(&frame.text(&draft.sections))?;
            if !draft.files.is_empty() {
                talk(
                    cli,
                    "note: `--into lab.json` writes the spec, and the definitions that its entries name, beside it\n",
                );
            }
            Ok(code)
        }
        (None, ImportFormat::Json) => Ok(code),
    }
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
        let clash = |Original { kind, name, .. }: &Original| {
            self.whole.get(kind.section())?.get(name)?;
            let at = Pointer::root().key(kind.section()).key(name);
            let message = format!("{} `{name}` is in the spec already", kind.name());
            let problem = Problem::of_value(Id::DuplicateName, Place::key(at), message).label("this one");
            Some(problem.help("name the others to import them, or take this entry out"))
        };
        originals.iter().filter_map(clash).collect()
    }
}

/// Writes the spec, and the definitions that its entries name beside it.
fn write_into(cli: &Cli, path: &Path, frame: &Frame<'_>, draft: &Draft) -> Result<bool, Failure> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let text = frame.text(&draft.sections);
    let spec = proof::imported_spec(&name, text, frame.there.map(|there| there.text), &frame.added(&draft.sections));
    let spec = spec.map_err(pipeline::Error::from)?;
    let mut definitions = Vec::new();
    for (path, bytes) in &draft.files {
        let text = String::from_utf8_lossy(bytes).into_owned();
        definitions.push(proof::imported_definition(&path.to_string_lossy(), text).map_err(pipeline::Error::from)?);
    }
    // The spec last: nothing names what is not there.
    if write(cli, dir, &definitions, Replace::Nothing)?.is_none() {
        return Ok(false);
    }
    Ok(write(cli, dir, &[spec], Replace::Everything)?.is_some())
}

/// What became of each object, in lines.
fn told(draft: &Draft, passed_over: &[(String, String)]) -> String {
    let mut told = String::new();
    for (kind, name, outcome) in &draft.outcomes {
        let what = in_words(outcome, lines(draft, *kind, name));
        let _ = writeln!(told, "{} {}: {}", kind.name(), visible::line(name), visible::line(&what));
    }
    for (what, why) in passed_over {
        let _ = writeln!(told, "{}: not imported: {}", visible::line(what), visible::line(why));
    }
    told
}

/// How many lines the entry of an object has.
fn lines(draft: &Draft, kind: ObjectKind, name: &str) -> usize {
    draft.sections.get(kind, name).map_or(0, |entry| part(&Json::Object(entry.clone()), 0).lines().count())
}

fn in_words(outcome: &Outcome, lines: usize) -> String {
    let lines = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
    let of_extra = |extra: &usize| match extra {
        0 => String::new(),
        1 => ", with 1 fact in `extra`".to_owned(),
        many => format!(", with {many} facts in `extra`"),
    };
    match outcome {
        Outcome::Exact { by, extra, why } => {
            let by = match by {
                By::Keys => "by keys",
                By::Plugged => "by keys and `plugged`",
                By::Base => "by `base`",
            };
            let why = if why.is_empty() { String::new() } else { format!("; by keys not: {}", why.join("; ")) };
            format!("exact {by}, {lines}{}{why}", of_extra(extra))
        }
        Outcome::Moved { interfaces, extra } => {
            let guest = match interfaces.as_slice() {
                [] => "no network adapter does".to_owned(),
                [one] => format!("the guest may take {one} for a new network adapter"),
                several => format!("the guest may take {} for new network adapters", several.join(", ")),
            };
            format!("by keys, {lines}{}; devices move at its next start, {guest}", of_extra(extra))
        }
        Outcome::Refused(why) => format!("not imported: {}", why.join("; ")),
    }
}

/// The same for programs.
fn view(frame: &Frame<'_>, draft: &Draft, passed_over: &[(String, String)]) -> Json {
    let object = |(kind, name, outcome): &(ObjectKind, String, Outcome)| {
        let of = match outcome {
            Outcome::Exact { by, extra, why } => {
                let by = match by {
                    By::Keys => "keys",
                    By::Plugged => "plugged",
                    By::Base => "base",
                };
                json!({ "outcome": "exact", "by": by, "extra": extra, "why": why })
            }
            Outcome::Moved { interfaces, extra } => {
                json!({ "outcome": "moved", "by": "keys", "extra": extra, "interfaces": interfaces })
            }
            Outcome::Refused(why) => json!({ "outcome": "refused", "why": why }),
        };
        let mut object =
            Map::from_iter([("kind".to_owned(), kind.name().into()), ("name".to_owned(), name.as_str().into())]);
        object.extend(of.as_object().cloned().into_iter().flatten());
        if !matches!(outcome, Outcome::Refused(_)) {
            object.insert("lines".to_owned(), lines(draft, *kind, name).into());
        }
        Json::Object(object)
    };
    let files = draft.files.iter().map(|(path, bytes)| {
        (path.to_string_lossy().into_owned(), Json::from(String::from_utf8_lossy(bytes).into_owned()))
    });
    let passed_over = passed_over.iter().map(|(what, why)| json!({ "what": what, "why": why }));
    json!({
        "spec": frame.text(&draft.sections),
        "files": files.collect::<Map<_, _>>(),
        "objects": draft.outcomes.iter().map(object).collect::<Vec<_>>(),
        "passedOver": passed_over.collect::<Vec<_>>(),
    })
}

/// What a libvirt has. `passed_over` takes what it forgets by itself.
fn of_libvirt(virsh: &Virsh, passed_over: &mut Vec<(String, String)>) -> Result<Vec<Original>, Failure> {
    let world = state::read(virsh)?;
    let mut found = Vec::new();
    for Object { kind, definition, is_active, is_persistent, .. } in world.objects {
        if is_persistent {
            let (name, text) = (definition.name.clone(), definition.text().to_owned());
            // A domain is left as it is; others would be started.
            let is_started = !is_active && kind != ObjectKind::Domain;
            let keys = Map::from_iter(is_started.then(|| ("active".to_owned(), Json::Null)));
            found.push(Original { kind, name, text, beside: Beside { keys, volumes: Vec::new() } });
        } else {
            let why = "it is transient: libvirt forgets it when it stops, and NixVirt would keep it".to_owned();
            passed_over.push((format!("{} {}", kind.name(), definition.name), why));
        }
    }
    Ok(found)
}

/// What files define, those in directories too. `passed_over` takes what defines nothing that can be imported.
fn of_files(lab: &str, paths: &[PathBuf], passed_over: &mut Vec<(String, String)>) -> Result<Vec<Original>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        let mut all = Vec::new();
        collect(path, &mut all).map_err(|source| files::Error::Read { path: path.clone(), source })?;
        for file in all {
            let text = read(&file).map_err(|source| files::Error::Read { path: file.clone(), source })?;
            let definitions = match text {
                Ok(text) if text.trim_start().starts_with('{') => of_settings(&file, &text),
                text => text.map(|text| vec![(text, Beside::default())]),
            };
            match definitions {
                Ok(definitions) => {
                    for (definition, beside) in definitions {
                        match identified(lab, &definition) {
                            Ok((kind, name, text)) => found.push(Original { kind, name, text, beside }),
                            Err(why) => passed_over.push((file.display().to_string(), why)),
                        }
                    }
                }
                Err(why) => passed_over.push((file.display().to_string(), why)),
            }
        }
    }
    found.sort_by_key(|original| original.kind.name() == ObjectKind::Domain.name());
    let mut known = std::collections::BTreeSet::new();
    found.retain(|original| known.insert((original.kind.name(), original.name.clone())));
    Ok(found)
}

/// The definitions that what NixVirt's helper is given names, and what else it is told of each.
fn of_settings(path: &Path, json: &str) -> Result<Vec<(String, Beside)>, String> {
    let directory = path.parent().unwrap_or(Path::new(""));
    let file = |name: &str| read(&directory.join(name)).unwrap_or_else(|why| Err(why.to_string()));
    let settings = Settings::read(json, file).map_err(|why| why.to_string())?;
    let of_item = |kind, item: &Item| (item.definition.text().to_owned(), Beside::of(kind, item));
    Ok(settings.kinds().flat_map(|(kind, items)| items.iter().map(move |item| of_item(kind, item))).collect())
}

/// The XML files of a path, in order. Links are not followed: libvirt has one for each object that starts by itself.
fn collect(path: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        into.push(path.to_owned());
        return Ok(());
    }
    let mut entries: Vec<fs::DirEntry> = fs::read_dir(path)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        let is_xml = entry.path().extension().is_some_and(|extension| extension == "xml");
        if kind.is_dir() || (kind.is_file() && is_xml) {
            collect(&entry.path(), into)?;
        }
    }
    Ok(())
}

/// The text of a file, or why it is no definition.
fn read(path: &Path) -> io::Result<Result<String, String>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Ok(Err("larger than 10 MiB, which libvirt does not read".to_owned()));
    }
    Ok(String::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned()))
}

/// The objects that are asked for.
fn chosen(found: Vec<Original>, arguments: &ImportArguments) -> Result<Vec<Original>, Failure> {
    let is_of_kind = |original: &Original| arguments.kind.is_empty() || arguments.kind.contains(&original.kind);
    let of_kind: Vec<Original> = found.into_iter().filter(is_of_kind).collect();
    if let Some(unknown) = arguments.names.iter().find(|name| !of_kind.iter().any(|found| found.name == **name)) {
        let known = of_kind.iter().map(|found| found.name.as_str());
        return Err(Failure::UnknownOriginal { name: unknown.clone(), help: did_you_mean(unknown, known) });
    }
    let is_named = |original: &Original| arguments.names.is_empty() || arguments.names.contains(&original.name);
    Ok(of_kind.into_iter().filter(is_named).collect())
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
        let items = match kind {
            ObjectKind::Network => &mut settings.networks,
            ObjectKind::Pool => &mut settings.pools,
            ObjectKind::Domain => &mut settings.domains,
        };
        items.get_or_insert_default().push(item);
    }
    let normalized = Normalized::of([&settings], virsh, workshop)?;
    let of = |read: Result<(ObjectKind, Definition), String>| {
        let (kind, definition) = read?;
        Ok(normalized.normalize(kind, &definition)?.text().to_owned())
    };
    Ok(read.into_iter().map(of).collect())
}
