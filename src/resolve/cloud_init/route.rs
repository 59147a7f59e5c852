//! Reads the routes of a guest, and checks that the router of each can be reached.

use std::net::IpAddr;

use crate::lab::cloud_init::address::{GuestRoute, Static};
use crate::lab::subnet::Family;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::network::route;
use crate::resolve::parse;
use crate::spec::cloud_init as written;
use crate::spec::key::key;

/// Reads a route of a guest that has these addresses, which are all of them where `are_known`.
pub(crate) fn route(
    layers: &Layers<'_, written::GuestRoute>,
    addresses: &[Static],
    are_known: bool,
    problems: &mut Problems,
) -> Option<GuestRoute> {
    let to = layers.get(key!(to)).and_then(|word| {
        let everywhere = "write the default route as `gateway` or `gateway6`, and other subnets here";
        route::destination(word, "the guest's own subnets", everywhere, problems)
    });
    let via = layers.get(key!(via));
    let Some(to) = to else {
        if let Some(via) = via {
            let _ = parse::any_address(via, problems);
        }
        return None;
    };
    let word = via?;
    let via = parse::address(word, Family::of(to.addr()), problems)?;
    let on_link = layers.value(key!(on_link)).unwrap_or(false);
    if are_known && !on_link && !is_link_local(via) {
        check_router(via, word, addresses, problems);
    }
    Some(GuestRoute { to, via, metric: layers.value(key!(metric)), on_link })
}

/// Reports a router that is in no subnet of the guest.
fn check_router(via: IpAddr, word: Word<'_>, addresses: &[Static], problems: &mut Problems) {
    let family = Family::of(via);
    let mut same = addresses.iter().filter(|fixed| Family::of(fixed.net.addr()) == family);
    if same.clone().any(|fixed| fixed.net.contains(&via)) {
        return;
    }
    problems.push(match same.next() {
        Some(own) => {
            let message = format!("a route via `{via}`, which is outside of the guest's subnets");
            Problem::new(Id::AddressOutsideSubnet, word.place(), message)
                .label(format!("not in `{}`", own.net.trunc()))
                .related(own.place.clone(), "the guest's address")
                .help("write an address of the same subnet; or add `\"onLink\": true` if the guest reaches it directly")
        }
        None => Problem::conflict(word.key_place(), format!("a route without an {} address", family.name()))
            .label("no address of this family")
            .help("add `addresses` of its family, or leave the route out"),
    });
}

/// Whether everyone on the link has the address in reach, as routers announce themselves.
pub(crate) fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.is_unicast_link_local())
}
