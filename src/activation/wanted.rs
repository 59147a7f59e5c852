//! What labs ask of `NixVirt`: the settings that their modules make of them together.

use std::collections::HashMap;

use uuid::Uuid;

use crate::activation::definition::Definition;
use crate::activation::settings::{Item, Settings, VolumeItem};
use crate::activation::world::World;
use crate::lab::Lab;
use crate::lab::identity::ObjectKind;
use crate::libvirt::vocabulary::Vocabulary;
use crate::libvirt::{self, KeptObject, Object, Objects};
use crate::spec::Active;
use crate::xml;

/// Why labs cannot be asked of a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An object that stays as it is, and is not there. The host stops before it changes anything.
    #[error("libvirt has no {} `{name}`, which lab `{lab}` expects", kind.name())]
    NotThere { lab: String, kind: ObjectKind, name: String },
    /// The same with a bridge.
    #[error("the host has no bridge `{name}`, which lab `{lab}` expects")]
    NoBridge { lab: String, name: String },
    /// Two labs have one object, or one name of theirs. The host is not built.
    #[error("labs `{}` and `{}` both have the {} `{name}`", labs[0], labs[1], kind.name())]
    Clash { labs: [String; 2], kind: ObjectKind, name: String },
    /// The same with a UUID that is another domain's.
    #[error("libvirt's domain `{name}` has the UUID {found}, but lab `{lab}` expects {expected}")]
    AnotherUuid { lab: String, name: String, expected: Uuid, found: Uuid },
}

/// The settings of labs on one host. What stays as it is, imported domains and what is external, is as `world` has it; without one,
/// as when nothing is known of the host, it is left out, and so is what a world that is assumed does not have.
///
/// # Errors
///
/// When something of that is not as a lab says.
///
/// # Panics
///
/// When a definition of a lab is no definition, which is a mistake in this crate.
pub fn settings(labs: &[(&Lab, &Objects)], world: Option<&World>) -> Result<Settings, Error> {
    let mut settings = Settings::default();
    refuse_clashes(labs)?;
    for (lab, objects) in labs {
        let vocabulary = Vocabulary::whole(lab.target.nixvirt);
        for (kind, of_kind) in ObjectKind::ALL.into_iter().filter_map(|kind| Some((kind, objects.of(kind)?))) {
            let items = of_kind.iter().map(|object| item(kind, object, vocabulary));
            settings.of_mut(kind).get_or_insert_default().extend(items);
        }
    }
    if let Some(world) = world {
        for (lab, objects) in labs {
            for name in lab.external.bridges.iter().map(|bridge| &bridge.value) {
                if !world.may_have_bridges && !world.bridges.contains(name) {
                    return Err(Error::NoBridge { lab: lab.name.clone(), name: name.clone() });
                }
            }
            for kept in &objects.kept {
                let list = settings.of_mut(kept.kind);
                // Another lab of the host may manage it, or say the same of it.
                if list.iter().flatten().any(|item| item.definition.name == kept.name) {
                    continue;
                }
                let found = match as_it_is(lab, kept, world) {
                    Err(Error::NotThere { .. }) if world.is_assumed => continue,
                    found => found?,
                };
                if let Some(list) = list {
                    list.push(found);
                }
            }
        }
    }
    Ok(settings)
}

/// Refuses labs that have one name of an object: a host with both cannot be built. What else clashes, its build says.
fn refuse_clashes(labs: &[(&Lab, &Objects)]) -> Result<(), Error> {
    let mut known: HashMap<(ObjectKind, &str), &str> = HashMap::new();
    for (lab, objects) in labs {
        for object in [&objects.networks, &objects.pools, &objects.domains].into_iter().flatten().flatten() {
            if let Some(other) = known.insert((object.kind, &object.name), &lab.name) {
                let labs = [other.to_owned(), lab.name.clone()];
                return Err(Error::Clash { labs, kind: object.kind, name: object.name.clone() });
            }
        }
    }
    Ok(())
}

fn item(kind: ObjectKind, object: &Object, vocabulary: &Vocabulary) -> Item {
    let text = xml::print(&object.definition.tree, vocabulary, vocabulary.object(kind)).text();
    let volume = |volume: &libvirt::VolumeObject| match &volume.definition {
        Some(definition) => {
            let text = xml::print(&definition.tree, vocabulary, vocabulary.volume()).text();
            VolumeItem::of(&text).expect("what is printed is a definition")
        }
        None => VolumeItem::absent(volume.name.clone()),
    };
    Item {
        definition: Definition::new(text).expect("what is printed is a definition").as_handed_over(),
        active: match object.active {
            Active::Running => Some(true),
            Active::Stopped => Some(false),
            Active::AsItIs => None,
        },
        restart: object.restart,
        volumes: object.volumes.iter().map(volume).collect(),
    }
}

/// The item of an object that stays as it is.
fn as_it_is(lab: &Lab, kept: &KeptObject, world: &World) -> Result<Item, Error> {
    let KeptObject { kind, name, .. } = kept;
    let not_there = || Error::NotThere { lab: lab.name.clone(), kind: *kind, name: name.clone() };
    let found = world.named(*kind, name).ok_or_else(not_there)?;
    let imported = lab.imported.iter().filter(|_| *kind == ObjectKind::Domain).find(|domain| domain.name == *name);
    match imported.and_then(|domain| domain.uuid.as_ref()).map(|uuid| uuid.value) {
        Some(expected) if expected != found.uuid() => {
            Err(Error::AnotherUuid { lab: lab.name.clone(), name: name.clone(), expected, found: found.uuid() })
        }
        Some(_) | None => {
            Ok(Item { definition: found.definition.clone(), active: None, restart: Some(false), volumes: Vec::new() })
        }
    }
}
