//! The network interfaces of a domain.

use uuid::Uuid;

use super::identity::MacAt;
use super::profile::Layers;
use super::scope::{Entry, Scope};
use super::side::not_a_host;
use super::subnet::{Family, HostAddr, plus};
use super::{NetworkId, word};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::spec::DomainFields;
use crate::spec::device as written;
use crate::spec::device::InterfaceModel;
use crate::spec::domain::Drivers;

/// A network interface.
#[derive(Debug)]
pub struct Interface {
    /// Where it is declared.
    pub at: Pointer,
    /// What it is on.
    pub attachment: Attachment,
    /// Its MAC address.
    pub mac: MacAt,
    /// Its fixed addresses, at most one of each family.
    pub addresses: Vec<Address>,
    /// The device that the guest sees.
    pub model: InterfaceModel,
}

/// What an interface is on.
#[derive(Debug)]
pub enum Attachment {
    /// A network of the lab.
    Network(NetworkId),
    /// A bridge of the host.
    Bridge {
        /// The bridge's name.
        name: String,
        /// Where it is written.
        place: Place,
    },
}

/// A fixed address of an interface.
#[derive(Debug, Clone)]
pub struct Address {
    /// The address.
    pub host: HostAddr,
    /// Where it is written.
    pub place: Place,
}

/// The network interfaces. Their made MAC addresses may still meet others.
pub(super) fn interfaces(
    layers: &Layers<'_, DomainFields>,
    entry: &Entry<'_>,
    uuid: Uuid,
    drivers: Drivers,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Interface> {
    let named = layers.named(
        "interfaces",
        "without a `name`, an interface has that of its network or bridge",
        |fields| fields.interfaces.as_ref(),
        |index, interface: &written::Interface| {
            let name = interface.name.as_ref().or(interface.network.as_ref()).or(interface.bridge.as_ref());
            name.cloned().unwrap_or_else(|| format!("#{index}"))
        },
        problems,
    );
    let mut interfaces = Vec::new();
    for (name, layers) in named {
        if let Some(word) = layers.get("name", |i| i.name.as_ref()) {
            word::name(word.value, word.place(), problems);
        }
        let index = u32::try_from(interfaces.len()).unwrap_or(u32::MAX);
        let mac = written_mac(&layers, entry, problems);
        let Some(attachment) = attachment(&name, &layers, scope, problems) else {
            for (family, word) in written_addresses(&layers) {
                let _ = word::address(word, family, problems);
            }
            continue;
        };
        interfaces.push(Interface {
            at: layers.pointer(),
            mac: mac.unwrap_or_else(|| MacAt::derived(uuid, index, entry.at.clone().name())),
            addresses: addresses(&layers, &attachment, entry, scope, problems),
            attachment,
            model: layers.value("model", |i| i.model.as_ref()).unwrap_or(match drivers {
                Drivers::Emulated => InterfaceModel::E1000e,
                Drivers::Virtio => InterfaceModel::Virtio,
            }),
        });
    }
    interfaces
}

/// The MAC address that the spec has, counted up for replicas.
fn written_mac(
    layers: &Layers<'_, written::Interface>,
    entry: &Entry<'_>,
    problems: &mut Vec<Problem>,
) -> Option<MacAt> {
    let word = layers.get("mac", |i| i.mac.as_ref())?;
    let first = word::mac(word, problems)?;
    let mac = first.plus(entry.replica);
    if mac.is_none() {
        problems.push(too_far(&first.to_string(), word.pointer()));
    }
    Some(MacAt::written(mac?, word.place()))
}

/// What the interface is on.
fn attachment(
    name: &str,
    layers: &Layers<'_, written::Interface>,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Attachment> {
    let network = layers.get("network", |i| i.network.as_ref());
    let bridge = layers.get("bridge", |i| i.bridge.as_ref());
    let kinds = [("network", network.map(|at| at.pointer())), ("bridge", bridge.map(|at| at.pointer()))];
    let what = if name.starts_with('#') { "an interface".to_owned() } else { format!("interface `{name}`") };
    word::one_of(&kinds, &what, &layers.pointer(), problems)?;
    match (network, bridge) {
        (Some(network), _) => scope.network(network, problems).map(Attachment::Network),
        (None, Some(bridge)) => {
            word::interface_name(bridge, problems).map(|name| Attachment::Bridge { name, place: bridge.place() })
        }
        (None, None) => None,
    }
}

/// The addresses as the spec has them.
fn written_addresses<'l>(layers: &'l Layers<'_, written::Interface>) -> impl Iterator<Item = (Family, word::Word<'l>)> {
    let v4 = layers.get("ip", |i| i.ip.as_ref()).map(|word| (Family::V4, word));
    let v6 = layers.get("ip6", |i| i.ip6.as_ref()).map(|word| (Family::V6, word));
    v4.into_iter().chain(v6)
}

