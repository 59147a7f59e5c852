//! Reads what guests boot from over a network: the file, the server that has it, and the directory that TFTP serves.

use crate::lab::network::ip::Ip;
use crate::lab::network::pxe::Pxe;
use crate::lab::subnet::Family;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::network::declared::Declared;
use crate::resolve::network::dnsmasq;
use crate::resolve::{parse, text};
use crate::spec::key::key;

/// Reads what guests boot from. `ip` is what the network has of IPv4.
pub(crate) fn pxe(network: &Declared<'_>, ip: Option<&Ip>, is_broken: bool, problems: &mut Problems) -> Pxe {
    let tftp = network.layers.get(key!(tftp));
    let dhcp = network.layers.object(key!(dhcp));
    let file = dhcp.get(key!(boot_file));
    let server = dhcp.get(key!(boot_server));
    if let Some(tftp) = tftp.filter(|_| ip.is_none() && !is_broken) {
        problems.push(
            Problem::new(
                Id::NoSubnet,
                tftp.key_place(),
                format!("network `{}` has no subnet to serve files in", network.name),
            )
            .label("no subnet")
            .related(network.layers.key_place(), "the network")
            .help("add a `subnet`, or leave `tftp` out"),
        );
    }
    if let (Some(file), Some(_)) = (file, ip.filter(|ip| ip.dhcp.is_none())) {
        problems.push(
            Problem::both(
                file.key_place(),
                "a boot file on a network without DHCP",
                "announced by DHCP, which is switched off",
            )
            .related(Place::value(dhcp.pointer().key("enable")), "switched off here"),
        );
    }
    if let (Some(server), None) = (server, file) {
        problems.push(
            Problem::needs(server.key_place(), "a boot server without a boot file", "a `bootFile` beside it")
                .help("add `\"bootFile\": \"pxelinux.0\"`, or leave `bootServer` out"),
        );
    }
    Pxe {
        tftp: tftp
            .filter(|word| text::directory(*word, problems).is_some())
            .and_then(|word| dnsmasq::plain(word, "a directory that TFTP serves", problems)),
        file: file.and_then(|word| dnsmasq::plain(word, "the name of a file to boot", problems)),
        server: server.and_then(|word| parse::address(word, Family::V4, problems)),
    }
}
