//! What the host has to provide for a lab: directories, open ports, firmware, helpers of QEMU's.
//!
//! libvirt does none of this by itself, and a definition that relies on it fails at start, so `generated/default.nix`
//! says it and `generated/host/` sets it up.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use indexmap::IndexMap;

use crate::inventory::hosts;
use crate::lab::device::hostdev::HostDevice;
use crate::lab::device::share::Share;
use crate::lab::domain::firmware::Firmware;
use crate::lab::drive::Medium;
use crate::lab::interface::Interface;
use crate::lab::interface::backend::Backend;
use crate::lab::network::Network;
use crate::lab::network::dhcp_host::DhcpHost;
use crate::lab::network::ip::Ip;
use crate::lab::path::plain;
use crate::lab::storage::Permissions;
use crate::lab::storage::backing::Image;
use crate::lab::{Domain, External, Imported, Lab, Pool, port, socket};
use crate::place::Place;
use crate::spec::Extra;
use crate::spec::guest::Arch;
use crate::spec::lifecycle::OnChange;
use crate::spec::pool::PoolType;

/// What a lab asks of its host.
#[derive(Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is something that a lab asks for or not")]
pub struct HostNeeds {
    /// Architectures with UEFI domains, but for those with Secure Boot.
    pub firmware: BTreeSet<Arch>,
    /// Whether a domain has Secure Boot.
    pub secure_firmware: bool,
    /// Whether a domain has the virtio-win ISO.
    pub driver_disc: bool,
    /// Whether a domain has a TPM, for which libvirt runs swtpm.
    pub tpm: bool,
    /// Whether a domain has a share that virtiofsd serves, which libvirt runs.
    pub virtiofs: bool,
    /// The TCP ports of the host that lead to domains on networks, by the port and the address of the host, if it is one.
    pub forwards: IndexMap<String, Forwarded>,
    /// Whether a domain has port forwards, for which libvirt runs passt.
    pub passt: bool,
    /// Whether a network is on an Open vSwitch bridge.
    pub open_vswitch: bool,
    /// The file systems of file servers that pools are on, as `NixOS` calls them.
    pub filesystems: BTreeSet<String>,
    /// Whether a pool is an iSCSI target.
    pub iscsi: bool,
    /// Whether a pool is one of Ceph.
    pub rbd: bool,
    /// Directories that have to exist, each with its owner and mode where the spec says them.
    pub directories: IndexMap<String, Option<Permissions>>,
    /// Directories that TFTP serves, which everyone has to be able to read.
    pub tftp: BTreeSet<String>,
    /// The images of the lab's flake that are backing files, each with one volume that is an overlay of it.
    pub images: IndexMap<String, String>,
    /// The imported domains, each with its UUID where the spec has one.
    pub imported: IndexMap<String, Option<String>>,
    /// What the host has already and the lab does not manage: `networks`, `pools` and `bridges`, each with its names.
    pub external: IndexMap<&'static str, Vec<String>>,
    /// The machine types that QEMU has to have, by architecture, each with the first domain that uses it.
    pub machines: BTreeMap<Arch, BTreeMap<String, String>>,
    /// What running domains do when their definitions change, by their UUIDs: those that do not go on as they are.
    pub on_change: BTreeMap<String, OnChange>,
    /// The UUIDs of the networks that are never restarted, so that domains on them run on.
    pub steady_networks: Vec<String>,
    /// Whether a pool is one of ZFS.
    pub zfs: bool,
    /// The first domain whose memory is made of huge pages, which the host sets aside.
    pub hugepages: Option<String>,
    /// The first domain with a PCI device of the host's, or network of such, which needs its IOMMU.
    pub pci_devices: Option<String>,
    /// The bridges that libvirt makes and serves on, each with the ports it serves.
    pub bridges: IndexMap<String, Ports>,
    /// What links are like, by the names of the interfaces' devices.
    pub links: IndexMap<String, Link>,
    /// The names of its domains, by their addresses.
    pub hosts: IndexMap<String, Vec<String>>,
    /// What no other lab of the host may have.
    pub claims: Claims,
}

