//! What interfaces are attached to: networks of labs, networks of libvirt's that no lab manages, bridges and interfaces of the host,
//! tunnels, and the network that each interface in user mode has for itself.

use indexmap::IndexMap;

use crate::graph::{Fact, natural, shown};
use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::tunnel::Tunnel;
use crate::lab::network::ip::Ip;
use crate::lab::network::vlan::Vlan;
use crate::lab::{Lab, Network, NetworkId};
use crate::neighbours::Hosts;
use crate::spec::Active;
use crate::spec::network::Mode;
use crate::spec::tunnel::TunnelType;

/// Something that interfaces are attached to.
#[derive(Debug)]
pub struct Segment {
    /// The id of its node.
    pub id: String,
    /// What it is.
    pub kind: SegmentKind,
    /// Its name, or nothing for a network that only one interface has.
    pub name: String,
    /// The lab that has it, unless it is the host's.
    pub lab: Option<usize>,
    /// Its subnets.
    pub subnets: Vec<String>,
    /// The VLANs of its interfaces, and of its port groups.
    pub vlans: Vec<String>,
    /// What else there is to say.
    pub facts: Vec<Fact>,
    /// What of the host it is on, as positions of segments.
    pub on: Vec<usize>,
}

/// What a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentKind {
    /// A network of a lab.
    Network(Mode),
    /// A network of libvirt's that no lab manages.
    External,
    /// A bridge of the host.
    Bridge,
    /// An interface of the host.
    Device,
    /// QEMU processes that are connected with each other.
    Tunnel(TunnelType),
    /// The network that one interface in user mode has for itself.
    User,
}

impl SegmentKind {
    /// What it is, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Network(Mode::Nat) => "NAT network",
            Self::Network(Mode::Route) => "routed network",
            Self::Network(Mode::Open) => "open network",
            Self::Network(Mode::Isolated) => "isolated network",
            Self::Network(Mode::Bridge) => "network on a bridge",
            Self::Network(Mode::Ovs) => "Open vSwitch network",
            Self::Network(Mode::Macvtap) => "macvtap network",
            Self::Network(Mode::Hostdev) => "SR-IOV network",
            Self::External => "external network",
            Self::Bridge => "bridge of the host",
            Self::Device => "interface of the host",
            Self::Tunnel(TunnelType::Udp) => "UDP tunnel",
            Self::Tunnel(TunnelType::Mcast) => "multicast tunnel",
            Self::Tunnel(TunnelType::Server | TunnelType::Client) => "TCP tunnel",
            Self::User => "user network",
        }
    }

    /// Whether a lab has it, rather than the host or others.
    #[must_use]
    pub fn is_of_lab(self) -> bool {
        match self {
            Self::Network(_) => true,
            Self::External | Self::Bridge | Self::Device | Self::Tunnel(_) | Self::User => false,
        }
    }

    fn rank(self) -> usize {
        match self {
            Self::Network(_) => 0,
            Self::External => 1,
            Self::Bridge => 2,
            Self::Device => 3,
            Self::Tunnel(_) => 4,
            Self::User => 5,
        }
    }
}

/// What makes a segment one thing, within a host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Network(String),
    Bridge(String),
    Device(String),
    Tunnel(String),
    User(usize),
}

/// The segments while they are found.
pub(crate) struct Segments {
    hosts: Hosts,
    /// By host and what they are.
    found: IndexMap<(usize, Key), Segment>,
    /// The networks that make a bridge, by host and the bridge's name.
    bridges: IndexMap<(usize, String), usize>,
}

