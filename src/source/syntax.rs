//! `serde_json`'s verdict in, a message for the user out: what is wrong with a spec's syntax, where, and how to mend it.

mod punctuation;

use std::ops::Range;

use serde_json::error::Category;

use super::char_boundary;
use super::parse::Parser;
use crate::place::Place;
use crate::problem::{Id, Problem};

fn problem(range: Range<usize>, message: impl Into<String>) -> Box<Problem> {
    Box::new(Problem::new(Id::SyntaxError, Place::Text(range), message))
}

/// How many brackets `serde_json` takes in each other.
const MOST_LEVELS: usize = 127;

trait Words {
    fn words(self, label: impl Into<String>, help: impl Into<String>) -> Self;
    fn also(self, at: usize, label: impl Into<String>) -> Self;
}

impl Words for Box<Problem> {
    fn words(self, label: impl Into<String>, help: impl Into<String>) -> Self {
        Box::new(self.label(label).help(help))
    }

    fn also(self, at: usize, label: impl Into<String>) -> Self {
        Box::new(self.related(Place::Text(at..at + 1), label))
    }
}

/// The problem of a `/*` without its `*/`.
pub(super) fn open_comment(start: Range<usize>) -> Box<Problem> {
    problem(start, "a comment does not end").words("starts here", "end it with `*/`")
}

/// The problem that stopped the parser.
pub(super) fn diagnose(parser: &Parser<'_>, error: &serde_json::Error) -> Box<Problem> {
    if let Some((range, message)) = &parser.bad_scalar {
        return problem(range.clone(), *message).words("", "JSON allows it, but programs cannot read it");
    }
    let text = parser.text;
    let token = parser.next_token();
    if error.classify() == Category::Eof {
        return at_end(parser, token);
    }
    let at = offset(text, error.line(), error.column());
    if parser.open.len() > MOST_LEVELS && parser.open.last() == Some(&at) {
        return problem(at..at + 1, "the spec is nested too deeply")
            .words("one bracket too many", format!("no spec needs more than {MOST_LEVELS} levels"));
    }
    if is_cut_at_once(text, token, at) {
        return cut_string(text, token);
    }
    // The parser has taken the first character of what comes next, so that is a scalar, and broken.
    if at > token {
        return match text[token..].strip_prefix('"') {
            Some(content) if is_cut(content) => cut_string(text, token),
            Some(_) => escape(text, token, at),
            None => word(text, token),
        };
    }
    let Some(found) = text[at..].chars().next() else {
        return at_end(parser, token);
    };
    if found.is_whitespace() || found == '\u{feff}' {
        return problem(at..at + found.len_utf8(), "a blank that is not allowed in JSON")
            .words(format!("character U+{:04X}", u32::from(found)), "write a plain space");
    }
    punctuation::diagnose(parser, at, found)
}

/// The byte that `serde_json` means: its columns are bytes, and it counts the byte in question as read.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let mut newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at);
    let start = match line {
        0 | 1 => 0,
        line => newlines.nth(line - 2).map_or(text.len(), |newline| newline + 1),
    };
    char_boundary(text, (start + column).saturating_sub(1))
}

fn at_end(parser: &Parser<'_>, token: usize) -> Box<Problem> {
    let text = parser.text;
    let end = text.trim_end().len();
    if end == 0 {
        return problem(0..0, "the spec is empty").words("", "the smallest spec is `{ \"lab\": \"name\" }`");
    }
    if text[token..].starts_with('"') {
        return cut_string(text, token);
    }
    let Some(open) = parser.open.last() else {
        return problem(end..end, "the spec ends too early").words("a value is missing here", "");
    };
    let (bracket, closing) = brackets(text, *open);
    problem(end..end, format!("the spec ends before `{bracket}` is closed"))
        .words(format!("`{closing}` is missing"), format!("add `{closing}`"))
        .also(*open, "opened here")
}

fn brackets(text: &str, open: usize) -> (char, char) {
    if text[open..].starts_with('[') { ('[', ']') } else { ('{', '}') }
}

/// Whether a string may start at `token` and is cut off by the control character right after its quote: the parser then
/// means the quote, as it does where no string may stand.
fn is_cut_at_once(text: &str, token: usize, at: usize) -> bool {
    let is_expected = text[..token].trim_end().chars().next_back().is_none_or(|last| "[{,:".contains(last));
    let content = text[token..].strip_prefix('"');
    at == token && is_expected && content.is_some_and(|content| content.starts_with(|c: char| c < ' '))
}

