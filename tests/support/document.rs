//! Documents in Markdown: their headings, their prose and their fenced blocks.

use std::fs;
use std::path::{Path, PathBuf};

/// Where it says how to work on this.
pub const CONTRIBUTING: &str = "CONTRIBUTING.md";

/// The README, what is for contributors, and the files of `docs/`.
pub fn documents() -> Vec<Document> {
    let mut paths = super::with_extension(Path::new("docs"), "md");
    paths.extend(["README.md", CONTRIBUTING].map(PathBuf::from));
    paths.sort();
    paths.iter().map(|path| Document::read(path)).collect()
}

/// A document, as its parts in order.
pub struct Document {
    pub parts: Vec<Part>,
}

pub enum Part {
    Heading(Heading),
    /// A line that is in no block and no heading.
    Line(String),
    Block(Block),
}

/// A heading.
pub struct Heading {
    /// 1 for the document's own.
    pub level: usize,
    pub text: String,
}

/// A fenced block.
pub struct Block {
    /// Where it starts: `README.md:12`.
    pub place: String,
    /// The word after the fence.
    pub language: String,
    pub lines: Vec<String>,
}

impl Document {
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (mut parts, mut open) = (Vec::new(), None::<Block>);
        for (index, line) in text.lines().enumerate() {
            match (line.trim_start().strip_prefix("```"), &mut open) {
                (Some(_), Some(_)) => parts.extend(open.take().map(Part::Block)),
                (Some(language), None) => {
                    let place = format!("{}:{}", path.display(), index + 1);
                    open = Some(Block { place, language: language.trim().to_owned(), lines: Vec::new() });
                }
                (None, Some(block)) => block.lines.push(line.to_owned()),
                (None, None) => {
                    let heading = Heading::read(line);
                    parts.push(heading.map_or_else(|| Part::Line(line.to_owned()), Part::Heading));
                }
            }
        }
        assert!(open.is_none(), "{}: a block has no end", path.display());
        Self { parts }
    }

    /// The blocks in a language.
    pub fn blocks<'d>(&'d self, language: &'d str) -> impl Iterator<Item = &'d Block> {
        self.parts.iter().filter_map(move |part| match part {
            Part::Block(block) if block.language == language => Some(block),
            Part::Block(_) | Part::Heading(_) | Part::Line(_) => None,
        })
    }
}

impl Heading {
    fn read(line: &str) -> Option<Self> {
        let (marks, text) = line.split_once(' ')?;
        let is_heading = !marks.is_empty() && marks.chars().all(|mark| mark == '#');
        is_heading.then(|| Self { level: marks.len(), text: text.trim().to_owned() })
    }

    /// What a link to it says after the `#`, as GitHub makes it.
    pub fn anchor(&self) -> String {
        let kept = self.text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
    }
}

impl Block {
    /// What is between the fences.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// What the block shows that a command says: the lines below `$ COMMAND`, up to the next command.
    pub fn said_by(&self, command: &str) -> Option<String> {
        let mut lines = self.lines.iter();
        lines.find(|line| line.strip_prefix("$ ") == Some(command))?;
        Some(lines.take_while(|line| !line.starts_with("$ ")).flat_map(|line| [line, "\n"]).collect())
    }
}
