//! Reads how the addresses of a network are translated, which only mode `nat` does.

use std::net::IpAddr;

use crate::lab::network::ip::RANGE_MAX;
use crate::lab::network::nat::Nat;
use crate::lab::subnet::{Family, distance};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Layers;
use crate::resolve::network::declared::Declared;
use crate::resolve::parse;
use crate::spec;
use crate::spec::key::key;

/// Reads how addresses are translated, and refuses it on modes without translation.
pub(crate) fn nat(network: &Declared<'_>, has_ipv4: bool, problems: &mut Problems) -> Nat {
    if !network.mode.translates_addresses()
        && let Some(nat) = network.layers.get(key!(nat))
    {
        problems.push(
            Problem::not_on_this_mode(
                nat.key_place(),
                format!("network `{}` does not translate addresses", network.name),
            )
            .label("only for mode `nat`")
            .help("leave `nat` out, or choose mode `nat`"),
        );
    }
    let nat = network.layers.object(key!(nat));
    let ports = nat.get(key!(ports)).and_then(|ports| {
        let [first, last] = *ports.value;
        if first > last {
            problems.push(
                Problem::new(Id::OutOfRange, ports.place(), format!("ports {first} to {last} are not a range"))
                    .label("the lower one comes first")
                    .help("write the lowest port first, such as `[1024, 65535]`"),
            );
            return None;
        }
        Some((first, last))
    });
    Nat {
        ports,
        addresses: addresses(
            &nat,
            &network.layers.pointer(),
            has_ipv4 || !network.mode.translates_addresses(),
            problems,
        ),
        ipv6: nat.value(key!(ipv6)).unwrap_or(false),
    }
}

/// Reads the addresses that translated connections leave by.
fn addresses(
    nat: &Layers<'_, spec::network::Nat>,
    network: &Pointer,
    has_ipv4: bool,
    problems: &mut Problems,
) -> Option<(IpAddr, IpAddr)> {
    let written = nat.get(key!(addresses))?;
    let at = written.pointer();
    let ends = written.value.iter().enumerate();
    let mut ends =
        ends.map(|(index, text)| parse::address_at(text, Place::value(at.index(index)), Family::V4, problems));
    let range = ends.next().flatten().zip(ends.next().flatten());
    drop(ends);
    if !has_ipv4 {
        problems.push(
            Problem::new(Id::NoSubnet, Place::key(&at), "IPv4 addresses for a network that has no IPv4 subnet")
                .label("nothing is translated to them")
                .related(Place::key(network), "the network")
                .help("add a `subnet`, or leave `addresses` out"),
        );
    }
    let (first, last) = range?;
    let count = distance(first, last).map(|steps| steps + 1);
    let problem = match count {
        None => {
            Problem::new(Id::OutOfRange, Place::value(at), format!("addresses `{first}` to `{last}` are not a range"))
                .label("the lower one comes first")
                .help(format!("write `[\"{last}\", \"{first}\"]`"))
        }
        Some(count) if count > RANGE_MAX => {
            Problem::new(Id::OutOfRange, Place::value(at), format!("a range of {count} addresses"))
                .label("too many")
                .help(format!("libvirt supports at most {RANGE_MAX}"))
        }
        Some(_) => return Some((first, last)),
    };
    problems.push(problem);
    None
}
