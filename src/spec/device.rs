//! The other devices of a domain as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A video device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Video {
    /// `VirtIO` GPU, without 3D.
    Virtio,
    /// Plain VGA, which every system can show itself on.
    Vga,
    /// QXL, for SPICE.
    Qxl,
    /// Cirrus, for systems of the last century.
    Cirrus,
    /// Bochs display, for UEFI guests.
    Bochs,
    /// A frame buffer in memory, for firmware without a graphics driver.
    Ramfb,
    /// No screen.
    None,
}

/// A sound device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sound {
    /// Intel HD Audio of the ICH9.
    Ich9,
    /// Intel HD Audio of the ICH6.
    Ich6,
    /// AC97.
    Ac97,
    /// USB audio.
    Usb,
    /// `VirtIO` sound.
    Virtio,
    /// No sound.
    None,
}

/// A watchdog device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Watchdog {
    /// Intel 6300ESB, a PCI device.
    I6300esb,
    /// The one that is part of the q35 machine.
    Itco,
    /// No watchdog.
    None,
}

/// The screen's server.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Graphics {
    /// The protocol. Default: `spice`.
    pub r#type: Option<GraphicsType>,
    /// The address that the server listens on. Default: `127.0.0.1`.
    #[schemars(example = &"127.0.0.1")]
    pub listen: Option<String>,
    /// The port, which no other domain of the lab may listen on at the same address. With `replicas` it counts up. Not with
    /// `gl`. Default: libvirt takes a free one.
    #[schemars(range(min = 1, max = 65535), example = 5901)]
    pub port: Option<u16>,
    /// Whether the host's GPU draws (local SPICE clients only). Default: `false`.
    pub gl: Option<bool>,
}

/// A screen protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GraphicsType {
    /// SPICE.
    Spice,
    /// VNC.
    Vnc,
    /// No server.
    None,
}

/// A directory of the host that the guest can mount by its tag: `mount -t virtiofs <tag> /mnt`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Share {
    /// The directory of the host, absolute.
    #[schemars(required, example = &"/srv/scripts")]
    pub source: Option<String>,
    /// The name that the guest mounts it by, at most 36 bytes.
    #[schemars(required, example = &"scripts")]
    pub tag: Option<String>,
}

/// A device of the host that is handed to the guest: one of `pci` and `usb`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostDevice {
    /// A PCI device by its address, as `lspci -D` prints it.
    #[schemars(example = &"0000:01:00.0")]
    pub pci: Option<String>,
    /// A USB device by vendor and product, as `lsusb` prints it.
    #[schemars(example = &"046d:c52b")]
    pub usb: Option<String>,
}
