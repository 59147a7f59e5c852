//! Networks, resolved.

use std::net::IpAddr;

use uuid::Uuid;

use super::identity::{Kind, Mac, MacAt, Namespace};
use super::profile::Layers;
use super::side::{self, Side};
use super::subnet::{Family, HostAddr};
use super::vlan::{self, Portgroup, Vlan};
use super::{ExtraAt, Placed, word};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::spec;
use crate::spec::Active;
use crate::spec::network::Mode;

/// A network.
#[derive(Debug)]
pub struct Network {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub at: Pointer,
    /// Its UUID.
    pub uuid: Placed<Uuid>,
    /// How it reaches the world.
    pub mode: Mode,
    /// The bridge: libvirt's, or the host's; [`Mode::Macvtap`] has none.
    pub bridge: Option<Placed<String>>,
    /// The MAC address of the bridge that libvirt makes; what the host has has none that libvirt may know.
    pub mac: Option<MacAt>,
    /// The host interface that forwarded traffic leaves by, or for [`Mode::Macvtap`] that domains share.
    pub dev: Option<String>,
    /// The VLANs of its interfaces.
    pub vlan: Option<Vlan>,
    /// The port groups, in spec order.
    pub portgroups: Vec<Portgroup>,
    /// The IPv4 side.
    pub ipv4: Option<Side>,
    /// The IPv6 side.
    pub ipv6: Option<Side>,
    /// The DNS server.
    pub dns: Dns,
    /// The ports that translated connections leave by.
    pub nat_ports: Option<(u16, u16)>,
    /// Whether IPv6 is translated.
    pub nat_ipv6: bool,
    /// The largest packet.
    pub mtu: Option<u32>,
    /// The machines with a fixed address, in the order of the domains.
    pub machines: Vec<Machine>,
    /// Whether it runs.
    pub active: Active,
    /// Whether activation restarts it.
    pub restart: Option<bool>,
    /// What is merged into its definition.
    pub extra: Option<ExtraAt>,
    /// Subnets that were written and refused, so that no further problem comes of them.
    pub(super) broken: Vec<Family>,
}

/// The DNS server of a network.
#[derive(Debug)]
pub struct Dns {
    /// Whether it runs.
    pub enable: bool,
    /// The DNS domain.
    pub domain: Option<String>,
    /// Whether names in `domain` are never asked for upstream.
    pub local_only: bool,
    /// The servers that other names are asked from.
    pub forwarders: Vec<IpAddr>,
    /// Further names with their addresses.
    pub hosts: Vec<(String, IpAddr)>,
}

/// A domain's interface with a fixed address.
#[derive(Debug)]
pub struct Machine {
    /// The domain's name.
    pub name: String,
    /// The interface's MAC address.
    pub mac: Mac,
    /// The address.
    pub address: HostAddr,
    /// Where the address is written.
    pub place: Place,
}

impl Network {
    /// The side of an address family.
    #[must_use]
    pub fn side(&self, family: Family) -> Option<&Side> {
        match family {
            Family::V4 => self.ipv4.as_ref(),
            Family::V6 => self.ipv6.as_ref(),
        }
    }

    /// Leaves IPv6 to router advertisements where no address is reserved. Where one is, libvirt's server is the only
    /// source of addresses, so that it needs a range for everyone else.
    pub(super) fn settle(&mut self) {
        let reserved = self.machines.iter().any(|machine| Family::of(machine.address.addr()) == Family::V6);
        if let Some(side) = self.ipv6.as_mut().filter(|_| !reserved) {
            side.dhcp = None;
        }
    }

    /// Whether it is on an Open vSwitch bridge of this name.
    pub(super) fn is_on_open_vswitch(&self, name: &str) -> bool {
        self.mode == Mode::Ovs && self.bridge.as_ref().is_some_and(|bridge| bridge.value == name)
    }
}

