//! Attribute sets: ordered, and no name twice.

use std::collections::HashMap;

use super::{Expr, Name};

/// An attribute set: names in the order they were inserted, none twice.
#[derive(Debug, Clone, Default)]
pub struct Attrs {
    attributes: Vec<(Name, Expr)>,
    /// Where each name is, once there are too many to look through.
    #[expect(
        clippy::box_collection,
        reason = "without the box, each of the many small sets would take twice the memory"
    )]
    positions: Option<Box<HashMap<Name, usize>>>,
}

/// The most attributes of a set that looks through its names. Almost all have a handful, and there are many of them.
const FEW: usize = 32;

impl Attrs {
    /// The empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The empty set, with room for `capacity` attributes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { attributes: Vec::with_capacity(capacity), positions: None }
    }

    /// Adds an attribute at the end.
    ///
    /// # Errors
    ///
    /// A name that the set already has is refused, and the set stays as it was.
    pub fn insert(&mut self, name: Name, value: Expr) -> Result<(), DuplicateName> {
        if self.position(name.as_str()).is_some() {
            return Err(DuplicateName(name.as_str().to_owned()));
        }
        let position = self.attributes.len();
        if let Some(positions) = &mut self.positions {
            positions.insert(name.clone(), position);
        } else if position == FEW {
            let names = self.attributes.iter().map(|(name, _)| name).chain([&name]);
            self.positions = Some(Box::new(names.cloned().zip(0..).collect()));
        }
        self.attributes.push((name, value));
        Ok(())
    }

    fn position(&self, name: &str) -> Option<usize> {
        match &self.positions {
            Some(positions) => positions.get(name).copied(),
            None => self.attributes.iter().position(|(other, _)| other.as_str() == name),
        }
    }

    /// The attributes in their order.
    #[must_use]
    pub fn iter(&self) -> AttrsIter<'_> {
        AttrsIter(self.attributes.iter())
    }

    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Expr> {
        self.position(name).map(|position| &self.attributes[position].1)
    }

    /// How many attributes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.attributes.len()
    }

    /// Whether there is no attribute.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }
}

impl PartialEq for Attrs {
    fn eq(&self, other: &Self) -> bool {
        self.attributes == other.attributes
    }
}

impl Eq for Attrs {}

impl<'a> IntoIterator for &'a Attrs {
    type Item = (&'a Name, &'a Expr);
    type IntoIter = AttrsIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The attributes of a set in their order.
#[derive(Debug, Clone)]
pub struct AttrsIter<'a>(std::slice::Iter<'a, (Name, Expr)>);

impl<'a> Iterator for AttrsIter<'a> {
    type Item = (&'a Name, &'a Expr);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for AttrsIter<'_> {}

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

    #[test]
    fn large_sets_are_like_small_ones() {
        let name = |number: u32| Name::new(number.to_string()).expect("no NUL");
        let mut attrs = Attrs::new();
        for number in 0..100 {
            attrs.insert(name(number), number.into()).expect("the names differ");
            for old in [0, number / 2, number] {
                assert_eq!(attrs.get(name(old).as_str()), Some(&old.into()));
                assert!(attrs.insert(name(old), Expr::Null).is_err());
            }
            assert_eq!(attrs.get(name(number + 1).as_str()), None);
        }
        assert!(attrs.iter().map(|(found, _)| found.clone()).eq((0..100).map(name)));
    }
}
