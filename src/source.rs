//! The spec's text, and where in it everything stands.
//!
//! In comes the text of a spec, as read from disk; out come a tree of positioned [`Node`]s and the problems that the
//! text itself has: broken syntax and duplicate keys. Comments (`//` and `/* */`) are blanked in place, so every
//! position is one of the text as the user wrote it. Later modules speak of [`Place`]s; [`Source::range`] finds the
//! text again when a problem is reported.
//!
//! A spec can include others. This module merges their trees into one, so that no later module knows of several files. The
//! texts of all files follow each other, so that a position identifies the file too; nodes and [`Place::Text`] hold such
//! positions. [`Files`] provides the other files.

mod beside;
mod comments;
mod edit;
mod file;
mod include;
mod joined;
mod merge;
mod node;
mod parse;
mod syntax;

use std::ops::Range;
use std::path::Path;

use crate::place::Place;
use crate::problem::Problem;

pub use beside::Beside;
pub use edit::{Edit, edited};
pub use file::File;
pub use include::{Files, NoFiles};
pub use joined::Joined;
pub use node::{Index, Kind, Member, Node};

use include::Walk;

/// A spec's files with their names and, unless the syntax of the spec itself is broken, its tree.
#[derive(Debug, Clone)]
pub struct Source {
    /// The spec itself, then what it includes in the order of reading.
    files: Vec<File>,
    root: Option<Node>,
    complete: bool,
    definitions: Vec<Beside>,
}

impl Source {
    /// Reads a spec's text, and nothing that it includes; `name` is how the user named the file.
    ///
    /// The problems are either one `syntax-error`, and then there is no [`root`](Self::root), or any number of
    /// `duplicate-key`, and then the tree holds the first of the equal keys, so that later checks can go on.
    ///
    /// ```
    /// use lab2nix::source::Source;
    /// let (source, problems) = Source::read("lab.json", "{ \"lab\": \"one\" } // done".to_owned());
    /// assert!(problems.is_empty());
    /// assert_eq!(source.root().unwrap().to_value()["lab"], "one");
    /// ```
    #[must_use]
    pub fn read(name: impl Into<String>, text: String) -> (Self, Vec<Problem>) {
        let file = File::new(name.into(), text, 0);
        let path = file.name().to_owned();
        Self::of(Path::new(&path), file, None, &NoFiles)
    }

    /// Reads a spec's bytes like [`read`](Self::read); bytes that are not UTF-8 are a `syntax-error` at the first of
    /// them.
    #[must_use]
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> (Self, Vec<Problem>) {
        let name = name.into();
        Self::with_includes(Path::new(&name), bytes, &NoFiles)
    }

    /// Reads a spec's bytes like [`from_bytes`](Self::from_bytes), and the files that it includes; `path` is how the user
    /// named the spec.
    ///
    /// An included file can have every problem that a spec has. It can also be missing, include itself in a circle, or give a
    /// key that another file gives. Where one is missing or broken, the tree is not [complete](Self::is_complete).
    #[must_use]
    pub fn with_includes(path: &Path, bytes: Vec<u8>, files: &dyn Files) -> (Self, Vec<Problem>) {
        let (file, problem) = File::from_bytes(path.display().to_string(), bytes, 0);
        Self::of(path, file, problem, files)
    }

    fn of(path: &Path, file: File, problem: Option<Problem>, files: &dyn Files) -> (Self, Vec<Problem>) {
        let parsed = problem.map_or_else(|| file.parse(), |problem| Err(Box::new(problem)));
        match parsed {
            Err(problem) => {
                (Self { files: vec![file], root: None, complete: false, definitions: Vec::new() }, vec![*problem])
            }
            Ok((root, problems)) => {
                let mut walk = Walk::new(files, file, problems);
                let root = walk.spec(path, root);
                let Walk { files: all, mut problems, complete, .. } = walk;
                let definitions = beside::read(&root, &all, files, &mut problems);
                (Self { files: all, root: Some(root), complete, definitions }, problems)
            }
        }
    }

    /// How the user named the spec.
    #[must_use]
    pub fn name(&self) -> &str {
        self.files[0].name()
    }

    /// The text of the spec itself, without a byte order mark.
    #[must_use]
    pub fn text(&self) -> &str {
        self.files[0].text()
    }

