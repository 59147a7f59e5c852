//! Text with comments and trailing commas in, text of the same length without them out: JSON as editors know it (JSONC).

use std::ops::Range;

/// Replaces every `//` and `/* */` comment outside strings, and every comma that only a closing bracket follows, by blanks, byte
/// for byte, keeping line breaks.
///
/// # Errors
///
/// The bytes of the opening `/*` of a comment that does not end.
pub(super) fn blank(text: &str) -> Result<String, Range<usize>> {
    let mut blanked = text.as_bytes().to_vec();
    let mut at = 0;
    while let Some(byte) = blanked.get(at) {
        at = match (byte, blanked.get(at + 1)) {
            (b'"', _) => string_end(&blanked, at + 1),
            (b'/', Some(b'/')) => {
                let end = blanked[at..]
                    .iter()
                    .position(|byte| matches!(byte, b'\n' | b'\r'))
                    .map_or(blanked.len(), |length| at + length);
                blanked[at..end].fill(b' ');
                end
            }
            (b'/', Some(b'*')) => {
                let body = at + 2;
                let length = blanked[body..].windows(2).position(|pair| pair == b"*/").ok_or(at..body)?;
                let end = body + length + 2;
                blanked[at..end].iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
                end
            }
            _ => at + 1,
        };
    }
    blank_trailing_commas(&mut blanked);
    Ok(String::from_utf8(blanked).expect("comments start and end at ASCII bytes, so whole characters are blanked"))
}

/// Replaces the commas after the last items of objects and lists. One after nothing stays, and is a mistake.
fn blank_trailing_commas(text: &mut [u8]) {
    let (mut at, mut last, mut comma) = (0, b'[', None);
    while let Some(byte) = text.get(at).copied() {
        let next = if byte == b'"' { string_end(text, at + 1) } else { at + 1 };
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b',' => {
                comma = (!matches!(last, b'[' | b'{' | b',' | b':')).then_some(at);
                last = byte;
            }
            _ => {
                if let (b'}' | b']', Some(comma)) = (byte, comma) {
                    text[comma] = b' ';
                }
                comma = None;
                last = byte;
            }
        }
        at = next;
    }
}

/// The byte after the string whose content starts at `at`. A string ends at the end of its line even without a quote:
/// JSON has no line breaks in strings, and the rest of the text should be read as well as it can.
fn string_end(text: &[u8], mut at: usize) -> usize {
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' | b'\n' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn check(text: &str, expected: &str) {
        assert_eq!(blank(text).as_deref(), Ok(expected));
    }

    #[test]
    fn comments_become_blanks_of_the_same_length() {
        check("{} // é\n1", "{}      \n1");
        check("{} /* é\r\n */1", "{}      \r\n   1");
        check("/**/1/***/2/*/*/3", "    1     2     3");
        check("1//", "1  ");
        check("//1\r2", "   \r2");
    }

    #[test]
    fn strings_and_other_slashes_stay() {
        check(r#"{"a": "http://x /* */ \" // \\"} // c"#, r#"{"a": "http://x /* */ \" // \\"}     "#);
        check("1 / 2 #3", "1 / 2 #3");
        check("\"open // no comment\n// comment", "\"open // no comment\n          ");
        check("\"\\", "\"\\");
        check("", "");
    }

    #[test]
    fn a_comma_before_a_closing_bracket_becomes_a_blank() {
        check("[1,]", "[1 ]");
        check("{\"é\": [\"a,]\", // ,\n ], /* , */\n}", "{\"é\": [\"a,]\"      \n ]         \n}");
        check("[{},[],]", "[{},[] ]");
        check("{\"a\": \",\",}", "{\"a\": \",\" }");
        for kept in ["[,]", "{,}", "[1,,]", "{\"a\":,}", ",]", "[1,2]", "{},"] {
            check(kept, kept);
        }
    }

    #[test]
    fn a_comment_that_does_not_end_is_marked_at_its_start() {
        assert_eq!(blank("{ /* é"), Err(2..4));
        assert_eq!(blank("/*/"), Err(0..2));
    }
}
