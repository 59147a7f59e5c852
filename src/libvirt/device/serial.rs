//! The definition of serial ports and channels
//! ([libvirt](https://libvirt.org/formatdomain.html#consoles-serial-parallel-channel-devices)).

use crate::lab::device::serial::{Channel, GUEST_AGENT, SPICE_AGENT, Serial};
use crate::lab::domain::Domain;
use crate::libvirt::tree::Tree;
use crate::spec::guest::Arch;
use crate::spec::screen::GraphicsType;
use crate::spec::serial::ChannelType;

/// The serial ports: that of the console, and the others after it.
pub(super) fn serials(domain: &Domain) -> Vec<Tree> {
    let target = |port: u32| {
        let kind = match (domain.arch, port) {
            (Arch::X86_64, _) => "isa-serial",
            (Arch::Aarch64, 0) => "system-serial",
            // The board has one of its own.
            (Arch::Aarch64, _) => "pci-serial",
        };
        Tree::new().with("type", kind).with("port", port)
    };
    let console = domain.serial.then(|| Tree::new().with("type", "pty").with("target", target(0)));
    let others = domain.serials.iter().zip(u32::from(domain.serial)..);
    console.into_iter().chain(others.map(|(serial, port)| self::serial(serial).with("target", target(port)))).collect()
}

/// The console, which is the first serial port.
pub(super) fn console(domain: &Domain) -> Option<Tree> {
    domain
        .serial
        .then(|| Tree::new().with("type", "pty").with("target", Tree::new().with("type", "serial").with("port", 0_u32)))
}

/// Where a serial port leads.
fn serial(serial: &Serial) -> Tree {
    let mode = |listen: bool| Tree::new().with("mode", if listen { "bind" } else { "connect" });
    match serial {
        Serial::Pty => Tree::new().with("type", "pty"),
        Serial::File(path) => source("file", Tree::new().with("path", path.value.clone())),
        Serial::Tcp { address, listen, protocol } => {
            let at = mode(*listen)
                .with("host", address.value.ip().to_string())
                .with("service", address.value.port().to_string());
            source("tcp", at).with("protocol", Tree::new().with("type", protocol.name()))
        }
        Serial::Unix { path, listen } => source("unix", mode(*listen).with("path", path.value.clone())),
    }
}

fn source(kind: &'static str, source: Tree) -> Tree {
    Tree::new().with("type", kind).with_each("source", [source])
}

/// The channel of the SPICE agent (clipboard, screen size), that of the QEMU guest agent, and the others.
pub(super) fn channels(domain: &Domain) -> Vec<Tree> {
    let channel = |kind: &'static str, name: &'static str| {
        Tree::new().with("type", kind).with("target", Tree::new().with("type", "virtio").with("name", name))
    };
    let spice = domain.screen.has(GraphicsType::Spice).then(|| channel("spicevmc", SPICE_AGENT));
    let agent = domain.agent.then(|| channel("unix", GUEST_AGENT));
    spice.into_iter().chain(agent).chain(domain.channels.iter().map(further_channel)).collect()
}

fn further_channel(channel: &Channel) -> Tree {
    let target = Tree::new().with("type", "virtio").with("name", channel.name.clone());
    match channel.kind {
        ChannelType::Unix => Tree::new().with("type", "unix"),
        ChannelType::Spiceport => source("spiceport", Tree::new().with("channel", channel.name.clone())),
    }
    .with("target", target)
}
