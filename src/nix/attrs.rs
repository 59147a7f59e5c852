//! Attribute sets: ordered, and no name twice.

use indexmap::IndexMap;
use indexmap::map::{Entry, Iter};
use rustc_hash::FxBuildHasher;

use super::{Expr, Name};

/// An attribute set: names in the order they were inserted, none twice.
#[derive(Debug, Clone, Default)]
pub struct Attrs(IndexMap<Name, Expr, FxBuildHasher>);

impl Attrs {
    /// The empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The empty set, with room for `capacity` attributes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(IndexMap::with_capacity_and_hasher(capacity, FxBuildHasher))
    }

    /// Adds an attribute at the end.
    ///
    /// # Errors
    ///
    /// A name that the set already has is refused, and the set stays as it was.
    pub fn insert(&mut self, name: Name, value: Expr) -> Result<(), DuplicateName> {
        match self.0.entry(name) {
            Entry::Occupied(there) => Err(DuplicateName(there.key().as_str().to_owned())),
            Entry::Vacant(free) => {
                free.insert(value);
                Ok(())
            }
        }
    }

    /// The attributes in their order.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, Name, Expr> {
        self.0.iter()
    }

    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Expr> {
        self.0.get(name)
    }

    /// How many attributes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no attribute.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Attrs {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice() == other.0.as_slice()
    }
}

impl Eq for Attrs {}

impl<'a> IntoIterator for &'a Attrs {
    type Item = (&'a Name, &'a Expr);
    type IntoIter = Iter<'a, Name, Expr>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A name that one attribute set or one function would have twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is there already")]
pub struct DuplicateName(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_keep_their_order() {
        let attrs = |names: [&'static str; 2]| {
            let mut attrs = Attrs::new();
            for name in names {
                attrs.insert(Name::literal(name), Expr::Null).expect("the names differ");
            }
            attrs
        };
        assert_eq!(attrs(["a", "b"]), attrs(["a", "b"]));
        assert_ne!(attrs(["a", "b"]), attrs(["b", "a"]));
        let mut twice = attrs(["a", "b"]);
        assert_eq!(twice.insert(Name::literal("a"), true.into()), Err(DuplicateName("a".to_owned())));
        assert_eq!(twice, attrs(["a", "b"]));
        assert_eq!((twice.get("a"), twice.get("c")), (Some(&Expr::Null), None));
    }
}
