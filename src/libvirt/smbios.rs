//! What the firmware tells the guest about the computer
//! ([libvirt](https://libvirt.org/formatdomain.html#smbios-system-information)).

use super::tree::{Tree, Value};
use crate::lab::domain::smbios::{Entries, Smbios};

/// The tables; nothing where they are QEMU's own.
pub(super) fn tables(smbios: &Smbios) -> Option<Tree> {
    let Smbios { bios, system, base_board, chassis, oem_strings } = smbios;
    let oem_strings = oem_strings.iter().map(|string| Value::from(string.clone()));
    let oem_strings = Tree::new().with_each("entry", oem_strings);
    let tables = Tree::new()
        .with_some("bios", table(bios))
        .with_some("system", table(system))
        .with_each("baseBoard", table(base_board))
        .with_some("chassis", table(chassis))
        .with_some("oemStrings", oem_strings.unless_empty());
    (!tables.is_empty()).then(|| tables.with("type", "smbios"))
}

fn table(entries: &Entries) -> Option<Tree> {
    let entries = entries.iter().map(|(name, value)| Tree::new().with("name", *name).with("value", value.clone()));
    Tree::new().with_each("entry", entries).unless_empty()
}
