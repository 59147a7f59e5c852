//! From the lab to libvirt objects: what each network, pool and domain is, in libvirt's terms.
//!
//! [`objects`] makes the definitions of a [`Lab`]. Every attribute in them is one that libvirt knows; what the target's
//! `NixVirt` would drop of it is noted with the definition, which is then written as XML.

mod content;
mod cpu;
mod device;
mod dnsmasq;
mod domain;
mod elsewhere;
mod extra;
mod guest;
mod memory;
mod network;
mod pool;
mod smbios;
pub mod tree;
pub mod under;
pub mod vocabulary;

pub use content::is_content;
pub use elsewhere::objects_on;
pub use extra::rules;

use std::collections::BTreeMap;

use indexmap::IndexSet;

use crate::host_file::{external_path, imported_path};
use crate::lab::identity::ObjectKind;
use crate::lab::{ExtraAt, Lab};
use crate::parallel;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::spec::{Active, NixVirtVersion};
use tree::Tree;
use under::{Under, Unders};
use vocabulary::{Element, Fault, Vocabulary};

/// The objects of a lab. `None` for a kind says that the lab leaves the host's objects of that kind alone.
#[derive(Debug, Clone)]
pub struct Objects {
    pub networks: Option<Vec<Object>>,
    pub pools: Option<Vec<Object>>,
    pub domains: Option<Vec<Object>>,
    /// The objects that stay as they are, where the lab lists others of their kind.
    pub kept: Vec<KeptObject>,
}

impl Objects {
    /// Those of a kind, if the lab lists any.
    #[must_use]
    pub fn of(&self, kind: ObjectKind) -> Option<&Vec<Object>> {
        match kind {
            ObjectKind::Network => self.networks.as_ref(),
            ObjectKind::Pool => self.pools.as_ref(),
            ObjectKind::Domain => self.domains.as_ref(),
        }
    }
}

/// An object that libvirt has already and that the lab leaves as it is. The host asks libvirt for its definition.
#[derive(Debug, Clone)]
pub struct KeptObject {
    pub kind: ObjectKind,
    pub name: String,
    /// The file to which the host writes the definition before `NixVirt` reads it.
    pub path: String,
}

/// A libvirt object, and what activation does with it.
#[derive(Debug, Clone)]
pub struct Object {
    /// What kind of object it is.
    pub kind: ObjectKind,
    pub name: String,
    pub definition: Definition,
    /// Whether it runs.
    pub active: Active,
    /// Whether activation restarts it.
    pub restart: Option<bool>,
    /// For a pool, its volumes.
    pub volumes: Vec<VolumeObject>,
}

/// A volume of a pool.
#[derive(Debug, Clone)]
pub struct VolumeObject {
    pub name: String,
    /// What it is; `None` for a volume that shall not exist.
    pub definition: Option<Definition>,
}

/// What an object is.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its elements and attributes, in libvirt's order.
    pub tree: Tree,
    /// The paths of the attributes that the target's `NixVirt` would drop, or would not take as they are. Where there are
    /// any, the definition is written as XML.
    pub unsupported: Vec<String>,
}

/// An object whose definition has not been held against the vocabulary yet.
struct Unchecked<'a> {
    object: Object,
    /// Where the object is declared.
    at: Pointer,
    /// What is merged into the definition, the weakest first.
    extras: Vec<&'a ExtraAt>,
    /// What is merged into single devices before that.
    devices: Vec<DeviceExtras<'a>>,
    /// The devices of which the entry says where they are plugged in, by their element and index.
    placed: Vec<(&'static str, usize)>,
    /// What is merged into the definition of each volume, of those of a pool.
    volume_extras: Vec<Option<&'a ExtraAt>>,
}

/// What is merged into one device of a domain.
#[derive(Clone, Copy)]
struct DeviceExtras<'a> {
    /// The device's element: `disk`.
    name: &'static str,
    /// Its index among the domain's elements of that name, from 0.
    index: usize,
    /// What is merged, the weakest first.
    extras: &'a [ExtraAt],
}

impl Objects {
    /// Lists all definitions, each with the kind and the name of what it defines; volumes follow their pool.
    pub fn definitions(&self) -> impl Iterator<Item = (&'static str, &str, &Definition)> {
        let all = [&self.networks, &self.pools, &self.domains].into_iter().flatten().flatten();
        all.flat_map(move |object| {
            let volumes = object.volumes.iter();
            let volumes =
                volumes.filter_map(|volume| Some(("volume", volume.name.as_str(), volume.definition.as_ref()?)));
            std::iter::once((object.kind.name(), object.name.as_str(), &object.definition)).chain(volumes)
        })
    }
}

