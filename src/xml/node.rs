//! Elements of XML that libvirt prints.

use roxmltree::Node;

/// The first child of a name, whatever its namespace.
pub(crate) fn child<'a, 'i>(of: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    of.children().find(|child| child.is_element() && child.tag_name().name() == name)
}

/// The children of a name, whatever their namespace.
pub(crate) fn elements<'a, 'i>(of: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    let name = name.to_owned();
    of.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}
