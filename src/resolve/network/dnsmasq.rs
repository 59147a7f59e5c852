//! Reads the options of a network for dnsmasq, and checks what fits into a line of its configuration: libvirt writes one
//! line for each option, and for much else, without escaping.

use std::net::Ipv4Addr;

use crate::lab::network::ip::Ip;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Word;
use crate::resolve::network::declared::Declared;
use crate::resolve::text::{check_line, shortened};
use crate::spec::key::key;

/// The longest line, in bytes, with some room for what libvirt writes before it: dnsmasq reads 1,023.
const LINE_MAX: usize = 1000;

/// What stands before a tag, where a value can have some before it.
const TAGS: [&str; 2] = ["tag:", "net:"];

/// Reads the options of a network. `ips` are its address families.
pub(crate) fn options(
    network: &Declared<'_>,
    ips: [Option<&Ip>; 2],
    is_broken: bool,
    problems: &mut Problems,
) -> Vec<String> {
    let Some(list) = network.layers.get(key!(dnsmasq)) else {
        return Vec::new();
    };
    if ips.iter().all(Option::is_none) && !is_broken && !list.value.is_empty() {
        problems.push(
            Problem::new(
                Id::NoSubnet,
                list.key_place(),
                format!("network `{}` has no subnet for dnsmasq to serve", network.name),
            )
            .label("never used")
            .related(network.layers.key_place(), "the network")
            .help("add a `subnet` or `subnet6`, or leave `dnsmasq` out"),
        );
    }
    let mut options = Vec::new();
    for (option, at) in list.items() {
        let place = Place::value(at);
        if option.trim().is_empty() || option.starts_with('-') || option.starts_with('#') {
            problems.push(
                Problem::bad_name(place, format!("`{}` is not an option of dnsmasq", shortened(option)))
                    .label("not as in its configuration file")
                    .help("write the option without `--`, such as `\"dhcp-option=option:ntp-server,192.168.56.1\"`"),
            );
        } else if fits_line(option, 0, place, problems) {
            options.push(option.clone());
        }
    }
    options
}

/// Checks that a text is one line of what dnsmasq reads, or part of one of which `rest` bytes are taken.
pub(crate) fn fits_line(text: &str, rest: usize, place: Place, problems: &mut Problems) -> bool {
    if !check_line(text, place.clone(), problems) {
        return false;
    }
    let room = LINE_MAX.saturating_sub(rest);
    let is_valid = text.len() <= room;
    if !is_valid {
        let message = format!("a text of {} bytes, longer than dnsmasq's limit of {room}", text.len());
        problems.push(Problem::of_value(Id::TextTooLong, place, message).label("too long").help("shorten it"));
    }
    is_valid
}

/// Reads a text that libvirt writes into a line as it is, and refuses what dnsmasq would end at: a comma or a comment.
pub(crate) fn plain(word: Word<'_>, what: &str, problems: &mut Problems) -> Option<String> {
    let text = word.value;
    if !fits_line(text, 0, word.place(), problems) {
        return None;
    }
    let has_tag = TAGS.iter().any(|tag| text.starts_with(tag));
    let is_valid = !text.is_empty() && !text.contains([' ', ',', '"', '#', '\\']) && !has_tag;
    if !is_valid {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` cannot be {what}", shortened(text)))
                .label("dnsmasq would misread it")
                .help(if has_tag {
                    "leave out the `:`: the part before it is a keyword of dnsmasq"
                } else {
                    "leave out blanks, commas, quotes, `#` and `\\`"
                }),
        );
    }
    is_valid.then(|| text.clone())
}

/// What dnsmasq takes the name of a machine for, in the line that reserves its address, if it is not a name there.
pub(crate) fn other_meaning(name: &str) -> Option<&'static str> {
    let number = name.strip_suffix(['s', 'm', 'h', 'd', 'w', 'S', 'M', 'H', 'D', 'W']).unwrap_or(name);
    match name {
        "ignore" | "infinite" => Some("a keyword"),
        _ if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => Some("a lease time"),
        _ if name.parse::<Ipv4Addr>().is_ok() => Some("an address"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::other_meaning;

    #[test]
    fn names_that_are_none_to_dnsmasq() {
        for other in ["0", "10", "7d", "12H", "ignore", "infinite", "10.0.0.5"] {
            assert!(other_meaning(other).is_some(), "{other}");
        }
        for name in ["web", "d", "dd", "7d-1", "Ignore", "ignore-1", "1e3", "10.", "10.0.0.5.lab", "x7"] {
            assert_eq!(other_meaning(name), None, "{name}");
        }
    }
}
