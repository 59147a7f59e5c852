//! Keeps the disks of the templates that have been resolved, and finds the one that a disk is a clone of.

use std::collections::HashMap;

use crate::lab::domain::Domain;
use crate::lab::drive::{Disk, Source};
use crate::lab::id::PoolId;
use crate::lab::size::Size;
use crate::lab::storage::Pool;
use crate::lab::storage::volume::Volume;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, did_you_mean};
use crate::resolve::drive::clone::TemplateDisk;
use crate::resolve::layers::Word;
use crate::spec::Spec;

/// The domains of a spec, and the disks of the templates that have been resolved.
pub(crate) struct Templates<'a> {
    spec: &'a Spec,
    templates: HashMap<&'a str, Template>,
}

/// A template.
struct Template {
    /// The names of its disks, with those that were refused.
    names: Vec<String>,
    /// Its disks by name.
    disks: HashMap<String, TemplateDisk>,
}

impl<'a> Templates<'a> {
    /// Starts with the domains of a spec, and no template resolved.
    pub(crate) fn new(spec: &'a Spec) -> Self {
        Self { spec, templates: HashMap::new() }
    }

    /// Makes the disks of a template known, `names` being those of all that it has, with the volumes that they declare.
    pub(crate) fn add(
        &mut self,
        name: &'a str,
        names: Vec<String>,
        domain: &Domain,
        declared: &[(PoolId, Volume)],
        pools: &[Pool],
    ) {
        let size = |source: &Source| {
            let Source::Volume { pool, name, .. } = source else { return None };
            let own = declared.iter().find(|(of, volume)| of == pool && volume.name == *name);
            let volume = own.map(|(_, volume)| volume).or_else(|| pools[pool.0].volume(name))?;
            // A volume that shall not exist is reported elsewhere.
            Some(volume.present.as_ref().map_or(Size::KIB, |present| present.size))
        };
        let template_disk = |disk: &Disk| TemplateDisk {
            at: disk.at.clone(),
            size: size(&disk.source),
            source: disk.source.clone(),
            format: disk.format,
            has_format: disk.format_at.is_some(),
        };
        let disks = domain.disks.iter().map(|disk| (disk.name.clone(), template_disk(disk))).collect();
        self.templates.insert(name, Template { names, disks });
    }

    /// Finds the disk of a template that a disk is a clone of.
    pub(crate) fn disk(&self, disk: &str, clone_of: Word<'_>, problems: &mut Problems) -> Option<&TemplateDisk> {
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
                "the lab does not know the disks of an `imported` domain: use a template"
            } else {
                "a change of an image corrupts the overlays that it backs: set `\"template\": true` in that domain"
            };
            problems.push(
                Problem::of_value(
                    Id::NotATemplate,
                    clone_of.place(),
                    format!("domain `{name}`, whose disk this is a clone of, is not a template"),
                )
                .label("could write to its disks")
                .related(Place::key(at), "the domain")
                .help(help),
            );
            return None;
        }
        // A template is missing only where templates are clones of each other in a circle, which has been reported.
        let template = self.templates.get(name)?;
        let found = template.disks.get(disk);
        if found.is_none() && !template.names.iter().any(|name| name == disk) {
            let names = template.names.iter().map(String::as_str);
            problems.push(
                Problem::of_value(Id::UnknownDisk, clone_of.place(), format!("template `{name}` has no disk `{disk}`"))
                    .label(format!("it has no disk `{disk}`"))
                    .related(Place::key(at), "the template")
                    .help(format!(
                        "a disk is a clone of the template's disk with the same name: {}",
                        did_you_mean(disk, names)
                    )),
            );
        }
        found
    }
}
