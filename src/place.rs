//! Where in a spec something stands, without positions: a JSON pointer, and whether the key or the value is meant.
//!
//! Everything after [`crate::source`] speaks of places as [`Place`]; only [`crate::report`] turns them into lines and
//! columns, so that no later module has to carry byte offsets around.

use std::fmt::{self, Display, Write as _};
use std::ops::Range;

/// A JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) into the spec, such as `/domains/DC01/memory`.
///
/// ```
/// use lab2nix::place::Pointer;
/// assert_eq!(Pointer::root().key("a/b").index(3).to_string(), "/a~1b/3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pointer(String);

impl Pointer {
    /// The whole spec.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The member `name` of the object at this pointer.
    #[must_use]
    pub fn key(&self, name: &str) -> Self {
        let mut text = String::with_capacity(self.0.len() + name.len() + 1);
        text.push_str(&self.0);
        text.push('/');
        if name.contains(['~', '/']) {
            text.push_str(&name.replace('~', "~0").replace('/', "~1"));
        } else {
            text.push_str(name);
        }
        Self(text)
    }

    /// The item `index`, counted from 0, of the array at this pointer.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut text = self.0.clone();
        write!(text, "/{index}").expect("writing to a String does not fail");
        Self(text)
    }

    /// The steps from the root, unescaped.
    pub fn steps(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"))
    }
}

impl From<&Pointer> for Pointer {
    fn from(pointer: &Pointer) -> Self {
        pointer.clone()
    }
}

impl Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a problem points at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// The value at a pointer.
    Value(Pointer),
    /// The key that names the value at a pointer.
    Key(Pointer),
    /// A range of bytes of the spec's text, for what has no pointer: broken syntax, the second of two equal keys. The texts
    /// of included files come after its own.
    Text(Range<usize>),
    /// A file beside the spec, named as the user would name it.
    File(String),
}

impl Place {
    /// The value at a pointer.
    #[must_use]
    pub fn value(pointer: impl Into<Pointer>) -> Self {
        Self::Value(pointer.into())
    }

    /// The key that names the value at a pointer.
    #[must_use]
    pub fn key(pointer: impl Into<Pointer>) -> Self {
        Self::Key(pointer.into())
    }

    /// Whether it is in what is written at a pointer.
    #[must_use]
    pub fn is_inside(&self, outer: &Pointer) -> bool {
        match self {
            Self::Value(pointer) | Self::Key(pointer) => pointer.to_string().starts_with(&format!("{outer}/")),
            Self::Text(_) | Self::File(_) => false,
        }
    }
}
