//! Reads the displays of a domain and its video device.

use std::net::{IpAddr, Ipv4Addr};

use crate::lab::device::screen::{Graphics, Screen};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems, did_you_mean};
use crate::resolve::guest::Guest;
use crate::resolve::instance::Instance;
use crate::resolve::interface::forward;
use crate::resolve::layers::{At, Layers, Word, present, written};
use crate::resolve::{parse, text};
use crate::spec::guest::{Arch, Drivers};
use crate::spec::key::key;
use crate::spec::screen as written;
use crate::spec::screen::{GraphicsType, Video};

/// The layouts of keyboards that [QEMU](https://www.qemu.org/docs/master/system/invocation.html) has.
const KEYMAPS: &[&str] = &[
    "ar", "bepo", "cz", "da", "de", "de-ch", "en-gb", "en-us", "es", "et", "fi", "fo", "fr", "fr-be", "fr-ca", "fr-ch",
    "hr", "hu", "is", "it", "ja", "lt", "lv", "mk", "nl", "no", "pl", "pt", "pt-br", "ru", "sl", "sv", "th", "tr",
];

/// Reads the displays and the video device.
pub(crate) fn screen(guest: &Guest<'_>, problems: &mut Problems) -> Screen {
    let first = guest.layers.object(key!(graphics));
    let mut servers: Vec<Graphics> = server(&first, guest.instance, problems).into_iter().collect();
    for layers in guest.layers.objects(key!(further_graphics)) {
        let protocol = layers.get(key!(r#type));
        if protocol.is_none_or(|protocol| *protocol.value == GraphicsType::None) {
            let place = protocol.map_or_else(|| layers.place(), |protocol| protocol.place());
            problems.push(
                Problem::needs(place, "an additional display without a type", "a `type`")
                    .help("choose one that `graphics` does not have, such as `vnc`, or leave the whole entry out"),
            );
            continue;
        }
        servers.extend(server(&layers, guest.instance, problems));
    }
    check_servers(&servers, problems);
    let video = guest.layers.get(key!(video));
    let heads = guest.layers.value(key!(video_heads));
    // The drivers of Windows show one screen on each device.
    let (devices, heads) = match heads {
        Some(heads) if guest.os.is_windows() => (heads, None),
        heads => (1, heads),
    };
    let screen = Screen {
        video: video.map_or(
            match (guest.drivers, guest.arch) {
                (Drivers::Emulated, Arch::X86_64) => Video::Vga,
                // Windows on Arm draws into what the firmware hands over, and a VGA hands over nothing there.
                (Drivers::Emulated, Arch::Aarch64) => Video::Ramfb,
                (Drivers::Virtio, _) => Video::Virtio,
            },
            |video| *video.value,
        ),
        devices,
        heads,
        accel3d: guest.layers.value(key!(accel3d)).unwrap_or(false),
        graphics: servers,
    };
    check_video(guest, &screen, problems);
    screen
}

/// Checks that the video device can do what the spec asks.
fn check_video(guest: &Guest<'_>, screen: &Screen, problems: &mut Problems) {
    let heads = guest.layers.get(key!(video_heads));
    if let Some(heads) = heads.filter(|heads| *heads.value > 1)
        && !matches!(screen.video, Video::Virtio | Video::Qxl)
    {
        problems.push(
            Problem::only_for(heads.place(), "several heads on a video device that supports one", "`virtio` and `qxl`")
                .help("leave `videoHeads` out, or choose video `virtio`"),
        );
    }
    let accel3d = guest.layers.get(key!(accel3d));
    if let Some(accel3d) = accel3d.filter(|accel3d| *accel3d.value) {
        let at = accel3d.key_place();
        if screen.video != Video::Virtio {
            problems.push(
                Problem::only_for(at, "3D on a video device that does not support it", "`virtio`")
                    .help("leave `accel3d` out, or choose video `virtio`"),
            );
        } else if !screen.graphics.iter().any(Graphics::is_drawn_by_gpu) {
            problems.push(
                Problem::conflict(at, "3D on a display that the host's GPU does not render")
                    .label("QEMU would not start")
                    .help(
                        "give `graphics` `\"gl\": true`, or add `{ \"type\": \"egl-headless\" }` to `furtherGraphics`",
                    ),
            );
        }
    }
    let video = guest.layers.get(key!(video));
    if let Some(video) = video.filter(|video| matches!(video.value, Video::Qxl | Video::Vmvga))
        && guest.arch == Arch::Aarch64
    {
        problems.push(
            Problem::only_for(video.place(), "a PC's video device in an aarch64 domain", "x86_64")
                .help("leave `video` out, or choose `virtio`"),
        );
    }
    if let Some(video) = video.filter(|video| matches!(video.value, Video::Vga | Video::Bochs | Video::Cirrus))
        && guest.arch == Arch::Aarch64
        && guest.os.is_windows()
    {
        problems.push(
            Problem::new(
                Id::NoDisplay,
                video.place(),
                format!("Windows on aarch64 with video `{}`", video.value.name()),
            )
            .label("\"Guest has not initialized the display\"")
            .help("choose `ramfb`, or `virtio` once its drivers are installed"),
        );
    }
}

/// Refuses a second one of what QEMU has only once: a server of a type, a GPU that draws, a layout of the keyboard.
fn check_servers(servers: &[Graphics], problems: &mut Problems) {
    let mut conflict = |message: &str, second: &Place, first: &Place, help: &str| {
        problems.push(Problem::conflict(second.clone(), message).second_of(first).help(help));
    };
    for (index, graphics) in servers.iter().enumerate() {
        let before = &servers[..index];
        if let Some(first) = before.iter().find(|other| other.protocol == graphics.protocol) {
            let message = "two displays of the same type, which QEMU does not support";
            conflict(message, &graphics.place, &first.place, "give one of them another `type`, or leave it out");
        } else if let Some(first) = before.iter().find(|other| other.is_drawn_by_gpu() && graphics.is_drawn_by_gpu()) {
            let message = "the host's GPU renders for two displays";
            conflict(message, &graphics.place, &first.place, "leave `gl` or the `egl-headless` display out");
        } else if let Some(first) = before.iter().find(|other| other.gl || graphics.gl) {
            // QEMU ties what is drawn to the one server: others are "incompatible with the GL context".
            let message = "a second display beside SPICE with `gl`";
            let help = "leave `gl` out, and add `{ \"type\": \"egl-headless\" }`, which renders for all displays";
            conflict(message, &graphics.place, &first.place, help);
        }
        let Some(keymap) = &graphics.keymap else { continue };
        let other = before.iter().filter_map(|other| other.keymap.as_ref()).find(|other| other.value != keymap.value);
        if let Some(first) = other {
            let help = "write the same layout for both, or for only one of them";
            conflict("two layouts for the same keyboard", &keymap.place, &first.place, help);
        }
    }
}

/// Reads a server. Returns nothing for one whose type is `none`.
fn server(
    layers: &Layers<'_, written::Graphics>,
    instance: &Instance<'_>,
    problems: &mut Problems,
) -> Option<Graphics> {
    let protocol = layers.value(key!(r#type)).unwrap_or(GraphicsType::Spice);
    let listen_word = layers.get(key!(listen));
    let is_closed = listen_word.is_some_and(|word| word.value == NO_ADDRESS);
    let listen = listen_word.filter(|_| !is_closed).and_then(|word| listen(word, problems));
    if let Some(word) = listen_word.filter(|_| is_closed && protocol != GraphicsType::EglHeadless) {
        let ports = present(written!(layers => port, websocket));
        problems.extend(ports.map(|(key, at)| {
            Problem::both(Place::key(at), format!("`{key}` of a display that listens on no address"), "not with `none`")
                .related(word.place(), "no address")
        }));
    }
    let port = layers.get(key!(port));
    let websocket = layers.get(key!(websocket));
    let keymap = layers.get(key!(keymap));
    let keymap = keymap.filter(|word| check_keymap(*word, problems));
    let gl = layers.get(key!(gl));
    let render_node = layers.get(key!(render_node));
    let has_gl = gl.is_some_and(|gl| *gl.value);
    match protocol {
        GraphicsType::EglHeadless => {
            let what = "a display without network clients";
            // A layout that QEMU does not know has been refused.
            let [listen, port] = written!(layers => listen, port);
            let keymap = ("keymap", keymap.map(|at| at.pointer()));
            parse::only_for([listen, port, keymap], what, "`spice` and `vnc`", problems);
            parse::only_for(written!(layers => websocket), what, "`vnc`", problems);
        }
        GraphicsType::Spice => parse::only_for(written!(layers => websocket), "a SPICE display", "`vnc`", problems),
        GraphicsType::Vnc => {}
        // The strongest layer removes the display of a weaker one.
        GraphicsType::None => return None,
    }
    if protocol == GraphicsType::Vnc || (protocol == GraphicsType::Spice && !has_gl) {
        let (what, only) = ("a display that QEMU renders", "`egl-headless` and with `gl`");
        parse::only_for(written!(layers => render_node), what, only, problems);
    }
    if let Some(gl) = gl.filter(|gl| *gl.value) {
        check_gl(
            protocol,
            gl,
            listen_word.filter(|_| !is_closed).map(|at| at.pointer()).or(port.map(|at| at.pointer())),
            problems,
        );
    }
    let mut count_up = |port: Option<At<'_, u16>>| {
        let first = port?;
        let value = forward::plus(*first.value, instance.replica, &first.pointer(), problems)?;
        Some(first.with(value))
    };
    let (port, websocket) = (count_up(port), count_up(websocket));
    Some(Graphics {
        protocol,
        // With the host's GPU, SPICE is for clients on the host and listens on no address.
        listen: (!is_closed && !has_gl).then(|| listen.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))),
        port,
        websocket,
        keymap: keymap.map(|word| word.placed()),
        gl: has_gl,
        render_node: render_node.and_then(|word| text::file(word, problems)),
        place: if layers.is_empty() { Place::key(&instance.at) } else { layers.place() },
    })
}

/// What stands for a server that listens on no address.
const NO_ADDRESS: &str = "none";

fn listen(word: Word<'_>, problems: &mut Problems) -> Option<IpAddr> {
    let address = word.value.parse::<IpAddr>().ok();
    if address.is_none() {
        problems.push(
            Problem::of_value(Id::BadAddress, word.place(), format!("`{}` is not an IP address", word.value))
                .label("needs an IPv4 or IPv6 address")
                .help(
                    "write `\"127.0.0.1\"` for the host only, `\"0.0.0.0\"` for all addresses of the host, `\"none\"` for no address",
                ),
        );
    }
    address
}

fn check_keymap(word: Word<'_>, problems: &mut Problems) -> bool {
    let is_known = KEYMAPS.contains(&word.value.as_str());
    if !is_known {
        let message = format!("QEMU has no keyboard layout `{}`", text::shortened(word.value));
        problems.push(
            Problem::bad_name(word.place(), message)
                .label("not a keyboard layout")
                .help(did_you_mean(word.value, KEYMAPS.iter().copied())),
        );
    }
    is_known
}

fn check_gl(protocol: GraphicsType, gl: At<'_, bool>, written: Option<Pointer>, problems: &mut Problems) {
    if protocol != GraphicsType::Spice {
        problems.push(
            Problem::conflict(gl.place(), "`gl` of a display that is not SPICE")
                .label("not with this `type`")
                .help("leave `gl` out, or choose type `spice`"),
        );
    } else if let Some(written) = written {
        problems.push(
            Problem::both(
                Place::key(written),
                "an address of a display with `gl`, which listens on none",
                "not with `gl`",
            )
            .related(gl.place(), "rendered by the host's GPU"),
        );
    }
}

/// Refuses what needs a SPICE client where there is no SPICE display.
pub(crate) fn check_spice(at: &Pointer, what: &str, screen: &Screen, problems: &mut Problems) {
    if !screen.has(GraphicsType::Spice) {
        problems.push(
            Problem::conflict(Place::key(at), format!("{what} of a SPICE client without a SPICE display"))
                .label("the domain has no SPICE display")
                .help("leave it out, or give `graphics` type `spice`"),
        );
    }
}
