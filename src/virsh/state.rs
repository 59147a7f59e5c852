//! What a host has, as far as libvirt and its files tell.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use uuid::Uuid;

use super::{Error, Query, Virsh, Which};
use crate::activation::definition::{Definition, DiskSource, Volume};
use crate::activation::settings::Settings;
use crate::activation::snapshot::Snapshot;
use crate::activation::world::{Files, Object, World};
use crate::lab::identity::ObjectKind;

/// Reads what libvirt has.
///
/// # Errors
///
/// When libvirt does not answer.
pub fn read(virsh: &Virsh) -> Result<World, Error> {
    let mut objects = read_objects(virsh)?;
    read_volumes(virsh, &mut objects)?;
    let bridges = if virsh.is_local() { bridges() } else { None };
    let may_have_bridges = bridges.is_none();
    Ok(World { objects, bridges: bridges.unwrap_or_default(), may_have_bridges, ..World::default() })
}

/// Reads the objects that libvirt has, without their volumes.
///
/// # Errors
///
/// When libvirt does not answer.
pub fn read_objects(virsh: &Virsh) -> Result<Vec<Object>, Error> {
    let lists = ObjectKind::ALL.iter().flat_map(|kind| {
        let of_all = [Which::All, Which::Active, Which::Persistent];
        let of_domains = [Which::Saved, Which::Snapshotted];
        let of_domains = of_domains.into_iter().filter(|_| *kind == ObjectKind::Domain);
        of_all.into_iter().chain(of_domains).map(|which| (*kind, which))
    });
    let lists: Vec<(ObjectKind, Which)> = lists.collect();
    let queries: Vec<Query> = lists.iter().map(|(kind, which)| Query::List(*kind, *which)).collect();
    let mut listed: Vec<((ObjectKind, Which), Vec<Uuid>)> = Vec::new();
    for (list, answer) in lists.into_iter().zip(virsh.ask(&queries)?) {
        let answer = answer.map_err(Error::Strange)?;
        let uuid = |word: &str| Uuid::try_parse(word).map_err(|_| Error::Strange(format!("`{word}` is not a UUID")));
        listed.push((list, answer.split_whitespace().map(uuid).collect::<Result<_, _>>()?));
    }
    let of = |kind: ObjectKind, which: Which| {
        let found = listed.iter().find(|(list, _)| *list == (kind, which));
        found.map(|(_, uuids)| uuids.as_slice()).unwrap_or_default()
    };
    let mut objects = Vec::new();
    for kind in ObjectKind::ALL {
        let set = |which: Which| of(kind, which).iter().copied().collect::<HashSet<Uuid>>();
        let (active, persistent) = (set(Which::Active), set(Which::Persistent));
        let (saved, snapshotted) = (set(Which::Saved), set(Which::Snapshotted));
        let all = of(kind, Which::All);
        let queries: Vec<Query> = all.iter().map(|uuid| Query::Definition(kind, *uuid)).collect();
        let running = |uuid: &&Uuid| kind == ObjectKind::Domain && active.contains(uuid);
        let of_running: Vec<Query> = all.iter().filter(running).map(|uuid| Query::Running(*uuid)).collect();
        let of_snapshots: Vec<Query> =
            all.iter().filter(|uuid| snapshotted.contains(uuid)).map(|uuid| Query::Snapshots(*uuid)).collect();
        let mut answers = virsh.ask(&[queries, of_running, of_snapshots].concat())?.into_iter();
        let first = objects.len();
        for uuid in all {
            let definition = match answers.next() {
                Some(Ok(text)) => definition(text)?,
                // What is gone by now is not there; what cannot be read may be.
                Some(Err(why)) if is_gone(&why) => continue,
                Some(Err(why)) => return Err(Error::Strange(why)),
                None => continue,
            };
            objects.push(Object {
                is_active: active.contains(uuid),
                is_persistent: persistent.contains(uuid),
                is_saved: saved.contains(uuid),
                ..Object::new(kind, definition)
            });
        }
        let read = &mut objects[first..];
        for uuid in all.iter().filter(running) {
            if let (Some(Ok(text)), Some(object)) = (answers.next(), with_uuid(read, *uuid)) {
                object.running = Some(definition(text)?);
            }
        }
        let mut snapshots = Vec::new();
        for uuid in all.iter().filter(|uuid| snapshotted.contains(uuid)) {
            let names = answers.next().and_then(Result::ok).unwrap_or_default();
            let count = snapshots.len();
            snapshots.extend(names.lines().filter(|name| !name.is_empty()).map(|name| (*uuid, name.to_owned())));
            if snapshots.len() == count {
                // It is listed as one that has some.
                snapshots.push((*uuid, String::new()));
            }
        }
        let queries: Vec<Query> = snapshots.iter().map(|(uuid, name)| Query::Snapshot(*uuid, name.clone())).collect();
        for ((uuid, name), answer) in snapshots.into_iter().zip(virsh.ask(&queries)?) {
            let snapshot = answer.ok().and_then(|text| Snapshot::read(&text).ok());
            if let Some(object) = with_uuid(read, uuid) {
                object.snapshots.push(snapshot.unwrap_or_else(|| Snapshot::named(&name)));
            }
        }
    }
    Ok(objects)
}

