//! The virtual CPUs of a domain as written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// How virtual CPUs are arranged. The three multiply to `cpus`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Topology {
    /// Sockets. Default: 1.
    #[schemars(range(min = 1), example = 1)]
    pub sockets: Option<u32>,
    /// Cores in each socket. Default: 1.
    #[schemars(range(min = 1), example = 4)]
    pub cores: Option<u32>,
    /// Threads in each core. With more than one, the guest gets the feature `topoext` where it has the host's CPU
    /// (`host-passthrough`) and `check` is left out or `none`: without it, a guest on a processor of AMD's sees none. Default: 1.
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
    /// CPU features that are asked for or left out, by libvirt's names.
    pub features: Option<IndexMap<String, CpuFeature>>,
    /// What the guest sees of the processor's caches. Only for `x86_64`. Default: QEMU's choice.
    pub cache: Option<CpuCache>,
    /// What libvirt compares the CPU with before the domain starts. Default: libvirt's, `partial` for mode `custom`, else
    /// `none`.
    pub check: Option<CpuCheck>,
    /// Whether features that keep a domain from moving to another host are left out. Only for modes `host-passthrough` and
    /// `maximum`. Default: libvirt's, `true`.
    pub migratable: Option<bool>,
}

/// What a guest sees of the processor's caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CpuCache {
    /// Those of the host. Only for modes `host-passthrough` and `maximum`.
    Passthrough,
    /// Made-up ones, with a level 3.
    Emulate,
    /// None.
    Disable,
}

/// What libvirt compares a CPU with before a domain starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CpuCheck {
    /// Nothing.
    None,
    /// What the host can do, as far as libvirt knows.
    Partial,
    /// What QEMU makes of it, which has to be exactly what is asked for.
    Full,
}

/// Where the CPU model comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
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

/// Which CPUs of the host do which work. Sets are written as libvirt writes them: `"0-3,^2"`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pinning {
    /// For each virtual CPU, from the first, the CPUs of the host that may run it.
    #[schemars(example = ["2", "3"])]
    pub vcpus: Option<Vec<String>>,
    /// The CPUs of the host that may run QEMU's own work. Default: any.
    #[schemars(example = &"0-1")]
    pub emulator: Option<String>,
    /// For each of the domain's `iothreads`, from the first, the CPUs of the host that may run it.
    #[schemars(example = ["1"])]
    pub iothreads: Option<Vec<String>>,
}

/// How much of the host's CPUs the domain gets ([libvirt](https://libvirt.org/formatdomain.html#cpu-tuning)). A quota is how
/// long something runs in each period, both in microseconds: 50000 in 100000 is half a CPU; -1 is no limit, which takes
/// back that of a weaker layer.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CpuLimits {
    /// The weight against others where CPUs are short, in the
    /// [range of cgroups v2](https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files), which NixOS has.
    /// Default: the kernel's, 100.
    #[schemars(range(min = 1, max = 10000), example = 200)]
    pub shares: Option<u32>,
    /// The period of `quota`, in microseconds. Default: the kernel's, 100000.
    #[schemars(range(min = 1000, max = 1_000_000), example = 100_000)]
    pub period: Option<u32>,
    /// How long each virtual CPU runs in a period: -1, or at least 1000 microseconds. Default: no limit.
    #[schemars(range(min = -1, max = 17_592_186_044_415_i64), example = 50_000)]
    pub quota: Option<i64>,
    /// The period of `globalQuota`, in microseconds. Default: the kernel's, 100000.
    #[schemars(range(min = 1000, max = 1_000_000), example = 100_000)]
    pub global_period: Option<u32>,
    /// How long the whole domain runs in a period: -1, or at least 1000 microseconds. Default: no limit.
    #[schemars(range(min = -1, max = 17_592_186_044_415_i64), example = 200_000)]
    pub global_quota: Option<i64>,
    /// The period of `emulatorQuota`, in microseconds. Default: the kernel's, 100000.
    #[schemars(range(min = 1000, max = 1_000_000), example = 100_000)]
    pub emulator_period: Option<u32>,
    /// How long QEMU's own work runs in a period: -1, or at least 1000 microseconds. Default: no limit.
    #[schemars(range(min = -1, max = 17_592_186_044_415_i64), example = 50_000)]
    pub emulator_quota: Option<i64>,
    /// The period of `iothreadQuota`, in microseconds. Default: the kernel's, 100000.
    #[schemars(range(min = 1000, max = 1_000_000), example = 100_000)]
    pub iothread_period: Option<u32>,
    /// How long each I/O thread runs in a period: -1, or at least 1000 microseconds. Default: no limit.
    #[schemars(range(min = -1, max = 17_592_186_044_415_i64), example = 50_000)]
    pub iothread_quota: Option<i64>,
}

words!(CpuCheck, CpuMode, CpuFeature);
