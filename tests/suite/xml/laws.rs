//! Laws of the XML that this crate writes: a parser reads in it what was meant, whatever that is.

use lab2nix::host_file::HostFile;
use lab2nix::lab::identity::ObjectKind;
use lab2nix::libvirt::is_content;
use lab2nix::libvirt::tree::{Tree, Value};
use lab2nix::libvirt::vocabulary::{Child, Element, Markup, ValueType, Vocabulary, XmlAttribute};
use lab2nix::spec::NixVirtVersion;
use lab2nix::xml;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back(choices in proptest::collection::vec(any::<u32>(), 1..400), root in 0_usize..4) {
        let (vocabulary, element) = root_of(root);
        let tree = Choices::new(&choices).tree(vocabulary, element, 0);
        let text = xml::print(&tree, vocabulary, element).text();
        let agrees = xml::agrees(&text, &tree, vocabulary, element);
        prop_assert!(agrees.is_ok(), "{}\n{text}", agrees.unwrap_err());
    }

    /// Two definitions that differ are not printed alike.
    #[test]
    fn other_definitions_do_not_agree(
        choices in proptest::collection::vec(any::<u32>(), 1..400),
        others in proptest::collection::vec(any::<u32>(), 1..400),
        root in 0_usize..4,
    ) {
        let (vocabulary, element) = root_of(root);
        let tree = Choices::new(&choices).tree(vocabulary, element, 0);
        let other = Choices::new(&others).tree(vocabulary, element, 0);
        let text = xml::print(&tree, vocabulary, element).text();
        let same = text == xml::print(&other, vocabulary, element).text();
        prop_assert_eq!(xml::agrees(&text, &other, vocabulary, element).is_ok(), same);
    }

    /// What `metadata` may hold cannot get out of its element.
    #[test]
    fn content_stays_in_its_element(
        shards in proptest::collection::vec(proptest::sample::select(CONTENT.to_vec()), 0..8),
    ) {
        let (vocabulary, element) = root_of(3);
        let content = shards.concat();
        if is_content(&content) {
            let mut tree = Tree::new().with("name", "a");
            tree.entry("metadata", || Value::from(content));
            let text = xml::print(&tree, vocabulary, element).text();
            let agrees = xml::agrees(&text, &tree, vocabulary, element);
            prop_assert!(agrees.is_ok(), "{}\n{text}", agrees.unwrap_err());
        }
    }
}

const CONTENT: &[&str] = &[
    "<a:b xmlns:a='urn:a'>",
    "</a:b>",
    "<a xmlns=\"urn:b\"/>",
    " ",
    "\n",
    "text",
    "</metadata>",
    "<metadata>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&x;",
    "<?pi ?>",
    "<!DOCTYPE a>",
    "</content>",
    "<content>",
    "<name>b</name>",
];

/// Parts of texts, some of which mean something to XML.
const TEXTS: &[&str] =
    &["", "a", " ", "&", "<", ">", "'", "\"", "&amp;", "]]>", "<!--", "é", "${x}", "''", "\u{7f}", "0x1f"];

fn root_of(root: usize) -> (&'static Vocabulary, Element) {
    let vocabulary = Vocabulary::whole(NixVirtVersion::V0_6_0);
    let element = match root {
        0 => vocabulary.object(ObjectKind::Network),
        1 => vocabulary.object(ObjectKind::Pool),
        2 => vocabulary.volume(),
        _ => vocabulary.object(ObjectKind::Domain),
    };
    (vocabulary, element)
}

/// What a definition is made from.
struct Choices<'a> {
    left: std::slice::Iter<'a, u32>,
}

impl<'a> Choices<'a> {
    fn new(choices: &'a [u32]) -> Self {
        Self { left: choices.iter() }
    }

    /// One of `count`; the first when there is nothing left to choose from.
    fn one_of(&mut self, count: usize) -> usize {
        self.left.next().map_or(0, |choice| usize::try_from(*choice).unwrap_or(0) % count)
    }

    fn tree(&mut self, vocabulary: &Vocabulary, element: Element, depth: usize) -> Tree {
        let mut tree = Tree::new();
        let markup = vocabulary.markup(element);
        let texts = texts(markup);
        for name in vocabulary.names(element) {
            let needed = texts.contains(&name);
            if !needed && (self.one_of(4) == 0 || depth > 5) {
                continue;
            }
            let Some(attribute) = vocabulary.attribute(element, name) else { continue };
            let count = if attribute.repeatable { self.one_of(3) } else { 1 };
            let is_text = !is_attribute(markup, name);
            let items: Vec<Value> =
                (0..count).filter_map(|_| self.value(vocabulary, attribute.value_type, is_text, depth)).collect();
            if attribute.repeatable {
                tree.entry(name, || Value::List(items));
            } else if let Some(value) = items.into_iter().next() {
                tree.entry(name, || value);
            }
        }
        // Some have elements that stand for their text.
        if let Some(text) = markup.content.text.as_ref().filter(|_| markup.content.has_elements(&tree)) {
            tree.remove(text);
        }
        tree
    }

    fn value(&mut self, vocabulary: &Vocabulary, value_type: ValueType, is_text: bool, depth: usize) -> Option<Value> {
        Some(match value_type {
            ValueType::Path if self.one_of(2) == 0 => Value::from(HostFile::all().nth(self.one_of(4))?),
            ValueType::Path if self.one_of(4) == 0 => Value::File(HostFile::Image("debian.trixie".to_owned())),
            ValueType::String | ValueType::Path => Value::from(self.text(is_text)),
            ValueType::IntOrString if self.one_of(2) == 0 => Value::from("1.2"),
            ValueType::BoolOrString(_) if self.one_of(2) == 0 => Value::from("internal"),
            ValueType::Int | ValueType::Hex | ValueType::IntOrString => {
                Value::from(i64::try_from(self.one_of(5000)).ok()?)
            }
            ValueType::Bool(_) | ValueType::BoolOrString(_) => Value::from(self.one_of(2) == 0),
            ValueType::Flag if self.one_of(2) == 0 => Value::from(true),
            ValueType::Flag => Value::Set(Tree::new()),
            ValueType::Xml => Value::from("<a xmlns='urn:a'>&amp;</a>"),
            ValueType::Raw => return None,
            ValueType::StringOrSet(_) if self.one_of(2) == 0 => Value::from(self.text(is_text)),
            ValueType::Set(element) | ValueType::StringOrSet(element) => {
                Value::Set(self.tree(vocabulary, element, depth + 1))
            }
        })
    }

    fn text(&mut self, is_text: bool) -> String {
        let mut text: String = (0..self.one_of(4)).map(|_| TEXTS[self.one_of(TEXTS.len())]).collect();
        if is_text && self.one_of(4) == 1 {
            text.push_str("\n\t end");
        }
        text
    }
}

/// The names that hold the text of an element, which is there whether or not anything else is.
fn texts(markup: &Markup) -> Vec<&str> {
    let inline = markup.content.children.iter().filter_map(|child| match child {
        Child::Inline(markup) => Some(texts(markup)),
        Child::Element { .. } => None,
    });
    markup.content.text.iter().map(String::as_str).chain(inline.flatten()).collect()
}

fn is_attribute(markup: &Markup, name: &str) -> bool {
    let named = |known: &XmlAttribute| matches!(known, XmlAttribute::Named(known) if known == name);
    let inline = |child: &Child| matches!(child, Child::Inline(markup) if is_attribute(markup, name));
    markup.attributes.iter().any(named) || markup.content.children.iter().any(inline)
}
