//! How wide a text is where nobody knows the font that it will be shown in: as wide as in `DejaVu Sans`, or wider, as few
//! systems have a wider one.

use textwrap::core::display_width;

/// A kind of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Font {
    /// Proportional letters of this size, in pixels.
    Plain(usize),
    /// The same, bold.
    Bold(usize),
    /// Letters of equal width.
    Mono(usize),
}

impl Font {
    /// The width of a text, in pixels.
    pub(crate) fn width(self, text: &str) -> usize {
        let (size, sum) = match self {
            Self::Plain(size) => (size, text.chars().map(|c| proportional(c) * 93 / 100).sum::<usize>()),
            Self::Bold(size) => (size, text.chars().map(proportional).sum()),
            Self::Mono(size) => (size, text.chars().map(mono).sum()),
        };
        (size * sum).div_ceil(1000)
    }

    /// The lines of a text that is as wide as this at most, broken between words, else anywhere. Of more than `most` lines the
    /// rest is left out.
    pub(crate) fn wrapped(self, text: &str, width: usize, most: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_inclusive([' ', '-', '.', '_', '/', ',']) {
            let line = lines.last_mut().expect("there is one");
            if self.width(&format!("{line}{}", word.trim_end())) <= width {
                line.push_str(word);
                continue;
            }
            if !line.is_empty() {
                lines.push(String::new());
            }
            for c in word.chars() {
                let line = lines.last_mut().expect("there is one");
                if self.width(&format!("{line}{c}")) > width && !line.is_empty() && c != ' ' {
                    lines.push(String::new());
                }
                lines.last_mut().expect("there is one").push(c);
            }
        }
        if lines.len() > most {
            lines.truncate(most);
            let last = lines.last_mut().expect("there is one");
            while self.width(&format!("{}…", last.trim_end())) > width && last.pop().is_some() {}
            *last = format!("{}…", last.trim_end());
        }
        lines.iter().map(|line| line.trim_end().to_owned()).collect()
    }
}

/// The width of a character of a bold font, in thousandths of its size.
fn proportional(c: char) -> usize {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '·' => 420,
        'f' | 't' | 'r' | '/' | '-' | '(' | ')' | '[' | ']' | '\\' | '"' | '`' => 530,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1110,
        'a'..='z' | '0'..='9' => 720,
        c if c.is_ascii() => 850,
        c => other(c, 900),
    }
}

fn mono(c: char) -> usize {
    if c.is_ascii() { 610 } else { other(c, 750) }
}

/// The width of a character beside those of ASCII, of which one that takes one column has this width.
fn other(c: char, one: usize) -> usize {
    match display_width(c.encode_utf8(&mut [0; 4])) {
        0 => 0,
        1 => one,
        _ => 1300,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn lines_are_no_wider_than_they_may_be() {
        let check = |text: &str, most: usize, expected: &[&str]| {
            let lines = Font::Mono(10).wrapped(text, 61, most);
            assert_eq!(lines, expected);
            assert!(lines.iter().all(|line| Font::Mono(10).width(line) <= 61));
        };
        check("web", 9, &["web"]);
        check("", 9, &[""]);
        check("one two three four", 9, &["one two", "three four"]);
        check("domain-controller", 9, &["domain-", "controller"]);
        check("a0123456789b0123456789c", 9, &["a012345678", "9b01234567", "89c"]);
        check("one two three four five", 2, &["one two", "three fo…"]);
        assert!(Font::Bold(10).width("東京") > Font::Bold(10).width("ab"));
    }
}
