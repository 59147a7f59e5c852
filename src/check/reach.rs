//! Looks at what guests reach that set their own addresses.

use crate::lab::Lab;
use crate::lab::cloud_init::CloudInit;
use crate::lab::domain::Domain;
use crate::lab::interface::attachment::Attachment;
use crate::problem::{Id, Problem, Problems};
use crate::spec::network::Mode;

/// What files and commands are named after that set up routes and DNS.
const OF_NETWORKS: [&str; 16] = [
    "dhclient",
    "dhcpcd",
    "ifcfg",
    "ifup",
    "ip a",
    "ip r",
    "nameserver",
    "netplan",
    "network/interfaces",
    "networkctl",
    "nmcli",
    "resolv",
    "route",
    "system-connections",
    "systemd/network",
    "udhcpc",
];

/// Warns of guests that set an address of their own on a network that leads further, and neither a router nor a DNS server.
pub(crate) fn check(lab: &Lab, problems: &mut Problems) {
    lab.domains.iter().flatten().for_each(|domain| problems.extend(alone(domain, lab)));
}

fn alone(domain: &Domain, lab: &Lab) -> Vec<Problem> {
    let Some((init, network)) = domain.cloud_init.as_ref().and_then(|init| Some((init, init.network.as_ref()?))) else {
        return Vec::new();
    };
    let uses_dhcp = network.addressings().any(|addressing| addressing.dhcp.v4 || addressing.dhcp.v6);
    if uses_dhcp
        || sets_up_more(init)
        || !domain.interfaces.iter().all(|interface| is_known(&interface.attachment, lab))
    {
        return Vec::new();
    }
    let first = network.statics().find_map(|fixed| {
        let on = lab.network(fixed.on.as_ref()?.as_network()?);
        let ip = on.ipv4.as_ref().filter(|_| fixed.net.addr().is_ipv4() && on.mode != Mode::Isolated)?;
        Some((fixed, on, ip.gateway))
    });
    let Some((fixed, on, gateway)) = first else { return Vec::new() };
    let has_way =
        network.addressings().any(|addressing| !addressing.gateways.is_empty() || !addressing.routes.is_empty());
    let has_names = network.addressings().any(|addressing| !addressing.nameservers.is_empty());
    let router = (!has_way).then(|| {
        let message = format!("domain `{}` reaches nothing beyond network `{}`", domain.name, on.name);
        Problem::new(Id::NoRouter, fixed.place.clone(), message)
            .once_per_place()
            .label("no `gateway` beside it")
            .help(format!("add `\"gateway\": \"{gateway}\"` beside `addresses`"))
    });
    let nameserver = (!has_names).then(|| {
        let server = if on.dns.enable { gateway.to_string() } else { "…".to_owned() };
        Problem::new(Id::NoNameserver, fixed.place.clone(), format!("domain `{}` resolves no names", domain.name))
            .once_per_place()
            .label("no `nameservers` beside it")
            .help(format!("add `\"nameservers\": [\"{server}\"]` beside `addresses`"))
    });
    router.into_iter().chain(nameserver).collect()
}

/// Whether all that an interface can learn of routers and DNS servers comes from DHCP on a network of the lab. Elsewhere, and with
/// IPv6, routers advertise them.
fn is_known(attachment: &Attachment, lab: &Lab) -> bool {
    let Attachment::Network(id) = attachment else { return false };
    let network = lab.network(*id);
    network.mode.makes_bridge() && network.ipv6.is_none()
}

/// Whether cloud-init may set up more of the network than its `network` says.
fn sets_up_more(init: &CloudInit) -> bool {
    let mut texts = init.runcmd.iter().chain(init.secrets.files.iter().map(|file| &file.path));
    !init.extra.is_empty() || texts.any(|text| OF_NETWORKS.iter().any(|word| text.contains(word)))
}
