//! The keys of a storage pool and of its volumes.

use serde_json::{Map, Value as Json};

use super::{Entry, Refusal, Uses};
use crate::keys::read::{Keys, amount, is, number, word};
use crate::lab::size::bytes_of_unit;
use crate::libvirt::tree::{Tree, Value};
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

/// What libvirt creates of the definition of a volume: with its amounts in bytes, and with what is set aside where nothing is said.
#[must_use]
pub fn created(mut definition: Tree, pool: &Tree) -> Tree {
    for path in ["capacity", "allocation"] {
        let Some(Value::Set(amount)) = definition.get_mut(path) else { continue };
        // Unlike memory, it is in bytes where nothing is said.
        let unit = word(amount, "unit").unwrap_or_else(|| BYTES.to_owned());
        let bytes =
            bytes_of_unit(&unit).and_then(|unit| i64::try_from(unit).ok()?.checked_mul(number(amount, "count")?));
        if let Some(bytes) = bytes {
            *amount = Tree::new().with("count", bytes).with("unit", BYTES);
        }
    }
    let kind = word(pool, "type").unwrap_or_default();
    if let Value::Set(target) = definition.entry("target", || Tree::new().into()) {
        let format = if kind == "disk" { "none" } else { "raw" };
        target.entry("format", || Tree::new().with("type", format).into());
    }
    match kind.as_str() {
        "dir" | "fs" | "netfs" if !is(&definition, "target.format.type", "raw") => definition.remove("allocation"),
        "disk" | "rbd" => definition.remove("allocation"),
        _ => {
            if let Some(all) = definition.get("capacity").cloned() {
                definition.entry("allocation", || all);
            }
        }
    }
    definition
}

/// The unit of what is [`created`].
const BYTES: &str = "bytes";

/// Reads the entry of a volume of a pool, from what is [`created`].
#[must_use]
pub fn volume(created: &Tree, pool: &Tree) -> Map<String, Json> {
    let bytes = |path: &str| number(created, &format!("{path}.count"));
    let mut keys = Keys::of(created, &[("size", "capacity")]);
    match bytes("allocation") {
        all if all == bytes("capacity") => {
            let is_chosen = !is(pool, "type", "logical") && all.is_some();
            keys.set("preallocation", is_chosen.then_some("full"));
        }
        some => keys.set("allocation", some.filter(|some| *some != 0).and_then(|some| amount(some, BYTES))),
    }
    if !is(pool, "type", "disk") {
        keys.read(created, &[("format", "target.format.type")]);
    }
    if let Some(Value::Set(backing)) = created.find("backingStore") {
        keys.object("backing", Keys::of(backing, &[("path", "path"), ("format", "format.type")]));
    }
    keys.into_map()
}
