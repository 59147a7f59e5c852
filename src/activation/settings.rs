//! The input of `NixVirt`'s helper: the objects to have.

use serde::Deserialize;
use uuid::Uuid;

use crate::activation::definition::{self, Definition};
use crate::lab::identity::ObjectKind;

/// The objects of each kind. A kind that is not there is left alone.
#[derive(Debug, Default)]
pub struct Settings {
    pub networks: Option<Vec<Item>>,
    pub pools: Option<Vec<Item>>,
    pub domains: Option<Vec<Item>>,
}

impl Settings {
    /// The objects of a kind.
    pub fn of_mut(&mut self, kind: ObjectKind) -> &mut Option<Vec<Item>> {
        match kind {
            ObjectKind::Network => &mut self.networks,
            ObjectKind::Pool => &mut self.pools,
            ObjectKind::Domain => &mut self.domains,
        }
    }
}

/// An object that there shall be.
#[derive(Debug)]
pub struct Item {
    /// Its definition, as `NixVirt` hands it to libvirt.
    pub definition: Definition,
    /// Whether it shall be active; as it is now, if nothing is said.
    pub active: Option<bool>,
    /// Whether it is stopped when it has been defined; if it changed, if nothing is said.
    pub restart: Option<bool>,
    /// The volumes of a pool.
    pub volumes: Vec<VolumeItem>,
}

/// A volume that there shall be, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeItem {
    pub name: String,
    pub present: bool,
    /// Its size as it is written, in bytes, and its format. `NixVirt` looks at them only when it creates the volume.
    pub capacity: Option<u64>,
    pub format: Option<String>,
    /// Its definition, as it is written.
    pub text: Option<String>,
}

impl VolumeItem {
    /// A volume that there shall be, from its definition.
    ///
    /// # Errors
    ///
    /// When it is no XML, or has no name.
    pub fn of(definition: &str) -> Result<Self, definition::Error> {
        let definition::Volume { name, capacity, format, .. } = definition::Volume::read(definition)?;
        Ok(Self { name, present: true, capacity, format, text: Some(definition.to_owned()) })
    }

    /// A volume that there shall not be.
    #[must_use]
    pub fn absent(name: String) -> Self {
        Self { name, present: false, capacity: None, format: None, text: None }
    }
}

/// Why settings cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// They are not JSON, or not as `NixVirt` has them.
    #[error("they are not the input of NixVirt's helper: {0}")]
    Json(#[from] serde_json::Error),
    /// A definition cannot be read.
    #[error("cannot read `{path}`: {why}")]
    File { path: String, why: String },
    /// A definition is none.
    #[error("`{path}` is not a definition: {why}")]
    Definition { path: String, why: definition::Error },
    /// A volume that nobody can create or name.
    #[error("a volume of pool `{pool}` {why}")]
    Volume { pool: String, why: &'static str },
}

/// The settings as `NixVirt`'s module writes them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    networks: Option<Vec<WrittenItem>>,
    pools: Option<Vec<WrittenItem>>,
    domains: Option<Vec<WrittenItem>>,
}

#[derive(Deserialize)]
struct WrittenItem {
    /// The path of a file.
    definition: String,
    active: Option<bool>,
    restart: Option<bool>,
    volumes: Option<Vec<WrittenVolume>>,
}

#[derive(Deserialize)]
struct WrittenVolume {
    name: Option<String>,
    /// The path of a file.
    definition: Option<String>,
    present: Option<bool>,
}

impl Settings {
    /// Reads the JSON that the helper is given. `file` reads one of the files that it names.
    ///
    /// # Errors
    ///
    /// What the helper would stop at before it looks at libvirt, and volumes that it would stop at later.
    pub fn read(json: &str, file: impl Fn(&str) -> Result<String, String>) -> Result<Self, Error> {
        let written: Written = serde_json::from_str(json)?;
        let items = |items: Option<Vec<WrittenItem>>| {
            items.map(|items| items.into_iter().map(|item| Item::read(item, &file)).collect()).transpose()
        };
        Ok(Self { networks: items(written.networks)?, pools: items(written.pools)?, domains: items(written.domains)? })
    }

    /// The object of a kind with a UUID, if there shall be one.
    #[must_use]
    pub fn item(&self, kind: ObjectKind, uuid: Uuid) -> Option<&Item> {
        let (_, items) = self.kinds().find(|(of_kind, _)| *of_kind == kind)?;
        items.iter().find(|item| item.definition.uuid == uuid)
    }

    /// The kinds that are there, in the order in which `NixVirt` takes them.
    pub fn kinds(&self) -> impl Iterator<Item = (ObjectKind, &[Item])> {
        let all = [
            (ObjectKind::Network, &self.networks),
            (ObjectKind::Pool, &self.pools),
            (ObjectKind::Domain, &self.domains),
        ];
        all.into_iter().filter_map(|(kind, items)| Some((kind, items.as_deref()?)))
    }
}

impl Item {
    fn read(written: WrittenItem, file: &impl Fn(&str) -> Result<String, String>) -> Result<Self, Error> {
        let read = |path: String| match file(&path) {
            Ok(text) => Ok((path, text)),
            Err(why) => Err(Error::File { path, why }),
        };
        let (path, text) = read(written.definition)?;
        let definition = Definition::new(text).map_err(|why| Error::Definition { path, why })?.as_handed_over();
        let volume = |volume: WrittenVolume| {
            let present = volume.present.unwrap_or(true);
            let error = |why| Error::Volume { pool: definition.name.clone(), why };
            let defined = volume.definition.map(|path| {
                let (path, text) = read(path)?;
                VolumeItem::of(&text).map_err(|why| Error::Definition { path, why })
            });
            match (defined.transpose()?, volume.name) {
                (Some(defined), Some(name)) if name != defined.name => {
                    Err(error("has another name than its definition"))
                }
                (Some(defined), _) => Ok(VolumeItem { present, ..defined }),
                (None, Some(_)) if present => Err(error("has no definition to be created from")),
                (None, Some(name)) => Ok(VolumeItem::absent(name)),
                (None, None) => Err(error("has neither a name nor a definition")),
            }
        };
        let volumes = written.volumes.into_iter().flatten().map(volume).collect::<Result<_, _>>()?;
        Ok(Self { active: written.active, restart: written.restart, volumes, definition })
    }
}
