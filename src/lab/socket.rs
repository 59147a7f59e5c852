//! The files that the devices of a domain write to, and the sockets that they listen on.

use crate::lab::device::serial::Serial;
use crate::lab::domain::Domain;
use crate::lab::placed::Placed;

/// The files that a domain's devices write, and the sockets that they listen on, but for drives.
pub(crate) fn written_paths(domain: &Domain) -> impl Iterator<Item = &Placed<String>> {
    let serials = domain.serials.iter().filter_map(|serial| match serial {
        Serial::File(path) | Serial::Unix { path, listen: true } => Some(path),
        Serial::Unix { listen: false, .. } | Serial::Tcp { .. } | Serial::Pty => None,
    });
    serials.chain(domain.audio.as_ref().and_then(|audio| audio.path.as_ref()))
}
