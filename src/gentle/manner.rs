//! How a host activates: what its module says of it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use uuid::Uuid;

use crate::lab::Lab;
use crate::spec::lifecycle::OnChange;

/// How a host activates, as its module writes it: JSON.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Manner {
    /// How many seconds a guest may take to shut down.
    pub shutdown_timeout: u64,
    /// What is done with one that takes longer.
    pub on_timeout: OnTimeout,
    /// What running domains do when their definitions change, by their UUIDs; those that are not here go on as they are.
    pub on_change: BTreeMap<Uuid, OnChange>,
    /// The directories that the host makes before `NixVirt` runs.
    pub directories: Vec<String>,
    /// The labs, by their names.
    pub labs: Vec<String>,
}

/// What is done with a guest that does not shut down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnTimeout {
    /// The activation fails, before `NixVirt` has done anything.
    #[default]
    Fail,
    /// It is cut off, as when the power fails.
    PowerOff,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            shutdown_timeout: 120,
            on_timeout: OnTimeout::default(),
            on_change: BTreeMap::new(),
            directories: Vec::new(),
            labs: Vec::new(),
        }
    }
}

impl Manner {
    /// How long a guest may take to shut down.
    #[must_use]
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.shutdown_timeout)
    }

    /// The same with what labs say of their domains, and nothing else.
    #[must_use]
    pub fn of_labs<'l>(self, labs: impl IntoIterator<Item = &'l Lab>) -> Self {
        let domains = labs.into_iter().flat_map(|lab| lab.domains.iter().flatten());
        let said = domains.filter_map(|domain| Some((domain.uuid.value, domain.on_change?)));
        Self { on_change: said.collect(), ..self }
    }

    /// What a running domain does when its definition changes.
    #[must_use]
    pub fn on_change(&self, domain: Uuid) -> OnChange {
        self.on_change.get(&domain).copied().unwrap_or(OnChange::NextStart)
    }
}
