//! The definition of a network interface ([libvirt](https://libvirt.org/formatdomain.html#network-interfaces)).

use std::net::{IpAddr, Ipv4Addr};

use indexmap::IndexMap;

use super::boot;
use crate::lab::Lab;
use crate::lab::interface::Interface;
use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::forward::Forward;
use crate::lab::interface::tunnel::{Tunnel, TunnelEnd};
use crate::libvirt::network::{bandwidth, isolation, vlan};
use crate::libvirt::tree::Tree;
use crate::spec::interface::Protocol;

pub(super) fn tree(interface: &Interface, lab: &Lab) -> Tree {
    let (kind, source) = match &interface.attachment {
        Attachment::Network(id) => (
            "network",
            Some(
                Tree::new()
                    .with("network", lab.network(*id).name.clone())
                    .with_some("portgroup", interface.portgroup.clone()),
            ),
        ),
        Attachment::HostNetwork(name) => (
            "network",
            Some(Tree::new().with("network", name.clone()).with_some("portgroup", interface.portgroup.clone())),
        ),
        Attachment::Bridge { name, .. } => ("bridge", Some(Tree::new().with("bridge", name.clone()))),
        Attachment::User => ("user", None),
        Attachment::Macvtap(device) => {
            let mode = interface.tap.macvtap_mode.name();
            ("direct", Some(Tree::new().with("dev", device.clone()).with("mode", mode)))
        }
        Attachment::Tunnel(tunnel) => (tunnel.kind.name(), Some(source(tunnel))),
    };
    let tap = &interface.tap;
    // QEMU's own translation forwards no ports.
    let passt = interface.is_forwarded_by_passt();
    let passed: &[Forward] = if passt { &interface.forwards } else { &[] };
    Tree::new()
        .with("type", kind)
        .with_some("trustGuestRxFilters", tap.trust_rx_filters)
        .with("mac", Tree::new().with("address", interface.mac.value.to_string()))
        .with_some("source", source)
        .with_some("vlan", interface.vlan.as_ref().map(vlan))
        .with_each("portForward", forwards(passed))
        .with_some("model", interface.model.map(|model| Tree::new().with("type", model.name())))
        .with_some("driver", tap.queues.map(|queues| Tree::new().with("queues", queues)))
        .with_some("target", tap.target.as_ref().map(|target| Tree::new().with("dev", target.value.clone())))
        .with_some("bandwidth", tap.bandwidth.as_ref().map(bandwidth))
        .with_some("port", tap.port_isolation.map(isolation))
        .with_some("backend", passt.then(|| Tree::new().with("type", "passt")))
        .with_some("link", interface.link.map(|state| Tree::new().with("state", state.name())))
        .with_some("mtu", interface.mtu.map(|size| Tree::new().with("size", size)))
        .with_some("boot", interface.boot.as_ref().map(boot))
}

fn source(tunnel: &Tunnel) -> Tree {
    let end = |end: &TunnelEnd| {
        Tree::new()
            .with_some("address", end.address.map(|address| address.to_string()))
            .with("port", i64::from(end.port.value))
    };
    // libvirt wants the address of the host's own end, also where it is all of them.
    let local = tunnel.local.as_ref().map(|local| {
        let address = local.address.unwrap_or(Ipv4Addr::UNSPECIFIED);
        end(&TunnelEnd { address: Some(address), port: local.port.clone() })
    });
    end(&tunnel.source).with_some("local", local)
}

/// Port forwards, those together that have one protocol and one address.
fn forwards(forwards: &[Forward]) -> impl Iterator<Item = Tree> {
    let mut groups: IndexMap<(Protocol, Option<IpAddr>), Vec<Tree>> = IndexMap::new();
    for forward in forwards {
        let range = Tree::new().with("start", forward.host.value).with("to", forward.guest);
        groups.entry((forward.protocol, forward.address)).or_default().push(range);
    }
    groups.into_iter().map(|((protocol, address), ranges)| {
        Tree::new()
            .with("proto", protocol.name())
            .with_some("address", address.map(|address| address.to_string()))
            .with_each("range", ranges)
    })
}
