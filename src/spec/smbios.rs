//! What the firmware reports to the guest about the computer, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// What the firmware reports to the guest about the computer (SMBIOS), which Linux shows in `/sys/class/dmi/id`
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
    /// Strings for programs in the guest, such as systemd's [credentials](https://systemd.io/CREDENTIALS/):
    /// `io.systemd.credential:NAME=VALUE`.
    #[schemars(example = ["io.systemd.credential:vmm.notify_socket=vsock-stream:2:9999"])]
    pub oem_strings: Option<Vec<String>>,
}

/// What SMBIOS reports about the firmware.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmbiosBios {
    /// Its vendor.
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

/// What SMBIOS reports about the computer.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmbiosSystem {
    /// Its vendor.
    #[schemars(example = &"Fedora")]
    pub manufacturer: Option<String>,
    /// The product name.
    #[schemars(example = &"Virt-Manager")]
    pub product: Option<String>,
    /// Its version.
    #[schemars(example = &"0.8.2")]
    pub version: Option<String>,
    /// Its serial number.
    #[schemars(example = &"32dfcb37-5af1")]
    pub serial: Option<String>,
    /// Its SKU, the vendor's catalogue number.
    #[schemars(example = &"Lab-1")]
    pub sku: Option<String>,
    /// Its product family.
    #[schemars(example = &"Red Hat")]
    pub family: Option<String>,
}

/// What SMBIOS reports about the main board.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmbiosBaseBoard {
    /// Its vendor.
    #[schemars(example = &"LENOVO")]
    pub manufacturer: Option<String>,
    /// The product name.
    #[schemars(example = &"20BE0061MC")]
    pub product: Option<String>,
    /// Its version.
    #[schemars(example = &"0B98401 Pro")]
    pub version: Option<String>,
    /// Its serial number.
    #[schemars(example = &"W1KS427111E")]
    pub serial: Option<String>,
    /// Its asset tag.
    #[schemars(example = &"IT-0815")]
    pub asset: Option<String>,
    /// Its location in the case.
    #[schemars(example = &"Left slot")]
    pub location: Option<String>,
}

/// What SMBIOS reports about the case.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmbiosChassis {
    /// Its vendor.
    #[schemars(example = &"Dell Inc.")]
    pub manufacturer: Option<String>,
    /// Its version.
    #[schemars(example = &"2.12")]
    pub version: Option<String>,
    /// Its serial number.
    #[schemars(example = &"65X0XF2")]
    pub serial: Option<String>,
    /// Its asset tag.
    #[schemars(example = &"IT-0816")]
    pub asset: Option<String>,
    /// Its SKU, the vendor's catalogue number.
    #[schemars(example = &"Type3Sku1")]
    pub sku: Option<String>,
}
