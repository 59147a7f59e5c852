//! The screen of a domain: the video device and the servers that show it.

use std::net::IpAddr;

use crate::lab::placed::Placed;
use crate::place::Place;
use crate::spec::screen::{GraphicsType, Video};

#[derive(Debug)]
pub struct Screen {
    /// Its servers, at most one of each type.
    pub graphics: Vec<Graphics>,
    pub video: Video,
    /// How many video devices there are.
    pub devices: u32,
    /// How many screens each can have, where the spec says.
    pub heads: Option<u32>,
    /// Whether the host's GPU draws the guest's 3D.
    pub accel3d: bool,
}

#[derive(Debug)]
pub struct Graphics {
    /// The protocol; never [`GraphicsType::None`].
    pub protocol: GraphicsType,
    /// The address that it listens on, if it does.
    pub listen: Option<IpAddr>,
    /// The port, and where it is written.
    pub port: Option<Placed<u16>>,
    /// The port for browsers, and where it is written.
    pub websocket: Option<Placed<u16>>,
    /// The layout of the keyboard.
    pub keymap: Option<Placed<String>>,
    /// Whether the host's GPU draws.
    pub gl: bool,
    /// The GPU of the host that draws, if it may not be any.
    pub render_node: Option<String>,
    /// Where it is written, else where its domain is declared.
    pub(crate) place: Place,
}

impl Screen {
    /// Whether it has a server of this type.
    #[must_use]
    pub fn has(&self, protocol: GraphicsType) -> bool {
        self.graphics.iter().any(|graphics| graphics.protocol == protocol)
    }
}

impl Graphics {
    /// Whether the host's GPU draws for it.
    pub(crate) fn is_drawn_by_gpu(&self) -> bool {
        self.gl || self.protocol == GraphicsType::EglHeadless
    }
}