impl Segments {
    /// Those that the labs have or name, whether or not an interface is attached to them.
    pub(crate) fn new(labs: &[&Lab], hosts: Hosts) -> Self {
        let mut segments = Self { hosts, found: IndexMap::new(), bridges: IndexMap::new() };
        for (index, lab) in labs.iter().enumerate() {
            for (id, network) in lab.networks() {
                let segment = of_network(index, lab, id, network);
                let key = (segments.host(index), Key::Network(network.name.clone()));
                let (at, _) = segments.found.insert_full(key, segment);
                if let Some(bridge) = network.bridge.as_ref().filter(|_| network.mode.makes_bridge()) {
                    segments.bridges.insert((segments.host(index), bridge.value.clone()), at);
                }
            }
        }
        for (index, lab) in labs.iter().enumerate() {
            for (_, network) in lab.networks() {
                let on = [
                    network
                        .bridge
                        .as_ref()
                        .filter(|_| !network.mode.makes_bridge())
                        .map(|it| Key::Bridge(it.value.clone())),
                    network.dev.clone().map(Key::Device),
                ];
                let on: Vec<usize> = on.into_iter().flatten().map(|key| segments.of_host(index, key)).collect();
                let key = (segments.host(index), Key::Network(network.name.clone()));
                segments.found[&key].on = on;
            }
            for name in &lab.external.networks {
                segments.of_host(index, Key::Network(name.value.clone()));
            }
            for name in &lab.external.bridges {
                segments.of_host(index, Key::Bridge(name.value.clone()));
            }
        }
        segments
    }

    /// The position of what an interface of a lab is attached to.
    pub(crate) fn of(&mut self, lab: usize, labs_own: &Lab, attachment: &Attachment) -> usize {
        let key = match attachment {
            Attachment::Network(id) => Key::Network(labs_own.network(*id).name.clone()),
            Attachment::HostNetwork(name) => Key::Network(name.clone()),
            Attachment::Bridge { name, .. } => Key::Bridge(name.clone()),
            Attachment::Macvtap(device) => Key::Device(device.clone()),
            Attachment::Tunnel(tunnel) => {
                let key = (self.host(lab), Key::Tunnel(wire(tunnel)));
                let at = self.of_host(lab, key.1.clone());
                self.found[&key].kind = SegmentKind::Tunnel(tunnel.kind);
                return at;
            }
            Attachment::User => Key::User(self.found.len()),
        };
        self.of_host(lab, key)
    }

    /// The segment at a position.
    pub(crate) fn get(&self, at: usize) -> &Segment {
        &self.found[at]
    }

    /// All of them in their order, with their ids; and where each is that was found.
    pub(crate) fn sorted(self) -> (Vec<Segment>, Vec<usize>) {
        let mut all: Vec<(usize, Segment)> = self.found.into_values().enumerate().collect();
        all.sort_by_cached_key(|(_, segment)| {
            (segment.lab.unwrap_or(usize::MAX), segment.kind.rank(), natural(&segment.name))
        });
        let mut places = vec![0; all.len()];
        for (place, (found, _)) in all.iter().enumerate() {
            places[*found] = place;
        }
        let segment = |(place, (_, segment)): (usize, (usize, Segment))| {
            let on = segment.on.iter().map(|found| places[*found]).collect();
            Segment { id: format!("n{place}"), on, ..segment }
        };
        (all.into_iter().enumerate().map(segment).collect(), places)
    }

    /// The host of a lab.
    fn host(&self, lab: usize) -> usize {
        match self.hosts {
            Hosts::One => 0,
            Hosts::OneEach => lab,
        }
    }

    /// The position of something of the host's that a lab names.
    fn of_host(&mut self, lab: usize, key: Key) -> usize {
        let host = self.host(lab);
        if let Key::Bridge(name) = &key
            && let Some(at) = self.bridges.get(&(host, name.clone()))
        {
            return *at;
        }
        let (kind, name) = match &key {
            Key::Network(name) => (SegmentKind::External, name.as_str()),
            Key::Bridge(name) => (SegmentKind::Bridge, name.as_str()),
            Key::Device(name) => (SegmentKind::Device, name.as_str()),
            Key::Tunnel(name) => (SegmentKind::Tunnel(TunnelType::Udp), name.as_str()),
            Key::User(_) => (SegmentKind::User, ""),
        };
        let is_of_lab = kind == SegmentKind::User || self.hosts == Hosts::OneEach;
        let segment = Segment {
            id: String::new(),
            kind,
            name: shown(name),
            lab: is_of_lab.then_some(lab),
            subnets: Vec::new(),
            vlans: Vec::new(),
            facts: Vec::new(),
            on: Vec::new(),
        };
        let entry = self.found.entry((host, key));
        let at = entry.index();
        entry.or_insert(segment);
        at
    }
}

