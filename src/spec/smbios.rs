//! What the firmware tells the guest about the computer as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// What the firmware tells the guest about the computer, which Linux has in `/sys/class/dmi/id`
/// ([libvirt](https://libvirt.org/formatdomain.html#smbios-system-information)). The system's UUID is the domain's own.
/// Default: QEMU's.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Smbios {
    /// The firmware.
    pub bios: Option<SmbiosBios>,
    /// The computer.
    pub system: Option<SmbiosSystem>,
    /// The main board.
    pub base_board: Option<SmbiosBaseBoard>,
    /// The case.
    pub chassis: Option<SmbiosChassis>,
    /// Texts for programs in the guest, such as systemd's
    /// [credentials](https://systemd.io/CREDENTIALS/): `io.systemd.credential:NAME=VALUE`.
    #[schemars(example = ["io.systemd.credential:vmm.notify_socket=vsock-stream:2:9999"])]
    pub oem_strings: Option<Vec<String>>,
}

/// The firmware, as it calls itself.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmbiosBios {
    /// Its maker.
    #[schemars(example = &"LENOVO")]
    pub vendor: Option<String>,
    /// Its version.
    #[schemars(example = &"6FET82WW")]
    pub version: Option<String>,
    /// Its date: month, day and year.
    #[schemars(example = &"02/29/2024")]
    pub date: Option<String>,
    /// Its release: two numbers up to 255.
    #[schemars(example = &"10.22")]
    pub release: Option<String>,
}

/// The computer, as it calls itself.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmbiosSystem {
    /// Its maker.
    #[schemars(example = &"Fedora")]
    pub manufacturer: Option<String>,
    /// What it is.
    #[schemars(example = &"Virt-Manager")]
    pub product: Option<String>,
    /// Its version.
    #[schemars(example = &"0.8.2")]
    pub version: Option<String>,
    /// Its serial number.
    #[schemars(example = &"32dfcb37-5af1")]
    pub serial: Option<String>,
    /// Its number in the maker's catalogue.
    #[schemars(example = &"Lab-1")]
    pub sku: Option<String>,
    /// The family that it is of.
    #[schemars(example = &"Red Hat")]
    pub family: Option<String>,
}

/// The main board, as it calls itself.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmbiosBaseBoard {
    /// Its maker.
    #[schemars(example = &"LENOVO")]
    pub manufacturer: Option<String>,
    /// What it is.
    #[schemars(example = &"20BE0061MC")]
    pub product: Option<String>,
    /// Its version.
    #[schemars(example = &"0B98401 Pro")]
    pub version: Option<String>,
    /// Its serial number.
    #[schemars(example = &"W1KS427111E")]
    pub serial: Option<String>,
    /// Its number in the owner's books.
    #[schemars(example = &"IT-0815")]
    pub asset: Option<String>,
    /// Where in the case it is.
    #[schemars(example = &"Left slot")]
    pub location: Option<String>,
}

/// The case, as it calls itself.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmbiosChassis {
    /// Its maker.
    #[schemars(example = &"Dell Inc.")]
    pub manufacturer: Option<String>,
    /// Its version.
    #[schemars(example = &"2.12")]
    pub version: Option<String>,
    /// Its serial number.
    #[schemars(example = &"65X0XF2")]
    pub serial: Option<String>,
    /// Its number in the owner's books.
    #[schemars(example = &"IT-0816")]
    pub asset: Option<String>,
    /// Its number in the maker's catalogue.
    #[schemars(example = &"Type3Sku1")]
    pub sku: Option<String>,
}
