//! Reads one network. It knows nothing of domains: their DHCP hosts are collected when all domains are resolved.

pub(crate) mod bandwidth;
pub(crate) mod declared;
pub(crate) mod dhcp;
pub(crate) mod dns;
pub(crate) mod dnsmasq;
pub(crate) mod host_address;
pub(crate) mod ip;
pub(crate) mod mode;
pub(crate) mod nat;
pub(crate) mod pxe;
pub(crate) mod reservation;
pub(crate) mod route;
pub(crate) mod vlan;

use uuid::Uuid;

use crate::lab::identity::{MacAt, Namespace, ObjectKind};
use crate::lab::network::Network;
use crate::lab::network::pxe::Pxe;
use crate::lab::placed::{ExtraAt, Placed};
use crate::lab::subnet::Family;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Layers;
use crate::resolve::network::declared::Declared;
use crate::resolve::{device_name, parse};
use crate::spec;
use crate::spec::Active;
use crate::spec::key::key;

/// Resolves one network; its DHCP hosts are collected when the domains are known.
pub(crate) fn resolve(name: &str, spec: &spec::Network, namespace: Namespace, problems: &mut Problems) -> Network {
    let at = Pointer::root().key("networks").key(name);
    parse::name(name, Place::key(&at), problems);
    let mode = spec.mode.unwrap_or_default();
    let network = Declared { name, layers: Layers::one(at.clone(), spec), mode };
    let layers = &network.layers;
    if !mode.makes_bridge() {
        mode::refuse_on_the_host(&network, problems);
    }

    let id = parse::id(layers.get(key!(id)), problems);
    let uuid = parse::identity(layers.get(key!(uuid)), problems).unwrap_or_else(|| Placed {
        value: namespace.uuid(ObjectKind::Network, id.as_deref().unwrap_or(name)),
        place: Place::key(&at),
    });
    let written_mac =
        layers.get(key!(mac)).and_then(|word| parse::mac(word, problems).map(|mac| MacAt::written(mac, word.place())));
    let mac =
        mode.makes_bridge().then(|| written_mac.unwrap_or_else(|| MacAt::derived(uuid.value, 0, Place::key(&at))));

    let mut broken = Vec::new();
    let ipv4 = ip::ip(&network, Family::V4, &mut broken, problems);
    let ipv6 = ip::ip(&network, Family::V6, &mut broken, problems);
    if ipv6.is_none() && !broken.contains(&Family::V6) && mode.makes_bridge() {
        mode::refuse_without_subnet6(&network, problems);
    }
    if ipv4.is_none() && !broken.contains(&Family::V4) && mode.makes_bridge() {
        mode::refuse_without_subnet(&network, problems);
    }
    let has_addresses = ipv4.is_some() || ipv6.is_some() || spec.extra.as_ref().is_some_and(|e| e.contains_key("ip"));
    let is_reported = !broken.is_empty() || problems.has_inside(Id::NoSubnet, &at);
    if mode.forwards_subnet() && !has_addresses && !is_reported {
        problems.push(
            Problem::new(Id::NoSubnet, Place::key(&at), format!("network `{name}` has no subnet to forward from"))
                .label(format!("needs one in mode `{}`", mode.name()))
                .help("add a `subnet` or `subnet6`, or choose mode `isolated` or `open`"),
        );
    }
    let ips = [ipv4.as_ref(), ipv6.as_ref()];
    let v4_is_broken = broken.contains(&Family::V4);
    let (mut pxe, mut options, mut routes, mut reserved) = (Pxe::default(), Vec::new(), Vec::new(), Vec::new());
    if mode.makes_bridge() {
        reserved = reservation::reservations(&network, ips, &broken, problems);
        pxe = pxe::pxe(&network, ipv4.as_ref(), v4_is_broken, problems);
        options = dnsmasq::options(&network, ips, !broken.is_empty(), problems);
        routes = route::routes(layers, ips, &broken, problems);
    }
    let (vlan, portgroups) = vlan::of_network(&network, problems);

    Network {
        bridge: bridge(&network, uuid.value, problems),
        name: name.to_owned(),
        uuid,
        mode,
        mac,
        dev: mode::dev(&network, problems),
        macvtap_mode: mode::macvtap_mode(&network, problems),
        vlan,
        portgroups,
        nat: nat::nat(&network, ipv4.is_some() || v4_is_broken, problems),
        ipv4,
        ipv6,
        reserved,
        dns: dns::dns(layers, problems),
        dnsmasq: options,
        pxe,
        routes,
        bandwidth: bandwidth::bandwidth(&layers.object(key!(bandwidth)), problems),
        port_isolation: spec.port_isolation,
        trust_rx_filters: spec.trust_rx_filters,
        stp: spec.stp,
        stp_delay: spec.stp_delay,
        mtu: spec.mtu,
        active: spec.active.unwrap_or(Active::Running),
        restart: spec.restart,
        extra: spec.extra.clone().map(|value| ExtraAt { at: at.key("extra"), value }),
        at,
    }
}

/// Decides the name of the bridge: the written one, or one made from the network's name.
fn bridge(network: &Declared<'_>, uuid: Uuid, problems: &mut Problems) -> Option<Placed<String>> {
    let written = network.layers.get(key!(bridge));
    if network.mode.shares_interface() {
        problems.extend(written.map(|bridge| {
            let message = format!("network `{}` shares an interface of the host, so it has no bridge", network.name);
            Problem::not_on_this_mode(bridge.key_place(), message)
                .label(format!("not in mode `{}`", network.mode.name()))
                .help("leave it out, or choose mode `bridge`")
        }));
        return None;
    }
    if let Some(word) = written {
        let check = if network.mode.makes_bridge() { device_name::of_bridge } else { device_name::of_host };
        let value = check(word, problems).unwrap_or_default();
        if !network.mode.makes_bridge() {
            device_name::warn_of_wireless(word, problems);
        }
        return Some(word.with(value));
    }
    if !network.mode.makes_bridge() {
        problems.push(
            Problem::needs(
                Place::key(network.layers.pointer().key("bridge")),
                format!("network `{}` does not name its bridge", network.name),
                "a `bridge`",
            )
            .help("add `\"bridge\": \"br0\"`, the name of an existing bridge of the host"),
        );
    }
    let readable = format!("virbr-{}", network.name);
    let fits = readable.len() <= device_name::MAX;
    let value = if fits { readable } else { format!("virbr-{}", &uuid.simple().to_string()[..8]) };
    Some(Placed { value, place: network.layers.key_place() })
}
