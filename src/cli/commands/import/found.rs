//! What there is to import: in a libvirt, or in files.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use indexmap::IndexSet;
use serde_json::{Map, Value as Json};

use crate::activation::settings::{Item, Settings};
use crate::activation::world::Object;
use crate::base::MOST;
use crate::base::identity::identified;
use crate::cli::ImportArguments;
use crate::cli::commands::Failure;
use crate::files;
use crate::import::draft::{Beside, Original};
use crate::lab::identity::ObjectKind;
use crate::problem::did_you_mean;
use crate::source::{Kind, Source};
use crate::virsh::{Virsh, state};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) originals: Vec<Original>,
    /// What is not imported.
    pub(super) passed_over: Vec<PassedOver>,
}

/// What is not imported, and why.
#[derive(Debug)]
pub(super) struct PassedOver {
    /// The object, where that is known.
    object: Option<(ObjectKind, String)>,
    pub(super) what: String,
    pub(super) why: String,
}

impl PassedOver {
    pub(super) fn new(what: String, why: String) -> Self {
        Self { object: None, what, why }
    }

    fn object(kind: ObjectKind, name: &str, why: String) -> Self {
        Self { object: Some((kind, name.to_owned())), what: format!("{} {name}", kind.name()), why }
    }
}

impl Findings {
    /// What a libvirt has.
    pub(super) fn of_libvirt(virsh: &Virsh) -> Result<Self, Failure> {
        let mut found = Self::default();
        for Object { kind, definition, is_active, is_persistent, .. } in state::read(virsh)?.objects {
            if !is_persistent {
                let stays =
                    if kind == ObjectKind::Domain { "" } else { ", or keeps it permanently if a domain is on it" };
                let why = format!(
                    "it is transient, which a spec cannot express; a switch to a lab with {} stops it{stays}",
                    kind.section()
                );
                found.passed_over.push(PassedOver::object(kind, &definition.name, why));
                continue;
            }
            // A domain is left as it is; others would be started.
            let is_started = !is_active && kind != ObjectKind::Domain;
            let keys = Map::from_iter(is_started.then(|| ("active".to_owned(), Json::Null)));
            let (name, text) = (definition.name.clone(), definition.text().to_owned());
            found.originals.push(Original { kind, name, text, beside: Beside { keys, volumes: Vec::new() } });
        }
        Ok(found)
    }

    /// What files define, those in directories too. The first definition of an object counts.
    pub(super) fn of_files(lab: &str, paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut found = Self::default();
        for path in paths {
            let mut all = Vec::new();
            collect(path, &mut all).map_err(|source| files::Error::Read { path: path.clone(), source })?;
            if all.is_empty() {
                let why = "it has no file whose name ends in `.xml`".to_owned();
                found.passed_over.push(PassedOver::new(path.display().to_string(), why));
            }
            for file in all {
                let text = read(&file).map_err(|source| files::Error::Read { path: file.clone(), source })?;
                let definitions = match text {
                    Ok(text) if text.trim_start().starts_with('{') => of_settings(&file, &text),
                    text => text.map(|text| vec![(text, None)]),
                };
                let pass_over = |why| PassedOver::new(file.display().to_string(), why);
                match definitions {
                    Ok(definitions) => {
                        for (definition, beside) in definitions {
                            match identified(lab, &definition) {
                                Ok((kind, name, text)) => {
                                    let beside = beside.unwrap_or_else(|| of_file(kind, &file));
                                    found.originals.push(Original { kind, name, text, beside });
                                }
                                Err(why) => found.passed_over.push(pass_over(why)),
                            }
                        }
                    }
                    Err(why) => found.passed_over.push(pass_over(why)),
                }
            }
        }
        found.originals.sort_by_key(|original| original.kind == ObjectKind::Domain);
        found.drop_repeated();
        Ok(found)
    }

