//! The limits of a domain's memory, and its NUMA cells, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// What QEMU as a whole may take of the host's memory: the guest's and its own
/// ([libvirt](https://libvirt.org/formatdomain.html#memory-tuning)). How much its own is nobody can tell in advance, and a
/// domain that reaches a hard limit is killed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryLimits {
    /// The most that it gets: more than `memory`, by what QEMU takes itself. Default: none.
    #[schemars(example = &"10GiB")]
    pub hard: Option<String>,
    /// What it is pressed down to when the host runs out of memory, at most `hard`. Default: none.
    #[schemars(example = &"9GiB")]
    pub soft: Option<String>,
    /// The most of memory and swap together, at least `hard`, which it needs. Default: none.
    #[schemars(example = &"12GiB")]
    pub swap: Option<String>,
}

/// The NUMA cells that the guest sees, and the nodes of the host that its memory comes from
/// ([libvirt](https://libvirt.org/formatdomain.html#numa-node-tuning)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Numa {
    /// The cells, numbered from 0: each virtual CPU is in one of them, and their memory adds up to `memory`. Default: the
    /// guest sees no NUMA.
    pub cells: Option<Vec<NumaCell>>,
    /// The nodes of the host that the memory comes from, as libvirt writes them. Default: any.
    #[schemars(example = &"0-1")]
    pub host_nodes: Option<String>,
    /// How strictly it comes from there. Only with `hostNodes`. Default: libvirt's, `strict`.
    pub memory_mode: Option<MemoryMode>,
}

/// A NUMA cell.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumaCell {
    /// Its virtual CPUs, numbered from 0, as libvirt writes them. Default: none, a cell of memory only.
    #[schemars(example = &"0-3")]
    pub cpus: Option<String>,
    /// Its memory: a whole number and a binary unit.
    #[schemars(required, example = &"4GiB")]
    pub memory: Option<String>,
    /// The nodes of the host that its memory comes from. Default: those of all cells.
    #[schemars(example = &"0")]
    pub host_nodes: Option<String>,
    /// How strictly it comes from there. Only with `hostNodes` of its own; `restrictive` only for all cells at once, the
    /// domain's `numa` included. Default: that of the domain's `numa`.
    pub memory_mode: Option<MemoryMode>,
}

/// How strictly memory comes from nodes of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MemoryMode {
    /// From nowhere else; the domain fails when they have none left.
    Strict,
    /// From there first.
    Preferred,
    /// From them in turns.
    Interleave,
    /// As the host's kernel says with cgroups, which can be changed while the domain runs.
    Restrictive,
}

words!(MemoryMode);
