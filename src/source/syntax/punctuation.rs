//! A character in, and why it cannot stand there: commas, colons, brackets, quotes and bare words.

use super::{Words as _, brackets, problem, token, word};
use crate::problem::Problem;
use crate::source::parse::Parser;

/// Something that is well formed or not, but cannot stand where it does.
pub(super) fn diagnose(parser: &Parser<'_>, at: usize, found: char) -> Box<Problem> {
    let (text, cursor) = (parser.text, parser.cursor);
    let one = at..at + found.len_utf8();
    let before = text[..at].trim_end();
    let last = before.chars().next_back();
    let in_object = parser.open.last().map(|open| text[*open..].starts_with('{'));
    let starts_word = found.is_alphanumeric() || "_$+-.".contains(found);
    match found {
        '\'' | '`' | '“' | '”' | '„' | '‘' | '’' => {
            return problem(one, format!("`{found}` is not a quotation mark in JSON"))
                .words("", "strings are enclosed in `\"`");
        }
        '#' => {
            return problem(one, "`#` does not start a comment here").words("", "comments are `// …` and `/* … */`");
        }
        '/' => {
            return problem(one, "`/` alone does not start a comment").words("", "comments are `// …` and `/* … */`");
        }
        _ => {}
    }
    let Some(in_object) = in_object else {
        return if before.is_empty() {
            if starts_word { word(text, at) } else { misplaced(parser, at, found) }
        } else if at == cursor && starts_word {
            word(text, before.trim_end_matches(|c: char| !c.is_whitespace()).len())
        } else {
            problem(one, "the spec goes on after its end")
                .words("the spec has ended before this", "a spec is one JSON value")
        };
    };
    if let ('}' | ']', Some(open)) = (found, parser.open.last()) {
        let (bracket, closing) = brackets(text, *open);
        if found != closing {
            return problem(one, format!("`{bracket}` is closed by `{found}`"))
                .words(format!("expected `{closing}`"), format!("write `{closing}`, or close what is open first"))
                .also(*open, "opened here");
        }
    }
    let expects_value = matches!(last, Some(':')) || (!in_object && matches!(last, Some('[' | ',')));
    let expects_key = in_object && matches!(last, Some('{' | ','));
    match found {
        _ if parser.key.is_some() && last != Some(':') => {
            let key = parser.key.clone().map_or("", |key| &text[key]);
            if found == '=' {
                problem(one, format!("`=` after the key {key}")).words("", "separate keys and values with `:`")
            } else {
                problem(cursor..cursor, format!("no `:` after the key {key}"))
                    .words("`:` is missing here", "write `\"key\": value`")
            }
        }
        ',' if matches!(last, Some('[' | '{' | ',')) => {
            problem(one, "a comma without a value before it").words("one comma too many", "remove it")
        }
        ',' | '}' | ']' if expects_value => {
            problem(one, "a value is missing").words("expected a value before this", "write one, or leave the key out")
        }
        _ if expects_value && starts_word => word(text, at),
        _ if expects_key && starts_word => {
            let key = token(text, at);
            problem(at..at + key.len(), format!("the key `{key}` is not in quotes"))
                .words("", format!("write `\"{key}\"`"))
        }
        '{' | '[' if expects_key => {
            problem(one, format!("`{found}` where a key is expected")).words("has no key", "write `\"key\": value`")
        }
        ':' if !in_object => problem(one, "a key in a list")
            .words("", "keys belong in an object: write `{ … }` instead of `[ … ]`, or around it"),
        // A value has just ended.
        _ if !expects_key && !expects_value && at == cursor && starts_word => {
            let start = before.trim_end_matches(|c: char| c.is_alphanumeric() || "_-+.".contains(c)).len();
            word(text, start)
        }
        '"' | '{' | '[' if !expects_key && !expects_value => missing_comma(parser),
        _ if !expects_key && !expects_value && starts_word => missing_comma(parser),
        _ => misplaced(parser, at, found),
    }
}

/// A character that nobody writes there by mistake.
fn misplaced(parser: &Parser<'_>, at: usize, found: char) -> Box<Problem> {
    let last = parser.text[..at].trim_end().chars().next_back();
    // The parser looks for a bracket behind commas and colons too.
    let around = parser.open.iter().rfind(|open| **open < at).map(|open| brackets(parser.text, *open).0);
    let expected = match (around, last) {
        (None, _) | (_, Some(':')) | (Some('['), Some('[' | ',')) => "expected value",
        (_, Some('{' | ',')) => "key must be a string",
        (Some('['), _) => "expected `,` or `]`",
        _ => "expected `,` or `}`",
    };
    problem(at..at + found.len_utf8(), format!("`{found}` is not allowed here")).words("", expected)
}

fn missing_comma(parser: &Parser<'_>) -> Box<Problem> {
    let end = parser.cursor;
    problem(end..end, "a comma is missing").words("expected `,` here", "add `,` between the two values")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn commas_and_colons() {
        check("[1,«,» ]", "a comma without a value before it", "remove it");
        check("{«,»\n}", "a comma without a value before it", "remove it");
        check("[1, «}»", "`[` is closed by `}`", "write `]`, or close what is open first");
        check("{\"a\": \"é\"«»\n \"b\": 2}", "a comma is missing", "add `,` between the two values");
        check("[{}«» {}]", "a comma is missing", "add `,` between the two values");
        check("[1«» 2]", "a comma is missing", "add `,` between the two values");
        check("[1«» true]", "a comma is missing", "add `,` between the two values");
        check("[1,«,»2]", "a comma without a value before it", "remove it");
        check("[«,»2]", "a comma without a value before it", "remove it");
        check("{\"a\": 1,«,»}", "a comma without a value before it", "remove it");
        check("{\"é\"«» 1}", "no `:` after the key \"é\"", "write `\"key\": value`");
        check("{\"é\"«», \"b\": 1}", "no `:` after the key \"é\"", "write `\"key\": value`");
        check("{\"a\" «=» 1}", "`=` after the key \"a\"", "separate keys and values with `:`");
        check("{\"a\": «}»", "a value is missing", "write one, or leave the key out");
        check("{\"a\": «,» \"b\": 1}", "a value is missing", "write one, or leave the key out");
        check(
            "[\"a\"«:» 1]",
            "a key in a list",
            "keys belong in an object: write `{ … }` instead of `[ … ]`, or around it",
        );
    }

    #[test]
    fn brackets_and_ends() {
        check("[1«}»", "`[` is closed by `}`", "write `]`, or close what is open first");
        check("{\"a\": [{\"b\": 1«]»}", "`{` is closed by `]`", "write `}`, or close what is open first");
        check("{} «}»", "the spec goes on after its end", "a spec is one JSON value");
        check("{}\n«{»}", "the spec goes on after its end", "a spec is one JSON value");
        check("{} «*»", "the spec goes on after its end", "a spec is one JSON value");
        check("«*»", "`*` is not allowed here", "expected value");
        check("[1, «*»]", "`*` is not allowed here", "expected value");
        check("[1 «*»]", "`*` is not allowed here", "expected `,` or `]`");
        check("{«*»}", "`*` is not allowed here", "key must be a string");
        check("{\"a\": 1 «*»}", "`*` is not allowed here", "expected `,` or `}`");
        check("{«{»}}", "`{` where a key is expected", "write `\"key\": value`");
    }
}
