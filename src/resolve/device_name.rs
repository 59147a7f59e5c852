//! Checks the names of network devices on the host: bridges, interfaces, and the devices behind the interfaces of domains.
//!
//! A name that libvirt gives to a device must be plain, because it goes into firewall rules and names of services, which do
//! not quote it. The name of a device that the host already has goes to libvirt only.

use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Word;
use crate::resolve::parse::is_plain;
use crate::resolve::text::shortened;

/// The longest name, in bytes: the kernel's `IFNAMSIZ` less the closing NUL.
pub(crate) const MAX: usize = 15;

/// Names that stand for the settings of all interfaces. The kernel gives them to no device
/// ([`sysctl_dev_name_is_allowed`](https://elixir.bootlin.com/linux/v6.12/source/include/net/ip.h)), and `NixOS` takes
/// `networking.firewall.interfaces.default` for every interface.
const ALL_INTERFACES: [&str; 2] = ["all", "default"];

/// The words of nftables, of at most [`MAX`] bytes, that cannot be names where they have no quotes: those that
/// [its scanner](https://git.netfilter.org/nftables/tree/src/scanner.l) knows everywhere. `NixOS` and libvirt write the names
/// of bridges into rules without quotes.
#[rustfmt::skip]
const OF_NFTABLES: &[&str] = &[
    "accept", "add", "ah", "all", "and", "arp", "auto-merge", "bridge", "cgroup", "chain", "comment", "comp", "constant",
    "continue", "counter", "cpu", "create", "ct", "dccp", "day", "define", "delete", "describe", "destroy", "device",
    "devices", "dnat", "drop", "dst", "dup", "dynamic", "ecn", "element", "elements", "eq", "esp", "ether", "exists",
    "expires", "export", "exthdr", "fib", "flags", "flow", "flowtable", "flush", "frag", "fwd", "gc-interval", "ge",
    "geneve", "get", "goto", "gre", "gretap", "gt", "handle", "hbh", "hook", "hour", "ibriport", "ibrname", "icmp", "icmpv6",
    "igmp", "iif", "iifgroup", "iifname", "iiftype", "import", "include", "index", "inet", "insert", "interval", "ip", "ip6",
    "ipsec", "jhash", "jump", "last", "le", "limit", "list", "log", "lshift", "lt", "map", "mark", "masquerade", "meta",
    "meter", "mh", "missing", "monitor", "ne", "netdev", "nftrace", "not", "notrack", "numgen", "obriport", "obrname",
    "offload", "oif", "oifgroup", "oifname", "oiftype", "or", "osf", "pkttype", "policy", "position", "priority", "queue",
    "quota", "random", "redefine", "redirect", "reject", "rename", "replace", "reset", "return", "rshift", "rt", "rt0", "rt2",
    "rtclassid", "rule", "ruleset", "sctp", "secmark", "set", "size", "skgid", "skuid", "snat", "socket", "srh", "symhash",
    "synproxy", "table", "tcp", "th", "time", "timeout", "tproxy", "tunnel", "type", "typeof", "udp", "udplite", "undefine",
    "update", "vlan", "vmap", "vni", "vxlan", "xor", "xt",
];

/// Reads the name of a bridge that libvirt makes.
pub(crate) fn of_bridge(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let name = of_libvirt(word, "a bridge", problems)?;
    if OF_NFTABLES.contains(&name.as_str()) {
        problems.push(
            Problem::bad_name(word.place(), format!("`{name}` cannot be the name of a bridge"))
                .label("a keyword of nftables")
                .help(format!(
                    "the host's firewall rules cannot contain it: choose another name, such as `\"br-{name}\"`"
                )),
        );
        return None;
    }
    Some(name)
}

/// Reads the name of the host's device behind an interface of a domain.
pub(crate) fn of_interface(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    of_libvirt(word, "an interface's device", problems)
}

/// Reads the name of a device that the host already has.
pub(crate) fn of_host(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    const WHAT: &str = "a bridge or interface";
    let name = device(word, WHAT, "write its name as `ip link` shows it", problems)?;
    if !(name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') && is_plain(name)) {
        let help = "use letters, digits, `.`, `_` and `-`, starting with a letter, a digit or `_`";
        problems.push(not_a_name(word, WHAT, help));
        return None;
    }
    Some(name.clone())
}

