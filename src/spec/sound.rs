//! The sound of a domain as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// A sound device ([libvirt](https://libvirt.org/formatdomain.html#sound-devices)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sound {
    /// Intel HD Audio of the ICH9.
    Ich9,
    /// Intel HD Audio of the ICH6.
    Ich6,
    /// AC97.
    Ac97,
    /// Ensoniq ES1370, for systems of the nineties.
    Es1370,
    /// Sound Blaster 16, an ISA device. Only for `x86_64`.
    Sb16,
    /// USB audio.
    Usb,
    /// `VirtIO` sound.
    Virtio,
    /// No sound device.
    None,
}

/// The audio backend of a domain, for playback and recording
/// ([libvirt](https://libvirt.org/formatdomain.html#audio-backends)). QEMU needs access to it: by default, the sound
/// server of a user's session accepts only that user's processes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Audio {
    /// The backend. Required; for a domain, in any of its layers.
    pub r#type: Option<AudioType>,
    /// The server: a socket or address for `pulseaudio`, a name for `jack`. Default: the backend's own.
    #[schemars(example = &"/run/user/1000/pulse/native")]
    pub server: Option<String>,
    /// The absolute path of the directory of the server's socket. Only for `pipewire`. Default: the backend's own.
    #[schemars(example = &"/run/user/1000")]
    pub runtime_dir: Option<String>,
    /// The device of the host, for playback and recording. Only for `alsa` and `oss`. Default: the backend's own.
    #[schemars(example = &"hw:0")]
    pub device: Option<String>,
    /// The absolute path of the WAV file that is written. Required for `file`, and only there.
    #[schemars(example = &"/srv/recordings/kiosk.wav")]
    pub path: Option<String>,
}

/// An audio backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AudioType {
    /// Sound is discarded.
    None,
    /// The SPICE client.
    Spice,
    /// ALSA: the sound card.
    Alsa,
    /// `PulseAudio`.
    Pulseaudio,
    /// `PipeWire`.
    Pipewire,
    /// JACK.
    Jack,
    /// The Open Sound System.
    Oss,
    /// The SDL library's default.
    Sdl,
    /// A client on D-Bus.
    Dbus,
    /// A WAV file.
    File,
}

words!(Sound, AudioType);
