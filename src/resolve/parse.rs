//! Reads single values of the spec, from text to types. Each function checks one kind of value, once: what it returns needs
//! no further check, and what it refuses is a problem at the value's own place.

use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use crate::lab::identity::{Mac, example_with};
use crate::lab::placed::Placed;
use crate::lab::size::Size;
use crate::lab::subnet::{Family, NotASubnet, Subnet};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, quoted_choice};
use crate::resolve::layers::{At, Word, present};
use crate::resolve::text::{fits, shortened};

/// The longest computer name of Windows (`NetBIOS`), in characters.
pub const WINDOWS_NAME_MAX: usize = 15;

/// Reads a size, which must not be zero.
pub fn size(word: Word<'_>, problems: &mut Problems) -> Option<Size> {
    let text = word.value;
    let size = Size::parse(text);
    match size {
        None if Size::is_too_large(text) => problems.push(
            Problem::of_value(Id::BadSize, word.place(), format!("a size of `{}`", shortened(text)))
                .label("must be less than 8192PiB")
                .help("libvirt supports no larger ones; write a size such as `\"60GiB\"`"),
        ),
        None => problems.push(
            Problem::of_value(Id::BadSize, word.place(), format!("`{text}` is not a size"))
                .label("needs a whole number and a unit")
                .help(match Size::meant(text) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "write a whole number and `B`, `KiB`, `MiB`, `GiB`, `TiB` or `PiB`, such as `\"60GiB\"`"
                        .to_owned(),
                }),
        ),
        Some(size) if size.bytes() == 0 => {
            problems.push(
                Problem::out_of_range(word.place(), "a size of nothing")
                    .label("must be more than 0")
                    .help("write a size such as `\"4GiB\"`"),
            );
            return None;
        }
        Some(_) => {}
    }
    size
}

/// Reads an IP address of `family`.
pub fn address(word: Word<'_>, family: Family, problems: &mut Problems) -> Option<IpAddr> {
    address_at(word.value, word.place(), family, problems)
}

/// Reads an IP address of `family` from an item of a list.
pub fn address_at(text: &str, place: Place, family: Family, problems: &mut Problems) -> Option<IpAddr> {
    let address = family.parse(text);
    if address.is_none() {
        let example = match family {
            Family::V4 => "192.168.56.10",
            Family::V6 => "fd00:56::10",
        };
        problems.push(
            Problem::of_value(Id::BadAddress, place, format!("`{text}` is not an {} address", family.name()))
                .label(format!("needs an {} address", family.name()))
                .help(match without_length(text).filter(|meant| Family::of(*meant) == family) {
                    Some(meant) => format!("leave the prefix length out: `\"{meant}\"`"),
                    None => format!("write an address without a prefix length, such as `\"{example}\"`"),
                }),
        );
    }
    address
}

/// Reads an IP address of either family.
pub fn any_address(word: Word<'_>, problems: &mut Problems) -> Option<IpAddr> {
    any_address_at(word.value, word.place(), problems)
}

/// Reads an IP address of either family from an item of a list.
pub fn any_address_at(text: &str, place: Place, problems: &mut Problems) -> Option<IpAddr> {
    let address = text.parse().ok();
    if address.is_none() {
        problems.push(
            Problem::of_value(Id::BadAddress, place, format!("`{text}` is not an IP address"))
                .label("needs an IPv4 or IPv6 address")
                .help(match without_length(text) {
                    Some(meant) => format!("leave the prefix length out: `\"{meant}\"`"),
                    None => {
                        "write an address without a prefix length, such as `\"192.168.56.10\"` or `\"fd00:56::10\"`"
                            .to_owned()
                    }
                }),
        );
    }
    address
}

/// The address of a text that has a prefix length too.
fn without_length(text: &str) -> Option<IpAddr> {
    text.parse::<IpNet>().ok().map(|net| net.addr())
}

/// The subnet that a text without a prefix length probably means: the usual one of an address, or that of a netmask.
fn subnet_meant(text: &str) -> Option<IpNet> {
    let (address, mask) = text.split_once('/').unwrap_or((text, ""));
    let address: IpAddr = address.parse().ok()?;
    let length = match address {
        _ if !mask.is_empty() => {
            let mask: IpAddr = mask.parse().ok()?;
            ipnet::ip_mask_to_prefix(mask).ok().filter(|_| mask.is_ipv4() == address.is_ipv4())?
        }
        IpAddr::V4(_) => 24,
        IpAddr::V6(_) => 64,
    };
    IpNet::new(address, length).ok().map(|net| net.trunc())
}

