//! Reads the sound device of a domain, and decides which backend its sound goes to.

use crate::lab::device::screen::Screen;
use crate::lab::device::sound::Audio;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::device::screen;
use crate::resolve::guest::Guest;
use crate::resolve::layers::{Layers, Word};
use crate::resolve::text;
use crate::spec::guest::Arch;
use crate::spec::key::key;
use crate::spec::screen::GraphicsType;
use crate::spec::sound::{AudioType, Sound};
use crate::spec::{DomainFields, sound as written};

/// Reads the sound device.
pub(crate) fn sound(guest: &Guest<'_>, problems: &mut Problems) -> Sound {
    let Some(sound) = guest.layers.get(key!(sound)) else {
        return Sound::None;
    };
    if *sound.value == Sound::Sb16 && guest.arch == Arch::Aarch64 {
        problems.push(
            Problem::only_for(sound.place(), "an ISA sound card in an aarch64 domain", "x86_64")
                .help("choose `virtio`, or leave `sound` out"),
        );
    }
    *sound.value
}

/// Decides which backend sound goes to: the one of the spec, or the one that suits the display.
pub(crate) fn audio(
    layers: &Layers<'_, DomainFields>,
    sound: Sound,
    screen: &Screen,
    problems: &mut Problems,
) -> Option<Audio> {
    let layers = layers.object(key!(audio));
    if layers.is_empty() {
        let kind = if screen.has(GraphicsType::Spice) { AudioType::Spice } else { AudioType::None };
        return (sound != Sound::None).then_some(Audio::plain(kind));
    }
    let kind = layers.needed(key!(r#type), problems)?;
    if *kind.value == AudioType::Spice {
        screen::check_spice(&kind.pointer(), "sound", screen, problems);
    }
    let kind = *kind.value;
    // A layer that removes the sound of a weaker one cannot remove its keys.
    if kind == AudioType::None {
        return Some(Audio::plain(kind));
    }
    let audio = Audio {
        kind,
        server: layers.get(key!(server)).and_then(|word| text::line_of(word, problems)),
        runtime_dir: layers.get(key!(runtime_dir)).and_then(|word| text::path(word, problems)),
        device: layers.get(key!(device)).and_then(|word| device(word, kind, problems)),
        path: layers.get(key!(path)).and_then(|word| Some(word.with(text::file(word, problems)?))),
    };
    check_keys(&layers, kind, problems);
    Some(audio)
}

/// Reads the device of the host.
fn device(word: Word<'_>, kind: AudioType, problems: &mut Problems) -> Option<String> {
    let device = text::line_of(word, problems)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '\\' | ':' | '/');
    let is_valid = !device.is_empty() && (kind != AudioType::Oss || device.chars().all(is_plain));
    if !is_valid {
        let label = if device.is_empty() {
            "no device"
        } else {
            "libvirt allows letters, digits, `_`, `.`, `-`, `\\`, `:` and `/`"
        };
        problems.push(
            Problem::new(Id::BadName, word.place(), format!("`{}` cannot be a sound device", text::shortened(&device)))
                .label(label)
                .help("write the device's name, such as `\"hw:0\"` for ALSA and `\"/dev/dsp0\"` for OSS"),
        );
    }
    is_valid.then_some(device)
}

/// Refuses keys that the backend does not take.
fn check_keys(layers: &Layers<'_, written::Audio>, kind: AudioType, problems: &mut Problems) {
    let takes = match kind {
        AudioType::Pulseaudio | AudioType::Jack => Some("server"),
        AudioType::Pipewire => Some("runtimeDir"),
        AudioType::Alsa | AudioType::Oss => Some("device"),
        AudioType::File => Some("path"),
        AudioType::None | AudioType::Spice | AudioType::Sdl | AudioType::Dbus => None,
    };
    let keys = [
        ("server", layers.get(key!(server)), "`pulseaudio` and `jack`"),
        ("runtimeDir", layers.get(key!(runtime_dir)), "`pipewire`"),
        ("device", layers.get(key!(device)), "`alsa` and `oss`"),
        ("path", layers.get(key!(path)), "`file`"),
    ];
    for (key, written, only) in keys {
        match written {
            Some(written) if takes != Some(key) => {
                problems.push(Problem::key_only_for(&written.pointer(), "sound of another type", only));
            }
            None if kind == AudioType::File && key == "path" => problems.push(
                Problem::needs(layers.place(), "the audio backend `file` without a file", "a `path`")
                    .help("add `\"path\": …`, the WAV file that is written"),
            ),
            Some(_) | None => {}
        }
    }
}
