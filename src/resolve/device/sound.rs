//! The sound of a domain, and where it goes.

use crate::lab::device::screen::Screen;
use crate::lab::device::sound::Audio;
use crate::lab::placed::Placed;
use crate::problem::{Problem, Problems};
use crate::resolve::device::screen;
use crate::resolve::layers::Layers;
use crate::resolve::text;
use crate::spec::guest::Arch;
use crate::spec::screen::GraphicsType;
use crate::spec::sound::{AudioType, Sound};
use crate::spec::{DomainFields, sound as written};

/// The sound device.
pub(crate) fn sound(layers: &Layers<'_, DomainFields>, arch: Arch, problems: &mut Problems) -> Sound {
    let Some(sound) = layers.get("sound", |f| f.sound.as_ref()) else {
        return Sound::None;
    };
    if *sound.value == Sound::Sb16 && arch == Arch::Aarch64 {
        problems.push(
            Problem::only_for(sound.place(), "an ISA sound card in an aarch64 domain", "x86_64")
                .help("choose `virtio`, or leave `sound` out"),
        );
    }
    *sound.value
}

/// Where sound goes: unless the spec says, where the screen goes.
pub(crate) fn audio(
    layers: &Layers<'_, DomainFields>,
    sound: Sound,
    screen: &Screen,
    problems: &mut Problems,
) -> Option<Audio> {
    let layers = layers.object("audio", |f| f.audio.as_ref());
    if layers.is_empty() {
        let kind = if screen.has(GraphicsType::Spice) { AudioType::Spice } else { AudioType::None };
        return (sound != Sound::None).then_some(Audio::plain(kind));
    }
    let kind = layers.get("type", |a| a.r#type.as_ref())?;
    if *kind.value == AudioType::Spice {
        screen::check_spice(&kind.pointer(), "sound", screen, problems);
    }
    let kind = *kind.value;
    // A layer that takes the sound of a weaker one away has no way to take its keys.
    if kind == AudioType::None {
        return Some(Audio::plain(kind));
    }
    let audio = Audio {
        kind,
        server: layers.get("server", |a| a.server.as_ref()).and_then(|word| text::line_of(word, problems)),
        runtime_dir: layers.get("runtimeDir", |a| a.runtime_dir.as_ref()).and_then(|word| text::path(word, problems)),
        device: layers.get("device", |a| a.device.as_ref()).and_then(|word| text::line_of(word, problems)),
        path: layers
            .get("path", |a| a.path.as_ref())
            .and_then(|word| Some(Placed { value: text::path(word, problems)?, place: word.place() })),
    };
    check_keys(&layers, kind, problems);
    Some(audio)
}

/// Which key a backend takes.
fn check_keys(layers: &Layers<'_, written::Audio>, kind: AudioType, problems: &mut Problems) {
    let takes = match kind {
        AudioType::Pulseaudio | AudioType::Jack => Some("server"),
        AudioType::Pipewire => Some("runtimeDir"),
        AudioType::Alsa | AudioType::Oss => Some("device"),
        AudioType::File => Some("path"),
        AudioType::None | AudioType::Spice | AudioType::Sdl | AudioType::Dbus => None,
    };
    let keys = [
        ("server", layers.get("server", |a| a.server.as_ref()), "`pulseaudio` and `jack`"),
        ("runtimeDir", layers.get("runtimeDir", |a| a.runtime_dir.as_ref()), "`pipewire`"),
        ("device", layers.get("device", |a| a.device.as_ref()), "`alsa` and `oss`"),
        ("path", layers.get("path", |a| a.path.as_ref()), "`file`"),
    ];
    for (key, written, only) in keys {
        match written {
            Some(written) if takes != Some(key) => {
                problems.push(Problem::key_only_for(&written.pointer(), "sound of another type", only));
            }
            None if kind == AudioType::File && key == "path" => problems.push(
                Problem::needs(layers.pointer().value(), "sound that goes into no file", "a `path`")
                    .help("add `\"path\": …`, the WAV file that is written"),
            ),
            Some(_) | None => {}
        }
    }
}
