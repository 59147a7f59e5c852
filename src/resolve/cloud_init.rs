//! Reads `cloudInit` of a domain: checks names, packages, commands and credentials, and gives the guest a host name.

pub(crate) mod address;
pub(crate) mod credential;
pub(crate) mod extra;
pub(crate) mod network;
pub(crate) mod route;
pub(crate) mod secrets;

use crate::lab::cloud_init::CloudInit;
use crate::lab::interface::Interface;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::drive::bus;
use crate::resolve::guest::Guest;
use crate::resolve::instance::Instance;
use crate::resolve::layers::Word;
use crate::resolve::text::shortened;
use crate::resolve::{parse, text};
use crate::spec::Extra;
use crate::spec::key::key;

/// The longest host name of Linux, in bytes (`HOST_NAME_MAX`).
const HOST_NAME_MAX: usize = 64;

/// The longest name of a user, in bytes, as `useradd` has it.
const USER_NAME_MAX: usize = 32;

/// Reads what the guest does at its first boot, if the spec says so.
pub(crate) fn cloud_init(guest: &Guest<'_>, interfaces: &[Interface], problems: &mut Problems) -> Option<CloudInit> {
    let layers = guest.layers.object(key!(cloud_init));
    if layers.is_empty() {
        return None;
    }
    let at = layers.pointer();
    if guest.os.is_windows() {
        problems.push(
            Problem::conflict(Place::key(&at), "`cloudInit` of a Windows guest")
                .label("not supported by Windows")
                .related(Place::key(&guest.instance.at), "the domain with the Windows guest")
                .help("leave it out; if it comes from `defaults`, move it into a profile of the other domains"),
        );
    }
    let user = layers.get(key!(user));
    let password_hash = layers.get(key!(password_hash));
    if let (Some(hash), None) = (password_hash, user) {
        problems.push(
            Problem::needs(hash.key_place(), "a password hash without a user", "a `user` beside it")
                .help("add `\"user\": …`; each image has another default user"),
        );
    }
    let password_file = layers.get(key!(password_file));
    if let (Some(file), None) = (password_file, user) {
        problems.push(
            Problem::needs(file.key_place(), "a password file without a user", "a `user` beside it")
                .help("add `\"user\": …`; each image has another default user"),
        );
    }
    let (ssh_keys, extra) = (layers.items(key!(ssh_keys)), layers.every(key!(extra)));
    let extra = extra::merged(extra, problems);
    let name = user.and_then(|word| user_name(word, problems));
    let has_password = password_hash.is_some() || password_file.is_some();
    if let Some(user) = user.filter(|_| name.is_some() && !has_password && ssh_keys.count() == 0 && !has_login(&extra))
    {
        problems.push(no_login(user));
    }
    Some(CloudInit {
        hostname: hostname(layers.get(key!(hostname)), guest.instance, &at, problems),
        user: name,
        ssh_keys: text::each(layers.items(key!(ssh_keys)), credential::ssh_key, problems),
        password_hash: password_hash
            .and_then(|word| credential::hash(word.value, word.place(), problems).then(|| word.value.clone())),
        secrets: secrets::secrets(&layers, problems),
        packages: text::each(layers.items(key!(packages)), package, problems),
        runcmd: text::each(layers.items(key!(runcmd)), command, problems),
        network: network::network(&layers.object(key!(network)), guest, interfaces, problems),
        extra,
        bus: bus::default_of_cdroms(guest),
        at,
    })
}

/// Whether keys of cloud-config let somebody log in.
fn has_login(extra: &Extra) -> bool {
    const KEYS: [&str; 5] = ["users", "chpasswd", "password", "ssh_authorized_keys", "ssh_import_id"];
    KEYS.iter().any(|key| extra.contains_key(*key))
}

/// Makes the warning of a user who cannot log in.
fn no_login(user: Word<'_>) -> Problem {
    Problem::new(
        Id::NoLogin,
        user.place(),
        format!("the user `{}` has neither a key nor a password", shortened(user.value)),
    )
    .label("cannot log in")
    .help("add `\"sshKeys\": [\"ssh-ed25519 …\"]`, or a `passwordHash` or `passwordFile` for the console")
}

/// Returns the guest's host name: the written one with the number of the replica, or the domain's name.
fn hostname(written: Option<Word<'_>>, instance: &Instance<'_>, at: &Pointer, problems: &mut Problems) -> String {
    let Some(word) = written else {
        let name = instance.machine_name().to_lowercase();
        // A name that no domain can have has been reported.
        if parse::name(&instance.name, Place::key(&instance.at), &mut Problems::default()) && !is_host_name(&name) {
            problems.push(
                Problem::bad_name(Place::key(&instance.at), format!("`{}` cannot be a host name", instance.name))
                    .label("not a host name")
                    .related(Place::key(at), "the guest's host name is the domain's name")
                    .help("set `hostname` in `cloudInit`"),
            );
        }
        return name;
    };
    let name = match instance.own.replicas {
        Some(_) => format!("{}-{}", word.value, instance.replica + 1),
        None => word.value.clone(),
    };
    if !is_host_name(&name) {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` cannot be a host name", shortened(&name)))
                .label("not a host name")
                .help(format!(
                    "use letters, digits, `-` and `.`, at most {HOST_NAME_MAX} characters, and 1 to 63 between two dots"
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

/// Reads the name of a user in the form that `useradd` takes.
fn user_name(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let text = word.value;
    let problem = if text == "root" {
        Problem::bad_name(word.place(), "`root` already exists, and cloud-init does not let it log in")
            .label("not allowed here")
            .help("choose another name; the user can do everything with `sudo`")
    } else {
        let is_valid = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
            && text.len() <= USER_NAME_MAX;
        if is_valid {
            return Some(text.clone());
        }
        Problem::bad_name(word.place(), format!("`{}` cannot be a user name", shortened(text)))
            .label("not a user name")
            .help(format!(
                "use lower case letters, digits, `_` and `-`, starting with a letter or `_`, at most {USER_NAME_MAX} characters"
            ))
    };
    problems.push(problem);
    None
}

/// Checks the name of a package, which package managers get as an argument.
fn package(text: &str, place: Place, problems: &mut Problems) -> bool {
    let is_valid = text::fits(text, &place, problems);
    let is_name = text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '/' | '.'))
        && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if is_valid && !is_name {
        problems.push(
            Problem::bad_name(place, format!("`{}` cannot be a package name", shortened(text)))
                .label("not a package name")
                .help("write one name for each item, without blanks"),
        );
    }
    is_valid && is_name
}

/// Checks a line of shell.
pub(crate) fn command(text: &str, place: Place, problems: &mut Problems) -> bool {
    if text.trim().is_empty() {
        problems.push(
            Problem::of_value(Id::BadText, place, "an empty command").label("nothing to run").help("leave it out"),
        );
        return false;
    }
    text::fits(text, &place, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names() {
        for valid in ["web", "web-1", "3com", "a.b.example", &"x".repeat(63)] {
            assert!(is_host_name(valid), "{valid}");
        }
        let long = "x".repeat(64);
        for bad in ["", "-web", "web-", "a..b", "web.", "a_b", "é", long.as_str(), &format!("{}.y", &long[1..])] {
            assert!(!is_host_name(bad), "{bad}");
        }
    }
}
