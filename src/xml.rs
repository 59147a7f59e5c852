//! Definitions as libvirt's XML: the second printer of the same trees, and the reader that proves what it wrote.
//!
//! [`print()`] writes byte for byte what `NixVirt` writes of the same definition, and what `NixVirt` would drop of it in
//! the same manner. Nothing else in this crate writes definitions; pictures (`graph`) are escaped by [`escaped`].
//!
//! ```
//! use lab2nix::lab::identity::ObjectKind;
//! use lab2nix::libvirt::tree::Tree;
//! use lab2nix::libvirt::vocabulary::Vocabulary;
//! use lab2nix::spec::NixVirtVersion;
//! use lab2nix::xml;
//!
//! let libvirt = Vocabulary::whole(NixVirtVersion::V0_6_0);
//! let network = Tree::new().with("name", "a & b").with("mtu", Tree::new().with("size", 9000_u32));
//! let document = xml::print(&network, libvirt, libvirt.object(ObjectKind::Network));
//! let text = document.text();
//!
//! assert_eq!(text, "<network>\n  <name>a &amp; b</name>\n  <mtu size='9000'/>\n</network>\n");
//! # Ok::<(), lab2nix::xml::Difference>(())
//! ```

pub mod file;
pub(crate) mod node;
mod print;
mod read;

pub use print::{escaped, print};
pub use read::{Difference, agrees, read};

use crate::host_file::HostFile;

/// A definition as XML, with room for the paths of the host's files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    pieces: Vec<Piece>,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// The path of a file of the host. It needs no escaping.
    File(HostFile),
}

impl Document {
    /// The parts, no two texts beside each other.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The whole, with the stable path of each file of the host.
    #[must_use]
    pub fn text(&self) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::File(file) => file.location().stable_path.into_owned(),
        };
        self.pieces.iter().map(text).collect()
    }

    fn push(&mut self, more: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(text)) => text.push_str(more),
            Some(Piece::File(_)) | None => self.pieces.push(Piece::Text(more.to_owned())),
        }
    }
}