/// Warns of the name of a wireless interface where frames of several machines have to go through it: an access point takes those of
/// one MAC address only.
pub(crate) fn warn_of_wireless(word: Word<'_>, problems: &mut Problems) {
    if is_wireless(word.value) {
        problems.push(
            Problem::new(Id::WirelessDevice, word.place(), format!("`{}` looks like a wireless interface", word.value))
                .label("the access point drops what domains send")
                .help("use a wired interface, or a network of mode `nat`, which works over Wi-Fi"),
        );
    }
}

/// Whether the kernel or [systemd](https://www.freedesktop.org/software/systemd/man/latest/systemd.net-naming-scheme.html) gives
/// a name to wireless interfaces: `wlan0`, `wlp3s0`, `wlP1p1s0`, `wlo1`, `wls1`, `wlx00c0caabcdef`.
fn is_wireless(name: &str) -> bool {
    let starts = ["wlan", "wlp", "wlP", "wlo", "wls"].iter().filter_map(|start| name.strip_prefix(start));
    starts.into_iter().any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        || name.strip_prefix("wlx").is_some_and(|rest| rest.len() == 12 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Reads the name of a device that libvirt makes.
fn of_libvirt(word: Word<'_>, what: &str, problems: &mut Problems) -> Option<String> {
    let name = device(word, what, "choose another one", problems)?;
    if !(name.starts_with(|c: char| c.is_ascii_alphabetic()) && is_plain(name)) {
        let help = "use letters, digits, `.`, `_` and `-`, starting with a letter: the host's firewall and services would misread other names";
        problems.push(not_a_name(word, what, help));
        return None;
    }
    Some(name.clone())
}

/// Reads a name that the kernel takes: short enough, and not one that stands for all devices.
fn device<'l>(word: Word<'l>, what: &str, help: &str, problems: &mut Problems) -> Option<&'l String> {
    let name = word.value;
    let problem = if name.len() > MAX {
        let message = format!("`{}` is longer than {MAX} bytes", shortened(name));
        Problem::of_value(Id::BridgeNameTooLong, word.place(), message)
            .label(format!("{} bytes", name.len()))
            .help("choose a shorter one: this is the kernel's limit for names of bridges and interfaces")
    } else if ALL_INTERFACES.contains(&name.as_str()) {
        Problem::bad_name(word.place(), format!("`{name}` cannot be the name of {what}"))
            .label("stands for all interfaces")
            .help(format!("no Linux device can have this name, and firewalls use it for all devices: {help}"))
    } else {
        return Some(name);
    };
    problems.push(problem);
    None
}

fn not_a_name(word: Word<'_>, what: &str, help: &str) -> Problem {
    Problem::bad_name(word.place(), format!("`{}` cannot be the name of {what}", shortened(word.value)))
        .label("not a name")
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Pointer;
    use crate::resolve::layers::Layers;
    use crate::spec::key::Key;

    type Check = fn(Word<'_>, &mut Problems) -> Option<String>;

    fn takes(check: Check, name: &str) -> bool {
        let name = name.to_owned();
        let layers = Layers::one(Pointer::root(), &name);
        let mut problems = Problems::default();
        let found =
            layers.get(Key { name: "bridge", field: |name| Some(name) }).and_then(|word| check(word, &mut problems));
        assert_eq!(found.is_some(), problems.is_empty(), "{name}");
        found.is_some()
    }

    #[test]
    fn names_are_for_whoever_reads_them() {
        let check = |name: &str, bridge: bool, interface: bool, of_host: bool| {
            let found = (takes(of_bridge, name), takes(of_interface, name), takes(super::of_host, name));
            assert_eq!(found, (bridge, interface, of_host), "{name}");
        };
        for name in ["virbr0", "br.lan", "br-lan_2", "Lan", "none", "virbr-laborator"] {
            check(name, true, true, true);
        }
        // Words of nftables'.
        for name in ["log", "ip6", "vlan"] {
            check(name, false, true, true);
        }
        // What the host can have.
        for name in ["10g-lan", "_lan", "0"] {
            check(name, false, false, true);
        }
        for name in [
            "",
            ".",
            "..",
            ".lan",
            "-x",
            "+",
            "lan+",
            "br0;pwned;#",
            "$(id)",
            "`id`",
            "br 0",
            "br\n0",
            "é",
            "a/b",
            "a:b",
            "a@b",
            "a*",
            "'a'",
            "\"a\"",
            "\\x41",
            "%u",
            "default",
            "all",
            "virbr-laboratory",
        ] {
            check(name, false, false, false);
        }
    }
}
