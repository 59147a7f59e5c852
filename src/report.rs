//! Problems and the spec's texts in; a report for people, programs or GitHub out.
//!
//! Nothing is printed here: the report comes back as a string. Problems stand in source order, those of included files
//! after those of the spec itself, and those of files beside the spec at the end.

mod concealed;
mod github;
mod human;
mod json;
mod lines;

use crate::place::Place;
use crate::problem::{Problem, Severity};
use crate::source::Source;
use crate::visible;
use concealed::Concealed;
use lines::{Span, Texts};

/// What a report looks like. Whatever it looks like, it goes to standard error, as results have standard output for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// The text with the places marked, for people.
    #[default]
    Human,
    /// One JSON object a line, for programs.
    ///
    /// It has `id`, `severity` (`error` or `warning`), `message`, `label`, `help`, `file`, and, for a place in the
    /// spec, `start` and `end`. Those have a `line` and a `column`, counted from 1, and an `offset`, counted from 0.
    /// Columns count characters (Unicode scalar values), offsets bytes of the file. The end is the first position after
    /// the place. `related` is a list of further places, each with `label`, `file`, `start` and `end`.
    ///
    /// What is said beside problems has `severity` and `message` only: a `note`, or an `error` with its `causes`, a list, where
    /// the command could not do its work.
    Json,
    /// Workflow commands, which GitHub shows beside the lines of a pull request.
    Github,
}

/// The report: every problem in its own paragraph or line, each ending in a line break.
///
/// `source` is what the places of the problems are in; without it, as when the spec could not be read, only files are
/// told. What problems [conceal](Problem::conceals) is in none of them. `color` adds escape sequences to the human form; ask [`stderr_wants_color`].
#[must_use]
pub fn render(problems: &[Problem], source: Option<&Source>, format: Format, color: bool) -> String {
    let mut texts = source.map(Texts::new);
    if let Some(texts) = &mut texts {
        texts.conceal(problems);
    }
    let texts = texts.as_ref();
    let concealed = texts.zip(source).map(|(texts, source)| Concealed::of(problems, texts, source));
    let problems = concealed.map_or_else(|| problems.into(), |concealed| concealed.without(problems, texts));
    let mut located: Vec<_> = problems
        .iter()
        .map(|problem| Located { problem, span: texts.and_then(|texts| texts.span(&problem.place)) })
        .collect();
    located.sort_by_key(|located| located.span.as_ref().map_or((usize::MAX, 0), |span| (span.file, span.range.start)));
    let print = match format {
        Format::Human => human::print,
        Format::Json => json::print,
        Format::Github => github::print,
    };
    located.iter().map(|located| print(located, texts, color)).collect()
}

/// Something that is said beside problems, in lines for people.
#[must_use]
pub fn note(text: &str, format: Format) -> String {
    let said = text.trim_end();
    // Lines for people begin with the severity, which is told apart in the others.
    let (severity, command, message) = match (said.strip_prefix("note: "), said.strip_prefix("warning: ")) {
        (Some(message), _) => ("note", "notice", message),
        (None, Some(message)) => ("warning", "warning", message),
        (None, None) => ("note", "notice", said),
    };
    match format {
        Format::Human => visible::lines(text).into_owned(),
        Format::Json => json::said(severity, message, &[]),
        Format::Github => github::command(command, message),
    }
}

/// Why a command could not do its work, and what caused that.
#[must_use]
pub fn failure(message: &str, causes: &[String], format: Format) -> String {
    let told = || causes.iter().fold(message.to_owned(), |text, cause| format!("{text}\n  caused by: {cause}"));
    match format {
        Format::Human => format!("error: {}\n", visible::lines(&told())),
        Format::Json => json::said("error", message, causes),
        Format::Github => github::command("error", &told()),
    }
}

/// The positions in the texts of a spec, which are looked through once.
pub struct Positions<'s>(Texts<'s>);

impl<'s> Positions<'s> {
    /// Those of a spec and of what it includes.
    #[must_use]
    pub fn new(source: &'s Source) -> Self {
        Self(Texts::new(source))
    }

    /// Where a place is: the file, the line and the column, from 1.
    #[must_use]
    pub fn of(&self, place: &Place) -> Option<(&'s str, usize, usize)> {
        let span = self.0.span(place)?;
        Some((self.0.name(&span), span.start.line, span.start.column))
    }
}

/// A closing line such as "2 errors, 1 warning", or nothing when there are no problems.
#[must_use]
pub fn summary(problems: &[Problem]) -> String {
    let count = |severity: Severity| problems.iter().filter(|problem| problem.id.severity() == severity).count();
    let words = |count: usize, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        many => Some(format!("{many} {one}s")),
    };
    let errors = words(count(Severity::Error), "error");
    let warnings = words(count(Severity::Warning), "warning");
    errors.into_iter().chain(warnings).collect::<Vec<_>>().join(", ")
}

