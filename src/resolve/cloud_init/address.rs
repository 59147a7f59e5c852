//! Reads the addresses of a guest's interface, bond or VLAN: counts them up for replicas, checks them against the subnet of
//! the network, and decides whether the guest uses DHCP.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::lab::cloud_init::address::{Addressing, GuestDhcp, Segment, Static};
use crate::lab::id::NetworkId;
use crate::lab::interface::Interface;
use crate::lab::placed::Placed;
use crate::lab::subnet::{Family, NotAHost, Subnet, plus};
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::cloud_init::route;
use crate::resolve::cloud_init::route::is_link_local;
use crate::resolve::guest::Guest;
use crate::resolve::instance::Instance;
use crate::resolve::layers::{Layers, Word, present, written};
use crate::resolve::names::Names;
use crate::resolve::network::host_address::{not_a_host, room_of};
use crate::resolve::text::shortened;
use crate::resolve::{parse, text};
use crate::spec::cloud_init::{Addressed, GuestInterface};
use crate::spec::key::key;

/// The segment that addresses are on, and what is known about it.
pub(crate) struct On<'i> {
    /// The network, if others of the lab can be on it.
    pub(crate) segment: Option<Segment>,
    /// Whether DHCP is served there.
    pub(crate) served: Served,
    /// The interface that the addresses are of, where it is one.
    pub(crate) interface: Option<&'i Interface>,
}

/// Whether DHCP is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Served {
    /// The lab's own DHCP servers decide.
    Lab { v4: bool, v6: bool },
    /// Somebody outside the lab serves it, or nobody does.
    Unknown,
}

/// Whether there are VLANs on an interface.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Carries(pub(crate) bool);

/// Refuses addresses of an interface in a bond: the bond has them.
pub(crate) fn of_member(
    layers: &Layers<'_, GuestInterface>,
    bond: &str,
    place: &Place,
    problems: &mut Problems,
) -> Addressing {
    let dhcp = layers.get(key!(dhcp)).filter(|dhcp| *dhcp.value).map(|at| ("dhcp", at.pointer()));
    let others =
        present(written!(layers => addresses, gateway, gateway6, gateway_on_link, routes, nameservers, search));
    for (key, at) in others.chain(dhcp) {
        problems.push(
            Problem::conflict(Place::key(at), format!("`{key}` of an interface that is in bond `{bond}`"))
                .label("the bond has it")
                .related(place.clone(), "in this bond")
                .help(format!("move it to the bond, or take the interface out of `{bond}`")),
        );
    }
    Addressing { mtu: layers.value(key!(mtu)), ..Addressing::default() }
}

