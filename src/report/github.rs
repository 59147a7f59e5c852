//! One problem in, one workflow command out
//! ([GitHub](https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands)).

use std::fmt::Write as _;

use super::lines::Texts;
use super::{Located, severity_word};
use crate::place::Place;
use crate::visible;

pub(super) fn print(located: &Located<'_>, texts: Option<&Texts<'_>>, _color: bool) -> String {
    let problem = located.problem;
    let mut properties = String::new();
    let mut message = visible::line(&problem.message).into_owned();
    match (&problem.place, &located.span, texts) {
        (Place::File(name), ..) => properties = format!("file={},", property(name)),
        (_, Some(span), Some(texts)) => {
            let span = texts.on_one_line(span);
            properties = format!(
                "file={},line={},col={},endLine={},endColumn={},",
                property(texts.name(&span)),
                span.start.line,
                span.start.column,
                span.end.line,
                span.end.column
            );
        }
        _ => {}
    }
    if !problem.label.is_empty() {
        write!(message, " ({})", visible::line(&problem.label)).expect("writing to a String does not fail");
    }
    for (place, label) in &problem.related {
        let at = match (place, texts.and_then(|texts| texts.span(place)), texts) {
            (Place::File(name), ..) => visible::line(name).into_owned(),
            (_, Some(span), Some(texts)) => {
                format!("{}:{}:{}", visible::line(texts.name(&span)), span.start.line, span.start.column)
            }
            _ => continue,
        };
        write!(message, "\n{at}: {}", visible::line(label)).expect("writing to a String does not fail");
    }
    if !problem.help.is_empty() {
        write!(message, "\nhelp: {}", visible::line(&problem.help)).expect("writing to a String does not fail");
    }
    let (severity, id) = (severity_word(problem), problem.id.name());
    format!("::{severity} {properties}title={id}::{}\n", data(&message))
}

/// A command that only says something.
pub(super) fn command(command: &str, text: &str) -> String {
    format!("::{command}::{}\n", data(&visible::lines(text)))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&visible::line(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use crate::place::{Place, Pointer};
    use crate::problem::{Id, Problem};
    use crate::report::{Format, render};
    use crate::source::Source;
    use pretty_assertions::assert_eq;

    fn check(problem: Problem, expected: &str) {
        let (source, _) = Source::read("a:b,c%.json", "{\n  \"é\": [\n1] }".to_owned());
        assert_eq!(render(&[problem], Some(&source), Format::Github, true), format!("{expected}\n"));
    }

    #[test]
    fn a_problem_is_a_command() {
        let key = Pointer::root().key("é");
        check(
            Problem::new(Id::BadName, Place::key(&key), "100%: a,b\r\n"),
            "::error file=a%3Ab%2Cc%25.json,line=2,col=3,endLine=2,endColumn=6,title=bad-name::100%25: a,b\\r\\n",
        );
        check(
            Problem::new(Id::EmptySection, Place::value(&key), "m").label("l").related(Place::key(key), "r").help("h"),
            "::warning file=a%3Ab%2Cc%25.json,line=2,col=8,endLine=2,endColumn=9,title=empty-section::m (l)%0Aa:b,c%25.json:2:3: r%0Ahelp: h",
        );
        check(
            Problem::new(Id::ForeignFile, Place::File("x,y.nix".to_owned()), "m"),
            "::error file=x%2Cy.nix,title=foreign-file::m",
        );
    }
}
