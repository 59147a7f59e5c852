//! What each guest operating system has unless the spec says otherwise: the weakest layer of a domain.
//!
//! A preset is written as the spec would write it, so a new one is a new value here and nothing else. What depends on
//! other settings (the bus of a disk follows from `drivers`) is decided where those are read.

use std::sync::LazyLock;

use crate::spec::DomainFields;
use crate::spec::guest::{Drivers, Firmware, Os};
use crate::spec::sound::Sound;

/// The preset of an operating system.
#[must_use]
pub fn preset(os: Os) -> &'static DomainFields {
    match os {
        Os::Linux | Os::Nixos => &LINUX,
        Os::Freebsd => &FREEBSD,
        Os::Windows10 => &WINDOWS_10,
        Os::Windows11 => &WINDOWS_11,
        Os::WindowsServer2016 | Os::WindowsServer2019 | Os::WindowsServer2022 | Os::WindowsServer2025 => {
            &WINDOWS_SERVER
        }
        Os::None => &NONE,
    }
}

/// Any Linux of the last ten years has the `VirtIO` drivers in its kernel, and
/// [osinfo](https://gitlab.com/libosinfo/osinfo-db), which `virt-install` asks, lists them. `NixOS` is the same: its
/// [profile for guests](https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/profiles/qemu-guest.nix) loads those of
/// disks, interfaces, balloon, console and random numbers, and its installer takes a BIOS as it takes UEFI.
static LINUX: LazyLock<DomainFields> = LazyLock::new(|| DomainFields {
    drivers: Some(Drivers::Virtio),
    serial: Some(true),
    agent: Some(true),
    rng: Some(true),
    ..DomainFields::default()
});

/// FreeBSD has the [`VirtIO` drivers](https://man.freebsd.org/virtio/4) of disks and interfaces in its kernel and loads
/// those of [random numbers](https://man.freebsd.org/virtio_random/4) and of the channel by itself; the guest agent is in
/// its ports (`emulators/qemu-guest-agent`). Its [Handbook](https://docs.freebsd.org/en/books/handbook/serialcomms/) tells
/// how to switch the console on the serial port on. Its clock is in UTC, as its setup proposes
/// ([`adjkerntz`](https://man.freebsd.org/adjkerntz/8) is for the others).
static FREEBSD: LazyLock<DomainFields> = LazyLock::new(|| LINUX.clone());

/// What every Windows has: its setup sees no `VirtIO` disk without the virtio-win ISO
/// ([virtio-win](https://virtio-win.github.io/Knowledge-Base/)), so devices are emulated. The Hyper-V interface is
/// [what QEMU recommends](https://www.qemu.org/docs/master/system/i386/hyperv.html). UEFI is [what Windows Server
/// takes](https://learn.microsoft.com/windows-server/get-started/hardware-requirements) for Secure Boot and for more
/// than 2 TiB to start from; none of 2016 to 2025 needs a TPM.
static WINDOWS_SERVER: LazyLock<DomainFields> = LazyLock::new(|| DomainFields {
    drivers: Some(Drivers::Emulated),
    firmware: Some(Firmware::Uefi),
    agent: Some(true),
    ..DomainFields::default()
});

/// A client has a sound card, which [Windows 10](https://support.microsoft.com/windows/windows-10-system-requirements-6d4e9a79-66bf-7950-467c-795cf0386715)
/// does not need but its users do; `ich9` is what `virt-install` gives to a q35 machine.
static WINDOWS_10: LazyLock<DomainFields> =
    LazyLock::new(|| DomainFields { sound: Some(Sound::Ich9), ..WINDOWS_SERVER.clone() });

/// [Windows 11 needs](https://www.microsoft.com/windows/windows-11-specifications) a TPM 2.0 and UEFI that is capable of
/// Secure Boot, switched on or not; `uefi-secure` has it on.
static WINDOWS_11: LazyLock<DomainFields> = LazyLock::new(|| DomainFields { tpm: Some(true), ..WINDOWS_10.clone() });

/// As little as there can be, because nothing is known of the guest: no timers, no channel, no serial port. `VirtIO` disks
/// and interfaces are what a system made for domains has drivers for; `drivers` `emulated` is for others.
static NONE: LazyLock<DomainFields> =
    LazyLock::new(|| DomainFields { drivers: Some(Drivers::Virtio), agent: Some(false), ..DomainFields::default() });
