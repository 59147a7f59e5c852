//! Definitions as libvirt prints them, and what `NixVirt` makes of one to compare it with another.

use std::fmt::Write as _;

use roxmltree::{Document, Node, NodeType};
use uuid::Uuid;

use crate::lab::identity::ObjectKind;

/// The definition of an object, as XML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    text: String,
    name: String,
    uuid: Uuid,
}

/// Why a text is no definition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is no XML.
    #[error("it is no XML: {0}")]
    Xml(#[from] roxmltree::Error),
    /// It has no name.
    #[error("it has no name")]
    Name,
    /// It has no UUID, by which `NixVirt` knows an object.
    #[error("it has no UUID")]
    Uuid,
}

/// A disk's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiskSource {
    /// A file.
    File(String),
    /// A volume of a pool.
    Volume { pool: String, name: String },
}

/// Elements of a pool that change by themselves, which `NixVirt` compares only if the spec has them.
const COUNTED: [&[&str]; 4] = [&["capacity"], &["allocation"], &["available"], &["target", "permissions"]];

impl Definition {
    /// Reads a definition.
    ///
    /// # Errors
    ///
    /// When it is no XML, or lacks a name or a UUID.
    pub fn new(text: String) -> Result<Self, Error> {
        let name = name_of(&text)?;
        let document = Document::parse(&text)?;
        let uuid = text_of(&document, &["uuid"]).and_then(|uuid| Uuid::try_parse(uuid.trim()).ok());
        let uuid = uuid.ok_or(Error::Uuid)?;
        Ok(Self { text, name, uuid })
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The object's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The object's UUID.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// The bridge of a network.
    #[must_use]
    pub fn bridge(&self) -> Option<String> {
        self.with(|root| children(root, "bridge").next().and_then(|bridge| bridge.attribute("name")).map(str::to_owned))
    }

    /// The directory or device of a pool.
    #[must_use]
    pub fn target(&self) -> Option<String> {
        self.with(|root| text_of(root.document(), &["target", "path"]).map(str::to_owned))
    }

    /// The networks that a domain has interfaces on.
    #[must_use]
    pub fn networks(&self) -> Vec<String> {
        self.interfaces("network", "network")
    }

    /// The bridges that a domain has interfaces on, not through a network.
    #[must_use]
    pub fn bridges(&self) -> Vec<String> {
        self.interfaces("bridge", "bridge")
    }

    fn interfaces(&self, kind: &str, source: &str) -> Vec<String> {
        self.with(|root| {
            let interfaces = devices(root, "interface").filter(|interface| interface.attribute("type") == Some(kind));
            let sources = interfaces.filter_map(|interface| children(interface, "source").next());
            sources.filter_map(|found| found.attribute(source)).map(str::to_owned).collect()
        })
    }

    /// What a domain's drives are, as far as it is files and volumes.
    #[must_use]
    pub fn disks(&self) -> Vec<DiskSource> {
        self.with(|root| {
            let sources = devices(root, "disk").filter_map(|disk| children(disk, "source").next());
            let source = |source: Node<'_, '_>| match (source.attribute("pool"), source.attribute("volume")) {
                (Some(pool), Some(name)) => Some(DiskSource::Volume { pool: pool.to_owned(), name: name.to_owned() }),
                _ => source.attribute("file").map(|file| DiskSource::File(file.to_owned())),
            };
            sources.filter_map(source).collect()
        })
    }

    /// What `NixVirt` compares of it: the elements without the space between them, the devices of a domain in no order, and of a
    /// pool what changes by itself only where `written`, the definition that `NixVirt` is told, has it.
    #[must_use]
    pub fn compared(&self, kind: ObjectKind, written: &Self) -> String {
        let left_out = match kind {
            ObjectKind::Pool => written
                .with(|root| COUNTED.iter().copied().filter(|path| find(root, path).is_none()).collect::<Vec<_>>()),
            ObjectKind::Network | ObjectKind::Domain => Vec::new(),
        };
        self.with(|root| {
            let left_out: Vec<Node<'_, '_>> = left_out.iter().filter_map(|path| find(root, path)).collect();
            let sorted = (kind == ObjectKind::Domain).then(|| find(root, &["devices"])).flatten();
            let mut text = String::new();
            print(root, sorted, &left_out, &mut text);
            text
        })
    }

    /// Asks its root element.
    fn with<T>(&self, ask: impl FnOnce(Node<'_, '_>) -> T) -> T {
        let document = Document::parse(&self.text).expect("a definition has been parsed when it was made");
        ask(document.root_element())
    }
}

/// The name in the definition of an object or a volume; a volume has no UUID.
///
/// # Errors
///
/// When it is no XML, or has no name.
pub fn name_of(text: &str) -> Result<String, Error> {
    text_of(&Document::parse(text)?, &["name"]).map(str::to_owned).ok_or(Error::Name)
}

fn children<'a, 'i>(of: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    let name = name.to_owned();
    of.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn devices<'a, 'i>(root: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    let name = name.to_owned();
    children(root, "devices").flat_map(move |devices| children(devices, &name))
}

fn find<'a, 'i>(root: Node<'a, 'i>, path: &[&str]) -> Option<Node<'a, 'i>> {
    path.iter().try_fold(root, |node, name| children(node, name).next())
}

fn text_of<'a>(document: &'a Document<'_>, path: &[&str]) -> Option<&'a str> {
    find(document.root_element(), path)?.text()
}

/// Prints an element so that two print alike where `NixVirt` finds no difference.
fn print(node: Node<'_, '_>, sorted: Option<Node<'_, '_>>, left_out: &[Node<'_, '_>], text: &mut String) {
    let tag =
        |node: Node<'_, '_>| format!("{{{}}}{}", node.tag_name().namespace().unwrap_or(""), node.tag_name().name());
    text.push('<');
    text.push_str(&tag(node));
    for attribute in node.attributes() {
        let namespace = attribute.namespace().unwrap_or("");
        let _ = write!(text, " {{{namespace}}}{}={:?}", attribute.name(), attribute.value());
    }
    text.push('>');
    let mut elements = Vec::new();
    for child in node.children() {
        match child.node_type() {
            NodeType::Element if !left_out.contains(&child) => {
                let mut element = String::new();
                print(child, sorted, left_out, &mut element);
                elements.push(element);
            }
            // What follows an element is not compared.
            NodeType::Text if elements.is_empty() => {
                let own = child.text().unwrap_or("");
                if !own.trim().is_empty() {
                    let _ = write!(text, "{own:?}");
                }
            }
            _ => {}
        }
    }
    if sorted == Some(node) {
        elements.sort();
    }
    text.extend(elements);
    text.push_str("</>");
}
