//! What a domain's guest does at its first boot, through cloud-init.
//!
//! What becomes of it, the files of a disc, [`nocloud`](crate::nocloud) says.

pub mod address;
mod credential;
mod extra;
pub mod network;
pub(super) mod unique;

use crate::lab::domain::board::Board;
use crate::lab::drive::bus;
use crate::lab::interface::Interface;
use crate::lab::profile::{At, Layers, Word};
use crate::lab::scope::{Entry, Scope};
use crate::lab::text::{self, shortened};
use crate::lab::word;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::spec::drive::DiskBus;
use crate::spec::guest::Os;
use crate::spec::{DomainFields, Extra};
use network::GuestNetwork;

/// The longest host name of Linux, in bytes (`HOST_NAME_MAX`).
const HOST_NAME_MAX: usize = 64;

/// The longest name of a user, in bytes, as `useradd` has it.
const USER_NAME_MAX: usize = 32;

/// What a guest does at its first boot.
#[derive(Debug)]
pub struct CloudInit {
    /// Where it is written.
    pub at: Pointer,
    /// What the drive with its disc is attached to.
    pub bus: DiskBus,
    /// The guest's host name.
    pub hostname: String,
    /// The user that is made instead of the image's default one.
    pub user: Option<String>,
    /// The public keys of those who may log in.
    pub ssh_keys: Vec<String>,
    /// The hash of the user's password.
    pub password_hash: Option<String>,
    /// Packages that are installed.
    pub packages: Vec<String>,
    /// Lines of shell that are run.
    pub runcmd: Vec<String>,
    /// The network, unless it is left to the image.
    pub network: Option<GuestNetwork>,
    /// Further keys of cloud-config, merged.
    pub extra: Extra,
}

/// What the guest does at its first boot, if the spec says so.
pub(super) fn cloud_init(
    layers: &Layers<'_, DomainFields>,
    entry: &Entry<'_>,
    (os, board): (Os, Board),
    interfaces: &[Interface],
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> Option<CloudInit> {
    let layers = layers.object("cloudInit", |f| f.cloud_init.as_ref());
    if layers.is_empty() {
        return None;
    }
    let at = layers.pointer();
    if os.is_windows() {
        problems.push(
            Problem::new(Id::ConflictingFields, at.clone().name(), "cloud-init, which Windows does not have")
                .label("not for Windows")
                .related(entry.at.clone().name(), "the domain with Windows")
                .help("leave it out; if it comes from `defaults`, move it into a profile of the other domains"),
        );
    }
    let user = layers.get("user", |c| c.user.as_ref());
    let password_hash = layers.get("passwordHash", |c| c.password_hash.as_ref());
    if let (Some(hash), None) = (password_hash, user) {
        problems.push(
            Problem::new(Id::MissingField, hash.pointer().name(), "the hash of whose password?")
                .label("needs a `user` beside it")
                .help("add `\"user\": …`; the image's default user is called differently in each image"),
        );
    }
    Some(CloudInit {
        hostname: hostname(layers.get("hostname", |c| c.hostname.as_ref()), entry, &at, problems),
        user: user.and_then(|word| user_name(word, problems)),
        ssh_keys: each(layers.get("sshKeys", |c| c.ssh_keys.as_ref()), credential::ssh_key, problems),
        password_hash: password_hash
            .and_then(|word| credential::hash(word.value, word.place(), problems).then(|| word.value.clone())),
        packages: each(layers.get("packages", |c| c.packages.as_ref()), package, problems),
        runcmd: each(layers.get("runcmd", |c| c.runcmd.as_ref()), command, problems),
        network: network::network(
            &layers.object("network", |c| c.network.as_ref()),
            entry,
            interfaces,
            scope,
            problems,
        ),
        extra: extra::merged(layers.every("extra", |c| c.extra.as_ref()), problems),
        bus: bus::default_of_cdroms(board),
        at,
    })
}

/// Those items of a list that pass a check, which tells of the others.
fn each(
    list: Option<At<'_, Vec<String>>>,
    check: impl Fn(&str, Place, &mut Vec<Problem>) -> bool,
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    let Some(list) = list else { return Vec::new() };
    let items = list.value.iter().enumerate();
    let fine = items.filter(|(index, text)| check(text, list.pointer().index(*index).value(), problems));
    fine.map(|(_, text)| text.clone()).collect()
}

/// The host name: as written, with the number of the replica, or the domain's own.
fn hostname(written: Option<Word<'_>>, entry: &Entry<'_>, at: &Pointer, problems: &mut Vec<Problem>) -> String {
    let Some(word) = written else {
        let name = entry.name.to_lowercase();
        // What cannot be a name at all has been told of.
        if word::name(&entry.name, entry.at.clone().name(), &mut Vec::new()) && !is_host_name(&name) {
            problems.push(
                Problem::of_value(
                    Id::BadName,
                    entry.at.clone().name(),
                    format!("`{}` cannot be the name of a host", entry.name),
                )
                .label("not a host name")
                .related(at.clone().name(), "the guest is called like its domain")
                .help("say `hostname` in `cloudInit`"),
            );
        }
        return name;
    };
    let name = match entry.own.replicas {
        Some(_) => format!("{}-{}", word.value, entry.replica + 1),
        None => word.value.clone(),
    };
    if !is_host_name(&name) {
        problems.push(
            Problem::of_value(
                Id::BadName,
                word.place(),
                format!("`{}` cannot be the name of a host", shortened(&name)),
            )
            .label("not a host name")
            .help(format!(
                "use letters, digits, `-` and, between parts of 1 to 63, `.`, at most {HOST_NAME_MAX} of them"
            )),
        );
    }
    name
}

/// Whether a computer can have the name ([RFC 1123](https://www.rfc-editor.org/rfc/rfc1123#page-13)).
fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= HOST_NAME_MAX && text.split('.').all(is_label)
}

