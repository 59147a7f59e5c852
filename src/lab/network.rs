//! Networks, resolved.

use std::net::IpAddr;

use uuid::Uuid;

use super::identity::{Kind, Mac, MacAt, Namespace};
use super::profile::Layers;
use super::subnet::{Family, HostAddr, NotAHost, Subnet, count};
use super::{ExtraAt, Placed, word};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::spec;
use crate::spec::Active;
use crate::spec::network::Mode;

/// The most addresses that libvirt lets one DHCP range have.
const RANGE_MAX: u128 = 65535;

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
    /// The bridge: libvirt's, or for [`Mode::Bridge`] the host's.
    pub bridge: Placed<String>,
    /// The MAC address of the bridge; the host's own bridge has none that libvirt may know.
    pub mac: Option<MacAt>,
    /// The host interface that forwarded traffic leaves by.
    pub dev: Option<String>,
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

/// What a network has of one address family.
#[derive(Debug)]
pub struct Side {
    /// The subnet.
    pub subnet: Subnet,
    /// Where the subnet is written.
    pub at: Pointer,
    /// The host's own address.
    pub gateway: HostAddr,
    /// The DHCP server, if it runs.
    pub dhcp: Option<Dhcp>,
}

/// The DHCP server of one side of a network.
#[derive(Debug)]
pub struct Dhcp {
    /// The first and last address for machines that have none of their own.
    pub range: Option<(HostAddr, HostAddr)>,
    /// Where the range is written, if it is.
    pub range_at: Option<Pointer>,
    /// How long an address is lent, in seconds.
    pub lease: Option<u32>,
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

    /// Whether libvirt makes the bridge, rather than the host.
    #[must_use]
    pub fn makes_bridge(&self) -> bool {
        match self.mode {
            Mode::Nat | Mode::Route | Mode::Open | Mode::Isolated => true,
            Mode::Bridge => false,
        }
    }
}

impl Side {
    /// The first and last address that machines can have, as far as the gateway does not part them.
    #[must_use]
    pub fn room(&self) -> (HostAddr, HostAddr) {
        room(self.subnet, self.gateway)
    }
}

