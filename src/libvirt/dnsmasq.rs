//! What libvirt hands on to dnsmasq as it is.

use std::net::IpAddr;

use super::tree::Tree;
use crate::lab::network::Network;

/// What makes firmware take an offer for one of HTTP boot: it asks as `HTTPClient` and wants that back
/// ([UEFI, HTTP Boot](https://uefi.org/specs/UEFI/2.10/24_Network_Protocols_SNP_PXE_BIS.html#http-boot)).
const HTTP_BOOT: [&str; 2] =
    ["dhcp-vendorclass=set:lab2nix-http,HTTPClient", "dhcp-option-force=tag:lab2nix-http,60,HTTPClient"];

/// Lines for dnsmasq's configuration
/// ([libvirt](https://libvirt.org/formatnetwork.html#network-namespaces)): those of the spec, and what libvirt has no word for.
pub(super) fn options(network: &Network) -> Option<Tree> {
    let of_http_boot = HTTP_BOOT.iter().filter(|_| network.pxe.is_on_web()).map(|option| (*option).to_owned());
    let wildcards = network.dns.wildcards.iter().filter(|_| network.dns.enable);
    let wildcards = wildcards.flat_map(|(name, address)| wildcard(name, *address));
    let options = of_http_boot.chain(network.dnsmasq.iter().cloned()).chain(wildcards);
    let options = options.map(|option| Tree::new().with("value", option));
    Tree::new().with_each("dnsmasq:option", options).unless_empty()
}

/// The lines for a name with everything below it. Without the first, other servers are asked for addresses of the other family
/// ([dnsmasq](https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html), `--address`).
fn wildcard(name: &str, address: IpAddr) -> [String; 2] {
    let name = name.trim_end_matches('.');
    [format!("local=/{name}/"), format!("address=/{name}/{address}")]
}

/// A text as dnsmasq reads it whole: in quotes where it would take a part of it for something else.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = !text.contains([',', '#', '"']) && text.trim() == text;
    if is_plain {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;
    use pretty_assertions::assert_eq;

    #[test]
    fn texts_are_quoted_where_they_must_be() {
        let check = |text: &str, expected: &str| assert_eq!(quoted(text), expected);
        check("v=spf1 -all", "v=spf1 -all");
        check(r"a\b", r"a\b");
        check("a, b", r#""a, b""#);
        check("a #b", r#""a #b""#);
        check(" a", r#"" a""#);
        check(r#""a"\n"#, r#""\"a\"\\n""#);
    }
}
