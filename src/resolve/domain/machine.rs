//! Decides the machine type of a domain: reads it, or takes the default of the architecture.

use crate::lab::domain::board::Board;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Layers;
use crate::resolve::parse;
use crate::spec::DomainFields;
use crate::spec::guest::Arch;
use crate::spec::key::key;

/// The machine type of a PC. libvirt resolves a name without a version, such as `q35`, to QEMU's newest at each
/// definition, so that an update of QEMU would change every domain and power-cycle those that run. QEMU keeps a version
/// for [six years](https://www.qemu.org/docs/master/about/deprecated.html).
const DEFAULT_X86_64: &str = "pc-q35-9.1";

/// The machine type of an Arm board, with a version for the same reason.
const DEFAULT_AARCH64: &str = "virt-9.1";

/// Resolves the machine type of a domain. Of QEMU's many those are taken that have the PCI buses and the devices that
/// definitions rely on.
pub(crate) fn machine(layers: &Layers<'_, DomainFields>, arch: Arch, problems: &mut Problems) -> String {
    let default = match arch {
        Arch::X86_64 => DEFAULT_X86_64,
        Arch::Aarch64 => DEFAULT_AARCH64,
    };
    let Some(word) = layers.get(key!(machine)) else {
        return default.to_owned();
    };
    if !parse::name(word.value, word.place(), problems) {
        return default.to_owned();
    }
    let arch_at = layers.get(key!(arch));
    let message = || format!("a machine of type `{}` on {}", word.value, arch.name());
    match arch_of(word.value) {
        Some(own) if own == arch => {}
        Some(own) => problems.push(match arch_at {
            Some(arch_at) => Problem::only_for(word.place(), message(), own.name())
                .related(arch_at.place(), "the architecture")
                .help(format!("leave `machine` out for `{default}`")),
            None => Problem::needs(word.place(), message(), format!("`arch` {}", own.name()))
                .help(format!("add `\"arch\": \"{}\"`, or leave `machine` out for `{default}`", own.name())),
        }),
        None => problems.push(
            Problem::new(Id::UnknownValue, word.place(), message())
                .label("not a q35, pc or virt machine")
                .help(format!("leave `machine` out for `{default}`")),
        ),
    }
    word.value.clone()
}

/// The architecture that has this machine type.
fn arch_of(machine: &str) -> Option<Arch> {
    [Arch::X86_64, Arch::Aarch64].into_iter().find(|arch| Board::of(*arch, machine) != Board::Other)
}
