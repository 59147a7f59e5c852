//! Decides what backs a disk: a volume, which the disk may declare itself, a file, or a block device.

use crate::lab::drive::Source;
use crate::lab::id::PoolId;
use crate::lab::storage::volume::Volume;
use crate::place::{Place, Pointer};
use crate::problem::{Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::layers::{Layers, Word, present, written};
use crate::resolve::storage::{backing, image, volume, volume_name};
use crate::resolve::{parse, text};
use crate::spec::drive as written;
use crate::spec::key::key;
use crate::spec::pool::{ImageFormat, PoolType};

/// What backs a disk, the format of its image where the spec has one, and the volume that it declares.
pub(crate) type DiskSource = (Source, Option<ImageFormat>, Option<(PoolId, Volume)>);

/// What a disk is.
pub(crate) fn resolve(
    disk: &str,
    layers: &Layers<'_, written::Disk>,
    guest: &Guest<'_>,
    problems: &mut Problems,
) -> Option<DiskSource> {
    let pool = layers.get(key!(pool));
    let file = layers.get(key!(file));
    let block = layers.get(key!(block));
    let written = layers.value(key!(format));
    let kinds = written!(layers => pool, file, block);
    let clone_of = layers.get(key!(clone_of));
    let template_disk = match clone_of {
        // Without the disk that it is a clone of, nothing more can be checked.
        Some(word) => Some((guest.names.templates.disk(disk, word, problems)?, word)),
        None => None,
    };
    if clone_of.is_none() || kinds.iter().any(|(_, at)| at.is_some()) {
        parse::one_of(&kinds, &format!("disk `{disk}`"), &layers.pointer(), problems)?;
    }
    one_image(disk, layers, problems);
    if file.is_some() || block.is_some() {
        on_no_pool(disk, layers, problems);
    }
    if let Some(file) = file {
        return Some((Source::File(text::file(file, problems)?), written, None));
    }
    if let Some(block) = block {
        return Some((Source::Block(text::file(block, problems)?), written, None));
    }
    if let Some(pool) = pool.filter(|pool| guest.names.is_pool_of_host(*pool)) {
        return of_host(disk, pool, layers, problems);
    }
    let (pool, pool_at) = match (pool, template_disk) {
        (Some(word), _) => (guest.names.pool(word, problems)?, word.pointer()),
        (None, Some((template_disk, word))) => (template_disk.pool(disk, word, problems)?, word.pointer()),
        (None, None) => return None,
    };
    let volume_word = layers.get(key!(volume));
    let size = layers.get(key!(size));
    let of = &guest.names.pools[pool.0];
    if let Some(word) = volume_word {
        let is_made = size.is_some() || template_disk.is_some();
        let is_valid = if is_made {
            volume_name::check(word.value, of, word.place(), problems)
        } else {
            volume_name::check_existing(word, of, problems)
        };
        if !is_valid {
            return None;
        }
    }
    let r#type = of.r#type;
    if let Some(size) = size.filter(|_| r#type == PoolType::Iscsi) {
        problems.push(volume::undeclarable(&size.key_place()));
        return None;
    }
    if volume_word.is_none() && matches!(r#type, PoolType::Disk | PoolType::Iscsi) {
        problems.push(unnamed_volume(disk, r#type, &layers.pointer()));
        return None;
    }
    if size.is_none() && volume_word.is_none() && template_disk.is_none() {
        let message = format!("disk `{disk}` has neither a `size` nor a `volume`");
        let help = "add `\"size\": \"60GiB\"` to declare its volume, or `\"volume\": …` to use one that the pool has";
        problems.push(Problem::needs(layers.place(), message, "a `size` or a `volume`").help(help));
        return None;
    }
    let backing_layers = layers.object(key!(backing));
    let allocation = layers.get(key!(allocation));
    let preallocation = layers.get(key!(preallocation));
    let image_layers = layers.object(key!(image));
    let size = match (size, template_disk) {
        (Some(size), _) => volume::written_size(size, problems),
        (None, Some((template_disk, word))) => Some((template_disk.size(disk, word, problems)?, None)),
        (None, None) => {
            undeclared(disk, layers, problems);
            let (name, at) = volume_word.map(|word| (word.value.clone(), word.pointer()))?;
            // The format of a volume that is a file is its own.
            let format = if r#type.has_files() {
                written
            } else {
                Some(volume::format(r#type, layers.get(key!(format)), problems))
            };
            return Some((Source::Volume { pool, name, at }, format, None));
        }
    };
    let format = volume::format(r#type, layers.get(key!(format)), problems);
    let name = volume_word
        .map_or_else(|| default_volume(guest.instance.machine_id(), disk, r#type, format), |word| word.value.clone());
    if volume_word.is_none() && r#type == PoolType::Logical {
        volume_name::check_derived(&name, &guest.names.pools[pool.0], Place::value(&pool_at), problems);
    }
    let mut backing = backing::resolve(&backing_layers, of, format, problems);
    backing = backing.or(image::resolve(&image_layers, r#type, format, problems));
    if let Some((template_disk, word)) = template_disk {
        backing::only_on_qcow2("cloneOf", &word.pointer(), r#type, format, problems);
        backing = template_disk.backing(pool, word, guest.names.pools, problems);
    }
    let present = volume::present(r#type, format, size, allocation, preallocation, backing, problems);
    let volume = Volume { name: name.clone(), at: layers.pointer(), format, present: Some(present), extra: None };
    let at = volume_word.map_or(pool_at, |word| word.pointer());
    Some((Source::Volume { pool, name, at }, Some(format), Some((pool, volume))))
}

/// What a disk in a pool is that the lab does not manage: a volume that exists. NixVirt makes none there.
fn of_host(
    disk: &str,
    pool: Word<'_>,
    layers: &Layers<'_, written::Disk>,
    problems: &mut Problems,
) -> Option<DiskSource> {
    let makes = written!(layers => size, allocation, preallocation, backing, image, clone_of);
    problems.extend(present(makes).map(|(key, at)| {
        Problem::conflict(Place::key(at), format!("disk `{disk}` is in a pool that the lab does not manage"))
            .label(format!("`{key}` is for volumes that the lab creates"))
            .related(pool.place(), "the pool, which is `external`")
            .help("use an existing volume, create it with `virsh vol-create-as`, or declare the pool in `pools`")
    }));
    let Some(volume) = layers.get(key!(volume)) else {
        let message = format!("disk `{disk}` has no `volume` in the pool");
        problems.push(
            Problem::needs(layers.place(), message, "a `volume`")
                .help("add `\"volume\": …`, as `virsh vol-list` shows it"),
        );
        return None;
    };
    let is_known = [".raw", ".qcow2"].iter().any(|ending| volume.value.to_lowercase().ends_with(ending));
    let format = layers.get(key!(format));
    if format.is_none() && !is_known {
        let message =
            format!("the format of the volume `{}` is not known from its name", text::shortened(volume.value));
        problems.push(Problem::needs(volume.place(), message, "a `format`").help(
            "add `\"format\": \"raw\"` or `\"qcow2\"`, as `virsh vol-dumpxml` shows it: the wrong one destroys the image",
        ));
    }
    let name = volume_name::existing(volume, problems)?;
    Some((Source::HostVolume { pool: pool.value.clone(), name }, format.map(|format| *format.value), None))
}

/// Refuses keys of a volume on a disk that is a file or a block device.
fn on_no_pool(disk: &str, layers: &Layers<'_, written::Disk>, problems: &mut Problems) {
    let of_volume = written!(layers => size, volume, allocation, preallocation, backing, image, clone_of);
    problems.extend(present(of_volume).map(|(key, at)| {
        Problem::conflict(Place::key(at), format!("disk `{disk}` has no pool, so it declares no volume"))
            .label(format!("`{key}` needs a `pool`"))
            .help("leave it out, or use a pool instead of the file or block device")
    }));
}

/// Refuses a second backing file of the volume that a disk declares.
fn one_image(disk: &str, layers: &Layers<'_, written::Disk>, problems: &mut Problems) {
    let mut given = present(written!(layers => backing, image, clone_of));
    let Some((first, first_at)) = given.next() else { return };
    problems.extend(given.map(|(_, at)| {
        Problem::both(Place::key(at), format!("disk `{disk}` has two backing images"), format!("not with `{first}`"))
            .related(Place::key(&first_at), format!("`{first}` is given here"))
    }));
}

/// Makes the problem of a disk whose volume's name cannot be made from the domain's.
fn unnamed_volume(disk: &str, r#type: PoolType, at: &Pointer) -> Problem {
    let (what, help) = if r#type == PoolType::Disk {
        (
            "partition",
            "add `\"volume\": \"sdb1\"`, with the name of the pool's device: libvirt numbers partitions in the order of creation",
        )
    } else {
        (
            "LUN of the target",
            "add `\"volume\": \"unit:0:0:1\"`; `virsh vol-list` shows the LUNs when the pool is active",
        )
    };
    Problem::needs(Place::value(at), format!("disk `{disk}` does not name its {what}"), "a `volume`").help(help)
}

/// Reports keys of a volume on a disk that does not declare one.
fn undeclared(disk: &str, layers: &Layers<'_, written::Disk>, problems: &mut Problems) {
    for (key, at) in present(written!(layers => backing, image, allocation, preallocation)) {
        let (what, help) = match key {
            "backing" | "image" => ("have a backing image", ", at least that of the image"),
            _ => ("be allocated", " to declare one"),
        };
        let message = format!("disk `{disk}` declares no volume that could {what}");
        problems.push(
            Problem::needs(Place::key(at), message, "a `size` beside it").help(format!("add `\"size\": …`{help}")),
        );
    }
}

/// The name of a disk's volume where the spec has none: made from the domain's id, so that a rename does not lose it.
/// LVM, Ceph and ZFS take it too; what is no file has no ending.
fn default_volume(id: &str, disk: &str, r#type: PoolType, format: ImageFormat) -> String {
    let stem = if disk == "system" { id.to_owned() } else { format!("{id}-{disk}") };
    let stem = stem.to_lowercase();
    if r#type.has_files() { format!("{stem}.{}", format.name()) } else { stem }
}
