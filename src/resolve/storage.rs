//! Reads one pool with the volumes of its section. Disks declare additional volumes, which are added when the domains
//! are resolved.

pub(crate) mod allocation;
pub(crate) mod backing;
pub(crate) mod backing_order;
pub(crate) mod image;
pub(crate) mod pool_source;
pub(crate) mod pool_type;
pub(crate) mod volume;
pub(crate) mod volume_name;

use crate::lab::identity::{Namespace, ObjectKind};
use crate::lab::placed::{ExtraAt, Placed};
use crate::lab::storage::{Permissions, Pool};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Layers;
use crate::resolve::{parse, text};
use crate::spec;
use crate::spec::Active;
use crate::spec::key::key;
use crate::spec::pool::PoolType;

/// Resolves one pool with the volumes of its section. Those that disks declare are added later.
pub(crate) fn resolve(name: &str, spec: &spec::Pool, namespace: Namespace, problems: &mut Problems) -> Pool {
    let at = Pointer::root().key("pools").key(name);
    parse::name(name, Place::key(&at), problems);
    let layers = Layers::one(at.clone(), spec);
    let id = parse::id(layers.get(key!(id)), problems);
    let uuid = parse::identity(layers.get(key!(uuid)), problems).unwrap_or_else(|| Placed {
        value: namespace.uuid(ObjectKind::Pool, id.as_deref().unwrap_or(name)),
        place: Place::key(&at),
    });
    let r#type = spec.r#type.unwrap_or_default();
    let written_source = layers.object(key!(source));
    let mut pool = Pool {
        name: name.to_owned(),
        uuid,
        r#type,
        source: pool_source::resolve(name, r#type, &written_source, &at.key("source"), problems),
        path: path(name, r#type, &layers, problems),
        permissions: permissions(r#type, &layers, problems),
        volumes: Vec::new(),
        volume_order: Vec::new(),
        active: spec.active.unwrap_or(Active::Running),
        restart: spec.restart,
        extra: spec.extra.clone().map(|value| ExtraAt { at: at.key("extra"), value }),
        at,
    };
    problems.extend(copy_on_write(&pool));
    for (name, volume) in spec.volumes.iter().flatten() {
        let at = pool.at.key("volumes").key(name);
        if r#type == PoolType::Iscsi {
            problems.push(volume::undeclarable(&Place::key(at)));
            continue;
        }
        volume_name::check(name, &pool, Place::key(&at), problems);
        let volume = volume::written(name, at, volume, &pool, problems);
        pool.volumes.push(volume);
    }
    pool
}

/// Refuses a setting of files on Btrfs where volumes are none.
fn copy_on_write(pool: &Pool) -> Option<Problem> {
    let extra = pool.extra.as_ref().filter(|_| !matches!(pool.r#type, PoolType::Dir | PoolType::Fs))?;
    extra.value.get("features")?.get("cow")?;
    let place = Place::key(extra.at.key("features").key("cow"));
    let message = format!("copy on write in a pool of type `{}`", pool.r#type.name());
    Some(
        Problem::not_on_this_type(place, message)
            .label("only for types `dir` and `fs`")
            .help("leave it out: libvirt refuses it here"),
    )
}

/// Reads the directory of a pool's files or devices. Pools of other types are where libvirt puts them.
fn path(name: &str, r#type: PoolType, layers: &Layers<'_, spec::Pool>, problems: &mut Problems) -> Option<String> {
    let written = layers.get(key!(path));
    match r#type {
        PoolType::Dir | PoolType::Fs | PoolType::Netfs => {
            if written.is_none() {
                let what = if r#type == PoolType::Dir { "its files are" } else { "it is mounted" };
                problems.push(
                    Problem::needs(
                        Place::key(layers.pointer().key("path")),
                        format!("pool `{name}` does not say where {what}"),
                        "a `path`",
                    )
                    .help("add its own directory, such as `\"path\": \"/var/lib/libvirt/images/lab\"`"),
                );
            }
            text::directory(written?, problems)
        }
        PoolType::Disk | PoolType::Iscsi => match written {
            Some(word) => text::below_root(word, problems),
            None if r#type == PoolType::Disk => Some("/dev".to_owned()),
            None => Some("/dev/disk/by-path".to_owned()),
        },
        PoolType::Logical | PoolType::Rbd | PoolType::Zfs => {
            if let Some(word) = written {
                let of = if r#type == PoolType::Rbd {
                    "images of Ceph have no path on the host"
                } else {
                    "libvirt uses `/dev/<source>` for its volumes in any case"
                };
                problems.push(
                    Problem::not_on_this_type(
                        word.key_place(),
                        format!("a pool of type `{}` has no `path`", r#type.name()),
                    )
                    .label(of)
                    .help("leave it out"),
                );
            }
            None
        }
    }
}

/// Whether libvirt takes a mode, whose first digit of four is 0.
pub(crate) fn is_mode(text: &str) -> bool {
    let digits = text.strip_prefix('0').filter(|digits| digits.len() == 3).unwrap_or(text);
    digits.len() == 3 && digits.bytes().all(|b| (b'0'..=b'7').contains(&b))
}

fn permissions(r#type: PoolType, layers: &Layers<'_, spec::Pool>, problems: &mut Problems) -> Option<Permissions> {
    let written = layers.object(key!(permissions));
    if written.is_empty() {
        return None;
    }
    if !r#type.has_files() {
        problems.push(
            Problem::not_on_this_type(
                written.key_place(),
                format!("a pool of type `{}` has no `permissions`", r#type.name()),
            )
            .label("has no directory of its own")
            .help("leave it out"),
        );
        return None;
    }
    let mode = written.get(key!(mode));
    if let Some(word) = mode
        && !is_mode(word.value)
    {
        problems.push(
            Problem::new(Id::UnknownValue, word.place(), format!("`{}` is not a mode", text::shortened(word.value)))
                .label("needs three octal digits, with or without a leading 0")
                .help("write it like `\"0711\"`; libvirt supports no further bits"),
        );
    }
    Some(Permissions {
        mode: mode.map_or_else(|| "0711".to_owned(), |word| format!("{:0>4}", word.value)),
        owner: written.value(key!(owner)).unwrap_or(0),
        group: written.value(key!(group)).unwrap_or(0),
    })
}
