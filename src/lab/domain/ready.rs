//! By what a domain is seen to be ready.

use std::time::Duration;

use crate::place::Place;

/// By what a domain is seen to be ready, and how long that may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// By what.
    pub sign: Sign,
    /// How long it may take from the start.
    pub timeout: Duration,
    /// Where the sign is written, if it is.
    pub place: Option<Place>,
}

/// By what a domain is seen to be ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// It runs.
    Running,
    /// Its agent answers.
    Agent,
    /// A command of its agent succeeds.
    Run(String),
    /// The script by which Windows sets itself up says that it is done.
    Installed,
    /// It takes connections on a TCP port.
    Tcp(u16),
    /// Its SSH server says its version.
    Ssh,
    /// Its Windows Remote Management answers.
    Winrm,
}

impl Ready {
    /// How long a start may take.
    pub const USUAL: Duration = Duration::from_secs(300);
    /// How long that of a Windows may take, which may set itself up at the first one.
    pub const OF_WINDOWS: Duration = Duration::from_secs(900);
}

impl Sign {
    /// The ports of the guest of which one has to answer; none where the network has no part in it.
    #[must_use]
    pub fn ports(&self) -> Vec<u16> {
        match self {
            Self::Running | Self::Agent | Self::Run(_) | Self::Installed => Vec::new(),
            Self::Tcp(port) => vec![*port],
            Self::Ssh => vec![22],
            Self::Winrm => vec![5985, 5986],
        }
    }

    /// Whether it takes the guest's agent.
    #[must_use]
    pub fn takes_agent(&self) -> bool {
        matches!(self, Self::Agent | Self::Run(_) | Self::Installed)
    }
}
