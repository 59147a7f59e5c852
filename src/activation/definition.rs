//! Definitions as libvirt prints them, and what `NixVirt` makes of one to compare it with another.

use std::fmt::Write as _;

use roxmltree::{Document, Node, NodeType};
use uuid::Uuid;

use crate::lab::identity::{self, ObjectKind};
use crate::lab::path::plain;
use crate::lab::size::bytes_of_amount;
use crate::xml::node::elements;

/// The definition of an object, as XML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    text: String,
    /// The object's name.
    pub name: String,
    /// The object's UUID.
    pub uuid: Uuid,
    /// What of it decides on other objects.
    pub facts: Facts,
}

/// What a definition says that decides on other objects, and on files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The bridge of a network.
    pub bridge: Option<String>,
    /// The same where libvirt makes the bridge, which then no other network can have.
    pub made_bridge: Option<String>,
    /// What kind of ports a network has, where its bridge is not one of Linux: `openvswitch`.
    pub port_type: Option<String>,
    /// The lines that a network has for dnsmasq.
    pub dnsmasq: Vec<String>,
    /// The directory or device of a pool.
    pub target: Option<String>,
    /// The type of a pool.
    pub pool_type: Option<String>,
    /// The networks that a domain has interfaces on.
    pub networks: Vec<String>,
    /// The bridges that a domain has interfaces on, not through a network.
    pub bridges: Vec<String>,
    /// The drives of a domain, as far as they are files and volumes.
    pub disks: Vec<Disk>,
    /// What the display of a domain needs of the host: the device that renders it.
    pub render_node: Option<String>,
    /// The file of a domain's firmware variables.
    pub nvram: Option<String>,
    /// Whether a domain starts from UEFI.
    pub has_uefi: bool,
    /// The MAC addresses of a domain's interfaces, or of a network, as far as they have one.
    pub macs: Vec<Option<String>>,
    /// Whether a domain runs by KVM.
    pub has_kvm: bool,
    /// Whether a domain has a TPM of its own, whose state goes by its UUID.
    pub has_tpm: bool,
}

/// A drive of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// What the guest sees: `vda`.
    pub target: String,
    pub source: DiskSource,
    /// Its backing files and volumes, as libvirt reports them for a running domain.
    pub backing: Vec<DiskSource>,
    /// Whether the guest writes to it: no medium that is put in and taken out.
    pub is_disk: bool,
    /// Whether the domain starts without it.
    pub may_be_missing: bool,
}

/// What an interface is on the host: a device on a bridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tap {
    pub device: String,
    /// Whether it is kept from others on the bridge that are.
    pub is_isolated: bool,
}