/// What is there once on a host, each with the object of the lab that has it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The bridges that libvirt makes.
    pub bridges: IndexMap<String, Owner>,
    pub subnets: IndexMap<String, Owner>,
    pub uuids: IndexMap<String, Owner>,
    pub macs: IndexMap<String, Owner>,
    /// The named devices of interfaces.
    pub devices: IndexMap<String, Owner>,
    /// What pools are: a directory, a device, an export of a server.
    pub storage: IndexMap<String, Owner>,
    /// What domains write to, and the sockets that they listen on.
    pub files: IndexMap<String, Owner>,
    /// The vsock CIDs.
    pub cids: IndexMap<String, Owner>,
    /// The ports that domains listen on, by protocol and number: of each address the domain, `*` being all of them.
    pub ports: IndexMap<String, IndexMap<String, Owner>>,
}

/// Who has something that is there once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The object of the lab: `network lan`.
    pub name: String,
    /// Where the spec says that it has it.
    pub place: Place,
}

/// A TCP port of the host that leads to a domain on a network.
#[derive(Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// What is listened on, as systemd has it: a port, or an address with a port.
    pub listen: String,
    /// The address and the port of the domain, as systemd-socket-proxyd has them: it takes all that is before the last colon
    /// for the address, without brackets.
    pub to: String,
}

/// What a link is like.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// The arguments of netem.
    pub netem: String,
    /// Whether libvirt limits what the guest receives.
    pub is_shaped: bool,
}

/// Ports that are served on a bridge.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Whether libvirt leaves the traffic alone, and the spec names no zone of firewalld's for the bridge.
    pub is_open: bool,
    pub tcp: Vec<u16>,
    pub udp: Vec<u16>,
}

/// DNS, over TCP and UDP ([RFC 1035](https://www.rfc-editor.org/rfc/rfc1035)).
const DNS: u16 = 53;
/// The DHCP server ([RFC 2131](https://www.rfc-editor.org/rfc/rfc2131)).
const DHCP: u16 = 67;
/// TFTP, whose answers come from other ports ([RFC 1350](https://www.rfc-editor.org/rfc/rfc1350)).
const TFTP: u16 = 69;
/// The `DHCPv6` server ([RFC 8415](https://www.rfc-editor.org/rfc/rfc8415)).
const DHCPV6: u16 = 547;

impl HostNeeds {
    /// What `lab` asks of its host.
    #[must_use]
    pub fn of(lab: &Lab) -> Self {
        let mut host = Self::default();
        for (id, network) in lab.networks() {
            host.open_vswitch |= network.mode.backend() == Backend::OpenVSwitch;
            if network.mode.backend() == Backend::VirtualFunction {
                first(host.pci_devices.get_or_insert_default(), format!("network {}", network.name));
            }
            if network.restart == Some(false) {
                host.steady_networks.push(network.uuid.value.to_string());
            }
            let ports = served(network, lab.dhcp_hosts(id));
            let is_served = !ports.tcp.is_empty() || !ports.udp.is_empty();
            if let Some(bridge) = network.bridge.as_ref().filter(|_| is_served) {
                host.bridges.insert(bridge.value.clone(), ports);
            }
            host.tftp.extend(network.pxe.tftp.clone());
            host.claims.add_network(network);
        }
        for pool in lab.pools_in_order() {
            host.add_pool(pool);
            host.claims.add_pool(pool);
        }
        for domain in lab.domains_in_order() {
            host.add_domain(domain, lab);
        }
        host.hosts = hosts::of_lab(lab).into_iter().map(|(address, names)| (address.to_string(), names)).collect();
        let External { networks, pools, bridges } = &lab.external;
        for (kind, of_kind) in [("networks", networks), ("pools", pools), ("bridges", bridges)] {
            let names: Vec<String> = of_kind.iter().map(|name| name.value.clone()).collect();
            host.external.extend((!names.is_empty()).then_some((kind, names)));
        }
        for domain in &lab.imported {
            host.claims.add_imported(domain);
            let uuid = domain.uuid.as_ref().map(|uuid| uuid.value.to_string());
            host.imported.insert(domain.name.clone(), uuid);
        }
        host
    }

