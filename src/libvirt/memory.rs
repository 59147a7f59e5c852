//! What the memory of a domain is made of, where it comes from, and its limits.

use serde_json::json;

use super::pool::amount;
use super::tree::Tree;
use crate::lab::Domain;
use crate::lab::device::{Shmem, ShmemMemory};
use crate::lab::domain::memory::{Limits, Memory};
use crate::lab::domain::numa::Nodes;

/// What the memory is made of ([libvirt](https://libvirt.org/formatdomain.html#memory-backing)): ordinary or huge pages,
/// and for shares, memory that virtiofsd can reach into.
pub(super) fn backing(memory: &Memory) -> Option<Tree> {
    let hugepages = memory.hugepages.map(|size| {
        let (count, unit) = size.in_largest_unit();
        Tree::new().with_each("page", [Tree::new().with("size", count).with("unit", unit)])
    });
    Tree::new()
        .with_some("hugepages", hugepages)
        .with_some("nosharepages", (!memory.share_pages).then(Tree::new))
        .with_some("locked", memory.locked.then(Tree::new))
        .with_some("source", memory.shared.then(|| Tree::new().with("type", "memfd")))
        .with_some("access", memory.shared.then(|| Tree::new().with("mode", "shared")))
        .unless_empty()
}

/// The limits ([libvirt](https://libvirt.org/formatdomain.html#memory-tuning)).
pub(super) fn limits(limits: &Limits) -> Option<Tree> {
    Tree::new()
        .with_some("hard_limit", limits.hard.map(amount))
        .with_some("soft_limit", limits.soft.map(amount))
        .with_some("swap_hard_limit", limits.swap.map(amount))
        .unless_empty()
}

/// The nodes of the host that the memory comes from
/// ([libvirt](https://libvirt.org/formatdomain.html#numa-node-tuning)).
pub(super) fn nodes(domain: &Domain) -> Option<Tree> {
    let cells = (0_u32..).zip(&domain.numa.cells).filter_map(|(id, cell)| {
        let nodes = cell.nodes.as_ref()?;
        Some(nodes_tree(nodes).with("cellid", id))
    });
    Tree::new()
        .with_some("memory", domain.numa.nodes.as_ref().map(nodes_tree))
        .with_each("memnode", cells)
        .unless_empty()
}

fn nodes_tree(nodes: &Nodes) -> Tree {
    Tree::new().with("mode", nodes.mode.name()).with("nodeset", nodes.set.clone())
}

/// The arguments by which QEMU gets shared memory that is a device of the host's, such as `/dev/kvmfr0`: libvirt's `shmem` has
/// no such path.
pub(super) fn of_devices(shmem: &[Shmem]) -> Vec<String> {
    let of_device = shmem.iter().filter_map(|shmem| match &shmem.memory {
        ShmemMemory::Device(device, size) => Some((&shmem.name, device, size.bytes())),
        ShmemMemory::Plain(_) | ShmemMemory::Doorbell(_) => None,
    });
    let arguments = of_device.flat_map(|(name, device, size)| {
        // No id of libvirt's starts like this.
        let id = format!("shared-{name}");
        let memory =
            json!({ "qom-type": "memory-backend-file", "id": id, "mem-path": device, "size": size, "share": true });
        let device = json!({ "driver": "ivshmem-plain", "id": format!("{id}-device"), "memdev": id });
        ["-object".to_owned(), memory.to_string(), "-device".to_owned(), device.to_string()]
    });
    arguments.collect()
}
