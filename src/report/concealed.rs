//! Problems in; what they say may not be shown, as ranges of the texts and as words, out.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use serde_json::Value;

use super::lines::Texts;
use crate::problem::{Id, Problem};
use crate::source::{Node, Source};
use crate::visible;

/// What stands where something may not be shown.
pub(super) const SIGN: &str = "…";

/// How messages end a word that they shorten, after this many characters.
const SHORTENED: (usize, char) = (64, '…');

/// A text of fewer characters, which is no secret that anybody keeps, is shown where it is the name of an object.
const SHORT: usize = 4;

/// The sections of a spec whose keys are names, which messages quote.
const SECTIONS: [&str; 5] = ["domains", "networks", "pools", "profiles", "links"];

/// What messages may not quote.
pub(super) struct Concealed {
    /// The texts of concealed values.
    words: HashSet<String>,
    /// Those of them that are shown as names, by messages that are not about a concealed value.
    names: HashSet<String>,
}

impl Concealed {
    pub(super) fn of(problems: &[Problem], texts: &Texts<'_>, source: &Source) -> Self {
        let words = words(problems, texts);
        let sections = SECTIONS.iter().filter_map(|section| source.root()?.member(section));
        let names = sections.flat_map(Node::members).map(|member| &member.key);
        let is_shown = |name: &&String| name.chars().count() < SHORT && words.contains(*name);
        let names = names.filter(is_shown).cloned().collect();
        Self { words, names }
    }

    /// The problems without these words, where they quote them.
    pub(super) fn without<'p>(&self, problems: &'p [Problem], texts: Option<&Texts<'_>>) -> Cow<'p, [Problem]> {
        if self.words.is_empty() {
            return problems.into();
        }
        let is_of_secret = |problem: &Problem| {
            let span = texts.and_then(|texts| texts.span(&problem.place).map(|span| (texts, span)));
            !problem.conceals.is_empty()
                || span.is_some_and(|(texts, span)| {
                    let concealed = &texts.lines(&span).concealed;
                    concealed.iter().any(|hidden| hidden.start < span.range.end && span.range.start < hidden.end)
                })
        };
        let none = HashSet::new();
        let mut problems = problems.to_vec();
        for problem in &mut problems {
            let is_of_secret = is_of_secret(problem);
            // Help with a value of the wrong type writes it anew, in quotes and signs of its own.
            if is_of_secret && problem.id == Id::WrongType {
                let parts = problem.help.split('`').enumerate();
                let parts = parts.map(|(index, part)| if index % 2 == 1 { SIGN } else { part });
                problem.help = parts.collect::<Vec<_>>().join("`");
            }
            let shown = if is_of_secret { &none } else { &self.names };
            let hide = |text: &mut String| self.hide(text, shown);
            hide(&mut problem.message);
            hide(&mut problem.label);
            hide(&mut problem.help);
            problem.related.iter_mut().for_each(|(_, label)| hide(label));
        }
        problems.into()
    }

    fn hide(&self, text: &mut String, shown: &HashSet<String>) {
        let quoted = |part: &str| {
            let word = part.trim_end_matches(SHORTENED.1).trim_matches('"');
            self.words.contains(word) && !shown.contains(part)
        };
        if text.split('`').any(quoted) {
            let parts = text.split('`').map(|part| if quoted(part) { SIGN } else { part });
            *text = parts.collect::<Vec<_>>().join("`");
        }
    }
}

/// The words that may not be shown: the texts of concealed values, as messages have them.
fn words(problems: &[Problem], texts: &Texts<'_>) -> HashSet<String> {
    let places = problems.iter().flat_map(|problem| &problem.conceals);
    let mut words = Vec::new();
    for span in places.filter_map(|place| texts.span(place)) {
        if let Ok(value) = serde_json::from_str(&texts.lines(&span).file.text()[span.range.clone()]) {
            collect(value, &mut words);
        }
    }
    let forms = words.into_iter().flat_map(|word| {
        let shortened = word.char_indices().nth(SHORTENED.0).map(|(end, _)| word[..end].to_owned());
        let shortened = shortened.map(|start| visible::line(&start).into_owned());
        [Some(visible::line(&word).into_owned()), shortened, Some(word)]
    });
    forms.flatten().filter(|word| !word.is_empty()).collect()
}

