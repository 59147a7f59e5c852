//! The virtual CPUs of a domain, and what they get of the host's.

use super::tree::Tree;
use crate::lab::Domain;
use crate::lab::domain::limits::CpuLimits;
use crate::lab::domain::numa::Cell;
use crate::spec::cpu::{CpuCache, CpuCheck};

/// The CPU that the guest sees ([libvirt](https://libvirt.org/formatdomain.html#cpu-model-and-topology)).
pub(super) fn cpu(domain: &Domain) -> Tree {
    let cpus = &domain.cpus;
    let topology = cpus.topology.map(|[sockets, cores, threads]| {
        Tree::new().with("sockets", sockets).with("cores", cores).with("threads", threads)
    });
    Tree::new()
        .with("mode", cpus.mode.name())
        .with_some("check", cpus.check.map(CpuCheck::name))
        .with_some("migratable", cpus.migratable)
        .with_some("model", cpus.model.clone().map(|name| Tree::new().with("name", name)))
        .with_some("topology", topology)
        .with_some("cache", cpus.cache.map(cache))
        .with_each(
            "feature",
            cpus.features
                .iter()
                .map(|(name, policy)| Tree::new().with("policy", policy.name()).with("name", name.clone())),
        )
        .with_some("numa", numa(&domain.numa.cells))
}

/// QEMU emulates a cache of level 3 and no other.
fn cache(cache: CpuCache) -> Tree {
    match cache {
        CpuCache::Passthrough => Tree::new().with("mode", "passthrough"),
        CpuCache::Emulate => Tree::new().with("level", 3_u32).with("mode", "emulate"),
        CpuCache::Disable => Tree::new().with("mode", "disable"),
    }
}

fn numa(cells: &[Cell]) -> Option<Tree> {
    let cells = (0_u32..).zip(cells).map(|(id, cell)| {
        let (count, unit) = cell.memory.in_largest_unit();
        Tree::new().with("id", id).with_some("cpus", cell.cpus.clone()).with("memory", count).with("unit", unit)
    });
    Tree::new().with_each("cell", cells).unless_empty()
}

/// What the domain gets of the host's CPUs ([libvirt](https://libvirt.org/formatdomain.html#cpu-tuning)).
pub(super) fn tuning(domain: &Domain) -> Option<Tree> {
    let cpus = &domain.cpus;
    let pinned =
        (0_u32..).zip(&cpus.pinned).map(|(vcpu, cpuset)| Tree::new().with("vcpu", vcpu).with("cpuset", cpuset.clone()));
    let emulator = cpus.emulator_pinned.clone().map(|cpuset| Tree::new().with("cpuset", cpuset));
    let iothreads = (1_u32..)
        .zip(&cpus.iothreads_pinned)
        .map(|(iothread, cpuset)| Tree::new().with("iothread", iothread).with("cpuset", cpuset.clone()));
    let CpuLimits { shares, vcpu, global, emulator: own, iothread } = &domain.cpu_limits;
    Tree::new()
        .with_each("vcpupin", pinned)
        .with_some("emulatorpin", emulator)
        .with_each("iothreadpin", iothreads)
        .with_some("shares", *shares)
        .with_some("period", vcpu.period)
        .with_some("quota", vcpu.quota)
        .with_some("global_period", global.period)
        .with_some("global_quota", global.quota)
        .with_some("emulator_period", own.period)
        .with_some("emulator_quota", own.quota)
        .with_some("iothread_period", iothread.period)
        .with_some("iothread_quota", iothread.quota)
        .unless_empty()
}
