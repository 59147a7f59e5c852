//! Devices of the host that a guest gets, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Extra;

/// A device of the host that is passed through to the guest: one of `pci`, `usb` and `mdev`
/// ([libvirt](https://libvirt.org/formatdomain.html#host-device-assignment)). A card with several functions needs one
/// entry for each function. If the guest's driver expects them in one slot, give them `guest` addresses that differ only
/// in the function.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostDevice {
    /// A PCI device by its address, as `lspci -D` prints it.
    #[schemars(example = &"0000:01:00.0")]
    pub pci: Option<String>,
    /// A USB device by vendor and product, as `lsusb` prints it.
    #[schemars(example = &"046d:c52b")]
    pub usb: Option<String>,
    /// The bus and device number, as `lsusb` prints them, to choose among several USB devices of one vendor and
    /// product. The device number changes when the device is plugged in again. For `usb`. Default: none, for the only
    /// such device.
    #[schemars(example = &"003:005")]
    pub usb_at: Option<String>,
    /// A mediated device, such as a vGPU, by its UUID. It has to exist when the domain starts.
    #[schemars(example = &"c2177883-f1bb-47f0-914d-32a22e3a8804")]
    pub mdev: Option<String>,
    /// Its PCI address in the guest, as `lspci -D` prints it there; the PCI domain is `0000`. On a PCI Express machine
    /// (q35, virt) a bus has one slot, `00`, and interfaces have the buses from 1 on; each bus after theirs is free, as
    /// libvirt gives other devices what is left. On other machines slots start at `01`. A slot with more than one
    /// function becomes a multifunction device. For `pci` and `mdev`. Default: libvirt assigns a free one, which may
    /// change when other devices are added or removed.
    #[schemars(example = &"0000:20:00.0")]
    pub guest: Option<String>,
    /// Whether libvirt detaches it from the host's driver when the domain starts and reattaches it when the domain
    /// stops. With `false`, the host itself has to bind it to `vfio-pci`. For `pci`. Default: `true`.
    pub managed: Option<bool>,
    /// The absolute path of a ROM file to use instead of the card's ROM. For `pci`. Default: none.
    #[schemars(example = &"/srv/roms/gpu.rom")]
    pub rom: Option<String>,
    /// Whether the guest sees its ROM. For `pci`. Default: QEMU's, `true`.
    pub rom_bar: Option<bool>,
    /// Its position in the boot order of the devices that have a `boot`: 1 is first. For `pci` and `usb`. Default:
    /// none; see the domain's `boot`.
    #[schemars(range(min = 1), example = 3)]
    pub boot: Option<u32>,
    /// Whether the domain also starts when it is not plugged in. For `usb`. Default: `false`.
    pub optional: Option<bool>,
    /// Whether the display shows its output. Needs `graphics`. For `mdev`. Default: `false`.
    pub display: Option<bool>,
    /// Whether it also shows the output of the firmware and the boot loader, through a frame buffer in memory (ramfb).
    /// For one `mdev` of a domain, with `display`. Default: `false`.
    pub ramfb: Option<bool>,
    /// Anything that has no key of its own: libvirt's elements and attributes inside this `hostdev` element, as in the
    /// domain's `extra`.
    pub extra: Option<Extra>,
}
