//! One problem in, a paragraph with the marked text out, drawn by annotate-snippets.
//!
//! The renderer gets only the lines that it shall show, and of long lines only what is near a mark, so that a report
//! costs the same in a large or minified spec as in a small one.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::lines::{Lines, Position, Span, Texts};
use super::{Located, concealed};
use crate::place::Place;
use crate::problem::{Problem, Severity};
use crate::visible;

/// Lines longer than this, in bytes, are cut.
const LONG: usize = 240;
/// What stays of a long line before and after a mark: more than the renderer shows.
const AROUND: usize = 200;
/// The longest mark, in bytes.
const LONGEST_MARK: usize = 100;
/// The longest sentence, in characters: what it quotes of the spec may be of any length.
const LONGEST_SENTENCE: usize = 2000;
/// Places more lines apart than this get their own frames.
const FAR: usize = 100;

/// A place to mark.
struct Mark<'a> {
    span: Span,
    label: Cow<'a, str>,
    kind: AnnotationKind,
}

pub(super) fn print(located: &Located<'_>, texts: Option<&Texts<'_>>, color: bool) -> String {
    let problem = located.problem;
    let level = match problem.id.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let message = visible::line(&problem.message);
    let mut group = Group::with_title(level.primary_title(sentence(&message)).id(problem.id.name()));
    let mut true_headers = Vec::new();
    if let (Some(texts), Some(span)) = (texts, &located.span) {
        for marks in frames(texts, problem, span) {
            let lines = texts.lines(&marks[0].span);
            let frame = Frame::new(lines, &marks);
            true_headers.extend(frame.true_header(lines));
            group = group.element(frame.snippet(lines));
        }
    }
    for place in std::iter::once(&problem.place).chain(problem.related.iter().map(|(place, _)| place)) {
        if let Place::File(name) = place {
            group = group.element(Origin::path(visible::line(name)));
        }
    }
    if !problem.help.is_empty() {
        group = group.element(Level::HELP.message(sentence(&visible::line(&problem.help)).into_owned()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.render(&[group]);
    for (reported, meant) in true_headers {
        text = text.replacen(&reported, &meant, 1);
    }
    if located.span.is_none() {
        // Without line numbers the renderer leaves no room for them.
        text = text.replace('\n', "\n ");
    }
    text.push_str("\n\n");
    text
}

/// A message or a way out, cut where it is very long.
fn sentence(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST_SENTENCE) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// The marks of a problem, those together that are near each other in one file.
fn frames<'a>(texts: &Texts<'_>, problem: &'a Problem, span: &Span) -> Vec<Vec<Mark<'a>>> {
    let primary =
        Mark { span: texts.on_one_line(span), label: visible::line(&problem.label), kind: AnnotationKind::Primary };
    let mut frames = vec![vec![primary]];
    for (place, label) in &problem.related {
        let Some(span) = texts.span(place) else { continue };
        let mark = Mark { span: texts.on_one_line(&span), label: visible::line(label), kind: AnnotationKind::Context };
        let fits = |marks: &[Mark<'_>]| marks.iter().all(|other| near(texts, &other.span, &mark.span));
        match frames.iter_mut().find(|marks| fits(marks)) {
            Some(marks) => marks.push(mark),
            None => frames.push(vec![mark]),
        }
    }
    frames
}

fn near(texts: &Texts<'_>, one: &Span, other: &Span) -> bool {
    if one.file != other.file {
        return false;
    }
    let lines = texts.lines(one);
    let long = [one, other].iter().any(|span| lines.line(span.start.line).len() > LONG);
    if long {
        one.start.line == other.start.line && one.range.start.abs_diff(other.range.start) < LONGEST_MARK
    } else {
        one.start.line.abs_diff(other.start.line) <= FAR
    }
}

/// Some lines of the text, with the marks on them.
struct Frame<'a> {
    first_line: usize,
    text: String,
    annotations: Vec<Annotation<'a>>,
    /// Where the mark that the header names is in `text`, and where it is meant to be.
    at: (usize, Position),
}

impl<'a> Frame<'a> {
    fn new(lines: &Lines<'_>, marks: &[Mark<'a>]) -> Self {
        let numbers = marks.iter().map(|mark| mark.span.start.line);
        let (first_line, last_line) = (numbers.clone().min().unwrap_or(1), numbers.max().unwrap_or(1));
        let mut text = String::new();
        let mut annotations = Vec::new();
        let mut at: Option<(usize, Position)> = None;
        for number in first_line..=last_line {
            if number > first_line {
                text.push('\n');
            }
            let on_line = || marks.iter().filter(|mark| mark.span.start.line == number);
            let kept = kept(lines, number, on_line().map(|mark| mark.span.range.start).min());
            for mark in on_line() {
                let start = mark.span.range.start.min(kept.end);
                let end = mark.span.range.end.min(mark.span.range.start + LONGEST_MARK).min(kept.end);
                let end = boundary(lines, end).max(start);
                let in_frame = |at: usize| text.len() + part(lines, kept.start..at).len();
                let (start, end) = (in_frame(start), in_frame(end));
                if at.is_none() || mark.kind == AnnotationKind::Primary {
                    at = Some((start, mark.span.start));
                }
                let label = (!mark.label.is_empty()).then(|| mark.label.clone());
                annotations.push(mark.kind.span(start..end).label(label));
            }
            text.push_str(&part(lines, kept));
        }
        Self { first_line, text, annotations, at: at.expect("a frame has a mark") }
    }

    fn snippet(self, lines: &Lines<'_>) -> Snippet<'a, Annotation<'a>> {
        Snippet::source(self.text).line_start(self.first_line).path(path(lines)).annotations(self.annotations)
    }

    /// The header that the renderer makes from the text as cut, and the one that is meant, if they differ.
    fn true_header(&self, lines: &Lines<'_>) -> Option<(String, String)> {
        let (at, meant) = &self.at;
        let column = self.text[..*at].rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let header = |column: usize| format!("{}:{}:{column}", path(lines), meant.line);
        (column != meant.column).then(|| (header(column), header(meant.column)))
    }
}

fn path(lines: &Lines<'_>) -> String {
    visible::line(lines.file.name()).into_owned()
}

/// The part of a line in a range, as it is shown.
fn part(lines: &Lines<'_>, range: Range<usize>) -> String {
    of_one_column(&concealed::shown(lines.file.text(), range, &lines.concealed)).into_owned()
}

/// The text of a line, in which each hidden character is a sign of one column, so that marks stay where they are. The renderer
/// itself does that for those of ASCII.
fn of_one_column(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| visible::is_hidden(c) && !c.is_ascii();
    if text.contains(is_hidden) { text.replace(is_hidden, "\u{fffd}").into() } else { text.into() }
}

/// The part of a line to show: all of it unless it is long.
fn kept(lines: &Lines<'_>, number: usize, mark: Option<usize>) -> Range<usize> {
    let line = lines.line(number);
    if line.len() <= LONG {
        return line;
    }
    let mark = mark.unwrap_or(line.start);
    let start = boundary(lines, mark.saturating_sub(AROUND).max(line.start));
    start..boundary(lines, (mark + LONGEST_MARK + AROUND).min(line.end))
}

/// The last position that is not after `at` and not inside a character.
fn boundary(lines: &Lines<'_>, at: usize) -> usize {
    (0..=at).rev().find(|at| lines.file.text().is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
