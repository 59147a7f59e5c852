//! The keys of all devices but drives and interfaces.

use serde_json::Value as Json;

use crate::keys::read::{Keys, fact, is, number, pci_address, word};
use crate::lab::device::serial::{GUEST_AGENT, SPICE_AGENT};
use crate::libvirt::tree::{Tree, Value};

/// Reads the devices. `unsaid` takes those that no key can say.
pub(super) fn devices(definition: &Tree, keys: &mut Keys, unsaid: &mut impl FnMut(&str, &Tree)) {
    screen(definition, keys, unsaid);
    sound(definition, keys, unsaid);
    inputs(definition, keys, unsaid);
    serials(definition, keys, unsaid);
    channels(definition, keys, unsaid);
    shares(definition, keys, unsaid);
    host_devices(definition, keys, unsaid);
    shared_memory(definition, keys, unsaid);
    let first = |name: &str| definition.elements(&format!("devices.{name}")).next();
    let model_of = |name: &str| first(name).and_then(|device| word(device, "model"));
    let tpm = first("tpm").filter(|tpm| is(tpm, "backend.type", "emulator"));
    keys.set("tpm", Some(tpm.is_some()));
    keys.set("rng", Some(first("rng").is_some_and(|rng| is(rng, "backend.model", "random"))));
    keys.set("balloon", Some(!is(definition, "devices.memballoon.model", "none")));
    keys.set("watchdog", Some(model_of("watchdog").unwrap_or_else(none)));
    keys.set("watchdogAction", first("watchdog").and_then(|device| word(device, "action")));
    keys.set("panic", Some(model_of("panic").unwrap_or_else(none)));
    keys.set("crypto", Some(first("crypto").is_some()));
    if let Some(Value::Set(vsock)) = definition.find("devices.vsock") {
        let mut cid = Keys::default();
        if vsock.find("cid.auto") != Some(&Value::Bool(true)) {
            cid.read(vsock, &[("cid", "cid.address")]);
        }
        keys.set("vsock", Some(cid));
    }
    let redirections = definition.elements("devices.redirdev");
    let spice = redirections.filter(|device| is(device, "type", "spicevmc") && is(device, "bus", "usb")).count();
    keys.set("usbRedirections", Some(spice));
}

fn none() -> String {
    "none".to_owned()
}

fn screen(definition: &Tree, keys: &mut Keys, unsaid: &mut impl FnMut(&str, &Tree)) {
    let mut servers = Vec::new();
    for server in definition.elements("devices.graphics") {
        let kind = word(server, "type").unwrap_or_default();
        if !matches!(kind.as_str(), "spice" | "vnc" | "egl-headless") {
            unsaid("graphics", server);
            continue;
        }
        let mut graphics = Keys::of(
            server,
            &[
                ("type", "type"),
                ("websocket", "websocket"),
                ("keymap", "keymap"),
                ("gl", "gl.enable"),
                ("renderNode", "gl.rendernode"),
            ],
        );
        if server.get("autoport") == Some(&Value::Bool(false)) {
            graphics.set("port", number(server, "port").filter(|port| *port > 0));
        }
        let listen = server.elements("listen").next();
        graphics.set(
            "listen",
            match listen.and_then(|listen| word(listen, "type")).as_deref() {
                Some("none") => Some(none()),
                _ => listen.and_then(|listen| word(listen, "address")),
            },
        );
        servers.push(graphics);
    }
    let mut servers = servers.into_iter();
    match servers.next() {
        Some(first) => keys.object("graphics", first),
        None => keys.object("graphics", Keys::of(&Tree::new().with("type", "none"), &[("type", "type")])),
    }
    keys.list("furtherGraphics", servers);
    let mut videos = definition.elements("devices.video");
    let first = videos.next();
    keys.set("video", Some(first.and_then(|video| word(video, "model.type")).unwrap_or_else(none)));
    keys.set("videoHeads", first.and_then(|video| number(video, "model.heads")).filter(|heads| *heads > 1));
    keys.set("accel3d", first.and_then(|video| video.find("model.acceleration.accel3d")).and_then(fact));
    videos.for_each(|video| unsaid("video", video));
}

fn sound(definition: &Tree, keys: &mut Keys, unsaid: &mut impl FnMut(&str, &Tree)) {
    let mut cards = definition.elements("devices.sound");
    keys.set("sound", Some(cards.next().and_then(|card| word(card, "model")).unwrap_or_else(none)));
    cards.for_each(|card| unsaid("sound", card));
    let mut servers = definition.elements("devices.audio");
    if let Some(server) = servers.next() {
        let mut audio = Keys::of(
            server,
            &[
                ("type", "type"),
                ("server", "serverName"),
                ("runtimeDir", "runtimeDir"),
                ("path", "path"),
                ("device", "output.dev"),
            ],
        );
        if is(server, "type", "jack") {
            audio.set("server", word(server, "output.serverName"));
        }
        keys.object("audio", audio);
    }
    servers.for_each(|server| unsaid("audio", server));
}

fn inputs(definition: &Tree, keys: &mut Keys, unsaid: &mut impl FnMut(&str, &Tree)) {
    let mut inputs: Vec<Json> = Vec::new();
    for device in definition.elements("devices.input") {
        let kind = word(device, "type").unwrap_or_default();
        if !matches!(kind.as_str(), "tablet" | "keyboard" | "mouse" | "evdev" | "passthrough") {
            unsaid("input", device);
            continue;
        }
        let mut input = Keys::of(
            device,
            &[
                ("type", "type"),
                ("bus", "bus"),
                ("grab", "source.grab"),
                ("grabToggle", "source.grabToggle"),
                ("repeat", "source.repeat"),
            ],
        );
        input.set("device", word(device, "source.dev").or_else(|| word(device, "source.evdev")));
        inputs.push(input.into());
    }
    keys.set("inputs", Some(inputs));
}