/// Resolves one network; its machines are added when the domains are known.
pub(super) fn resolve(
    name: &str,
    spec: &spec::Network,
    namespace: Namespace,
    problems: &mut Vec<Problem>,
) -> Network {
    let at = Pointer::root().key("networks").key(name);
    word::name(name, at.clone().name(), problems);
    let layers = Layers::one(at.clone(), spec);
    let mode = spec.mode.unwrap_or_default();
    if mode == Mode::Bridge {
        refuse_on_host_bridge(spec, &layers, name, problems);
    }
    if !matches!(mode, Mode::Nat | Mode::Route)
        && let Some(dev) = layers.get("dev", |n| n.dev.as_ref())
    {
        problems.push(
            Problem::new(Id::NotOnThisMode, dev.pointer().name(), format!("network `{name}` forwards through no interface"))
                .label("only for modes `nat` and `route`")
                .help("leave `dev` out, or choose another `mode`"),
        );
    }
    if mode != Mode::Nat
        && let Some(nat) = layers.get("nat", |n| n.nat.as_ref())
    {
        problems.push(
            Problem::new(Id::NotOnThisMode, nat.pointer().name(), format!("network `{name}` does not translate addresses"))
                .label("only for mode `nat`")
                .help("leave `nat` out, or choose mode `nat`"),
        );
    }

    let uuid = word::identity(&layers, |n| n.uuid.as_ref(), problems).unwrap_or_else(|| Placed {
        value: namespace.uuid(Kind::Network, spec.id.as_deref().unwrap_or(name)),
        place: at.clone().name(),
    });
    let written_mac = layers
        .get("mac", |n| n.mac.as_ref())
        .and_then(|word| word::mac(word, problems).map(|mac| MacAt::written(mac, word.place())));
    let mac = (mode != Mode::Bridge)
        .then(|| written_mac.unwrap_or_else(|| MacAt::derived(uuid.value, 0, at.clone().name())));

    let mut broken = Vec::new();
    let ipv4 = side(Family::V4, &layers, mode, &mut broken, problems);
    let ipv6 = side(Family::V6, &layers, mode, &mut broken, problems);
    if ipv4.is_none() && !broken.contains(&Family::V4) && mode != Mode::Bridge {
        refuse_without_subnet(&layers, name, problems);
    }
    let nat = layers.object("nat", |n| n.nat.as_ref());
    let nat_ports = nat.get("ports", |n| n.ports.as_ref()).and_then(|ports| {
        let [first, last] = *ports.value;
        if first == 0 || first > last {
            problems.push(
                Problem::new(Id::OutOfRange, ports.place(), format!("ports {first} to {last} are not a range"))
                    .label("must count up from at least 1")
                    .help("write the lowest port first, such as `[1024, 65535]`"),
            );
            return None;
        }
        Some((first, last))
    });

    Network {
        bridge: bridge(&layers, mode, name, uuid.value, &at, problems),
        name: name.to_owned(),
        uuid,
        mode,
        mac,
        dev: layers.get("dev", |n| n.dev.as_ref()).and_then(|word| word::interface_name(word, problems)),
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

/// The bridge as written, or a name made from the network's.
fn bridge(
    layers: &Layers<'_, spec::Network>,
    mode: Mode,
    name: &str,
    uuid: Uuid,
    at: &Pointer,
    problems: &mut Vec<Problem>,
) -> Placed<String> {
    if let Some(word) = layers.get("bridge", |n| n.bridge.as_ref()) {
        let value = word::interface_name(word, problems).unwrap_or_default();
        return Placed { value, place: word.place() };
    }
    if mode == Mode::Bridge {
        problems.push(
            Problem::new(Id::MissingField, at.clone().name(), format!("network `{name}` does not say which bridge it is on"))
                .label("needs a `bridge`")
                .help("add `\"bridge\": \"br0\"`, the name of a bridge that the host has"),
        );
    }
    let readable = format!("virbr-{name}");
    let fits = readable.len() <= word::INTERFACE_NAME_MAX;
    let value = if fits { readable } else { format!("virbr-{}", &uuid.simple().to_string()[..8]) };
    Placed { value, place: at.clone().name() }
}

/// One address family of a network, when the spec gives it a subnet.
fn side(
    family: Family,
    layers: &Layers<'_, spec::Network>,
    mode: Mode,
    broken: &mut Vec<Family>,
    problems: &mut Vec<Problem>,
) -> Option<Side> {
    let (subnet, gateway) = match family {
        Family::V4 => (layers.get("subnet", |n| n.subnet.as_ref()), layers.get("gateway", |n| n.gateway.as_ref())),
        Family::V6 => (layers.get("subnet6", |n| n.subnet6.as_ref()), layers.get("gateway6", |n| n.gateway6.as_ref())),
    };
    let Some(written) = subnet else {
        if let Some(gateway) = gateway.filter(|_| mode != Mode::Bridge) {
            problems.push(
                Problem::new(Id::NoSubnet, gateway.pointer().name(), format!("a gateway without an {} subnet", family.name()))
                    .label("an address in which subnet?")
                    .help("add a subnet, or leave the gateway out"),
            );
        }
        return None;
    };
    let Some(subnet) = word::subnet(written, family, problems) else {
        broken.push(family);
        return None;
    };
    let gateway = gateway
        .and_then(|word| {
            let address = word::address(word, family, problems)?;
            subnet
                .host(address)
                .map_err(|why| {
                    let (id, what, label) = not_a_host(why, subnet);
                    problems.push(
                        Problem::new(id, word.place(), format!("gateway `{address}` {what} `{subnet}`"))
                            .label(label)
                            .related(written.place(), "the subnet")
                            .help(format!("the subnet has room for `{}` to `{}`", subnet.first(), subnet.last())),
                    );
                })
                .ok()
        })
        .unwrap_or_else(|| subnet.first());
    let dhcp = layers.object("dhcp", |n| n.dhcp.as_ref());
    let enabled = dhcp.get("enable", |d| d.enable.as_ref()).is_none_or(|enable| *enable.value);
    let lease = dhcp.get("lease", |d| d.lease.as_ref()).and_then(|word| word::duration(word, problems));
    let dhcp = match family {
        Family::V4 if enabled => Some(ipv4_dhcp(&dhcp, subnet, &written.pointer(), gateway, lease, problems)),
        // Machines without an address of their own take one from the router advertisement.
        Family::V6 if enabled => Some(Dhcp { range: None, range_at: None, lease }),
        Family::V4 | Family::V6 => None,
    };
    Some(Side { subnet, at: written.pointer(), gateway, dhcp })
}

/// The IPv4 DHCP server's range: none, the written one, or all but the gateway.
fn ipv4_dhcp(
    dhcp: &Layers<'_, spec::network::Dhcp>,
    subnet: Subnet,
    subnet_at: &Pointer,
    gateway: HostAddr,
    lease: Option<u32>,
    problems: &mut Vec<Problem>,
) -> Dhcp {
    let reservations_only = dhcp.get("reservationsOnly", |d| d.reservations_only.as_ref()).is_some_and(|only| *only.value);
    let Some(written) = dhcp.get("range", |d| d.range.as_ref()) else {
        let range = (!reservations_only).then(|| whole_range(subnet, gateway));
        return Dhcp { range, range_at: None, lease };
    };
    let at = written.pointer();
    if reservations_only {
        problems.push(
            Problem::new(Id::ConflictingFields, at.clone().name(), "a range that nobody is served from")
                .label("not with `reservationsOnly`")
                .help("leave one of the two out"),
        );
    }
    let mut ends = written.value.iter().enumerate().map(|(index, text)| {
        let place = at.index(index).value();
        let address = word::address_at(text, place.clone(), Family::V4, problems)?;
        subnet
            .host(address)
            .map_err(|_| {
                problems.push(
                    Problem::new(
                        Id::RangeOutsideSubnet,
                        place,
                        format!("the DHCP range leaves the subnet: `{address}` is not a machine's address in `{subnet}`"),
                    )
                    .label(format!("not in `{subnet}`"))
                    .related(subnet_at.clone().value(), "the subnet")
                    .help(format!("the subnet has room for `{}` to `{}`", subnet.first(), subnet.last())),
                );
            })
            .ok()
    });
    let range = ends.next().flatten().zip(ends.next().flatten());
    drop(ends);
    let range = range.filter(|(first, last)| {
        if first > last {
            problems.push(
                Problem::new(Id::RangeReversed, at.clone().value(), format!("the DHCP range from `{first}` to `{last}` counts down"))
                    .label("the second address comes first")
                    .help(format!("write `[\"{last}\", \"{first}\"]`")),
            );
        } else if count(*first, *last) > RANGE_MAX {
            problems.push(
                Problem::new(Id::OutOfRange, at.clone().value(), format!("a DHCP range of {} addresses", count(*first, *last)))
                    .label("too many")
                    .help(format!("libvirt's DHCP server takes at most {RANGE_MAX}")),
            );
        }
        first <= last
    });
    Dhcp { range, range_at: Some(at), lease }
}

/// The first and last address of a subnet, without the gateway if it is one of them.
fn room(subnet: Subnet, gateway: HostAddr) -> (HostAddr, HostAddr) {
    let next = |address: HostAddr| super::subnet::plus(address.addr(), 1).and_then(|next| subnet.host(next).ok());
    let first = if gateway == subnet.first() { next(gateway) } else { None }.unwrap_or(subnet.first());
    (first, subnet.last())
}

/// All addresses of a subnet but the gateway's, as far as that is one range that libvirt takes.
fn whole_range(subnet: Subnet, gateway: HostAddr) -> (HostAddr, HostAddr) {
    let (first, last) = room(subnet, gateway);
    let furthest = super::subnet::plus(first.addr(), u32::from(u16::MAX) - 1).and_then(|end| subnet.host(end).ok());
    (first, furthest.unwrap_or(last))
}

/// The DNS server.
fn dns(layers: &Layers<'_, spec::Network>, problems: &mut Vec<Problem>) -> Dns {
    let dns = layers.object("dns", |n| n.dns.as_ref());
    let mut forwarders = Vec::new();
    if let Some(written) = dns.get("forwarders", |d| d.forwarders.as_ref()) {
        for (index, text) in written.value.iter().enumerate() {
            forwarders.extend(any_address(text, written.pointer().index(index), problems));
        }
    }
    let mut hosts = Vec::new();
    if let Some(written) = dns.get("hosts", |d| d.hosts.as_ref()) {
        for (name, text) in written.value {
            let at = written.pointer().key(name);
            let named = word::name(name, at.clone().name(), problems);
            hosts.extend(any_address(text, at, problems).filter(|_| named).map(|address| (name.clone(), address)));
        }
    }
    let disabled = dns.get("enable", |d| d.enable.as_ref()).filter(|enable| !enable.value);
    if let Some(disabled) = disabled {
        let forwarders = dns.get("forwarders", |d| d.forwarders.as_ref()).map(|at| at.pointer());
        let names = dns.get("hosts", |d| d.hosts.as_ref()).map(|at| at.pointer());
        for at in [forwarders, names].into_iter().flatten() {
            problems.push(
                Problem::new(Id::ConflictingFields, at.name(), "settings of a DNS server that does not run")
                    .label("nobody is told")
                    .related(disabled.place(), "switched off here")
                    .help("leave one of the two out"),
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
        enable: disabled.is_none(),
        domain: dns
            .get("domain", |d| d.domain.as_ref())
            .filter(|word| word::name(word.value, word.place(), problems))
            .map(|word| word.value.clone()),
        local_only: local_only.is_some(),
        forwarders,
        hosts,
    }
}

fn any_address(text: &str, at: Pointer, problems: &mut Vec<Problem>) -> Option<IpAddr> {
    let family = if text.contains(':') { Family::V6 } else { Family::V4 };
    word::address_at(text, at.value(), family, problems)
}

/// A bridge of the host serves its own addresses; what only libvirt's own bridge has is refused.
fn refuse_on_host_bridge(spec: &spec::Network, layers: &Layers<'_, spec::Network>, name: &str, problems: &mut Vec<Problem>) {
    let at = layers.pointer();
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
            Problem::new(Id::NotOnThisMode, at.key(key).name(), format!("network `{name}` is on a bridge of the host, which has its own `{key}`"))
                .label("not in mode `bridge`")
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
    let has_ipv6 = layers.get("subnet6", |n| n.subnet6.as_ref()).is_some();
    for at in [asked.filter(|_| !has_ipv6), ranged, only.filter(|_| !has_ipv6)].into_iter().flatten() {
        problems.push(
            Problem::new(Id::NoSubnet, at.name(), format!("network `{name}` has no subnet to serve addresses in"))
                .label("addresses of which subnet?")
                .help("add a `subnet`, or leave `dhcp` out"),
        );
    }
}

/// Why an address is no machine's in a subnet: the problem's id, what the address is, and what to write beside it.
pub(super) fn not_a_host(why: NotAHost, subnet: Subnet) -> (Id, &'static str, String) {
    match why {
        NotAHost::Outside => (Id::AddressOutsideSubnet, "is outside the subnet", format!("not in `{subnet}`")),
        NotAHost::Network => (Id::AddressReserved, "names the subnet", "the network address".to_owned()),
        NotAHost::Broadcast => (Id::AddressReserved, "reaches every machine in the subnet", "the broadcast address".to_owned()),
    }
}