/// Resolves one network; its machines are added when the domains are known.
pub(super) fn resolve(name: &str, spec: &spec::Network, namespace: Namespace, problems: &mut Vec<Problem>) -> Network {
    let at = Pointer::root().key("networks").key(name);
    word::name(name, at.clone().name(), problems);
    let layers = Layers::one(at.clone(), spec);
    let mode = spec.mode.unwrap_or_default();
    if !mode.makes_bridge() {
        refuse_on_the_host(spec, &layers, (name, mode), problems);
    }
    if mode != Mode::Nat
        && let Some(nat) = layers.get("nat", |n| n.nat.as_ref())
    {
        problems.push(
            Problem::new(
                Id::NotOnThisMode,
                nat.pointer().name(),
                format!("network `{name}` does not translate addresses"),
            )
            .label("only for mode `nat`")
            .help("leave `nat` out, or choose mode `nat`"),
        );
    }

    let id = word::id(&layers, |n| n.id.as_ref(), problems);
    let uuid = word::identity(&layers, |n| n.uuid.as_ref(), problems).unwrap_or_else(|| Placed {
        value: namespace.uuid(Kind::Network, id.as_deref().unwrap_or(name)),
        place: at.clone().name(),
    });
    let written_mac = layers
        .get("mac", |n| n.mac.as_ref())
        .and_then(|word| word::mac(word, problems).map(|mac| MacAt::written(mac, word.place())));
    let mac =
        mode.makes_bridge().then(|| written_mac.unwrap_or_else(|| MacAt::derived(uuid.value, 0, at.clone().name())));

    let (mut broken, earlier) = (Vec::new(), problems.len());
    let ipv4 = side::side(Family::V4, &layers, mode, &mut broken, problems);
    let ipv6 = side::side(Family::V6, &layers, mode, &mut broken, problems);
    if ipv4.is_none() && !broken.contains(&Family::V4) && mode.makes_bridge() {
        refuse_without_subnet(&layers, name, problems);
    }
    let has_addresses = ipv4.is_some() || ipv6.is_some() || spec.extra.as_ref().is_some_and(|e| e.contains_key("ip"));
    let is_told = !broken.is_empty() || problems[earlier..].iter().any(|problem| problem.id == Id::NoSubnet);
    if matches!(mode, Mode::Nat | Mode::Route) && !has_addresses && !is_told {
        problems.push(
            Problem::new(Id::NoSubnet, at.clone().name(), format!("network `{name}` has no subnet to forward from"))
                .label(format!("needs one in mode `{}`", mode.name()))
                .help("add a `subnet` or `subnet6`, or choose mode `isolated` or `open`"),
        );
    }
    let nat = layers.object("nat", |n| n.nat.as_ref());
    let nat_ports = nat.get("ports", |n| n.ports.as_ref()).and_then(|ports| {
        let [first, last] = *ports.value;
        if first > last {
            problems.push(
                Problem::new(Id::OutOfRange, ports.place(), format!("ports {first} to {last} are not a range"))
                    .label("must count up")
                    .help("write the lowest port first, such as `[1024, 65535]`"),
            );
            return None;
        }
        Some((first, last))
    });
    let (vlan, portgroups) = vlan::of_network(&layers, mode, name, problems);

    Network {
        bridge: bridge(&layers, mode, name, uuid.value, &at, problems),
        name: name.to_owned(),
        uuid,
        mode,
        mac,
        dev: dev(&layers, mode, name, problems),
        vlan,
        portgroups,
        ipv4,
        ipv6,
        dns: dns(&layers, problems),
        nat_ports,
        nat_ipv6: spec.nat.as_ref().and_then(|nat| nat.ipv6).unwrap_or(false),
        mtu: spec.mtu,
        machines: Vec::new(),
        active: spec.active.unwrap_or(Active::Running),
        restart: spec.restart,
        extra: spec.extra.clone().map(|value| ExtraAt { at: at.key("extra"), value }),
        at,
        broken,
    }
}

/// The interface of the host, on modes that have one.
fn dev(layers: &Layers<'_, spec::Network>, mode: Mode, name: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let written = layers.get("dev", |n| n.dev.as_ref());
    let problem = match (mode, written) {
        (Mode::Nat | Mode::Route, _) | (Mode::Macvtap, Some(_)) => None,
        (Mode::Open | Mode::Isolated | Mode::Bridge | Mode::Ovs, written) => written.map(|dev| {
            let message = format!("network `{name}` forwards through no interface");
            Problem::new(Id::NotOnThisMode, dev.pointer().name(), message)
                .label("only for modes `nat`, `route` and `macvtap`")
                .help("leave `dev` out, or choose another `mode`")
        }),
        (Mode::Macvtap, None) => Some(
            Problem::new(
                Id::MissingField,
                layers.pointer().key("dev").name(),
                format!("network `{name}` does not say which interface it shares"),
            )
            .label("needs a `dev`")
            .help("add `\"dev\": \"enp1s0\"`, the name of an interface that the host has"),
        ),
    };
    problems.extend(problem);
    written.and_then(|word| word::interface_name(word, problems))
}

/// The bridge as written, or a name made from the network's.
fn bridge(
    layers: &Layers<'_, spec::Network>,
    mode: Mode,
    name: &str,
    uuid: Uuid,
    at: &Pointer,
    problems: &mut Vec<Problem>,
) -> Option<Placed<String>> {
    let written = layers.get("bridge", |n| n.bridge.as_ref());
    if mode == Mode::Macvtap {
        problems.extend(written.map(|bridge| {
            let message = format!("network `{name}` shares an interface of the host, and has no bridge");
            Problem::new(Id::NotOnThisMode, bridge.pointer().name(), message)
                .label("not in mode `macvtap`")
                .help("leave it out, or choose mode `bridge`")
        }));
        return None;
    }
    if let Some(word) = written {
        let value = word::interface_name(word, problems).unwrap_or_default();
        return Some(Placed { value, place: word.place() });
    }
    if !mode.makes_bridge() {
        problems.push(
            Problem::new(
                Id::MissingField,
                at.key("bridge").name(),
                format!("network `{name}` does not say which bridge it is on"),
            )
            .label("needs a `bridge`")
            .help("add `\"bridge\": \"br0\"`, the name of a bridge that the host has"),
        );
    }
    let readable = format!("virbr-{name}");
    let fits = readable.len() <= word::INTERFACE_NAME_MAX;
    let value = if fits { readable } else { format!("virbr-{}", &uuid.simple().to_string()[..8]) };
    Some(Placed { value, place: at.clone().name() })
}