fn with_uuid(objects: &mut [Object], uuid: Uuid) -> Option<&mut Object> {
    objects.iter_mut().find(|object| object.uuid() == uuid)
}

/// Whether libvirt says that there is no such object.
pub(crate) fn is_gone(why: &str) -> bool {
    ["failed to get", "not found", "no domain", "no network", "no storage pool"].iter().any(|words| why.contains(words))
}

fn definition(text: String) -> Result<Definition, Error> {
    Definition::new(text).map_err(|why| Error::Strange(format!("a definition: {why}")))
}

fn read_volumes(virsh: &Virsh, objects: &mut [Object]) -> Result<(), Error> {
    let mut pools: Vec<&mut Object> = objects.iter_mut().filter(|object| object.kind == ObjectKind::Pool).collect();
    let tables: Vec<Query> = pools.iter().map(|pool| Query::Volumes(pool.uuid())).collect();
    let tables = virsh.ask(&tables)?;
    let mut of_volumes = Vec::new();
    for (index, (pool, table)) in pools.iter_mut().zip(tables).enumerate() {
        // Of a pool that is off, libvirt knows no volumes.
        let Ok(table) = table else {
            pool.volumes = None;
            continue;
        };
        let names: BTreeSet<String> = table.lines().filter_map(name_in_row).collect();
        of_volumes.extend(names.iter().map(|name| (index, Query::Volume(pool.uuid(), name.clone()))));
        let unread = |name: String| (name.clone(), Volume { name, ..Volume::default() });
        pool.volumes = pool.is_active.then(|| names.into_iter().map(unread).collect());
    }
    let (indexes, queries): (Vec<usize>, Vec<Query>) = of_volumes.into_iter().unzip();
    for (index, answer) in indexes.into_iter().zip(virsh.ask(&queries)?) {
        // A volume whose file is gone has no definition any more.
        let Some(volume) = answer.ok().and_then(|text| Volume::read(&text).ok()) else { continue };
        pools[index].volumes.get_or_insert_default().insert(volume.name.clone(), volume);
    }
    Ok(())
}

/// The name in a row of `vol-list`: before the path, which ends in it.
fn name_in_row(row: &str) -> Option<String> {
    let row = row.trim();
    let ends = row.match_indices("  ").map(|(at, _)| row.split_at(at));
    let named = |(name, path): (&str, &str)| {
        let (name, path) = (name.trim(), path.trim());
        (!path.starts_with(' ') && !name.is_empty() && path.ends_with(name)).then(|| name.to_owned())
    };
    ends.clone().find_map(named).or_else(|| ends.map(|(name, _)| name.trim().to_owned()).next())
}

/// Looks at the files and directories of this machine that matter to the objects, there and in `settings`.
pub fn look_around(world: &mut World, settings: &Settings) {
    let wanted = settings.kinds().flat_map(|(_, items)| items.iter().map(|item| &item.definition));
    let there = world.objects.iter().map(|object| &object.definition);
    let definitions: Vec<&Definition> = there.chain(wanted).collect();
    let mut files = Files::default();
    for directory in definitions.iter().filter_map(|definition| definition.facts.target.as_ref()) {
        let path = Path::new(directory);
        match fs::read_dir(path) {
            Ok(entries) => {
                let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
                files.there.extend(names.map(|name| format!("{directory}/{name}")));
                files.listed.insert(directory.clone());
            }
            // That it cannot be read does not say that it is not there.
            Err(_) if path.try_exists().is_ok_and(|is_there| !is_there) => {
                world.missing_directories.insert(directory.clone());
            }
            Err(_) => {}
        }
    }
    let named = definitions.iter().flat_map(|definition| {
        let disks = definition.facts.disks.iter().filter_map(|disk| match &disk.source {
            DiskSource::File(path) => Some(path),
            DiskSource::Volume { .. } | DiskSource::Other(_) | DiskSource::Nothing => None,
        });
        disks.chain(&definition.facts.nvram).chain(&definition.facts.render_node)
    });
    for path in named {
        match Path::new(path).try_exists() {
            Ok(true) => drop(files.there.insert(path.clone())),
            Ok(false) => drop(files.missing.insert(path.clone())),
            Err(_) => {}
        }
    }
    world.files = files;
}

/// The bridges of this machine: Linux's, and interfaces that may be those of Open vSwitch.
fn bridges() -> Option<BTreeSet<String>> {
    let entries = fs::read_dir("/sys/class/net").ok()?;
    Some(entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn the_name_of_a_volume_stands_before_its_path() {
        let named = |row: &str| name_in_row(row).unwrap_or_default();
        assert_eq!(named(" a.qcow2   /srv/vms/a.qcow2"), "a.qcow2");
        assert_eq!(named(" two  spaces   /srv/vms/two  spaces"), "two  spaces");
        assert_eq!(named(" unit:0:0:1  /dev/disk/by-path/ip-10.0.0.1-lun-1"), "unit:0:0:1");
        assert_eq!(named(""), "");
    }
}
