//! Reads a wire between QEMU processes, and counts its ports up for replicas.

use std::net::{IpAddr, Ipv4Addr};

use crate::lab::interface::tunnel::{Tunnel, TunnelEnd};
use crate::lab::placed::Placed;
use crate::lab::subnet::Family;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::instance::Instance;
use crate::resolve::interface::forward;
use crate::resolve::layers::{At, Layers, Word, written};
use crate::resolve::parse;
use crate::spec::key::key;
use crate::spec::tunnel as written;
use crate::spec::tunnel::TunnelType;

/// Reads a tunnel, and reports all that is missing.
pub(crate) fn tunnel(
    layers: &Layers<'_, written::Tunnel>,
    instance: &Instance<'_>,
    problems: &mut Problems,
) -> Option<Tunnel> {
    let kind = layers.needed(key!(r#type), problems).map(|kind| *kind.value);
    let is_group = kind == Some(TunnelType::Mcast);
    let written = layers.get(key!(address));
    let address = written.map(|word| address(word, kind, problems));
    // The members of a group have one port.
    let replica = if is_group { 0 } else { instance.replica };
    let port = layers.needed(key!(port), problems).and_then(|port| counted(port, replica, problems));
    let local = layers.object(key!(local));
    let kind = kind?;
    if written.is_none() && kind != TunnelType::Server {
        let (what, help) = match kind {
            TunnelType::Mcast => ("a multicast tunnel without a group", "the group's, such as `\"230.0.0.1\"`"),
            TunnelType::Udp | TunnelType::Client | TunnelType::Server => {
                ("a tunnel without a remote address", "that of the other end's host; on this host, `\"127.0.0.1\"`")
            }
        };
        problems
            .push(Problem::needs(layers.place(), what, "an `address`").help(format!("add `\"address\": …`, {help}")));
    }
    let local = match kind {
        TunnelType::Udp if local.is_empty() => {
            problems.push(
                Problem::needs(layers.place(), "a UDP tunnel without a local end", "a `local` end")
                    .help("add `\"local\": { \"port\": … }`, the port that the other end sends to"),
            );
            return None;
        }
        TunnelType::Udp => Some(self::local(&local, instance, problems)?),
        TunnelType::Mcast | TunnelType::Server | TunnelType::Client => {
            let what = "a tunnel that does not use UDP";
            parse::only_for(written!(layers => local), what, "type `udp`", problems);
            None
        }
    };
    let address = match (kind, address) {
        (TunnelType::Server, None) => None,
        (_, address) => Some(address??),
    };
    Some(Tunnel { kind, source: TunnelEnd { address, port: port? }, local })
}

/// Reads the host's own end.
fn local(
    layers: &Layers<'_, written::TunnelEnd>,
    instance: &Instance<'_>,
    problems: &mut Problems,
) -> Option<TunnelEnd> {
    let address = layers.get(key!(address)).map(|word| ipv4(word, problems));
    let port = layers.needed(key!(port), problems).and_then(|port| counted(port, instance.replica, problems));
    Some(TunnelEnd { address: address.map_or(Some(None), |address| address.map(Some))?, port: port? })
}

/// Reads an address, which for a group has to be that of one, and for all others of a host.
fn address(word: Word<'_>, kind: Option<TunnelType>, problems: &mut Problems) -> Option<Ipv4Addr> {
    let address = ipv4(word, problems)?;
    let (label, help) = match kind? {
        TunnelType::Mcast if !address.is_multicast() => {
            ("not a multicast address", "choose one in `224.0.0.0/4`, such as `\"230.0.0.1\"`")
        }
        TunnelType::Udp | TunnelType::Client if address.is_unspecified() => {
            ("not the address of a host", "write that of the other end's host; on this host, `\"127.0.0.1\"`")
        }
        TunnelType::Udp | TunnelType::Server | TunnelType::Client if address.is_multicast() => {
            ("a multicast address", "write an address of a host, or use type `mcast`")
        }
        TunnelType::Udp | TunnelType::Mcast | TunnelType::Server | TunnelType::Client => return Some(address),
    };
    let message = format!("`{address}` cannot be the address of a `{}` tunnel", kind?.name());
    problems.push(Problem::of_value(Id::BadAddress, word.place(), message).label(label).help(help));
    None
}

fn ipv4(word: Word<'_>, problems: &mut Problems) -> Option<Ipv4Addr> {
    match parse::address(word, Family::V4, problems)? {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}

fn counted(port: At<'_, u16>, count: u32, problems: &mut Problems) -> Option<Placed<u16>> {
    Some(port.with(forward::plus(*port.value, count, &port.pointer(), problems)?))
}
