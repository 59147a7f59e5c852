//! Labs as they are resolved, each domain with where it is written: for people a table, for programs JSON with a schema
//! (`schema/inspect.schema.json`).

pub mod table;

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::Serialize;

use crate::inventory::endpoint::Endpoint;
use crate::inventory::machine::Machine;
use crate::lab::drive::{Disk, Source};
use crate::lab::interface::Interface;
use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::forward::Forward;
use crate::lab::size::Size;
use crate::lab::{Domain, Imported, Lab, Network};
use crate::place::{Place, Pointer};
use crate::report::Positions;
use crate::spec::guest::Os;
use crate::spec::schema;

/// Resolved labs: profiles are merged, defaults filled in, and addresses and identities determined.
///
/// Programs should ignore keys that they do not know.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "lab2nix inspect")]
pub struct View {
    /// The labs, in the order of the arguments.
    pub labs: Vec<LabView>,
}

/// A lab.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LabView {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The file of its spec, as given.
    pub spec: String,
    /// The libvirt that has it.
    pub connection: String,
    /// Its networks, in the order of the spec.
    pub networks: Vec<NetworkView>,
    /// Its domains in the order of the spec, imported domains last.
    pub domains: Vec<DomainView>,
}

/// A position in a file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PositionView {
    /// The file, as given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// A network.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkView {
    /// Its name in libvirt.
    pub name: String,
    /// How it is connected to the outside: the `mode` of specs.
    pub mode: &'static str,
    /// Its UUID.
    pub uuid: String,
    /// Its bridge, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bridge: Option<String>,
    /// Its subnets, IPv4 first.
    pub subnets: Vec<String>,
    /// Its DNS domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_domain: Option<String>,
    /// Where its entry is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<PositionView>,
}

/// A domain.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DomainView {
    /// Its name in libvirt.
    pub name: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its UUID. Of an imported domain, only the spec may know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// How the lab manages it: `made`, `template` (defined but never started) or `imported` (exists already, and is not
    /// changed).
    pub kind: KindView,
    /// The domain that it is a variant of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant_of: Option<String>,
    /// Its operating system, as `os` in specs. For imported domains, this and the following keys up to `memory` are not
    /// known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<&'static str>,
    /// Its architecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arch: Option<&'static str>,
    /// How many virtual CPUs it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpus: Option<u32>,
    /// Its memory, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>")]
    pub memory: Option<Size>,
    /// The address through which it is managed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub address: Option<IpAddr>,
    /// Its interfaces.
    pub interfaces: Vec<InterfaceView>,
    /// Its disks.
    pub disks: Vec<DiskView>,
    /// The names of the profiles that apply to it, the weakest first.
    pub profiles: Vec<String>,
    /// The domains that start before it.
    pub after: Vec<String>,
    /// The position of its entry. All domains of an entry with `replicas` have the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<PositionView>,
}

/// How the lab manages a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KindView {
    /// The lab defines it.
    Made,
    /// The lab defines it for its disks, and never starts it.
    Template,
    /// It already exists in libvirt, and is not changed.
    Imported,
}

/// An interface of a domain.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InterfaceView {
    /// Its name in the spec.
    pub name: String,
    /// What it is attached to: `network` (of the lab), `hostNetwork` (of libvirt's), `bridge`, `macvtap`, `user` or `tunnel`.
    pub kind: &'static str,
    /// The name of that: of the network, the bridge or the interface of the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// The bridge of the host that it is connected to, if the lab knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bridge: Option<String>,
    /// Its MAC address.
    pub mac: String,
    /// Its known addresses, IPv4 first: those that the network reserves, and those that the guest gives itself.
    #[schemars(with = "Vec<String>")]
    pub addresses: Vec<IpAddr>,
    /// The ports of the host that are forwarded to the guest through it.
    pub forwards: Vec<ForwardView>,
    /// Whether the domain is managed through it.
    pub is_managed: bool,
}

/// A port of the host that is forwarded to a guest.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ForwardView {
    /// `tcp` or `udp`.
    pub protocol: &'static str,
    /// The address to listen on, unless it is all addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub address: Option<IpAddr>,
    /// The port of the host.
    pub host: u16,
    /// The port of the guest.
    pub guest: u16,
}

/// A disk of a domain.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DiskView {
    /// Its name in the spec.
    pub name: String,
    /// The pool of its volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// The name of its volume, or the path of its file or block device.
    pub source: String,
    /// The format of its image.
    pub format: &'static str,
    /// The size of its volume in bytes, if the lab creates it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>")]
    pub size: Option<Size>,
}

impl View {
    /// The labs, each with where things are in its spec and the name of that.
    #[must_use]
    pub fn new<'a>(labs: impl IntoIterator<Item = (&'a Lab, &'a str, Positions<'a>)>) -> Self {
        let lab = |(lab, spec, positions): (&Lab, &str, Positions<'_>)| LabView::new(lab, spec, &positions);
        Self { labs: labs.into_iter().map(lab).collect() }
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        schema::json_of(self)
    }
}

