//! The backing file of a volume: the image that the volume is an overlay of.

use crate::place::Pointer;
use crate::spec::pool::ImageFormat;

/// The backing file of a volume.
#[derive(Debug)]
pub struct Backing {
    pub at: Pointer,
    /// A volume of the same pool, a file, or an image of a flake.
    pub image: Image,
    /// Its format, where the spec says it or it is that of a volume of another pool.
    pub format: Option<ImageFormat>,
    pub(crate) format_at: Option<Pointer>,
}

/// What a backing file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Image {
    /// A volume of the same pool, by name.
    Volume(String),
    /// A file, by absolute path. It may be a volume of another pool.
    File(String),
    /// What a flake hands over under a name: one of an attribute, or several with dots between them.
    Nix(String),
}
