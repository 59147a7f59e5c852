//! Lines for the configuration of dnsmasq, which libvirt writes one into for each option that it is given, and what fits into
//! such a line.

use crate::lab::network::side::Side;
use crate::lab::profile::{Layers, Word};
use crate::lab::text::{check_line, shortened};
use crate::place::Place;
use crate::problem::{Id, Problem};
use crate::spec;

/// The longest line, in bytes, with some room for what libvirt writes before it: dnsmasq reads 1,023.
const LINE_MAX: usize = 1000;

/// The options of a network, of which these are the sides.
pub(in crate::lab) fn options(
    layers: &Layers<'_, spec::Network>,
    (name, sides): (&str, [Option<&Side>; 2]),
    is_broken: bool,
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    let Some(list) = layers.get("dnsmasq", |n| n.dnsmasq.as_ref()) else {
        return Vec::new();
    };
    if sides.iter().all(Option::is_none) && !is_broken && !list.value.is_empty() {
        problems.push(
            Problem::new(
                Id::NoSubnet,
                list.pointer().name(),
                format!("network `{name}` has no subnet for dnsmasq to serve"),
            )
            .label("nobody reads them")
            .related(layers.pointer().name(), "the network")
            .help("add a `subnet` or `subnet6`, or leave `dnsmasq` out"),
        );
    }
    let mut options = Vec::new();
    for (index, option) in list.value.iter().enumerate() {
        let place = list.pointer().index(index).value();
        if option.trim().is_empty() || option.starts_with('-') || option.starts_with('#') {
            problems.push(
                Problem::new(Id::BadName, place, format!("`{}` is not an option of dnsmasq", shortened(option)))
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
pub(in crate::lab) fn fits_line(text: &str, rest: usize, place: Place, problems: &mut Vec<Problem>) -> bool {
    if !check_line(text, place.clone(), problems) {
        return false;
    }
    let room = LINE_MAX.saturating_sub(rest);
    let fine = text.len() <= room;
    if !fine {
        let message = format!("a text of {} bytes, where dnsmasq has room for {room}", text.len());
        problems.push(Problem::new(Id::TextTooLong, place, message).label("too long").help("shorten it"));
    }
    fine
}

/// A text that libvirt writes into a line as it is, where dnsmasq ends it at a comma or a comment.
pub(in crate::lab) fn plain(word: Word<'_>, what: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let text = word.value;
    if !fits_line(text, 0, word.place(), problems) {
        return None;
    }
    let fine = !text.is_empty() && !text.contains([' ', ',', '"', '#', '\\']);
    if !fine {
        problems.push(
            Problem::new(Id::BadName, word.place(), format!("`{}` cannot be {what}", shortened(text)))
                .label("dnsmasq would read something else")
                .help("leave out blanks, commas, quotes, `#` and `\\`"),
        );
    }
    fine.then(|| text.clone())
}
