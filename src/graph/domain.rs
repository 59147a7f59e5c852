//! A domain of the picture: what it is, how large, and what each of its interfaces is attached to.

use crate::graph::segment::{SegmentKind, Segments, active, vlan};
use crate::graph::{Fact, shown};
use crate::lab::cloud_init::address::Addressing;
use crate::lab::cloud_init::network::GuestNetwork;
use crate::lab::device::hostdev::HostDeviceKind;
use crate::lab::domain::firmware::Firmware;
use crate::lab::drive::{Cdrom, Disk, Medium, Source};
use crate::lab::interface::Interface;
use crate::lab::interface::attachment::Attachment;
use crate::lab::size::Size;
use crate::lab::storage::backing::Image;
use crate::lab::{Domain, Imported, Lab, Volume};
use crate::spec::guest::{Arch, Os};
use crate::spec::interface::LinkState;
use crate::visible::counted;

/// What stands where an address would that a DHCP server gives.
const DHCP: &str = "DHCP";

/// A domain.
#[derive(Debug)]
pub struct DomainNode {
    /// The id of its node.
    pub id: String,
    /// Its name as the lab has it.
    pub(crate) key: String,
    /// The lab that has it, by position.
    pub lab: usize,
    /// Its name.
    pub name: String,
    /// A title for lists.
    pub title: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What kind of domain it is.
    pub form: Form,
    /// The guest's system, where it is known.
    pub os: Option<String>,
    /// CPUs, memory and disks, where they are known.
    pub size: Vec<String>,
    /// Its interfaces, in the guest's order.
    pub connections: Vec<Connection>,
    /// Its disks and optical drives: name, and what is in them.
    pub drives: Vec<(String, String)>,
    /// What else there is to say.
    pub facts: Vec<Fact>,
    /// How many start one after the other before it.
    pub level: usize,
}

/// What kind of domain it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// One that the lab has.
    Ordinary,
    /// Another form of the machine of this name.
    VariantOf(String),
    /// One whose disks others are clones of.
    Template,
    /// One that is there already and stays as it is.
    Imported,
}

impl Form {
    /// What it is, in words, unless it is nothing special.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Ordinary => None,
            Self::VariantOf(name) => Some(format!("variant of {name}")),
            Self::Template => Some("template".to_owned()),
            Self::Imported => Some("imported".to_owned()),
        }
    }

    pub(crate) fn is_imported(&self) -> bool {
        *self == Self::Imported
    }

    /// Whether the lab never starts it, so that the line around it is dashed.
    pub(crate) fn is_dashed(&self) -> bool {
        match self {
            Self::Ordinary | Self::VariantOf(_) => false,
            Self::Template | Self::Imported => true,
        }
    }
}

/// An interface, and what it is attached to.
#[derive(Debug)]
pub struct Connection {
    /// Its name in the spec.
    pub name: String,
    /// Its MAC address.
    pub mac: String,
    /// What it is attached to, as the position of a segment.
    pub segment: usize,
    /// Its fixed addresses: those that are reserved for it, and those that the guest sets.
    pub addresses: Vec<String>,
    /// Its bond, port group, VLANs and link.
    pub notes: Vec<String>,
    /// The ports of the host that lead into the guest through it.
    pub forwards: Vec<String>,
    /// What stands where addresses would: `DHCP`, or its MAC address where nobody knows who gives it one.
    fallback: String,
}

impl Connection {
    /// What stands at the line of the interface.
    #[must_use]
    pub fn label(&self) -> Vec<String> {
        let mut lines = self.addresses.clone();
        if lines.is_empty() {
            lines.push(self.fallback.clone());
        }
        lines.extend(self.settings());
        lines
    }

    /// What the label says beside addresses.
    #[must_use]
    pub fn settings(&self) -> Vec<String> {
        let notes = (!self.notes.is_empty()).then(|| self.notes.join(" · "));
        notes.into_iter().chain(self.forwards.iter().cloned()).collect()
    }

    /// Whether a DHCP server of libvirt's gives it an address that the lab does not say.
    #[must_use]
    pub fn is_served(&self) -> bool {
        self.addresses.is_empty() && self.fallback == DHCP
    }
}

impl DomainNode {
    pub(crate) fn of_domain(index: usize, lab: &Lab, domain: &Domain, level: usize, segments: &mut Segments) -> Self {
        let network = domain.cloud_init.as_ref().and_then(|cloud_init| cloud_init.network.as_ref());
        let connections = domain.interfaces.iter().enumerate();
        let connections =
            connections.map(|(at, interface)| connection(index, lab, interface, network.zip(Some(at)), segments));
        let form = match &domain.variant_of {
            _ if domain.is_template => Form::Template,
            Some(name) => Form::VariantOf(shown(name)),
            None => Form::Ordinary,
        };
        Self {
            id: String::new(),
            key: domain.name.clone(),
            lab: index,
            name: shown(&domain.name),
            title: domain.title.as_deref().map(shown),
            description: domain.description.as_deref().map(shown),
            form,
            os: Some(system(domain)),
            size: size(lab, domain),
            connections: connections.collect(),
            drives: drives(lab, domain),
            facts: facts(domain),
            level,
        }
    }

