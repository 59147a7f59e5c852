//! The keys of a storage pool.

use super::{Entry, Refusal, Uses};
use crate::keys::read::{Keys, number, word};
use crate::libvirt::tree::Tree;
use crate::spec::names::variants;
use crate::spec::pool::PoolType;

/// Reads the entry of a pool.
///
/// # Errors
///
/// When the language has no such pools.
pub fn entry(definition: &Tree) -> Result<Entry, Refusal> {
    let kind = word(definition, "type").unwrap_or_default();
    if !variants::<PoolType>().any(|known| known.name() == kind) {
        return Err(Refusal::PoolType(kind));
    }
    let mut keys = Keys::of(definition, &[("type", "type"), ("uuid", "uuid")]);
    // The paths of the others are made from what their source is.
    if matches!(kind.as_str(), "dir" | "fs" | "netfs" | "disk" | "iscsi") {
        keys.read(definition, &[("path", "target.path")]);
    }
    if kind != "dir" {
        keys.object("source", source(definition, &kind));
    }
    let mut permissions = Keys::default();
    permissions.set("mode", word(definition, "target.permissions.mode.octal"));
    permissions
        .read(definition, &[("owner", "target.permissions.owner.uid"), ("group", "target.permissions.group.gid")]);
    if matches!(kind.as_str(), "dir" | "fs" | "netfs") {
        keys.object("permissions", permissions);
    }
    Ok(Entry { keys: keys.into_map(), uses: Uses::default() })
}

fn source(definition: &Tree, kind: &str) -> Keys {
    let mut keys = Keys::of(
        definition,
        &[
            ("dir", "source.dir.path"),
            ("name", "source.name"),
            ("format", "source.format.type"),
            ("protocolVersion", "source.protocol.ver"),
            ("initiator", "source.initiator.iqn.name"),
        ],
    );
    let device = definition.elements("source.device").next();
    keys.set("device", device.and_then(|device| word(device, "path")));
    let mut hosts = definition.elements("source.host");
    if kind == "rbd" {
        let monitor = |host: &Tree| {
            let name = word(host, "name")?;
            Some(match number(host, "port") {
                Some(port) if name.contains(':') => format!("[{name}]:{port}"),
                Some(port) => format!("{name}:{port}"),
                None => name,
            })
        };
        keys.list("monitors", hosts.filter_map(monitor));
    } else if let Some(host) = hosts.next() {
        keys.read(host, &[("host", "name"), ("port", "port")]);
    }
    keys.object(
        "auth",
        Keys::of(
            definition,
            &[
                ("username", "source.auth.username"),
                ("secretUuid", "source.auth.secret.uuid"),
                ("secretUsage", "source.auth.secret.usage"),
            ],
        ),
    );
    keys
}
