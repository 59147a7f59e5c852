//! Reads the CPUs of a domain: their number and topology, their model and features, and their pinning.

use std::collections::BTreeMap;

use crate::lab::domain::board::Board;
use crate::lab::domain::cpu::Cpus;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::layers::{At, Layers};
use crate::resolve::text::shortened;
use crate::resolve::{cpuset, known, parse};
use crate::spec::cpu::{Cpu, CpuCache, CpuCheck, CpuFeature, CpuMode};
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
                    .help("use smaller numbers"),
            );
            CPUS_MAX
        }),
        (None, true) => 2,
    };
    fits_board(guest, count, written.map_or_else(|| topology.place(), |at| at.place()), problems);
    let cpu = guest.layers.object(key!(cpu));
    let (mode, model) = model(&cpu, guest, problems);
    let mut features = features(&cpu, guest.arch, problems);
    if needs_topology_extensions(guest, mode, arrangement, &cpu) {
        features.entry("topoext".to_owned()).or_insert(CpuFeature::Require);
    }
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
                "`migratable` in a CPU mode that does not have it",
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
        features,
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

/// Refuses more CPUs than QEMU gives a machine of the board.
fn fits_board(guest: &Guest<'_>, count: u32, place: Place, problems: &mut Problems) {
    let (most, other) = match guest.board {
        Board::I440fx => (255, ", or leave `machine` out for a q35"),
        Board::Virt => (512, ""),
        Board::Q35 | Board::Other => return,
    };
    if count > most {
        problems.push(
            Problem::new(Id::OutOfRange, place, format!("{count} CPUs on a machine of type `{}`", guest.machine))
                .label(format!("QEMU supports at most {most}"))
                .help(format!("write at most {most}{other}")),
        );
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
    problems.extend(partly_pinned(&list, count, what));
    if list.value.len() > count as usize {
        problems.push(
            Problem::new(
                Id::OutOfRange,
                list.place(),
                format!("{} {what} are pinned, but the domain has {count}", list.value.len()),
            )
            .label("too many entries")
            .help(format!("remove the last ones, or give the domain more `{key}`")),
        );
    }
    pinned
}

/// Makes the warning of a list with fewer entries than threads, where a set of CPUs seems to be meant for several threads: it is the
/// only entry, or the sets have enough for all.
fn partly_pinned(list: &At<'_, Vec<String>>, count: u32, what: &str) -> Option<Problem> {
    let (entries, count) = (list.value.len(), count as usize);
    let (set, at) = list.items().find(|(set, _)| cpuset::numbers(set).nth(1).is_some())?;
    let cpus: usize = list.value.iter().map(|set| cpuset::numbers(set).count()).sum();
    (entries < count && (entries == 1 || cpus >= count)).then(|| {
        let are = if entries == 1 { "is" } else { "are" };
        Problem::new(
            Id::PartlyPinned,
            Place::value(at),
            format!("{entries} of the domain's {count} {what} {are} pinned"),
        )
        .label(format!("`{}` applies to one of them", shortened(set)))
        .help(format!(
            "write one entry for each of the {what}, starting with the first; those without an entry may run anywhere"
        ))
    })
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
                "the host's caches with another CPU than the host's",
                "modes `host-passthrough` and `maximum`",
            )
            .help("leave `cache` out, or choose `emulate`"),
        );
    }
}

/// Decides where the CPU model comes from, and which one it is.
fn model(cpu: &Layers<'_, Cpu>, guest: &Guest<'_>, problems: &mut Problems) -> (CpuMode, Option<String>) {
    let virtualization = guest.virtualization;
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
            Problem::only_for(model.key_place(), "a CPU model in a mode that does not use it", "mode `custom`")
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
                .help("leave `mode` out, or give a `model`"),
        );
    }
    let named = model.filter(|word| parse::name(word.value, word.place(), problems));
    if let Some(word) = named.filter(|_| guest.arch == Arch::X86_64) {
        known::cpu_model(word.value, word.place(), problems);
    }
    let name = named.map(|word| word.value.clone());
    (mode.map_or(default, |mode| *mode.value), name)
}

/// Reads the features of all layers; the strongest layer that names a feature decides about it.
fn features(cpu: &Layers<'_, Cpu>, arch: Arch, problems: &mut Problems) -> BTreeMap<String, CpuFeature> {
    let mut features: BTreeMap<String, (CpuFeature, Place)> = BTreeMap::new();
    for layer in cpu.every(key!(features)) {
        for (name, policy) in layer.value {
            let place = Place::key(layer.pointer().key(name));
            if parse::name(name, place.clone(), problems) {
                features.insert(name.clone(), (*policy, place));
            }
        }
    }
    if arch == Arch::X86_64 {
        for (name, (_, place)) in &features {
            known::cpu_feature(name, place.clone(), problems);
        }
    }
    let asked =
        |name: &str| features.get(name).filter(|(policy, _)| is_asked_for(*policy)).map(|(_, place)| place.clone());
    if let (Some(svm), Some(vmx)) = (asked("svm"), asked("vmx")) {
        problems.push(
            Problem::new(Id::UnlikelyCpu, svm, "a CPU with both AMD's and Intel's virtualization")
                .label("no CPU has both")
                .related(vmx, "Intel's")
                .help("leave out the one that the host does not have; with `optional`, the guest gets the one that it has"),
        );
    }
    features.into_iter().map(|(name, (policy, _))| (name, policy)).collect()
}

/// Whether the guest is to see a feature on every host.
fn is_asked_for(policy: CpuFeature) -> bool {
    match policy {
        CpuFeature::Force | CpuFeature::Require => true,
        CpuFeature::Optional | CpuFeature::Disable | CpuFeature::Forbid => false,
    }
}

/// Whether threads of a core are ones to the guest only by `topoext`: a CPU of AMD's tells of them by it, and QEMU leaves it out
/// of the host's CPU. To an Intel CPU it means nothing, and without a check libvirt starts the domain on both.
fn needs_topology_extensions(guest: &Guest<'_>, mode: CpuMode, arrangement: [u32; 3], cpu: &Layers<'_, Cpu>) -> bool {
    let [_, _, threads] = arrangement;
    threads > 1
        && guest.arch == Arch::X86_64
        && guest.virtualization == Virtualization::Kvm
        && mode == CpuMode::HostPassthrough
        && cpu.value(key!(check)).is_none_or(|check| check == CpuCheck::None)
}
