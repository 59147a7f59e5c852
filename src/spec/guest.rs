//! What a domain is as a whole, as written: the guest's system, the machine that it sees, and what starts it.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// A guest operating system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Os {
    /// A Linux distribution of the last ten years.
    #[default]
    Linux,
    /// NixOS: the same devices as `linux`, for which its [guest
    /// profile](https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/profiles/qemu-guest.nix) loads the drivers.
    Nixos,
    /// FreeBSD from 13 on, whose kernel has the [VirtIO drivers](https://man.freebsd.org/virtio/4) or loads them
    /// automatically.
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
    /// Any other system: as few devices and assumptions as possible.
    None,
}

impl Os {
    /// Whether it is a version of Windows.
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

impl Os {
    /// Whether it is a version of Windows Server.
    #[must_use]
    pub fn is_windows_server(self) -> bool {
        matches!(
            self,
            Self::WindowsServer2016 | Self::WindowsServer2019 | Self::WindowsServer2022 | Self::WindowsServer2025
        )
    }
}

/// Which kind of disk and network devices the guest sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Drivers {
    /// Emulated real hardware, for which every system has drivers: SATA disks, e1000e interfaces.
    Emulated,
    /// `VirtIO`: faster, but the guest needs its drivers.
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

/// How the guest's code is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Virtualization {
    /// By the host's processor, through KVM.
    Kvm,
    /// By QEMU's emulator, for other architectures and hosts without KVM.
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
    /// UEFI (edk2) with Secure Boot and the `secureBootKeys`, by default Microsoft's: only what Microsoft signed boots,
    /// such as Windows and most distributions. Only for `x86_64` on a q35 machine. A domain that had `uefi` before gets
    /// a new file of firmware variables, so it loses its boot entries and searches for its boot loader.
    UefiSecure,
}

/// A kind of boot device.
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

/// Additional arguments and environment variables for QEMU, which libvirt passes through
/// ([libvirt](https://libvirt.org/drvqemu.html#pass-through-of-arbitrary-qemu-commands)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Qemu {
    /// Command line arguments, one word each.
    #[schemars(example = ["-device", "edu"])]
    pub args: Option<Vec<String>>,
    /// Environment variables.
    pub env: Option<IndexMap<String, String>>,
}

words!(Os, Arch);