    /// Leaves the first of several definitions of an object. Those that say something else are passed over.
    fn drop_repeated(&mut self) {
        let Self { originals, passed_over } = self;
        let mut firsts: Vec<Original> = Vec::with_capacity(originals.len());
        let mut known: HashMap<(ObjectKind, String), usize> = HashMap::new();
        for original in originals.drain(..) {
            let Some(first) = known.get(&(original.kind, original.name.clone())).map(|at| &firsts[*at]) else {
                known.insert((original.kind, original.name.clone()), firsts.len());
                firsts.push(original);
                continue;
            };
            if first.text != original.text || first.beside != original.beside {
                let why = "another definition of it was found first, and is used".to_owned();
                passed_over.push(PassedOver::object(original.kind, &original.name, why));
            }
        }
        *originals = firsts;
    }

    /// Leaves what is asked for.
    pub(super) fn choose(&mut self, arguments: &ImportArguments) -> Result<(), Failure> {
        let is_of_kind = |kind: ObjectKind| arguments.kind.is_empty() || arguments.kind.contains(&kind);
        self.originals.retain(|original| is_of_kind(original.kind));
        self.passed_over.retain(|passed| passed.object.as_ref().is_none_or(|(kind, _)| is_of_kind(*kind)));
        let passed = self.passed_over.iter().filter_map(|passed| passed.object.as_ref());
        let known: Vec<&str> = self
            .originals
            .iter()
            .map(|original| original.name.as_str())
            .chain(passed.map(|(_, name)| name.as_str()))
            .collect();
        // A network and a pool may have one name.
        let known: Vec<&str> = known.into_iter().collect::<IndexSet<_>>().into_iter().collect();
        if let Some(unknown) = arguments.names.iter().find(|name| !known.contains(&name.as_str())) {
            let help = did_you_mean(unknown, known.iter().copied());
            return Err(Failure::UnknownOriginal { name: unknown.clone(), help });
        }
        let is_named = |name: &String| arguments.names.is_empty() || arguments.names.contains(name);
        self.originals.retain(|original| is_named(&original.name));
        self.passed_over.retain(|passed| passed.object.as_ref().is_none_or(|(_, name)| is_named(name)));
        Ok(())
    }
}

/// The definitions in the input of NixVirt's helper, and its other settings for each.
fn of_settings(path: &Path, json: &str) -> Result<Vec<(String, Option<Beside>)>, String> {
    let directory = path.parent().unwrap_or(Path::new(""));
    let file = |name: &str| read(&directory.join(name)).unwrap_or_else(|why| Err(why.to_string()));
    let settings = Settings::read(json, file).map_err(|why| {
        let (source, _) = Source::read(path.to_string_lossy(), json.to_owned());
        let is_object = |key: &str| {
            source.root().and_then(|root| root.member(key)).is_some_and(|node| matches!(node.kind, Kind::Object(_)))
        };
        let has_lab = source.root().is_some_and(|root| root.member("lab").is_some());
        let is_spec = has_lab || ObjectKind::ALL.iter().any(|kind| is_object(kind.section()));
        if is_spec {
            "it is a spec of lab2nix; definitions in libvirt's XML are imported".to_owned()
        } else {
            why.to_string()
        }
    })?;
    let of_item = |kind, item: &Item| (item.definition.text().to_owned(), Some(Beside::of(kind, item)));
    Ok(settings.kinds().flat_map(|(kind, items)| items.iter().map(move |item| of_item(kind, item))).collect())
}

/// What a file says of an object by where it is. In libvirt's own directories, a network or pool that does not start by itself is
/// not started.
fn of_file(kind: ObjectKind, file: &Path) -> Beside {
    let links = file.parent().map(|parent| parent.join("autostart")).filter(|links| links.is_dir());
    let is_off = kind != ObjectKind::Domain
        && links.zip(file.file_name()).is_some_and(|(links, name)| fs::symlink_metadata(links.join(name)).is_err());
    let keys = Map::from_iter(is_off.then(|| ("active".to_owned(), Json::Null)));
    Beside { keys, volumes: Vec::new() }
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
        return Ok(Err("larger than 10 MiB, libvirt's limit".to_owned()));
    }
    Ok(String::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned()))
}
