//! What libvirt hands on to dnsmasq as it is.

use super::tree::Tree;
use crate::lab::Network;

/// What makes firmware take an offer for one of HTTP boot: it asks as `HTTPClient` and wants that back
/// ([UEFI, HTTP Boot](https://uefi.org/specs/UEFI/2.10/24_Network_Protocols_SNP_PXE_BIS.html#http-boot)).
const HTTP_BOOT: [&str; 2] =
    ["dhcp-vendorclass=set:lab2nix-http,HTTPClient", "dhcp-option-force=tag:lab2nix-http,60,HTTPClient"];

/// Lines for dnsmasq's configuration
/// ([libvirt](https://libvirt.org/formatnetwork.html#network-namespaces)).
pub(super) fn options(network: &Network) -> Option<Tree> {
    let of_http_boot = HTTP_BOOT.iter().filter(|_| network.pxe.is_on_web()).map(|option| (*option).to_owned());
    let options = of_http_boot.chain(network.dnsmasq.iter().cloned());
    let options = options.map(|option| Tree::new().with("value", option));
    Tree::new().with_each("dnsmasq:option", options).unless_empty()
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
