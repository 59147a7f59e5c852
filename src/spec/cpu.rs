//! The virtual CPUs of a domain as written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// The CPU topology that the guest sees. `sockets` × `cores` × `threads` is `cpus`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Topology {
    /// Sockets. Default: 1.
    #[schemars(range(min = 1), example = 1)]
    pub sockets: Option<u32>,
    /// Cores in each socket. Default: 1.
    #[schemars(range(min = 1), example = 4)]
    pub cores: Option<u32>,
    /// Threads in each core. With more than one, a guest with the host's CPU (`host-passthrough`) also gets the feature
    /// `topoext` if `check` is left out or `none`: without it, a guest on an AMD processor does not see the threads.
    /// Default: 1.
    #[schemars(range(min = 1), example = 2)]
    pub threads: Option<u32>,
}

/// The CPU that the guest sees ([libvirt](https://libvirt.org/formatdomain.html#cpu-model-and-topology)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cpu {
    /// Where the model comes from. Default: `host-passthrough` under kvm, else `maximum`; `custom` when a `model` is given.
    pub mode: Option<CpuMode>,
    /// The model, for mode `custom`, as `virsh cpu-models x86_64` lists it.
    #[schemars(example = &"Skylake-Client")]
    pub model: Option<String>,
    /// CPU features to add or remove, by libvirt's names.
    pub features: Option<IndexMap<String, CpuFeature>>,
    /// The processor caches that the guest sees. Only for `x86_64`. Default: QEMU's choice.
    pub cache: Option<CpuCache>,
    /// How libvirt checks the CPU before the domain starts. Default: libvirt's, `partial` for mode `custom`, else
    /// `none`.
    pub check: Option<CpuCheck>,
    /// Whether features that prevent live migration are left out. Only for modes `host-passthrough` and `maximum`.
    /// Default: libvirt's, `true`.
    pub migratable: Option<bool>,
}

/// The processor caches that a guest sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CpuCache {
    /// Those of the host. Only for modes `host-passthrough` and `maximum`.
    Passthrough,
    /// Emulated ones, with a level 3 cache.
    Emulate,
    /// None.
    Disable,
}

/// How libvirt checks a CPU before a domain starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CpuCheck {
    /// Nothing.
    None,
    /// Against the host's CPU, as far as libvirt knows it.
    Partial,
    /// Against the CPU that QEMU provides, which has to match exactly.
    Full,
}

/// Where the CPU model comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CpuMode {
    /// The host's own CPU, as it is.
    HostPassthrough,
    /// The named model that is closest to the host's CPU.
    HostModel,
    /// The CPU `model` that is given.
    Custom,
    /// All features that QEMU can provide.
    Maximum,
}

/// The policy for a CPU feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
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

/// Pins virtual CPUs and QEMU's threads to CPUs of the host. Sets of CPUs are in libvirt's form: `"0-3,^2"`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pinning {
    /// For each virtual CPU, from the first, the CPUs of the host that may run it.
    #[schemars(example = ["2", "3"])]
    pub vcpus: Option<Vec<String>>,
    /// The CPUs of the host that may run QEMU's emulator threads. Default: any.
    #[schemars(example = &"0-1")]
    pub emulator: Option<String>,
    /// For each of the domain's `iothreads`, from the first, the CPUs of the host that may run it.
    #[schemars(example = ["1"])]
    pub iothreads: Option<Vec<String>>,
}

/// How much of the host's CPUs the domain gets ([libvirt](https://libvirt.org/formatdomain.html#cpu-tuning)). A quota
/// is the CPU time in each period, both in microseconds: 50000 in 100000 is half a CPU. -1 is no limit, which removes
/// the limit of a weaker layer.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CpuLimits {
    /// The domain's weight when CPUs are busy, in the [range of cgroups
    /// v2](https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files), which NixOS uses. Default: the
    /// kernel's, 100.
    #[schemars(range(min = 1, max = 10000), example = 200)]
    pub shares: Option<u32>,
    /// The period of `quota`, in microseconds. Default: the kernel's, 100000.
    #[schemars(range(min = 1000, max = 1_000_000), example = 100_000)]
    pub period: Option<u32>,
    /// The CPU time of each virtual CPU per period: -1, or at least 1000 microseconds. Default: no limit.
    #[schemars(range(min = -1, max = 17_592_186_044_415_i64), example = 50_000)]
    pub quota: Option<i64>,
    /// The period of `globalQuota`, in microseconds. Default: the kernel's, 100000.
    #[schemars(range(min = 1000, max = 1_000_000), example = 100_000)]
    pub global_period: Option<u32>,
    /// The CPU time of the whole domain per period: -1, or at least 1000 microseconds. Default: no limit.
    #[schemars(range(min = -1, max = 17_592_186_044_415_i64), example = 200_000)]
    pub global_quota: Option<i64>,
    /// The period of `emulatorQuota`, in microseconds. Default: the kernel's, 100000.
    #[schemars(range(min = 1000, max = 1_000_000), example = 100_000)]
    pub emulator_period: Option<u32>,
    /// The CPU time of QEMU's emulator threads per period: -1, or at least 1000 microseconds. Default: no limit.
    #[schemars(range(min = -1, max = 17_592_186_044_415_i64), example = 50_000)]
    pub emulator_quota: Option<i64>,
    /// The period of `iothreadQuota`, in microseconds. Default: the kernel's, 100000.
    #[schemars(range(min = 1000, max = 1_000_000), example = 100_000)]
    pub iothread_period: Option<u32>,
    /// The CPU time of each I/O thread per period: -1, or at least 1000 microseconds. Default: no limit.
    #[schemars(range(min = -1, max = 17_592_186_044_415_i64), example = 50_000)]
    pub iothread_quota: Option<i64>,
}

words!(CpuCheck, CpuMode, CpuFeature);
