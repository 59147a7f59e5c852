//! The disk of a template as its clones see it: what they take for `pool`, `size` and `backing` where they do not say.

use crate::lab::drive::Source;
use crate::lab::id::PoolId;
use crate::lab::size::Size;
use crate::lab::storage::Pool;
use crate::lab::storage::backing::{Backing, Image};
use crate::place::{Place, Pointer};
use crate::problem::{Problem, Problems};
use crate::resolve::layers::Word;
use crate::spec::pool::ImageFormat;

/// A disk that others can be clones of.
pub(crate) struct TemplateDisk {
    /// Where it is declared.
    pub(crate) at: Pointer,
    /// What it is.
    pub(crate) source: Source,
    /// The format of its image, unless its volume decides that.
    pub(crate) format: ImageFormat,
    /// Whether the spec has the format for this very disk.
    pub(crate) has_format: bool,
    /// The size of its volume, where that is declared by the disk itself or by its pool.
    pub(crate) size: Option<Size>,
}

impl TemplateDisk {
    /// Returns the pool of clones that name none: the one of the template's disk.
    pub(crate) fn pool(&self, disk: &str, clone_of: Word<'_>, problems: &mut Problems) -> Option<PoolId> {
        match &self.source {
            Source::Volume { pool, .. } => Some(*pool),
            Source::HostVolume { .. } | Source::File(_) | Source::Block(_) => {
                problems.push(
                    Problem::needs(
                        clone_of.key_place(),
                        format!("disk `{disk}` is a clone of a disk that is in no pool of the lab"),
                        "a `pool` beside it",
                    )
                    .related(Place::value(&self.at), "the template's disk")
                    .help("add `\"pool\": …`, the pool for the clone"),
                );
                None
            }
        }
    }

    /// Returns the size of clones without a `size`: the one of the template's disk.
    pub(crate) fn size(&self, disk: &str, clone_of: Word<'_>, problems: &mut Problems) -> Option<Size> {
        if self.size.is_none() {
            problems.push(
                Problem::needs(
                    clone_of.key_place(),
                    format!("disk `{disk}` is a clone of a disk whose size is not known"),
                    "a `size` beside it",
                )
                .related(Place::value(&self.at), "the template's disk")
                .help("add `\"size\": …`, at least that of the template's disk"),
            );
        }
        self.size
    }

    /// Returns the backing file of a clone in a pool.
    pub(crate) fn backing(
        &self,
        pool: PoolId,
        clone_of: Word<'_>,
        pools: &[Pool],
        problems: &mut Problems,
    ) -> Option<Backing> {
        let mut refuse = |what: String| {
            problems.push(
                Problem::not_on_this_type(clone_of.place(), format!("a clone of {what}"))
                    .label("only of a file")
                    .related(Place::value(&self.at), "the template's disk")
                    .help("give the template a disk in a pool of type `dir`, `fs` or `netfs`"),
            );
        };
        // Else it is decided when all volumes are known.
        let written = self.has_format.then_some(self.format);
        let (image, format) = match &self.source {
            Source::Volume { pool: of, name, .. } if *of == pool => (Image::Volume(name.clone()), written),
            Source::Volume { pool: of, name, .. } => {
                let of = &pools[of.0];
                if !of.r#type.has_files() {
                    refuse(format!("a volume in a pool of type `{}`", of.r#type.name()));
                    return None;
                }
                (Image::File(of.volume_path(name)), written)
            }
            Source::File(path) => (Image::File(path.clone()), Some(self.format)),
            Source::HostVolume { .. } => {
                refuse("a volume in a pool that the lab does not manage, whose path is not known".to_owned());
                return None;
            }
            Source::Block(_) => {
                refuse("a block device".to_owned());
                return None;
            }
        };
        Some(Backing { at: clone_of.pointer(), image, format, format_at: None })
    }
}
