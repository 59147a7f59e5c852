//! Checks a network against its mode: requires what the mode needs, and refuses what it cannot have.

use crate::lab::interface::backend::Backend;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::device_name;
use crate::resolve::layers::{present, written};
use crate::resolve::network::declared::Declared;
use crate::spec::key::key;
use crate::spec::macvtap::MacvtapMode;
use crate::spec::network::Mode;

/// Reads the interface of the host, and refuses it on modes that have none.
pub(crate) fn dev(network: &Declared<'_>, problems: &mut Problems) -> Option<String> {
    let written = network.layers.get(key!(dev));
    let problem = match (network.mode, written) {
        (Mode::Nat | Mode::Route, _) | (Mode::Macvtap | Mode::Hostdev, Some(_)) => None,
        (Mode::Open | Mode::Isolated | Mode::Bridge | Mode::Ovs, written) => written.map(|dev| {
            let message = format!("network `{}` has a mode without a forwarding interface", network.name);
            Problem::not_on_this_mode(dev.key_place(), message)
                .label("only for modes `nat`, `route`, `macvtap` and `hostdev`")
                .help("leave `dev` out, or choose another `mode`")
        }),
        (Mode::Macvtap | Mode::Hostdev, None) => Some(
            Problem::needs(
                Place::key(network.layers.pointer().key("dev")),
                format!("network `{}` does not name the interface that it shares", network.name),
                "a `dev`",
            )
            .help("add `\"dev\": \"enp1s0\"`, the name of an interface of the host"),
        ),
    };
    problems.extend(problem);
    if let Some(dev) = written.filter(|_| network.mode == Mode::Macvtap) {
        device_name::warn_of_wireless(dev, problems);
    }
    written.and_then(|word| device_name::of_host(word, problems))
}

/// Reads the mode of macvtap, and refuses it on other modes of networks.
pub(crate) fn macvtap_mode(network: &Declared<'_>, problems: &mut Problems) -> MacvtapMode {
    let written = network.layers.get(key!(macvtap_mode));
    problems.extend(written.filter(|_| network.mode.backend() != Backend::Macvtap).map(|written| {
        let message = format!("network `{}` does not use macvtap", network.name);
        Problem::not_on_this_mode(written.key_place(), message)
            .label("only for mode `macvtap`")
            .help("leave it out, or choose mode `macvtap`")
    }));
    written.map(|written| *written.value).unwrap_or_default()
}

/// Refuses settings that only a bridge of libvirt's has: something of the host's has its own addresses and servers.
pub(crate) fn refuse_on_the_host(network: &Declared<'_>, problems: &mut Problems) {
    let layers = &network.layers;
    let what = if network.mode.shares_interface() { "an interface" } else { "a bridge" };
    for (key, at) in present(written!(layers => subnet, gateway, subnet6, gateway6, dhcp, dhcp6, dns, mac, mtu)) {
        let message = format!("network `{}` is on {what} of the host, which has its own `{key}`", network.name);
        problems.push(refused(&at, network.mode, message));
    }
    // These apply to each interface, and not every kind of interface takes them.
    let (shaped, isolated, trusted) = match network.mode {
        Mode::Nat | Mode::Route | Mode::Open | Mode::Isolated | Mode::Bridge => (true, true, true),
        Mode::Ovs => (true, false, true),
        Mode::Macvtap => (false, false, true),
        Mode::Hostdev => (false, false, false),
    };
    let own = present(written!(layers => tftp, dnsmasq, routes, stp, stp_delay))
        .chain(present(written!(layers => bandwidth)).filter(|_| !shaped))
        .chain(present(written!(layers => port_isolation)).filter(|_| !isolated))
        .chain(present(written!(layers => trust_rx_filters)).filter(|_| !trusted));
    for (key, at) in own {
        problems.push(refused(&at, network.mode, format!("network `{}` takes no `{key}`", network.name)));
    }
    for (group, layers) in layers.entries(key!(portgroups)) {
        let own = present(written!(layers => bandwidth)).filter(|_| !shaped);
        for (key, at) in own.chain(present(written!(layers => trust_rx_filters)).filter(|_| !trusted)) {
            problems.push(refused(&at, network.mode, format!("port group `{group}` takes no `{key}`")));
        }
    }
}

fn refused(at: &Pointer, mode: Mode, message: String) -> Problem {
    Problem::not_on_this_mode(Place::key(at), message)
        .label(format!("not in mode `{}`", mode.name()))
        .help("leave it out, or choose another `mode`")
}

/// Refuses DHCP without a subnet.
pub(crate) fn refuse_without_subnet(network: &Declared<'_>, problems: &mut Problems) {
    let dhcp = network.layers.object(key!(dhcp));
    let asked = dhcp.get(key!(enable)).filter(|enable| *enable.value).map(|at| at.pointer());
    let has_ipv6 = network.layers.get(key!(subnet6)).is_some();
    let of_both = present(written!(dhcp => reservations_only, lease)).map(|(_, at)| at);
    let of_any = asked.into_iter().chain(of_both).filter(|_| !has_ipv6);
    for at in of_any.chain(present(written!(dhcp => range, boot_file)).map(|(_, at)| at)) {
        problems.push(
            Problem::new(
                Id::NoSubnet,
                Place::key(at),
                format!("network `{}` has no subnet to serve addresses in", network.name),
            )
            .label("no subnet")
            .related(network.layers.key_place(), "the network")
            .help("add a `subnet`, or leave `dhcp` out"),
        );
    }
}

/// Refuses DHCPv6 without an IPv6 subnet.
pub(crate) fn refuse_without_subnet6(network: &Declared<'_>, problems: &mut Problems) {
    let dhcp = network.layers.object(key!(dhcp6));
    let asked = dhcp.get(key!(enable)).filter(|enable| *enable.value).map(|at| at.pointer());
    let others = present(written!(dhcp => range, reservations_only, lease)).map(|(_, at)| at);
    for at in asked.into_iter().chain(others) {
        let message = format!("network `{}` has no IPv6 subnet to serve addresses in", network.name);
        problems.push(
            Problem::new(Id::NoSubnet, Place::key(at), message)
                .label("no subnet")
                .related(network.layers.key_place(), "the network")
                .help("add a `subnet6`, or leave `dhcp6` out"),
        );
    }
}
