//! Reads the NUMA cells of a domain, and checks that together they have its CPUs and its memory.

use crate::lab::domain::cpu::Cpus;
use crate::lab::domain::numa::{Cell, Nodes, Numa};
use crate::lab::size::Size;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::domain::memory;
use crate::resolve::layers::Layers;
use crate::resolve::{cpuset, parse};
use crate::spec::DomainFields;
use crate::spec::key::key;
use crate::spec::memory::{MemoryMode, Numa as Written, NumaCell};

/// Resolves the NUMA of a domain.
pub(crate) fn numa(layers: &Layers<'_, DomainFields>, cpus: &Cpus, problems: &mut Problems) -> Numa {
    let numa = layers.object(key!(numa));
    let nodes_at = numa.get(key!(host_nodes));
    let mode_at = numa.get(key!(memory_mode));
    if let (Some(mode), None) = (mode_at, nodes_at) {
        problems.push(without_nodes(mode.pointer()));
    }
    let mode = mode_at.map_or(MemoryMode::Strict, |mode| *mode.value);
    let nodes =
        nodes_at.and_then(|word| cpuset::nodes(word.value, word.pointer(), problems)).map(|set| Nodes { set, mode });
    let mut cells = Vec::new();
    if let Some(list) = numa.get(key!(cells)) {
        let all = nodes_at.map(|_| mode);
        cells.extend(numa.objects(key!(cells)).filter_map(|written| cell(&written, all, problems)));
        if cells.len() == list.value.len() {
            have_each_cpu_once(&numa, cpus.count, problems);
            have_all_memory(layers, &numa, problems);
        }
    }
    Numa { cells, nodes }
}

/// Reads a cell. `all` is how strictly the memory of the whole domain is bound to nodes of the host, if it is.
fn cell(cell: &Layers<'_, NumaCell>, all: Option<MemoryMode>, problems: &mut Problems) -> Option<Cell> {
    let nodes_at = cell.get(key!(host_nodes));
    let mode_at = cell.get(key!(memory_mode));
    if let (Some(mode), None) = (mode_at, nodes_at) {
        problems.push(without_nodes(mode.pointer()));
    }
    let mode = mode_at.map_or_else(|| all.unwrap_or(MemoryMode::Strict), |mode| *mode.value);
    let restrictive = |mode: Option<MemoryMode>| mode == Some(MemoryMode::Restrictive);
    if let Some(mode_at) = mode_at.filter(|_| restrictive(Some(mode)) != restrictive(all)) {
        let (message, label) = if restrictive(Some(mode)) {
            ("a single cell with memory mode `restrictive`", "only if `numa.memoryMode` is `restrictive` too")
        } else {
            ("a cell with another memory mode than `restrictive`", "`numa.memoryMode` is `restrictive`")
        };
        problems.push(
            Problem::conflict(mode_at.place(), message)
                .label(label)
                .help("make all of them `restrictive`, each with `hostNodes`, or none"),
        );
    }
    let cpus = cell.get(key!(cpus)).map(|word| cpuset::processors(word.value, word.pointer(), problems));
    let nodes = nodes_at.and_then(|word| cpuset::nodes(word.value, word.pointer(), problems));
    let memory = cell.get(key!(memory)).and_then(|word| parse::size(word, problems));
    let cpus = match cpus {
        None => None,
        Some(set) => Some(set?),
    };
    Some(Cell { cpus, memory: memory?, nodes: nodes.map(|set| Nodes { set, mode }) })
}

fn without_nodes(mode: Pointer) -> Problem {
    Problem::needs(Place::key(mode), "`memoryMode` without `hostNodes`", "`hostNodes` beside it")
        .help("add `\"hostNodes\": \"0\"`, or leave `memoryMode` out")
}

/// Checks that each virtual CPU is in one cell. libvirt refuses one that is in two, and puts one that is in none into the
/// first.
fn have_each_cpu_once(numa: &Layers<'_, Written>, count: u32, problems: &mut Problems) {
    let Some(list) = numa.get(key!(cells)) else { return };
    let mut homes: Vec<Option<usize>> = vec![None; count.min(4096) as usize];
    let at = |index: usize| Place::value(list.pointer().index(index).key("cpus"));
    for (index, cell) in list.value.iter().enumerate() {
        for cpu in cell.cpus.as_deref().map(cpuset::numbers).into_iter().flatten() {
            let problem = match homes.get(cpu).copied() {
                None => {
                    Problem::new(Id::NumaMismatch, at(index), format!("virtual CPU {cpu} in a domain with {count}"))
                        .label("numbered from 0")
                }
                Some(Some(first)) => {
                    Problem::new(Id::NumaMismatch, at(index), format!("virtual CPU {cpu} in two cells"))
                        .second_of(&at(first))
                }
                Some(None) => {
                    homes[cpu] = Some(index);
                    continue;
                }
            };
            problems.push(problem.help("put each virtual CPU of the domain into one cell"));
            return;
        }
    }
    if let Some(cpu) = homes.iter().position(Option::is_none) {
        problems.push(
            Problem::new(Id::NumaMismatch, list.place(), format!("virtual CPU {cpu} is in no cell"))
                .label(format!("the domain has {count} virtual CPUs"))
                .help("put each virtual CPU of the domain into one cell"),
        );
    }
}

/// Checks that the cells together have the domain's memory. libvirt would silently change it to their sum.
fn have_all_memory(layers: &Layers<'_, DomainFields>, numa: &Layers<'_, Written>, problems: &mut Problems) {
    let memory_at = layers.get(key!(memory));
    let (Some(list), Some(memory_at), Some(memory)) = (numa.get(key!(cells)), memory_at, memory::written(layers))
    else {
        return;
    };
    let sizes = list.value.iter().filter_map(|cell| Size::parse(cell.memory.as_deref()?));
    let sum = sizes.fold(Size::NOTHING, Size::saturating_add);
    if sum != memory {
        problems.push(
            Problem::new(Id::NumaMismatch, list.place(), format!("NUMA cells with {sum} in a domain with {memory}"))
                .label(format!("add up to {sum}"))
                .related(memory_at.place(), "the memory of the domain")
                .help("make them equal"),
        );
    }
}
