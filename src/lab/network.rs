//! Networks, resolved.

pub mod bandwidth;
pub(super) mod dhcp;
pub mod dns;
pub(super) mod dnsmasq;
pub(super) mod mode;
pub mod nat;
pub mod pxe;
pub mod route;
pub mod side;
pub mod vlan;

use uuid::Uuid;

use crate::lab::identity::{Kind, Mac, MacAt, Namespace};
use crate::lab::profile::Layers;
use crate::lab::subnet::{Family, HostAddr};
use crate::lab::{ExtraAt, Placed, device_name, word};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::spec;
use crate::spec::Active;
use crate::spec::macvtap::MacvtapMode;
use crate::spec::network::Mode;
use bandwidth::Bandwidth;
use dns::Dns;
use nat::Nat;
use pxe::Pxe;
use route::Route;
use side::Side;
use vlan::{Portgroup, Vlan};

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
    /// The bridge: libvirt's, or the host's; [`Mode::Macvtap`] and [`Mode::Hostdev`] have none.
    pub bridge: Option<Placed<String>>,
    /// The MAC address of the bridge that libvirt makes; what the host has has none that libvirt may know.
    pub mac: Option<MacAt>,
    /// The host interface that forwarded traffic leaves by, or for [`Mode::Macvtap`] and [`Mode::Hostdev`] that domains
    /// share.
    pub dev: Option<String>,
    /// What macvtap does with traffic between the domains.
    pub macvtap_mode: MacvtapMode,
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
    /// Lines for the configuration of dnsmasq.
    pub dnsmasq: Vec<String>,
    /// What machines boot from.
    pub pxe: Pxe,
    /// The routes of the host through it.
    pub routes: Vec<Route>,
    /// How addresses are translated.
    pub nat: Nat,
    /// How much traffic may pass.
    pub bandwidth: Option<Bandwidth>,
    /// Whether its interfaces are kept from each other, where the spec says.
    pub port_isolation: Option<bool>,
    /// Whether the host goes by what guests report of their filters, where the spec says.
    pub trust_rx_filters: Option<bool>,
    /// Whether the bridge speaks the Spanning Tree Protocol, where the spec says.
    pub stp: Option<bool>,
    /// How many seconds the bridge waits before it forwards.
    pub stp_delay: Option<u32>,
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

    /// Leaves IPv6 to router advertisements where no address is reserved and the spec does not ask for more. Where one is,
    /// libvirt's server is the only source of addresses, so that it needs a range for everyone else.
    pub(super) fn settle(&mut self, problems: &mut Vec<Problem>) {
        let reserved = self.machines.iter().any(|machine| Family::of(machine.address.addr()) == Family::V6);
        let Some(side) = self.ipv6.as_mut() else {
            return;
        };
        if !reserved && side.dhcp.as_ref().is_some_and(|dhcp| !dhcp.asked) {
            side.dhcp = None;
        }
        if side.dhcp.is_some() {
            side.refuse_wide(problems);
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
        mode::refuse_on_the_host(spec, &layers, (name, mode), problems);
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
    if ipv6.is_none() && !broken.contains(&Family::V6) && mode.makes_bridge() {
        mode::refuse_without_subnet6(&layers, name, problems);
    }
    if ipv4.is_none() && !broken.contains(&Family::V4) && mode.makes_bridge() {
        mode::refuse_without_subnet(&layers, name, problems);
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
    let sides = [ipv4.as_ref(), ipv6.as_ref()];
    let v4_is_broken = broken.contains(&Family::V4);
    let (mut pxe, mut options, mut routes) = (Pxe::default(), Vec::new(), Vec::new());
    if mode.makes_bridge() {
        pxe = pxe::pxe(&layers, (name, ipv4.as_ref()), v4_is_broken, problems);
        options = dnsmasq::options(&layers, (name, sides), !broken.is_empty(), problems);
        routes = route::routes(&layers, sides, &broken, problems);
    }
    let (vlan, portgroups) = vlan::of_network(&layers, mode, name, problems);

    Network {
        bridge: bridge(&layers, mode, name, uuid.value, &at, problems),
        name: name.to_owned(),
        uuid,
        mode,
        mac,
        dev: mode::dev(&layers, mode, name, problems),
        macvtap_mode: mode::macvtap_mode(&layers, mode, name, problems),
        vlan,
        portgroups,
        nat: nat::nat(&layers, (name, mode), ipv4.is_some() || v4_is_broken, problems),
        ipv4,
        ipv6,
        dns: dns::dns(&layers, problems),
        dnsmasq: options,
        pxe,
        routes,
        bandwidth: bandwidth::bandwidth(&layers.object("bandwidth", |n| n.bandwidth.as_ref()), problems),
        port_isolation: spec.port_isolation,
        trust_rx_filters: spec.trust_rx_filters,
        stp: spec.stp,
        stp_delay: spec.stp_delay,
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
) -> Option<Placed<String>> {
    let written = layers.get("bridge", |n| n.bridge.as_ref());
    if matches!(mode, Mode::Macvtap | Mode::Hostdev) {
        problems.extend(written.map(|bridge| {
            let message = format!("network `{name}` shares an interface of the host, and has no bridge");
            Problem::new(Id::NotOnThisMode, bridge.pointer().name(), message)
                .label(format!("not in mode `{}`", mode.name()))
                .help("leave it out, or choose mode `bridge`")
        }));
        return None;
    }
    if let Some(word) = written {
        let check = if mode.makes_bridge() { device_name::of_bridge } else { device_name::of_host };
        let value = check(word, problems).unwrap_or_default();
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
    let fits = readable.len() <= device_name::MAX;
    let value = if fits { readable } else { format!("virbr-{}", &uuid.simple().to_string()[..8]) };
    Some(Placed { value, place: at.clone().name() })
}