/// Whether a control character stands in the content of a string before any escape that JSON does not have.
fn is_cut(content: &str) -> bool {
    let mut rest = content;
    while let Some(special) = rest.find(|c: char| c == '\\' || c < ' ') {
        let Some(escape) = rest[special..].strip_prefix('\\') else { return true };
        let Some(after) = escape.strip_prefix(|c| "\"\\/bfnrtu".contains(c)) else { return false };
        let is_hex = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        rest = match escape.strip_prefix('u') {
            Some(digits) if digits.get(..4).is_some_and(is_hex) => &digits[4..],
            Some(_) => return false,
            None => after,
        };
    }
    false
}

/// A string that starts at `start` and that a control character, a line break or the end of the text cuts off.
fn cut_string(text: &str, start: usize) -> Box<Problem> {
    let cut = text[start..].find(|c: char| c < ' ');
    let at = cut.map_or(text.trim_end().len(), |length| start + length);
    match text[at..].chars().next() {
        None | Some('\n' | '\r') => problem(start..at, "a string does not end on its line")
            .words("starts here", "close it with `\"`; a line break in a string is written `\\n`"),
        Some(control) => {
            let written = match control {
                '\t' => "\\t".to_owned(),
                control => format!("\\u{:04x}", u32::from(control)),
            };
            problem(at..at + 1, "a string holds a control character")
                .words(format!("character {:#04x}", u32::from(control)), format!("write it as `{written}`"))
        }
    }
}

fn escape(text: &str, start: usize, at: usize) -> Box<Problem> {
    let backslash = text[start..at].rfind('\\').map_or(at, |length| start + length);
    let end = text[at..].chars().next().map_or(at, |found| at + found.len_utf8());
    let written = &text[backslash..end];
    let help = if written.starts_with("\\u") {
        "`\\u` takes four hexadecimal digits, as in `\\u00e9`"
    } else {
        "a backslash in a string is written `\\\\`"
    };
    problem(backslash..end, format!("`{written}` is not a valid escape")).words("", help)
}

/// A bare word or a number that JSON does not have, where a value must stand.
fn word(text: &str, start: usize) -> Box<Problem> {
    let found = token(text, start);
    let range = start..start + found.len();
    let first = found.chars().next().unwrap_or_default();
    if first.is_ascii_digit() || "+-.".contains(first) {
        let numeric = found.chars().all(|c| c.is_ascii_digit() || "+-.".contains(c));
        let plain = found.trim_start_matches('+').trim_start_matches('0');
        let help = match found.parse::<f64>() {
            Ok(_) if numeric && plain.starts_with(|c: char| c.is_ascii_digit()) && !plain.ends_with('.') => {
                format!("write it as `{plain}`, or as a string, `\"{found}\"`")
            }
            _ => format!("put it in double quotes if it is not a number: `\"{found}\"`"),
        };
        return problem(range, format!("`{found}` is not a JSON number")).words("", help);
    }
    let help = match found.to_lowercase().as_str() {
        word @ ("true" | "false" | "null") => format!("write it as `{word}`"),
        "yes" | "on" => "write it as `true`".to_owned(),
        "no" | "off" => "write it as `false`".to_owned(),
        "none" | "nil" | "undefined" => "write it as `null`, or leave the key out".to_owned(),
        _ => format!("put it in double quotes: `\"{found}\"`"),
    };
    problem(range, format!("`{found}` is not a JSON value")).words("", help)
}

/// The bare word at `start`, at least one character.
fn token(text: &str, start: usize) -> &str {
    let rest = &text[start..];
    let end = rest.find(|c: char| !(c.is_alphanumeric() || "_-+.$".contains(c)));
    let first = rest.chars().next().map_or(0, char::len_utf8);
    &rest[..end.unwrap_or(rest.len()).max(first)]
}

#[cfg(test)]
mod tests {
    use crate::place::Place;
    use crate::source::Source;
    use pretty_assertions::assert_eq;

    /// Expects the text with the marked part in `«»`, then the message and the help.
    pub(super) fn check(expected: &str, message: &str, help: &str) {
        let text = expected.replace(['«', '»'], "");
        let (source, problems) = Source::read("lab.json", text);
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        let Place::Text(range) = &problem.place else { panic!("{problem:?}") };
        let mut marked = source.text().to_owned();
        marked.insert(range.end, '»');
        marked.insert(range.start, '«');
        assert_eq!((marked.as_str(), problem.message.as_str(), problem.help.as_str()), (expected, message, help));
        assert!(source.root().is_none());
    }

