//! Finds secrets in text that is no tree: a spec with broken syntax, and what its tree has no room for, such as the second of two
//! equal keys.

use std::ops::Range;

use crate::resolve::cloud_init::credential;
use crate::resolve::secret::{name, place, shape};

/// The ranges of a text of JSON, or of what was meant to be, that are secrets.
pub(crate) fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut key: Option<String> = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let end = match c {
            '"' => end_of_string(text, at),
            c if c.is_whitespace() || matches!(c, ':' | ',' | '{' | '}' | '[' | ']') => {
                if matches!(c, ',' | '{' | '}' | ']') {
                    key = None;
                }
                at += c.len_utf8();
                continue;
            }
            _ => at + text[at..].find([',', '}', ']', ':', '"', '\n']).unwrap_or(text.len() - at).max(c.len_utf8()),
        };
        let word = &text[at..end];
        let value: String =
            serde_json::from_str(word).unwrap_or_else(|_| word.trim_matches(['"', '\'', ' ']).to_owned());
        if text[end..].trim_start().starts_with(':') {
            key = Some(value);
        } else {
            let is_named = key.take().is_some_and(|key| is_of_secret(&key));
            let is_secret = name::is_opaque(&value, 1) && !credential::is_hash(&value);
            if (is_named && is_secret) || shape::of(&value).is_some() {
                found.push(at..end);
            }
        }
        at = end;
    }
    found
}

/// Where the string that starts at a quote ends: after the closing one, or where the line does.
fn end_of_string(text: &str, start: usize) -> usize {
    let mut is_escaped = false;
    for (at, c) in text[start + 1..].char_indices() {
        match c {
            '\n' => return start + 1 + at,
            '"' if !is_escaped => return start + 2 + at,
            _ => is_escaped = c == '\\' && !is_escaped,
        }
    }
    text.len()
}

/// Whether a key is one of secrets, wherever it is.
fn is_of_secret(key: &str) -> bool {
    name::is_of_secret(key) || place::is_key_of_secret_somewhere(key) || matches!(key, "passwordHash" | "hashed_passwd")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_without_a_tree() {
        for text in [
            r#"{ "password": "hunter22" "#,
            r#"{ "password": 'hunter22' }"#,
            r#"{ "a": 1, "passwd" : hunter22, "b": 2 }"#,
            r#"{ "password": "hunter22"#,
            r#"{ "runcmd": ["K3S_TOKEN=hunter22 sh" "b"] }"#,
            "{ \"a\": \"é\",, \"passwordHash\": \"hunter22\"\n}",
        ] {
            let found = ranges(text);
            assert!(found.len() == 1 && text[found[0].clone()].contains("hunter22"), "{text}: {found:?}");
        }
        for text in ["", "{", "\"", "{ \"a\": \"b\", }", "\u{e9}", "{ \"password\": \"CHANGE_ME\" \"a\" }", "\\\"\\"] {
            assert_eq!(ranges(text), [], "{text}");
        }
    }
}
