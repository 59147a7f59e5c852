//! Reads the network interfaces of a domain: their attachments, addresses, MAC addresses and devices.

pub(crate) mod address;
pub(crate) mod attachment;
pub(crate) mod forward;
pub(crate) mod link;
pub(crate) mod tap;
pub(crate) mod tunnel;

use uuid::Uuid;

use crate::lab::identity::MacAt;
use crate::lab::interface::Interface;
use crate::lab::interface::backend::Backend;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems, did_you_mean};
use crate::resolve::device::pci;
use crate::resolve::domain::boot;
use crate::resolve::guest::Guest;
use crate::resolve::instance::Instance;
use crate::resolve::layers::Layers;
use crate::resolve::network::{bandwidth, vlan};
use crate::resolve::{parse, text};
use crate::spec::DomainFields;
use crate::spec::guest::Drivers;
use crate::spec::interface as written;
use crate::spec::interface::InterfaceModel;
use crate::spec::key::key;

/// Reads the network interfaces. A derived MAC address may still be equal to another one.
pub(crate) fn interfaces(guest: &Guest<'_>, uuid: Uuid, problems: &mut Problems) -> Vec<Interface> {
    let by_name = guest.layers.named(
        key!(interfaces),
        "without a `name`, an interface has that of its network, bridge or device, `user` or `tunnel`",
        |index, interface: &written::Interface| {
            let name = interface.name.as_deref().or(attachment::name(interface));
            name.map_or_else(|| format!("#{index}"), str::to_owned)
        },
        problems,
    );
    let mut interfaces = Vec::new();
    for (name, layers) in by_name {
        if let Some(word) = layers.get(key!(name)) {
            parse::name(word.value, word.place(), problems);
        }
        let index = u32::try_from(interfaces.len()).unwrap_or(u32::MAX);
        let mac = written_mac(&layers, guest.instance, problems);
        let Some(attachment) = attachment::attachment(&name, &layers, guest, problems) else {
            for (family, word) in address::written_addresses(&layers) {
                let _ = parse::address(word, family, problems);
            }
            // What is wrong with these is wrong on every network.
            let _ = vlan::vlan(&layers.object(key!(vlan)), problems);
            bandwidth::check_anywhere(&layers.object(key!(bandwidth)), problems);
            continue;
        };
        let model = layers.value(key!(model)).unwrap_or(match guest.drivers {
            Drivers::Emulated => InterfaceModel::E1000e,
            Drivers::Virtio => InterfaceModel::Virtio,
        });
        let is_virtual_function = attachment.backend(guest.names.networks) == Backend::VirtualFunction;
        let device = (!is_virtual_function).then_some(model);
        let addresses = address::addresses(&layers, &attachment, guest, problems);
        interfaces.push(Interface {
            at: layers.pointer(),
            mac: mac.unwrap_or_else(|| MacAt::derived(uuid, index, Place::key(&guest.instance.at))),
            forwards: forward::forwards(&layers, &attachment, &addresses, guest, problems),
            addresses,
            guest: layers
                .get(key!(guest))
                .filter(|word| pci::allows(device, *word, guest.board, problems))
                .and_then(|word| pci::slot(word, guest.board, problems)),
            vlan: attachment::vlan(&layers, &attachment, guest.names, problems),
            portgroup: attachment::portgroup(&layers, &attachment, guest.names, problems),
            mtu: attachment::mtu(&layers, &attachment, guest.names, problems),
            link: layers.object(key!(link)).value(key!(state)),
            boot: boot::order(layers.get(key!(boot))),
            extra: text::extras(layers.every(key!(extra)), problems),
            tap: tap::tap(&layers, &attachment, model, guest, problems),
            name,
            model: device,
            attachment,
        });
    }
    interfaces
}

/// Reads which interface a domain is managed by.
pub(crate) fn managed(
    layers: &Layers<'_, DomainFields>,
    interfaces: &[Interface],
    problems: &mut Problems,
) -> Option<String> {
    let word = layers.get(key!(manage))?;
    let known: Vec<&str> = interfaces.iter().map(|interface| interface.name.as_str()).collect();
    if !known.contains(&word.value.as_str()) {
        problems.push(unknown(word.value, word.place(), known));
        return None;
    }
    Some(word.value.clone())
}

/// Makes the problem of a name that no interface has.
pub(crate) fn unknown(name: &str, place: Place, known: Vec<&str>) -> Problem {
    let help = if known.is_empty() { "give the domain `interfaces`".to_owned() } else { did_you_mean(name, known) };
    Problem::new(Id::UnknownInterface, place, format!("the domain has no interface `{name}`"))
        .label("not in its `interfaces`")
        .help(help)
}

/// Reads the MAC address in the spec, and counts it up for replicas.
fn written_mac(
    layers: &Layers<'_, written::Interface>,
    instance: &Instance<'_>,
    problems: &mut Problems,
) -> Option<MacAt> {
    let word = layers.get(key!(mac))?;
    let first = parse::mac(word, problems)?;
    let mac = first.plus(instance.replica);
    if mac.is_none() {
        problems.push(parse::too_far(&first.to_string(), "address", word.pointer()));
    }
    Some(MacAt::written(mac?, word.place()))
}
