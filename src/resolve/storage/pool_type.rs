//! The table of which type of pool needs and takes which key of `source`, and the check against it.

use std::collections::HashSet;

use crate::place::{Place, Pointer};
use crate::problem::{Problem, Problems, quoted_choice};
use crate::resolve::layers::Layers;
use crate::spec::key::written_keys;
use crate::spec::pool::PoolType;
use crate::spec::pool_source as written;

/// A key of `source`.
struct Key {
    name: &'static str,
    /// The types that do not work without it.
    needed_by: &'static [PoolType],
    /// The types that take it.
    taken_by: &'static [PoolType],
    /// What it is, with an example.
    meaning: &'static str,
}

impl Key {
    const fn needed(name: &'static str, by: &'static [PoolType], meaning: &'static str) -> Self {
        Self { name, needed_by: by, taken_by: by, meaning }
    }

    /// What it is for a type.
    fn meaning(&self, r#type: PoolType) -> &'static str {
        if self.name == "device" && r#type == PoolType::Iscsi {
            return "the target, such as `\"iqn.2026-01.lab.storage:disks\"`";
        }
        self.meaning
    }

    const fn optional(name: &'static str, taken_by: &'static [PoolType], meaning: &'static str) -> Self {
        Self { name, needed_by: &[], taken_by, meaning }
    }
}

/// The keys of `source`, and which types need or take each.
const KEYS: [Key; 10] = {
    use PoolType::{Disk, Fs, Iscsi, Logical, Netfs, Rbd, Zfs};
    [
        Key::needed("host", &[Netfs, Iscsi], "the file server or the portal, such as `\"storage.lab\"`"),
        Key::optional("port", &[Iscsi], "the TCP port of a portal, such as `3260`"),
        Key::needed("monitors", &[Rbd], "the monitors of the cluster, such as `[\"ceph1.lab\"]`"),
        Key::needed("dir", &[Netfs], "the directory that the server exports, such as `\"/export/images\"`"),
        Key {
            name: "device",
            needed_by: &[Fs, Disk, Iscsi],
            taken_by: &[Fs, Disk, Iscsi, Logical],
            meaning: "the block device, such as `\"/dev/sdb\"`",
        },
        Key::needed(
            "name",
            &[Logical, Rbd, Zfs],
            "the volume group or pool that the volumes are in, such as `\"vg0\"`",
        ),
        Key::optional("format", &[Fs, Netfs, Disk, Logical], "the format, such as `\"ext4\"`"),
        Key::optional("initiator", &[Iscsi], "the host's own name (IQN), such as `\"iqn.2026-01.lab.host:images\"`"),
        Key::optional("protocolVersion", &[Netfs], "the NFS version, such as `\"4.2\"`"),
        Key::optional("auth", &[Iscsi, Rbd], "the host's user name, and the libvirt secret with its password"),
    ]
};

/// Whether a type takes a key of `source`.
pub(crate) fn takes(r#type: PoolType, key: &str) -> bool {
    KEYS.iter().any(|known| known.name == key && known.taken_by.contains(&r#type))
}

/// Reports keys that are missing, and keys that the type does not have.
pub(crate) fn check_keys(
    name: &str,
    r#type: PoolType,
    layers: &Layers<'_, written::PoolSource>,
    at: &Pointer,
    problems: &mut Problems,
) {
    let written: HashSet<&str> = layers.all().flat_map(written_keys).collect();
    for key in &KEYS {
        let is_written = written.contains(key.name);
        let place = Place::key(at.key(key.name));
        if is_written && !key.taken_by.contains(&r#type) {
            let types = quoted_choice(key.taken_by.iter().map(|r#type| r#type.name()));
            problems.push(
                Problem::not_on_this_type(
                    place,
                    format!("a pool of type `{}` has no `source.{}`", r#type.name(), key.name),
                )
                .label(format!("only of type {types}"))
                .help(format!("leave it out, or choose the right `type`: it is {}", key.meaning(r#type))),
            );
        } else if !is_written && key.needed_by.contains(&r#type) {
            problems.push(
                Problem::needs(
                    place,
                    format!("pool `{name}` is of type `{}` and has no `source.{}`", r#type.name(), key.name),
                    format!("a `source` with `{}`", key.name),
                )
                .help(format!("add `{}` to `source`: {}", key.name, key.meaning(r#type))),
            );
        }
    }
}

/// Lists the keys of `source` that are written.
fn written_keys(source: &written::PoolSource) -> impl Iterator<Item = &'static str> {
    written_keys!(
        source => written::PoolSource {
            host, port, monitors, dir, device, name, format, initiator, protocol_version, auth,
        }
    )
}
