//! Reads the serial ports and channels of a domain; the numbers and names of both are limited.

use std::net::SocketAddr;

use crate::lab::device::screen::Screen;
use crate::lab::device::serial::{Channel, GUEST_AGENT, SPICE_AGENT, Serial};
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::device::screen;
use crate::resolve::guest::Guest;
use crate::resolve::instance::Instance;
use crate::resolve::interface::forward;
use crate::resolve::layers::{Layers, written};
use crate::resolve::{parse, text};
use crate::spec::guest::Arch;
use crate::spec::key::key;
use crate::spec::screen::GraphicsType;
use crate::spec::serial::ChannelType;
use crate::spec::{DomainFields, serial as written};

/// The longest name of a channel, in bytes. libvirt's socket for it is `/run/libvirt/qemu/channel/<number>-<domain>/<name>`,
/// with 20 bytes of the domain's name, and has to fit into 107 bytes.
const CHANNEL_MAX: usize = 50;

/// How many serial ports a PC has.
const PORTS_OF_A_PC: usize = 4;

/// Reads the serial ports after the console.
pub(crate) fn serials(guest: &Guest<'_>, console: bool, problems: &mut Problems) -> Vec<Serial> {
    let Some(list) = guest.layers.get(key!(further_serials)) else {
        return Vec::new();
    };
    let room = PORTS_OF_A_PC - usize::from(console);
    if guest.arch == Arch::X86_64 && list.value.len() > room {
        let message = format!("{} serial ports, but a PC has room for {room}", list.value.len());
        problems.push(
            Problem::new(Id::OutOfRange, list.place(), message)
                .label(if console { "the console of `serial` is the first of four" } else { "a PC has four" })
                .help("leave some out, or use `furtherChannels`"),
        );
    }
    let ports = guest.layers.objects(key!(further_serials));
    ports.filter_map(|layers| serial(&layers, guest.instance, problems)).collect()
}

fn serial(layers: &Layers<'_, written::Serial>, instance: &Instance<'_>, problems: &mut Problems) -> Option<Serial> {
    let pty = layers.get(key!(pty));
    let file = layers.get(key!(file));
    let tcp = layers.get(key!(tcp));
    let unix = layers.get(key!(unix));
    let kinds = written!(layers => pty, file, tcp, unix);
    parse::one_of(&kinds, "a serial port", &layers.pointer(), problems)?;
    problems.extend(pty.and_then(parse::only_true));
    if tcp.is_none() && unix.is_none() {
        let what = "a port that has no socket";
        parse::only_for(written!(layers => listen), what, "`tcp` and `unix`", problems);
    }
    if tcp.is_none() {
        parse::only_for(written!(layers => protocol), "a port that is not on TCP", "`tcp`", problems);
    }
    let listen = layers.value(key!(listen)).unwrap_or(false);
    if let Some(word) = file {
        return Some(Serial::File(word.with(text::file(word, problems)?)));
    }
    if let Some(word) = unix {
        return Some(Serial::Unix { path: word.with(text::socket(word, problems)?), listen });
    }
    let Some(word) = tcp else {
        return Some(Serial::Pty);
    };
    let address = word.value.parse::<SocketAddr>().ok().filter(|address| address.port() != 0);
    let Some(mut address) = address else {
        let message = format!("`{}` is not an IP address and a port", text::shortened(word.value));
        problems.push(
            Problem::of_value(Id::BadAddress, word.place(), message)
                .label("needs an address, `:` and a port")
                .help("write it like `\"127.0.0.1:4555\"` or `\"[::1]:4555\"`"),
        );
        return None;
    };
    address.set_port(forward::plus(address.port(), instance.replica, &word.pointer(), problems)?);
    let protocol = layers.value(key!(protocol)).unwrap_or_default();
    Some(Serial::Tcp { address: word.with(address), listen, protocol })
}

/// Reads the channels beside those of the agents.
pub(crate) fn channels(layers: &Layers<'_, DomainFields>, screen: &Screen, problems: &mut Problems) -> Vec<Channel> {
    let mut channels: Vec<Channel> = Vec::new();
    let mut names: Vec<(String, Place)> = Vec::new();
    for layers in layers.objects(key!(further_channels)) {
        let kind = layers.get(key!(r#type));
        if let Some(kind) = kind.filter(|kind| *kind.value == ChannelType::Spiceport) {
            screen::check_spice(&kind.pointer(), "a channel", screen, problems);
        }
        let Some(word) = layers.get(key!(name)) else { continue };
        if !parse::name(word.value, word.place(), problems) {
            continue;
        }
        let name = word.value.clone();
        if name.len() > CHANNEL_MAX {
            let message = format!("a channel name of {} bytes, longer than the limit of {CHANNEL_MAX}", name.len());
            problems.push(
                Problem::of_value(Id::TextTooLong, word.place(), message)
                    .label("too long")
                    .help("choose a shorter one"),
            );
        }
        let agent = match name.as_str() {
            GUEST_AGENT => Some("`agent` adds the channel of the QEMU guest agent"),
            SPICE_AGENT if screen.has(GraphicsType::Spice) => Some("`graphics` adds the channel of the SPICE agent"),
            _ => None,
        };
        if let Some(label) = agent {
            problems.push(
                Problem::conflict(word.place(), "an additional channel for an agent").label(label).help("leave it out"),
            );
        } else if name == SPICE_AGENT {
            problems.push(
                Problem::conflict(word.place(), "the channel of the SPICE agent without a SPICE display")
                    .label("nothing uses it")
                    .help(
                        "give `graphics` type `spice`, which adds the channel; for the clipboard over VNC, add a channel of type `qemu-vdagent` with `extra`",
                    ),
            );
        }
        if let Some((_, first)) = names.iter().find(|(other, _)| *other == name) {
            problems.push(
                Problem::of_value(Id::DuplicateName, word.place(), format!("two channels are named `{name}`"))
                    .second_of(first)
                    .help("give each channel a name of its own"),
            );
        }
        names.push((name.clone(), word.place()));
        channels.push(Channel { name, kind: kind.map(|kind| *kind.value).unwrap_or_default() });
    }
    channels
}
