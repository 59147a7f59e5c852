//! Keyboards and pointers of a domain as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// A keyboard or pointing device, emulated or one of the host's
/// ([libvirt](https://libvirt.org/formatdomain.html#input-devices)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// The kind of device.
    #[schemars(required)]
    pub r#type: Option<InputType>,
    /// The bus. Not for `evdev`; for `passthrough` only `virtio`. Default: `usb`; for `passthrough` `virtio`.
    pub bus: Option<InputBus>,
    /// The device of the host. Required for `evdev` and `passthrough`, and only there.
    #[schemars(example = &"/dev/input/by-id/usb-Logitech_K120-event-kbd")]
    pub device: Option<String>,
    /// Which `evdev` devices switch between host and guest together with this one. For `evdev`. Default: only this one.
    pub grab: Option<InputGrab>,
    /// The keys that switch the device between host and guest. For `evdev`. Default: both control keys.
    pub grab_toggle: Option<GrabToggle>,
    /// Whether a held key repeats. For `evdev`. Default: `false`.
    pub repeat: Option<bool>,
}

/// The kind of an input device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InputType {
    /// A pointing device with absolute coordinates, so that the pointer follows that of the viewer.
    Tablet,
    /// A keyboard.
    Keyboard,
    /// A pointing device with relative movements.
    Mouse,
    /// A device of the host that host and guest use in turns.
    Evdev,
    /// A device of the host that only the guest has while it runs.
    Passthrough,
}

/// The bus of an input device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InputBus {
    /// USB.
    Usb,
    /// `VirtIO`.
    Virtio,
    /// PS/2, on which every PC has a keyboard and a mouse. Not for a tablet.
    Ps2,
}

/// Which devices switch together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InputGrab {
    /// All `evdev` devices of the domain.
    All,
}

/// Keys that switch devices between host and guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GrabToggle {
    /// Both control keys.
    CtrlCtrl,
    /// Both alt keys.
    AltAlt,
    /// Both shift keys.
    ShiftShift,
    /// Both meta keys.
    MetaMeta,
    /// Scroll lock.
    Scrolllock,
    /// Control and scroll lock.
    CtrlScrolllock,
}

words!(InputType, InputBus, InputGrab, GrabToggle);
