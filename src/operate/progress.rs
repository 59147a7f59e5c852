//! Progress reports of longer work.

use std::time::Duration;

/// What happens to a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A network or a pool that the domains need is started.
    Brought(&'static str),
    /// It is started.
    Started,
    /// It was paused, or asleep, and goes on.
    Resumed,
    /// Its guest is asked to shut down.
    Asked,
    /// It is not yet as it shall be; what was last seen of it.
    Seen(String),
    /// It is ready.
    Ready,
    /// It is off: its guest has shut down, or was off before.
    Off,
    /// It was cut off, as when the power fails.
    CutOff,
    /// It is not as it shall be, and nobody waits any more; why.
    Failed(String),
}

/// The receiver of progress. Several threads may report at once.
pub trait Progress: Sync {
    /// Something has happened to a domain, so long after the work on it began.
    fn tell(&self, name: &str, event: &Event, after: Duration);
}

/// What became of domains.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How many are as they shall be.
    pub done: usize,
    /// Those that are not, and why.
    pub failed: Vec<(String, String)>,
    /// Those that nothing was done with, because others come first.
    pub left: Vec<String>,
}

impl Outcome {
    /// Whether all are as they shall be.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failed.is_empty() && self.left.is_empty()
    }
}
