//! What there is: the domains that are meant, what they do, and how full the pools are.

use std::collections::BTreeSet;

use roxmltree::Document;
use uuid::Uuid;

use super::Save;
use super::choice::Chosen;
use crate::activation::definition::Definition;
use crate::activation::snapshot::Was;
use crate::activation::world::Object;
use crate::lab::identity::ObjectKind;
use crate::virsh::{Error, Query, Virsh};

/// A domain that is meant, as libvirt has it.
#[derive(Debug)]
pub struct Standing<'o> {
    /// The lab that it is a part of.
    pub lab: &'o str,
    /// What libvirt has.
    pub object: &'o Object,
    /// What it does.
    pub state: State,
    /// What libvirt or somebody else does with it just now, in libvirt's words.
    pub busy: Option<String>,
}

/// What a domain does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// What can be saved.
    Usual(Was),
    /// Something else, in libvirt's words.
    Other(String),
}

/// A pool, as far as it has room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Its UUID.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// Its directory, if it has one.
    pub directory: Option<String>,
    /// How many bytes are free in it, where libvirt knows.
    pub available: Option<u64>,
}

/// What is meant, and what of it there is.
#[derive(Debug)]
pub struct Sight<'o> {
    /// The domains that libvirt has.
    pub domains: Vec<Standing<'o>>,
    /// The names of those that it does not have.
    pub missing: Vec<&'o str>,
    /// The names of domains that run and are other forms of those, with the name of that one.
    pub variants: Vec<(&'o str, &'o str)>,
}

/// Looks at the domains that are meant. Of several that are forms of one machine, which have one disk, it is the one that runs, or
/// has a part of `save`, or else the one that the others are forms of.
///
/// # Errors
///
/// When libvirt does not answer.
pub fn look<'o>(
    virsh: &Virsh,
    objects: &'o [Object],
    chosen: &'o [Chosen],
    save: Option<&Save>,
) -> Result<Sight<'o>, Error> {
    let (there, missing) = there(objects, chosen);
    let is_part = |object: &Object| save.is_some_and(|save| save.parts.iter().any(|part| part.uuid == object.uuid()));
    let (kept, others): (Vec<_>, Vec<_>) = there.iter().partition(|(chosen, object)| {
        let forms = || there.iter().filter(|(other, _)| chosen.machine.is_some() && other.machine == chosen.machine);
        let stands_for =
            |is_it: &dyn Fn(&Object) -> bool| forms().any(|(_, object)| is_it(object)).then(|| is_it(object));
        let is_main = Some(object.uuid()) == chosen.machine;
        let has_main = || forms().any(|(other, object)| Some(object.uuid()) == other.machine);
        let by_save = if save.is_some() { stands_for(&is_part) } else { stands_for(&|object| object.is_active) };
        by_save.unwrap_or_else(|| forms().count() < 2 || is_main || !has_main())
    });
    let variants = others.iter().filter(|(_, object)| object.is_active).filter_map(|(other, object)| {
        let (_, form) = kept.iter().find(|(chosen, _)| chosen.machine == other.machine)?;
        Some((object.name(), form.name()))
    });
    let variants = variants.collect();
    let queries: Vec<Query> =
        kept.iter().flat_map(|(_, object)| [Query::State(object.uuid()), Query::Control(object.uuid())]).collect();
    let mut answers = virsh.ask(&queries)?.into_iter();
    let mut domains = Vec::new();
    for (chosen, object) in kept {
        let state = answers.next().unwrap_or_else(|| Ok(String::new())).map_err(Error::Strange)?;
        // It answers for those that run only.
        let control = answers.next().and_then(Result::ok);
        let busy = control.map(|word| word.trim().to_owned()).filter(|word| !word.is_empty() && word != "ok");
        domains.push(Standing { lab: &chosen.lab, object, state: State::of(state.trim()), busy });
    }
    Ok(Sight { domains, missing, variants })
}

/// The domains of libvirt that are meant, and the names of those that it does not have.
fn there<'o>(objects: &'o [Object], chosen: &'o [Chosen]) -> (Vec<(&'o Chosen, &'o Object)>, Vec<&'o str>) {
    let (mut there, mut missing, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for chosen in chosen {
        let is_it = |object: &&Object| match chosen.uuid {
            Some(uuid) => object.uuid() == uuid,
            None => object.name() == chosen.name,
        };
        match objects.iter().filter(|object| object.kind == ObjectKind::Domain).find(is_it) {
            Some(object) if seen.insert(object.uuid()) => there.push((chosen, object)),
            Some(_) => {}
            None => missing.push(chosen.name.as_str()),
        }
    }
    (there, missing)
}

impl State {
    fn of(word: &str) -> Self {
        match word {
            "running" | "idle" => Self::Usual(Was::Running),
            "paused" => Self::Usual(Was::Paused),
            "shut off" => Self::Usual(Was::Off),
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Standing<'_> {
    /// What it is now: as it runs, or as it will.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        self.object.running.as_ref().unwrap_or(&self.object.definition)
    }

    /// Its UUID.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        self.object.uuid()
    }
}

/// Looks how full the pools that run are.
///
/// # Errors
///
/// When libvirt does not answer.
pub fn pools(virsh: &Virsh, objects: &[Object]) -> Result<Vec<Pool>, Error> {
    let pools = objects.iter().filter(|object| object.kind == ObjectKind::Pool && object.is_active);
    let queries: Vec<Query> = pools.map(|pool| Query::Pool(pool.uuid())).collect();
    let answers = virsh.ask(&queries)?.into_iter();
    Ok(answers.filter_map(Result::ok).filter_map(|text| Pool::read(&text)).collect())
}

impl Pool {
    /// Reads the definition of a pool, with what libvirt counts.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let document = Document::parse(text).ok()?;
        let root = document.root_element();
        let text = |path: &[&str]| {
            let found =
                path.iter().try_fold(root, |node, name| node.children().find(|child| child.has_tag_name(*name)));
            found.and_then(|found| found.text()).map(|text| text.trim().to_owned())
        };
        let is_directory = matches!(root.attribute("type"), Some("dir" | "fs" | "netfs"));
        Some(Self {
            uuid: text(&["uuid"]).and_then(|uuid| Uuid::try_parse(&uuid).ok())?,
            name: text(&["name"])?,
            directory: text(&["target", "path"]).filter(|_| is_directory),
            available: text(&["available"]).and_then(|bytes| bytes.parse().ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_pool_says_how_full_it_is() {
        let text =
            "<pool type='dir'><name>vms</name><uuid>00000000-0000-0000-0000-000000000003</uuid><capacity unit='bytes'>9</capacity><available unit='bytes'>7</available>
            <target><path>/srv/vms</path></target></pool>";
        let uuid = Uuid::from_u128(3);
        let pool = Pool { uuid, name: "vms".to_owned(), directory: Some("/srv/vms".to_owned()), available: Some(7) };
        assert_eq!(Pool::read(text), Some(pool));
        assert_eq!(Pool::read(&text.replace("'dir'", "'rbd'")).and_then(|pool| pool.directory), None);
        assert_eq!(Pool::read("<pool/>"), None);
    }
}
