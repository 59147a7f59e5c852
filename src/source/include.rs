//! A spec's own tree in; its tree with what it includes, and the problems of that, out.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use super::merge::merge;
use super::{File, Kind, Member, Node};
use crate::place::Place;
use crate::problem::{Id, Problem};
use crate::visible;

/// Where included files come from.
///
/// A path that is not absolute is relative to where the spec itself was named, such as the working directory.
pub trait Files {
    /// One path for all the ways to name one file.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// No files: a spec that is only a text includes nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoFiles;

impl Files for NoFiles {
    fn canonical(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "only the spec itself is read here"))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.canonical(path).map(|_| Vec::new())
    }
}

/// Files that are only in memory, by their paths without `.` and, as far as can be, without `..`.
impl Files for BTreeMap<PathBuf, Vec<u8>> {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let path = straight(path);
        if self.contains_key(&path) { Ok(path) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.get(&straight(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// What an included file says of itself only.
const OF_THE_FILE: [&str; 4] = ["$schema", "version", "description", "include"];

/// The way through the files, each of which is read once.
pub(super) struct Walk<'f> {
    disk: &'f dyn Files,
    pub(super) files: Vec<File>,
    pub(super) problems: Vec<Problem>,
    /// What is merged so far.
    merged: Option<Node>,
    /// Whether every included file was read.
    pub(super) complete: bool,
    /// The files met so far, by their canonical paths, and whether each of them is on the way now.
    known: HashMap<PathBuf, bool>,
    /// The files from the spec to the one whose entries are read now. A list, because recursion would overflow the stack on
    /// a long way.
    way: Vec<Open>,
}

/// A file on the way.
struct Open {
    path: PathBuf,
    canonical: PathBuf,
    /// What it includes and is still to be looked at.
    entries: std::vec::IntoIter<Entry>,
    /// What is merged of it, unless it is the spec itself.
    included: Option<Included>,
}

/// A file that has been read and is a JSON object.
struct Included {
    /// Its number.
    at: usize,
    span: Range<usize>,
    members: Vec<Member>,
}

/// A path that a file includes, and where it says so.
type Entry = (String, Range<usize>);

impl<'f> Walk<'f> {
    pub(super) fn new(disk: &'f dyn Files, file: File, problems: Vec<Problem>) -> Self {
        let (files, known, way) = (vec![file], HashMap::new(), Vec::new());
        Self { disk, files, problems, merged: None, complete: true, known, way }
    }

    /// The tree of the spec at `path`, whose own is `root`, with everything that it includes.
    pub(super) fn spec(&mut self, path: &Path, root: Node) -> Node {
        let Kind::Object(members) = &root.kind else { return root };
        let Some(include) = include(members) else { return root };
        let entries = self.entries(include);
        let canonical = self.disk.canonical(path).unwrap_or_else(|_| path.to_owned());
        self.enter(Open { path: path.to_owned(), canonical, entries, included: None });
        while let Some(file) = self.way.last_mut() {
            if let Some((entry, span)) = file.entries.next() {
                let path = file.path.parent().unwrap_or(Path::new("")).join(&entry);
                self.include(&path, &entry, span);
            } else if let Some(file) = self.way.pop() {
                self.known.insert(file.canonical, false);
                if let Some(included) = file.included {
                    self.merge(included);
                }
            }
        }
        match self.merged.take() {
            None => root,
            Some(mut merged) => {
                merge(&mut merged, root, &mut self.problems);
                merged
            }
        }
    }

    fn enter(&mut self, file: Open) {
        self.known.insert(file.canonical.clone(), true);
        self.way.push(file);
    }

    /// The paths that a file includes. The validation of the spec reports the items that are no paths.
    fn entries(&mut self, include: &Node) -> std::vec::IntoIter<Entry> {
        let Kind::Array(items) = &include.kind else {
            self.complete = false;
            return Vec::new().into_iter();
        };
        let path = |item: &Node| match &item.kind {
            Kind::String(path) => Some((path.clone(), item.span.clone())),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Array(_) | Kind::Object(_) => None,
        };
        let paths: Vec<Entry> = items.iter().filter_map(path).collect();
        self.complete &= paths.len() == items.len();
        paths.into_iter()
    }

    /// Reads a file, unless it is known, and goes there.
    fn include(&mut self, path: &Path, entry: &str, span: Range<usize>) {
        let (path, canonical) = self.find(path);
        if let Ok(canonical) = &canonical
            && let Some(on_the_way) = self.known.get(canonical)
        {
            self.problems.extend(on_the_way.then(|| self.cycle(canonical, span)));
            return;
        }
        let read = canonical.and_then(|canonical| Ok((canonical, self.disk.read(&path)?)));
        let (canonical, bytes) = match read {
            Ok(read) => read,
            Err(error) => {
                self.complete = false;
                self.problems.push(not_found(&path, entry, &error, span));
                return;
            }
        };
        let start = self.files.last().map_or(0, File::next_start);
        let (file, problem) = File::from_bytes(path.display().to_string(), bytes, start);
        let encoding = problem.as_ref().map(|problem| problem.help.clone());
        match problem.map_or_else(|| file.parse(), |problem| Err(Box::new(problem))) {
            Ok((Node { kind: Kind::Object(members), span }, duplicates)) => {
                self.files.push(file);
                self.problems.extend(duplicates);
                let entries = include(&members).map_or_else(|| Vec::new().into_iter(), |include| self.entries(include));
                let included = Some(Included { at: self.files.len() - 1, span, members });
                self.enter(Open { path, canonical, entries, included });
            }
            Err(problem) if may_be_spec(&canonical, file.text()) => {
                self.files.push(file);
                self.leave_out(canonical, *problem);
            }
            Ok(_) => self.leave_out(canonical, no_spec(Id::WrongType, &path, span, None)),
            Err(_) => self.leave_out(canonical, no_spec(Id::SyntaxError, &path, span, encoding)),
        }
    }

    /// Goes on without a file.
    fn leave_out(&mut self, canonical: PathBuf, problem: Problem) {
        self.complete = false;
        self.known.insert(canonical, false);
        self.problems.push(problem);
    }

    /// Merges an included file.
    fn merge(&mut self, Included { at, span, mut members }: Included) {
        let of_the_file = |member: &mut Member| OF_THE_FILE.contains(&member.key.as_str());
        let apart = members.extract_if(.., of_the_file).collect();
        self.files[at].apart = Some(Node { span: span.clone(), kind: Kind::Object(apart) });
        let root = Node { span, kind: Kind::Object(members) };
        match &mut self.merged {
            None => self.merged = Some(root),
            Some(merged) => merge(merged, root, &mut self.problems),
        }
    }

    /// The path without `..` (unless a symlink makes that another file), and its canonical form.
    fn find(&self, path: &Path) -> (PathBuf, io::Result<PathBuf>) {
        let (straight, canonical) = (straight(path), self.disk.canonical(path));
        let same = self.disk.canonical(&straight).ok() == canonical.as_ref().ok().cloned();
        (if same { straight } else { path.to_owned() }, canonical)
    }

    fn cycle(&self, canonical: &Path, span: Range<usize>) -> Problem {
        let way = self.way.iter().skip_while(|file| file.canonical != canonical);
        let mut names: Vec<String> = way.map(|file| format!("`{}`", file.path.display())).collect();
        // It ends where it starts, however that is named.
        names.extend(names.first().cloned());
        let message = format!("files include each other in a cycle: {}", names.join(" → "));
        Problem::new(Id::IncludeCycle, Place::Text(span), message)
            .label("closes the cycle")
            .help("move what they share into a file that includes neither")
    }
}

/// Whether a file that is no JSON may be a spec with a slip in it, which is of use only where it is shown. `path` is that without
/// links, so that no link makes a spec of something else. Of any other file nothing is quoted: whoever reads the report may
/// be somebody else than who may read the file.
fn may_be_spec(path: &Path, text: &str) -> bool {
    let is_named_so = path.extension().is_some_and(|extension| extension == "json" || extension == "jsonc");
    is_named_so && after_comments(text).starts_with('{')
}

/// The problem of a file that is none, of which nothing is quoted.
fn no_spec(id: Id, path: &Path, span: Range<usize>, encoding: Option<String>) -> Problem {
    let message = format!("`{}` cannot be included: it is not a JSON object", visible::path(path));
    let help = encoding.unwrap_or_else(|| "an included file has to be a spec too: `{ … }`".to_owned());
    Problem::new(id, Place::Text(span), message).label("included here").help(help)
}

/// The text from its first character that is in no comment and no blank.
fn after_comments(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        let rest = match text.get(..2) {
            Some("//") => text.split_once('\n'),
            Some("/*") => text.split_once("*/"),
            _ => return text,
        };
        text = rest.map_or("", |(_, rest)| rest);
    }
}

/// What a file includes, if it says so.
fn include(members: &[Member]) -> Option<&Node> {
    members.iter().find(|member| member.key == "include").map(|member| &member.value)
}

fn not_found(path: &Path, entry: &str, error: &io::Error, span: Range<usize>) -> Problem {
    let path = visible::path(path);
    let message = match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file `{path}` to include"),
        _ => format!("`{path}` cannot be included: {}", reason(error)),
    };
    let help = if entry.starts_with('~') {
        "`~` is not expanded: write an absolute path, or one relative to the directory of this file"
    } else {
        "the path is relative to the directory of this file"
    };
    Problem::new(Id::IncludeNotFound, Place::Text(span), message).label("included here").help(help)
}

/// What is wrong; where the system says so, without its number for it.
pub(super) fn reason(error: &io::Error) -> String {
    let said = error.to_string();
    let number = error.raw_os_error().map(|number| format!(" (os error {number})"));
    number.and_then(|number| said.strip_suffix(&number)).map_or_else(|| said.clone(), str::to_lowercase)
}

/// A path without `.` and without `..` where a directory is before it.
pub(super) fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        let above = straight.components().next_back();
        match (part, above) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                straight.pop();
            }
            (part, _) => straight.push(part),
        }
    }
    if straight.as_os_str().is_empty() { path.to_owned() } else { straight }
}

#[cfg(test)]
mod tests;
