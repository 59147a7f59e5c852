//! The limits of a domain's memory, and its NUMA cells, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// Limits for the host memory of the whole QEMU process: the guest's memory and its own
/// ([libvirt](https://libvirt.org/formatdomain.html#memory-tuning)). QEMU's own part cannot be known in advance, and a
/// domain that reaches its hard limit is killed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryLimits {
    /// The hard limit: `memory` and what QEMU needs itself. Default: none.
    #[schemars(example = &"10GiB")]
    pub hard: Option<String>,
    /// The soft limit, enforced when the host runs out of memory; at most `hard`. Default: none.
    #[schemars(example = &"9GiB")]
    pub soft: Option<String>,
    /// The limit of memory and swap together, at least `hard`. Requires `hard`. Default: none.
    #[schemars(example = &"12GiB")]
    pub swap: Option<String>,
}

/// The NUMA cells that the guest sees, and the nodes of the host that its memory comes from
/// ([libvirt](https://libvirt.org/formatdomain.html#numa-node-tuning)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Numa {
    /// The cells, numbered from 0: each virtual CPU is in one of them, and their memory adds up to `memory`. Default:
    /// none.
    pub cells: Option<Vec<NumaCell>>,
    /// The nodes of the host that the memory comes from, in libvirt's form. Default: any.
    #[schemars(example = &"0-1")]
    pub host_nodes: Option<String>,
    /// How strictly it comes from there. Only with `hostNodes`. Default: libvirt's, `strict`.
    pub memory_mode: Option<MemoryMode>,
}

/// A NUMA cell.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumaCell {
    /// Its virtual CPUs, numbered from 0, in libvirt's form. Default: none; the cell has only memory.
    #[schemars(example = &"0-3")]
    pub cpus: Option<String>,
    /// Its memory: a whole number and a binary unit.
    #[schemars(required, example = &"4GiB")]
    pub memory: Option<String>,
    /// The nodes of the host that its memory comes from. Default: those of all cells.
    #[schemars(example = &"0")]
    pub host_nodes: Option<String>,
    /// How strictly it comes from there. Only together with the cell's own `hostNodes`; `restrictive` has to be set for
    /// all cells and the domain's `numa`. Default: that of the domain's `numa`.
    pub memory_mode: Option<MemoryMode>,
}

/// How strictly memory comes from nodes of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MemoryMode {
    /// Only from these nodes; the domain fails when they have no memory left.
    Strict,
    /// Preferably from these nodes.
    Preferred,
    /// From these nodes in turns.
    Interleave,
    /// Enforced by the kernel with cgroups, so that it can be changed while the domain runs.
    Restrictive,
}

words!(MemoryMode);
