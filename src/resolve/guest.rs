//! What is known of a domain before its parts are read, which most of them depend on.

use crate::lab::domain::board::Board;
use crate::problem::Problems;
use crate::resolve::domain::machine;
use crate::resolve::instance::Instance;
use crate::resolve::layers::Layers;
use crate::resolve::names::Names;
use crate::spec::DomainFields;
use crate::spec::guest::{Arch, Drivers, Os, Virtualization};
use crate::spec::key::key;

/// A domain that is being resolved.
pub(crate) struct Guest<'a> {
    /// Its settings.
    pub(crate) layers: &'a Layers<'a, DomainFields>,
    /// Which domain of its entry it is.
    pub(crate) instance: &'a Instance<'a>,
    /// What it can refer to.
    pub(crate) names: &'a Names<'a>,
    /// Its operating system, which has chosen the preset among the layers.
    pub(crate) os: Os,
    pub(crate) arch: Arch,
    pub(crate) virtualization: Virtualization,
    /// Which drivers the operating system has.
    pub(crate) drivers: Drivers,
    /// The machine type.
    pub(crate) machine: String,
    /// Which buses and slots the machine type has.
    pub(crate) board: Board,
}

impl<'a> Guest<'a> {
    /// Reads what the parts of the domain depend on.
    pub(crate) fn new(
        layers: &'a Layers<'a, DomainFields>,
        instance: &'a Instance<'a>,
        names: &'a Names<'a>,
        os: Os,
        problems: &mut Problems,
    ) -> Self {
        let arch = layers.value(key!(arch)).unwrap_or_default();
        let machine = machine::machine(layers, arch, problems);
        Self {
            layers,
            instance,
            names,
            os,
            arch,
            virtualization: layers.value(key!(virtualization)).unwrap_or(match arch {
                Arch::X86_64 => Virtualization::Kvm,
                Arch::Aarch64 => Virtualization::Emulated,
            }),
            drivers: layers.value(key!(drivers)).unwrap_or(Drivers::Virtio),
            board: Board::of(arch, &machine),
            machine,
        }
    }
}