impl From<Tree> for Definition {
    fn from(tree: Tree) -> Self {
        Self { tree, unsupported: Vec::new() }
    }
}

/// The objects of a lab, and the problems of what libvirt would not take as the spec has it.
#[must_use]
pub fn objects(lab: &Lab) -> (Objects, Problems) {
    objects_over(lab, &Unders::new())
}

/// What is made of the objects of a lab that have these kinds and names, without what is under them and without `extra`.
#[must_use]
pub fn made<'n>(
    lab: &Lab,
    names: impl Iterator<Item = &'n (ObjectKind, String)>,
) -> BTreeMap<(ObjectKind, String), Tree> {
    let made = |(kind, name): &(ObjectKind, String)| {
        let unchecked = match kind {
            ObjectKind::Network => {
                let (id, network) = lab.networks().find(|(_, network)| network.name == *name)?;
                network::unchecked(network, lab.dhcp_hosts(id))
            }
            ObjectKind::Pool => pool::unchecked(lab.pools_in_order().find(|pool| pool.name == *name)?),
            ObjectKind::Domain => domain::unchecked(lab.domains_in_order().find(|domain| domain.name == *name)?, lab),
        };
        Some(((*kind, name.clone()), unchecked.object.definition.tree))
    };
    names.filter_map(made).collect()
}

/// The objects of a lab some of which stand on definitions, and the problems of what libvirt would not take.
#[must_use]
pub fn objects_over(lab: &Lab, unders: &Unders) -> (Objects, Problems) {
    let version = lab.target.nixvirt;
    let mut problems = Vec::new();
    let mut objects = |checked: Vec<(Object, Vec<Problem>)>| -> Vec<Object> {
        let (objects, found): (Vec<_>, Vec<_>) = checked.into_iter().unzip();
        problems.extend(found.into_iter().flatten());
        objects
    };
    let networks = lab.networks.is_some().then(|| lab.networks().collect::<Vec<_>>());
    let network_object = |id, network| network::unchecked(network, lab.dhcp_hosts(id)).over(unders).check(version);
    let networks = networks.map(|all| parallel::map(&all, |(id, network)| network_object(*id, network)));
    let networks = networks.map(&mut objects);
    let pools = lab.pools.is_some().then(|| lab.pools_in_order().collect::<Vec<_>>());
    let pools = pools.map(|all| parallel::map(&all, |pool| pool::unchecked(pool).over(unders).check(version)));
    let pools = pools.map(&mut objects);
    let domains = lab.domains.is_some().then(|| lab.domains_in_order().collect::<Vec<_>>());
    let domains =
        domains.map(|all| parallel::map(&all, |domain| domain::unchecked(domain, lab).over(unders).check(version)));
    let domains = domains.map(&mut objects);
    let domains_or_none = domains.as_deref().unwrap_or_default();
    problems.extend(extra::equal::check(networks.as_deref().unwrap_or_default(), domains_or_none, lab));
    problems.extend(extra::slot::check(domains_or_none, lab));
    for extra in &lab.layer_extras {
        extra::merge(&mut Tree::new(), extra, version, ObjectKind::Domain, &mut problems);
    }
    let mut each_once = Problems::default();
    each_once.extend(problems);
    let imported = lab.imported.iter().map(|domain| KeptObject {
        kind: ObjectKind::Domain,
        name: domain.name.clone(),
        path: imported_path(&lab.name, &domain.name),
    });
    let external = [ObjectKind::Network, ObjectKind::Pool].into_iter().flat_map(|kind| {
        let of_kind = lab.external.of_kind(kind).iter();
        of_kind.map(move |name| KeptObject { kind, name: name.value.clone(), path: external_path(kind, &name.value) })
    });
    let kept = external.chain(imported).collect();
    (Objects { networks, pools, domains, kept }, each_once)
}