    pub(crate) fn of_imported(index: usize, lab: &Lab, domain: &Imported, segments: &mut Segments) -> Self {
        let connections = domain.interfaces.iter().map(|interface| connection(index, lab, interface, None, segments));
        Self {
            id: String::new(),
            key: domain.name.clone(),
            lab: index,
            name: shown(&domain.name),
            title: None,
            description: None,
            form: Form::Imported,
            os: None,
            size: Vec::new(),
            connections: connections.collect(),
            drives: Vec::new(),
            facts: domain.uuid.iter().map(|uuid| ("UUID", uuid.value.to_string())).collect(),
            level: 0,
        }
    }

    /// What the smallest text about it is: system and size.
    pub(crate) fn summary(&self) -> Vec<String> {
        let size = (!self.size.is_empty()).then(|| self.size.join(" · "));
        self.form.words().into_iter().chain(self.os.clone()).chain(size).collect()
    }
}

/// The guest's system, and its processor where that is not the usual one.
fn system(domain: &Domain) -> String {
    let name = match domain.os {
        Os::Linux => "Linux",
        Os::Nixos => "NixOS",
        Os::Freebsd => "FreeBSD",
        Os::Windows10 => "Windows 10",
        Os::Windows11 => "Windows 11",
        Os::WindowsServer2016 => "Windows Server 2016",
        Os::WindowsServer2019 => "Windows Server 2019",
        Os::WindowsServer2022 => "Windows Server 2022",
        Os::WindowsServer2025 => "Windows Server 2025",
        Os::None => "other system",
    };
    match domain.arch {
        Arch::X86_64 => name.to_owned(),
        Arch::Aarch64 => format!("{name} ({})", domain.arch.name()),
    }
}

fn amount(size: Size) -> String {
    let (count, unit) = size.in_largest_unit();
    format!("{count} {unit}")
}

fn size(lab: &Lab, domain: &Domain) -> Vec<String> {
    let cpus = usize::try_from(domain.cpus.count).unwrap_or(usize::MAX);
    let mut size = vec![counted(cpus, "CPU"), amount(domain.memory.size)];
    let known: Vec<Size> = domain.disks.iter().filter_map(|disk| capacity(lab, disk)).collect();
    if !domain.disks.is_empty() && known.len() == domain.disks.len() {
        let all = known.iter().fold(Size::NOTHING, |all, size| all.saturating_add(*size));
        let on = if known.len() == 1 { " disk".to_owned() } else { format!(" on {}", counted(known.len(), "disk")) };
        size.push(format!("{}{on}", amount(all)));
    } else if !domain.disks.is_empty() {
        size.push(counted(domain.disks.len(), "disk"));
    }
    size
}

fn volume<'l>(lab: &'l Lab, source: &Source) -> Option<&'l Volume> {
    match source {
        Source::Volume { pool, name, .. } => lab.pool(*pool).volume(name),
        Source::HostVolume { .. } | Source::File(_) | Source::Block(_) => None,
    }
}

fn capacity(lab: &Lab, disk: &Disk) -> Option<Size> {
    Some(volume(lab, &disk.source)?.present.as_ref()?.size)
}

fn drives(lab: &Lab, domain: &Domain) -> Vec<(String, String)> {
    let disks = domain.disks.iter().map(|disk| (shown(&disk.name), contents(lab, disk)));
    let cdroms = domain.cdroms.iter().map(|cdrom| ("optical drive".to_owned(), medium(lab, cdrom)));
    disks.chain(cdroms).collect()
}

fn contents(lab: &Lab, disk: &Disk) -> String {
    let mut parts: Vec<String> = capacity(lab, disk).map(amount).into_iter().collect();
    parts.push(match &disk.source {
        Source::Volume { pool, name, .. } => format!("{} in {}", shown(name), shown(&lab.pool(*pool).name)),
        Source::HostVolume { pool, name } => format!("{} in {}", shown(name), shown(pool)),
        Source::File(path) | Source::Block(path) => shown(path),
    });
    let backing = volume(lab, &disk.source).and_then(|volume| volume.present.as_ref()?.backing.as_ref());
    parts.extend(backing.map(|backing| match &backing.image {
        Image::Volume(name) | Image::File(name) | Image::Nix(name) => format!("backed by {}", shown(name)),
    }));
    parts.join(", ")
}

fn medium(lab: &Lab, cdrom: &Cdrom) -> String {
    match &cdrom.medium {
        Medium::File(path) => shown(path),
        Medium::Volume { pool, name, .. } => format!("{} in {}", shown(name), shown(&lab.pool(*pool).name)),
        Medium::HostVolume { pool, name } => format!("{} in {}", shown(name), shown(pool)),
        Medium::DriverDisc => "virtio-win ISO".to_owned(),
        Medium::Empty => "empty".to_owned(),
    }
}

