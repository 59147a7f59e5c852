//! What only `extra` can get wrong of a network: a MAC address where libvirt wants one or none, and a second DHCP server.

use super::place_of;
use crate::lab::ExtraAt;
use crate::libvirt::tree::{Tree, Value};
use crate::problem::{Id, Problem};

/// Checks a network that `extra` is merged into.
pub(super) fn check(definition: &Tree, extras: &[&ExtraAt], problems: &mut Vec<Problem>) {
    let mode = match definition.get("forward") {
        Some(Value::Set(forward)) => forward.get("mode"),
        Some(_) | None => None,
    };
    let host_modes = ["bridge", "private", "vepa", "passthrough", "hostdev"];
    let on_the_host = host_modes.iter().any(|on_host| mode == Some(&Value::from(*on_host)));
    let has_mac = match definition.get("mac") {
        Some(Value::Set(mac)) => mac.get("address").is_some(),
        Some(_) | None => false,
    };
    if let Some(place) = place_of("mac", extras).filter(|_| on_the_host == has_mac) {
        problems.push(if on_the_host {
            Problem::new(Id::NotOnThisMode, place, "a MAC address for a bridge or an interface that the host has")
                .label("not on such a network")
                .help("leave it out; libvirt takes none for what it does not make")
        } else {
            Problem::new(Id::MissingField, place, "a network without a MAC address")
                .label("takes it away")
                .help("libvirt would make up another one at each activation, and power-cycle the domains on it")
        });
    }
    check_dhcp(definition, extras, problems);
}

/// One DHCP server for each address family, which is all that libvirt takes.
fn check_dhcp(definition: &Tree, extras: &[&ExtraAt], problems: &mut Vec<Problem>) {
    let sides = match definition.get("ip") {
        Some(Value::List(sides)) => sides.as_slice(),
        Some(_) | None => &[],
    };
    let serves = |side: &&Value| match side {
        Value::Set(side) => match side.get("dhcp") {
            Some(Value::Set(dhcp)) => dhcp.get("range").is_some() || dhcp.get("host").is_some(),
            Some(_) | None => false,
        },
        Value::Bool(_) | Value::Int(_) | Value::Str(_) | Value::File(_) | Value::List(_) => false,
    };
    let is_v6 = |side: &&Value| match side {
        Value::Set(side) => side.get("family") == Some(&Value::from("ipv6")),
        Value::Bool(_) | Value::Int(_) | Value::Str(_) | Value::File(_) | Value::List(_) => false,
    };
    for (family, of_v6) in [("IPv4", false), ("IPv6", true)] {
        let count = sides.iter().filter(serves).filter(|side| is_v6(side) == of_v6).count();
        if count > 1
            && let Some(place) = place_of("ip", extras)
        {
            let message = format!("two DHCP servers for {family} on one network");
            problems.push(Problem::new(Id::ConflictingFields, place, message).label("the second one").help(
                "libvirt takes `dhcp` on one subnet of each family: leave it out here, or leave the subnet to `extra`",
            ));
        }
    }
}
