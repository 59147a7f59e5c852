//! Reads the CPUs of a domain: their number and topology, their model and features, and their pinning.

use std::collections::BTreeMap;

use crate::lab::domain::cpu::Cpus;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::layers::{At, Layers};
use crate::resolve::{cpuset, parse};
use crate::spec::cpu::{Cpu, CpuCache, CpuFeature, CpuMode};
use crate::spec::guest::{Arch, Virtualization};
use crate::spec::key::key;

/// The most CPUs that a machine of QEMU's has, which is also the limit of `cpus`.
const CPUS_MAX: u32 = 4096;

/// Resolves the CPUs of a domain.
pub(crate) fn cpus(guest: &Guest<'_>, iothreads: u32, problems: &mut Problems) -> Cpus {
    let written = guest.layers.get(key!(cpus));
    let topology = guest.layers.object(key!(topology));
    let parts = [topology.get(key!(sockets)), topology.get(key!(cores)), topology.get(key!(threads))];
    let arrangement = parts.map(|part| part.map_or(1, |count| *count.value));
    let product = arrangement.iter().try_fold(1_u32, |product, part| product.checked_mul(*part));
    let count = match (written, topology.is_empty()) {
        (Some(written), false) if product != Some(*written.value) => {
            let [sockets, cores, threads] = arrangement;
            problems.push(
                Problem::new(
                    Id::TopologyMismatch,
                    written.place(),
                    format!("{} CPUs, but {sockets} × {cores} × {threads} in the topology", written.value),
                )
                .label("does not match the topology")
                .related(topology.place(), "sockets × cores × threads")
                .help("make them equal, or leave `cpus` out"),
            );
            *written.value
        }
        (Some(written), _) => *written.value,
        (None, false) => product.filter(|product| *product <= CPUS_MAX).unwrap_or_else(|| {
            problems.push(
                Problem::new(Id::OutOfRange, topology.place(), format!("a topology of more than {CPUS_MAX} CPUs"))
                    .label("sockets × cores × threads")
                    .help("make them smaller"),
            );
            CPUS_MAX
        }),
        (None, true) => 2,
    };
    let cpu = guest.layers.object(key!(cpu));
    let (mode, model) = model(&cpu, guest.virtualization, problems);
    let pinning = guest.layers.object(key!(pinning));
    let vcpus = pinning.get(key!(vcpus));
    let threads = pinning.get(key!(iothreads));
    let pinned = pinned(vcpus, count, "virtual CPUs", "cpus", problems);
    let iothreads_pinned = self::pinned(threads, iothreads, "I/O threads", "iothreads", problems);
    let cache = cpu.get(key!(cache));
    let migratable = cpu.get(key!(migratable));
    check_cache(cache, guest.arch, mode, problems);
    if let Some(migratable) = migratable.filter(|_| !is_whole(mode)) {
        problems.push(
            Problem::only_for(
                migratable.key_place(),
                "a choice of features in a mode that has none",
                "modes `host-passthrough` and `maximum`",
            )
            .help("leave `migratable` out"),
        );
    }
    Cpus {
        count,
        // By default libvirt makes each CPU a socket, and the client editions of Windows use at most two sockets.
        topology: match (topology.is_empty(), guest.os.is_windows()) {
            (false, _) => Some(arrangement),
            (true, true) => Some([1, count, 1]),
            (true, false) => None,
        },
        mode,
        model,
        features: features(&cpu, problems),
        cache: cache.map(|cache| *cache.value),
        check: cpu.value(key!(check)),
        migratable: migratable.map(|migratable| *migratable.value),
        pinned,
        iothreads_pinned,
        emulator_pinned: pinning
            .get(key!(emulator))
            .and_then(|word| cpuset::processors(word.value, word.pointer(), problems)),
    }
}

