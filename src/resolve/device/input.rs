//! Reads the keyboards and pointers of a domain, and gives it those that it has by default.

use crate::lab::device::input::Input;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::layers::{Layers, written};
use crate::resolve::{parse, text};
use crate::spec::guest::Arch;
use crate::spec::input as written;
use crate::spec::input::{InputBus, InputType};
use crate::spec::key::key;

/// The keyboards and pointers. Unless the spec says, a tablet, so that the pointer is where the user's is; a PC has a
/// keyboard of its own, the Arm board has none.
pub(crate) fn inputs(guest: &Guest<'_>, has_video: bool, problems: &mut Problems) -> Vec<Input> {
    let usb = |kind| Input::emulated(kind, InputBus::Usb);
    if guest.layers.get(key!(inputs)).is_none() {
        return match (has_video, guest.arch) {
            (false, _) => Vec::new(),
            (true, Arch::X86_64) => vec![usb(InputType::Tablet)],
            (true, Arch::Aarch64) => vec![usb(InputType::Tablet), usb(InputType::Keyboard)],
        };
    }
    let mut inputs: Vec<Input> = Vec::new();
    for layers in guest.layers.objects(key!(inputs)) {
        let Some(input) = input_of(&layers, guest.arch, problems) else { continue };
        let of_host = |input: &Input| input.device.as_ref().map(|device| device.value.clone());
        let first = inputs.iter().find(|other| of_host(other).is_some() && of_host(other) == of_host(&input));
        if let (Some(first), Some(second)) = (first.and_then(|first| first.device.as_ref()), &input.device) {
            let message = format!("two inputs use the device `{}` of the host", second.value);
            problems.push(
                Problem::new(Id::DuplicateDevice, second.place.clone(), message)
                    .second_of(&first.place)
                    .help("leave one of the two out"),
            );
        }
        inputs.push(input);
    }
    inputs
}

fn input_of(layers: &Layers<'_, written::Input>, arch: Arch, problems: &mut Problems) -> Option<Input> {
    let kind = *layers.get(key!(r#type))?.value;
    let bus = layers.get(key!(bus));
    let device = layers.get(key!(device));
    let is_of_host = match kind {
        InputType::Evdev | InputType::Passthrough => true,
        InputType::Tablet | InputType::Keyboard | InputType::Mouse => false,
    };
    if kind != InputType::Evdev {
        let what = "a device that host and guest do not use in turns";
        parse::only_for(written!(layers => grab, grab_toggle, repeat), what, "`evdev`", problems);
    }
    if !is_of_host {
        let (what, only) = ("a device that QEMU emulates", "`evdev` and `passthrough`");
        parse::only_for(written!(layers => device), what, only, problems);
    }
    if is_of_host && device.is_none() {
        problems.push(
            Problem::needs(layers.place(), "an input of the host, without its device", "a `device`")
                .help("add `\"device\": …`, a link in `/dev/input/by-id`"),
        );
    }
    let (buses, default): (&[InputBus], _) = match kind {
        InputType::Tablet => (&[InputBus::Usb, InputBus::Virtio], Some(InputBus::Usb)),
        InputType::Keyboard | InputType::Mouse => {
            (&[InputBus::Usb, InputBus::Virtio, InputBus::Ps2], Some(InputBus::Usb))
        }
        InputType::Evdev => (&[], None),
        InputType::Passthrough => (&[InputBus::Virtio], Some(InputBus::Virtio)),
    };
    if let Some(bus) = bus {
        let refused = if !buses.contains(bus.value) {
            Some(match kind {
                InputType::Evdev => "the guest sees an `evdev` device as QEMU's own keyboard and mouse",
                InputType::Passthrough => "only `virtio`",
                InputType::Tablet | InputType::Keyboard | InputType::Mouse => "only `usb` and `virtio`",
            })
        } else if *bus.value == InputBus::Ps2 && arch == Arch::Aarch64 {
            Some("only on a PC")
        } else {
            None
        };
        problems.extend(refused.map(|label| {
            Problem::conflict(bus.place(), "an input device on a bus that it does not support")
                .label(label)
                .help("leave `bus` out")
        }));
    }
    let device = device.filter(|_| is_of_host).and_then(|word| Some(word.with(text::file(word, problems)?)));
    Some(Input {
        at: Some(layers.pointer()),
        kind,
        bus: bus.map(|bus| *bus.value).or(default),
        device,
        grab: layers.value(key!(grab)),
        grab_toggle: layers.value(key!(grab_toggle)),
        repeat: layers.value(key!(repeat)),
    })
}