/// Reads the addresses, routers and DNS servers of an interface, a bond or a VLAN.
pub(crate) fn addressing<T: Addressed>(
    layers: &Layers<'_, T>,
    on: &On<'_>,
    Carries(carries): Carries,
    guest: &Guest<'_>,
    problems: &mut Problems,
) -> Addressing {
    let mut addresses: Vec<Static> = Vec::new();
    let mut are_valid = true;
    let written = layers.get(T::ADDRESSES);
    for (text, at) in layers.items(T::ADDRESSES) {
        let place = Place::value(at);
        match address(text, &place, guest.instance, problems) {
            Some(net) if addresses.iter().any(|other| other.net.addr() == net.addr()) => problems.push(
                Problem::new(Id::DuplicateAddress, place, format!("address `{}` is listed twice", net.addr()))
                    .label("the second one")
                    .help("leave it out"),
            ),
            Some(net) => {
                let is_reserved =
                    on.interface.is_some_and(|i| i.addresses.iter().any(|own| own.host.addr() == net.addr()));
                if let Some(id) = on.segment.as_ref().and_then(Segment::as_network) {
                    are_valid &= on_network(net, &place, id, guest.names, problems);
                }
                addresses.push(Static { net, place, on: on.segment.clone(), is_reserved });
            }
            None => are_valid = false,
        }
    }
    if are_valid && let Some(interface) = on.interface {
        agree_with_reserved(&addresses, interface, problems);
    }
    let on_link = layers.get(T::GATEWAY_ON_LINK);
    let gateways_on_link = on_link.is_some_and(|on_link| *on_link.value);
    let gateways = [(Family::V4, layers.get(T::GATEWAY)), (Family::V6, layers.get(T::GATEWAY6))];
    let gateways = gateways.into_iter().filter_map(|(family, word)| {
        let word = word?;
        let gateway = parse::address(word, family, problems)?;
        if are_valid {
            check_gateway(gateway, word, &addresses, gateways_on_link, problems);
        }
        Some(word.with(gateway))
    });
    let gateways: Vec<Placed<IpAddr>> = gateways.collect();
    if let Some(on_link) = on_link.filter(|on_link| *on_link.value) {
        let has_router = [T::GATEWAY, T::GATEWAY6].into_iter().any(|key| layers.get(key).is_some());
        problems.extend((!has_router).then(|| {
            Problem::needs(
                on_link.key_place(),
                "`gatewayOnLink` without a gateway",
                "a `gateway` or `gateway6` beside it",
            )
            .help("add `\"gateway\": …`, or leave it out")
        }));
    }

    let by_default = match on.served {
        Served::Lab { v4, v6 } => !carries || v4 || v6,
        Served::Unknown => !carries,
    };
    let dhcp = layers.value(T::DHCP);
    let uses_dhcp = dhcp.unwrap_or(written.is_none_or(|list| list.value.is_empty()) && by_default);
    let (v4, v6) = match on.served {
        Served::Lab { v4, v6 } => (v4, v6),
        Served::Unknown => (true, false),
    };
    let routes = layers.objects(T::ROUTES);
    let routes =
        routes.filter_map(|route| route::route(&route, &addresses, are_valid && !uses_dhcp, problems)).collect();
    Addressing {
        gateways,
        gateways_on_link,
        routes,
        nameservers: layers
            .items(T::NAMESERVERS)
            .filter_map(|(text, at)| parse::any_address_at(text, Place::value(at), problems))
            .collect(),
        search: text::each(layers.items(T::SEARCH), parse::host_name, problems),
        // Where the lab serves DHCPv6 only, the guest would wait for an IPv4 address in vain.
        dhcp: GuestDhcp { v4: uses_dhcp && (v4 || !v6), v6: uses_dhcp && v6, without_routes: false },
        optional: uses_dhcp && dhcp.is_none() && !v4 && !v6,
        mtu: layers.value(T::MTU),
        addresses,
    }
}

/// Reads an address with the prefix length of its subnet, and counts it up for replicas.
fn address(text: &str, place: &Place, instance: &Instance<'_>, problems: &mut Problems) -> Option<IpNet> {
    let Ok(first) = text.parse::<IpNet>() else {
        let help = match text.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => format!("add the prefix length of its subnet, such as `\"{text}/24\"`"),
            Ok(IpAddr::V6(_)) => format!("add the prefix length of its subnet, such as `\"{text}/64\"`"),
            Err(_) => "write it like `\"192.168.100.11/24\"` or `\"fd00:100::11/64\"`".to_owned(),
        };
        problems.push(
            Problem::of_value(
                Id::BadAddress,
                place.clone(),
                format!("`{}` is not an address with a prefix length", shortened(text)),
            )
            .label("needs an address, `/` and a prefix length")
            .help(help),
        );
        return None;
    };
    let Some(address) = plus(first.addr(), instance.replica) else {
        problems.push(
            Problem::new(
                Id::OutOfRange,
                place.clone(),
                format!("counting up from `{}` runs past the last address", first.addr()),
            )
            .label("too many replicas from here")
            .help("start lower"),
        );
        return None;
    };
    let net = IpNet::new(address, first.prefix_len()).ok()?;
    // A subnet of one or two addresses has no network or broadcast address to refuse.
    let Ok(subnet) = Subnet::parse(&first.trunc().to_string(), Family::of(address)) else {
        return Some(net);
    };
    if let Some(what) = subnet.kept_for() {
        problems.push(
            Problem::of_value(Id::BadAddress, place.clone(), format!("`{address}` is reserved for {what}"))
                .label("not for machines")
                .help("choose a private address, such as one in `10.0.0.0/8`, `192.168.0.0/16` or `fd00::/8`"),
        );
        return None;
    }
    match subnet.host(address) {
        Ok(_) => Some(net),
        Err(_) if instance.replica > 0 => {
            problems.push(
                Problem::new(
                    Id::AddressOutsideSubnet,
                    place.clone(),
                    format!("counting up from `{}` leaves its subnet", first.addr()),
                )
                .label("too many replicas from here")
                .help(format!("start lower; {}", room_of(subnet))),
            );
            None
        }
        Err(why @ (NotAHost::Network | NotAHost::Broadcast | NotAHost::Outside)) => {
            let (id, what, label) = not_a_host(why, subnet);
            problems.push(
                Problem::new(id, place.clone(), format!("address `{address}` {what}"))
                    .label(label)
                    .help(room_of(subnet)),
            );
            None
        }
    }
}