/// Reads which CPUs of the host each of `count` threads may run on.
fn pinned(
    list: Option<At<'_, Vec<String>>>,
    count: u32,
    what: &str,
    key: &str,
    problems: &mut Problems,
) -> Vec<String> {
    let Some(list) = list else { return Vec::new() };
    let pinned = list.items().filter_map(|(text, at)| cpuset::processors(text, at, problems)).collect();
    if list.value.len() > count as usize {
        problems.push(
            Problem::new(
                Id::OutOfRange,
                list.place(),
                format!("{} {what} are pinned, the domain has {count}", list.value.len()),
            )
            .label("more than there are")
            .help(format!("leave the last ones out, or give the domain more `{key}`")),
        );
    }
    pinned
}

/// Whether the CPU has all features that the host, or QEMU, has.
fn is_whole(mode: CpuMode) -> bool {
    match mode {
        CpuMode::HostPassthrough | CpuMode::Maximum => true,
        CpuMode::HostModel | CpuMode::Custom => false,
    }
}

/// Checks that libvirt takes the caches.
fn check_cache(cache: Option<At<'_, CpuCache>>, arch: Arch, mode: CpuMode, problems: &mut Problems) {
    let Some(cache) = cache else { return };
    if arch == Arch::Aarch64 {
        problems.push(
            Problem::only_for(cache.place(), "the caches of an aarch64 processor", "x86_64").help("leave `cache` out"),
        );
    } else if *cache.value == CpuCache::Passthrough && !is_whole(mode) {
        problems.push(
            Problem::only_for(
                cache.place(),
                "the host's caches with a CPU that is not the host's",
                "modes `host-passthrough` and `maximum`",
            )
            .help("leave `cache` out, or choose `emulate`"),
        );
    }
}

/// Decides where the CPU model comes from, and which one it is.
fn model(cpu: &Layers<'_, Cpu>, virtualization: Virtualization, problems: &mut Problems) -> (CpuMode, Option<String>) {
    let model = cpu.get(key!(model));
    let mode = cpu.get(key!(mode));
    let default = match (model, virtualization) {
        (Some(_), _) => CpuMode::Custom,
        (None, Virtualization::Kvm) => CpuMode::HostPassthrough,
        (None, Virtualization::Emulated) => CpuMode::Maximum,
    };
    if let (Some(model), Some(mode)) = (model, mode)
        && *mode.value != CpuMode::Custom
    {
        problems.push(
            Problem::only_for(model.key_place(), "a CPU model in a mode that takes none", "mode `custom`")
                .related(mode.place(), "the mode")
                .help("leave one of the two out"),
        );
    }
    if let (None, Some(mode)) = (model, mode)
        && *mode.value == CpuMode::Custom
    {
        problems.push(
            Problem::needs(mode.place(), "CPU mode `custom` without a model", "a `model` beside it")
                .help("add `\"model\": …`, one that `virsh cpu-models x86_64` prints"),
        );
    }
    if let Some(mode) = mode
        && virtualization == Virtualization::Emulated
        && matches!(mode.value, CpuMode::HostPassthrough | CpuMode::HostModel)
    {
        problems.push(
            Problem::conflict(mode.place(), "the host's CPU in an emulated domain")
                .label("only under kvm")
                .help("leave `mode` out, or name a `model`"),
        );
    }
    let name = model.filter(|word| parse::name(word.value, word.place(), problems)).map(|word| word.value.clone());
    (mode.map_or(default, |mode| *mode.value), name)
}

/// Reads the features of all layers; the strongest layer that names a feature decides about it.
fn features(cpu: &Layers<'_, Cpu>, problems: &mut Problems) -> BTreeMap<String, CpuFeature> {
    let mut features = BTreeMap::new();
    for layer in cpu.every(key!(features)) {
        for (name, policy) in layer.value {
            if parse::name(name, Place::key(layer.pointer().key(name)), problems) {
                features.insert(name.clone(), *policy);
            }
        }
    }
    features
}
