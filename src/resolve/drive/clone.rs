//! The disks of templates, and the disks that are clones of them.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use crate::lab::domain::Domain;
use crate::lab::drive::{Disk, Source};
use crate::lab::id::PoolId;
use crate::lab::size::Size;
use crate::lab::storage::Pool;
use crate::lab::storage::backing::{Backing, Image};
use crate::lab::storage::volume::Volume;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, did_you_mean};
use crate::resolve::drive;
use crate::resolve::layers::{Layers, Word};
use crate::resolve::names::Scope;
use crate::resolve::profiles::Profiles;
use crate::resolve::topological::in_order;
use crate::spec::pool::ImageFormat;
use crate::spec::{DomainFields, Spec, drive as written};

/// The domains of a spec, and of the templates that have been resolved their disks.
pub(crate) struct Originals<'a> {
    spec: &'a Spec,
    templates: HashMap<&'a str, Template>,
}

/// A template.
struct Template {
    /// The names of its disks, those included of which nothing could be made.
    names: Vec<String>,
    /// Its disks by name.
    disks: HashMap<String, Original>,
}

/// A disk that others can be clones of.
pub(crate) struct Original {
    /// Where it is declared.
    at: Pointer,
    /// What it is.
    source: Source,
    /// The format of its image, unless that is for its volume to say.
    format: ImageFormat,
    /// The size of its volume, where that is declared by the disk itself or by its pool.
    size: Option<Size>,
}

impl<'a> Originals<'a> {
    /// Those of a spec whose templates are to be resolved.
    pub(crate) fn new(spec: &'a Spec) -> Self {
        Self { spec, templates: HashMap::new() }
    }

    /// Makes the disks of a template known, with the volumes that they declare.
    pub(crate) fn add(
        &mut self,
        name: &'a str,
        layers: &Layers<'_, DomainFields>,
        (domain, declared): (&Domain, &[(PoolId, Volume)]),
        pools: &[Pool],
    ) {
        let size = |source: &Source| {
            let Source::Volume { pool, name, .. } = source else { return None };
            let own = declared.iter().find(|(of, volume)| of == pool && volume.name == *name);
            let volume = own.map(|(_, volume)| volume).or_else(|| pools[pool.0].volume(name))?;
            // That a volume is deleted is told of elsewhere.
            Some(volume.present.as_ref().map_or(Size::KIB, |present| present.size))
        };
        let original = |disk: &Disk| Original {
            at: disk.at.clone(),
            size: size(&disk.source),
            source: disk.source.clone(),
            format: disk.format,
        };
        let disks = domain.disks.iter().map(|disk| (disk.name.clone(), original(disk))).collect();
        let names = drive::named(layers, &mut Vec::new()).into_keys().collect();
        self.templates.insert(name, Template { names, disks });
    }

    /// The disk of a template that a disk is a clone of.
    pub(crate) fn disk(&self, disk: &str, clone_of: Word<'_>, problems: &mut Vec<Problem>) -> Option<&Original> {
        let name = clone_of.value.as_str();
        let domains = || self.spec.domains.iter().flatten();
        let Some(domain) = self.spec.domains.as_ref().and_then(|domains| domains.get(name)) else {
            problems.push(
                Problem::of_value(Id::UnknownDomain, clone_of.place(), format!("there is no domain `{name}`"))
                    .label("not in `domains`")
                    .help(did_you_mean(name, domains().map(|(name, _)| name.as_str()))),
            );
            return None;
        };
        let at = Pointer::root().key("domains").key(name);
        if domain.own.template != Some(true) {
            let help = if domain.own.imported == Some(true) {
                "the lab knows nothing of the disks of an `imported` domain: name a template"
            } else {
                "what grows on an image is damaged when it changes: write `\"template\": true` in that domain"
            };
            problems.push(
                Problem::of_value(
                    Id::NotATemplate,
                    clone_of.place(),
                    format!("domain `{name}`, whose disk this is a clone of, is no template"),
                )
                .label("may write to its disks")
                .related(at.name(), "the domain")
                .help(help),
            );
            return None;
        }
        // One that is missing is a clone in a circle, or several, which has been told of.
        let template = self.templates.get(name)?;
        let original = template.disks.get(disk);
        if original.is_none() && !template.names.iter().any(|name| name == disk) {
            let names = template.names.iter().map(String::as_str);
            problems.push(
                Problem::of_value(Id::UnknownDisk, clone_of.place(), format!("template `{name}` has no disk `{disk}`"))
                    .label(format!("no disk of the name `{disk}` there"))
                    .related(at.name(), "the template")
                    .help(format!("a disk is a clone of the disk of its own name: {}", did_you_mean(disk, names))),
            );
        }
        original
    }
}

