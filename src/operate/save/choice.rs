//! Which domains of labs are saved.

use uuid::Uuid;

use crate::inventory::choice::{Choice, Error};
use crate::lab::Lab;

/// A domain of a lab that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The lab.
    pub lab: String,
    /// The domain's name.
    pub name: String,
    /// Its UUID, where the spec says it.
    pub uuid: Option<Uuid>,
    /// What domains have in common that are forms of one machine; of others, its own UUID.
    pub machine: Option<Uuid>,
}

/// The domains of labs, without imported ones and templates; or those that are named.
///
/// # Errors
///
/// When something that was asked for is not there.
pub fn choose(labs: &[&Lab], only: &Choice) -> Result<Vec<Chosen>, Error> {
    let mut all: Vec<(Chosen, &[String], bool)> = Vec::new();
    for lab in labs {
        let of_lab = |name: &str, uuid: Option<Uuid>, machine: Option<Uuid>| Chosen {
            lab: lab.name.clone(),
            name: name.to_owned(),
            uuid,
            machine,
        };
        for domain in lab.domains.iter().flatten() {
            let chosen = of_lab(&domain.name, Some(domain.uuid.value), Some(domain.machine_uuid));
            all.push((chosen, &domain.profiles, !domain.is_template));
        }
        for domain in &lab.imported {
            let uuid = domain.uuid.as_ref().map(|uuid| uuid.value);
            all.push((of_lab(&domain.name, uuid, uuid), &[], false));
        }
    }
    only.is_among(all.iter().map(|(chosen, profiles, _)| (chosen.name.as_str(), *profiles)))?;
    let is_meant = |(chosen, profiles, is_usual): &(Chosen, &[String], bool)| {
        only.names(&chosen.name, profiles) || (only.is_all() && *is_usual)
    };
    Ok(all.into_iter().filter(is_meant).map(|(chosen, ..)| chosen).collect())
}
