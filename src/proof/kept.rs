//! The proof of a document in which a graph is kept: it has changed nowhere else.

use super::{Error, Proven};
use crate::graph::block::Block;

/// Proves a document that a graph was put into, between the two lines of the command with these arguments: everything else is byte
/// for byte what it was `before`, and what is there is `content`.
///
/// # Errors
///
/// If anything else has changed.
pub fn kept_document(name: &str, text: String, before: &str, arguments: &str, content: &str) -> Result<Proven, Error> {
    let error = |expected: &str, found: &str| Error::new(name, "", expected, found);
    let find = |text: &str| Block::find(text, arguments).map_err(|problem| error("a block", &problem.message));
    let (old, new) = (find(before)?, find(&text)?);
    if text[..new.range.start] != before[..old.range.start] || text[new.range.end..] != before[old.range.end..] {
        return Err(error("the document as it was around the block", "another one"));
    }
    let found = &text[new.range];
    if !found.split_inclusive('\n').map(|line| line.strip_suffix(new.line_end)).eq(content.lines().map(Some)) {
        return Err(error(content, found));
    }
    Ok(Proven { name: name.to_owned(), text })
}

#[cfg(test)]
mod tests {
    use super::kept_document;

    #[test]
    fn nothing_else_may_change() {
        let document = |around: &str, within: &str| {
            format!("{around}\n<!-- lab2nix graph a begin -->\n{within}<!-- lab2nix graph end -->\n{around}")
        };
        let before = document("a", "old\n");
        let proves = |text: String| kept_document("a.md", text, &before, "a", "new\n").is_ok();
        assert!(proves(document("a", "new\n")));
        assert!(!proves(document("a", "old\n")));
        assert!(!proves(document("a", "new\r\n")));
        assert!(!proves(document("b", "new\n")));
        assert!(!proves(before.clone()));
    }
}
