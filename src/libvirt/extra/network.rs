//! What only `extra` can get wrong of a network: a MAC address where libvirt wants one or none, and a second DHCP server.

use super::place_of;
use crate::lab::ExtraAt;
use crate::libvirt::network::is_on_the_host;
use crate::libvirt::tree::{Tree, Value};
use crate::problem::{Id, Problem};

/// Checks a network that `extra` is merged into.
pub(super) fn check(definition: &Tree, extras: &[&ExtraAt], problems: &mut Vec<Problem>) {
    let on_the_host = matches!(definition.find("forward.mode"), Some(Value::Str(mode)) if is_on_the_host(mode));
    let has_mac = definition.find("mac.address").is_some();
    if let Some(place) = place_of("mac", extras).filter(|_| on_the_host == has_mac) {
        problems.push(if on_the_host {
            Problem::new(Id::NotOnThisMode, place, "a MAC address for a bridge or an interface of the host")
                .label("not on such a network")
                .help("leave it out: libvirt sets it only on bridges that it creates")
        } else {
            Problem::new(Id::MissingField, place, "a network without a MAC address")
                .label("removes it")
                .help("libvirt would generate a new one at each activation, which power-cycles the domains on it")
        });
    }
    check_dhcp(definition, extras, problems);
}

/// One DHCP server for each address family, which is all that libvirt takes.
fn check_dhcp(definition: &Tree, extras: &[&ExtraAt], problems: &mut Vec<Problem>) {
    let serves = |side: &&Tree| ["dhcp.range", "dhcp.host"].iter().any(|path| side.find(path).is_some());
    let is_v6 = |side: &Tree| side.get("family") == Some(&Value::from("ipv6"));
    for (family, of_v6) in [("IPv4", false), ("IPv6", true)] {
        let count = definition.elements("ip").filter(serves).filter(|side| is_v6(side) == of_v6).count();
        if count > 1
            && let Some(place) = place_of("ip", extras)
        {
            let message = format!("two DHCP servers for {family} on one network");
            problems.push(Problem::new(Id::ConflictingFields, place, message).label("the second one").help(
                "libvirt allows `dhcp` on one subnet of each family: leave it out here, or declare the subnet only in `extra`",
            ));
        }
    }
}