/// Why a text is no definition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is no XML.
    #[error("it is not XML: {0}")]
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
    /// Something else, by its name or device.
    Other(String),
    /// A volume that is not named, so that the domain does not start.
    Nothing,
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
        let document = Document::parse(&text)?;
        let name = text_of(&document, &["name"]).ok_or(Error::Name)?.to_owned();
        let uuid = text_of(&document, &["uuid"]).and_then(|uuid| Uuid::try_parse(uuid.trim()).ok());
        let uuid = uuid.ok_or(Error::Uuid)?;
        let facts = Facts::of(document.root_element());
        Ok(Self { text, name, uuid, facts })
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What `NixVirt` hands to libvirt of it: with a MAC address, made of the UUID, for the first interface of a domain that has
    /// none. Further interfaces without one get another from libvirt each time that they are defined.
    #[must_use]
    pub fn as_handed_over(self) -> Self {
        let document = self.document();
        let Some(first) = devices(document.root_element(), "interface").next() else { return self };
        if elements(first, "mac").next().is_some() {
            return self;
        }
        let mac = format!("<mac address='{}'/>", identity::derive(self.uuid, 0));
        let range = first.range();
        let Some(end) = end_of_tag(&self.text[range.clone()]) else { return self };
        let (before, after) = self.text.split_at(range.start + end);
        let text = match before.strip_suffix("/>") {
            Some(open) => format!("{open}>{mac}</interface>{after}"),
            None => format!("{before}{mac}{after}"),
        };
        Self::new(text).unwrap_or(self)
    }

    /// What `NixVirt` compares of it: the elements without the space between them, the devices of a domain in no order,
    /// and of a pool what changes by itself only where `written`, the definition that `NixVirt` gets, has it.
    #[must_use]
    pub fn compared(&self, kind: ObjectKind, written: &Self) -> String {
        let (document, written) = (self.document(), written.document());
        let root = document.root_element();
        let left_out: Vec<Node<'_, '_>> = match kind {
            ObjectKind::Pool => COUNTED
                .iter()
                .filter(|path| find(written.root_element(), path).is_none())
                .filter_map(|path| find(root, path))
                .collect(),
            // libvirt's test driver does not know them, so they are compared as facts.
            ObjectKind::Network => dnsmasq_options(root).collect(),
            ObjectKind::Domain => Vec::new(),
        };
        let sorted = (kind == ObjectKind::Domain).then(|| find(root, &["devices"])).flatten();
        let mut text = String::new();
        print(root, sorted, &left_out, &mut text);
        let _ = write!(text, "{:?}", self.facts.dnsmasq);
        text
    }

    /// Whether a domain has an interface on a network, or on its bridge.
    #[must_use]
    pub fn is_on(&self, network: &Self) -> bool {
        let bridge = network.facts.bridge.as_ref();
        self.facts.networks.contains(&network.name) || bridge.is_some_and(|bridge| self.facts.bridges.contains(bridge))
    }

    /// The host's devices of a running domain's interfaces that are on a network's bridge.
    #[must_use]
    pub fn taps_on(&self, network: &Self) -> Vec<Tap> {
        let document = self.document();
        let bridge = network.facts.bridge.as_deref();
        let is_on = |interface: &Node<'_, '_>| {
            let source = elements(*interface, "source").next();
            let of = |name: &str| source.and_then(|source| source.attribute(name));
            // Others have a device of the host's for themselves.
            let has_tap = matches!(interface.attribute("type"), Some("network" | "bridge"));
            has_tap && (of("network") == Some(&network.name) || bridge.is_some() && of("bridge") == bridge)
        };
        let tap = |interface: Node<'_, '_>| {
            let device = elements(interface, "target").next()?.attribute("dev")?.to_owned();
            let is_isolated = elements(interface, "port").any(|port| port.attribute("isolated") == Some("yes"));
            Some(Tap { device, is_isolated })
        };
        devices(document.root_element(), "interface").filter(is_on).filter_map(tap).collect()
    }

    /// Whether something in it has a VLAN of its own.
    #[must_use]
    pub fn has_vlan(&self) -> bool {
        self.document().descendants().any(|node| node.has_tag_name("vlan"))
    }

    /// Its text without some of its elements.
    #[must_use]
    pub fn without(&self, is_out: impl Fn(&Node<'_, '_>) -> bool) -> String {
        let document = self.document();
        let out = document.descendants().filter(|node| node.is_element() && is_out(node)).map(|node| node.range());
        let mut text = String::with_capacity(self.text.len());
        let mut at = 0;
        // Within one that is out already, there is nothing to take out.
        for range in out {
            if range.start >= at {
                text.push_str(&self.text[at..range.start]);
                at = range.end;
            }
        }
        text.push_str(&self.text[at..]);
        text
    }

    /// Its elements.
    ///
    /// # Panics
    ///
    /// Never: its text was parsed when it was made.
    #[must_use]
    pub fn document(&self) -> Document<'_> {
        Document::parse(&self.text).expect("a definition has been parsed when it was made")
    }
}

/// Where the tag that a text begins with ends: behind a `>` that is not in an attribute.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, c)| {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None | Some(_), _) => {}
        }
        None
    })
}

impl Facts {
    /// Whether libvirt makes up a MAC address each time that it is defined: of a network with a bridge, or a domain's interface
    /// other than the first, that has none.
    #[must_use]
    pub fn gets_new_macs(&self) -> bool {
        let skipped = usize::from(self.made_bridge.is_none());
        self.macs.iter().skip(skipped).any(Option::is_none)
    }

