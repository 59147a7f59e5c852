//! The virtual CPUs of a domain, and the CPUs of the host that they are pinned to.

use std::collections::BTreeMap;

use crate::spec::cpu::{CpuCache, CpuCheck, CpuFeature, CpuMode};

#[derive(Debug)]
pub struct Cpus {
    /// How many.
    pub count: u32,
    /// Sockets, cores and threads, where the spec says.
    pub topology: Option<[u32; 3]>,
    /// Where the model comes from.
    pub mode: CpuMode,
    pub model: Option<String>,
    /// Features asked for or left out.
    pub features: BTreeMap<String, CpuFeature>,
    /// What the guest sees of the caches, where the spec says.
    pub cache: Option<CpuCache>,
    /// What libvirt compares it with, where the spec says.
    pub check: Option<CpuCheck>,
    /// Whether features that do not move to other hosts are left out, where the spec says.
    pub migratable: Option<bool>,
    /// For each virtual CPU, the CPUs of the host that may run it.
    pub pinned: Vec<String>,
    /// The CPUs of the host that may run QEMU's own work.
    pub emulator_pinned: Option<String>,
    /// For each I/O thread, the CPUs of the host that may run it.
    pub iothreads_pinned: Vec<String>,
}
