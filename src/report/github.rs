//! One problem in, one workflow command out
//! ([GitHub](https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands)).

use std::fmt::Write as _;

use super::lines::Texts;
use super::{Located, severity_word};
use crate::place::Place;

pub(super) fn print(located: &Located<'_>, texts: Option<&Texts<'_>>, _color: bool) -> String {
    let problem = located.problem;
    let mut properties = String::new();
    let mut message = problem.message.clone();
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
        write!(message, " ({})", problem.label).expect("writing to a String does not fail");
    }
    for (place, label) in &problem.related {
        let at = match (place, texts.and_then(|texts| texts.span(place)), texts) {
            (Place::File(name), ..) => name.clone(),
            (_, Some(span), Some(texts)) => {
                format!("{}:{}:{}", texts.name(&span), span.start.line, span.start.column)
            }
            _ => continue,
        };
        write!(message, "\n{at}: {label}").expect("writing to a String does not fail");
    }
    if !problem.help.is_empty() {
        write!(message, "\nhelp: {}", problem.help).expect("writing to a String does not fail");
    }
    let (severity, id) = (severity_word(problem), problem.id.name());
    format!("::{severity} {properties}title={id}::{}\n", data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
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
            "::error file=a%3Ab%2Cc%25.json,line=2,col=3,endLine=2,endColumn=6,title=bad-name::100%25: a,b%0D%0A",
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
