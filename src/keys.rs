//! Reading the keys of an entry out of a definition: the way back from [`libvirt`](crate::libvirt).
//!
//! All that can be said by a key is said, defaults too, so that nothing depends on what the presets are.

mod device;
pub mod domain;
mod drive;
mod interface;
pub mod network;
pub mod pool;
pub(crate) mod read;
mod segment;
pub mod volume;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use crate::lab::identity::ObjectKind;
use crate::libvirt::tree::Tree;

/// What else was found, as far as it says what a domain is on.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Pools of Ceph images: what their images are called by, and the pool's name.
    pub rbd: BTreeMap<String, String>,
    /// Networks of virtual functions of the host's, whose interfaces have no model.
    pub functions: BTreeSet<String>,
}

/// What was read of a definition.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// The keys of the entry.
    pub keys: Map<String, Json>,
    /// What it is on that is not in the entry: networks, pools and bridges, by name.
    pub uses: Uses,
}

/// What of the host or the lab a domain names.
#[derive(Debug, Clone, Default)]
pub struct Uses {
    /// Networks.
    pub networks: Vec<String>,
    /// Pools.
    pub pools: Vec<String>,
    /// Bridges of the host.
    pub bridges: Vec<String>,
}

/// Reads the entry of an object, of a domain standing on the preset `os`.
///
/// # Errors
///
/// When the language has no such objects.
pub fn entry(kind: ObjectKind, definition: &Tree, os: &str, around: &Around) -> Result<Entry, Refusal> {
    match kind {
        ObjectKind::Network => network::entry(definition),
        ObjectKind::Pool => pool::entry(definition),
        ObjectKind::Domain => domain::entry(definition, os, around),
    }
}

impl Refusal {
    /// Whether an entry can still stand on the definition: only the language has no word for what it is.
    #[must_use]
    pub fn is_of_words(&self) -> bool {
        matches!(self, Self::PoolType(_) | Self::Mode(_) | Self::Arch(_))
    }
}

/// Why a definition is not what a spec can say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another hypervisor than QEMU.
    #[error("a domain of type `{0}`: lab2nix, like NixVirt, supports `kvm` and `qemu`")]
    Hypervisor(String),
    /// No hardware of its own, as containers.
    #[error("an operating system of type `{0}`: lab2nix supports `hvm`")]
    OsType(String),
    /// Another processor than those that the language knows.
    #[error("a processor architecture `{0}`: lab2nix supports `x86_64` and `aarch64`")]
    Arch(String),
    /// No size of the memory.
    #[error("no memory size")]
    Memory,
    /// A pool of a type that the language does not know.
    #[error("a pool of type `{0}`, which lab2nix does not support")]
    PoolType(String),
    /// A network of a mode that the language does not know.
    #[error("a network with forward mode `{0}`, which lab2nix does not support")]
    Mode(String),
}