    fn add_pool(&mut self, pool: &Pool) {
        if let Some(path) = pool.path.as_ref().filter(|_| pool.r#type.has_files()) {
            self.directories.insert(path.clone(), pool.permissions.clone());
        }
        for volume in pool.volumes_in_order() {
            let backing = volume.present.as_ref().and_then(|present| present.backing.as_ref());
            if let Some(Image::Nix(name)) = backing.map(|backing| &backing.image) {
                let owner = format!("volume {} of pool {}", volume.name, pool.name);
                first(self.images.entry(name.clone()).or_default(), owner);
            }
        }
        match pool.r#type {
            PoolType::Netfs => {
                let format = pool.source.format.clone().filter(|format| format != "auto");
                // A server and a directory, and nothing else, are NFS to `mount`.
                self.filesystems.insert(format.unwrap_or_else(|| "nfs".to_owned()));
            }
            PoolType::Iscsi => self.iscsi = true,
            PoolType::Rbd => self.rbd = true,
            PoolType::Zfs => self.zfs = true,
            PoolType::Dir | PoolType::Fs | PoolType::Logical | PoolType::Disk => {}
        }
    }

    fn add_domain(&mut self, domain: &Domain, lab: &Lab) {
        self.claims.add_domain(domain, lab);
        for tap in domain.interfaces.iter().map(|interface| &interface.tap) {
            if let (Some(netem), Some(target)) = (&tap.netem, &tap.target) {
                let link = Link { netem: netem.to_string(), is_shaped: tap.is_shaped };
                self.links.insert(target.value.clone(), link);
            }
        }
        if let Some(on_change) = domain.on_change.filter(|on_change| *on_change != OnChange::NextStart) {
            self.on_change.insert(domain.uuid.value.to_string(), on_change);
        }
        let owner = || format!("domain {}", domain.name);
        // Which machine types another emulator has is not known here.
        if !domain.extra.iter().any(|extra| changes_machine(&extra.value)) {
            let machines = self.machines.entry(domain.arch).or_default();
            first(machines.entry(domain.machine.clone()).or_default(), owner());
        }
        if domain.memory.hugepages.is_some() {
            first(self.hugepages.get_or_insert_default(), owner());
        }
        if domain.hostdevs.iter().any(HostDevice::is_pci) {
            first(self.pci_devices.get_or_insert_default(), owner());
        }
        self.tpm |= domain.tpm;
        self.virtiofs |= domain.shares.iter().any(Share::is_virtiofs);
        self.passt |= domain.interfaces.iter().any(Interface::is_forwarded_by_passt);
        for interface in domain.interfaces.iter().filter(|interface| !interface.is_forwarded_by_passt()) {
            let Some(to) = interface.addresses.first().map(|address| address.host.addr()) else { continue };
            self.forwards.extend(interface.forwards.iter().map(|forward| {
                let port = forward.host.value;
                let (name, listen) = match forward.address {
                    None => (port.to_string(), port.to_string()),
                    Some(address) => (format!("{port}-{address}"), SocketAddr::new(address, port).to_string()),
                };
                (name, Forwarded { listen, to: format!("{to}:{}", forward.guest) })
            }));
        }
        self.driver_disc |= domain.cdroms.iter().any(|cdrom| match cdrom.medium {
            Medium::DriverDisc => true,
            Medium::File(_) | Medium::Volume { .. } | Medium::HostVolume { .. } | Medium::Empty => false,
        });
        match &domain.firmware {
            Firmware::Bios => {}
            Firmware::Uefi { nvram, secure, .. } => {
                if secure.is_some() {
                    self.secure_firmware = true;
                } else {
                    self.firmware.insert(domain.arch);
                }
                if let Some((directory, _)) =
                    nvram.value.rsplit_once('/').filter(|(directory, _)| !directory.is_empty())
                {
                    self.directories.entry(directory.to_owned()).or_insert(None);
                }
            }
        }
    }
}

impl Claims {
    fn add_network(&mut self, network: &Network) {
        let owner = |place: &Place| Owner::of("network", &network.name, place.clone());
        self.uuids.insert(network.uuid.value.to_string(), owner(&network.uuid.place));
        if let Some(mac) = &network.mac {
            self.macs.insert(mac.value.to_string(), owner(&mac.place));
        }
        if let Some(bridge) = network.bridge.as_ref().filter(|_| network.mode.makes_bridge()) {
            self.bridges.insert(bridge.value.clone(), owner(&bridge.place));
        }
        for ip in [&network.ipv4, &network.ipv6].into_iter().flatten() {
            self.subnets.insert(ip.subnet.to_string(), owner(&Place::value(&ip.at)));
        }
    }

