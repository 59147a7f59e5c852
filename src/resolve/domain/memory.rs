//! Reads the memory of a domain and its limits, and decides whether other processes can share it.

use crate::lab::domain::memory::{Limits, Memory};
use crate::lab::size::Size;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::layers::Layers;
use crate::resolve::parse;
use crate::spec::DomainFields;
use crate::spec::guest::{Arch, Os, Virtualization};
use crate::spec::key::key;

/// Resolves the memory of a domain. `has_shares` is whether it has shares of virtiofsd, which
/// reaches into the memory.
pub(crate) fn memory(guest: &Guest<'_>, has_shares: bool, problems: &mut Problems) -> Memory {
    let size = size(guest, problems);
    let current = current(guest.layers, problems);
    let hugepages = huge_pages(guest, problems);
    let limits = limits(guest.layers, problems);
    leave_room(guest.layers, limits.hard, current.unwrap_or(size), problems);
    Memory {
        size,
        current,
        hugepages,
        locked: guest.layers.value(key!(memory_locked)).unwrap_or(false),
        shared: shared(guest.layers, has_shares, problems),
        share_pages: guest.layers.value(key!(share_pages)).unwrap_or(true),
        limits,
    }
}

/// The size in the spec, if there is one.
pub(crate) fn written(layers: &Layers<'_, DomainFields>) -> Option<Size> {
    Size::parse(layers.get(key!(memory))?.value)
}

fn size(guest: &Guest<'_>, problems: &mut Problems) -> Size {
    let word = guest.layers.get(key!(memory));
    if word.is_none() {
        let message = format!("domain `{}` has no memory", guest.instance.name);
        problems.push(
            Problem::needs(Place::key(guest.instance.at.key("memory")), message, "a `memory`")
                .help("add `\"memory\": \"4GiB\"` here, to `defaults` or to one of its profiles"),
        );
    }
    let size = word.and_then(|word| parse::size(word, problems));
    if let (Some(word), Some(size), Some(least)) = (word, size, least(guest.os))
        && size < least
    {
        problems.push(
            Problem::new(
                Id::LittleMemory,
                word.place(),
                format!("domain `{}` has {size} of memory", guest.instance.name),
            )
            .once_per_place()
            .label(format!("its system needs at least {least}"))
            .help("give it more memory, or set `os` to its real system"),
        );
    }
    size.unwrap_or(Size::KIB)
}

/// The least memory with which an operating system installs or starts, as those who make it say: Windows
/// [10](https://support.microsoft.com/windows/windows-10-system-requirements-6d4e9a79-66bf-7950-467c-795cf0386715), which runs
/// the same, and 11, whose setup asks for more than it then uses; Windows
/// [Server](https://learn.microsoft.com/windows-server/get-started/hardware-requirements). What a kernel and its initial RAM
/// disk take of Linux, in any distribution of today, is more than 64 MiB.
fn least(os: Os) -> Option<Size> {
    Size::parse(match os {
        Os::Windows10 | Os::Windows11 => "2GiB",
        Os::WindowsServer2016 | Os::WindowsServer2019 | Os::WindowsServer2022 | Os::WindowsServer2025 => "800MiB",
        Os::Linux | Os::Nixos | Os::Freebsd => "64MiB",
        Os::None => return None,
    })
}

