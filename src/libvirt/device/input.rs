//! The definition of keyboards and pointers ([libvirt](https://libvirt.org/formatdomain.html#input-devices)).

use crate::lab::device::input::Input;
use crate::libvirt::tree::Tree;
use crate::spec::input::{GrabToggle, InputBus, InputGrab, InputType};

pub(super) fn input(input: &Input) -> Tree {
    let device = if input.kind == InputType::Passthrough { "evdev" } else { "dev" };
    let source = Tree::new()
        .with_some(device, input.device.as_ref().map(|device| device.value.clone()))
        .with_some("grab", input.grab.map(InputGrab::name))
        .with_some("grabToggle", input.grab_toggle.map(GrabToggle::name))
        .with_some("repeat", input.repeat);
    Tree::new()
        .with("type", input.kind.name())
        .with_some("bus", input.bus.map(InputBus::name))
        .with_some("source", source.unless_empty())
}
