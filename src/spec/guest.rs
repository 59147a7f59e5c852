//! What a domain is as a whole, as written: the guest's system, the machine that it sees, and what starts it.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// A guest operating system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Os {
    /// A Linux of the last ten years.
    #[default]
    Linux,
    /// NixOS: as `linux`, which has what its
    /// [profile for guests](https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/profiles/qemu-guest.nix) loads drivers
    /// for.
    Nixos,
    /// FreeBSD from 13 on, which has the [VirtIO drivers](https://man.freebsd.org/virtio/4) in its kernel or loads them by
    /// itself.
    Freebsd,
    /// Windows 10.
    #[serde(rename = "windows-10")]
    Windows10,
    /// Windows 11: with UEFI and a TPM.
    #[serde(rename = "windows-11")]
    Windows11,
    /// Windows Server 2016.
    #[serde(rename = "windows-server-2016")]
    WindowsServer2016,
    /// Windows Server 2019.
    #[serde(rename = "windows-server-2019")]
    WindowsServer2019,
    /// Windows Server 2022.
    #[serde(rename = "windows-server-2022")]
    WindowsServer2022,
    /// Windows Server 2025.
    #[serde(rename = "windows-server-2025")]
    WindowsServer2025,
    /// Any other: as few devices and assumptions as possible.
    None,
}

impl Os {
    /// Whether it is a Windows.
    #[must_use]
    pub fn is_windows(self) -> bool {
        match self {
            Self::Linux | Self::Nixos | Self::Freebsd | Self::None => false,
            Self::Windows10
            | Self::Windows11
            | Self::WindowsServer2016
            | Self::WindowsServer2019
            | Self::WindowsServer2022
            | Self::WindowsServer2025 => true,
        }
    }
}

/// Which kind of disk and network devices the guest sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Drivers {
    /// Copies of real hardware, which every system has drivers for: SATA disks, e1000e interfaces.
    Emulated,
    /// `VirtIO`: faster, and needs drivers in the guest.
    Virtio,
}

/// A processor architecture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Arch {
    /// 64-bit PC.
    #[default]
    #[serde(rename = "x86_64")]
    X86_64,
    /// 64-bit Arm.
    Aarch64,
}

/// Who runs the guest's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Virtualization {
    /// The host's processor, through KVM.
    Kvm,
    /// QEMU's emulation, for other architectures and hosts without KVM.
    Emulated,
}

/// A firmware.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Firmware {
    /// The PC BIOS (`SeaBIOS`). Not for aarch64.
    Bios,
    /// UEFI (edk2), without Secure Boot.
    Uefi,
    /// UEFI (edk2) with Secure Boot and the `secureBootKeys`, which are Microsoft's unless said otherwise: only what they
    /// signed boots, as Windows and most distributions are. Only for `x86_64` on a q35 machine. A domain that had `uefi` before gets a new file of variables, so it looks
    /// for its boot loader anew.
    UefiSecure,
}

/// A kind of device to boot from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BootDevice {
    /// The first optical drive.
    Cdrom,
    /// The first disk.
    Hd,
    /// The first interface.
    Network,
    /// The first floppy drive.
    Floppy,
}

/// What QEMU is told beside what libvirt tells it ([libvirt](https://libvirt.org/drvqemu.html#pass-through-of-arbitrary-qemu-commands)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Qemu {
    /// Arguments, one word each.
    #[schemars(example = ["-device", "edu"])]
    pub args: Option<Vec<String>>,
    /// Environment variables.
    pub env: Option<IndexMap<String, String>>,
}

words!(Os, Arch);
