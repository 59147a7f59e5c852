//! What the memory of a domain is made of, where it comes from, and its limits.

use super::pool::amount;
use super::tree::Tree;
use crate::lab::Domain;
use crate::lab::domain::memory::{Limits, Memory};
use crate::lab::domain::numa::Nodes;
use crate::spec::memory::MemoryMode;

/// What the memory is made of ([libvirt](https://libvirt.org/formatdomain.html#memory-backing)): ordinary or huge pages,
/// and for shares, memory that virtiofsd can reach into.
pub(super) fn backing(memory: &Memory) -> Option<Tree> {
    let hugepages = memory.hugepages.map(|size| {
        let (count, unit) = size.in_largest_unit();
        Tree::new().with_each("page", [Tree::new().with("size", count).with("unit", unit)])
    });
    let backing = Tree::new()
        .with_some("hugepages", hugepages)
        .with_some("nosharepages", (!memory.share_pages).then(Tree::new))
        .with_some("locked", memory.locked.then(Tree::new))
        .with_some("source", memory.shared.then(|| Tree::new().with("type", "memfd")))
        .with_some("access", memory.shared.then(|| Tree::new().with("mode", "shared")));
    (!backing.is_empty()).then_some(backing)
}

/// The limits ([libvirt](https://libvirt.org/formatdomain.html#memory-tuning)).
pub(super) fn limits(limits: &Limits) -> Option<Tree> {
    let tuning = Tree::new()
        .with_some("hard_limit", limits.hard.map(amount))
        .with_some("soft_limit", limits.soft.map(amount))
        .with_some("swap_hard_limit", limits.swap.map(amount));
    (!tuning.is_empty()).then_some(tuning)
}

/// The nodes of the host that the memory comes from
/// ([libvirt](https://libvirt.org/formatdomain.html#numa-node-tuning)).
pub(super) fn nodes(domain: &Domain) -> Option<Tree> {
    let cells = (0_u32..).zip(&domain.numa.cells).filter_map(|(id, cell)| {
        let nodes = cell.nodes.as_ref()?;
        Some(nodes_tree(nodes).with("cellid", id))
    });
    let tuning =
        Tree::new().with_some("memory", domain.numa.nodes.as_ref().map(nodes_tree)).with_each("memnode", cells);
    (!tuning.is_empty()).then_some(tuning)
}

fn nodes_tree(nodes: &Nodes) -> Tree {
    let mode = match nodes.mode {
        MemoryMode::Strict => "strict",
        MemoryMode::Preferred => "preferred",
        MemoryMode::Interleave => "interleave",
        MemoryMode::Restrictive => "restrictive",
    };
    Tree::new().with("mode", mode).with("nodeset", nodes.set.clone())
}
