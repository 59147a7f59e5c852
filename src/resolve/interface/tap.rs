//! Reads what an interface has on the host (name, queues, limits), and refuses what its backend cannot apply.

use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::backend::Backend;
use crate::lab::interface::tap::Tap;
use crate::lab::placed::Placed;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, quoted_list};
use crate::resolve::device_name;
use crate::resolve::guest::Guest;
use crate::resolve::instance::Instance;
use crate::resolve::interface::attachment;
use crate::resolve::interface::link;
use crate::resolve::layers::{Layers, Word};
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
    let queues = layers.get(key!(queues));
    let target = layers.get(key!(target));
    let macvtap_mode = layers.get(key!(macvtap_mode));
    let isolation = layers.get(key!(port_isolation));
    let trust = layers.get(key!(trust_rx_filters));
    let limits = layers.object(key!(bandwidth));
    let model_at = layers.get(key!(model)).map(|at| at.pointer());
    let link_at = layers.get(key!(link)).map(|at| at.pointer());

    let (what, label) = attachment::describe(attachment, guest.names);
    let with_macvtap = matches!(attachment, Attachment::Macvtap(_));
    let refused = [
        ("queues", queues.map(|at| at.pointer()), backend.has_device()),
        ("target", target.map(|at| at.pointer()), backend.has_device()),
        ("bandwidth", (!limits.is_empty()).then(|| limits.pointer()), backend.has_device()),
        ("portIsolation", isolation.map(|at| at.pointer()), backend == Backend::Bridge),
        ("trustRxFilters", trust.map(|at| at.pointer()), backend.has_device()),
        ("macvtapMode", macvtap_mode.map(|at| at.pointer()), with_macvtap),
        ("model", model_at.clone(), backend != Backend::VirtualFunction),
        ("link", link_at, backend != Backend::VirtualFunction),
    ];
    for (key, at, _) in refused.into_iter().filter(|(.., is_valid)| !is_valid) {
        problems.extend(at.map(|at| {
            Problem::not_on_this_mode(Place::key(at), format!("{what} takes no `{key}`")).label(label.clone()).help(
                match (key, backend) {
                    ("macvtapMode", Backend::Macvtap) => "leave it out; the network has its own `macvtapMode`",
                    ("macvtapMode", _) => "leave it out, or use `macvtap`",
                    (_, Backend::VirtualFunction) => "leave it out; the guest has the device itself",
                    _ => "leave it out, or use a network with a bridge",
                },
            )
        }));
    }
    let only_virtio = [("queues", queues.map(|at| at.pointer())), ("trustRxFilters", trust.map(|at| at.pointer()))];
    for (key, at) in only_virtio.into_iter().filter(|_| backend.has_device() && model != InterfaceModel::Virtio) {
        problems.extend(at.map(|at| needs_virtio(key, at, model_at.clone())));
    }
    let network = match attachment {
        Attachment::Network(id) => Some(&guest.names.networks[id.0]).filter(|network| network.mode.makes_bridge()),
        Attachment::Bridge { .. } | Attachment::User | Attachment::Macvtap(_) => None,
    };
    let profile = link::profile(layers, attachment, guest.names, problems);
    let given = bandwidth::of_interface(&limits, network, backend, &label, problems);
    let limits_at = (!limits.is_empty()).then(|| limits.pointer());
    let bandwidth = link::bandwidth(profile, given, limits_at, backend, problems);
    let portgroup = layers.value(key!(portgroup));
    let target = target.and_then(|word| self::target(word, guest.instance, problems));
    Tap {
        profile: profile.map(|profile| profile.name.clone()),
        target,
        queues: queues.map(|queues| *queues.value),
        macvtap_mode: macvtap_mode.map(|mode| *mode.value).unwrap_or_default(),
        is_shaped: link::is_shaped(bandwidth.as_ref(), portgroup.as_ref(), attachment, guest.names),
        bandwidth,
        netem: profile.and_then(|profile| profile.netem.clone()),
        port_isolation: isolation.map(|isolation| *isolation.value),
        trust_rx_filters: trust.map(|trust| *trust.value),
    }
}

/// Makes the problem of a key that only the `virtio` model uses.
fn needs_virtio(key: &str, at: Pointer, model_at: Option<Pointer>) -> Problem {
    let problem =
        Problem::only_for(Place::key(at), format!("`{key}` with a model that has no such thing"), "model `virtio`");
    let problem = match model_at {
        Some(model) => problem.related(Place::value(model), "another one"),
        None => problem,
    };
    problem.help("add `\"model\": \"virtio\"`, or leave it out")
}

/// Reads the name of the host's device, and adds the number of the replica.
fn target(word: Word<'_>, instance: &Instance<'_>, problems: &mut Problems) -> Option<Placed<String>> {
    let first = device_name::of_interface(word, problems)?;
    if RESERVED.iter().any(|start| first.starts_with(start)) {
        let starts = quoted_list(RESERVED).replace(" and ", " or ");
        problems.push(
            Problem::bad_name(word.place(), format!("`{first}` cannot be the name of an interface's device"))
                .label("kept by libvirt")
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
                .help("the kernel's names of interfaces end there; choose a shorter one"),
        );
        return None;
    }
    Some(Placed { value: name, place: word.place() })
}