fn serials(definition: &Tree, keys: &mut Keys, unsaid: &mut impl FnMut(&str, &Tree)) {
    let mut ports = definition.elements("devices.serial").peekable();
    let has_console = definition.elements("devices.console").next().is_some();
    let is_console = has_console && ports.peek().is_some_and(|first| is(first, "type", "pty"));
    keys.set("serial", Some(is_console));
    let mut further = Vec::new();
    for port in ports.skip(usize::from(is_console)) {
        let mut serial = Keys::default();
        let source = port.elements("source").next();
        let listen = source.map(|source| is(source, "mode", "bind"));
        match word(port, "type").as_deref() {
            Some("pty") => serial.set("pty", Some(true)),
            Some("file") => serial.set("file", source.and_then(|source| word(source, "path"))),
            Some("unix") => {
                serial.set("unix", source.and_then(|source| word(source, "path")));
                serial.set("listen", listen);
            }
            Some("tcp") => {
                let address = source.and_then(|source| {
                    let (host, service) = (word(source, "host")?, word(source, "service")?);
                    Some(if host.contains(':') { format!("[{host}]:{service}") } else { format!("{host}:{service}") })
                });
                serial.set("tcp", address);
                serial.set("listen", listen);
                serial.set("protocol", word(port, "protocol.type"));
            }
            _ => {
                unsaid("serial", port);
                continue;
            }
        }
        further.push(serial);
    }
    keys.list("furtherSerials", further);
}

fn channels(definition: &Tree, keys: &mut Keys, unsaid: &mut impl FnMut(&str, &Tree)) {
    let mut agent = false;
    let mut further = Vec::new();
    for device in definition.elements("devices.channel") {
        let name = word(device, "target.name").unwrap_or_default();
        let is_virtio = is(device, "target.type", "virtio");
        match word(device, "type").as_deref() {
            // The language has it wherever there is SPICE.
            Some("spicevmc") if is_virtio && name == SPICE_AGENT => {}
            Some("unix") if is_virtio && name == GUEST_AGENT => agent = true,
            Some("unix" | "spiceport") if is_virtio => {
                further.push(Keys::of(device, &[("name", "target.name"), ("type", "type")]));
            }
            _ => unsaid("channel", device),
        }
    }
    keys.set("agent", Some(agent));
    keys.list("furtherChannels", further);
}

fn shares(definition: &Tree, keys: &mut Keys, unsaid: &mut impl FnMut(&str, &Tree)) {
    let mut shares = Vec::new();
    for device in definition.elements("devices.filesystem") {
        let driver = word(device, "driver.type").unwrap_or_else(|| "path".to_owned());
        let mut share = Keys::of(device, &[("source", "source.dir"), ("tag", "target.dir")]);
        if !is(device, "type", "mount") || share.get("source").is_none() {
            unsaid("filesystem", device);
            continue;
        }
        match driver.as_str() {
            "virtiofs" => {
                share.set("driver", Some("virtiofs"));
                share.read(
                    device,
                    &[("cache", "binary.cache.mode"), ("xattr", "binary.xattr"), ("queueSize", "driver.queue")],
                );
            }
            "path" => {
                share.set("driver", Some("9p"));
                share.read(device, &[("accessMode", "accessmode")]);
            }
            _ => {
                unsaid("filesystem", device);
                continue;
            }
        }
        share.set("readonly", Some(device.get("readonly").is_some()));
        shares.push(share);
    }
    keys.list("shares", shares);
}

fn host_devices(definition: &Tree, keys: &mut Keys, unsaid: &mut impl FnMut(&str, &Tree)) {
    let mut devices = Vec::new();
    for device in definition.elements("devices.hostdev") {
        let mut keys = Keys::of(device, &[("boot", "boot.order")]);
        match word(device, "type").as_deref() {
            Some("pci") => {
                keys.set("pci", pci_address(device, "source.address"));
                keys.read(device, &[("managed", "managed"), ("rom", "rom.file"), ("romBar", "rom.bar")]);
            }
            Some("usb") => {
                let half = |path: &str| number(device, path).map(|id| format!("{id:04x}"));
                let id = half("source.vendor.id").zip(half("source.product.id"));
                keys.set("usb", id.map(|(vendor, product)| format!("{vendor}:{product}")));
                let place = number(device, "source.address.bus").zip(number(device, "source.address.device"));
                keys.set("usbAt", place.map(|(bus, device)| format!("{bus:03}:{device:03}")));
                keys.set("optional", Some(is(device, "source.startupPolicy", "optional")));
            }
            Some("mdev") => {
                keys.read(device, &[("mdev", "source.address.uuid"), ("display", "display"), ("ramfb", "ramfb")]);
            }
            _ => {}
        }
        if ["pci", "usb", "mdev"].iter().all(|kind| keys.get(kind).is_none()) {
            unsaid("hostdev", device);
            continue;
        }
        if is(device, "address.type", "pci") {
            keys.set("guest", pci_address(device, "address"));
        }
        devices.push(keys);
    }
    keys.list("hostdevs", devices);
}

fn shared_memory(definition: &Tree, keys: &mut Keys, unsaid: &mut impl FnMut(&str, &Tree)) {
    let mut all = Keys::default();
    for device in definition.elements("devices.shmem") {
        let Some(name) = word(device, "name") else {
            unsaid("shmem", device);
            continue;
        };
        all.object(&name, Keys::of(device, &[("model", "model.type"), ("size", "size"), ("server", "server.path")]));
    }
    keys.object("shmem", all);
}