impl Unchecked<'_> {
    /// Lays it over what its entry stands on.
    fn over(mut self, unders: &Unders) -> Self {
        let tree = &mut self.object.definition.tree;
        match unders.get(&(self.object.kind, self.object.name.clone())) {
            None => {}
            Some(Under::Plugged(other)) => {
                under::plug(tree, other, |name, index| self.placed.contains(&(name, index)));
            }
            Some(Under::Base { definition, made }) => {
                let (laid, positions) =
                    under::lay(definition, made, tree, |name, index| self.placed.contains(&(name, index)));
                *tree = laid;
                for device in &mut self.devices {
                    let at = positions.get(device.name).and_then(|of| of.get(device.index));
                    device.index = at.copied().unwrap_or(device.index);
                }
            }
        }
        self
    }

    /// Merges what the spec adds under libvirt's names, and finds what is wrong with the whole.
    fn check(self, version: NixVirtVersion) -> (Object, Vec<Problem>) {
        let mut problems = Vec::new();
        let Unchecked { mut object, at, extras, devices, volume_extras, .. } = self;
        let kind = object.kind;
        for device in &devices {
            extra::part::merge_device(&mut object.definition.tree, device, version, &mut problems);
        }
        for extra in &extras {
            extra::merge(&mut object.definition.tree, extra, version, kind, &mut problems);
        }
        extra::check(&object, &extras, &mut problems);
        extra::shape::check(&object.definition.tree, kind, version, &extras, &devices, &mut problems);
        extra::rules::check(&object.definition.tree, kind, &extras, &devices, &mut problems);
        let faults = object.definition.sort_and_check(|vocabulary| vocabulary.object(kind), version);
        add_unreported(faults.iter().filter_map(|fault| of_text(fault, &at, &extras, &devices)), &mut problems);
        for (volume, extra) in object.volumes.iter_mut().zip(volume_extras) {
            let Some(definition) = &mut volume.definition else { continue };
            if let Some(extra) = extra {
                extra::part::merge_volume(&mut definition.tree, extra, version, &mut problems);
                extra::shape::check_volume(&definition.tree, version, extra, &mut problems);
                extra::rules::check_volume(&definition.tree, extra, &mut problems);
            }
            let faults = definition.sort_and_check(Vocabulary::volume, version);
            let extras = extra.as_slice();
            add_unreported(faults.iter().filter_map(|fault| of_text(fault, &at, extras, &[])), &mut problems);
        }
        (object, problems)
    }
}

impl Definition {
    /// Puts the definition into libvirt's order, and notes what the target's `NixVirt` does not write of it. Returns what
    /// is wrong with its texts.
    fn sort_and_check(&mut self, root: impl Fn(&Vocabulary) -> Element, version: NixVirtVersion) -> Vec<Fault> {
        let target = Vocabulary::of(version);
        let mut faults = target.sort_and_check(&mut self.tree, root(target));
        let is_unsupported = |fault: &Fault| match fault {
            Fault::Unknown { .. } | Fault::WrongType { .. } => true,
            Fault::Missing { .. } | Fault::TextBesideElements { .. } => false,
        };
        if faults.iter().any(is_unsupported) {
            let whole = Vocabulary::whole(version);
            let of_target = std::mem::replace(&mut faults, whole.sort_and_check(&mut self.tree, root(whole)));
            // What libvirt does not know either is a mistake of ours, which the proof of the file finds.
            if !faults.iter().any(is_unsupported) {
                let paths = of_target.into_iter().filter(is_unsupported).map(Fault::into_path);
                self.unsupported = paths.collect::<IndexSet<_>>().into_iter().collect();
            }
        }
        faults.retain(|fault| !is_unsupported(fault));
        faults
    }
}

/// Adds the problems whose places have none yet: a text of the wrong type is reported already.
fn add_unreported(found: impl Iterator<Item = Problem>, problems: &mut Vec<Problem>) {
    let is_reported = |found: &Problem| problems.iter().any(|reported| reported.place == found.place);
    let unreported: Vec<Problem> = found.filter(|found| !is_reported(found)).collect();
    problems.extend(unreported);
}

/// Returns the problem of an element that lacks its text or has elements beside it. Other faults are no problems.
fn of_text(fault: &Fault, at: &Pointer, extras: &[&ExtraAt], devices: &[DeviceExtras<'_>]) -> Option<Problem> {
    let (Fault::Missing { path } | Fault::TextBesideElements { path }) = fault else {
        return None;
    };
    let of_device = || devices.iter().find_map(|device| extra::part::place_in_device(path, device));
    let place = extra::place_of(path, extras).or_else(of_device).unwrap_or_else(|| Place::key(at));
    let (_, name) = path.rsplit_once('.').unwrap_or(("", path));
    Some(if matches!(fault, Fault::Missing { .. }) {
        Problem::new(Id::MissingField, place, format!("an element without its text, `{path}`"))
            .label(format!("needs `{name}`"))
            .help("NixVirt would stop the evaluation of the whole host, without saying where")
    } else {
        Problem::new(Id::ConflictingFields, place, format!("an element with both text and child elements, `{path}`"))
            .label("only one of them")
            .help(format!("leave `{name}` out: the child elements replace it"))
    })
}
