//! What each guest operating system has unless the spec says otherwise: the weakest layer of a domain.
//!
//! A preset is written as the spec would write it, so a new one is a new value here and nothing else. What depends on
//! other settings (the bus of a disk follows from `drivers`) is settled in [`super::domain`].

use std::sync::LazyLock;

use crate::spec::DomainFields;
use crate::spec::guest::{Drivers, Firmware, Os};
use crate::spec::sound::Sound;

/// The preset of an operating system.
#[must_use]
pub fn preset(os: Os) -> &'static DomainFields {
    match os {
        Os::Linux => &LINUX,
        Os::Windows10 => &WINDOWS_10,
        Os::Windows11 => &WINDOWS_11,
        Os::WindowsServer2016 | Os::WindowsServer2019 | Os::WindowsServer2022 | Os::WindowsServer2025 => {
            &WINDOWS_SERVER
        }
        Os::None => &NONE,
    }
}

/// Any Linux of the last ten years has the `VirtIO` drivers in its kernel.
static LINUX: LazyLock<DomainFields> = LazyLock::new(|| DomainFields {
    drivers: Some(Drivers::Virtio),
    serial: Some(true),
    agent: Some(true),
    rng: Some(true),
    ..DomainFields::default()
});

/// What every Windows has: its setup sees no `VirtIO` disk without the driver disc, so devices are emulated.
/// The Hyper-V interface is [what QEMU recommends](https://www.qemu.org/docs/master/system/i386/hyperv.html).
static WINDOWS_SERVER: LazyLock<DomainFields> = LazyLock::new(|| DomainFields {
    drivers: Some(Drivers::Emulated),
    firmware: Some(Firmware::Uefi),
    agent: Some(true),
    ..DomainFields::default()
});

static WINDOWS_10: LazyLock<DomainFields> =
    LazyLock::new(|| DomainFields { sound: Some(Sound::Ich9), ..WINDOWS_SERVER.clone() });

/// [Windows 11 needs](https://www.microsoft.com/windows/windows-11-specifications) a TPM 2.0 and UEFI.
static WINDOWS_11: LazyLock<DomainFields> = LazyLock::new(|| DomainFields { tpm: Some(true), ..WINDOWS_10.clone() });

static NONE: LazyLock<DomainFields> =
    LazyLock::new(|| DomainFields { drivers: Some(Drivers::Virtio), agent: Some(false), ..DomainFields::default() });
