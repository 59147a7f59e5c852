//! Where the check is, as a chain on the stack that becomes a pointer or words only when there is a problem.

use crate::place::Pointer;

pub(super) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl Path<'_> {
    pub(super) fn pointer(&self) -> Pointer {
        match self {
            Path::Root => Pointer::root(),
            Path::Key(parent, key) => parent.pointer().key(key),
            Path::Index(parent, index) => parent.pointer().index(*index),
        }
    }

    /// The pointer to what this is a key or an item of.
    pub(super) fn parent_pointer(&self) -> Pointer {
        match self {
            Path::Root => Pointer::root(),
            Path::Key(parent, _) | Path::Index(parent, _) => parent.pointer(),
        }
    }

    pub(super) fn is_item(&self) -> bool {
        matches!(self, Path::Index(..))
    }

    /// The key of which this is the value, or an item.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Path::Root => None,
            Path::Key(_, key) => Some(key),
            Path::Index(parent, _) => parent.key(),
        }
    }

    /// The key of what this is in.
    pub(super) fn parent_key(&self) -> Option<&str> {
        match self {
            Path::Root => None,
            Path::Key(parent, _) | Path::Index(parent, _) => parent.key(),
        }
    }

    /// The value in words: its key, or for an item of a list the list's, as in `disks[0]`.
    pub(super) fn subject(&self) -> String {
        match self {
            Path::Root => "the spec".to_owned(),
            Path::Key(..) | Path::Index(..) => format!("`{}`", self.name()),
        }
    }

    /// What this is a key or an item of, in words.
    pub(super) fn parent_subject(&self) -> String {
        match self {
            Path::Root => "the spec".to_owned(),
            Path::Key(parent, _) | Path::Index(parent, _) => parent.subject(),
        }
    }

    fn name(&self) -> String {
        match self {
            Path::Root => String::new(),
            Path::Key(_, key) => (*key).to_owned(),
            Path::Index(parent, index) => format!("{}[{index}]", parent.name()),
        }
    }
}
