//! What a new Windows is at its first start: its name, its addresses, and who reaches it.

use super::{PRODUCT_KEY, component, run, set_number, with_hyphens};
use crate::answer::{Component, Element, Pass};
use crate::lab::domain::Domain;
use crate::lab::subnet::Family;
use crate::lab::unattended::{Adapter, ProductKey, Unattended};
use crate::spec::guest::Os;
use crate::spec::unattended::Remote;

/// The rules of the firewall that let Remote Desktop in, by the number that they have in every language.
const REMOTE_DESKTOP: &str = "@FirewallAPI.dll,-28752";

/// Where Windows 11 looks whether it may go on without a network.
const WELCOME: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\OOBE";

pub(super) fn components(domain: &Domain, unattended: &Unattended) -> Vec<Component> {
    let of = |name: &str, elements: Vec<Element>| component(Pass::Specialize, name, elements);
    let mut components = Vec::new();
    let servers: Vec<Element> = unattended.adapters.iter().filter_map(servers).collect();
    if !servers.is_empty() {
        components.push(of("Microsoft-Windows-DNS-Client", vec![Element::group("Interfaces", servers)]));
    }
    if domain.os == Os::Windows11 {
        components
            .push(of("Microsoft-Windows-Deployment", run([set_number(WELCOME, "BypassNRO")]).into_iter().collect()));
    }
    // A public key activates nothing, and each attempt fails.
    if unattended.product_key != Some(ProductKey::FromHost) {
        let skip = vec![Element::text("SkipAutoActivation", "true")];
        components.push(of("Microsoft-Windows-Security-SPP-UX", skip));
    }
    if domain.os.is_windows_server() {
        let quiet = vec![Element::text("DoNotOpenServerManagerAtLogon", "true")];
        components.push(of("Microsoft-Windows-ServerManager-SvrMgrNc", quiet));
    }
    let mut shell = vec![Element::text("ComputerName", &unattended.computer_name)];
    // One that activates Windows many times is not taken in the first pass.
    if unattended.product_key == Some(ProductKey::FromHost) {
        shell.push(Element::text("ProductKey", PRODUCT_KEY));
    }
    shell.push(Element::text("TimeZone", &unattended.time_zone));
    components.push(of("Microsoft-Windows-Shell-Setup", shell));
    let interfaces: Vec<Element> = unattended.adapters.iter().filter_map(interface).collect();
    if !interfaces.is_empty() {
        components.push(of("Microsoft-Windows-TCPIP", vec![Element::group("Interfaces", interfaces)]));
    }
    if unattended.remote.contains(&Remote::Rdp) {
        components.extend(remote_desktop());
    }
    components
}

fn remote_desktop() -> [Component; 3] {
    let of = |name: &str, elements: Vec<Element>| component(Pass::Specialize, name, elements);
    let allowed = vec![Element::text("fDenyTSConnections", "false")];
    let authenticated = vec![Element::text("UserAuthentication", "1")];
    let group =
        [Element::text("Active", "true"), Element::text("Group", REMOTE_DESKTOP), Element::text("Profile", "all")];
    let groups = Element::group("FirewallGroups", [Element::group("FirewallGroup", group).keyed("RemoteDesktop")]);
    [
        of("Microsoft-Windows-TerminalServices-LocalSessionManager", allowed),
        of("Microsoft-Windows-TerminalServices-RDP-WinStationExtensions", authenticated),
        of("Networking-MPSSVC-Svc", vec![groups]),
    ]
}

/// What an interface is told of DNS.
fn servers(adapter: &Adapter) -> Option<Element> {
    let servers = keyed(adapter.dns.iter().map(ToString::to_string));
    let identifier = Element::text("Identifier", with_hyphens(&adapter.mac.to_string()));
    (!servers.is_empty())
        .then(|| Element::group("Interface", [identifier, Element::group("DNSServerSearchOrder", servers)]))
}

/// The addresses of an interface that has static ones.
fn interface(adapter: &Adapter) -> Option<Element> {
    if adapter.addresses.is_empty() {
        return None;
    }
    // Of IPv6, older servers refuse it.
    let has_ipv4 = adapter.addresses.iter().any(|net| net.addr().is_ipv4());
    let settings = has_ipv4.then(|| Element::group("Ipv4Settings", [Element::text("DhcpEnabled", "false")]));
    let identifier = Element::text("Identifier", with_hyphens(&adapter.mac.to_string()));
    let addresses = Element::group("UnicastIpAddresses", keyed(adapter.addresses.iter().map(ToString::to_string)));
    let routes = (1..).zip(&adapter.gateways).map(|(number, gateway): (u32, _)| {
        let everywhere = match Family::of(*gateway) {
            Family::V4 => "0.0.0.0/0",
            Family::V6 => "::/0",
        };
        let elements = [
            Element::text("Identifier", number.to_string()),
            Element::text("NextHopAddress", gateway.to_string()),
            Element::text("Prefix", everywhere),
        ];
        Element::group("Route", elements)
    });
    let routes: Vec<Element> = routes.collect();
    let routes = (!routes.is_empty()).then(|| Element::group("Routes", routes));
    Some(Element::group("Interface", settings.into_iter().chain([identifier, addresses]).chain(routes)))
}

/// Addresses in an order that counts.
fn keyed(addresses: impl Iterator<Item = String>) -> Vec<Element> {
    let keyed = |(number, address): (u32, String)| Element::text("IpAddress", address).keyed(number.to_string());
    (1..).zip(addresses).map(keyed).collect()
}
