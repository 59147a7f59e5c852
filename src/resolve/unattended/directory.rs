//! Reads the part in an Active Directory domain: the domain that is created, or joined.

use crate::lab::unattended::Role;
use crate::place::{Place, Pointer};
use crate::problem::{Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::layers::{Layers, Word};
use crate::resolve::parse::{self, WINDOWS_NAME_MAX};
use crate::resolve::text::shortened;
use crate::resolve::{secret, text};
use crate::spec::key::key;
use crate::spec::unattended as written;
use crate::spec::unattended::{CreateDomain, JoinDomain};

/// Reads the part of a guest.
pub(super) fn role(guest: &Guest<'_>, layers: &Layers<'_, written::Unattended>, problems: &mut Problems) -> Role {
    let (creates, joins) = (layers.object(key!(create_domain)), layers.object(key!(join_domain)));
    // The strongest layer that says one of the two decides, as most guests of a lab join and one creates.
    let every: Vec<_> = guest.layers.every(key!(unattended)).collect();
    let mut layers_of_both = every.iter().rev().map(|layer| layer.value);
    let decides = layers_of_both.find(|layer| layer.create_domain.is_some() || layer.join_domain.is_some());
    let (says_creates, says_joins) =
        decides.map_or((false, false), |layer| (layer.create_domain.is_some(), layer.join_domain.is_some()));
    if says_creates && says_joins {
        problems.push(
            Problem::both(joins.key_place(), "a domain that is created, and one that is joined", "the other one")
                .related(creates.key_place(), "the domain that is created")
                .help("leave one of the two out; a second controller joins, and is promoted by a script"),
        );
    }
    if says_creates {
        if !guest.os.is_windows_server() {
            problems.push(Problem::key_only_for(&creates.pointer(), "a Windows client", "servers"));
        }
        return self::creates(&creates, problems);
    }
    if says_joins { self::joins(&joins, problems) } else { Role::Alone }
}

fn creates(layers: &Layers<'_, CreateDomain>, problems: &mut Problems) -> Role {
    let name = layers.needed(key!(name), problems).and_then(|word| domain_name(word, problems)).unwrap_or_default();
    let first: String = name.split('.').next().unwrap_or_default().chars().take(WINDOWS_NAME_MAX).collect();
    let netbios = match layers.get(key!(netbios)) {
        Some(word) => netbios(word, problems),
        None => first.trim_end_matches('-').to_uppercase(),
    };
    Role::Creates { name, netbios }
}

fn joins(layers: &Layers<'_, JoinDomain>, problems: &mut Problems) -> Role {
    let name = layers.needed(key!(name), problems).and_then(|word| domain_name(word, problems)).unwrap_or_default();
    let user = layers.get(key!(user)).and_then(|word| user(word, problems));
    let unit = layers.get(key!(unit)).and_then(|word| unit(word, &name, problems));
    Role::Joins { name, user: user.unwrap_or_default(), unit }
}

/// Reads the name of a domain in DNS, in lower case.
fn domain_name(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    if !parse::host_name(word.value, word.place(), problems) {
        return None;
    }
    if !word.value.contains('.') {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` is a name without a dot", shortened(word.value)))
                .label("Windows does not register it in DNS")
                .help(format!("write it like `\"{}.example\"`", word.value)),
        );
    }
    Some(word.value.to_lowercase())
}

/// Reads a `NetBIOS` name
/// ([Microsoft](https://learn.microsoft.com/en-us/troubleshoot/windows-server/active-directory/naming-conventions-for-computer-domain-site-ou)).
fn netbios(word: Word<'_>, problems: &mut Problems) -> String {
    let name = word.value;
    let is_valid = (1..=WINDOWS_NAME_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !name.starts_with('-');
    if !is_valid {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` cannot be a NetBIOS name", shortened(name)))
                .label("not a NetBIOS name")
                .help(format!("use at most {WINDOWS_NAME_MAX} letters, digits and `-`, such as `\"LAB\"`")),
        );
    }
    name.to_uppercase()
}

/// Reads who joins: a name alone, or one with its domain, as `LAB\joiner` or `joiner@lab.example`
/// ([Microsoft](https://learn.microsoft.com/en-us/windows/win32/secauthn/user-name-formats)).
fn user(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let user = text::line_of(word, problems)?;
    let parts: Vec<&str> = match user.split_once('\\') {
        Some((domain, name)) => vec![domain, name],
        None => user.splitn(2, '@').collect(),
    };
    let is_part = |part: &&str| {
        !part.is_empty() && part.trim() == *part && !part.contains(|c: char| r#""/\[]:;|=,+*?<>@"#.contains(c))
    };
    if !parts.iter().all(is_part) {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` is no name of a user", shortened(&user)))
                .label("not a user")
                .help("write it like `\"joiner\"`, `\"LAB\\\\joiner\"` or `\"joiner@lab.example\"`"),
        );
        return None;
    }
    Some(user)
}

/// Reads the organizational unit, by its name in the directory of a domain
/// ([RFC 4514](https://www.rfc-editor.org/rfc/rfc4514)).
fn unit(word: Word<'_>, domain: &str, problems: &mut Problems) -> Option<String> {
    let unit = text::line_of(word, problems)?;
    let parts = split_name(&unit);
    let is_of = |part: &str, kinds: &[&str]| {
        part.split_once('=').is_some_and(|(kind, value)| {
            !value.trim().is_empty() && kinds.iter().any(|known| kind.trim().eq_ignore_ascii_case(known))
        })
    };
    let ends: Vec<String> = domain.split('.').map(|label| format!("dc={label}")).collect();
    let (inner, end) = parts.split_at(parts.len().saturating_sub(ends.len()));
    let is_in_domain = end.len() == ends.len()
        && end.iter().zip(&ends).all(|(part, end)| part.replace(' ', "").eq_ignore_ascii_case(end));
    let is_unit = inner.first().is_some_and(|first| is_of(first, &["OU", "CN"]))
        && inner.iter().all(|part| is_of(part, &["OU", "CN"]));
    // A name of the domain that is none has been reported.
    let is_right = domain.is_empty() || is_unit && is_in_domain;
    if !is_right {
        let end: Vec<String> = domain.split('.').map(|label| format!("DC={label}")).collect();
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` is no unit of `{domain}`", shortened(&unit)))
                .label("not the distinguished name of one")
                .help(format!("write it like `\"OU=Clients,{}\"`", end.join(","))),
        );
    }
    Some(unit)
}

/// The parts of a distinguished name, between commas that no `\` stands before.
fn split_name(name: &str) -> Vec<&str> {
    let mut is_escaped = false;
    name.split(|c: char| {
        let ends = c == ',' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    })
    .map(str::trim)
    .collect()
}

/// Reads the file with the password of the restore mode.
pub(super) fn recovery_password_file(
    layers: &Layers<'_, written::Unattended>,
    problems: &mut Problems,
) -> Option<String> {
    let creates = layers.object(key!(create_domain));
    creates.get(key!(recovery_password_file)).and_then(|word| secret::file(word, problems))
}

/// Reads the file with the password of who joins.
pub(super) fn join_password_file(layers: &Layers<'_, written::Unattended>, problems: &mut Problems) -> Option<String> {
    layers.object(key!(join_domain)).get(key!(password_file)).and_then(|word| secret::file(word, problems))
}

/// Where a guest says that it joins.
pub(super) fn place_of_join(at: &Pointer) -> Place {
    Place::key(at.key("joinDomain"))
}
