//! The backend that the sound of a domain goes to.

use crate::lab::placed::Placed;
use crate::spec::sound::AudioType;

#[derive(Debug)]
pub struct Audio {
    pub kind: AudioType,
    /// The server, for `pulseaudio` and `jack`.
    pub server: Option<String>,
    /// The directory of the server's socket, for `pipewire`.
    pub runtime_dir: Option<String>,
    /// The device of the host, for `alsa` and `oss`.
    pub device: Option<String>,
    /// The file that is written, and where that is said, for `file`.
    pub path: Option<Placed<String>>,
}

impl Audio {
    /// A backend of which there is nothing else to say.
    pub(crate) fn plain(kind: AudioType) -> Self {
        Self { kind, server: None, runtime_dir: None, device: None, path: None }
    }
}
