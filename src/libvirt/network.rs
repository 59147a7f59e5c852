//! The definition of a network ([libvirt](https://libvirt.org/formatnetwork.html)).

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::tree::{Tree, Value};
use super::{Object, Unchecked, dnsmasq};
use crate::lab::Network;
use crate::lab::identity::ObjectKind;
use crate::lab::interface::backend::Backend;
use crate::lab::network::bandwidth::{Bandwidth, Rate};
use crate::lab::network::dhcp_host::DhcpHost;
use crate::lab::network::dns::Srv;
use crate::lab::network::ip::{Dhcp, Ip};
use crate::lab::network::route::Route;
use crate::lab::network::vlan::{Portgroup, Vlan};
use crate::lab::subnet::Family;
use crate::spec::macvtap::MacvtapMode;
use crate::spec::names::variants;
use crate::spec::network::Mode;

/// The definition of a network and of the hosts on it.
pub(super) fn unchecked<'a>(network: &'a Network, hosts: &[DhcpHost]) -> Unchecked<'a> {
    let definition = Tree::new()
        .with("name", network.name.clone())
        .with("uuid", network.uuid.value.to_string())
        .with_some("trustGuestRxFilters", network.trust_rx_filters)
        .with_some("bridge", bridge(network))
        .with_some("mtu", network.mtu.map(|size| Tree::new().with("size", size)))
        .with_some("domain", domain(network))
        .with_some("forward", forward(network))
        .with_some(
            "virtualport",
            (network.mode.backend() == Backend::OpenVSwitch).then(|| Tree::new().with("type", "openvswitch")),
        )
        .with_some("bandwidth", network.bandwidth.as_ref().map(bandwidth))
        .with_some("vlan", network.vlan.as_ref().map(vlan))
        .with_some("port", network.port_isolation.map(isolation))
        .with_each("portgroup", network.portgroups.iter().map(portgroup))
        .with_some("mac", network.mac.as_ref().map(|mac| Tree::new().with("address", mac.value.to_string())))
        .with_some("dns", dns(network, hosts))
        .with_each(
            "ip",
            [&network.ipv4, &network.ipv6].into_iter().flatten().map(|of_family| ip(network, hosts, of_family)),
        )
        .with_each("route", network.routes.iter().map(route))
        .with_some("dnsmasq:options", dnsmasq::options(network));
    let object = Object {
        kind: ObjectKind::Network,
        name: network.name.clone(),
        definition: definition.into(),
        active: network.active,
        restart: network.restart,
        volumes: Vec::new(),
    };
    Unchecked {
        object,
        at: network.at.clone(),
        extras: network.extra.iter().collect(),
        devices: Vec::new(),
        placed: Vec::new(),
        volume_extras: Vec::new(),
    }
}

fn bridge(network: &Network) -> Option<Tree> {
    network.bridge.as_ref().map(|bridge| {
        Tree::new()
            .with("name", bridge.value.clone())
            .with_some("stp", network.stp)
            .with_some("delay", network.stp_delay)
    })
}

/// Bandwidth, of a network, a port group or an interface
/// ([libvirt](https://libvirt.org/formatnetwork.html#quality-of-service)).
pub(super) fn bandwidth(bandwidth: &Bandwidth) -> Tree {
    let rate = |rate: &Rate| {
        Tree::new()
            .with("average", rate.average)
            .with_some("peak", rate.peak)
            .with_some("burst", rate.burst)
            .with_some("floor", rate.floor)
    };
    Tree::new()
        .with_some("inbound", bandwidth.inbound.as_ref().map(rate))
        .with_some("outbound", bandwidth.outbound.as_ref().map(rate))
}

/// Whether interfaces are kept from each other, of a network or an interface.
pub(super) fn isolation(isolated: bool) -> Tree {
    Tree::new().with("isolated", isolated)
}

fn route(route: &Route) -> Tree {
    Tree::new()
        .with_some("family", family(Family::of(route.to.addr())))
        .with("address", route.to.addr().to_string())
        .with("prefix", route.to.prefix_len())
        .with("gateway", route.via.to_string())
        .with_some("metric", route.metric)
}

