//! Reads the port forwards of an interface, and counts their ports up for replicas.

use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::forward::Forward;
use crate::place::Pointer;
use crate::problem::{Problem, Problems};
use crate::resolve::instance::Instance;
use crate::resolve::layers::Layers;
use crate::resolve::parse;
use crate::spec::interface as written;
use crate::spec::key::key;

/// Reads the port forwards of an interface, and counts their ports on the host up for replicas.
pub(crate) fn forwards(
    layers: &Layers<'_, written::Interface>,
    attachment: &Attachment,
    instance: &Instance<'_>,
    problems: &mut Problems,
) -> Vec<Forward> {
    let Some(list) = layers.get(key!(forwards)) else {
        return Vec::new();
    };
    match attachment {
        Attachment::User => {}
        Attachment::Network(_) | Attachment::HostNetwork(_) | Attachment::Bridge { .. } | Attachment::Macvtap(_) => {
            problems.push(
                Problem::not_on_this_mode(list.key_place(), "an interface whose ports nobody forwards")
                    .label("only with `user`")
                    .help("leave `forwards` out: who reaches the network reaches the domain there by its own address"),
            );
        }
    }
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
