//! The inventory: what each object of a lab claims and only one can have. The second claim of a thing is a problem, which
//! points at the first.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use uuid::Uuid;

use crate::lab::Lab;
use crate::lab::domain::Domain;
use crate::lab::domain::firmware::Firmware;
use crate::lab::id::{NetworkId, PoolId};
use crate::lab::identity::{Mac, MacAt, ObjectKind};
use crate::lab::interface::Interface;
use crate::lab::network::Network;
use crate::lab::network::dhcp_host::DhcpHost;
use crate::lab::path::plain;
use crate::lab::placed::Placed;
use crate::lab::port::{Listens, listened};
use crate::lab::socket::written_paths;
use crate::lab::storage::Pool;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::spec::interface::Protocol;

/// What one object claims and no other can claim too. Paths are [plain], however they are written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Claim<'a> {
    /// The name of an object of a kind, in lower case.
    Name(ObjectKind, String),
    /// A UUID.
    Uuid(Uuid),
    /// A MAC address that the spec has.
    Mac(Mac),
    /// A directory of a pool.
    Directory(String),
    /// A device, exported directory, volume group, target or pool: libvirt refuses the second of most.
    Storage(&'static str, String),
    /// A volume's name in its pool.
    Volume(PoolId, &'a str),
    /// A bridge that libvirt makes.
    Bridge(&'a str),
    /// A device of the host.
    HostInterface(&'a str),
    /// A reserved address on a network.
    DhcpHost(NetworkId, IpAddr),
    /// A machine's name on a network, in lower case.
    HostName(NetworkId, String),
    /// The machine that a reserved address is for, IPv6 or not.
    ReservedFor(NetworkId, Mac, bool),
    /// The file of firmware variables.
    Nvram(String),
    /// What a disk is.
    Disk(String),
    /// A device of the host, within the domain of this name.
    OwnDevice(&'a str, String),
    /// A device of the host that one domain at a time can have.
    HostDevice(&'static str, String),
    /// The vsock CID by which the host reaches a domain.
    Cid(u32),
    /// A file that is written, or a socket that is listened on.
    Path(String),
    /// A port of the host.
    Port(Protocol, u16, Listens),
}

/// What has been claimed, and where first.
struct Inventory<'a, 'p> {
    lab: &'a Lab,
    first: HashMap<Claim<'a>, (Place, Option<&'a Domain>)>,
    /// Whose claims these are, where the machine's other forms may claim the same.
    owner: Option<&'a Domain>,
    problems: &'p mut Problems,
}

/// Reports what two objects of a lab claim and only one can have.
pub(crate) fn check(lab: &Lab, problems: &mut Problems) {
    let mut inventory = Inventory { lab, first: HashMap::new(), owner: None, problems };
    inventory.networks();
    inventory.pools();
    let mut names = HashSet::new();
    for domain in lab.domains.iter().flatten() {
        inventory.named(ObjectKind::Domain, &domain.name, Place::key(&domain.at));
        // What else two domains of one name have in common follows from the name, and would only repeat the problem.
        let is_new = names.insert(domain.name.to_lowercase());
        if is_new {
            inventory.uuid(&domain.uuid);
        }
        inventory.owner = Some(domain);
        inventory.macs(&domain.interfaces);
        inventory.handed_out(domain);
        if is_new {
            inventory.domain(domain);
        }
        inventory.owner = None;
    }
    for domain in &lab.imported {
        inventory.named(ObjectKind::Domain, &domain.name, Place::key(&domain.at));
        inventory.macs(&domain.interfaces);
        domain.uuid.iter().for_each(|uuid| inventory.uuid(uuid));
    }
}

impl<'a> Inventory<'a, '_> {
    /// Claims something, and reports it where it is claimed already.
    fn claim(&mut self, claim: Claim<'a>, place: Place) {
        match self.first_of_another(&claim).cloned() {
            Some(first) => self.problems.push(claim.problem(self.lab, place).second_of(&first)),
            None => self.note(claim, place),
        }
    }

    /// Finds where something is claimed already, but by another form of the machine that claims it now.
    fn first_of_another(&self, claim: &Claim<'a>) -> Option<&Place> {
        let (place, first) = self.first.get(claim)?;
        let is_another_form = self.owner.zip(*first).is_some_and(|(owner, first)| owner.is_another_form_of(first));
        (!is_another_form).then_some(place)
    }

    /// Notes who has something first, without a problem where somebody else has it too.
    fn note(&mut self, claim: Claim<'a>, place: Place) {
        let owner = self.owner;
        self.first.entry(claim).or_insert((place, owner));
    }

    fn named(&mut self, kind: ObjectKind, name: &str, place: Place) {
        self.claim(Claim::Name(kind, name.to_lowercase()), place);
    }

    fn uuid(&mut self, uuid: &Placed<Uuid>) {
        self.claim(Claim::Uuid(uuid.value), uuid.place.clone());
    }

    fn macs(&mut self, interfaces: &[Interface]) {
        for interface in interfaces {
            self.mac(&interface.mac);
        }
    }

    fn mac(&mut self, mac: &MacAt) {
        if mac.derived_from.is_none() {
            self.claim(Claim::Mac(mac.value), mac.place.clone());
        }
    }

    fn networks(&mut self) {
        let lab = self.lab;
        let bridges = |network: &'a Network| network.bridge.as_ref().filter(|bridge| !bridge.value.is_empty());
        let of_libvirt: HashSet<&str> = (lab.networks())
            .filter(|(_, network)| network.mode.makes_bridge())
            .filter_map(|(_, network)| Some(bridges(network)?.value.as_str()))
            .collect();
        for (id, network) in lab.networks() {
            self.named(ObjectKind::Network, &network.name, Place::key(&network.at));
            self.uuid(&network.uuid);
            network.mac.iter().for_each(|mac| self.mac(mac));
            if let Some(bridge) = bridges(network) {
                // Several networks may be on one bridge of the host, but none of them on one that libvirt makes.
                if of_libvirt.contains(bridge.value.as_str()) {
                    self.claim(Claim::Bridge(&bridge.value), bridge.place.clone());
                }
                self.note(Claim::HostInterface(&bridge.value), bridge.place.clone());
            }
            if let Some(dev) = &network.dev {
                self.note(Claim::HostInterface(dev), Place::value(network.at.key("dev")));
            }
            for host in lab.dhcp_hosts(id) {
                self.claim(Claim::DhcpHost(id, host.address.addr()), host.place.clone());
            }
            self.reserved(id, network);
        }
    }

    /// Claims names and MAC addresses of the machines outside of the lab that a network keeps addresses for.
    fn reserved(&mut self, id: NetworkId, network: &Network) {
        let written: HashSet<&Place> = network.reserved.iter().map(|host| &host.place).collect();
        let (outside, of_domains): (Vec<&DhcpHost>, Vec<&DhcpHost>) =
            self.lab.dhcp_hosts(id).iter().partition(|host| written.contains(&host.place));
        let mac = |host: &DhcpHost| Claim::ReservedFor(id, host.mac, host.address.addr().is_ipv6());
        for host in of_domains {
            self.note(Claim::HostName(id, host.name.to_lowercase()), host.place.clone());
            self.note(mac(host), host.place.clone());
        }
        let mut named = HashSet::new();
        for host in outside {
            self.claim(mac(host), host.place.clone());
            if named.insert(&host.name) {
                self.claim(Claim::HostName(id, host.name.to_lowercase()), host.place.clone());
            }
        }
    }

    fn pools(&mut self) {
        for (index, pool) in self.lab.pools.iter().flatten().enumerate() {
            self.named(ObjectKind::Pool, &pool.name, Place::key(&pool.at));
            self.uuid(&pool.uuid);
            if let Some(path) = pool.directory() {
                self.claim(Claim::Directory(path), Place::value(pool.at.key("path")));
            }
            for (what, which) in pool.source.claims(pool.r#type) {
                self.claim(Claim::Storage(what, which), Place::value(pool.at.key("source")));
            }
            for volume in &pool.volumes {
                self.claim(Claim::Volume(PoolId(index), &volume.name), Place::value(&volume.at));
            }
        }
    }

    fn domain(&mut self, domain: &'a Domain) {
        if let Firmware::Uefi { nvram, .. } = &domain.firmware {
            self.claim(Claim::Nvram(plain(&nvram.value)), nvram.place.clone());
        }
        let pools = self.lab.pools.as_deref().unwrap_or_default();
        for disk in domain.disks.iter().filter(|disk| !disk.shareable) {
            self.claim(Claim::Disk(disk.source.place(pools)), Place::value(&disk.at));
        }
        for device in &domain.hostdevs {
            let any = domain.hostdevs.iter().find(|other| other.stands_for(device)).unwrap_or(device);
            self.claim(Claim::OwnDevice(&domain.name, any.name()), device.place.clone());
        }
        if let Some(cid) = domain.devices.vsock.as_ref().and_then(|vsock| vsock.cid.as_ref()) {
            self.claim(Claim::Cid(cid.value), cid.place.clone());
        }
        for path in written_paths(domain) {
            self.claim(Claim::Path(plain(&path.value)), path.place.clone());
        }
        for target in domain.interfaces.iter().filter_map(|interface| interface.tap.target.as_ref()) {
            self.claim(Claim::HostInterface(&target.value), target.place.clone());
        }
        for (protocol, port, address, place) in listened(domain) {
            self.port(protocol, port, Listens::on(address), place);
        }
    }

    /// Claims the devices of the host that a domain gets, each once: [`Claim::OwnDevice`] reports one that it has
    /// twice.
    fn handed_out(&mut self, domain: &Domain) {
        let mut own = HashSet::new();
        for device in &domain.hostdevs {
            let name = device.name();
            if own.insert(name.clone()) {
                self.claim(Claim::HostDevice(device.word(), name), device.place.clone());
            }
        }
    }

    /// Claims a port, on one address or on several.
    fn port(&mut self, protocol: Protocol, port: u16, listens: Listens, place: Place) {
        let on = |listens| Claim::Port(protocol, port, listens);
        let first = listens.excludes().into_iter().find_map(|other| self.first_of_another(&on(other))).cloned();
        match first {
            Some(first) => self.problems.push(on(listens).problem(self.lab, place).second_of(&first)),
            None => listens.notes().into_iter().for_each(|note| self.note(on(note), place.clone())),
        }
    }
}

impl Claim<'_> {
    /// Makes the problem of the second owner.
    fn problem(&self, lab: &Lab, place: Place) -> Problem {
        match self {
            Self::Name(kind, name) => {
                let kind = kind.name();
                let message = format!("two {kind}s are named `{name}`, ignoring case");
                Problem::of_value(Id::DuplicateName, place, message).help(format!("give one {kind} another name"))
            }
            Self::Uuid(uuid) => Problem::new(Id::DuplicateUuid, place, format!("the UUID `{uuid}` is used twice"))
                .help("leave `uuid` out for one derived from the name; two equal `id`s also give the same UUID"),
            Self::Mac(mac) => Problem::new(Id::DuplicateMac, place, format!("the MAC address `{mac}` is used twice"))
                .help("leave `mac` out for a stable one; of two forms of one machine, the second says `variantOf`"),
            Self::Directory(path) => {
                Problem::new(Id::DuplicateDirectory, place, format!("two pools use the directory `{path}`"))
                    .help("give each pool a directory of its own")
            }
            Self::Storage(what, which) => {
                Problem::new(Id::DuplicateDirectory, place, format!("two pools use the {what} `{which}`"))
                    .help("give each pool its own storage, or use one pool for both")
            }
            Self::Volume(pool, name) => {
                let Pool { name: pool, .. } = lab.pool(*pool);
                let message = format!("pool `{pool}` has the volume `{name}` twice");
                Problem::new(Id::DuplicateVolume, place, message).once_per_place().help(
                    "a disk with a `size` declares its volume; leave the `size` out to use one that is declared elsewhere",
                )
            }
            Self::Bridge(bridge) => {
                Problem::new(Id::DuplicateBridge, place, format!("two networks create the bridge `{bridge}`"))
                    .help("give each network a bridge of its own")
            }
            Self::HostInterface(name) => {
                Problem::of_value(Id::DuplicateName, place, format!("two devices of the host are named `{name}`"))
                    .help("give each interface a `target` of its own, or leave it out")
            }
            Self::DhcpHost(network, address) => {
                let network = &lab.network(*network).name;
                let message = format!("address `{address}` is used twice on network `{network}`");
                Problem::new(Id::DuplicateAddress, place, message).help("give each interface an address of its own")
            }
            Self::HostName(network, name) => {
                let network = &lab.network(*network).name;
                let message = format!("two machines on network `{network}` are named `{name}`, ignoring case");
                Problem::new(Id::DuplicateName, place, message).help("give the machine outside of the lab another name")
            }
            Self::ReservedFor(network, mac, _) => {
                let network = &lab.network(*network).name;
                let message = format!("network `{network}` reserves two addresses for the MAC address `{mac}`");
                Problem::new(Id::DuplicateMac, place, message)
                    .help("leave one of the two out; a domain of the lab has an `ip` in its `interfaces`")
            }
            Self::Nvram(path) => {
                let message = format!("two domains keep their firmware variables in `{path}`");
                Problem::new(Id::DuplicateNvram, place, message).help("leave `nvram` out for a file of its own; of two forms of one machine, the second says `variantOf`")
            }
            Self::Disk(path) => Problem::new(Id::DuplicateVolume, place, format!("two disks use `{path}`"))
                .once_per_place()
                .help("give each disk an image of its own; to start several from one, use `image` or `cloneOf`; of two forms of one machine, the \
                     second says `variantOf`"),
            Self::OwnDevice(domain, name) => {
                let message = format!("domain `{domain}` has the device `{name}` of the host twice");
                Problem::new(Id::DuplicateDevice, place, message).help("leave one of the two out")
            }
            Self::HostDevice(kind, name) => {
                Problem::new(Id::SharedDevice, place, format!("the {kind} device `{name}` is passed through twice"))
                    .help("only one of the domains can run at a time; nothing to do if that is intended")
            }
            Self::Cid(cid) => Problem::new(Id::DuplicateCid, place, format!("two domains have the vsock CID {cid}"))
                .help("give each domain its own `cid`, or leave it out: libvirt then assigns a free one"),
            Self::Path(path) => Problem::new(Id::DuplicatePath, place, format!("two devices write to `{path}`"))
                .help("give each its own path; replicas that need different paths need separate entries"),
            Self::Port(protocol, port, _) => {
                let protocol = protocol.name().to_uppercase();
                let message = format!("the {protocol} port {port} of the host is used twice");
                Problem::new(Id::DuplicatePort, place, message)
                    .help("choose another port, or give each its own host address to listen on")
            }
        }
    }
}
