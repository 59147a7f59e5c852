//! A directory of the host that a domain can mount.

use crate::lab::placed::ExtraAt;
use crate::spec::share::{AccessMode, ShareCache};

/// A directory of the host.
#[derive(Debug)]
pub struct Share {
    pub source: String,
    /// The name that the guest mounts it by.
    pub tag: String,
    /// Whether the guest can only read it.
    pub readonly: bool,
    /// Who serves it.
    pub server: ShareServer,
    /// What is merged into its definition, the weakest first.
    pub extra: Vec<ExtraAt>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareServer {
    /// virtiofsd.
    Virtiofs {
        /// How much the guest keeps in memory, where the spec says.
        cache: Option<ShareCache>,
        /// Whether the guest can set extended attributes, where the spec says.
        xattr: Option<bool>,
        /// How many requests can wait at once, where the spec says.
        queue_size: Option<u32>,
    },
    /// QEMU.
    Plan9 {
        /// As whom the guest reaches files.
        access_mode: AccessMode,
    },
}

impl Share {
    /// Whether virtiofsd serves it, which shares the domain's memory.
    #[must_use]
    pub fn is_virtiofs(&self) -> bool {
        matches!(self.server, ShareServer::Virtiofs { .. })
    }
}
