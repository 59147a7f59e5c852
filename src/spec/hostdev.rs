//! Devices of the host that a guest gets, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Extra;

/// A device of the host that is handed to the guest: one of `pci`, `usb` and `mdev`
/// ([libvirt](https://libvirt.org/formatdomain.html#host-device-assignment)). A card of several functions is one entry for
/// each, with `guest` addresses that differ in the function only.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostDevice {
    /// A PCI device by its address, as `lspci -D` prints it.
    #[schemars(example = &"0000:01:00.0")]
    pub pci: Option<String>,
    /// A USB device by vendor and product, as `lsusb` prints it.
    #[schemars(example = &"046d:c52b")]
    pub usb: Option<String>,
    /// Which one, of several USB devices of one vendor and product: the numbers of its bus and its device, as `lsusb` prints
    /// them. The second changes when the device is plugged in again. For `usb`. Default: there is only one.
    #[schemars(example = &"003:005")]
    pub usb_at: Option<String>,
    /// A mediated device, such as a share of a GPU, by its UUID. It has to be there when the domain starts.
    #[schemars(example = &"c2177883-f1bb-47f0-914d-32a22e3a8804")]
    pub mdev: Option<String>,
    /// Its address in the guest, as `lspci -D` prints it there; the domain is `0000`. On a PCI Express machine (q35, virt) a
    /// bus has one slot, `00`, and interfaces have the buses from 1 on; on others slots start at `01`. A slot whose
    /// function 0 is not the only one becomes a multifunction device. For `pci` and `mdev`. Default: libvirt takes a free
    /// one, which may move with other devices.
    #[schemars(example = &"0000:20:00.0")]
    pub guest: Option<String>,
    /// Whether libvirt takes it from the host's driver at start and gives it back at the end; else it stays with `vfio-pci`,
    /// which the host has to give it to. For `pci`. Default: `true`.
    pub managed: Option<bool>,
    /// A file that its ROM is read from instead of from the card, absolute. For `pci`. Default: none.
    #[schemars(example = &"/srv/roms/gpu.rom")]
    pub rom: Option<String>,
    /// Whether the guest sees its ROM. For `pci`. Default: QEMU's, `true`.
    pub rom_bar: Option<bool>,
    /// When the firmware tries to boot from it, among the devices with a `boot`: 1 is first. For `pci` and `usb`. Default: not
    /// by itself; see the domain's `boot`.
    #[schemars(range(min = 1), example = 3)]
    pub boot: Option<u32>,
    /// Whether the domain starts without it when it is not plugged in. For `usb`. Default: `false`.
    pub optional: Option<bool>,
    /// Whether the screen shows what it draws, which takes `graphics`. For `mdev`. Default: `false`.
    pub display: Option<bool>,
    /// Whether it shows what the firmware and the boot loader draw too, through a frame buffer in memory. For one `mdev`
    /// of a domain, with `display`. Default: `false`.
    pub ramfb: Option<bool>,
    /// What the language has no key for, of this device: libvirt's elements and attributes inside of `hostdev`, as in the `extra` of
    /// the domain.
    pub extra: Option<Extra>,
}
