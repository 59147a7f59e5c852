//! From the lab to libvirt objects: what each network, pool and domain is, in libvirt's terms.
//!
//! [`objects`] makes the definitions of a [`Lab`]. Every attribute in them is one that the target's `NixVirt` writes:
//! what it would drop is a problem.

mod device;
mod domain;
mod extra;
mod guest;
mod network;
mod pool;
pub mod tree;
pub mod vocabulary;

use crate::lab::Lab;
use crate::lab::identity::Kind;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::spec::Active;
use tree::Tree;
use vocabulary::{Fault, Vocabulary};

/// The objects of a lab. `None` for a kind of object means that the host's objects of that kind are left alone.
#[derive(Debug)]
pub struct Objects {
    /// The networks.
    pub networks: Option<Vec<Object>>,
    /// The pools.
    pub pools: Option<Vec<Object>>,
    /// The domains.
    pub domains: Option<Vec<Object>>,
}

/// A libvirt object, and what activation does with it.
#[derive(Debug)]
pub struct Object {
    /// What kind of object it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What it is.
    pub definition: Tree,
    /// Whether it runs.
    pub active: Active,
    /// Whether activation restarts it.
    pub restart: Option<bool>,
    /// For a pool, its volumes.
    pub volumes: Vec<VolumeObject>,
}

/// A volume of a pool.
#[derive(Debug)]
pub struct VolumeObject {
    /// Its name.
    pub name: String,
    /// What it is; nothing for a volume that shall not exist.
    pub definition: Option<Tree>,
}

/// An object before its definition has been held against the vocabulary.
struct Draft {
    object: Object,
    /// Where the object is declared.
    at: Pointer,
    /// Attributes that the spec asked for where it is not plain from the object, by path.
    origins: Vec<(&'static str, Place)>,
}

/// The objects of a lab, as far as the target's vocabulary can say them; the rest is problems.
#[must_use]
pub fn objects(lab: &Lab) -> (Objects, Vec<Problem>) {
    let vocabulary = Vocabulary::of(lab.target.nixvirt);
    let mut problems = Vec::new();
    let mut settle = |draft: Draft, extras: &[&crate::lab::ExtraAt]| {
        let Draft { mut object, at, origins } = draft;
        let element = vocabulary.object(object.kind);
        for extra in extras {
            extra::merge(&mut object.definition, extra, (vocabulary, object.kind), &mut problems);
        }
        if object.kind == Kind::Domain {
            extra::check_devices(&object.definition, extras, &mut problems);
        }
        for fault in vocabulary.settle(&mut object.definition, element) {
            problems.extend(not_expressible(&fault, &object, &at, &origins, vocabulary));
        }
        object
    };
    let networks = lab.networks.as_ref().map(|networks| {
        let extra = networks.iter().map(|network| network.extra.iter().collect::<Vec<_>>());
        networks.iter().map(network::draft).zip(extra).map(|(draft, extra)| settle(draft, &extra)).collect()
    });
    let pools = lab.pools.as_ref().map(|pools| {
        let extra = pools.iter().map(|pool| pool.extra.iter().collect::<Vec<_>>());
        pools.iter().map(pool::draft).zip(extra).map(|(draft, extra)| settle(draft, &extra)).collect()
    });
    let domains = lab.domains.as_ref().map(|domains| {
        let drafts = domains.iter().map(|domain| domain::draft(domain, lab));
        let extra = domains.iter().map(|domain| domain.extra.iter().collect::<Vec<_>>());
        drafts.zip(extra).map(|(draft, extra)| settle(draft, &extra)).collect()
    });
    (Objects { networks, pools, domains }, problems)
}

/// The problem of an attribute that the target lacks. A wrong type of ours is not the user's to mend: the proof of the
/// file fails on it.
fn not_expressible(
    fault: &Fault,
    object: &Object,
    at: &Pointer,
    origins: &[(&'static str, Place)],
    vocabulary: &Vocabulary,
) -> Option<Problem> {
    let Fault::Unknown { path } = fault else { return None };
    let origin = origins.iter().find(|(origin, _)| origin == path);
    let place = origin.map_or_else(|| at.clone().name(), |(_, place)| place.clone());
    let (kind, name) = (object.kind.name(), &object.name);
    Some(
        Problem::new(
            Id::NotExpressible,
            place,
            format!("{kind} `{name}` needs `{path}`, which NixVirt {} does not write", vocabulary.version()),
        )
        .label("would be dropped without a word")
        .help(
            vocabulary::other_versions(object.kind, path, vocabulary.version())
                .unwrap_or_else(|| "leave it out: no version of NixVirt writes it".to_owned()),
        ),
    )
}