/// Whether standard error is a terminal that wants colour; `NO_COLOR`, `CLICOLOR_FORCE` and `TERM` are heard.
#[must_use]
pub fn stderr_wants_color() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// The same of standard output.
#[must_use]
pub fn stdout_wants_color() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// A problem and where its place is in the text.
struct Located<'a> {
    problem: &'a Problem,
    span: Option<Span>,
}

fn severity_word(problem: &Problem) -> &'static str {
    match problem.id.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::place::Pointer;
    use crate::problem::Id;
    use pretty_assertions::assert_eq;

    #[test]
    fn problems_stand_in_source_order() {
        let (source, _) = Source::read("lab.json", "[1, 2]".to_owned());
        let problem = |place: Place, message: &str| Problem::new(Id::BadName, place, message);
        let problems = [
            problem(Place::File("x.nix".to_owned()), "last"),
            problem(Place::Text(4..5), "second"),
            problem(Place::Text(1..2), "first"),
            problem(Place::Text(4..5), "third"),
        ];
        let report = render(&problems, Some(&source), Format::Github, false);
        let order: Vec<_> = report.lines().filter_map(|line| line.rsplit("::").next()).collect();
        assert_eq!(order, ["first", "second", "third", "last"]);
    }

    #[test]
    fn the_severity_of_what_is_said_is_told_once() {
        let said = |text: &str| (note(text, Format::Json), note(text, Format::Github));
        let json = |severity: &str| format!("{{\"severity\":\"{severity}\",\"message\":\"a\"}}\n");
        assert_eq!(said("note: a\n"), (json("note"), "::notice::a\n".to_owned()));
        assert_eq!(said("a\n"), (json("note"), "::notice::a\n".to_owned()));
        assert_eq!(said("warning: a\n"), (json("warning"), "::warning::a\n".to_owned()));
        assert_eq!(note("note: a\n", Format::Human), "note: a\n");
    }

    #[test]
    fn included_files_come_after_the_spec() {
        let files = BTreeMap::from([(PathBuf::from("a.json"), b"{ \"colour\": 1 }".to_vec())]);
        let spec = "{ \"include\": [\"a.json\"],\n\"lab\": 1 }";
        let (source, _) = Source::with_includes(Path::new("lab.json"), spec.into(), &files);
        let problem = |key: &str| Problem::new(Id::BadName, Place::value(Pointer::root().key(key)), key);
        let report = render(&[problem("colour"), problem("lab")], Some(&source), Format::Github, false);
        let starts: Vec<_> = report.lines().filter_map(|line| line.split(",endLine=").next()).collect();
        assert_eq!(starts, ["::error file=lab.json,line=2,col=8", "::error file=a.json,line=1,col=13"]);
    }

    #[test]
    fn summaries_count() {
        let problem = |id: Id| Problem::new(id, Place::Text(0..0), "");
        let check = |ids: &[Id], expected: &str| {
            let problems: Vec<_> = ids.iter().copied().map(problem).collect();
            assert_eq!(summary(&problems), expected);
        };
        check(&[], "");
        check(&[Id::BadName], "1 error");
        check(&[Id::EmptySection], "1 warning");
        check(&[Id::EmptySection, Id::BadName, Id::BadSize, Id::EmptySection], "2 errors, 2 warnings");
    }

    /// Whatever a spec, a path or a file says, no report has a character that is obeyed or not seen, but for its own.
    #[test]
    fn hidden_characters_are_in_no_report() {
        let hidden: String =
            ('\0'..=char::MAX).filter(|c| visible::is_hidden(*c) && !matches!(c, '\n' | '\r')).collect();
        assert!(hidden.chars().count() > 200);
        let name = format!("a{hidden}.json");
        for c in hidden.chars() {
            let (source, _) = Source::read(name.clone(), format!("[\n  \"{c}\", \"marked\"\n]"));
            let text = |what: &str| format!("{what} `{c}\n{c}`");
            let at = 8 + c.len_utf8()..16 + c.len_utf8();
            let problem = Problem::new(Id::BadName, Place::Text(at), text("message"))
                .label(text("label"))
                .related(Place::File(name.clone()), text("related"))
                .related(Place::Text(4..5), text("near"))
                .help(text("help"));
            for format in [Format::Human, Format::Json, Format::Github] {
                let report = render(std::slice::from_ref(&problem), Some(&source), format, false)
                    + &note(&text("note"), format)
                    + &failure(&text("failure"), &[text("cause")], format);
                let found = report.chars().find(|c| visible::is_hidden(*c) && !matches!(c, '\n' | '\t'));
                assert_eq!(found, None, "{report}");
            }
        }
    }

    #[test]
    fn marks_stay_where_hidden_characters_are() {
        let (source, _) = Source::read("lab.json", "[\"\u{85}\u{202e}\", \"x\"]".to_owned());
        let problem = Problem::new(Id::BadName, Place::Text(10..13), "msg").label("here");
        let expected = "
error[bad-name]: msg
 --> lab.json:1:8
  |
1 | [\"\u{fffd}\u{fffd}\", \"x\"]
  |        ^^^ here

";
        assert_eq!(format!("\n{}", render(&[problem], Some(&source), Format::Human, false)), expected);
    }
}
