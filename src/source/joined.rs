//! Several specs in, one source with the texts of all out.

use super::{File, Index, Source};
use crate::place::Place;
use crate::problem::Problem;

/// Several specs as one source, so that one report can show places of all. A file that several of them include is there once.
pub struct Joined<'s> {
    source: Source,
    specs: Vec<Spec<'s>>,
}

/// A spec, and where the texts of its files start among those of all.
struct Spec<'s> {
    source: &'s Source,
    index: Index<'s>,
    starts: Vec<usize>,
}

impl<'s> Joined<'s> {
    /// The specs, in their order.
    pub fn new(specs: impl IntoIterator<Item = &'s Source>) -> Self {
        let mut files: Vec<File> = Vec::new();
        let mut start_of = |file: &File| {
            if let Some(known) = files.iter().find(|known| known.name() == file.name() && known.text() == file.text()) {
                return known.start();
            }
            let start = files.last().map_or(0, File::next_start);
            files.push(file.starting_at(start));
            start
        };
        let spec = |source: &'s Source| {
            let starts = source.files().iter().map(&mut start_of).collect();
            Spec { source, index: Index::default(), starts }
        };
        let specs = specs.into_iter().map(spec).collect();
        Self { source: Source { files, root: None, complete: false, definitions: Vec::new() }, specs }
    }

    /// The texts of all: what the places that [`place`](Self::place) returns are in.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Where a place of the spec at this position is among the texts of all.
    #[must_use]
    pub fn place(&self, spec: usize, place: &Place) -> Place {
        let Spec { source, index, starts } = &self.specs[spec];
        match source.range_by(index, place) {
            Some((file, range)) => Place::Text(range.start + starts[file]..range.end + starts[file]),
            None => place.clone(),
        }
    }

    /// Whether a place among the texts of all is in a file of the spec at this position.
    #[must_use]
    pub fn has(&self, spec: usize, place: &Place) -> bool {
        let Place::Text(range) = place else { return false };
        let next = self.source.files.partition_point(|file| file.start() <= range.start);
        let file = &self.source.files[next.saturating_sub(1)];
        self.specs[spec].starts.contains(&file.start())
    }

    /// A problem of the spec at this position, placed among the texts of all.
    #[must_use]
    pub fn problem(&self, spec: usize, mut problem: Problem) -> Problem {
        problem.place = self.place(spec, &problem.place);
        for place in problem.related.iter_mut().map(|(place, _)| place).chain(&mut problem.conceals) {
            *place = self.place(spec, place);
        }
        problem
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::place::Pointer;
    use pretty_assertions::assert_eq;

    #[test]
    fn places_of_all_specs_are_found_again() {
        let files = BTreeMap::from([(PathBuf::from("both.json"), b"{ \"os\": 1 }".to_vec())]);
        let read = |name: &str, text: &str| Source::with_includes(Path::new(name), text.into(), &files).0;
        let one = read("one.json", "\u{feff}{ \"include\": [\"both.json\"], \"lab\": \"one\" }");
        let two = read("two.json", "{ \"lab\": \"two\", \"include\": [\"both.json\"] }");
        let joined = Joined::new([&one, &two]);
        let found = |spec: usize, key: &str| {
            let (file, range) =
                joined.source().range(&joined.place(spec, &Place::value(Pointer::root().key(key)))).unwrap();
            let file = &joined.source().files()[file];
            (file.name().to_owned(), file.text()[range].to_owned())
        };
        let text = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(found(0, "lab"), text("one.json", "\"one\""));
        assert_eq!(found(1, "lab"), text("two.json", "\"two\""));
        assert_eq!(found(0, "os"), text("both.json", "1"));
        assert_eq!(found(1, "os"), text("both.json", "1"));
        assert_eq!(joined.source().files().len(), 3);
        let beside = Place::File("x".to_owned());
        assert_eq!(joined.place(1, &beside), beside);
    }
}
