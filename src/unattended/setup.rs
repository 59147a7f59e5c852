//! What Setup does before Windows is on the disk: it empties the first disk and copies an image to it.

use super::{PRODUCT_KEY, component, run, set_number, spoken};
use crate::answer::{Component, Element, Pass};
use crate::lab::domain::Domain;
use crate::lab::domain::firmware::Firmware;
use crate::lab::unattended::{ProductKey, Unattended};
use crate::spec::guest::Os;

/// The size of the partition that UEFI starts from, in MB, as
/// [Microsoft](https://learn.microsoft.com/en-us/windows-hardware/manufacture/desktop/configure-uefigpt-based-hard-drive-partitions)
/// has it for disks of any sector size.
const EFI: &str = "260";
/// The size of the partition that Windows keeps for itself on such a disk, in MB.
const MSR: &str = "16";
/// The size of the partition that a BIOS starts from, in MB
/// ([Microsoft](https://learn.microsoft.com/en-us/windows-hardware/manufacture/desktop/configure-biosmbr-based-hard-drive-partitions)).
const SYSTEM: &str = "500";

/// Where Windows 11 looks for what it does not check.
const UNCHECKED: &str = r"HKLM\SYSTEM\Setup\LabConfig";

pub(super) fn components(domain: &Domain, unattended: &Unattended) -> Vec<Component> {
    let language = &unattended.language;
    let mut international = spoken(language);
    let of_setup = Element::group("SetupUILanguage", [Element::text("UILanguage", &language.ui)]);
    international.insert(1, of_setup);
    let has_uefi = matches!(domain.firmware, Firmware::Uefi { .. });
    let mut setup = vec![disk(has_uefi)];
    setup.push(Element::group("DynamicUpdate", [Element::text("Enable", "false")]));
    setup.push(Element::group("ImageInstall", [image(unattended.image.as_deref(), has_uefi)]));
    setup.extend(run(unchecked(domain)));
    setup.push(user_data(unattended.product_key.as_ref()));
    vec![
        component(Pass::WindowsPe, "Microsoft-Windows-International-Core-WinPE", international),
        component(Pass::WindowsPe, "Microsoft-Windows-Setup", setup),
    ]
}

/// The partitions of the first disk. The one that Windows keeps for itself is not modified, so that the number of an order and that
/// of a partition differ.
fn disk(has_uefi: bool) -> Element {
    let create = |order: &str, kind: &str, size: Option<&str>| {
        let size = size.map_or_else(|| Element::text("Extend", "true"), |size| Element::text("Size", size));
        Element::group("CreatePartition", [Element::text("Order", order), Element::text("Type", kind), size])
    };
    let modify = |order: &str, id: &str, format: &str, label: &str, further: Option<Element>| {
        let elements = [
            Element::text("Order", order),
            Element::text("PartitionID", id),
            Element::text("Format", format),
            Element::text("Label", label),
        ];
        Element::group("ModifyPartition", elements.into_iter().chain(further))
    };
    let windows = |order: &str, id: &str| modify(order, id, "NTFS", "Windows", Some(Element::text("Letter", "C")));
    let (created, modified) = if has_uefi {
        (
            vec![create("1", "EFI", Some(EFI)), create("2", "MSR", Some(MSR)), create("3", "Primary", None)],
            vec![modify("1", "1", "FAT32", "System", None), windows("2", "3")],
        )
    } else {
        (
            vec![create("1", "Primary", Some(SYSTEM)), create("2", "Primary", None)],
            vec![modify("1", "1", "NTFS", "System", Some(Element::text("Active", "true"))), windows("2", "2")],
        )
    };
    let disk = [
        Element::text("DiskID", "0"),
        Element::text("WillWipeDisk", "true"),
        Element::group("CreatePartitions", created),
        Element::group("ModifyPartitions", modified),
    ];
    Element::group("DiskConfiguration", [Element::group("Disk", disk), Element::text("WillShowUI", "OnError")])
}

/// Which image goes to which partition.
fn image(name: Option<&str>, has_uefi: bool) -> Element {
    let from = name.map(|name| {
        let by_name = [Element::text("Key", "/IMAGE/NAME"), Element::text("Value", name)];
        Element::group("InstallFrom", [Element::group("MetaData", by_name)])
    });
    let partition = if has_uefi { "3" } else { "2" };
    let to = [Element::text("DiskID", "0"), Element::text("PartitionID", partition)];
    let rest = [Element::group("InstallTo", to), Element::text("WillShowUI", "OnError")];
    Element::group("OSImage", from.into_iter().chain(rest))
}

/// What Windows 11 refuses to be without, and a domain lacks.
fn unchecked(domain: &Domain) -> Vec<String> {
    let is_secure = matches!(domain.firmware, Firmware::Uefi { secure: Some(_), .. });
    let checks = [("BypassTPMCheck", domain.tpm), ("BypassSecureBootCheck", is_secure)];
    let lacking = checks.into_iter().filter(|(_, is_there)| domain.os == Os::Windows11 && !is_there);
    lacking.map(|(check, _)| set_number(UNCHECKED, check)).collect()
}

fn user_data(key: Option<&ProductKey>) -> Element {
    let key = key.map(|key| match key {
        ProductKey::Known(key) => key.as_str(),
        ProductKey::FromHost => PRODUCT_KEY,
    });
    let key = key
        .map(|key| Element::group("ProductKey", [Element::text("Key", key), Element::text("WillShowUI", "OnError")]));
    Element::group("UserData", [Element::text("AcceptEula", "true")].into_iter().chain(key))
}
