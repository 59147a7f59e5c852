//! The door for text that goes to a person. What a terminal or a page would obey, or not show at all, is written out there, so
//! that nothing that a spec, a path or a file says can pass for something else.

use std::borrow::Cow;
use std::path::Path;

/// Whether a character is not shown as itself: a control character, or one that is only a mark for how others are shown, such as
/// the order in which they are written.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text on one line: each hidden character as its escape sequence in Rust, such as `\u{85}` and `\n`.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    shown(text, |_| false)
}

/// The same, on as many lines as it has, with its tabs.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    shown(text, |c| matches!(c, '\n' | '\t'))
}

/// A path, on one line.
#[must_use]
pub fn path(path: &Path) -> String {
    line(&path.to_string_lossy()).into_owned()
}

/// A word as a shell reads it, for commands that somebody may copy.
#[must_use]
pub fn shell(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '+' | '@' | '=' | ',');
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A count of things: `1 CPU`, `2 CPUs`.
#[must_use]
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn shown(text: &str, is_kept: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_written_out = |c: char| is_hidden(c) && !is_kept(c);
    if !text.contains(is_written_out) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_written_out(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn hidden_characters_are_written_out() {
        assert_eq!(line("a\u{1b}[2Jb\n\tc"), "a\\u{1b}[2Jb\\n\\tc");
        assert_eq!(lines("a\u{85}\n\tb\r"), "a\\u{85}\n\tb\\r");
        assert_eq!(line("\u{202e}\u{61c}\u{2066}\u{feff}"), "\\u{202e}\\u{61c}\\u{2066}\\u{feff}");
        assert_eq!(line("Größe 東京 עברית 👩‍💻"), "Größe 東京 עברית 👩‍💻");
        assert_eq!(path(Path::new("/srv/\u{9b}2J")), "/srv/\\u{9b}2J");
    }
}
