//! The kind of board that a machine type is a version of. It decides which buses and devices a domain can have.

use crate::spec::guest::Arch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Board {
    /// A PC of 2009 with PCI Express (`q35`).
    Q35,
    /// A PC of 1996 with PCI and IDE (`pc`, `pc-i440fx-…`).
    I440fx,
    /// QEMU's own board for Arm (`virt`).
    Virt,
    /// One that nothing is known of.
    Other,
}

impl Board {
    /// The board of a machine type.
    #[must_use]
    pub fn of(arch: Arch, machine: &str) -> Self {
        let is = |name: &str| machine == name || machine.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
        match arch {
            Arch::X86_64 if machine.contains("q35") => Self::Q35,
            Arch::X86_64 if machine == "pc" || is("pc-i440fx") => Self::I440fx,
            Arch::Aarch64 if is("virt") => Self::Virt,
            Arch::X86_64 | Arch::Aarch64 => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn boards_are_known_by_machine_types() {
        let check = |arch, machine, expected| assert_eq!(Board::of(arch, machine), expected, "{machine}");
        check(Arch::X86_64, "q35", Board::Q35);
        check(Arch::X86_64, "pc-q35-9.1", Board::Q35);
        check(Arch::X86_64, "pc", Board::I440fx);
        check(Arch::X86_64, "pc-i440fx-9.1", Board::I440fx);
        check(Arch::X86_64, "microvm", Board::Other);
        check(Arch::X86_64, "virt", Board::Other);
        check(Arch::Aarch64, "virt", Board::Virt);
        check(Arch::Aarch64, "virt-9.1", Board::Virt);
        check(Arch::Aarch64, "raspi4b", Board::Other);
    }
}
