//! What of a domain can be told to it while it runs: its title and its description.

use roxmltree::Node;

use super::Words;
use crate::activation::definition::Definition;
use crate::lab::identity::ObjectKind;

/// The new title and description of a domain; `None` where more changes than these, or nothing.
pub(super) fn difference(old: &Definition, new: &Definition) -> Option<Words> {
    let plain = |definition: &Definition| {
        let is_words = |node: &Node<'_, '_>| {
            let is_of_domain = node.parent_element() == Some(node.document().root_element());
            is_of_domain && ["title", "description"].contains(&node.tag_name().name())
        };
        let plain = Definition::new(definition.without(is_words)).ok()?;
        Some(plain.compared(ObjectKind::Domain, &plain))
    };
    let document = new.document();
    let text = |name: &str| {
        let element = document.root_element().children().find(|child| child.has_tag_name(name));
        element.and_then(|element: Node<'_, '_>| element.text()).unwrap_or_default().to_owned()
    };
    let is_same = old.compared(ObjectKind::Domain, old) == new.compared(ObjectKind::Domain, new);
    let is_of_words = !is_same && plain(old)? == plain(new)?;
    is_of_words.then(|| Words { title: text("title"), description: text("description") })
}
