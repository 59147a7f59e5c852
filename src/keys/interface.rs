//! The keys of network interfaces.

use std::collections::BTreeSet;

use super::{Around, Uses, segment};
use crate::keys::read::{Keys, is, number, pci_address, word};
use crate::libvirt::tree::Tree;

const INTERFACE: &[(&str, &str)] = &[
    ("mac", "mac.address"),
    ("model", "model.type"),
    ("queues", "driver.queues"),
    ("portIsolation", "port.isolated"),
    ("trustRxFilters", "trustGuestRxFilters"),
    ("mtu", "mtu.size"),
    ("boot", "boot.order"),
];

/// How many ports there are.
const PORTS: usize = 1 << 16;

/// Reads the interfaces. `unsaid` takes those that no key can say.
pub(super) fn interfaces(
    definition: &Tree,
    around: &Around,
    keys: &mut Keys,
    uses: &mut Uses,
    unsaid: &mut impl FnMut(&str, &Tree),
) {
    let mut names = BTreeSet::new();
    let mut interfaces = Vec::new();
    for device in definition.elements("devices.interface") {
        let is_function = word(device, "source.network").is_some_and(|network| around.functions.contains(&network));
        let has_model = device.find("model.type").is_some() || is_function;
        let Some((of, mut attached)) = has_model.then(|| attachment(device, uses)).flatten() else {
            unsaid("interface", device);
            continue;
        };
        let numbered = (2..).map(|number| format!("{of}-{number}"));
        let name = std::iter::once(of.clone()).chain(numbered).find(|name| names.insert(name.clone()));
        attached.set("name", name.filter(|name| *name != of));
        attached.read(device, INTERFACE);
        // What libvirt chooses at each start is none of the definition.
        attached.set("target", word(device, "target.dev"));
        attached.object("vlan", segment::vlan(device));
        attached.object("bandwidth", segment::bandwidth(device));
        let mut link = Keys::default();
        link.set("state", word(device, "link.state"));
        attached.object("link", link);
        if is(device, "address.type", "pci") {
            attached.set("guest", pci_address(device, "address"));
        }
        interfaces.push(attached);
    }
    keys.list("interfaces", interfaces);
}

/// What an interface is on, and the name that it has for that.
fn attachment(device: &Tree, uses: &mut Uses) -> Option<(String, Keys)> {
    let mut keys = Keys::default();
    let kind = word(device, "type")?;
    let name = match kind.as_str() {
        "network" => {
            keys.read(device, &[("network", "source.network"), ("portgroup", "source.portgroup")]);
            let network = word(device, "source.network")?;
            uses.networks.push(network.clone());
            network
        }
        "bridge" => {
            keys.read(device, &[("bridge", "source.bridge")]);
            let bridge = word(device, "source.bridge")?;
            uses.bridges.push(bridge.clone());
            bridge
        }
        "direct" => {
            keys.read(device, &[("macvtap", "source.dev"), ("macvtapMode", "source.mode")]);
            word(device, "source.dev")?
        }
        "user" => {
            keys.set("user", Some(true));
            keys.list("forwards", forwards(device));
            kind
        }
        "udp" | "mcast" | "server" | "client" => {
            let mut tunnel = Keys::of(device, &[("address", "source.address"), ("port", "source.port")]);
            tunnel.object(
                "local",
                Keys::of(device, &[("address", "source.local.address"), ("port", "source.local.port")]),
            );
            tunnel.set("type", Some(kind));
            keys.object("tunnel", tunnel);
            "tunnel".to_owned()
        }
        _ => return None,
    };
    Some((name, keys))
}

/// The ports of the host that passt forwards.
fn forwards(device: &Tree) -> Vec<Keys> {
    let mut forwards = Vec::new();
    for group in device.elements("portForward") {
        for range in group.elements("range") {
            let (start, to) = (number(range, "start"), number(range, "to"));
            let end = number(range, "end").or(start);
            for port in start.into_iter().flat_map(|start| start..=end.unwrap_or(start)).take(PORTS) {
                let mut forward = Keys::of(group, &[("protocol", "proto"), ("address", "address")]);
                forward.set("host", Some(port));
                forward.set("guest", to.zip(start).map(|(to, start)| to + port - start));
                forwards.push(forward);
            }
        }
    }
    forwards
}
