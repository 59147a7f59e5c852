//! The block of a Markdown document that is kept fresh: what stands between two comment lines, of which the first says by which
//! command.
//!
//! ```text
//! <!-- lab2nix graph lab.json --into README.md begin -->
//! …
//! <!-- lab2nix graph end -->
//! ```

use std::ops::Range;

use crate::place::Place;
use crate::problem::{Id, Problem};

/// What both lines start with.
const START: &str = "<!-- lab2nix graph ";
/// How the first one ends.
const BEGIN: &str = " begin -->";
/// The second one.
pub const END: &str = "<!-- lab2nix graph end -->";

/// The block of a document that one command keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What is between the two lines, in bytes.
    pub range: Range<usize>,
    /// What lines of the document end with there.
    pub line_end: &'static str,
}

/// A line of a document that is one of the two, with its place.
struct Mark<'t> {
    /// The command of a first line.
    command: Option<&'t str>,
    /// The line without its end.
    range: Range<usize>,
    /// Where the next line starts.
    next: usize,
}

/// The first of the two lines for a command: its arguments after `lab2nix graph`.
#[must_use]
pub fn first_line(arguments: &str) -> String {
    format!("{START}{arguments}{BEGIN}")
}

/// Whether arguments can stand in a comment, which is one line.
#[must_use]
pub fn can_stand_in_comment(arguments: &str) -> bool {
    // A comment of HTML ends with either.
    !["-->", "--!>"].iter().any(|end| arguments.contains(end)) && !arguments.contains(crate::visible::is_hidden)
}

impl Block {
    /// Finds the block of a command, by its arguments after `lab2nix graph`, in the text of a document.
    ///
    /// # Errors
    ///
    /// A problem with its place in the text: the lines are missing, are there twice, or not one after the other.
    pub fn find(text: &str, arguments: &str) -> Result<Self, Box<Problem>> {
        let marks = marks(text);
        let own: Vec<usize> = (0..marks.len()).filter(|at| marks[*at].command == Some(arguments)).collect();
        let place = |at: usize| Place::Text(marks[at].range.clone());
        let problem = |place: Place, message: &str| Problem::new(Id::GraphBlock, place, message);
        let is_end = |at: usize| marks.get(at).is_some_and(|mark| mark.command.is_none());
        let stray = (0..marks.len()).find(|at| is_end(*at) && (*at == 0 || is_end(at - 1)));
        match (own.as_slice(), stray) {
            ([], _) => Err(Box::new(missing(text, &marks, arguments))),
            ([at], stray) => match marks.get(at + 1) {
                Some(Mark { command: None, .. }) if stray.is_some() => Err(Box::new(
                    problem(place(stray.unwrap_or_default()), "a line ends a graph block that was never begun")
                        .label("no block to end")
                        .help("delete it, or add the line that begins its block"),
                )),
                Some(Mark { command: None, range, .. }) => {
                    let first = &marks[*at];
                    let line_end = if text[first.range.end..first.next] == *"\r\n" { "\r\n" } else { "\n" };
                    Ok(Self { range: first.next..range.start, line_end })
                }
                Some(Mark { command: Some(_), .. }) => Err(Box::new(
                    problem(place(at + 1), "a graph block begins inside another one")
                        .label("begins here")
                        .related(place(*at), "this one has not ended")
                        .help(format!("end the first one: add the line `{END}` before this")),
                )),
                None => Err(Box::new(problem(place(*at), "a graph block has no end").label("begins here").help(
                    if marks[..*at].iter().any(|mark| mark.command.is_none()) {
                        format!("the line `{END}` belongs below this one")
                    } else {
                        format!("add the line `{END}` below it")
                    },
                ))),
            },
            ([first, second, ..], _) => Err(Box::new(
                problem(place(*second), "a document has two blocks for the same graph")
                    .second_of(&place(*first))
                    .help("delete one of them, with its two lines"),
            )),
        }
    }

    /// The text with this between the two lines.
    #[must_use]
    pub fn filled(&self, text: &str, content: &str) -> String {
        let content = content.replace('\n', self.line_end);
        [&text[..self.range.start], &content, &text[self.range.end..]].concat()
    }
}

