//! What the firmware tells the guest about the computer: the SMBIOS tables.

/// Entries of a table, each with libvirt's name.
pub type Entries = Vec<(&'static str, String)>;

/// What the firmware tells.
#[derive(Debug, Default)]
pub struct Smbios {
    /// Of itself.
    pub bios: Entries,
    /// Of the computer.
    pub system: Entries,
    /// Of the main board.
    pub base_board: Entries,
    /// Of the case.
    pub chassis: Entries,
    /// Texts for programs in the guest.
    pub oem_strings: Vec<String>,
}
