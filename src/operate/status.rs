//! How the domains of labs are, as programs read it (`schema/status.schema.json`) and as a table.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::fleet::Fleet;
use super::ready::Sight;
use crate::columns;
use crate::inventory::endpoint::Endpoint;
use crate::spec::schema;

/// The schema of a status, as the text of `schema/status.schema.json`.
#[must_use]
pub fn schema_text() -> String {
    schema::text_of::<Status>()
}

/// The status of the domains of labs.
///
/// Programs should accept words of `state` that they do not know.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "lab2nix status")]
pub struct Status {
    /// The libvirt that was asked.
    pub connection: String,
    /// The domains, in the order of the specs.
    pub domains: Vec<Row>,
}

/// The status of a domain.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its UUID in libvirt, if it exists there.
    #[schemars(with = "Option<String>")]
    pub uuid: Option<Uuid>,
    /// Its state, in libvirt's words: `running`, `shut off`, `paused` and others; `undefined` if libvirt does not have
    /// it.
    pub state: String,
    /// Whether it is ready; `null` if only a command in its guest could tell.
    pub ready: Option<bool>,
    /// What is missing until it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// The address that the spec gives it.
    pub address: Option<String>,
    /// The saves of the lab that it has, the oldest first.
    pub saves: Vec<String>,
    /// Whether it needs a restart to apply its definition; `null` if not known.
    pub due: Option<bool>,
    /// The reasons for the restart.
    pub why: Vec<String>,
}

/// What is known of domains beside how they run.
#[derive(Debug, Default)]
pub struct Known {
    /// The names of the saves that domains have, the oldest first.
    pub saves: BTreeMap<Uuid, Vec<String>>,
    /// Which are due, and why.
    pub due: BTreeMap<Uuid, Vec<String>>,
    /// Whether a plan has said that too.
    pub is_planned: bool,
}

impl Status {
    /// What was seen of a fleet.
    #[must_use]
    pub fn of(connection: &str, fleet: &Fleet<'_>, sights: Vec<Sight>, known: &Known) -> Self {
        let row = |(member, sight): (&super::fleet::Member<'_>, Sight)| {
            let of = |map: &BTreeMap<Uuid, Vec<String>>| {
                member.uuid.and_then(|uuid| map.get(&uuid).cloned()).unwrap_or_default()
            };
            let why = of(&known.due);
            let due = if why.is_empty() && !known.is_planned { None } else { Some(!why.is_empty()) };
            Row {
                name: member.name.to_owned(),
                uuid: member.uuid,
                state: sight.state,
                ready: sight.is_ready,
                missing: sight.missing,
                address: member.endpoint.as_ref().and_then(Endpoint::address).map(|address| address.to_string()),
                saves: of(&known.saves),
                due,
                why,
            }
        };
        Self { connection: connection.to_owned(), domains: fleet.members.iter().zip(sights).map(row).collect() }
    }

    /// The status as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        schema::json_of(self)
    }

    /// The status as a table.
    #[must_use]
    pub fn table(&self) -> String {
        let word = |flag: Option<bool>| match flag {
            Some(true) => "yes",
            Some(false) => "no",
            None => "?",
        };
        let row = |row: &Row| {
            let address = row.address.clone().unwrap_or_else(|| "-".to_owned());
            let saves = if row.saves.is_empty() { "-".to_owned() } else { row.saves.join(", ") };
            let due = match row.due {
                Some(true) => "restart",
                Some(false) => "-",
                None => "?",
            };
            vec![row.name.clone(), row.state.clone(), word(row.ready).to_owned(), address, saves, due.to_owned()]
        };
        let rows: Vec<Vec<String>> = self.domains.iter().map(row).collect();
        columns::render(&["NAME", "STATE", "READY", "ADDRESS", "SAVES", "DUE"], &rows)
    }
}