/// The problem of a document that has no block of the command.
fn missing(text: &str, marks: &[Mark<'_>], arguments: &str) -> Problem {
    let first = first_line(arguments);
    let both = format!("add the lines `{first}` and `{END}` where the graph belongs");
    let message = "the document has no place for the graph";
    let problem = |range: &Range<usize>| Problem::new(Id::GraphBlock, Place::Text(range.clone()), message);
    if let Some(other) = marks.iter().find(|mark| mark.command.is_some()) {
        let help = format!("{both}; or make this line `{first}`");
        return problem(&other.range).label("this block belongs to another command").help(help);
    }
    if let Some(end) = marks.first() {
        let help = format!("add the line `{first}` above it");
        return problem(&end.range).label("this line ends a block that was never begun").help(help);
    }
    let end = text.trim_end().len();
    let last = text[..end].rfind('\n').map_or(0, |at| at + 1);
    problem(&(last..end)).label("the document ends here").help(both)
}

/// The lines of the two kinds, but for those that a fenced block quotes.
fn marks(text: &str) -> Vec<Mark<'_>> {
    let mut marks: Vec<Mark<'_>> = Vec::new();
    let mut fence: Option<Fence> = None;
    let mut at = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.strip_suffix('\n').unwrap_or(whole);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let (range, next) = (at..at + line.len(), at + whole.len());
        at = next;
        let is_open = marks.last().is_some_and(|mark| mark.command.is_some());
        // Between the two lines is what a command wrote, or somebody has spoilt: only the second one ends it.
        if !is_open {
            let before = fence;
            fence = fence_after(line, before);
            if before.is_some() || fence.is_some() {
                continue;
            }
        }
        let line = line.trim_end();
        if line == END {
            marks.push(Mark { command: None, range, next });
        } else if let Some(command) = line.strip_prefix(START).and_then(|rest| rest.strip_suffix(BEGIN)) {
            marks.push(Mark { command: Some(command), range, next });
        }
    }
    marks
}

/// What a fenced block began with: a sign, and how many of it.
type Fence = (char, usize);

/// Which fence is open after a line, where this one was before
/// ([`CommonMark`](https://spec.commonmark.org/0.31.2/#fenced-code-blocks)).
fn fence_after(line: &str, open: Option<Fence>) -> Option<Fence> {
    let text = line.trim_start_matches(' ');
    let Some(sign) = text.chars().next().filter(|sign| matches!(sign, '`' | '~')) else { return open };
    let rest = text.trim_start_matches(sign);
    let length = text.len() - rest.len();
    if line.len() - text.len() > 3 || length < 3 {
        return open;
    }
    match open {
        None => (sign == '~' || !rest.contains('`')).then_some((sign, length)),
        Some((opened, least)) if sign == opened && length >= least && rest.trim().is_empty() => None,
        Some(_) => open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const FIRST: &str = "<!-- lab2nix graph lab.json begin -->";

    fn filled(text: &str) -> Result<String, String> {
        let text = text.replace("BEGIN", FIRST).replace("END", END);
        let block = Block::find(&text, "lab.json").map_err(|problem| {
            let Place::Text(range) = &problem.place else { panic!("{problem:?}") };
            format!("{}: {}", text[..range.start].matches('\n').count() + 1, problem.message)
        })?;
        Ok(block.filled(&text, "new\n").replace(FIRST, "BEGIN").replace(END, "END"))
    }

    #[test]
    fn what_is_between_the_lines_is_replaced() {
        let check = |text: &str, expected: &str| assert_eq!(filled(text).as_deref(), Ok(expected));
        check("a\nBEGIN\nEND\nb\n", "a\nBEGIN\nnew\nEND\nb\n");
        check("BEGIN\nold\n```\nold\nEND", "BEGIN\nnew\nEND");
        check("a\r\nBEGIN\r\nold\r\nEND\r\n\r\n\tb", "a\r\nBEGIN\r\nnew\r\nEND\r\n\r\n\tb");
        check("```\nBEGIN\nEND\n```\nBEGIN  \nEND\n", "```\nBEGIN\nEND\n```\nBEGIN  \nnew\nEND\n");
        check("~~~~\n~~~\nBEGIN\n~~~~\nBEGIN\nEND\n", "~~~~\n~~~\nBEGIN\n~~~~\nBEGIN\nnew\nEND\n");
        let other = "<!-- lab2nix graph other.json begin -->\nx\nEND\n";
        check(&format!("{other}BEGIN\nEND\n"), &format!("{other}BEGIN\nnew\nEND\n"));
    }

    #[test]
    fn lines_that_are_not_as_they_should_be() {
        let check = |text: &str, expected: &str| assert_eq!(filled(text), Err(expected.to_owned()), "{text}");
        check("a\nb\n\n", "2: the document has no place for the graph");
        check("", "1: the document has no place for the graph");
        check("a\n```\nBEGIN\nEND\n```\n", "5: the document has no place for the graph");
        check("a\nEND\n", "2: the document has no place for the graph");
        check("<!-- lab2nix graph other.json begin -->\nEND\n", "1: the document has no place for the graph");
        check("BEGIN\nb\n", "1: a graph block has no end");
        check("END\nBEGIN\n", "2: a graph block has no end");
        check("END\nBEGIN\nEND\n", "1: a line ends a graph block that was never begun");
        check("BEGIN\nEND\nEND\n", "3: a line ends a graph block that was never begun");
        check("BEGIN\nEND\nBEGIN\nEND\n", "3: a document has two blocks for the same graph");
        check("BEGIN\n<!-- lab2nix graph other.json begin -->\nEND\n", "2: a graph block begins inside another one");
    }

    #[test]
    fn what_can_be_in_a_comment() {
        for (arguments, expected) in
            [("lab.json --into a.md", true), ("a-->b", false), ("a--!>b", false), ("a\nb", false)]
        {
            assert_eq!(can_stand_in_comment(arguments), expected, "{arguments}");
        }
    }
}
