//! Reads the port forwards of an interface, and counts their ports up for replicas.

use crate::lab::interface::address::Address;
use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::forward::Forward;
use crate::place::Pointer;
use crate::problem::{Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::interface::address;
use crate::resolve::layers::Layers;
use crate::resolve::parse;
use crate::spec::interface as written;
use crate::spec::interface::Protocol;
use crate::spec::key::key;

/// Reads the port forwards of an interface, and counts their ports on the host up for replicas. `addresses` are those that its
/// network reserves for it.
pub(crate) fn forwards(
    layers: &Layers<'_, written::Interface>,
    attachment: &Attachment,
    addresses: &[Address],
    guest: &Guest<'_>,
    problems: &mut Problems,
) -> Vec<Forward> {
    let Some(list) = layers.get(key!(forwards)) else {
        return Vec::new();
    };
    match attachment {
        Attachment::User => {}
        Attachment::Network(id) if guest.names.networks[id.0].mode.makes_bridge() => {
            if addresses.is_empty() && address::written_addresses(layers).next().is_none() {
                problems.push(
                    Problem::needs(list.key_place(), "forwarded ports without a known address", "an `ip` beside it")
                        .help("add the domain's `ip` on the network"),
                );
            }
            for layers in layers.objects(key!(forwards)) {
                problems.extend(layers.get(key!(protocol)).filter(|protocol| *protocol.value == Protocol::Udp).map(
                    |protocol| {
                        Problem::not_on_this_mode(protocol.place(), "a UDP port that is forwarded to a network")
                            .label("TCP only")
                            .help("use a `user` interface: passt forwards UDP too")
                    },
                ));
            }
        }
        Attachment::Network(_)
        | Attachment::HostNetwork(_)
        | Attachment::Bridge { .. }
        | Attachment::Macvtap(_)
        | Attachment::Tunnel(_) => {
            problems.push(
                Problem::not_on_this_mode(list.key_place(), "`forwards` of an interface that does not support it")
                    .label("only with `user`, or on a network whose bridge libvirt creates")
                    .help("leave `forwards` out: on this network, the domain is reachable at its own address"),
            );
        }
    }
    let instance = guest.instance;
    let mut forwards = Vec::new();
    for layers in layers.objects(key!(forwards)) {
        let address = layers.get(key!(address)).map(|word| parse::any_address(word, problems));
        let Some(first) = layers.get(key!(host)) else {
            continue;
        };
        let host = plus(*first.value, instance.replica, &first.pointer(), problems);
        let (Some(host), Some(address)) = (host, address.map_or(Some(None), |address| address.map(Some))) else {
            continue;
        };
        forwards.push(Forward {
            host: first.with(host),
            guest: layers.value(key!(guest)).unwrap_or(*first.value),
            protocol: layers.value(key!(protocol)).unwrap_or_default(),
            address,
        });
    }
    forwards
}

/// Returns the port `count` further on, or reports that there is none.
pub(crate) fn plus(port: u16, count: u32, at: &Pointer, problems: &mut Problems) -> Option<u16> {
    let counted = u16::try_from(u32::from(port) + count).ok();
    if counted.is_none() {
        problems.push(parse::too_far(&port.to_string(), "port", at.clone()));
    }
    counted
}
