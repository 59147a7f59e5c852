//! Reads the VLANs of networks, port groups and interfaces, and the port groups of networks.

use indexmap::IndexMap;

use crate::lab::interface::backend::Backend;
use crate::lab::network::vlan::{Portgroup, Vlan};
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Layers;
use crate::resolve::network::bandwidth;
use crate::resolve::network::declared::Declared;
use crate::resolve::parse;
use crate::spec::key::key;
use crate::spec::vlan as written;

/// Reads VLANs.
pub(crate) fn vlan(layers: &Layers<'_, written::Vlan>, problems: &mut Problems) -> Option<Vlan> {
    let list = layers.needed(key!(tags), problems)?;
    let mut tags: IndexMap<u16, usize> = IndexMap::new();
    for (index, (tag, at)) in list.items().enumerate() {
        let first = *tags.entry(*tag).or_insert(index);
        if first != index {
            problems.push(
                Problem::of_value(Id::DuplicateTag, Place::value(at), format!("the VLAN {tag} is listed twice"))
                    .label("the second time")
                    .related(Place::value(list.pointer().index(first)), "the first time")
                    .help("leave one of the two out"),
            );
        }
    }
    let native = layers.get(key!(native));
    if let Some(native) = native.filter(|native| !tags.contains_key(native.value)) {
        problems.push(
            Problem::conflict(native.place(), format!("the VLAN {} is native, and not one of the tags", native.value))
                .label("not in `tags`")
                .related(list.place(), "the tags")
                .help("add it to `tags`, or leave `native` out"),
        );
    }
    Some(Vlan { tags: tags.into_keys().collect(), native: native.map(|native| *native.value) })
}

/// Refuses several VLANs on a virtual function, which can have only one.
pub(crate) fn refuse_trunk(layers: &Layers<'_, written::Vlan>, problems: &mut Problems) {
    let tags = layers.get(key!(tags)).filter(|tags| tags.value.len() > 1).map(|tags| tags.pointer());
    let native = layers.get(key!(native)).map(|native| native.pointer());
    if let Some(at) = tags.or(native) {
        problems.push(
            Problem::not_on_this_mode(
                Place::key(at),
                "a VLAN trunk for a virtual function, which supports a single VLAN",
            )
            .label("not in mode `hostdev`")
            .help("write a single tag without `native`; the guest can add tags itself"),
        );
    }
}

/// Reads the VLANs and port groups of a network.
pub(crate) fn of_network(network: &Declared<'_>, problems: &mut Problems) -> (Option<Vlan>, Vec<Portgroup>) {
    let in_mode = |layers: Layers<'_, written::Vlan>, problems: &mut Problems| {
        if !layers.is_empty() && !network.mode.has_vlans() {
            problems.push(
                Problem::not_on_this_mode(layers.key_place(), format!("network `{}` has no VLANs", network.name))
                    .label(format!("not in mode `{}`", network.mode.name()))
                    .help("leave `vlan` out, or choose mode `ovs` or `bridge`"),
            );
        }
        if network.mode.backend() == Backend::VirtualFunction {
            refuse_trunk(&layers, problems);
        }
        vlan(&layers, problems)
    };
    let vlan = in_mode(network.layers.object(key!(vlan)), problems);
    let mut portgroups = Vec::new();
    let mut default = None;
    if let Some(list) = network.layers.get(key!(portgroups)) {
        for (group, written) in list.value {
            let layers = Layers::one(list.pointer().key(group), written);
            parse::name(group, layers.key_place(), problems);
            let written_default = layers.get(key!(default)).filter(|default| *default.value);
            if let Some(second) = written_default {
                let first = default.get_or_insert_with(|| second.pointer()).clone();
                if first != second.pointer() {
                    problems.push(
                        Problem::conflict(
                            second.place(),
                            format!("network `{}` has two default port groups", network.name),
                        )
                        .second_of(&Place::value(first))
                        .help("leave `default` out of all but one"),
                    );
                }
            }
            portgroups.push(Portgroup {
                name: group.clone(),
                default: written_default.is_some(),
                vlan: in_mode(layers.object(key!(vlan)), problems),
                bandwidth: bandwidth::bandwidth(&layers.object(key!(bandwidth)), problems),
                trust_rx_filters: layers.value(key!(trust_rx_filters)),
            });
        }
    }
    portgroups.sort_by(|one, other| one.name.cmp(&other.name));
    (vlan, portgroups)
}