impl Original {
    /// The pool that clones are in which name none.
    pub(crate) fn pool(&self, disk: &str, clone_of: Word<'_>, problems: &mut Vec<Problem>) -> Option<PoolId> {
        match &self.source {
            Source::Volume { pool, .. } => Some(*pool),
            Source::File(_) | Source::Block(_) => {
                problems.push(
                    Problem::new(
                        Id::MissingField,
                        clone_of.pointer().name(),
                        format!("disk `{disk}` is a clone of one that is on no pool"),
                    )
                    .label("needs a `pool` beside it")
                    .related(self.at.clone().value(), "the disk that it is a clone of")
                    .help("add `\"pool\": …`, where the clone is to be"),
                );
                None
            }
        }
    }

    /// The size of clones that say none.
    pub(crate) fn size(&self, disk: &str, clone_of: Word<'_>, problems: &mut Vec<Problem>) -> Option<Size> {
        if self.size.is_none() {
            problems.push(
                Problem::new(
                    Id::MissingField,
                    clone_of.pointer().name(),
                    format!("disk `{disk}` is a clone of one whose size is not known"),
                )
                .label("needs a `size` beside it")
                .related(self.at.clone().value(), "the disk that it is a clone of")
                .help("add `\"size\": …`, at least that of the template's disk"),
            );
        }
        self.size
    }

    /// The image that a clone in a pool grows on.
    pub(crate) fn backing(
        &self,
        pool: PoolId,
        clone_of: Word<'_>,
        scope: &Scope<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Backing> {
        let mut refuse = |what: String| {
            problems.push(
                Problem::new(Id::NotOnThisType, clone_of.place(), format!("a clone of {what}"))
                    .label("only of what is a file")
                    .related(self.at.clone().value(), "the disk that it is a clone of")
                    .help("give the template a disk in a pool of type `dir`, `fs` or `netfs`"),
            );
        };
        let (image, format) = match &self.source {
            Source::Volume { pool: of, name, .. } if *of == pool => (Image::Volume(name.clone()), None),
            Source::Volume { pool: of, name, .. } => {
                let of = &scope.pools[of.0];
                if !of.r#type.has_files() {
                    refuse(format!("a volume in a pool of type `{}`", of.r#type.name()));
                    return None;
                }
                // Its format is settled with all volumes.
                (Image::File(of.volume_path(name)), None)
            }
            Source::File(path) => (Image::File(path.clone()), Some(self.format)),
            Source::Block(_) => {
                refuse("a block device".to_owned());
                return None;
            }
        };
        Some(Backing { at: clone_of.pointer(), image, format, format_at: None })
    }
}

/// The order in which the domains of a spec are resolved, by their places: clones after their templates.
pub(crate) fn in_clone_order(spec: &Spec, profiles: &Profiles<'_>, problems: &mut Vec<Problem>) -> Vec<usize> {
    let Some(domains) = &spec.domains else { return Vec::new() };
    let says = |fields: &DomainFields| fields.disks.iter().flatten().any(|disk| disk.clone_of.is_some());
    let profiles_say = spec.profiles.iter().flatten().any(|(_, profile)| says(&profile.fields));
    if !(profiles_say
        || spec.defaults.as_ref().is_some_and(says)
        || domains.values().any(|domain| says(&domain.fields)))
    {
        return (0..domains.len()).collect();
    }
    let templates: IndexMap<&str, usize> = domains
        .iter()
        .enumerate()
        .filter(|(_, (_, domain))| domain.own.template == Some(true))
        .map(|(index, (name, _))| (name.as_str(), index))
        .collect();
    let originals = |(name, domain): (&String, &crate::spec::Domain)| -> Vec<(usize, Place)> {
        let at = Pointer::root().key("domains").key(name);
        let named = domain.own.profiles.as_deref().unwrap_or_default();
        let layers = profiles.layers(None, named, &at, &domain.fields, &mut Vec::new());
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        for disk in drive::named(&layers, &mut Vec::new()).values() {
            let Some(word) = disk.get("cloneOf", |d: &written::Disk| d.clone_of.as_ref()) else { continue };
            if let Some(template) = templates.get(word.value.as_str()).filter(|template| seen.insert(**template)) {
                found.push((*template, word.place()));
            }
        }
        found
    };
    let before: Vec<Vec<(usize, Place)>> = domains.iter().map(originals).collect();
    in_order(&before, |circle| {
        let Some((_, place)) = circle.last() else { return };
        let name = |index: usize| domains.get_index(index).map(|(name, _)| format!("`{name}`")).unwrap_or_default();
        let names: Vec<String> = circle.iter().map(|(index, _)| name(*index)).collect();
        problems.push(
            Problem::new(
                Id::BackingCycle,
                place.clone(),
                format!("templates are clones of each other in a circle: {} of {}", names.join(" of "), names[0]),
            )
            .label("closes the circle")
            .help("one of them has to start from an image, or from nothing"),
        );
    })
}
