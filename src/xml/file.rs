//! The definitions of a lab as XML files.

use super::print;
use crate::lab::Lab;
use crate::lab::identity::ObjectKind;
use crate::libvirt::vocabulary::{Element, Vocabulary};
use crate::libvirt::{Definition, Object, Objects};

/// A definition as an XML file.
#[derive(Debug)]
pub struct XmlFile<'a> {
    /// Its path: `networks/<name>.xml`, `pools/<name>.xml`, `volumes/<pool>/<name>.xml` or `domains/<name>.xml`.
    pub path: String,
    /// What it is the definition of.
    pub definition: &'a Definition,
    /// What it is, in the words of [`Vocabulary::whole`].
    pub element: Element,
    pub text: String,
}

/// The definitions of all objects of a lab, in the order in which libvirt can take them.
#[must_use]
pub fn files<'a>(lab: &Lab, objects: &'a Objects) -> Vec<XmlFile<'a>> {
    let vocabulary = Vocabulary::whole(lab.target.nixvirt);
    let file = |path: String, definition: &'a Definition, element: Element| XmlFile {
        text: print(&definition.tree, vocabulary, element).text(),
        path,
        definition,
        element,
    };
    let object = |directory: &str, object: &'a Object, kind: ObjectKind| {
        file(format!("{directory}/{}.xml", object.name), &object.definition, vocabulary.object(kind))
    };
    let networks = objects.networks.iter().flatten().map(|network| object("networks", network, ObjectKind::Network));
    let pools = objects.pools.iter().flatten().map(|pool| object("pools", pool, ObjectKind::Pool));
    let volumes = objects.pools.iter().flatten().flat_map(|pool| {
        pool.volumes.iter().filter_map(move |volume| {
            let path = format!("volumes/{}/{}.xml", pool.name, volume.name);
            volume.definition.as_ref().map(|definition| (path, definition))
        })
    });
    let volumes = volumes.map(|(path, definition)| file(path, definition, vocabulary.volume()));
    let domains = objects.domains.iter().flatten().map(|domain| object("domains", domain, ObjectKind::Domain));
    networks.chain(pools).chain(volumes).chain(domains).collect()
}