/// The fixed addresses, which only a network can reserve.
fn addresses(
    layers: &Layers<'_, written::Interface>,
    attachment: &Attachment,
    entry: &Entry<'_>,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Address> {
    let mut addresses = Vec::new();
    for (family, word) in written_addresses(layers) {
        match attachment {
            Attachment::Network(network) => {
                check_host_name(word, entry, problems);
                addresses.extend(address(word, family, *network, entry, scope, problems));
            }
            Attachment::Bridge { .. } => problems.push(
                Problem::new(
                    Id::NotOnThisMode,
                    word.pointer().name(),
                    "an interface on a bridge has no network that reserves its address",
                )
                .label("only with a `network`")
                .help("leave it out; whoever serves the bridge gives out its addresses"),
            ),
        }
    }
    addresses
}

/// A domain with an address is known to DNS by its name.
fn check_host_name(word: word::Word<'_>, entry: &Entry<'_>, problems: &mut Vec<Problem>) {
    let is_name = word::name(&entry.name, entry.at.clone().name(), &mut Vec::new());
    if is_name && !word::is_host_name(&entry.name) {
        let message = format!("`{}` cannot be the name of a host", entry.name);
        problems.push(
            Problem::new(Id::BadName, entry.at.clone().name(), message)
                .label("not a host name")
                .related(word.place(), "its address, which DNS knows by its name")
                .help("use letters, digits, `.` and `-`; `id` with the old name keeps the domain's identity"),
        );
    }
}

/// An interface's address, in the subnet of its network.
fn address(
    word: word::Word<'_>,
    family: Family,
    network: NetworkId,
    entry: &Entry<'_>,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Address> {
    let first = word::address(word, family, problems)?;
    let address = plus(first, entry.replica);
    let network = &scope.networks[network.0];
    if !network.makes_bridge() {
        problems.push(
            Problem::new(
                Id::NotOnThisMode,
                word.pointer().name(),
                format!("network `{}` reserves no addresses", network.name),
            )
            .label("not in mode `bridge`")
            .related(network.at.clone().name(), "the network")
            .help("leave it out; whoever serves the bridge gives out its addresses"),
        );
        return None;
    }
    let Some(side) = network.side(family) else {
        if !network.broken.contains(&family) {
            problems.push(
                Problem::new(
                    Id::NoSubnet,
                    word.place(),
                    format!("network `{}` has no {} subnet", network.name, family.name()),
                )
                .label("an address in which subnet?")
                .related(network.at.clone().name(), "the network")
                .help("add a subnet to the network, or leave the address out"),
            );
        }
        return None;
    };
    let Some(address) = address else {
        problems.push(too_far(&first.to_string(), word.pointer()));
        return None;
    };
    match side.subnet.host(address) {
        Err(_) if entry.replica > 0 => {
            problems.push(
                Problem::new(
                    Id::AddressOutsideSubnet,
                    word.place(),
                    format!("counting up from `{first}` leaves the subnet of network `{}`", network.name),
                )
                .label("too many replicas from here")
                .related(side.at.clone().value(), format!("`{}` is declared here", network.name))
                .help("start lower, or make the subnet larger"),
            );
            None
        }
        Err(why) => {
            let (id, what, label) = not_a_host(why, side.subnet);
            let (first, last) = side.room();
            problems.push(
                Problem::new(id, word.place(), format!("address `{address}` {what} of network `{}`", network.name))
                    .label(label)
                    .related(side.at.clone().value(), format!("`{}` is declared here", network.name))
                    .help(format!("`{}` has room for `{first}` to `{last}`", network.name)),
            );
            None
        }
        Ok(host) if host == side.gateway => {
            problems.push(
                Problem::new(
                    Id::AddressIsGateway,
                    word.place(),
                    format!("address `{address}` is the host's own on network `{}`", network.name),
                )
                .label("the gateway")
                .related(side.at.clone().value(), "the subnet")
                .help("choose another address, or give the network another `gateway`"),
            );
            None
        }
        Ok(host) => Some(Address { host, place: word.place() }),
    }
}

fn too_far(first: &str, at: Pointer) -> Problem {
    Problem::new(Id::OutOfRange, at.value(), format!("counting up from `{first}` runs past the last address there is"))
        .label("too many replicas from here")
        .help("start lower")
}
