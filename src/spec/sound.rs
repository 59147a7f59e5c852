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
    /// Ensoniq ES1370, for guests of the nineties.
    Es1370,
    /// Sound Blaster 16, an ISA device. Only for `x86_64`.
    Sb16,
    /// USB audio.
    Usb,
    /// `VirtIO` sound.
    Virtio,
    /// No sound.
    None,
}

/// Where the sound of a domain goes, and comes from ([libvirt](https://libvirt.org/formatdomain.html#audio-backends)). QEMU
/// has to be allowed to use it: servers of a user's session take that user's processes only, unless they say otherwise.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Audio {
    /// Which backend it is. Required; of a domain, one of its layers is enough.
    pub r#type: Option<AudioType>,
    /// The server: a socket or address for `pulseaudio`, a name for `jack`. Default: the backend's own.
    #[schemars(example = &"/run/user/1000/pulse/native")]
    pub server: Option<String>,
    /// The directory of the server's socket, absolute. Only for `pipewire`. Default: the backend's own.
    #[schemars(example = &"/run/user/1000")]
    pub runtime_dir: Option<String>,
    /// The device of the host, for playing and recording. Only for `alsa` and `oss`. Default: the backend's own.
    #[schemars(example = &"hw:0")]
    pub device: Option<String>,
    /// The WAV file that is written, absolute. Required for `file`, and only there.
    #[schemars(example = &"/srv/recordings/kiosk.wav")]
    pub path: Option<String>,
}

/// A backend of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AudioType {
    /// Nobody hears it.
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
    /// What the SDL library finds.
    Sdl,
    /// Who listens on D-Bus.
    Dbus,
    /// A WAV file.
    File,
}

words!(Sound, AudioType);