    fn of(root: Node<'_, '_>) -> Self {
        let attribute = |path: &[&str], name: &str| find(root, path).and_then(|found| found.attribute(name));
        let text = |path: &[&str]| find(root, path).and_then(|found| found.text()).map(str::to_owned);
        let interfaces = |kind: &str, source: &str| -> Vec<String> {
            let interfaces = devices(root, "interface").filter(|interface| interface.attribute("type") == Some(kind));
            let sources = interfaces.filter_map(|interface| elements(interface, "source").next());
            sources.filter_map(|found| found.attribute(source)).map(str::to_owned).collect()
        };
        let forward = find(root, &["forward"]).map(|forward| forward.attribute("mode").unwrap_or("nat"));
        let is_uefi = |loader: Node<'_, '_>| loader.attribute("type") == Some("pflash");
        let own = (root.tag_name().name() == "network").then_some(root);
        let macs = devices(root, "interface")
            .chain(own)
            .map(|of| elements(of, "mac").next()?.attribute("address").map(str::to_owned))
            .collect();
        let makes_bridge = forward.is_none_or(|mode| ["nat", "route", "open"].contains(&mode));
        let bridge = attribute(&["bridge"], "name").map(str::to_owned);
        Self {
            made_bridge: bridge.clone().filter(|_| makes_bridge),
            bridge,
            port_type: attribute(&["virtualport"], "type").map(str::to_owned),
            dnsmasq: dnsmasq_options(root)
                .flat_map(|options| options.children().filter(Node::is_element))
                .filter_map(|option| option.attribute("value"))
                .map(str::to_owned)
                .collect(),
            target: text(&["target", "path"]).map(|path| plain(&path)),
            pool_type: root.attribute("type").map(str::to_owned),
            networks: interfaces("network", "network"),
            bridges: interfaces("bridge", "bridge"),
            disks: devices(root, "disk").filter_map(Disk::of).collect(),
            render_node: devices(root, "graphics")
                .filter_map(|graphics| elements(graphics, "gl").next())
                .filter(|gl| gl.attribute("enable") != Some("no"))
                .map(|gl| gl.attribute("rendernode").unwrap_or("/dev/dri").to_owned())
                .next(),
            nvram: text(&["os", "nvram"]),
            has_uefi: find(root, &["os", "loader"]).is_some_and(is_uefi)
                || attribute(&["os"], "firmware") == Some("efi"),
            macs,
            has_kvm: root.attribute("type") == Some("kvm"),
            has_tpm: devices(root, "tpm")
                .filter_map(|tpm| elements(tpm, "backend").next())
                .any(|backend| backend.attribute("type") == Some("emulator")),
        }
    }
}

impl Disk {
    fn of(disk: Node<'_, '_>) -> Option<Self> {
        let names_volume = elements(disk, "source").any(|source| source.attribute("volume").is_some());
        let source = if disk.attribute("type") == Some("volume") && !names_volume {
            DiskSource::Nothing
        } else {
            DiskSource::of(disk)?
        };
        let backing = disk.descendants().filter(|node| node.has_tag_name("backingStore")).filter_map(DiskSource::of);
        let target = elements(disk, "target").next().and_then(|target| target.attribute("dev")).unwrap_or_default();
        let is_disk = matches!(disk.attribute("device"), None | Some("disk"));
        let policy = elements(disk, "source").next().and_then(|source| source.attribute("startupPolicy"));
        let may_be_missing = matches!(policy, Some("optional" | "requisite"));
        Some(Self { target: target.to_owned(), source, backing: backing.collect(), is_disk, may_be_missing })
    }
}

impl DiskSource {
    /// The source in an element.
    fn of(element: Node<'_, '_>) -> Option<Self> {
        let source = elements(element, "source").next()?;
        Some(match (source.attribute("pool"), source.attribute("volume")) {
            (Some(pool), Some(name)) => Self::Volume { pool: pool.to_owned(), name: name.to_owned() },
            _ => match source.attribute("file") {
                Some(file) => Self::File(file.to_owned()),
                None => Self::Other(["dev", "name", "dir"].iter().find_map(|of| source.attribute(*of))?.to_owned()),
            },
        })
    }
}

/// A volume of a pool, which has no UUID.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Volume {
    pub name: String,
    /// Its size, in bytes.
    pub capacity: Option<u64>,
    /// Its format: `qcow2`.
    pub format: Option<String>,
    /// Where it is.
    pub path: Option<String>,
}

impl Volume {
    /// Reads the definition of a volume.
    ///
    /// # Errors
    ///
    /// When it is no XML, or has no name.
    pub fn read(text: &str) -> Result<Self, Error> {
        let document = Document::parse(text)?;
        let name = text_of(&document, &["name"]).ok_or(Error::Name)?.to_owned();
        let capacity = find(document.root_element(), &["capacity"]).and_then(|capacity| {
            let count = capacity.text()?.trim().parse().ok()?;
            u64::try_from(bytes_of_amount(count, capacity.attribute("unit").unwrap_or("bytes"))?).ok()
        });
        let format = find(document.root_element(), &["target", "format"]).and_then(|format| format.attribute("type"));
        let path = text_of(&document, &["target", "path"]).map(str::to_owned);
        Ok(Self { name, capacity, format: format.map(str::to_owned), path })
    }
}

/// The element with the lines that a network has for dnsmasq
/// ([libvirt](https://libvirt.org/formatnetwork.html#network-namespaces)).
fn dnsmasq_options<'a, 'i>(network: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    const NAMESPACE: &str = "http://libvirt.org/schemas/network/dnsmasq/1.0";
    network.children().filter(|child| child.has_tag_name((NAMESPACE, "options")))
}

fn devices<'a, 'i>(root: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    let name = name.to_owned();
    elements(root, "devices").flat_map(move |devices| elements(devices, &name))
}

fn find<'a, 'i>(root: Node<'a, 'i>, path: &[&str]) -> Option<Node<'a, 'i>> {
    path.iter().try_fold(root, |node, name| elements(node, name).next())
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
