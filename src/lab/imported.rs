//! A domain that libvirt already has and that the lab leaves as it is. The lab knows only what other domains must not
//! claim again.

use uuid::Uuid;

use crate::lab::interface::Interface;
use crate::lab::placed::Placed;
use crate::place::Pointer;

/// A domain that libvirt has already.
#[derive(Debug)]
pub struct Imported {
    pub name: String,
    pub at: Pointer,
    /// Its UUID, where the spec says it.
    pub uuid: Option<Placed<Uuid>>,
    /// Its interfaces, as far as the spec says what they are.
    pub interfaces: Vec<Interface>,
    /// The name of the interface by which it is managed, where the spec says.
    pub manage: Option<String>,
}
