//! The network of a guest, in version 2 of cloud-init's format
//! ([cloud-init](https://docs.cloud-init.io/en/latest/reference/network-config-format-v2.html)).

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::set_list;
use crate::lab::cloud_init::address::{Addressing, GuestRoute};
use crate::lab::cloud_init::network::{GuestBond, GuestInterface, GuestNetwork, GuestVlan};
use crate::lab::domain::Domain;

/// How often a bond looks whether its interfaces have a link, in milliseconds. Linux does not by itself.
const LINK_MONITOR: u32 = 100;

/// The metric of default routes that another one is to come before, farther than any that a guest gives by itself.
const LAST_METRIC: u32 = 20_000;

/// The whole file.
pub(super) fn config(network: &GuestNetwork, domain: &Domain) -> Value {
    let interfaces = network.interfaces.iter().zip(&domain.interfaces);
    let ethernets: Map<String, Value> = interfaces
        .map(|(guest, interface)| (guest.id.clone(), ethernet(guest, &interface.mac.value.to_string())))
        .collect();
    let bonds: Map<String, Value> =
        network.bonds.iter().map(|bond| (bond.name.clone(), self::bond(bond, domain))).collect();
    let vlans: Map<String, Value> = network.vlans.iter().map(|vlan| (vlan.name.clone(), self::vlan(vlan))).collect();
    let mut config = Map::new();
    config.insert("version".to_owned(), 2.into());
    for (key, entries) in [("ethernets", ethernets), ("bonds", bonds), ("vlans", vlans)] {
        if !entries.is_empty() {
            config.insert(key.to_owned(), Value::Object(entries));
        }
    }
    Value::Object(config)
}

fn ethernet(guest: &GuestInterface, mac: &str) -> Value {
    let mut ethernet = Map::new();
    ethernet.insert("match".to_owned(), json!({ "macaddress": mac }));
    if guest.named {
        ethernet.insert("set-name".to_owned(), guest.id.clone().into());
    }
    add(&mut ethernet, &guest.addressing);
    Value::Object(ethernet)
}

fn bond(bond: &GuestBond, domain: &Domain) -> Value {
    let mut config = Map::new();
    set_list(&mut config, "interfaces", &bond.interfaces);
    let parameters = json!({ "mode": bond.mode.name(), "mii-monitor-interval": LINK_MONITOR });
    config.insert("parameters".to_owned(), parameters);
    // The guest would make one up, which is another in each guest of one image, and which macvtap lets nothing through to.
    if let Some(first) = bond.first.and_then(|index| domain.interfaces.get(index)) {
        config.insert("macaddress".to_owned(), first.mac.value.to_string().into());
    }
    add(&mut config, &bond.addressing);
    Value::Object(config)
}

fn vlan(vlan: &GuestVlan) -> Value {
    let mut config = Map::new();
    config.insert("id".to_owned(), vlan.tag.into());
    config.insert("link".to_owned(), vlan.link.clone().into());
    add(&mut config, &vlan.addressing);
    Value::Object(config)
}

/// Adds what interfaces, bonds and VLANs have alike.
fn add(config: &mut Map<String, Value>, addressing: &Addressing) {
    let Addressing { addresses, gateways, gateways_on_link, routes, nameservers, search, dhcp, optional, mtu } =
        addressing;
    let mut set = |key: &str, value: Value| config.insert(key.to_owned(), value);
    for (key, is_on) in [("dhcp4", dhcp.v4), ("dhcp6", dhcp.v6), ("optional", *optional)] {
        if is_on {
            set(key, true.into());
        }
    }
    for (key, is_on) in [("dhcp4-overrides", dhcp.v4), ("dhcp6-overrides", dhcp.v6)] {
        if is_on && dhcp.without_routes {
            // Renderers that do not know the first know the second.
            set(key, json!({ "use-routes": false, "route-metric": LAST_METRIC }));
        }
    }
    if let Some(mtu) = mtu {
        set("mtu", (*mtu).into());
    }
    let mut servers = Map::new();
    set_list(&mut servers, "addresses", &nameservers.iter().map(ToString::to_string).collect::<Vec<_>>());
    set_list(&mut servers, "search", search);
    if !servers.is_empty() {
        set("nameservers", Value::Object(servers));
    }
    set_list(config, "addresses", &addresses.iter().map(|fixed| fixed.net.to_string()).collect::<Vec<_>>());
    let defaults = gateways.iter().map(|gateway| default_route(gateway.value, *gateways_on_link));
    set_list(config, "routes", &defaults.chain(routes.iter().map(route)).collect::<Vec<_>>());
}

/// The route to everywhere. Older versions of cloud-init do not know the word `default` for it.
fn default_route(gateway: IpAddr, on_link: bool) -> Value {
    let to = match gateway {
        IpAddr::V4(_) => "0.0.0.0/0",
        IpAddr::V6(_) => "::/0",
    };
    let mut route = json!({ "to": to, "via": gateway.to_string() });
    if on_link {
        route["on-link"] = true.into();
    }
    route
}

fn route(route: &GuestRoute) -> Value {
    let mut written = json!({ "to": route.to.to_string(), "via": route.via.to_string() });
    if let Some(metric) = route.metric {
        written["metric"] = metric.into();
    }
    if route.on_link {
        written["on-link"] = true.into();
    }
    written
}
