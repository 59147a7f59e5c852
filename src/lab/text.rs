//! Which texts can stand in a libvirt definition. [`resolve::text`](crate::resolve) reports those that cannot.

/// Whether text is one line without control characters.
#[must_use]
pub fn is_line(text: &str) -> bool {
    is_text(text) && !text.contains(char::is_control)
}

/// Whether text can stand in a libvirt definition.
#[must_use]
pub fn is_text(text: &str) -> bool {
    text.chars().all(is_xml_char)
}

/// Whether XML 1.0 has the character, and libvirt gives it back unchanged (a carriage return would become a newline).
pub(crate) fn is_xml_char(c: char) -> bool {
    match c {
        '\t' | '\n' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => !c.is_ascii_control() || c == '\u{7f}',
    }
}
