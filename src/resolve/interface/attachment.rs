//! Decides what an interface is attached to, and refuses the VLANs, port groups and MTUs that this does not take.

use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::backend::Backend;
use crate::lab::network::vlan::Vlan;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems, did_you_mean};
use crate::resolve::guest::Guest;
use crate::resolve::interface::tunnel;
use crate::resolve::layers::{Layers, written};
use crate::resolve::names::Names;
use crate::resolve::network::vlan;
use crate::resolve::{device_name, parse};
use crate::spec::interface as written;
use crate::spec::key::key;

/// Returns the name that layers know an interface by, where it has none itself.
pub(crate) fn name(interface: &written::Interface) -> Option<&str> {
    let on = [&interface.network, &interface.bridge, &interface.macvtap];
    on.into_iter()
        .flatten()
        .next()
        .map(String::as_str)
        .or(interface.user.map(|_| "user"))
        .or(interface.tunnel.as_ref().map(|_| "tunnel"))
}

/// Decides what the interface is attached to.
pub(crate) fn attachment(
    name: &str,
    layers: &Layers<'_, written::Interface>,
    guest: &Guest<'_>,
    problems: &mut Problems,
) -> Option<Attachment> {
    let names = guest.names;
    let network = layers.get(key!(network));
    let bridge = layers.get(key!(bridge));
    let user = layers.get(key!(user));
    let macvtap = layers.get(key!(macvtap));
    let kinds = written!(layers => network, bridge, user, macvtap, tunnel);
    let what = if name.starts_with('#') { "an interface".to_owned() } else { format!("interface `{name}`") };
    problems.extend(user.and_then(parse::only_true));
    if kinds.iter().all(|(_, at)| at.is_none()) {
        let keys = "`network`, `bridge`, `user`, `macvtap` or `tunnel`";
        problems.push(
            Problem::needs(Place::value(layers.pointer()), format!("{what} does not say what it is"), keys).help(format!(
                "add one of {keys}; to change an interface of `defaults` or a profile, name it as there: its `name`, else its network \
                 or bridge again, by which lists of interfaces merge"
            )),
        );
        return None;
    }
    parse::one_of(&kinds, &what, &layers.pointer(), problems)?;
    if let Some(network) = network {
        return names.network(network, problems);
    }
    if let Some(bridge) = bridge {
        let name = device_name::of_host(bridge, problems)?;
        device_name::warn_of_wireless(bridge, problems);
        if let Some(network) = names.networks.iter().find(|network| network.is_on_open_vswitch(&name)) {
            problems.push(
                Problem::not_on_this_mode(bridge.place(), format!("`{name}` is an Open vSwitch bridge"))
                    .label("not usable as an ordinary bridge")
                    .related(Place::key(&network.at), "declared by this network")
                    .help(format!("write `\"network\": \"{}\"` instead", network.name)),
            );
        }
        return Some(Attachment::Bridge { name, place: bridge.place() });
    }
    if let Some(device) = macvtap {
        let name = device_name::of_host(device, problems)?;
        device_name::warn_of_wireless(device, problems);
        return Some(Attachment::Macvtap(name));
    }
    if user.is_some() {
        return Some(Attachment::User);
    }
    tunnel::tunnel(&layers.object(key!(tunnel)), guest.instance, problems).map(Attachment::Tunnel)
}

/// Reads the VLANs of an interface, and refuses them where its attachment has none.
pub(crate) fn vlan(
    layers: &Layers<'_, written::Interface>,
    attachment: &Attachment,
    names: &Names<'_>,
    problems: &mut Problems,
) -> Option<Vlan> {
    let layers = layers.object(key!(vlan));
    let has_vlans = match attachment {
        Attachment::Network(id) => names.networks[id.0].mode.has_vlans(),
        Attachment::HostNetwork(_) | Attachment::Bridge { .. } => true,
        Attachment::User | Attachment::Macvtap(_) | Attachment::Tunnel(_) => false,
    };
    if !layers.is_empty() && !has_vlans {
        let (what, label) = describe(attachment, names);
        problems.push(
            Problem::not_on_this_mode(layers.key_place(), format!("{what} has no VLANs"))
                .label(label)
                .help("leave `vlan` out, or use a network of mode `ovs` or `bridge`"),
        );
    }
    if attachment.backend(names.networks) == Backend::VirtualFunction {
        vlan::refuse_trunk(&layers, problems);
    }
    vlan::vlan(&layers, problems)
}

/// Reads the port group of an interface, which its network has to have.
pub(crate) fn portgroup(
    layers: &Layers<'_, written::Interface>,
    attachment: &Attachment,
    names: &Names<'_>,
    problems: &mut Problems,
) -> Option<String> {
    let written = layers.get(key!(portgroup))?;
    if let Attachment::HostNetwork(_) = attachment {
        return parse::name(written.value, written.place(), problems).then(|| written.value.clone());
    }
    let Attachment::Network(id) = attachment else {
        let (what, _) = describe(attachment, names);
        problems.push(
            Problem::not_on_this_mode(written.key_place(), format!("{what} has no port groups"))
                .label("only with a `network`")
                .help("leave it out, or give the interface a `network`"),
        );
        return None;
    };
    let network = &names.networks[id.0];
    let known = || network.portgroups.iter().map(|group| group.name.as_str());
    if known().any(|name| name == written.value) {
        return Some(written.value.clone());
    }
    let (name, group) = (&network.name, written.value);
    problems.push(
        Problem::new(Id::UnknownPortgroup, written.place(), format!("network `{name}` has no port group `{group}`"))
            .label("not in its `portgroups`")
            .related(Place::key(&network.at), "the network")
            .help(if network.portgroups.is_empty() {
                format!("declare it there: `\"portgroups\": {{ \"{group}\": {{ … }} }}`")
            } else {
                did_you_mean(group, known())
            }),
    );
    None
}

/// Reads the MTU, and refuses it where libvirt cannot set it.
pub(crate) fn mtu(
    layers: &Layers<'_, written::Interface>,
    attachment: &Attachment,
    names: &Names<'_>,
    problems: &mut Problems,
) -> Option<u32> {
    let written = layers.get(key!(mtu))?;
    let is_valid = match attachment.backend(names.networks) {
        Backend::Bridge | Backend::OpenVSwitch => true,
        Backend::Macvtap | Backend::VirtualFunction | Backend::User => false,
    };
    if !is_valid {
        let (what, label) = describe(attachment, names);
        problems.push(
            Problem::not_on_this_mode(written.key_place(), format!("{what} takes no `mtu`"))
                .label(label)
                .help("leave it out; the guest can set its own"),
        );
    }
    Some(*written.value)
}

/// Describes an attachment in a message, with the label for what it does not take.
pub(crate) fn describe(attachment: &Attachment, names: &Names<'_>) -> (String, String) {
    match attachment {
        Attachment::Network(id) => {
            let network = &names.networks[id.0];
            (format!("an interface on network `{}`", network.name), format!("not in mode `{}`", network.mode.name()))
        }
        Attachment::HostNetwork(name) => {
            (format!("an interface on network `{name}`"), "not on a network that the lab does not manage".to_owned())
        }
        Attachment::Bridge { .. } => ("an interface on a bridge".to_owned(), "not with `bridge`".to_owned()),
        Attachment::User => ("a `user` interface".to_owned(), "not with `user`".to_owned()),
        Attachment::Macvtap(_) => ("an interface through macvtap".to_owned(), "not with `macvtap`".to_owned()),
        Attachment::Tunnel(_) => ("an interface on a tunnel".to_owned(), "not with `tunnel`".to_owned()),
    }
}