/// Checks an address against the subnet that its network has.
fn on_network(net: IpNet, place: &Place, id: NetworkId, names: &Names<'_>, problems: &mut Problems) -> bool {
    let network = &names.networks[id.0];
    let address = net.addr();
    let Some(ip) = network.ip(Family::of(address)) else { return true };
    let declared = || (Place::value(&ip.at), format!("`{}` is declared here", network.name));
    let (first, last) = ip.room();
    let room = format!("`{}` has room for `{first}` to `{last}`", network.name);
    let problem = match ip.subnet.host(address) {
        Err(why) => {
            let (id, what, label) = not_a_host(why, ip.subnet);
            Problem::new(id, place.clone(), format!("address `{address}` {what} of network `{}`", network.name))
                .label(label)
        }
        Ok(host) if host == ip.gateway => Problem::new(
            Id::AddressIsGateway,
            place.clone(),
            format!("address `{address}` is the host's own on network `{}`", network.name),
        )
        .label("the gateway"),
        Ok(_) => return true,
    };
    let (related, label) = declared();
    problems.push(problem.related(related, label).help(room));
    false
}

/// Checks that an address that the network reserves for an interface is one that the interface has.
fn agree_with_reserved(addresses: &[Static], interface: &Interface, problems: &mut Problems) {
    for reserved in &interface.addresses {
        let family = Family::of(reserved.host.addr());
        let mut own = addresses.iter().filter(|fixed| Family::of(fixed.net.addr()) == family);
        let Some(first) = own.next() else { continue };
        if first.net.addr() == reserved.host.addr() || own.any(|fixed| fixed.net.addr() == reserved.host.addr()) {
            continue;
        }
        let message = format!("address `{}` beside one that the network reserves", first.net.addr());
        problems.push(
            Problem::conflict(first.place.clone(), message)
                .label(format!("not `{}`", reserved.host))
                .related(reserved.place.clone(), "reserved here, and in DNS")
                .help("write the address in only one place: the guest gets the reserved one by DHCP"),
        );
    }
}

/// Checks that a router can be reached.
fn check_gateway(gateway: IpAddr, word: Word<'_>, addresses: &[Static], on_link: bool, problems: &mut Problems) {
    let family = Family::of(gateway);
    let same = || addresses.iter().filter(|fixed| Family::of(fixed.net.addr()) == family);
    let problem = if let Some(own) = same().find(|fixed| fixed.net.addr() == gateway) {
        Problem::new(Id::AddressIsGateway, word.place(), format!("gateway `{gateway}` is the guest's own address"))
            .label("not another machine")
            .related(own.place.clone(), "the guest's address")
            .help("write the address of the router; on a network of the lab, that is the network's `gateway`")
    } else if same().any(|fixed| fixed.net.contains(&gateway) || on_link || is_link_local(gateway)) {
        return;
    } else if let Some(own) = same().next() {
        Problem::new(
            Id::AddressOutsideSubnet,
            word.place(),
            format!("gateway `{gateway}` is outside of the guest's subnets"),
        )
        .label(format!("not in `{}`", own.net.trunc()))
        .related(own.place.clone(), "the guest's address")
        .help(
            "write an address of the same subnet, and check the prefix length; or add `\"gatewayOnLink\": true` if the guest reaches it directly",
        )
    } else {
        Problem::conflict(word.key_place(), format!("a gateway without an {} address", family.name()))
            .label("no address of this family")
            .help("add `addresses` of its family, or leave it out: DHCP and router advertisements announce the gateway")
    };
    problems.push(problem);
}