/// The name of a user that `useradd` makes.
fn user_name(word: Word<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let text = word.value;
    let problem = if text == "root" {
        Problem::of_value(Id::BadName, word.place(), "`root` is there already, and cloud-init keeps it from logging in")
            .label("not a name for this")
            .help("choose another name; the user can do everything by `sudo`")
    } else {
        let fine = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
            && text.len() <= USER_NAME_MAX;
        if fine {
            return Some(text.clone());
        }
        Problem::of_value(Id::BadName, word.place(), format!("`{}` cannot be the name of a user", shortened(text)))
            .label("not the name of a user")
            .help(format!(
                "use lower case letters, digits, `_` and `-`, starting with a letter or `_`, at most {USER_NAME_MAX} of them"
            ))
    };
    problems.push(problem);
    None
}

/// Checks the name of a package, which package managers get as an argument.
fn package(text: &str, place: Place, problems: &mut Vec<Problem>) -> bool {
    let fine = text::fits(text, &place, problems);
    let is_name = text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '/' | '.'))
        && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if fine && !is_name {
        problems.push(
            Problem::of_value(Id::BadName, place, format!("`{}` cannot be the name of a package", shortened(text)))
                .label("not a name")
                .help("write one name for each item, without blanks"),
        );
    }
    fine && is_name
}

/// Checks a line of shell.
fn command(text: &str, place: Place, problems: &mut Vec<Problem>) -> bool {
    if text.trim().is_empty() {
        problems.push(
            Problem::of_value(Id::BadText, place, "an empty command").label("nothing to run").help("leave it out"),
        );
        return false;
    }
    text::fits(text, &place, problems) && credential::has_no_private_key(text, place, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names() {
        for fine in ["web", "web-1", "3com", "a.b.example", &"x".repeat(63)] {
            assert!(is_host_name(fine), "{fine}");
        }
        let long = "x".repeat(64);
        for bad in ["", "-web", "web-", "a..b", "web.", "a_b", "é", long.as_str(), &format!("{}.y", &long[1..])] {
            assert!(!is_host_name(bad), "{bad}");
        }
    }
}
