//! The definition of keyboards and pointers ([libvirt](https://libvirt.org/formatdomain.html#input-devices)).

use crate::lab::device::input::Input;
use crate::libvirt::tree::Tree;
use crate::spec::input::{GrabToggle, InputBus, InputGrab, InputType};

/// An input device.
pub(super) fn input(input: &Input) -> Tree {
    let (kind, device) = match input.kind {
        InputType::Tablet => ("tablet", "dev"),
        InputType::Keyboard => ("keyboard", "dev"),
        InputType::Mouse => ("mouse", "dev"),
        InputType::Evdev => ("evdev", "dev"),
        InputType::Passthrough => ("passthrough", "evdev"),
    };
    let bus = input.bus.map(|bus| match bus {
        InputBus::Usb => "usb",
        InputBus::Virtio => "virtio",
        InputBus::Ps2 => "ps2",
    });
    let grab = input.grab.map(|grab| match grab {
        InputGrab::All => "all",
    });
    let grab_toggle = input.grab_toggle.map(|toggle| match toggle {
        GrabToggle::CtrlCtrl => "ctrl-ctrl",
        GrabToggle::AltAlt => "alt-alt",
        GrabToggle::ShiftShift => "shift-shift",
        GrabToggle::MetaMeta => "meta-meta",
        GrabToggle::Scrolllock => "scrolllock",
        GrabToggle::CtrlScrolllock => "ctrl-scrolllock",
    });
    let source = Tree::new()
        .with_some(device, input.device.as_ref().map(|device| device.value.clone()))
        .with_some("grab", grab)
        .with_some("grabToggle", grab_toggle)
        .with_some("repeat", input.repeat);
    Tree::new().with("type", kind).with_some("bus", bus).with_some("source", (!source.is_empty()).then_some(source))
}