/// Reads how much memory the guest starts with. Too much is refused: libvirt would silently make it all that there is.
fn current(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> Option<Size> {
    let word = layers.get(key!(current_memory))?;
    let current = parse::size(word, problems)?;
    let memory = layers.get(key!(memory));
    if let Some(memory) = memory.filter(|_| written(layers).is_some_and(|memory| current > memory)) {
        problems.push(
            Problem::conflict(word.place(), "`currentMemory` is larger than `memory`")
                .label(format!("more than {}", memory.value))
                .related(memory.place(), "all of it")
                .help("make `memory` larger, or `currentMemory` smaller"),
        );
    }
    let balloon = layers.get(key!(balloon));
    if let Some(balloon) = balloon.filter(|balloon| !*balloon.value) {
        problems.push(
            Problem::both(word.key_place(), "`currentMemory` without a balloon", "needs the balloon")
                .related(balloon.place(), "switched off here"),
        );
    }
    Some(current)
}

/// Reads the size of huge pages. libvirt takes every one, and the domain does not start if the host has none of that size. From
/// QEMU 9.1 on, every block of memory must be a whole number of pages.
fn huge_pages(guest: &Guest<'_>, problems: &mut Problems) -> Option<Size> {
    let word = guest.layers.get(key!(hugepages))?;
    let pages = parse::size(word, problems)?;
    // Ordinary pages are no huge ones to libvirt.
    let sizes = ["4KiB", "2MiB", "1GiB"].map(Size::parse);
    if guest.arch == Arch::X86_64 && guest.virtualization == Virtualization::Kvm && !sizes.contains(&Some(pages)) {
        problems.push(
            Problem::out_of_range(word.place(), format!("huge pages of {pages}"))
                .of_several()
                .label("no x86_64 host has pages of this size")
                .help("write `\"2MiB\"` or `\"1GiB\"`"),
        );
        return Some(pages);
    }
    let numa = guest.layers.object(key!(numa));
    let cells: Vec<_> = numa.objects(key!(cells)).collect();
    let memory = guest.layers.get(key!(memory)).filter(|_| cells.is_empty());
    for memory in cells.iter().filter_map(|cell| cell.get(key!(memory))).chain(memory) {
        let Some(size) = Size::parse(memory.value) else { continue };
        let whole = size.up_to_multiple(pages);
        if whole != size {
            problems.push(
                Problem::conflict(memory.place(), format!("{size} of memory in huge pages of {pages}"))
                    .label("not whole pages: QEMU does not start")
                    .related(word.place(), "the size of a page")
                    .help(format!("write `\"{whole}\"`, or choose smaller pages")),
            );
        }
    }
    Some(pages)
}

fn shared(layers: &Layers<'_, DomainFields>, has_shares: bool, problems: &mut Problems) -> bool {
    let shared = layers.get(key!(shared_memory));
    if let (Some(shared), true) = (shared.filter(|shared| !*shared.value), has_shares) {
        let list = layers.get(key!(shares));
        let problem = Problem::conflict(shared.place(), "virtiofs shares without shared memory")
            .label("virtiofs needs shared memory")
            .help("leave `sharedMemory` out");
        problems.push(match list {
            Some(list) => problem.related(list.key_place(), "the shares"),
            None => problem,
        });
    }
    shared.map_or(has_shares, |shared| *shared.value || has_shares)
}

/// Checks that a hard limit has room for the memory that the guest uses. Pages of huge ones do not count, except where a device
/// of the host needs them locked.
fn leave_room(layers: &Layers<'_, DomainFields>, hard: Option<Size>, used: Size, problems: &mut Problems) {
    let (Some(hard), Some(hard_at)) = (hard, layers.object(key!(memory_limits)).get(key!(hard)).map(|at| at.place()))
    else {
        return;
    };
    let memory = layers.get(key!(current_memory)).or(layers.get(key!(memory)));
    let has_devices = layers.items(key!(hostdevs)).any(|(device, _)| device.usb.is_none());
    let is_counted = has_devices || layers.get(key!(hugepages)).is_none();
    let Some(memory) = memory.filter(|_| is_counted && hard <= used) else { return };
    let consequence = if has_devices { "the domain does not start" } else { "the kernel kills QEMU" };
    let problem = if hard < used {
        Problem::conflict(hard_at, "a hard limit below the domain's memory")
    } else {
        Problem::new(Id::TightMemoryLimit, hard_at, "a hard limit that leaves no memory for QEMU itself")
    };
    problems.push(
        problem
            .label(consequence)
            .related(memory.place(), "the memory")
            .help("leave `hard` out, or make it at least a GiB larger: QEMU's own use cannot be known in advance"),
    );
}

/// Reads the limits. Those that contradict each other are refused: libvirt takes them, and the kernel fails when the
/// domain starts.
fn limits(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> Limits {
    let limits = layers.object(key!(memory_limits));
    let hard_at = limits.get(key!(hard));
    let soft_at = limits.get(key!(soft));
    let swap_at = limits.get(key!(swap));
    let [hard, soft, swap] = [hard_at, soft_at, swap_at].map(|word| word.and_then(|word| parse::size(word, problems)));
    if let (Some(soft_at), Some(hard_at), true) = (soft_at, hard_at, hard.is_some() && soft > hard) {
        problems.push(
            Problem::conflict(soft_at.place(), "a soft limit above the hard one")
                .label(format!("more than {}", hard_at.value))
                .related(hard_at.place(), "the hard limit")
                .help("swap the two, or leave one out"),
        );
    }
    match (swap_at, hard_at) {
        (Some(swap_at), None) => problems.push(
            Problem::needs(swap_at.key_place(), "a `swap` limit without a `hard` limit", "`hard`")
                .help("add `\"hard\": …`, at most `swap`: `swap` counts memory and swap together"),
        ),
        (Some(swap_at), Some(hard_at)) if swap.is_some() && swap < hard => problems.push(
            Problem::conflict(swap_at.place(), "a `swap` limit below the `hard` limit")
                .label(format!("less than {}", hard_at.value))
                .related(hard_at.place(), "the limit of memory")
                .help("make it larger: `swap` counts memory and swap together"),
        ),
        (_, _) => {}
    }
    Limits { hard, soft, swap }
}
