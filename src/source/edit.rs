//! Changes of a text: the rest of it stays as it is, byte for byte.

use std::ops::Range;

/// One change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that are taken away; none where something is only inserted.
    pub range: Range<usize>,
    /// What stands there instead.
    pub text: String,
}

impl Edit {
    /// Inserts a text before the byte at a position.
    #[must_use]
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { range: at..at, text: text.into() }
    }

    /// Replaces what is in a range.
    #[must_use]
    pub fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }
}

/// The text with changes, of which those at one position are made in their order.
///
/// ```
/// use lab2nix::source::{Edit, edited};
/// let edits = [Edit::insert(1, "b"), Edit::replace(1..2, "c")];
/// assert_eq!(edited("axd", &edits), Some("abcd".to_owned()));
/// ```
///
/// `None` where two of them overlap, or one is not in the text.
#[must_use]
pub fn edited(text: &str, edits: &[Edit]) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.range.start);
    let (mut result, mut done) = (String::with_capacity(text.len()), 0);
    for Edit { range, text: new } in edits {
        result.push_str(text.get(done..range.start)?);
        result.push_str(new);
        text.get(range.clone())?;
        done = range.end;
    }
    result.push_str(text.get(done..)?);
    Some(result)
}