fn of_network(index: usize, lab: &Lab, id: NetworkId, network: &Network) -> Segment {
    let hosts = lab.dhcp_hosts(id);
    let ips: Vec<&Ip> = [&network.ipv4, &network.ipv6].into_iter().flatten().collect();
    let mut facts: Vec<Fact> = Vec::new();
    for ip in &ips {
        facts.push(("Gateway", ip.gateway.addr().to_string()));
        if let Some(dhcp) = ip.dhcp(hosts) {
            let range = dhcp.range.map(|(first, last)| format!("{} – {}", first.addr(), last.addr()));
            facts.push(("DHCP", range.unwrap_or_else(|| "reserved addresses only".to_owned())));
        }
    }
    if let Some(bridge) = &network.bridge {
        facts.push(("Bridge", shown(&bridge.value)));
    }
    if let Some(device) = &network.dev {
        facts.push(("Interface of the host", shown(device)));
    }
    facts.extend(
        network.reserved.iter().map(|host| ("Reserved", format!("{} for {}", host.address.addr(), shown(&host.name)))),
    );
    facts.extend(network.mtu.map(|mtu| ("MTU", mtu.to_string())));
    facts.push(("Activation", active(network.active).to_owned()));
    facts.push(("UUID", network.uuid.value.to_string()));
    let groups = network.portgroups.iter();
    let groups = groups.filter_map(|group| Some(format!("{}: {}", shown(&group.name), vlan(group.vlan.as_ref()?))));
    Segment {
        id: String::new(),
        kind: SegmentKind::Network(network.mode),
        name: shown(&network.name),
        lab: Some(index),
        subnets: ips.iter().map(|ip| ip.subnet.to_string()).collect(),
        vlans: network.vlan.iter().map(vlan).chain(groups).collect(),
        facts,
        on: Vec::new(),
    }
}

/// `VLAN 20`, `VLANs 20 (untagged), 30`.
pub(crate) fn vlan(vlan: &Vlan) -> String {
    let tag = |tag: &u16| format!("{tag}{}", if vlan.native == Some(*tag) { " (untagged)" } else { "" });
    let mut tags = vlan.tags.clone();
    tags.sort_unstable();
    let tags: Vec<String> = tags.iter().map(tag).collect();
    format!("VLAN{} {}", if tags.len() == 1 { "" } else { "s" }, tags.join(", "))
}

/// What an activation does with it.
pub(crate) fn active(active: Active) -> &'static str {
    match active {
        Active::Running => "starts it",
        Active::Stopped => "stops it",
        Active::AsItIs => "leaves it as it is",
    }
}

/// What both ends of a tunnel have in common: the group, the port of the server, or the two ports.
fn wire(tunnel: &Tunnel) -> String {
    let port = tunnel.source.port.value;
    match (tunnel.kind, &tunnel.local) {
        (TunnelType::Mcast, _) => {
            tunnel.source.address.map_or_else(|| format!("port {port}"), |group| format!("{group}:{port}"))
        }
        (TunnelType::Udp, Some(local)) => {
            let (low, high) = (port.min(local.port.value), port.max(local.port.value));
            format!("ports {low} and {high}")
        }
        (TunnelType::Server | TunnelType::Client | TunnelType::Udp, _) => format!("port {port}"),
    }
}
