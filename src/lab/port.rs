//! The ports of the host that a domain listens on, and which of them exclude each other: a port on every address excludes
//! the same port on one.

use std::net::{IpAddr, Ipv4Addr};

use crate::lab::device::serial::Serial;
use crate::lab::domain::Domain;
use crate::lab::interface::attachment::Attachment;
use crate::lab::subnet::Family;
use crate::place::Place;
use crate::spec::interface::Protocol;

/// Which of the host's addresses a port is listened on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Listens {
    /// On every address.
    Everywhere,
    /// On every address of a family.
    Family(Family),
    /// On one address.
    At(IpAddr),
    /// Somewhere in a family: noted of each that listens there, never listened on by itself.
    Within(Family),
}

impl Listens {
    pub(crate) fn on(address: Option<IpAddr>) -> Self {
        match address {
            None => Self::Everywhere,
            Some(address) if address.is_unspecified() => Self::Family(Family::of(address)),
            Some(address) => Self::At(address),
        }
    }

    /// What cannot be listened on at the same time.
    pub(crate) fn excludes(self) -> Vec<Self> {
        let family = |family: Family| vec![Self::Everywhere, Self::Family(family)];
        match self {
            Self::Everywhere => vec![Self::Everywhere, Self::Within(Family::V4), Self::Within(Family::V6)],
            Self::Family(of) | Self::Within(of) => [family(of), vec![Self::Within(of)]].concat(),
            Self::At(address) => [family(Family::of(address)), vec![self]].concat(),
        }
    }

    /// What is claimed by one that listens.
    pub(crate) fn notes(self) -> Vec<Self> {
        match self {
            Self::Everywhere => vec![self, Self::Within(Family::V4), Self::Within(Family::V6)],
            Self::Family(of) | Self::Within(of) => vec![self, Self::Within(of)],
            Self::At(address) => vec![self, Self::Within(Family::of(address))],
        }
    }
}

/// The ports of the host that a domain listens on.
pub(crate) fn listened(domain: &Domain) -> Vec<(Protocol, u16, Option<IpAddr>, Place)> {
    let forwards = domain.interfaces.iter().flat_map(|interface| &interface.forwards);
    let forwards =
        forwards.map(|forward| (forward.protocol, forward.host.value, forward.address, forward.host.place.clone()));
    let screens = domain.screen.graphics.iter().filter(|graphics| graphics.listen.is_some());
    let screens = screens.flat_map(|graphics| {
        let ports = [&graphics.port, &graphics.websocket].into_iter().flatten();
        ports.map(|port| (Protocol::Tcp, port.value, graphics.listen, port.place.clone()))
    });
    let serials = domain.serials.iter().filter_map(|serial| match serial {
        Serial::Tcp { address, listen: true, .. } => {
            Some((Protocol::Tcp, address.value.port(), Some(address.value.ip()), address.place.clone()))
        }
        Serial::Tcp { .. } | Serial::Pty | Serial::File(_) | Serial::Unix { .. } => None,
    });
    let tunnels = domain.interfaces.iter().filter_map(|interface| match &interface.attachment {
        Attachment::Tunnel(tunnel) => tunnel.listens(),
        Attachment::Network(_)
        | Attachment::HostNetwork(_)
        | Attachment::Bridge { .. }
        | Attachment::User
        | Attachment::Macvtap(_) => None,
    });
    let tunnels = tunnels.map(|(protocol, end)| {
        let address = end.address.unwrap_or(Ipv4Addr::UNSPECIFIED);
        (protocol, end.port.value, Some(IpAddr::V4(address)), end.port.place.clone())
    });
    forwards.chain(screens).chain(serials).chain(tunnels).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn addresses_overlap() {
        let check = |one: Option<&str>, other: Option<&str>, expected: bool| {
            let [one, other] =
                [one, other].map(|text| Listens::on(text.map(|text| text.parse().expect("an address of the test"))));
            for (first, second) in [(one, other), (other, one)] {
                let meet = second.excludes().iter().any(|excluded| first.notes().contains(excluded));
                assert_eq!(meet, expected, "{first:?}, {second:?}");
            }
        };
        check(None, None, true);
        check(None, Some("127.0.0.1"), true);
        check(None, Some("::"), true);
        check(Some("0.0.0.0"), Some("127.0.0.1"), true);
        check(Some("0.0.0.0"), Some("0.0.0.0"), true);
        check(Some("::"), Some("fd00::1"), true);
        check(Some("127.0.0.1"), Some("127.0.0.1"), true);
        check(Some("127.0.0.1"), Some("127.0.0.2"), false);
        check(Some("0.0.0.0"), Some("::"), false);
        check(Some("0.0.0.0"), Some("::1"), false);
    }
}
