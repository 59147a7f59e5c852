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

use crate::lab::identity::Kind;
use crate::lab::unique::keep_first_of_equals;
use crate::lab::{ExtraAt, Lab};
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

/// The path of an attribute, and where the spec asks for it.
type Origin = (&'static str, Place);

/// An object before its definition has been held against the vocabulary.
struct Draft<'a> {
    object: Object,
    /// Where the object is declared.
    at: Pointer,
    /// Attributes that the spec asked for where it is not plain from the object, by path.
    origins: Vec<Origin>,
    /// What is merged into the definition, the weakest first.
    extras: Vec<&'a ExtraAt>,
}

/// The objects of a lab, as far as the target's vocabulary can say them; the rest is problems.
#[must_use]
pub fn objects(lab: &Lab) -> (Objects, Vec<Problem>) {
    let vocabulary = Vocabulary::of(lab.target.nixvirt);
    let mut problems = Vec::new();
    let mut settle = |draft: Draft<'_>| {
        let Draft { mut object, at, origins, extras } = draft;
        let element = vocabulary.object(object.kind);
        for extra in &extras {
            extra::merge(&mut object.definition, extra, (vocabulary, object.kind), &mut problems);
        }
        extra::check(&object, &extras, &mut problems);
        for fault in vocabulary.settle(&mut object.definition, element) {
            let found = problem(&fault, (&object, &at, &origins), &extras, vocabulary);
            // A text of the wrong type has been told of.
            problems.extend(found.filter(|found| {
                found.id != Id::MissingField || !problems.iter().any(|told| told.place == found.place)
            }));
        }
        object
    };
    let networks = lab.networks.as_ref().map(|networks| networks.iter().map(network::draft).map(&mut settle).collect());
    let pools = lab.pools.as_ref().map(|pools| pools.iter().map(pool::draft).map(&mut settle).collect());
    let domains = lab.domains.as_ref();
    let domains =
        domains.map(|domains| domains.iter().map(|domain| domain::draft(domain, lab)).map(&mut settle).collect());
    for extra in &lab.layer_extras {
        extra::merge(&mut Tree::new(), extra, (vocabulary, Kind::Domain), &mut problems);
    }
    keep_first_of_equals(&mut problems);
    (Objects { networks, pools, domains }, problems)
}

/// The problem of a fault in a definition. A wrong type of ours is not the user's to mend: the proof of the file fails
/// on it.
fn problem(
    fault: &Fault,
    draft: (&Object, &Pointer, &[Origin]),
    extras: &[&ExtraAt],
    vocabulary: &Vocabulary,
) -> Option<Problem> {
    let (object, at, origins) = draft;
    let version = vocabulary.version();
    match fault {
        Fault::Unknown { path } => {
            let origin = origins.iter().find(|(origin, _)| origin == path);
            let place = origin.map_or_else(|| at.clone().name(), |(_, place)| place.clone());
            let message = match origin {
                Some(_) => format!("NixVirt {version} does not write `{path}`"),
                None => {
                    format!(
                        "{} `{}` needs `{path}`, which NixVirt {version} does not write",
                        object.kind.name(),
                        object.name
                    )
                }
            };
            let help = vocabulary::other_versions(object.kind, path, version)
                .unwrap_or_else(|| "leave it out: no version of NixVirt writes it".to_owned());
            Some(Problem::new(Id::NotExpressible, place, message).label("would be dropped without a word").help(help))
        }
        Fault::Missing { path } => {
            let place = extra::place_of(path, extras).unwrap_or_else(|| at.clone().name());
            let (_, name) = path.rsplit_once('.').unwrap_or(("", path));
            Some(
                Problem::new(Id::MissingField, place, format!("an element without its text, `{path}`"))
                    .label(format!("needs `{name}`"))
                    .help("NixVirt would stop the evaluation of the whole host without a place"),
            )
        }
        Fault::WrongType { .. } => None,
    }
}
