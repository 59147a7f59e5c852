//! Problems in; what they say may not be shown, as ranges of the texts and as words, out.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use serde_json::Value;

use super::lines::Texts;
use crate::problem::Problem;
use crate::visible;

/// What stands where something may not be shown.
pub(super) const SIGN: &str = "…";

/// How messages end a word that they shorten, after this many characters.
const SHORTENED: (usize, char) = (64, '…');

/// The words that may not be shown: the texts of concealed values, as messages have them.
pub(super) fn words(problems: &[Problem], texts: &Texts<'_>) -> HashSet<String> {
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

/// The problems without these words, where they quote them.
pub(super) fn without<'p>(problems: &'p [Problem], words: &HashSet<String>) -> Cow<'p, [Problem]> {
    if words.is_empty() {
        return problems.into();
    }
    let hide = |text: &mut String| {
        let quoted = |part: &str| words.contains(part.trim_end_matches(SHORTENED.1).trim_matches('"'));
        if text.split('`').any(quoted) {
            let parts = text.split('`').map(|part| if quoted(part) { SIGN } else { part });
            *text = parts.collect::<Vec<_>>().join("`");
        }
    };
    let mut problems = problems.to_vec();
    for problem in &mut problems {
        hide(&mut problem.message);
        hide(&mut problem.label);
        hide(&mut problem.help);
        problem.related.iter_mut().for_each(|(_, label)| hide(label));
    }
    problems.into()
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