/// The DNS server.
fn dns(layers: &Layers<'_, spec::Network>, problems: &mut Vec<Problem>) -> Dns {
    let dns = layers.object("dns", |n| n.dns.as_ref());
    let mut forwarders = Vec::new();
    if let Some(written) = dns.get("forwarders", |d| d.forwarders.as_ref()) {
        for (index, text) in written.value.iter().enumerate() {
            forwarders.extend(word::any_address_at(text, written.pointer().index(index).value(), problems));
        }
    }
    let mut hosts = Vec::new();
    if let Some(written) = dns.get("hosts", |d| d.hosts.as_ref()) {
        for (name, text) in written.value {
            let at = written.pointer().key(name);
            let named = word::host_name(name, at.clone().name(), problems);
            hosts.extend(
                word::any_address_at(text, at.value(), problems)
                    .filter(|_| named)
                    .map(|address| (name.clone(), address)),
            );
        }
    }
    let local_only = dns.get("localOnly", |d| d.local_only.as_ref()).filter(|only| *only.value);
    if let Some(local_only) = local_only.filter(|_| dns.get("domain", |d| d.domain.as_ref()).is_none()) {
        problems.push(
            Problem::new(Id::MissingField, local_only.pointer().name(), "names in which domain are local only?")
                .label("needs a `domain` beside it")
                .help("add `\"domain\": …`, or leave `localOnly` out"),
        );
    }
    Dns {
        enable: dns.value("enable", |d| d.enable.as_ref()).unwrap_or(true),
        domain: dns
            .get("domain", |d| d.domain.as_ref())
            .filter(|word| word::host_name(word.value, word.place(), problems))
            .map(|word| word.value.clone()),
        local_only: local_only.is_some(),
        forwarders,
        hosts,
    }
}

/// What the host has serves its own addresses; what only libvirt's own bridge has is refused.
fn refuse_on_the_host(
    spec: &spec::Network,
    layers: &Layers<'_, spec::Network>,
    (name, mode): (&str, Mode),
    problems: &mut Vec<Problem>,
) {
    let at = layers.pointer();
    let what = if mode == Mode::Macvtap { "an interface" } else { "a bridge" };
    let written = [
        ("subnet", spec.subnet.is_some()),
        ("gateway", spec.gateway.is_some()),
        ("subnet6", spec.subnet6.is_some()),
        ("gateway6", spec.gateway6.is_some()),
        ("dhcp", spec.dhcp.is_some()),
        ("dns", spec.dns.is_some()),
        ("mac", spec.mac.is_some()),
        ("mtu", spec.mtu.is_some()),
    ];
    for (key, _) in written.into_iter().filter(|(_, is_some)| *is_some) {
        problems.push(
            Problem::new(
                Id::NotOnThisMode,
                at.key(key).name(),
                format!("network `{name}` is on {what} of the host, which has its own `{key}`"),
            )
            .label(format!("not in mode `{}`", mode.name()))
            .help("leave it out, or choose another `mode`"),
        );
    }
}

/// DHCP is served in a subnet only.
fn refuse_without_subnet(layers: &Layers<'_, spec::Network>, name: &str, problems: &mut Vec<Problem>) {
    let dhcp = layers.object("dhcp", |n| n.dhcp.as_ref());
    let asked = dhcp.get("enable", |d| d.enable.as_ref()).filter(|enable| *enable.value).map(|at| at.pointer());
    let ranged = dhcp.get("range", |d| d.range.as_ref()).map(|at| at.pointer());
    let only = dhcp.get("reservationsOnly", |d| d.reservations_only.as_ref()).map(|at| at.pointer());
    let lease = dhcp.get("lease", |d| d.lease.as_ref()).map(|at| at.pointer());
    let has_ipv6 = layers.get("subnet6", |n| n.subnet6.as_ref()).is_some();
    let without_any = [asked, only, lease].map(|at| at.filter(|_| !has_ipv6));
    for at in without_any.into_iter().chain([ranged]).flatten() {
        problems.push(
            Problem::new(Id::NoSubnet, at.name(), format!("network `{name}` has no subnet to serve addresses in"))
                .label("addresses of which subnet?")
                .related(layers.pointer().name(), "the network")
                .help("add a `subnet`, or leave `dhcp` out"),
        );
    }
}
