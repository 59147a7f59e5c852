//! Reads the `source` of a pool, each key in the form that libvirt and the tools behind it take.

use std::net::IpAddr;

use uuid::Uuid;

use crate::lab::storage::pool_source::{Auth, Host, Secret, Source};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, did_you_mean};
use crate::resolve::layers::{At, Layers, Word, written};
use crate::resolve::storage::pool_type;
use crate::resolve::{parse, text};
use crate::spec::key::{Key, key};
use crate::spec::pool::PoolType;
use crate::spec::pool_source as written;

/// Reads the `source` of a pool, and reports what it lacks at the pool.
pub(crate) fn resolve(
    name: &str,
    r#type: PoolType,
    layers: &Layers<'_, written::PoolSource>,
    at: &Pointer,
    problems: &mut Problems,
) -> Source {
    pool_type::check_keys(name, r#type, layers, at, problems);
    let taken = |key: &str| pool_type::takes(r#type, key);
    let get = |key: Key<_, String>| layers.get(key).filter(|_| taken(key.name));
    let port = layers.value(key!(port));
    let mut hosts: Vec<Host> =
        get(key!(host)).and_then(|word| server(word, problems)).map(|name| Host { name, port }).into_iter().collect();
    if let Some(monitors) = layers.get(key!(monitors)).filter(|_| taken("monitors")) {
        hosts.extend(self::monitors(monitors, problems));
    }
    let format = get(key!(format)).and_then(|word| format(word, r#type, problems));
    let auth = layers.object(key!(auth));
    Source {
        dir: get(key!(dir)).and_then(|word| exported(word, format.as_deref(), problems)),
        device: get(key!(device)).and_then(|word| {
            if r#type == PoolType::Iscsi { qualified_name(word, problems) } else { text::file(word, problems) }
        }),
        name: get(key!(name)).and_then(|word| self::name(word, r#type, problems)),
        initiator: get(key!(initiator)).and_then(|word| qualified_name(word, problems)),
        protocol_version: get(key!(protocol_version)).and_then(|word| version(word, format.as_deref(), problems)),
        // Without a format, libvirt assumes a DOS partition table, and the definition would differ at the next
        // activation.
        format: format.or_else(|| (r#type == PoolType::Disk).then(|| "dos".to_owned())),
        auth: (taken("auth") && !auth.is_empty()).then(|| self::auth(&auth, problems)).flatten(),
        hosts,
    }
}

/// Reads the name or address of a server.
fn server(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let text = word.value;
    let is_valid = text.parse::<IpAddr>().is_ok() || parse::host_name(text, word.place(), problems);
    is_valid.then(|| text.clone())
}

/// Reads the monitors of a cluster, each with its port if it is written.
fn monitors(list: At<'_, Vec<String>>, problems: &mut Problems) -> Vec<Host> {
    if list.value.is_empty() {
        problems.push(
            Problem::needs(list.place(), "a cluster without a monitor", "needs at least one")
                .help("list the monitors of the cluster, such as `[\"ceph1.lab\"]`"),
        );
    }
    let mut hosts = Vec::new();
    for (text, at) in list.items() {
        match host(text) {
            Some(host) => hosts.push(host),
            None => problems.push(
                Problem::bad_name(Place::value(at), format!("`{}` cannot be a monitor", text::shortened(text)))
                    .label("needs a host, or a host and a port")
                    .help("write it like `\"ceph1.lab\"`, `\"10.0.0.5:6789\"` or `\"[fd00::5]:6789\"`"),
            ),
        }
    }
    hosts
}

/// Reads a host, with its port behind a colon if there is one.
fn host(text: &str) -> Option<Host> {
    let is_name = |name: &str| name.parse::<IpAddr>().is_ok() || parse::is_host_name(name);
    if is_name(text) {
        return Some(Host { name: text.to_owned(), port: None });
    }
    let (name, port) = text.rsplit_once(':')?;
    let name = match name.strip_prefix('[') {
        Some(name) => name.strip_suffix(']').filter(|name| name.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv6()))?,
        None => name,
    };
    let port = port.bytes().all(|b| b.is_ascii_digit()).then(|| port.parse::<u16>().ok())??;
    (port > 0 && is_name(name)).then(|| Host { name: name.to_owned(), port: Some(port) })
}

/// Reads the directory that a server exports, in the form of the protocol.
fn exported(word: Word<'_>, format: Option<&str>, problems: &mut Problems) -> Option<String> {
    match format {
        Some(protocol @ ("cifs" | "glusterfs")) => {
            let text = text::line_of(word, problems)?;
            if text.is_empty() || text.starts_with('/') {
                problems.push(
                    Problem::bad_name(word.place(), format!("`{text}` is not a share of format `{protocol}`"))
                        .label("starts with `/`, or is empty")
                        .help("write the name of the share or volume without a leading slash: `\"images\"`"),
                );
                return None;
            }
            Some(text)
        }
        Some(_) | None => text::path(word, problems),
    }
}

/// Reads the name of a volume group or pool. For ZFS it may be a dataset in a pool.
fn name(word: Word<'_>, r#type: PoolType, problems: &mut Problems) -> Option<String> {
    let text = word.value;
    let parts = if r#type == PoolType::Zfs { text.split('/').collect() } else { vec![text.as_str()] };
    let is_valid = parts.iter().all(|part| parse::name(part, word.place(), &mut Problems::default()));
    if !is_valid {
        let example = if r#type == PoolType::Zfs { "tank/images" } else { "images" };
        problems.push(
            Problem::bad_name(
                word.place(),
                format!("`{}` cannot be the `source.name` of type `{}`", text::shortened(text), r#type.name()),
            )
            .label("not a name")
            .help(format!("use letters, digits, `.`, `_` and `-`, such as `\"{example}\"`")),
        );
    }
    is_valid.then(|| text.clone())
}

/// Reads the format of the storage, one of those that the type of pool has.
fn format(word: Word<'_>, r#type: PoolType, problems: &mut Problems) -> Option<String> {
    let known = r#type.formats();
    let is_valid = known.contains(&word.value.as_str());
    if !is_valid {
        problems.push(
            Problem::new(
                Id::UnknownValue,
                word.place(),
                format!("`{}` is not a format of a pool of type `{}`", text::shortened(word.value), r#type.name()),
            )
            .label("not a format")
            .help(did_you_mean(word.value, known.iter().copied())),
        );
    }
    is_valid.then(|| word.value.clone())
}

/// Reads an iSCSI qualified name ([RFC 7143](https://www.rfc-editor.org/rfc/rfc7143#section-4.2.7.4)), in libvirt's
/// form.
fn qualified_name(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let text = text::line_of(word, problems)?;
    let is_qualified = |text: &str| {
        let (date, rest) = text.strip_prefix("iqn.")?.split_once('.')?;
        let (year, month) = date.split_once('-')?;
        let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        let month = digits(month, 2) && (1..=12).contains(&month.parse::<u8>().ok()?);
        let (authority, own) = rest.split_once(':').unwrap_or((rest, "own"));
        let authority =
            !authority.is_empty() && authority.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        // open-iscsi names files and directories after it.
        let own_is_plain = own.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':'));
        (digits(year, 4) && month && authority && !own.is_empty() && own_is_plain).then_some(())
    };
    let is_valid = is_qualified(&text).is_some();
    if !is_valid {
        problems.push(
            Problem::bad_name(
                word.place(),
                format!("`{}` is not an iSCSI qualified name (IQN)", text::shortened(&text)),
            )
            .label("not in the form `iqn.<year>-<month>.<domain, reversed>:<name>`")
            .help("write the target's name, such as `\"iqn.2026-01.lab.storage:disks\"`"),
        );
    }
    is_valid.then_some(text)
}

/// Reads the version of NFS.
fn version(word: Word<'_>, format: Option<&str>, problems: &mut Problems) -> Option<String> {
    if format != Some("nfs") {
        problems.push(
            Problem::conflict(word.key_place(), "an NFS version for another format")
                .label("needs the `format` `nfs` beside it")
                .help("write `\"format\": \"nfs\"`, or leave `protocolVersion` out"),
        );
        return None;
    }
    let text = word.value;
    // libvirt hands it to `mount` as it is.
    let is_valid = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !is_valid {
        problems.push(
            Problem::new(Id::UnknownValue, word.place(), format!("`{}` is not an NFS version", text::shortened(text)))
                .label("needs a number")
                .help("write it like `\"4.2\"`"),
        );
    }
    is_valid.then(|| text.clone())
}

/// Reads the credentials of the host.
fn auth(layers: &Layers<'_, written::PoolAuth>, problems: &mut Problems) -> Option<Auth> {
    let uuid = layers.get(key!(secret_uuid));
    let usage = layers.get(key!(secret_usage));
    let kinds = written!(layers => secret_uuid, secret_usage);
    if uuid.is_none() && usage.is_none() {
        problems.push(
            Problem::needs(layers.place(), "an `auth` without a secret", "`secretUuid` or `secretUsage`")
                .help("define the password as a libvirt secret (`virsh secret-define`), and refer to it here"),
        );
        return None;
    }
    parse::one_of(&kinds, "the `auth` of a pool", &layers.pointer(), problems)?;
    // The schema reports a missing name.
    let username = layers.get(key!(username)).and_then(|word| text::line_of(word, problems));
    let secret = match (uuid, usage) {
        (Some(word), _) => Secret::Uuid(secret_uuid(word, problems)?),
        (None, Some(word)) => Secret::Usage(text::line_of(word, problems)?),
        (None, None) => return None,
    };
    Some(Auth { username: username?, secret })
}

fn secret_uuid(word: Word<'_>, problems: &mut Problems) -> Option<Uuid> {
    let uuid = Uuid::try_parse(word.value).ok().filter(|uuid| uuid.to_string() == word.value.to_lowercase());
    if uuid.is_none() {
        problems.push(
            Problem::of_value(
                Id::BadUuid,
                word.place(),
                format!("`{}` is not the UUID of a secret", text::shortened(word.value)),
            )
            .label("needs 32 hexadecimal digits in groups of 8-4-4-4-12")
            .help("`virsh secret-list` shows the UUIDs; or use `secretUsage`"),
        );
    }
    uuid
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn hosts_and_their_ports() {
        let check = |text: &str, expected: Option<(&str, Option<u16>)>| {
            let found = host(text);
            assert_eq!(found.as_ref().map(|host| (host.name.as_str(), host.port)), expected, "{text}");
        };
        check("ceph1.lab", Some(("ceph1.lab", None)));
        check("ceph1.lab:6789", Some(("ceph1.lab", Some(6789))));
        check("10.0.0.5:3300", Some(("10.0.0.5", Some(3300))));
        check("fd00::5", Some(("fd00::5", None)));
        check("[fd00::5]:6789", Some(("fd00::5", Some(6789))));
        for bad in ["", ":6789", "ceph1.lab:", "ceph1.lab:0", "ceph1.lab:+1", "ceph1.lab:65536", "[ceph1]:1", "a b"] {
            check(bad, None);
        }
    }
}
