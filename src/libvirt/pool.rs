//! The definitions of a storage pool and its volumes ([libvirt](https://libvirt.org/formatstorage.html)).

use super::tree::{Tree, Value};
use super::{Object, Unchecked, VolumeObject};
use crate::host_file::HostFile;
use crate::lab::identity::ObjectKind;
use crate::lab::size::Size;
use crate::lab::storage::Pool;
use crate::lab::storage::backing::Image;
use crate::lab::storage::pool_source::{Auth, Host, Secret, Source};
use crate::lab::storage::volume::Volume;
use crate::spec::pool::PoolType;

/// The object of a pool.
pub(super) fn unchecked(pool: &Pool) -> Unchecked<'_> {
    let permissions = pool.permissions.as_ref().map(|permissions| {
        Tree::new()
            .with("mode", Tree::new().with("octal", permissions.mode.clone()))
            .with("owner", Tree::new().with("uid", permissions.owner))
            .with("group", Tree::new().with("gid", permissions.group))
    });
    // That of a volume group is libvirt's own, and libvirt wants to be told of it all the same.
    let of_group = pool.source.name.as_ref().filter(|_| pool.r#type == PoolType::Logical);
    let path = of_group.map(|group| format!("/dev/{group}")).or_else(|| pool.path.clone());
    let target = path.map(|path| Tree::new().with("path", path).with_some("permissions", permissions));
    let definition = Tree::new()
        .with("type", pool.r#type.name())
        .with("name", pool.name.clone())
        .with("uuid", pool.uuid.value.to_string())
        .with_some("source", source(pool))
        .with_some("target", target);
    let object = Object {
        kind: ObjectKind::Pool,
        name: pool.name.clone(),
        definition: definition.into(),
        active: pool.active,
        restart: pool.restart,
        volumes: pool.volumes_in_order().map(|volume| volume_object(pool, volume)).collect(),
    };
    let volume_extras = pool.volumes_in_order().map(|volume| volume.extra.as_ref()).collect();
    Unchecked {
        object,
        at: pool.at.clone(),
        extras: pool.extra.iter().collect(),
        devices: Vec::new(),
        placed: Vec::new(),
        volume_extras,
    }
}

/// What the storage is; nothing for a directory.
fn source(pool: &Pool) -> Option<Tree> {
    let Source { hosts, dir, device, name, format, initiator, protocol_version, auth } = &pool.source;
    let path = |path: &String| Tree::new().with("path", path.clone());
    let auth_tree = |auth: &Auth| {
        let kind = if pool.r#type == PoolType::Iscsi { "chap" } else { "ceph" };
        Tree::new().with("type", kind).with("username", auth.username.clone()).with("secret", secret(&auth.secret))
    };
    Tree::new()
        .with_each("device", device.iter().map(path))
        .with_some("dir", dir.as_ref().map(path))
        .with_each("host", hosts.iter().map(host))
        .with_some("auth", auth.as_ref().map(auth_tree))
        .with_some("name", name.clone())
        .with_some("format", format.clone().map(|format| Tree::new().with("type", format)))
        .with_some("protocol", protocol_version.clone().map(|version| Tree::new().with("ver", version)))
        .with_some("initiator", initiator.clone().map(|name| Tree::new().with("iqn", Tree::new().with("name", name))))
        .unless_empty()
}

/// Which of libvirt's secrets a password is in.
pub(super) fn secret(secret: &Secret) -> Tree {
    match secret {
        Secret::Uuid(uuid) => Tree::new().with("uuid", uuid.to_string()),
        Secret::Usage(usage) => Tree::new().with("usage", usage.clone()),
    }
}

pub(super) fn host(host: &Host) -> Tree {
    Tree::new().with("name", host.name.clone()).with_some("port", host.port)
}

fn volume_object(pool: &Pool, volume: &Volume) -> VolumeObject {
    // Of a partition, the format is what shall be in it, of which libvirt knows no image.
    let format = if pool.r#type == PoolType::Disk { "none" } else { volume.format.name() };
    let definition = volume.present.as_ref().map(|present| {
        let backing = present.backing.as_ref().map(|backing| {
            let (path, format) = pool.backing_file(backing);
            let path: Value = match &backing.image {
                Image::Nix(name) => HostFile::Image(name.clone()).into(),
                Image::Volume(_) | Image::File(_) => path.into(),
            };
            Tree::new().with("path", path).with("format", Tree::new().with("type", format.name()))
        });
        Tree::new()
            .with("name", volume.name.clone())
            .with_some("allocation", present.allocation.map(amount))
            .with("capacity", amount(present.size))
            .with("target", Tree::new().with("format", Tree::new().with("type", format)))
            .with_some("backingStore", backing)
    });
    VolumeObject { name: volume.name.clone(), definition: definition.map(Into::into) }
}

/// An amount of bytes as `NixVirt` takes it: a count and a unit.
pub(super) fn amount(size: Size) -> Tree {
    let (count, unit) = size.in_largest_unit();
    Tree::new().with("count", count).with("unit", unit)
}
