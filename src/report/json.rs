//! One problem in, one line of JSON out.

use std::fmt::Write as _;

use serde::Serialize;

use super::lines::{Position, Texts};
use super::{Located, severity_word};
use crate::book;
use crate::place::Place;
use crate::visible::is_hidden;

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    severity: &'a str,
    message: &'a str,
    label: &'a str,
    help: &'a str,
    url: String,
    #[serde(flatten)]
    place: Where<'a>,
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    label: &'a str,
    #[serde(flatten)]
    place: Where<'a>,
}

#[derive(Serialize)]
struct Where<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Position>,
}

impl<'a> Where<'a> {
    fn new(place: &'a Place, texts: Option<&'a Texts<'_>>) -> Self {
        let span = texts.and_then(|texts| texts.span(place));
        let file = match (place, &span) {
            (Place::File(name), _) => Some(name.as_str()),
            (Place::Value(_) | Place::Key(_) | Place::Text(_), span) => {
                texts.zip(span.as_ref()).map(|(texts, span)| texts.name(span))
            }
        };
        Self { file, start: span.as_ref().map(|span| span.start), end: span.as_ref().map(|span| span.end) }
    }
}

pub(super) fn print(located: &Located<'_>, texts: Option<&Texts<'_>>, _color: bool) -> String {
    let problem = located.problem;
    let related = problem.related.iter();
    let line = Line {
        id: problem.id.name(),
        severity: severity_word(problem),
        message: &problem.message,
        label: &problem.label,
        help: &problem.help,
        url: book::problem(problem.id.name()),
        place: Where::new(&problem.place, texts),
        related: related.map(|(place, label)| Related { label, place: Where::new(place, texts) }).collect(),
    };
    printed(&line)
}

/// Something that is no problem of the spec: a note, or a failure and what caused it.
#[derive(Serialize)]
struct Said<'a> {
    severity: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    causes: &'a [String],
}

pub(super) fn said(severity: &str, message: &str, causes: &[String]) -> String {
    printed(&Said { severity, message, causes })
}

/// One line, in which hidden characters are escaped, which only strings have.
fn printed(line: &impl Serialize) -> String {
    let text = serde_json::to_string(line).expect("strings and numbers always print");
    let mut printed = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(printed, "\\u{unit:04x}");
            }
        } else {
            printed.push(c);
        }
    }
    printed.push('\n');
    printed
}

#[cfg(test)]
mod tests {
    use crate::place::{Place, Pointer};
    use crate::problem::{Id, Problem};
    use crate::report::{Format, render};
    use crate::source::Source;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_problem_is_a_line() {
        let (source, _) = Source::read("lab.json", "{\n  \"é\": \"x\" }".to_owned());
        let problem = Problem::new(Id::BadName, Place::value(Pointer::root().key("é")), "bad `x`")
            .label("here")
            .related(Place::key(Pointer::root().key("é")), "of \"this\"")
            .help("none");
        let expected = concat!(
            r##"{"id":"bad-name","severity":"error","message":"bad `x`","label":"here","help":"none","##,
            r##""url":"https://lab2nix.github.io/lab2nix/problems.html#bad-name","file":"lab.json","##,
            r#""start":{"line":2,"column":8,"offset":10},"end":{"line":2,"column":11,"offset":13},"#,
            r#""related":[{"label":"of \"this\"","file":"lab.json","#,
            r#""start":{"line":2,"column":3,"offset":4},"end":{"line":2,"column":6,"offset":8}}]}"#,
            "\n"
        );
        assert_eq!(render(&[problem], Some(&source), Format::Json, true), expected);
    }

    #[test]
    fn a_file_has_no_positions() {
        let problem = Problem::new(Id::ForeignFile, Place::File("x.nix".to_owned()), "m");
        let expected = concat!(
            r##"{"id":"foreign-file","severity":"error","message":"m","label":"","help":"","##,
            r##""url":"https://lab2nix.github.io/lab2nix/problems.html#foreign-file","file":"x.nix","related":[]}"##,
            "\n"
        );
        assert_eq!(render(&[problem], None, Format::Json, false), expected);
    }
}