    /// The spec itself, then the files that it includes in the order of reading.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The tree, merged, or `None` when the syntax of the spec itself is broken.
    #[must_use]
    pub fn root(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    /// Whether every included file was read. A key that an incomplete tree lacks may stand in a file that was not read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The definitions that entries name, as they are.
    #[must_use]
    pub fn definitions(&self) -> &[Beside] {
        &self.definitions
    }

    /// Whether something is written at a pointer.
    #[must_use]
    pub fn has(&self, pointer: &crate::place::Pointer) -> bool {
        self.root.as_ref().is_some_and(|root| root.has(pointer))
    }

    /// Which of the [files](Self::files) a place is in, and the bytes of its text that it means, or `None` for a file
    /// beside the spec.
    ///
    /// What does not exist falls back to the nearest thing around it that does: the key that names it, or the opening
    /// bracket of an object that has no key, which is the whole spec or an item of a list.
    #[must_use]
    pub fn range(&self, place: &Place) -> Option<(usize, Range<usize>)> {
        self.range_by(&Index::default(), place)
    }

    /// The same by an index, for those who look for many.
    #[must_use]
    pub fn range_by<'n>(&'n self, index: &Index<'n>, place: &Place) -> Option<(usize, Range<usize>)> {
        let range = match (place, &self.root) {
            (Place::Value(pointer), Some(root)) => root.range_by(index, pointer, false),
            (Place::Key(pointer), Some(root)) => root.range_by(index, pointer, true),
            (Place::Value(_) | Place::Key(_), None) => 0..0,
            (Place::Text(range), _) => range.clone(),
            (Place::File(_), _) => return None,
        };
        let next = self.files.partition_point(|file| file.start() <= range.start);
        let file = next.saturating_sub(1);
        Some((file, self.files[file].own(&range)))
    }
}

/// The last position in `text` that is not after `at` and not inside a character.
fn char_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Pointer;
    use pretty_assertions::assert_eq;

    const SPEC: &str = "{ // two nets\n  \"networks\": { \"l/n\": { \"ip\": [\"é\", 1.5] } }, \"x\": null\n}";

    fn text_at(place: &Place) -> String {
        let (source, problems) = Source::read("lab.json", SPEC.to_owned());
        assert_eq!(problems, []);
        let (_, range) = source.range(place).unwrap();
        source.text()[range].to_owned()
    }

    #[test]
    fn places_are_found_again() {
        let lan = Pointer::root().key("networks").key("l/n");
        assert_eq!(text_at(&Place::key(&lan)), "\"l/n\"");
        assert_eq!(text_at(&Place::value(&lan)), "{ \"ip\": [\"é\", 1.5] }");
        assert_eq!(text_at(&Place::value(lan.key("ip").index(0))), "\"é\"");
        assert_eq!(text_at(&Place::value(lan.key("ip").index(1))), "1.5");
        assert_eq!(text_at(&Place::value(Pointer::root().key("x"))), "null");
        assert_eq!(text_at(&Place::value(Pointer::root())), SPEC);
        assert_eq!(text_at(&Place::Text(2..13)), "// two nets");
    }

    #[test]
    fn what_does_not_exist_falls_back_to_what_is_around_it() {
        let networks = Pointer::root().key("networks");
        assert_eq!(text_at(&Place::value(networks.key("wan").key("ip"))), "\"networks\"");
        assert_eq!(text_at(&Place::value(networks.key("l/n").key("ip").index(2))), "\"ip\"");
        assert_eq!(text_at(&Place::key(networks.key("l/n").key("ip").index(0))), "\"é\"");
        assert_eq!(text_at(&Place::value(Pointer::root().key("pools"))), "{");
        assert_eq!(text_at(&Place::key(Pointer::root())), "{");
    }

    #[test]
    fn places_outside_the_text_do_not_panic() {
        let (source, _) = Source::read("lab.json", "\u{feff}é".to_owned());
        assert_eq!(source.range(&Place::Text(1..900)), Some((0, 0..2)));
        assert_eq!(source.range(&Place::value(Pointer::root().key("a"))), Some((0, 0..0)));
        assert_eq!(source.range(&Place::File("x".to_owned())), None);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_one_problem() {
        let (source, problems) = Source::from_bytes("lab.json", b"{ \"lab\": \"caf\xe9\" }".to_vec());
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].place, Place::Text(13..16));
        assert_eq!(source.text(), "{ \"lab\": \"caf\u{fffd}\" }");
        let (_, problems) = Source::from_bytes("lab.json", b"\xff\xfe{\0}\0".to_vec());
        assert_eq!(problems[0].help, "the file is UTF-16; save it as UTF-8");
    }
}
