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
    /// How much is allocated at creation, where the definition has it.
    pub allocation: Option<Size>,
    /// Its backing file, if it is an overlay.
    pub backing: Option<Backing>,
}
