//! The keys of a network.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::{Entry, Refusal, Uses, segment};
use crate::keys::read::{Keys, is, number, texts, word};
use crate::libvirt::tree::{Tree, Value};

const SINGLE: &[(&str, &str)] = &[
    ("uuid", "uuid"),
    ("mac", "mac.address"),
    ("stp", "bridge.stp"),
    ("stpDelay", "bridge.delay"),
    ("mtu", "mtu.size"),
    ("portIsolation", "port.isolated"),
    ("trustRxFilters", "trustGuestRxFilters"),
];

/// Reads the entry of a network.
///
/// # Errors
///
/// When the language has no such networks.
pub fn entry(definition: &Tree) -> Result<Entry, Refusal> {
    let mut keys = Keys::default();
    mode(definition, &mut keys)?;
    keys.read(definition, SINGLE);
    let mut reserved = BTreeSet::new();
    let mut of_family = |is_wanted: fn(&IpNet) -> bool, suffix: &str, keys: &mut Keys| {
        let found = definition.elements("ip").find_map(|ip| Some((ip, subnet(ip)?)).filter(|(_, net)| is_wanted(net)));
        let Some((ip, net)) = found else { return };
        keys.set(&format!("subnet{suffix}"), Some(net.trunc().to_string()));
        keys.set(&format!("gateway{suffix}"), Some(net.addr().to_string()));
        keys.object(&format!("dhcp{suffix}"), dhcp(ip, suffix.is_empty(), &mut reserved));
        keys.read(ip, &[("tftp", "tftp.root")]);
    };
    of_family(|net| net.addr().is_ipv4(), "", &mut keys);
    of_family(|net| net.addr().is_ipv6(), "6", &mut keys);
    keys.object("dns", dns(definition, &reserved));
    // What the language says for a file that is fetched over HTTP.
    let options = definition.elements("dnsmasq:options.dnsmasq:option").filter_map(|option| word(option, "value"));
    keys.list("dnsmasq", options.filter(|option| !option.contains("lab2nix-http")));
    keys.list("routes", definition.elements("route").filter_map(route));
    keys.object("nat", nat(definition));
    keys.object("vlan", segment::vlan(definition));
    keys.object("bandwidth", segment::bandwidth(definition));
    let mut groups = Keys::default();
    for group in definition.elements("portgroup") {
        let Some(name) = word(group, "name") else { continue };
        let mut of_group = Keys::of(group, &[("default", "default"), ("trustRxFilters", "trustGuestRxFilters")]);
        of_group.object("vlan", segment::vlan(group));
        of_group.object("bandwidth", segment::bandwidth(group));
        groups.set(&name, Some(of_group));
    }
    keys.object("portgroups", groups);
    Ok(Entry { keys: keys.into_map(), uses: Uses::default() })
}

fn mode(definition: &Tree, keys: &mut Keys) -> Result<(), Refusal> {
    let forward = word(definition, "forward.mode");
    // libvirt's word for a `forward` that says no mode.
    let forward = forward.or_else(|| definition.find("forward").map(|_| "nat".to_owned()));
    let bridge = word(definition, "bridge.name");
    let device = |list: &str| definition.elements(list).next().and_then(|device| word(device, "dev"));
    let (mode, dev) = match forward.as_deref() {
        None => ("isolated", None),
        Some("nat") => ("nat", word(definition, "forward.dev")),
        Some("route") => ("route", word(definition, "forward.dev")),
        Some("open") => ("open", None),
        Some("bridge") if is(definition, "virtualport.type", "openvswitch") => ("ovs", None),
        Some("bridge") if bridge.is_some() => ("bridge", None),
        Some("bridge" | "vepa" | "private" | "passthrough") => {
            keys.set("macvtapMode", forward.clone());
            ("macvtap", device("forward.interface").or_else(|| word(definition, "forward.dev")))
        }
        Some("hostdev") => ("hostdev", device("forward.pf")),
        Some(other) => return Err(Refusal::Mode(other.to_owned())),
    };
    keys.set("mode", Some(mode));
    keys.set("bridge", bridge);
    keys.set("dev", dev);
    Ok(())
}

/// The address of the host on a network and how much of it is the network's.
fn subnet(ip: &Tree) -> Option<IpNet> {
    let address: IpAddr = word(ip, "address")?.parse().ok()?;
    let mask = || {
        let mask: Ipv4Addr = word(ip, "netmask")?.parse().ok()?;
        ipnet::ipv4_mask_to_prefix(mask).ok()
    };
    let prefix = number(ip, "prefix").and_then(|prefix| u8::try_from(prefix).ok()).or_else(mask)?;
    IpNet::new(address, prefix).ok()
}