impl LabView {
    fn new(lab: &Lab, spec: &str, positions: &Positions<'_>) -> Self {
        let at = |pointer: &Pointer| {
            let (file, line, column) = positions.of(&Place::key(pointer))?;
            Some(PositionView { file: file.to_owned(), line, column })
        };
        let made = lab.domains.iter().flatten().map(|domain| DomainView::new(lab, domain, at(&domain.at)));
        let imported = lab.imported.iter().map(|domain| DomainView::of_imported(lab, domain, at(&domain.at)));
        Self {
            name: lab.name.clone(),
            description: lab.description.clone(),
            spec: spec.to_owned(),
            connection: lab.target.connection.clone(),
            networks: lab.networks().map(|(_, network)| NetworkView::new(network, at(&network.at))).collect(),
            domains: made.chain(imported).collect(),
        }
    }
}

impl NetworkView {
    fn new(network: &Network, at: Option<PositionView>) -> Self {
        let ips = [&network.ipv4, &network.ipv6].into_iter().flatten();
        Self {
            name: network.name.clone(),
            mode: network.mode.name(),
            uuid: network.uuid.value.to_string(),
            bridge: network.bridge.as_ref().map(|bridge| bridge.value.clone()),
            subnets: ips.map(|ip| ip.subnet.to_string()).collect(),
            dns_domain: network.dns.domain.clone(),
            at,
        }
    }
}

impl DomainView {
    fn new(lab: &Lab, domain: &Domain, at: Option<PositionView>) -> Self {
        let kind = if domain.is_template { KindView::Template } else { KindView::Made };
        Self {
            variant_of: domain.variant_of.clone(),
            arch: Some(domain.arch.name()),
            cpus: Some(domain.cpus.count),
            memory: Some(domain.memory.size),
            disks: domain.disks.iter().map(|disk| DiskView::new(lab, disk)).collect(),
            after: domain.after.iter().map(|after| after.value.clone()).collect(),
            ..Self::of_machine(lab, &Machine::of(domain), kind, at)
        }
    }

    fn of_imported(lab: &Lab, domain: &Imported, at: Option<PositionView>) -> Self {
        Self::of_machine(lab, &Machine::of_imported(domain), KindView::Imported, at)
    }

    fn of_machine(lab: &Lab, machine: &Machine<'_>, kind: KindView, at: Option<PositionView>) -> Self {
        let endpoint = Endpoint::of_machine(lab, machine);
        let managed = endpoint.as_ref().map(|endpoint| endpoint.interface.as_str());
        let interfaces = machine.interfaces.iter().enumerate();
        let interface = |(index, interface): (usize, &Interface)| {
            let is_managed = managed == Some(interface.name.as_str());
            InterfaceView::new(lab, interface, machine.addresses(index), is_managed)
        };
        Self {
            name: machine.name.to_owned(),
            title: machine.title.map(str::to_owned),
            uuid: machine.uuid.map(|uuid| uuid.to_string()),
            kind,
            variant_of: None,
            os: machine.os.map(Os::name),
            arch: None,
            cpus: None,
            memory: None,
            address: endpoint.as_ref().and_then(Endpoint::address),
            interfaces: interfaces.map(interface).collect(),
            disks: Vec::new(),
            profiles: machine.profiles.to_vec(),
            after: Vec::new(),
            at,
        }
    }
}

impl InterfaceView {
    fn new(lab: &Lab, interface: &Interface, addresses: Vec<IpAddr>, is_managed: bool) -> Self {
        let (kind, on, bridge) = match &interface.attachment {
            Attachment::Network(id) => {
                let Network { name, bridge, .. } = lab.network(*id);
                ("network", Some(name), bridge.as_ref().map(|bridge| bridge.value.clone()))
            }
            Attachment::HostNetwork(name) => ("hostNetwork", Some(name), None),
            Attachment::Bridge { name, .. } => ("bridge", Some(name), Some(name.clone())),
            Attachment::Macvtap(name) => ("macvtap", Some(name), None),
            Attachment::User => ("user", None, None),
            Attachment::Tunnel(_) => ("tunnel", None, None),
        };
        let forward = |forward: &Forward| ForwardView {
            protocol: forward.protocol.name(),
            address: forward.address,
            host: forward.host.value,
            guest: forward.guest,
        };
        Self {
            name: interface.name.clone(),
            kind,
            on: on.cloned(),
            bridge,
            mac: interface.mac.value.to_string(),
            addresses,
            forwards: interface.forwards.iter().map(forward).collect(),
            is_managed,
        }
    }
}

impl DiskView {
    fn new(lab: &Lab, disk: &Disk) -> Self {
        let (pool, source, size) = match &disk.source {
            Source::Volume { pool, name, .. } => {
                let pool = lab.pool(*pool);
                let present = pool.volume(name).and_then(|volume| volume.present.as_ref());
                (Some(pool.name.clone()), name, present.map(|present| present.size))
            }
            Source::HostVolume { pool, name } => (Some(pool.clone()), name, None),
            Source::File(path) | Source::Block(path) => (None, path, None),
        };
        Self { name: disk.name.clone(), pool, source: source.clone(), format: disk.format.name(), size }
    }
}

/// The schema of what `inspect` says, as the text of `schema/inspect.schema.json`.
#[must_use]
pub fn schema_text() -> String {
    schema::text_of::<View>()
}