fn collect(value: Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => words.push(text),
        Value::Number(number) => words.push(number.to_string()),
        Value::Array(items) => items.into_iter().for_each(|item| collect(item, words)),
        Value::Object(members) => members.into_iter().for_each(|(_, member)| collect(member, words)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// The part of a text in a range, with a sign for each of the concealed ranges that it has something of. Those are in order, and
/// none is in another.
pub(super) fn shown(text: &str, range: Range<usize>, concealed: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(range.len());
    let mut at = range.start;
    for hidden in concealed.iter().filter(|hidden| hidden.start < range.end && range.start < hidden.end) {
        shown.push_str(&text[at..hidden.start.max(at)]);
        shown.push_str(SIGN);
        at = hidden.end.min(range.end);
    }
    shown.push_str(&text[at..range.end]);
    shown
}

#[cfg(test)]
mod tests {
    use crate::place::{Place, Pointer};
    use crate::problem::{Id, Problem};
    use crate::report::{Format, render};
    use crate::source::Source;
    use pretty_assertions::assert_eq;

    const SPEC: &str = "{ \"a\": \"hunter22\", \"b\": [\n\"hunter22\",\n { \"c\": \"long secret\" }\n], \"d\": 1 }";

    fn problems() -> [Problem; 3] {
        let (a, b) = (Pointer::root().key("a"), Pointer::root().key("b"));
        [
            Problem::new(Id::BadName, Place::value(&a), "a secret").label("here").concealing(Place::value(&a)),
            Problem::new(Id::BadName, Place::value(b.index(1).key("c")), "`long secret` is long")
                .related(Place::key(&b), "`hunter22`")
                .help("not `hunter22`")
                .concealing(Place::value(b)),
            Problem::new(Id::BadName, Place::value(Pointer::root().key("d")), "another").label("there"),
        ]
    }

    #[test]
    fn no_report_shows_what_is_concealed() {
        let (source, _) = Source::read("lab.json", SPEC.to_owned());
        for format in [Format::Human, Format::Json, Format::Github] {
            let report = render(&problems(), Some(&source), format, false);
            assert!(!report.contains("hunter") && !report.contains("long secret"), "{report}");
        }
    }

    #[test]
    fn short_names_are_shown_where_they_are_names() {
        let check = |secret: &str, expected: [&str; 3]| {
            let spec = format!("{{ \"password\": \"{secret}\", \"domains\": {{ \"{secret}\": 1, \"b\": 2 }} }}");
            let (source, _) = Source::read("lab.json", spec);
            let (root, domains) = (Pointer::root(), Pointer::root().key("domains"));
            let said = format!("`{secret}`");
            let problems = [
                Problem::new(Id::BadName, Place::value(root.key("password")), &said)
                    .concealing(Place::value(root.key("password"))),
                Problem::new(Id::BadName, Place::key(root.key("password")), &said)
                    .concealing(Place::value(root.key("password"))),
                Problem::new(Id::BadName, Place::key(domains.key("b")), &said),
            ];
            let report = render(&problems, Some(&source), Format::Github, false);
            let said: Vec<&str> = report.lines().filter_map(|line| line.rsplit("::").next()).collect();
            assert_eq!(said, expected, "{report}");
        };
        check("x", ["`…`", "`…`", "`x`"]);
        check("hunter22", ["`…`", "`…`", "`…`"]);
    }

    #[test]
    fn marks_and_columns_are_those_of_the_text() {
        let (source, _) = Source::read("lab.json", SPEC.to_owned());
        let [first, _, last] = problems();
        let report = render(
            &[first, last.related(Place::key(Pointer::root().key("b")), "b")],
            Some(&source),
            Format::Human,
            false,
        );
        let expected = "
error[bad-name]: a secret
 --> lab.json:1:8
  |
1 | { \"a\": \"…\", \"b\": [
  |        ^^^ here

error[bad-name]: another
 --> lab.json:4:9
  |
1 | { \"a\": \"…\", \"b\": [
  |             --- b
...
4 | ], \"d\": 1 }
  |         ^ there

";
        assert_eq!(format!("\n{report}"), expected);
    }
}
