//! The definitions of a storage pool and its volumes ([libvirt](https://libvirt.org/formatstorage.html)).

use super::tree::Tree;
use super::{Draft, Object, VolumeObject};
use crate::lab::identity::Kind;
use crate::lab::size::Size;
use crate::lab::storage::{Pool, Present, Volume};
use crate::spec::pool::{ImageFormat, PoolType};

/// The object of a pool.
pub(super) fn draft(pool: &Pool) -> Draft<'_> {
    let permissions = pool.permissions.as_ref().map(|permissions| {
        Tree::new()
            .with("mode", Tree::new().with("octal", permissions.mode.clone()))
            .with("owner", Tree::new().with("uid", permissions.owner))
            .with("group", Tree::new().with("gid", permissions.group))
    });
    let definition = Tree::new()
        .with(
            "type",
            match pool.r#type {
                PoolType::Dir => "dir",
            },
        )
        .with("name", pool.name.clone())
        .with("uuid", pool.uuid.value.to_string())
        .with("target", Tree::new().with("path", pool.path.clone()).with_some("permissions", permissions));
    let object = Object {
        kind: Kind::Pool,
        name: pool.name.clone(),
        definition: definition.into(),
        active: pool.active,
        restart: pool.restart,
        volumes: pool.volumes.iter().map(|volume| volume_object(pool, volume)).collect(),
    };
    Draft { object, at: pool.at.clone(), extras: pool.extra.iter().collect(), devices: Vec::new() }
}

fn volume_object(pool: &Pool, volume: &Volume) -> VolumeObject {
    let definition = volume.present.as_ref().map(|present| {
        let backing = present.backing.as_ref().map(|backing| {
            let (path, format) = pool.backing_file(backing);
            Tree::new().with("path", path).with("format", Tree::new().with("type", format.name()))
        });
        Tree::new()
            .with("name", volume.name.clone())
            .with_some("allocation", allocation(volume, present).map(amount))
            .with("capacity", amount(present.size))
            .with("target", Tree::new().with("format", Tree::new().with("type", volume.format.name())))
            .with_some("backingStore", backing)
    });
    VolumeObject { name: volume.name.clone(), definition: definition.map(Into::into) }
}

/// What is set aside at creation. libvirt would set aside all of a raw volume.
fn allocation(volume: &Volume, present: &Present) -> Option<Size> {
    match volume.format {
        ImageFormat::Qcow2 => present.allocation,
        ImageFormat::Raw => Some(present.allocation.unwrap_or(Size::NOTHING)),
    }
}

/// An amount of bytes as `NixVirt` takes it: a count and a unit.
pub(super) fn amount(size: Size) -> Tree {
    let (count, unit) = size.in_largest_unit();
    Tree::new().with("count", count).with("unit", unit)
}