/// The word for an address family, where it is not the usual one.
fn family(family: Family) -> Option<&'static str> {
    match family {
        Family::V4 => None,
        Family::V6 => Some("ipv6"),
    }
}

fn domain(network: &Network) -> Option<Tree> {
    network.dns.domain.clone().map(|name| {
        let domain = Tree::new().with("name", name);
        if network.dns.local_only { domain.with("localOnly", true) } else { domain }
    })
}

/// libvirt's word for a mode; nothing for a network that leads nowhere.
fn forward_mode(mode: Mode, macvtap_mode: MacvtapMode) -> Option<&'static str> {
    Some(match mode {
        Mode::Nat => "nat",
        Mode::Route => "route",
        Mode::Open => "open",
        Mode::Bridge | Mode::Ovs => "bridge",
        Mode::Macvtap => macvtap_mode.name(),
        Mode::Hostdev => "hostdev",
        Mode::Isolated => return None,
    })
}

/// Whether libvirt's word for a mode stands for a bridge or an interface that the host has, which libvirt does not make.
pub(super) fn is_on_the_host(word: &str) -> bool {
    let on_the_host = variants::<Mode>().filter(|mode| !mode.makes_bridge());
    let all = on_the_host.flat_map(|mode| variants::<MacvtapMode>().map(move |of_macvtap| (mode, of_macvtap)));
    all.into_iter().any(|(mode, of_macvtap)| forward_mode(mode, of_macvtap) == Some(word))
}

fn forward(network: &Network) -> Option<Tree> {
    let mode = forward_mode(network.mode, network.macvtap_mode)?;
    let range = |first: Value, last: Value| Tree::new().with("start", first).with("end", last);
    let addresses = network.nat.addresses.map(|(first, last)| range(first.to_string().into(), last.to_string().into()));
    let nat = Tree::new()
        .with_some("ipv6", network.nat.ipv6.then_some(true))
        .with_some("address", addresses)
        .with_some("port", network.nat.ports.map(|(first, last)| range(first.into(), last.into())));
    let forward = Tree::new().with("mode", mode);
    let device = network.dev.clone();
    let of_host = |dev: String| Tree::new().with("dev", dev);
    let forward = match network.mode {
        // One of the interfaces that libvirt may choose from, for each domain that starts.
        Mode::Macvtap => forward.with_each("interface", device.map(of_host)),
        // libvirt takes the function from the host's driver, and gives it back.
        Mode::Hostdev => forward.with("managed", true).with_each("pf", device.map(of_host)),
        Mode::Nat | Mode::Route | Mode::Open | Mode::Isolated | Mode::Bridge | Mode::Ovs => {
            forward.with_some("dev", device)
        }
    };
    Some(forward.with_some("nat", nat.unless_empty()))
}

/// VLANs, of a network, a port group or an interface
/// ([libvirt](https://libvirt.org/formatnetwork.html#setting-vlan-tag-on-supported-network-types-only)).
pub(super) fn vlan(vlan: &Vlan) -> Tree {
    let tags = vlan.tags.iter().map(|tag| {
        let native = vlan.native == Some(*tag);
        Tree::new().with("id", *tag).with_some("nativeMode", native.then_some("untagged"))
    });
    Tree::new().with_some("trunk", vlan.is_trunk().then_some(true)).with_each("tag", tags)
}

fn portgroup(group: &Portgroup) -> Tree {
    Tree::new()
        .with("name", group.name.clone())
        .with_some("default", group.default.then_some(true))
        .with_some("trustGuestRxFilters", group.trust_rx_filters)
        .with_some("bandwidth", group.bandwidth.as_ref().map(bandwidth))
        .with_some("vlan", group.vlan.as_ref().map(vlan))
}