/// Reads a subnet of `family`.
pub fn subnet(word: Word<'_>, family: Family, problems: &mut Problems) -> Option<Subnet> {
    let text = word.value;
    let problem = match Subnet::parse(text, family) {
        Ok(subnet) => match subnet.kept_for() {
            None => return Some(subnet),
            Some(what) => Problem::of_value(
                Id::BadSubnet,
                word.place(),
                format!("the addresses in `{text}` are reserved for {what}"),
            )
            .label("not for machines")
            .help("choose a private subnet, such as one in `10.0.0.0/8`, `192.168.0.0/16` or `fd00::/8`"),
        },
        Err(NotASubnet::Malformed) => {
            let example = match family {
                Family::V4 => "192.168.56.0/24",
                Family::V6 => "fd00:56::/64",
            };
            Problem::of_value(Id::BadSubnet, word.place(), format!("`{text}` is not an {} subnet", family.name()))
                .label("needs an address, `/` and a prefix length")
                .help(match subnet_meant(text).filter(|meant| Family::of(meant.addr()) == family) {
                    Some(meant) => format!("write it with its prefix length: `\"{meant}\"`"),
                    None => format!("write it like `\"{example}\"`"),
                })
        }
        Err(NotASubnet::HostBits(meant)) => Problem::of_value(
            Id::BadSubnet,
            word.place(),
            format!("`{text}` is an address in a subnet, not the subnet"),
        )
        .label("has bits set after the prefix")
        .help(format!("did you mean `{meant}`?")),
        Err(NotASubnet::TooSmall) => Problem::of_value(
            Id::BadSubnet,
            word.place(),
            format!("subnet `{text}` has no room for the host and a domain"),
        )
        .label("too small")
        .help("a prefix length of at most 30 (IPv6: 126) leaves two addresses"),
    };
    problems.push(problem);
    None
}

/// Reads a UUID.
pub fn uuid(word: Word<'_>, problems: &mut Problems) -> Option<Uuid> {
    let text = word.value;
    let uuid = Uuid::try_parse(text).ok().filter(|uuid| uuid.hyphenated().to_string() == text.to_lowercase());
    if uuid.is_none() {
        problems.push(
            Problem::of_value(Id::BadUuid, word.place(), format!("`{text}` is not a UUID"))
                .label("needs 32 hexadecimal digits in groups of 8-4-4-4-12")
                .help("leave `uuid` out for one derived from the name, or use the output of `uuidgen`"),
        );
    }
    uuid
}

/// Reads the `id` of an object, if it has one: a name that it once had.
pub fn id(written: Option<Word<'_>>, problems: &mut Problems) -> Option<String> {
    let word = written?;
    name(word.value, word.place(), problems).then(|| word.value.clone())
}

/// Reads the UUID of an object, if the spec has it, with its place, and warns of one that was copied from an example.
pub fn identity(written: Option<Word<'_>>, problems: &mut Problems) -> Option<Placed<Uuid>> {
    let word = written?;
    let uuid = uuid(word, problems)?;
    problems.extend(example_with(uuid).map(|example| {
        Problem::of_value(Id::PlaceholderUuid, word.place(), format!("`{}` is the UUID of {example}", word.value))
            .label("many labs have it")
            .help("leave `uuid` out for one derived from the name, or use the output of `uuidgen`")
    }));
    Some(word.with(uuid))
}

/// Reads a MAC address.
pub fn mac(word: Word<'_>, problems: &mut Problems) -> Option<Mac> {
    let text = word.value;
    let mac = Mac::parse(text);
    if mac.is_none() {
        problems.push(
            Problem::of_value(Id::BadMac, word.place(), format!("`{text}` is not the MAC address of an interface"))
                .label("needs six pairs of hexadecimal digits, the first one even")
                .help("leave `mac` out for a stable one, or write one like `\"52:54:00:12:34:01\"`"),
        );
    }
    mac
}

/// Whether text has letters, digits, `.`, `_` and `-` only, which nobody has to quote.
pub fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

/// The longest name of an object or a lab, in bytes: that of a label in DNS.
const NAME_MAX: usize = 63;

/// Checks the name of an object: letters, digits, `.`, `_`, `-`, the first a letter or digit, at most [`NAME_MAX`] of them.
pub fn name(text: &str, place: Place, problems: &mut Problems) -> bool {
    let is_valid = text.starts_with(|c: char| c.is_ascii_alphanumeric()) && is_plain(text) && text.len() <= NAME_MAX;
    if !is_valid {
        problems.push(
            Problem::bad_name(place, format!("`{}` cannot be a name", shortened(text))).label("not a name").help(
                format!(
                    "use letters, digits, `.`, `_` and `-`, starting with a letter or digit, at most {NAME_MAX} of them"
                ),
            ),
        );
    }
    is_valid
}

/// Checks the name of an environment variable, as libvirt does.
pub fn variable(text: &str, place: Place, problems: &mut Problems) -> bool {
    if !fits(text, &place, problems) {
        return false;
    }
    let is_valid = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_valid {
        problems.push(
            Problem::bad_name(place, format!("`{}` cannot be the name of an environment variable", shortened(text)))
                .label("not the name of a variable")
                .help("use letters, digits and `_`, starting with a letter or `_`"),
        );
    }
    is_valid
}

