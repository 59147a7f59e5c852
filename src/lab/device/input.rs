//! A keyboard or pointer of a domain.

use crate::lab::placed::Placed;
use crate::place::Pointer;
use crate::spec::input::{GrabToggle, InputBus, InputGrab, InputType};

/// A keyboard, a pointer, or one of the host.
#[derive(Debug)]
pub struct Input {
    /// Where it is written; nothing for one that is there by default.
    pub at: Option<Pointer>,
    pub kind: InputType,
    /// What it is plugged into; nothing for [`InputType::Evdev`].
    pub bus: Option<InputBus>,
    /// The device of the host, and where it is written, for [`InputType::Evdev`] and [`InputType::Passthrough`].
    pub device: Option<Placed<String>>,
    /// Which devices change sides together, if it is not this one alone.
    pub grab: Option<InputGrab>,
    /// The keys that change sides.
    pub grab_toggle: Option<GrabToggle>,
    /// Whether a key that is held repeats, where the spec says.
    pub repeat: Option<bool>,
}

impl Input {
    /// One that QEMU makes.
    pub(crate) fn emulated(kind: InputType, bus: InputBus) -> Self {
        Self { at: None, kind, bus: Some(bus), device: None, grab: None, grab_toggle: None, repeat: None }
    }
}
