//! The lines of a hosts file ([hosts(5)](https://man7.org/linux/man-pages/man5/hosts.5.html)): addresses with the names of domains.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::IpAddr;

use super::endpoint::Endpoint;
use super::machine::Machine;
use super::made_for;
use super::view::View;
use crate::lab::Lab;
use crate::lab::interface::attachment::Attachment;

/// The longest name, and the longest part of one between dots
/// ([RFC 1035](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4)).
const NAME_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// The names of the domains of a lab by the addresses at which they are reached: those that have one of their own.
#[must_use]
pub fn of_lab(lab: &Lab) -> BTreeMap<IpAddr, Vec<String>> {
    let machines = Machine::all(lab);
    let mut hosts: BTreeMap<IpAddr, Vec<String>> = BTreeMap::new();
    for (machine, names) in machines.iter().zip(names(lab, &machines)) {
        let Some(endpoint) = Endpoint::of_machine(lab, machine).filter(|_| !names.is_empty()) else { continue };
        for address in endpoint.addresses {
            hosts.entry(address).or_default().extend(names.iter().cloned());
        }
    }
    hosts
}

/// The names of hosts that each of the machines of a lab has: with the DNS domain of its network, its own, and what its guest calls
/// itself. A name that is not one of a host is left out, and so is what a guest calls itself where another one has that name.
#[must_use]
pub fn names(lab: &Lab, machines: &[Machine<'_>]) -> Vec<Vec<String>> {
    let mut taken: BTreeSet<String> = machines.iter().map(|machine| machine.name.to_lowercase()).collect();
    let mut names_of = |machine: &Machine<'_>| {
        let mut names = Vec::new();
        if let Some(domain) = dns_domain(lab, machine).filter(|_| !machine.name.contains('.')) {
            names.push(format!("{}.{domain}", machine.name));
        }
        names.push(machine.name.to_owned());
        let own = machine.cloud_init.map(|cloud_init| &cloud_init.hostname);
        names.extend(own.filter(|own| taken.insert(own.to_lowercase())).cloned());
        names.retain(|name| is_host_name(name));
        names
    };
    machines.iter().map(&mut names_of).collect()
}

/// The DNS domain of the network by which a machine is reached.
fn dns_domain<'l>(lab: &'l Lab, machine: &Machine<'_>) -> Option<&'l str> {
    let by = Endpoint::of_machine(lab, machine)?.interface;
    let interface = machine.interfaces.iter().find(|interface| interface.name == by)?;
    match interface.attachment {
        Attachment::Network(id) => lab.network(id).dns.domain.as_deref(),
        Attachment::HostNetwork(_)
        | Attachment::Bridge { .. }
        | Attachment::User
        | Attachment::Macvtap(_)
        | Attachment::Tunnel(_) => None,
    }
}

/// Whether a name can be that of a host ([RFC 1123](https://www.rfc-editor.org/rfc/rfc1123#page-13)), and is neither an address nor
/// this machine's own.
fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        let is_edge = |c: char| c.is_ascii_alphanumeric();
        (1..=LABEL_MAX).contains(&label.len())
            && label.starts_with(is_edge)
            && label.ends_with(is_edge)
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let last = name.rsplit('.').next().unwrap_or(name);
    // What resolvers take for an address without asking: `10`, `0x7f.1`.
    let is_number = |label: &str| {
        let hexadecimal = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
        hexadecimal.map_or_else(
            || label.chars().all(|c| c.is_ascii_digit()),
            |digits| digits.chars().all(|c| c.is_ascii_hexdigit()),
        )
    };
    name.len() <= NAME_MAX
        && name.split('.').all(is_label)
        && !name.split('.').all(is_number)
        && !last.eq_ignore_ascii_case("localhost")
}

/// The lines, by address.
#[must_use]
pub fn render(view: &View) -> String {
    let mut hosts: BTreeMap<IpAddr, Vec<&str>> = BTreeMap::new();
    for domain in view.domains.iter().filter(|domain| !domain.host_names.is_empty()) {
        for address in &domain.addresses {
            let names = hosts.entry(*address).or_default();
            for name in &domain.host_names {
                if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                    names.push(name);
                }
            }
        }
    }
    let mut text = made_for("hosts");
    for (address, names) in hosts {
        let _ = writeln!(text, "{address} {}", names.join(" "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hosts() {
        for good in ["web", "DC01", "web-1.lab.example", "3com", "node.1"] {
            assert!(is_host_name(good), "{good}");
        }
        let long = "a".repeat(64);
        for bad in
            ["", "a_b", "-a", "a-", "a..b", "10.0.0.1", "7", "0x7f.1", "localhost", "x.localhost", "a b", "a\n", &long]
        {
            assert!(!is_host_name(bad), "{bad}");
        }
    }
}
