//! A volume of a storage pool.

use crate::lab::placed::ExtraAt;
use crate::lab::size::Size;
use crate::lab::storage::backing::Backing;
use crate::place::Pointer;
use crate::spec::pool::ImageFormat;

#[derive(Debug)]
pub struct Volume {
    /// Its name; of a file, its name in the pool's directory.
    pub name: String,
    pub at: Pointer,
    pub format: ImageFormat,
    /// What it is, or nothing for a volume that shall not exist.
    pub present: Option<Present>,
    /// What is merged into its definition.
    pub extra: Option<ExtraAt>,
}

/// What a volume that exists is made of.
#[derive(Debug)]
pub struct Present {
    /// How much the guest sees.
    pub size: Size,
    /// Where that is written, if it is a size.
    pub(crate) size_at: Option<Pointer>,
    /// How much is set aside at creation, where the definition says it.
    pub allocation: Option<Size>,
    /// The image it grows on.
    pub backing: Option<Backing>,
}