    #[test]
    fn ends_that_come_too_early() {
        check("«»", "the spec is empty", "the smallest spec is `{ \"lab\": \"name\" }`");
        check("«» // é\n", "the spec is empty", "the smallest spec is `{ \"lab\": \"name\" }`");
        check("{ \"é\": [1«» // é\n", "the spec ends before `[` is closed", "add `]`");
        check("{«»", "the spec ends before `{` is closed", "add `}`");
        check("{\"a\":«»\n\n", "the spec ends before `{` is closed", "add `}`");
        check("{\"a\"«»", "the spec ends before `{` is closed", "add `}`");
        check(
            "{\"a\": «\"é»",
            "a string does not end on its line",
            "close it with `\"`; a line break in a string is written `\\n`",
        );
        check(
            "{\"a\": «\"é»\n}",
            "a string does not end on its line",
            "close it with `\"`; a line break in a string is written `\\n`",
        );
        check(
            "{\"a\": «\"é»\r\n}",
            "a string does not end on its line",
            "close it with `\"`; a line break in a string is written `\\n`",
        );
        check("{} «/*» é", "a comment does not end", "end it with `*/`");
    }

    #[test]
    fn words_and_quotes() {
        check("{«lab»: 1}", "the key `lab` is not in quotes", "write `\"lab\"`");
        check("{\"a\": 1, «é-1»: 1}", "the key `é-1` is not in quotes", "write `\"é-1\"`");
        check("{«'»lab': 1}", "`'` is not a quotation mark in JSON", "strings are enclosed in `\"`");
        check("{\"a\": «“»lab”}", "`“` is not a quotation mark in JSON", "strings are enclosed in `\"`");
        check("[«True»]", "`True` is not a JSON value", "write it as `true`");
        check("[«tru»]", "`tru` is not a JSON value", "put it in double quotes: `\"tru\"`");
        check("{\"a\": «nat»}", "`nat` is not a JSON value", "put it in double quotes: `\"nat\"`");
        check(
            "{\"a\": «60GiB»}",
            "`60GiB` is not a JSON number",
            "put it in double quotes if it is not a number: `\"60GiB\"`",
        );
        check("[«0x1F»]", "`0x1F` is not a JSON number", "put it in double quotes if it is not a number: `\"0x1F\"`");
        check("[1, «007»]", "`007` is not a JSON number", "write it as `7`, or as a string, `\"007\"`");
        check("[«+1»]", "`+1` is not a JSON number", "write it as `1`, or as a string, `\"+1\"`");
        check(
            "[«10.0.0.1»]",
            "`10.0.0.1` is not a JSON number",
            "put it in double quotes if it is not a number: `\"10.0.0.1\"`",
        );
        check("[«1e999»]", "this number is too large", "JSON allows it, but programs cannot read it");
        check("«lab»", "`lab` is not a JSON value", "put it in double quotes: `\"lab\"`");
        check("«#» lab\n{}", "`#` does not start a comment here", "comments are `// …` and `/* … */`");
        check("{ «/» lab\n}", "`/` alone does not start a comment", "comments are `// …` and `/* … */`");
    }

    #[test]
    fn a_blank_may_be_of_several_bytes() {
        check("\"\u{a0}«\"»true", "`\"` is not a JSON value", "put it in double quotes: `\"\"\"`");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(at in 0_usize..60, cut in 0_usize..4, insert in r#"[{}\[\],:"'\\/*é\n 0-9a-tu.-]{0,4}"#) {
            let text: Vec<char> = "{ \"a\": [1, -2.5e1, \"é\\n\"], // c\n \"b\": { \"c\": null }, /* */ \"d\": {} }".chars().collect();
            let (before, after) = text.split_at(at);
            let text: String = before.iter().copied().chain(insert.chars()).chain(after.iter().skip(cut).copied()).collect();
            let (source, problems) = Source::read("lab.json", text.clone());
            let valid = source.root().is_some();
            for problem in problems {
                let (_, range) = source.range(&problem.place).unwrap();
                assert!(text.get(range).is_some());
                assert_eq!(valid, problem.id == crate::problem::Id::DuplicateKey);
            }
        }
    }

    #[test]
    fn inside_strings() {
        check("[\"é C:«\\d»ir\"]", "`\\d` is not a valid escape", "a backslash in a string is written `\\\\`");
        check("[\"«\\é»\"]", "`\\é` is not a valid escape", "a backslash in a string is written `\\\\`");
        check(
            "{\"«\\u00g0»\": 1}",
            "`\\u00g0` is not a valid escape",
            "`\\u` takes four hexadecimal digits, as in `\\u00e9`",
        );
        check("[\"«\t»\"]", "a string holds a control character", "write it as `\\t`");
        check("[\"é«\t»\"]", "a string holds a control character", "write it as `\\t`");
        check("[«\"\\ud800\"»]", "this string has half of a `\\u` pair", "JSON allows it, but programs cannot read it");
    }
}