/// Reads the serial number of a disk, in the characters that libvirt takes.
pub fn serial(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let text = word.value;
    if !fits(text, &word.place(), problems) {
        return None;
    }
    let is_valid = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_ .+".contains(c));
    if !is_valid {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` cannot be a serial number", shortened(text)))
                .label("not a serial number")
                .help("use letters, digits, spaces, `-`, `_`, `.` and `+`"),
        );
    }
    is_valid.then(|| text.clone())
}

/// Reads a World Wide Name, in the form that libvirt takes.
pub fn wwn(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let text = word.value;
    let is_valid = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_valid {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` cannot be a World Wide Name", shortened(text)))
                .label("not a World Wide Name")
                .help("write 16 hexadecimal digits, such as `\"5000c50015ea71aa\"`"),
        );
    }
    is_valid.then(|| text.clone())
}

/// Checks the name of a host in DNS: letters, digits, `.` and `-`.
pub fn host_name(text: &str, place: Place, problems: &mut Problems) -> bool {
    let is_valid = is_host_name(text);
    if !is_valid {
        problems.push(
            Problem::bad_name(place, format!("`{}` cannot be a host name", shortened(text)))
                .label("not a host name")
                .help("use letters, digits, `.` and `-`, starting with a letter or digit, with 1 to 63 characters between two dots"),
        );
    }
    is_valid
}

/// Whether DNS can have the name.
#[must_use]
pub fn is_host_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        && text.len() <= 253
        && text.strip_suffix('.').unwrap_or(text).split('.').all(|label| (1..=63).contains(&label.len()))
}

/// Checks the name of a lab.
pub fn lab_name(text: &str, place: Place, problems: &mut Problems) -> bool {
    let is_valid = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && text.len() <= NAME_MAX;
    if !is_valid {
        problems.push(
            Problem::bad_name(place, format!("`{}` cannot be the name of a lab", shortened(text)))
                .label("not the name of a lab")
                .help(format!(
                    "use lower case letters, digits and `-`, starting with a letter or digit, at most {NAME_MAX} of them"
                )),
        );
    }
    is_valid
}

/// The seconds of a whole number and `s`, `m`, `h` or `d`.
#[must_use]
pub fn seconds(text: &str) -> Option<u32> {
    let (end, unit) = text.char_indices().last()?;
    let (_, scale) = [('s', 1), ('m', 60), ('h', 3600), ('d', 86400)].into_iter().find(|(name, _)| *name == unit)?;
    let number = text[..end].bytes().all(|b| b.is_ascii_digit()).then(|| text[..end].parse::<u32>().ok())??;
    number.checked_mul(scale)
}

/// Reads a lease time in seconds.
pub fn duration(word: Word<'_>, problems: &mut Problems) -> Option<u32> {
    let text = word.value;
    let seconds = seconds(text).filter(|seconds| *seconds >= 120);
    if seconds.is_none() {
        problems.push(
            Problem::of_value(Id::BadDuration, word.place(), format!("`{text}` is not a lease time"))
                .label("needs a whole number and `s`, `m`, `h` or `d`, at least two minutes")
                .help("write it like `\"12h\"`"),
        );
    }
    seconds
}

/// Makes the problem of a `false` for a key that only `true` gives a meaning.
pub fn only_true(flag: At<'_, bool>) -> Option<Problem> {
    (!flag.value).then(|| {
        Problem::out_of_range(flag.place(), "`false` has no meaning here")
            .label("only `true`")
            .help("leave the key out")
    })
}

/// Makes the problem of a value that cannot be counted up for all replicas.
pub fn too_far(first: &str, what: &str, at: Pointer) -> Problem {
    Problem::new(Id::OutOfRange, Place::value(at), format!("counting up from `{first}` runs past the last {what}"))
        .label("too many replicas from here")
        .help("start lower")
}

/// Refuses those of several keys that are written, which `what` does not have: only what `only` names does.
pub fn only_for<const N: usize>(keys: [(&str, Option<Pointer>); N], what: &str, only: &str, problems: &mut Problems) {
    problems.extend(present(keys).map(|(_, at)| Problem::key_only_for(&at, what, only)));
}

/// Checks that one of several keys is given, and no second one.
pub fn one_of(kinds: &[(&str, Option<Pointer>)], what: &str, at: &Pointer, problems: &mut Problems) -> Option<()> {
    let mut given = kinds.iter().filter_map(|(key, at)| at.as_ref().map(|at| (*key, at)));
    match (given.next(), given.next()) {
        (Some(_), None) => Some(()),
        (Some((first, first_at)), Some((second, second_at))) => {
            problems.push(
                Problem::both(
                    Place::key(second_at),
                    format!("{what} has both `{first}` and `{second}`"),
                    format!("not with `{first}`"),
                )
                .related(Place::key(first_at), format!("`{first}` is given here")),
            );
            None
        }
        (None, _) => {
            let keys = quoted_choice(kinds.iter().map(|(key, _)| *key));
            problems.push(
                Problem::needs(Place::value(at), format!("{what} is incomplete"), &keys)
                    .help(format!("add one of {keys}")),
            );
            None
        }
    }
}
