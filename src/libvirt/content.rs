//! XML that a spec gives as text.

use std::collections::HashSet;

use roxmltree::{Document, Node};

/// Whether text can stand in an element as its content: well-formed elements, with nothing but blanks around them, each
/// in a namespace of its own. libvirt leaves out what has none, or the one of an element before it.
#[must_use]
pub fn is_content(text: &str) -> bool {
    let element = format!("<content>{text}</content>");
    let Ok(document) = Document::parse(&element) else {
        return false;
    };
    let root = document.root_element();
    let mut namespaces = HashSet::new();
    root.range() == (0..element.len())
        && root.has_tag_name("content")
        && root.children().all(|child| !child.is_text() || child.text().is_none_or(|text| text.trim().is_empty()))
        && root
            .children()
            .filter(Node::is_element)
            .all(|child| child.tag_name().namespace().is_some_and(|namespace| namespaces.insert(namespace.to_owned())))
}