/// The DNS server: nothing where libvirt's own default is meant, or where the host's bridge leaves it to others.
fn dns(network: &Network, hosts: &[DhcpHost]) -> Option<Tree> {
    if !network.mode.makes_bridge() {
        return None;
    }
    if !network.dns.enable {
        return Some(Tree::new().with("enable", false));
    }
    // An address is looked up as its first name, which is that of the domain.
    let mut names: BTreeMap<IpAddr, Vec<String>> = BTreeMap::new();
    let reserved = hosts.iter().map(|host| (host.address.addr(), &host.name));
    for (address, name) in reserved.chain(network.dns.hosts.iter().map(|(name, address)| (*address, name))) {
        let names = names.entry(address).or_default();
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let forwarders = network.dns.forwarders.iter().map(|addr| Tree::new().with("addr", addr.to_string()));
    let by_domain = network.dns.forward_domains.iter();
    let by_domain =
        by_domain.map(|(domain, addr)| Tree::new().with("domain", domain.clone()).with("addr", addr.to_string()));
    let texts = network.dns.txt.iter().map(|(name, text)| {
        // libvirt writes it into a line as it is.
        Tree::new().with("name", name.clone()).with("value", dnsmasq::quoted(text))
    });
    Tree::new()
        .with_some("forwardPlainNames", network.dns.forward_plain_names)
        .with_each("forwarder", forwarders.chain(by_domain))
        .with_each("txt", texts)
        .with_each("srv", network.dns.srv.iter().map(srv))
        .with_each(
            "host",
            names.into_iter().map(|(ip, names)| Tree::new().with("ip", ip.to_string()).with_each("hostname", names)),
        )
        .unless_empty()
}

fn srv(srv: &Srv) -> Tree {
    Tree::new()
        .with("service", srv.service.clone())
        .with("protocol", srv.protocol.name())
        .with("target", srv.target.clone())
        .with("port", srv.port)
        .with_some("priority", srv.priority)
        .with_some("weight", srv.weight)
        .with_some("domain", srv.domain.clone())
}

/// One address family: the host's address, and who gets which by DHCP.
fn ip(network: &Network, hosts: &[DhcpHost], ip: &Ip) -> Tree {
    let family = ip.subnet.family();
    let pxe = (family == Family::V4).then_some(&network.pxe);
    Tree::new()
        .with("address", ip.gateway.to_string())
        .with("prefix", ip.subnet.prefix_len())
        .with_some("family", self::family(family))
        .with_some("tftp", pxe.and_then(|pxe| pxe.tftp.clone()).map(|root| Tree::new().with("root", root)))
        .with_some("dhcp", ip.dhcp(hosts).and_then(|dhcp| serve(network, hosts, family, dhcp)))
}

fn serve(network: &Network, hosts: &[DhcpHost], family: Family, dhcp: &Dhcp) -> Option<Tree> {
    let lease = || dhcp.lease.map(lease);
    let range = dhcp.range.map(|(first, last)| {
        Tree::new().with("start", first.to_string()).with("end", last.to_string()).with_some("lease", lease())
    });
    let reserved = hosts.iter().filter(|host| Family::of(host.address.addr()) == family);
    let hosts = reserved.map(|host| {
        // DHCPv6 knows machines by name: their identifiers there are not MAC addresses.
        let mac = match family {
            Family::V4 => Some(host.mac.to_string()),
            Family::V6 => None,
        };
        Tree::new()
            .with_some("mac", mac)
            .with("name", host.name.clone())
            .with("ip", host.address.to_string())
            .with_some("lease", lease())
    });
    let file = network.pxe.file.as_ref().filter(|_| family == Family::V4);
    let bootp = file.map(|file| {
        let server = network.pxe.server.map(|server| server.to_string());
        Tree::new().with("file", file.clone()).with_some("server", server)
    });
    Tree::new().with_each("range", range).with_each("host", hosts).with_some("bootp", bootp).unless_empty()
}

/// A lease time in libvirt's units.
fn lease(seconds: u32) -> Tree {
    let (expiry, unit) = match seconds {
        seconds if seconds % 3600 == 0 => (seconds / 3600, "hours"),
        seconds if seconds % 60 == 0 => (seconds / 60, "minutes"),
        seconds => (seconds, "seconds"),
    };
    Tree::new().with("expiry", Value::from(expiry)).with("unit", unit)
}
