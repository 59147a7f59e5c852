//! The virtual CPUs of a domain as written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How virtual CPUs are arranged. The three multiply to `cpus`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Topology {
    /// Sockets. Default: 1.
    #[schemars(range(min = 1))]
    pub sockets: Option<u32>,
    /// Cores in each socket. Default: 1.
    #[schemars(range(min = 1))]
    pub cores: Option<u32>,
    /// Threads in each core. Default: 1.
    #[schemars(range(min = 1))]
    pub threads: Option<u32>,
}

/// The CPU that the guest sees ([libvirt](https://libvirt.org/formatdomain.html#cpu-model-and-topology)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cpu {
    /// Where the model comes from. Default: `host-passthrough` under kvm, else `maximum`; `custom` when a `model` is given.
    pub mode: Option<CpuMode>,
    /// The model, for mode `custom`.
    #[schemars(example = &"Skylake-Client")]
    pub model: Option<String>,
    /// CPU features that are asked for or left out, by name.
    pub features: Option<IndexMap<String, CpuFeature>>,
}

/// Where the CPU model comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CpuMode {
    /// The host's own CPU, as it is.
    HostPassthrough,
    /// The nearest named model to the host's.
    HostModel,
    /// The model that is named.
    Custom,
    /// All that QEMU can do.
    Maximum,
}

/// What is asked of a CPU feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CpuFeature {
    /// The guest sees it whether or not the host has it.
    Force,
    /// The guest needs it; the domain does not start on a host without it.
    Require,
    /// The guest sees it if the host has it.
    Optional,
    /// The guest does not see it.
    Disable,
    /// The domain does not start on a host that has it.
    Forbid,
}

/// Which CPUs of the host do which work. Sets are written as libvirt writes them: `"0-3,^2"`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pinning {
    /// For each virtual CPU, from the first, the CPUs of the host that may run it.
    #[schemars(example = ["2", "3"])]
    pub vcpus: Option<Vec<String>>,
    /// The CPUs of the host that may run QEMU's own work.
    #[schemars(example = &"0-1")]
    pub emulator: Option<String>,
}
