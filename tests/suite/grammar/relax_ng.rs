//! Reads a RELAX NG grammar in its XML syntax, with the files that it includes: as much of the language as libvirt's schemas
//! use.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use roxmltree::{Document, Node};

/// A grammar: what its names stand for, and its elements.
#[derive(Debug, Default)]
pub struct Grammar {
    start: Vec<Pattern>,
    names: BTreeMap<String, Pattern>,
    elements: Vec<Element>,
}

/// An element of a grammar, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ElementId(usize);

#[derive(Debug)]
pub struct Element {
    /// Its name, with the usual prefix of a namespace: `qemu:commandline`. `None` where any will do.
    pub name: Option<String>,
    pub content: Pattern,
}

/// What can stand somewhere.
#[derive(Debug, Clone)]
pub enum Pattern {
    Element(ElementId),
    /// An attribute with its name, if not any will do, and what it can say.
    Attribute(Option<String>, Box<Pattern>),
    Ref(String),
    /// All of these: a group, an interleave.
    All(Vec<Pattern>),
    /// One of these.
    OneOf(Vec<Pattern>),
    /// It may be missing.
    Maybe(Box<Pattern>),
    Text,
    Value(String),
    Data(Data),
    /// What nothing matches.
    Never,
}

/// A text of a type of XML Schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    pub r#type: String,
    pub params: Vec<(String, String)>,
}

impl Grammar {
    /// Reads a grammar.
    pub fn read(path: &Path) -> Self {
        let mut grammar = Self::default();
        grammar.file(path);
        grammar
    }

    pub fn element(&self, id: ElementId) -> &Element {
        &self.elements[id.0]
    }

    pub fn named(&self, name: &str) -> &Pattern {
        self.names.get(name).unwrap_or_else(|| panic!("the grammar says what `{name}` is"))
    }

    /// The elements of a name with which documents can begin.
    pub fn roots(&self, name: &str) -> Vec<ElementId> {
        let mut found = Vec::new();
        self.start.iter().for_each(|pattern| self.children(pattern, &mut found));
        found.retain(|id| self.element(*id).name.as_deref() == Some(name));
        found
    }

    /// Collects the elements that a pattern has at its top.
    pub fn children(&self, pattern: &Pattern, found: &mut Vec<ElementId>) {
        match pattern {
            Pattern::Element(id) => found.push(*id),
            Pattern::Ref(name) => self.children(self.named(name), found),
            Pattern::All(parts) | Pattern::OneOf(parts) => parts.iter().for_each(|part| self.children(part, found)),
            Pattern::Maybe(part) => self.children(part, found),
            Pattern::Attribute(..) | Pattern::Text | Pattern::Value(_) | Pattern::Data(_) | Pattern::Never => {}
        }
    }

    fn file(&mut self, path: &Path) {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let document = Document::parse(&text).expect("a schema is XML");
        for node in parts(document.root_element()) {
            match node.tag_name().name() {
                "include" => {
                    assert_eq!(parts(node).count(), 0, "{}: an include overrides nothing", path.display());
                    let href = node.attribute("href").expect("an include names a file");
                    self.file(&path.with_file_name(href));
                }
                "start" => {
                    let start = self.all(node);
                    self.start.push(start);
                }
                "define" => {
                    let (name, pattern) = (name_of(node), self.all(node));
                    let pattern = match self.names.remove(&name) {
                        None => pattern,
                        Some(known) => Pattern::OneOf(vec![known, pattern]),
                    };
                    self.names.insert(name, pattern);
                }
                other => panic!("{}: `{other}` in a grammar", path.display()),
            }
        }
    }

    fn pattern(&mut self, node: Node) -> Pattern {
        match node.tag_name().name() {
            "element" => {
                let mut parts = parts(node).peekable();
                let name = node.attribute("name").map(|name| format!("{}{name}", prefix(node)));
                if name.is_none() {
                    let class = parts.next().map(|class| class.tag_name().name().to_owned());
                    assert_eq!(class.as_deref(), Some("anyName"));
                }
                let content = Pattern::All(parts.map(|part| self.pattern(part)).collect());
                self.elements.push(Element { name, content });
                Pattern::Element(ElementId(self.elements.len() - 1))
            }
            "attribute" => match node.attribute("name") {
                Some(_) if parts(node).count() == 0 => Pattern::Attribute(Some(name_of(node)), Box::new(Pattern::Text)),
                Some(_) => Pattern::Attribute(Some(name_of(node)), Box::new(self.all(node))),
                None => Pattern::Attribute(None, Box::new(Pattern::Text)),
            },
            "ref" => Pattern::Ref(name_of(node)),
            "group" | "interleave" | "oneOrMore" => self.all(node),
            "choice" => Pattern::OneOf(parts(node).map(|part| self.pattern(part)).collect()),
            "optional" | "zeroOrMore" => Pattern::Maybe(Box::new(self.all(node))),
            "empty" => Pattern::All(Vec::new()),
            "notAllowed" => Pattern::Never,
            "text" => Pattern::Text,
            "value" => Pattern::Value(node.text().unwrap_or_default().trim().to_owned()),
            "data" => {
                let params = parts(node).filter(|part| part.tag_name().name() == "param");
                let param = |param: Node| (name_of(param), param.text().unwrap_or_default().to_owned());
                let r#type = node.attribute("type").expect("data has a type").to_owned();
                Pattern::Data(Data { r#type, params: params.map(param).collect() })
            }
            other => panic!("`{other}` in a pattern"),
        }
    }

    fn all(&mut self, node: Node) -> Pattern {
        let mut all: Vec<Pattern> = parts(node).map(|part| self.pattern(part)).collect();
        if all.len() == 1 { all.remove(0) } else { Pattern::All(all) }
    }
}

fn parts<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    node.children().filter(|child| child.tag_name().namespace() == Some("http://relaxng.org/ns/structure/1.0"))
}

fn name_of(node: Node) -> String {
    node.attribute("name").expect("it has a name").trim().to_owned()
}

/// The prefix that libvirt has for the namespace of an element: `qemu:` for `http://libvirt.org/schemas/domain/qemu/1.0`.
fn prefix(node: Node) -> String {
    let namespace = node.ancestors().find_map(|node| node.attribute("ns")).unwrap_or_default();
    namespace.rsplit('/').nth(1).map(|prefix| format!("{prefix}:")).unwrap_or_default()
}