/// Reads who gets which address. `reserved` takes the names that have one. Those of IPv6 are no key of the language's, but
/// with the others.
fn dhcp(ip: &Tree, is_v4: bool, reserved: &mut BTreeSet<String>) -> Keys {
    let mut keys = Keys::default();
    let dhcp = ip.get("dhcp");
    keys.set("enable", Some(dhcp.is_some()));
    let mut ranges = ip.elements("dhcp.range");
    let range = ranges.next();
    keys.set("range", range.and_then(|range| Some(vec![word(range, "start")?, word(range, "end")?])));
    if dhcp.is_some() {
        keys.set("reservationsOnly", Some(range.is_none()));
    }
    let lent = range.into_iter().chain(ip.elements("dhcp.host")).find(|lent| lent.get("lease").is_some());
    let lease = lent.and_then(|lent| {
        let unit = match word(lent, "lease.unit").as_deref() {
            Some("seconds") => "s",
            Some("hours") => "h",
            _ => "m",
        };
        Some(format!("{}{unit}", number(lent, "lease.expiry")?))
    });
    keys.set("lease", lease);
    let mut hosts = Keys::default();
    for (index, host) in ip.elements("dhcp.host").enumerate() {
        let name = word(host, "name").unwrap_or_else(|| format!("host-{}", index + 1));
        reserved.insert(name.clone());
        let mut of_host = Keys::of(host, &[("mac", "mac")]);
        of_host.set(if is_v4 { "ip" } else { "ip6" }, word(host, "ip"));
        hosts.object(&name, of_host);
    }
    keys.object("hosts", hosts);
    if is_v4 {
        keys.read(ip, &[("bootFile", "dhcp.bootp.file"), ("bootServer", "dhcp.bootp.server")]);
    }
    keys
}

fn dns(definition: &Tree, reserved: &BTreeSet<String>) -> Keys {
    let mut keys = Keys::of(
        definition,
        &[("domain", "domain.name"), ("localOnly", "domain.localOnly"), ("forwardPlainNames", "dns.forwardPlainNames")],
    );
    if definition.find("dns.enable") == Some(&Value::Bool(false)) {
        keys.set("enable", Some(false));
    }
    let (by_domain, others): (Vec<&Tree>, Vec<&Tree>) =
        definition.elements("dns.forwarder").partition(|forwarder| forwarder.get("domain").is_some());
    keys.list("forwarders", others.into_iter().filter_map(|forwarder| word(forwarder, "addr")));
    let mut domains = Keys::default();
    for forwarder in by_domain {
        domains.set(&word(forwarder, "domain").unwrap_or_default(), word(forwarder, "addr"));
    }
    keys.object("forwardDomains", domains);
    let mut hosts = Keys::default();
    for host in definition.elements("dns.host") {
        for name in texts(host, "hostname").iter().filter(|name| !reserved.contains(*name)) {
            hosts.set(name, word(host, "ip"));
        }
    }
    keys.object("hosts", hosts);
    keys.list(
        "srv",
        definition.elements("dns.srv").map(|srv| {
            Keys::of(
                srv,
                &[
                    ("service", "service"),
                    ("protocol", "protocol"),
                    ("domain", "domain"),
                    ("target", "target"),
                    ("port", "port"),
                    ("priority", "priority"),
                    ("weight", "weight"),
                ],
            )
        }),
    );
    let mut texts = Keys::default();
    for text in definition.elements("dns.txt") {
        texts.set(&word(text, "name").unwrap_or_default(), word(text, "value").map(|value| unquoted(&value)));
    }
    keys.object("txt", texts);
    keys
}

/// A text as it was before it was put in quotes for dnsmasq.
fn unquoted(text: &str) -> String {
    let Some(inside) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else { return text.to_owned() };
    let mut plain = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(c) = characters.next() {
        plain.extend(if c == '\\' { characters.next() } else { Some(c) });
    }
    plain
}

fn route(route: &Tree) -> Option<Keys> {
    let mut keys = Keys::default();
    keys.set("to", Some(subnet(route)?.to_string()));
    keys.read(route, &[("via", "gateway"), ("metric", "metric")]);
    Some(keys)
}

fn nat(definition: &Tree) -> Keys {
    let mut keys = Keys::default();
    let ends =
        |path: &str| Some(vec![word(definition, &format!("{path}.start"))?, word(definition, &format!("{path}.end"))?]);
    let ports = |name: &str| number(definition, &format!("forward.nat.port.{name}"));
    keys.set("ports", ports("start").zip(ports("end")).map(|(start, end)| vec![start, end]));
    keys.set("addresses", ends("forward.nat.address"));
    keys.read(definition, &[("ipv6", "forward.nat.ipv6")]);
    keys
}
