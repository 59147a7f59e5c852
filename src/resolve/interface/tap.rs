//! Reads what an interface has on the host (name, queues, limits), and refuses what its backend cannot apply.

use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::backend::Backend;
use crate::lab::interface::tap::Tap;
use crate::lab::placed::Placed;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, quoted_choice};
use crate::resolve::device_name;
use crate::resolve::guest::Guest;
use crate::resolve::instance::Instance;
use crate::resolve::interface::attachment;
use crate::resolve::interface::link;
use crate::resolve::layers::{Layers, Word, present, written};
use crate::resolve::names::Names;
use crate::resolve::network::bandwidth;
use crate::spec::interface as written;
use crate::spec::interface::InterfaceModel;
use crate::spec::key::key;

/// The starts of names that libvirt keeps for devices that it names itself: it drops the first four from definitions, and
/// names bridges with the last.
const RESERVED: [&str; 5] = ["vnet", "vif", "macvtap", "macvlan", "virbr"];

/// Reads the host's side of an interface. `model` is the device that the guest sees.
pub(crate) fn tap(
    layers: &Layers<'_, written::Interface>,
    attachment: &Attachment,
    model: InterfaceModel,
    guest: &Guest<'_>,
    problems: &mut Problems,
) -> Tap {
    let backend = attachment.backend(guest.names.networks);
    let (what, label) = attachment::describe(attachment, guest.names);
    let of_device = present(written!(layers => queues, target, bandwidth, trust_rx_filters));
    let refused = of_device
        .filter(|_| !backend.has_device())
        .chain(present(written!(layers => port_isolation)).filter(|_| backend != Backend::Bridge))
        .chain(present(written!(layers => macvtap_mode)).filter(|_| !matches!(attachment, Attachment::Macvtap(_))))
        .chain(present(written!(layers => model, link)).filter(|_| backend == Backend::VirtualFunction));
    for (key, at) in refused {
        problems.push(
            Problem::not_on_this_mode(Place::key(at), format!("{what} takes no `{key}`")).label(label.clone()).help(
                match (key, backend) {
                    ("macvtapMode", Backend::Macvtap) => "leave it out; the network has its own `macvtapMode`",
                    ("macvtapMode", _) => "leave it out, or use `macvtap`",
                    (_, Backend::VirtualFunction) => "leave it out; the guest has the device itself",
                    _ => "leave it out, or use a network with a bridge",
                },
            ),
        );
    }
    if backend.has_device() && model != InterfaceModel::Virtio {
        let written_model = layers.get(key!(model)).map(|model| model.place());
        let only_virtio = present(written!(layers => queues, trust_rx_filters));
        problems.extend(only_virtio.map(|(key, at)| needs_virtio(key, at, written_model.clone())));
    }
    problems.extend((backend == Backend::Macvtap && model != InterfaceModel::Virtio).then(|| hears_no_groups(layers)));
    let network = match attachment {
        Attachment::Network(id) => Some(&guest.names.networks[id.0]).filter(|network| network.mode.makes_bridge()),
        Attachment::HostNetwork(_)
        | Attachment::Bridge { .. }
        | Attachment::User
        | Attachment::Macvtap(_)
        | Attachment::Tunnel(_) => None,
    };
    let profile = link::profile(layers, attachment, guest.names, problems);
    let given = bandwidth::of_interface(&layers.object(key!(bandwidth)), network, backend, &label, problems);
    let limits = layers.get(key!(bandwidth)).map(|at| at.key_place());
    let bandwidth = link::bandwidth(profile, given, limits, backend, problems);
    let portgroup = layers.value(key!(portgroup));
    let target = layers.get(key!(target)).and_then(|word| self::target(word, guest.instance, problems));
    Tap {
        profile: profile.map(|profile| profile.name.clone()),
        target,
        queues: layers.value(key!(queues)),
        macvtap_mode: layers.value(key!(macvtap_mode)).unwrap_or_default(),
        is_shaped: link::is_shaped(bandwidth.as_ref(), portgroup.as_deref(), attachment, guest.names),
        bandwidth,
        netem: profile.and_then(|profile| profile.netem.clone()),
        port_isolation: layers.value(key!(port_isolation)),
        trust_rx_filters: trust_rx_filters(layers, attachment, model, guest.names),
    }
}

/// Decides whether the host goes by what the guest reports of its filters: as the spec says, here or in the network. By default
/// it does through macvtap, which else passes only those multicast packets that the host itself listens for: a guest would hear
/// no neighbor solicitation of IPv6.
fn trust_rx_filters(
    layers: &Layers<'_, written::Interface>,
    attachment: &Attachment,
    model: InterfaceModel,
    names: &Names<'_>,
) -> Option<bool> {
    let is_said_by_network = match attachment {
        Attachment::Network(id) => {
            let network = &names.networks[id.0];
            let portgroup = network.portgroup(layers.get(key!(portgroup)).map(|name| name.value.as_str()));
            portgroup.and_then(|group| group.trust_rx_filters).or(network.trust_rx_filters).is_some()
        }
        Attachment::HostNetwork(_)
        | Attachment::Bridge { .. }
        | Attachment::User
        | Attachment::Macvtap(_)
        | Attachment::Tunnel(_) => false,
    };
    let is_default = attachment.backend(names.networks) == Backend::Macvtap
        && model == InterfaceModel::Virtio
        && !is_said_by_network;
    layers.value(key!(trust_rx_filters)).or(is_default.then_some(true))
}

/// Makes the warning of an interface through macvtap whose model does not report its filters.
fn hears_no_groups(layers: &Layers<'_, written::Interface>) -> Problem {
    let place = layers.get(key!(model)).map_or_else(|| layers.place(), |model| model.place());
    Problem::new(Id::NoMulticast, place, "a macvtap interface whose model does not report its receive filters")
        .label("receives no multicast, which IPv6 needs")
        .help("add `\"model\": \"virtio\"` if the guest has the driver, or use a bridge of the host")
}

/// Makes the problem of a key that only the `virtio` model uses.
fn needs_virtio(key: &str, at: Pointer, written_model: Option<Place>) -> Problem {
    let problem =
        Problem::only_for(Place::key(at), format!("`{key}` with a model that does not support it"), "model `virtio`");
    let problem = match written_model {
        Some(model) => problem.related(model, "another one"),
        None => problem,
    };
    problem.help("add `\"model\": \"virtio\"`, or leave it out")
}

/// Reads the name of the host's device, and adds the number of the replica.
fn target(word: Word<'_>, instance: &Instance<'_>, problems: &mut Problems) -> Option<Placed<String>> {
    let first = device_name::of_interface(word, problems)?;
    if RESERVED.iter().any(|start| first.starts_with(start)) {
        let starts = quoted_choice(RESERVED);
        problems.push(
            Problem::bad_name(word.place(), format!("`{first}` cannot be the name of an interface's device"))
                .label("reserved by libvirt")
                .help(format!("choose a name that does not start with {starts}")),
        );
        return None;
    }
    let name = match instance.own.replicas {
        None => first,
        Some(_) => format!("{first}-{}", instance.replica + 1),
    };
    if name.len() > device_name::MAX {
        let message = format!("`{name}` is longer than {} bytes", device_name::MAX);
        problems.push(
            Problem::of_value(Id::BridgeNameTooLong, word.place(), message)
                .label("with the number of the replica")
                .help("choose a shorter one: this is the kernel's limit for names of interfaces"),
        );
        return None;
    }
    Some(word.with(name))
}