    fn add_pool(&mut self, pool: &Pool) {
        let owner = |place: Place| Owner::of("pool", &pool.name, place);
        self.uuids.insert(pool.uuid.value.to_string(), owner(pool.uuid.place.clone()));
        let path = || owner(Place::value(pool.at.key("path")));
        self.storage.extend(pool.directory().map(|directory| (format!("directory {directory}"), path())));
        let source = || owner(Place::value(pool.at.key("source")));
        let claims = pool.source.claims(pool.r#type);
        self.storage.extend(claims.map(|(what, which)| (format!("{what} {which}"), source())));
        for volume in pool.volumes_in_order().filter(|volume| volume.present.is_some()) {
            self.files.insert(pool.volume_place(&volume.name), owner(Place::key(&volume.at)));
        }
    }

    fn add_domain(&mut self, domain: &Domain, lab: &Lab) {
        let uuid = &domain.uuid;
        self.uuids.insert(uuid.value.to_string(), Owner::of("domain", &domain.name, uuid.place.clone()));
        // The rest is the machine's, whichever form of it runs.
        let owner = |place: Place| Owner::of("domain", domain.machine_name(), place);
        self.add_interfaces(domain.machine_name(), &domain.interfaces);
        for disk in domain.disks.iter().filter(|disk| !disk.readonly && !disk.shareable) {
            let path = disk.source.place(lab.pools.as_deref().unwrap_or_default());
            self.files.insert(path, owner(Place::value(&disk.at)));
        }
        if let Firmware::Uefi { nvram, .. } = &domain.firmware {
            self.files.insert(plain(&nvram.value), owner(nvram.place.clone()));
        }
        let written = socket::written_paths(domain);
        self.files.extend(written.map(|path| (plain(&path.value), owner(path.place.clone()))));
        let cid = domain.devices.vsock.as_ref().and_then(|vsock| vsock.cid.as_ref());
        self.cids.extend(cid.map(|cid| (cid.value.to_string(), owner(cid.place.clone()))));
        for (protocol, port, address, place) in port::listened(domain) {
            let address = address.map_or_else(|| "*".to_owned(), |address| address.to_string());
            let port = format!("{} port {port}", protocol.name().to_uppercase());
            self.ports.entry(port).or_default().insert(address, owner(place));
        }
    }

    fn add_imported(&mut self, domain: &Imported) {
        let uuid = domain.uuid.as_ref();
        let owner = |place: &Place| Owner::of("domain", &domain.name, place.clone());
        self.uuids.extend(uuid.map(|uuid| (uuid.value.to_string(), owner(&uuid.place))));
        self.add_interfaces(&domain.name, &domain.interfaces);
    }

    fn add_interfaces(&mut self, domain: &str, interfaces: &[Interface]) {
        let owner = |place: &Place| Owner::of("domain", domain, place.clone());
        for interface in interfaces {
            self.macs.insert(interface.mac.value.to_string(), owner(&interface.mac.place));
            let target = interface.tap.target.as_ref();
            self.devices.extend(target.map(|target| (target.value.clone(), owner(&target.place))));
        }
    }
}

impl Owner {
    pub(crate) fn of(kind: &str, name: &str, place: Place) -> Self {
        Self { name: format!("{kind} {name}"), place }
    }
}

/// Keeps the owner that sorts first, so that the order in which owners come does not matter.
fn first(place: &mut String, owner: String) {
    if place.is_empty() || owner < *place {
        *place = owner;
    }
}

/// Whether an `extra` changes the emulator or the machine type of a domain.
fn changes_machine(extra: &Extra) -> bool {
    let has = |element: &str, key: &str| extra.get(element).is_some_and(|element| element.get(key).is_some());
    has("devices", "emulator") || has("os", "machine") || has("os", "arch")
}

/// The ports that libvirt serves on a network. It serves only where it has an address.
fn served(network: &Network, hosts: &[DhcpHost]) -> Ports {
    let ips = [&network.ipv4, &network.ipv6].map(|ip| ip.as_ref());
    let zone = network.extra.as_ref().and_then(|extra| extra.value.get("bridge")?.get("zone"));
    let mut ports = Ports { is_open: network.mode.has_no_firewall_rules() && zone.is_none(), ..Ports::default() };
    if network.dns.enable && ips.iter().any(Option::is_some) {
        ports.tcp.push(DNS);
        ports.udp.push(DNS);
    }
    let serves = |ip: &Ip| {
        let has_hosts = hosts.iter().any(|host| ip.subnet.host(host.address.addr()).is_ok());
        ip.dhcp(hosts).is_some_and(|dhcp| dhcp.range.is_some() || has_hosts)
    };
    for (ip, port) in ips.into_iter().zip([DHCP, DHCPV6]) {
        if ip.is_some_and(serves) {
            ports.udp.push(port);
        }
    }
    if network.pxe.tftp.is_some() {
        ports.udp.push(TFTP);
    }
    ports
}
