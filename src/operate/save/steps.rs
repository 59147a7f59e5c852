//! What a save and a restore consist of, before any of it is done.

use uuid::Uuid;

use super::look::{Standing, State};
use crate::activation::snapshot::{Mark, Was};

/// The steps of a save. Each comes after the whole of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saving {
    /// What is suspended, and goes on at the end: what runs. Who is paused by somebody else stays so.
    pub running: Vec<Domain>,
    /// The snapshots that are made.
    pub snapshots: Vec<(Domain, Mark)>,
}

/// A domain that something is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Its UUID.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
}

impl Saving {
    /// Those of a save of domains, nothing of which is in its way.
    #[must_use]
    pub fn new(domains: &[Standing<'_>], id: Uuid, taken: u64) -> Self {
        let mut steps = Self { running: Vec::new(), snapshots: Vec::new() };
        for standing in domains {
            let domain = Domain { uuid: standing.uuid(), name: standing.object.name().to_owned() };
            let State::Usual(state) = standing.state else { continue };
            if state == Was::Running {
                steps.running.push(domain.clone());
            }
            let mark = Mark { lab: standing.lab.to_owned(), id, taken, domains: domains.len(), state };
            steps.snapshots.push((domain, mark));
        }
        steps
    }
}

/// A step of a restore: a domain that goes back, and what it did then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// The domain.
    pub domain: Domain,
    /// What it did.
    pub state: Was,
}
