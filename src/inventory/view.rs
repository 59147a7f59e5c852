//! An inventory as programs read it, and its schema (`schema/inventory.schema.json`). Every other format is made from this one.

use std::collections::BTreeMap;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::Serialize;

use super::choice::{Choice, Error};
use super::endpoint::Endpoint;
use super::hosts;
use super::hypervisor::{Hypervisor, Jump};
use super::machine::Machine;
use crate::lab::Lab;
use crate::lab::interface::attachment::Attachment;
use crate::spec::guest::Os;
use crate::spec::schema;
use crate::spec::unattended::Remote;

/// The domains of labs, and how to reach them.
///
/// Programs should ignore keys that they do not know. It contains no password, only the paths of files that do.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "lab2nix inventory")]
pub struct View {
    /// The domains, sorted by lab and name, without templates, which never run.
    pub domains: Vec<DomainView>,
    /// The remote machine with their libvirt, as an SSH jump host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jump: Option<JumpView>,
}

/// A domain.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is something that a domain is or not")]
pub struct DomainView {
    /// Its name in the inventory: the domain's name, or if several labs have one of that name, with the lab's.
    pub alias: String,
    /// Its name in libvirt.
    pub name: String,
    /// The name of its lab.
    pub lab: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its operating system, as `os` in specs. Not known for imported domains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<&'static str>,
    /// Whether libvirt had it before the lab.
    pub imported: bool,
    /// The names of the profiles that apply to it, the weakest first.
    pub profiles: Vec<String>,
    /// The names of what its interfaces are connected to: networks, bridges and interfaces of the host, each once.
    pub networks: Vec<String>,
    /// Its addresses on the interface through which it is managed, IPv4 first. Empty if none is known, or if it is
    /// reached only through forwarded ports of the host.
    #[schemars(with = "Vec<String>")]
    pub addresses: Vec<IpAddr>,
    /// Its names for a hosts file.
    pub host_names: Vec<String>,
    /// The user to log in as, if the lab has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The file of the host whose first line is that user's password or its hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_file: Option<String>,
    /// The address and port of its SSH server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh: Option<PortView>,
    /// The address and port of the remote desktop of a Windows guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rdp: Option<PortView>,
    /// The address and port of Windows Remote Management of a Windows guest: by HTTP, unless only HTTPS is forwarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winrm: Option<WinrmView>,
    /// Whether it is reached through a forwarded port of the host, so that the address does not identify the guest.
    #[serde(skip)]
    pub is_forwarded: bool,
    /// Whether there are SSH keys to log in with.
    #[serde(skip)]
    pub has_keys: bool,
    /// Whether its guest is Windows.
    #[serde(skip)]
    pub is_windows: bool,
}

/// A TCP port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PortView {
    /// The address.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// The port of Windows Remote Management.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WinrmView {
    /// The address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether it uses HTTPS.
    pub https: bool,
}

/// An SSH jump host.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JumpView {
    /// The user to connect as, if given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Its name or address.
    pub host: String,
    /// Its SSH port, if given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The whole jump host, in the form of ssh's `ProxyJump`.
    #[serde(skip)]
    pub text: String,
}

/// SSH ([RFC 4253](https://www.rfc-editor.org/rfc/rfc4253)).
const SSH: u16 = 22;
/// Windows' remote desktop.
const RDP: u16 = 3389;
/// Windows' remote management, by HTTP, which every Windows Server serves; what it says is encrypted all the same.
const WINRM: u16 = 5985;
/// The same by HTTPS, which takes a certificate.
const WINRM_HTTPS: u16 = 5986;

