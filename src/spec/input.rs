//! Keyboards and pointers of a domain as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// A keyboard, a pointer, or one of the host ([libvirt](https://libvirt.org/formatdomain.html#input-devices)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// What it is.
    #[schemars(required)]
    pub r#type: Option<InputType>,
    /// What it is plugged into. Not for `evdev`; `passthrough` takes `virtio` only. Default: `usb`, for `passthrough`
    /// `virtio`.
    pub bus: Option<InputBus>,
    /// The device of the host. Required for `evdev` and `passthrough`, and only there.
    #[schemars(example = &"/dev/input/by-id/usb-Logitech_K120-event-kbd")]
    pub device: Option<String>,
    /// Whether the other `evdev` devices come along when this one changes sides. For `evdev`. Default: only itself.
    pub grab: Option<InputGrab>,
    /// The keys that give the device to the guest and take it back. For `evdev`. Default: both control keys.
    pub grab_toggle: Option<GrabToggle>,
    /// Whether a key that is held repeats. For `evdev`. Default: `false`.
    pub repeat: Option<bool>,
}

/// What an input device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InputType {
    /// A pointer that is where the user's is.
    Tablet,
    /// A keyboard.
    Keyboard,
    /// A pointer that is moved.
    Mouse,
    /// One of the host, which the guest and the host have in turns.
    Evdev,
    /// One of the host, which only the guest has while it runs.
    Passthrough,
}

/// What an input device is plugged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InputBus {
    /// USB.
    Usb,
    /// `VirtIO`.
    Virtio,
    /// PS/2, which every PC has a keyboard and a mouse on. Not for a tablet.
    Ps2,
}

/// Which devices change sides together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InputGrab {
    /// All `evdev` devices of the domain.
    All,
}

/// Keys that change sides.
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