fn facts(domain: &Domain) -> Vec<Fact> {
    let firmware = match &domain.firmware {
        Firmware::Bios => "BIOS",
        Firmware::Uefi { secure: None, .. } => "UEFI",
        Firmware::Uefi { secure: Some(_), .. } => "UEFI with Secure Boot",
    };
    let firmware = format!("{firmware}{}", if domain.tpm { ", TPM 2.0" } else { "" });
    let mut facts = vec![("Machine", shown(&domain.machine)), ("Firmware", firmware)];
    facts.extend(domain.hostdevs.iter().map(|device| {
        let kind = match device.kind {
            HostDeviceKind::Pci { .. } => "PCI",
            HostDeviceKind::Usb { .. } => "USB",
            HostDeviceKind::Mdev { .. } => "mediated",
        };
        ("Device of the host", format!("{kind} {}", device.name()))
    }));
    let shares = domain.shares.iter().map(|share| format!("{} as {}", shown(&share.source), shown(&share.tag)));
    facts.extend(shares.map(|share| ("Shared directory", share)));
    facts.push(("Activation", if domain.is_template { "never starts it" } else { active(domain.active) }.to_owned()));
    facts.push(("UUID", domain.uuid.value.to_string()));
    facts
}

/// An interface, with what cloud-init says of the one at its position.
fn connection(
    index: usize,
    lab: &Lab,
    interface: &Interface,
    guest: Option<(&GuestNetwork, usize)>,
    segments: &mut Segments,
) -> Connection {
    let segment = segments.of(index, lab, &interface.attachment);
    let mut addresses: Vec<String> =
        interface.addresses.iter().map(|address| address.host.addr().to_string()).collect();
    let mut notes = Vec::new();
    if let Some((network, at)) = guest {
        set_by_guest(network, at, &mut addresses, &mut notes);
    }
    notes.extend(interface.portgroup.iter().map(|group| format!("port group {}", shown(group))));
    notes.extend(interface.vlan.iter().map(vlan));
    notes.extend(interface.tap.profile.iter().map(|profile| format!("link {}", shown(profile))));
    let forwards = interface.forwards.iter().map(|forward| {
        let protocol = forward.protocol.name();
        let protocol = if protocol == "tcp" { String::new() } else { format!("/{protocol}") };
        format!("host {} → {}{protocol}", forward.host.value, forward.guest)
    });
    let forwards = forwards.collect();
    if interface.link == Some(LinkState::Down) {
        notes.push("unplugged".to_owned());
    }
    let serves = |attachment: &Attachment| match attachment {
        Attachment::Network(id) => {
            let (network, hosts) = (lab.network(*id), lab.dhcp_hosts(*id));
            [&network.ipv4, &network.ipv6].into_iter().flatten().any(|ip| ip.dhcp(hosts).is_some())
        }
        Attachment::User => true,
        Attachment::HostNetwork(_) | Attachment::Bridge { .. } | Attachment::Macvtap(_) | Attachment::Tunnel(_) => {
            false
        }
    };
    let mac = interface.mac.value.to_string();
    let fallback = match segments.get(segment).kind {
        SegmentKind::User => "user network".to_owned(),
        _ if serves(&interface.attachment) => DHCP.to_owned(),
        _ => mac.clone(),
    };
    Connection { name: shown(&interface.name), mac, segment, addresses, notes, forwards, fallback }
}

/// Adds what the guest sets on the interface at a position, and on the bonds and VLANs that it carries.
fn set_by_guest(network: &GuestNetwork, at: usize, addresses: &mut Vec<String>, notes: &mut Vec<String>) {
    let Some(own) = network.interfaces.get(at) else { return };
    let mut add = |addressing: &Addressing, tag: Option<u16>| {
        for address in addressing.addresses.iter().filter(|address| !address.is_reserved) {
            let tag = tag.map(|tag| format!(" · VLAN {tag}")).unwrap_or_default();
            let text = format!("{}{tag}", address.net.addr());
            if !addresses.contains(&text) {
                addresses.push(text);
            }
        }
    };
    add(&own.addressing, None);
    let bonds = network.bonds.iter().filter(|bond| bond.interfaces.contains(&own.id));
    let mut carriers = vec![own.id.as_str()];
    for bond in bonds {
        notes.push(format!("in {}", shown(&bond.name)));
        // The addresses of all are at the first.
        if bond.first == Some(at) {
            add(&bond.addressing, None);
            carriers.push(&bond.name);
        }
    }
    let mut vlans: Vec<_> = network.vlans.iter().filter(|vlan| carriers.contains(&vlan.link.as_str())).collect();
    vlans.sort_by_key(|vlan| vlan.tag);
    for vlan in vlans {
        add(&vlan.addressing, Some(vlan.tag));
    }
}