impl View {
    /// The chosen domains of labs, which run where `hypervisor` says.
    ///
    /// # Errors
    ///
    /// When something that was asked for is not there.
    pub fn new(labs: &[&Lab], choice: &Choice, hypervisor: &Hypervisor) -> Result<Self, Error> {
        let machines: Vec<(&Lab, Vec<Machine<'_>>)> = labs.iter().map(|lab| (*lab, Machine::all(lab))).collect();
        choice
            .is_among(machines.iter().flat_map(|(_, of_lab)| of_lab).map(|machine| (machine.name, machine.profiles)))?;
        let mut aliases = aliases(&machines).into_iter();
        let mut domains = Vec::new();
        for (lab, of_lab) in &machines {
            for (machine, host_names) in of_lab.iter().zip(hosts::names(lab, of_lab)) {
                let alias = aliases.next().unwrap_or_default();
                if choice.has(machine.name, machine.profiles) {
                    domains.push(DomainView::new(lab, machine, alias, host_names, hypervisor));
                }
            }
        }
        Ok(Self { domains, jump: hypervisor.jump().map(JumpView::new) })
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        schema::json_of(self)
    }
}

/// What each of all the machines is called, in their order, whichever of them are chosen.
fn aliases(machines: &[(&Lab, Vec<Machine<'_>>)]) -> Vec<String> {
    let all = || machines.iter().flat_map(|(lab, of_lab)| of_lab.iter().map(move |machine| (*lab, machine.name)));
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for (_, name) in all() {
        *count.entry(name.to_lowercase()).or_default() += 1;
    }
    let is_taken = |name: &str| count.get(&name.to_lowercase()).copied().unwrap_or_default();
    let mut given: Vec<String> = Vec::new();
    for (lab, name) in all() {
        if is_taken(name) == 1 {
            given.push(name.to_owned());
            continue;
        }
        let of_lab = format!("{name}.{}", lab.name);
        let numbered = (2..).map(|number| format!("{of_lab}-{number}"));
        let mut free = [of_lab.clone()]
            .into_iter()
            .chain(numbered)
            .filter(|alias| is_taken(alias) == 0 && !given.iter().any(|other| other.eq_ignore_ascii_case(alias)));
        given.push(free.next().unwrap_or_default());
    }
    given
}

impl DomainView {
    fn new(lab: &Lab, machine: &Machine<'_>, alias: String, host_names: Vec<String>, hypervisor: &Hypervisor) -> Self {
        let endpoint = Endpoint::of_machine(lab, machine);
        let reach = |port: u16| {
            let (host, port) = endpoint.as_ref()?.reach(port)?;
            Some(PortView { host: seen_from_here(host, hypervisor), port })
        };
        let is_windows = machine.is_windows();
        let addresses = endpoint.as_ref().map(|endpoint| endpoint.addresses.clone()).unwrap_or_default();
        let is_forwarded = endpoint.as_ref().is_some_and(Endpoint::is_forwarded);
        let mut networks: Vec<String> = Vec::new();
        for name in machine.interfaces.iter().filter_map(|interface| attached_to(lab, &interface.attachment)) {
            if !networks.iter().any(|known| known == name) {
                networks.push(name.to_owned());
            }
        }
        let winrm = |https: bool| {
            let PortView { host, port } = reach(if https { WINRM_HTTPS } else { WINRM })?;
            Some(WinrmView { host, port, https })
        };
        Self {
            alias,
            name: machine.name.to_owned(),
            lab: lab.name.clone(),
            title: machine.title.map(str::to_owned),
            os: machine.os.map(Os::name),
            imported: machine.is_imported,
            profiles: machine.profiles.to_vec(),
            networks,
            host_names: if addresses.is_empty() { Vec::new() } else { host_names },
            addresses,
            user: machine.user().map(str::to_owned),
            password_file: machine.password_file().map(str::to_owned),
            ssh: reach(SSH).filter(|_| machine.serves(Remote::Ssh)),
            rdp: reach(RDP).filter(|_| is_windows && machine.serves(Remote::Rdp)),
            winrm: winrm(false).or_else(|| winrm(true)).filter(|_| is_windows && machine.serves(Remote::Winrm)),
            is_forwarded,
            has_keys: !machine.ssh_keys().is_empty(),
            is_windows,
        }
    }

    /// How it is managed: a Windows guest by remote management, or by SSH if it is told to serve only that, others by SSH.
    #[must_use]
    pub fn managed(&self) -> Option<PortView> {
        match &self.winrm {
            Some(WinrmView { host, port, .. }) => Some(PortView { host: host.clone(), port: *port }),
            None => self.ssh.clone(),
        }
    }
}

impl JumpView {
    fn new(jump: &Jump) -> Self {
        Self { user: jump.user.clone(), host: jump.host.clone(), port: jump.port, text: jump.text() }
    }
}

/// An address of the host, as it is from here: through SSH, the host's own is the same.
fn seen_from_here(host: String, hypervisor: &Hypervisor) -> String {
    match hypervisor {
        Hypervisor::Elsewhere { host: elsewhere } if host.parse().is_ok_and(|host: IpAddr| host.is_loopback()) => {
            elsewhere.clone()
        }
        Hypervisor::Elsewhere { .. } | Hypervisor::Here | Hypervisor::BySsh(_) => host,
    }
}

/// The name of what an interface is attached to, where others can be on it.
fn attached_to<'a>(lab: &'a Lab, attachment: &'a Attachment) -> Option<&'a str> {
    match attachment {
        Attachment::Network(id) => Some(&lab.network(*id).name),
        Attachment::HostNetwork(name) | Attachment::Bridge { name, .. } | Attachment::Macvtap(name) => Some(name),
        Attachment::User | Attachment::Tunnel(_) => None,
    }
}

/// The schema of inventories, as the text of `schema/inventory.schema.json`.
#[must_use]
pub fn schema_text() -> String {
    schema::text_of::<View>()
}
