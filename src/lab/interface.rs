//! The network interfaces of a domain.

pub mod address;
pub mod attachment;
pub mod forward;
pub mod link;
pub mod tap;

use uuid::Uuid;

use crate::lab::domain::boot::{self, Order};
use crate::lab::identity::MacAt;
use crate::lab::network::vlan::Vlan;
use crate::lab::profile::Layers;
use crate::lab::scope::{Entry, Scope};
use crate::lab::{ExtraAt, text, word};
use crate::place::Pointer;
use crate::problem::Problem;
use crate::spec::DomainFields;
use crate::spec::guest::Drivers;
use crate::spec::interface as written;
use crate::spec::interface::{InterfaceModel, LinkState};
use address::Address;
use attachment::Attachment;
use forward::Forward;
use tap::{Path, Tap};

/// A network interface.
#[derive(Debug)]
pub struct Interface {
    /// Its name in the spec.
    pub name: String,
    /// Where it is declared.
    pub at: Pointer,
    /// What it is on.
    pub attachment: Attachment,
    /// Its MAC address.
    pub mac: MacAt,
    /// Its fixed addresses, at most one of each family.
    pub addresses: Vec<Address>,
    /// The device that the guest sees, unless it is a virtual function of the host's.
    pub model: Option<InterfaceModel>,
    /// The ports of the host that lead into the guest through it.
    pub forwards: Vec<Forward>,
    /// Its VLANs.
    pub vlan: Option<Vlan>,
    /// The port group of its network that it is in.
    pub portgroup: Option<String>,
    /// What it has on the host.
    pub tap: Tap,
    /// The largest packet.
    pub mtu: Option<u32>,
    /// Whether its cable is plugged in, where the spec says.
    pub link: Option<LinkState>,
    /// When the firmware tries to boot from it.
    pub boot: Option<Order>,
    /// What is merged into its definition, the weakest first.
    pub extra: Vec<ExtraAt>,
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
        "without a `name`, an interface has that of its network, bridge or device, or `user`",
        |fields| fields.interfaces.as_ref(),
        |index, interface: &written::Interface| {
            let name = interface.name.as_deref().or(attachment::name(interface));
            name.map_or_else(|| format!("#{index}"), str::to_owned)
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
        let Some(attachment) = attachment::attachment(&name, &layers, scope, problems) else {
            for (family, word) in address::written_addresses(&layers) {
                let _ = word::address(word, family, problems);
            }
            continue;
        };
        let model = layers.value("model", |i| i.model.as_ref()).unwrap_or(match drivers {
            Drivers::Emulated => InterfaceModel::E1000e,
            Drivers::Virtio => InterfaceModel::Virtio,
        });
        interfaces.push(Interface {
            at: layers.pointer(),
            mac: mac.unwrap_or_else(|| MacAt::derived(uuid, index, entry.at.clone().name())),
            addresses: address::addresses(&layers, &attachment, entry, scope, problems),
            forwards: forward::forwards(&layers, &attachment, entry, problems),
            vlan: attachment::vlan(&layers, &attachment, scope, problems),
            portgroup: attachment::portgroup(&layers, &attachment, scope, problems),
            mtu: attachment::mtu(&layers, &attachment, scope, problems),
            link: layers.object("link", |i| i.link.as_ref()).value("state", |l| l.state.as_ref()),
            boot: boot::order(layers.get("boot", |i| i.boot.as_ref())),
            extra: text::extras(layers.every("extra", |i| i.extra.as_ref()), problems),
            tap: tap::tap(&layers, &attachment, model, (entry, uuid, index, scope), problems),
            name,
            model: (Path::of(&attachment, scope) != Path::Function).then_some(model),
            attachment,
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
        problems.push(word::too_far(&first.to_string(), "address", word.pointer()));
    }
    Some(MacAt::written(mac?, word.place()))
}
