//! Which attributes a definition may have: what a version of `NixVirt` writes, and what libvirt has beyond it; of which
//! type, in what order, and as which elements and attributes of XML.
//!
//! `NixVirt` looks up the names it knows and ignores all others, so what it is given may hold only what is in its table,
//! `schema/nixvirt/<version>.json`. `schema/libvirt.json` has what may occur several times, and what libvirt knows and a
//! version of `NixVirt` may lack. `schema/values.json` has what values libvirt takes ([`Values`]). All speak of attributes by
//! `NixVirt`'s names.

mod markup;
mod table;
mod value_type;
mod values;

use std::sync::LazyLock;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use serde::Deserialize;

pub use markup::{Child, Content, Markup, XmlAttribute};
pub use value_type::{ValueType, Words};
pub use values::{Expected, Refusal, Values, Why};

use super::tree::{Tree, Value};
use crate::lab::identity::ObjectKind;
use crate::spec::NixVirtVersion;

/// What definitions may say.
#[derive(Debug)]
pub struct Vocabulary {
    version: String,
    elements: Vec<ElementLayout>,
    roots: Roots<Element>,
}

/// Something for each kind of definition.
#[derive(Debug, Deserialize)]
struct Roots<T> {
    network: T,
    pool: T,
    volume: T,
    domain: T,
}

/// What an element takes, and how it is written.
#[derive(Debug, Default)]
struct ElementLayout {
    /// Attributes and children by name, in libvirt's order.
    attributes: IndexMap<String, Attribute, FxBuildHasher>,
    /// The attribute that is the element's text. NixVirt cannot write the element without it.
    text: Option<String>,
    markup: Markup,
}

impl ElementLayout {
    /// Whether a set has child elements where its text would stand.
    fn text_beside_elements(&self, set: &Tree) -> bool {
        self.markup.content.text.is_some() && self.markup.content.has_elements(set)
    }
}

/// An element of a vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element(usize);

/// An attribute or child element that a vocabulary knows.
#[derive(Debug)]
pub struct Attribute {
    /// What it takes.
    pub value_type: ValueType,
    /// Whether it is a list, because libvirt takes it several times.
    pub repeatable: bool,
    /// Whether it is an attribute of XML, in which a line break or a tab would be read as a blank.
    pub is_xml_attribute: bool,
}

/// What is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An attribute that would be dropped.
    Unknown {
        /// The path of the attribute, such as `devices.graphics.port`.
        path: String,
    },
    /// A value of another type, or one element where a list is due.
    WrongType {
        /// The path of the attribute.
        path: String,
        /// What is due there.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// An element without its text, which stops the evaluation.
    Missing {
        /// The path of the attribute that holds the text.
        path: String,
    },
    /// An element with text, and with elements that stand for it.
    TextBesideElements {
        /// The path of the attribute that holds the text.
        path: String,
    },
}

impl Fault {
    /// The path of the attribute.
    #[must_use]
    pub fn into_path(self) -> String {
        match self {
            Self::Unknown { path }
            | Self::WrongType { path, .. }
            | Self::Missing { path }
            | Self::TextBesideElements { path } => path,
        }
    }
}

const TABLE_0_6_0: &str = include_str!("../../schema/nixvirt/0.6.0.json");
const TABLE_UNRELEASED: &str = include_str!("../../schema/nixvirt/unreleased.json");

static V0_6_0: LazyLock<Vocabulary> = LazyLock::new(|| table::read(TABLE_0_6_0));
static UNRELEASED: LazyLock<Vocabulary> = LazyLock::new(|| table::read(TABLE_UNRELEASED));
static WHOLE_V0_6_0: LazyLock<Vocabulary> = LazyLock::new(|| table::read_whole(TABLE_0_6_0));
static WHOLE_UNRELEASED: LazyLock<Vocabulary> = LazyLock::new(|| table::read_whole(TABLE_UNRELEASED));

impl Vocabulary {
    /// What a version of `NixVirt` writes.
    #[must_use]
    pub fn of(version: NixVirtVersion) -> &'static Self {
        match version {
            NixVirtVersion::V0_6_0 => &V0_6_0,
            NixVirtVersion::Unreleased => &UNRELEASED,
        }
    }

    /// What libvirt takes: what a version of `NixVirt` writes, in the order in which it writes it, and what libvirt has
    /// beyond that.
    #[must_use]
    pub fn whole(version: NixVirtVersion) -> &'static Self {
        match version {
            NixVirtVersion::V0_6_0 => &WHOLE_V0_6_0,
            NixVirtVersion::Unreleased => &WHOLE_UNRELEASED,
        }
    }

    /// The version's name.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The definition of a kind of object.
    #[must_use]
    pub fn object(&self, kind: ObjectKind) -> Element {
        match kind {
            ObjectKind::Network => self.roots.network,
            ObjectKind::Pool => self.roots.pool,
            ObjectKind::Domain => self.roots.domain,
        }
    }

    /// The definition of a volume.
    #[must_use]
    pub fn volume(&self) -> Element {
        self.roots.volume
    }

    /// What an attribute or child of an element takes, if the element has it.
    #[must_use]
    pub fn attribute(&self, element: Element, name: &str) -> Option<&Attribute> {
        self.elements[element.0].attributes.get(name)
    }

    /// How an element is written as XML.
    #[must_use]
    pub fn markup(&self, element: Element) -> &Markup {
        &self.elements[element.0].markup
    }

    /// The place of an attribute or child among those of its element.
    #[must_use]
    pub fn rank(&self, element: Element, name: &str) -> usize {
        self.elements[element.0].attributes.get_index_of(name).unwrap_or(usize::MAX)
    }

    /// The names of an element's attributes and children.
    pub fn names(&self, element: Element) -> impl Iterator<Item = &str> {
        self.elements[element.0].attributes.keys().map(String::as_str)
    }

    /// Sorts a definition into libvirt's order, and finds what the vocabulary does not have.
    #[must_use]
    pub fn sort_and_check(&self, definition: &mut Tree, element: Element) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.check_set(definition, element, None, &mut faults);
        faults
    }

    fn check_set(&self, set: &mut Tree, element: Element, above: Option<&Step<'_>>, faults: &mut Vec<Fault>) {
        let layout = &self.elements[element.0];
        if let Some(text) = layout.text.as_deref() {
            let path = || Step { above, name: text }.path();
            match (set.get(text), layout.text_beside_elements(set)) {
                (None, false) => faults.push(Fault::Missing { path: path() }),
                (Some(_), true) => faults.push(Fault::TextBesideElements { path: path() }),
                (None, true) | (Some(_), false) => {}
            }
        }
        set.arrange(
            |name| self.rank(element, name),
            |name, value| {
                let here = Step { above, name };
                let Some(attribute) = self.attribute(element, name) else {
                    faults.push(Fault::Unknown { path: here.path() });
                    return;
                };
                let items = match (attribute.repeatable, value) {
                    (true, Value::List(items)) => items.as_mut_slice(),
                    (false, value @ Value::List(_)) | (true, value) => {
                        let expected = if attribute.repeatable { "a list" } else { attribute.value_type.describe() };
                        faults.push(Fault::WrongType { path: here.path(), expected, found: value.describe() });
                        return;
                    }
                    (false, value) => std::slice::from_mut(value),
                };
                for item in items {
                    match (attribute.value_type, item) {
                        (ValueType::Set(element) | ValueType::StringOrSet(element), Value::Set(set)) => {
                            self.check_set(set, element, Some(&here), faults);
                        }
                        (value_type, item) if value_type.accepts(item) => {}
                        (value_type, item) => faults.push(Fault::WrongType {
                            path: here.path(),
                            expected: value_type.describe(),
                            found: item.describe(),
                        }),
                    }
                }
            },
        );
    }
}

/// The last step of a path, and those above it.
struct Step<'a> {
    above: Option<&'a Step<'a>>,
    name: &'a str,
}

impl Step<'_> {
    fn path(&self) -> String {
        self.above.map_or_else(|| self.name.to_owned(), |above| format!("{}.{}", above.path(), self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::table::{LIBVIRT, Repeatable, parse};
    use super::*;
    use pretty_assertions::assert_eq;

    impl Vocabulary {
        /// Whether a path of attributes is in the vocabulary.
        fn has(&self, element: Element, path: &str) -> bool {
            let mut element = Some(element);
            path.split('.').all(|name| {
                let attribute = element.and_then(|element| self.attribute(element, name));
                element = match attribute.map(|attribute| attribute.value_type) {
                    Some(ValueType::Set(element)) => Some(element),
                    Some(_) | None => None,
                };
                attribute.is_some()
            })
        }
    }

    #[test]
    fn the_versions_differ_where_they_do() {
        let check = |path: &str, expected: [bool; 2]| {
            let versions = [NixVirtVersion::V0_6_0, NixVirtVersion::Unreleased];
            let found = versions.map(Vocabulary::of).map(|all| all.has(all.object(ObjectKind::Domain), path));
            assert_eq!(found, expected, "{path}");
        };
        check("devices.interface.mac.address", [true, true]);
        check("devices.interface.vlan.tag.id", [false, true]);
        check("devices.graphics.port", [false, true]);
        check("devices.interfaces", [false, false]);
        check("os.machine", [true, true]);
        check("memory.count", [true, true]);
        check("devices.disk.backingStore.backingStore.backingStore.source.file", [true, true]);
        check("qemu-commandline.xmlns", [false, false]);
    }

    #[test]
    fn what_is_repeatable_is_in_a_vocabulary() {
        let libvirt: Repeatable = parse(LIBVIRT);
        let Roots { network, pool, volume, domain } = &libvirt.repeatable;
        for vocabulary in [&*WHOLE_V0_6_0, &*WHOLE_UNRELEASED] {
            let Roots { network: in_network, pool: in_pool, volume: in_volume, domain: in_domain } = vocabulary.roots;
            let roots = [(network, in_network), (pool, in_pool), (volume, in_volume), (domain, in_domain)];
            for (paths, root) in roots {
                for path in paths {
                    assert!(vocabulary.has(root, path), "{path}");
                }
            }
        }
    }

    #[test]
    fn definitions_are_put_into_order() {
        let mut network = Tree::new().with("uuid", "u").with("name", "n");
        let vocabulary = Vocabulary::of(NixVirtVersion::V0_6_0);
        assert_eq!(vocabulary.sort_and_check(&mut network, vocabulary.object(ObjectKind::Network)), []);
        assert_eq!(network, Tree::new().with("name", "n").with("uuid", "u"));
    }

    #[test]
    fn faults_are_found() {
        let check = |tree: Tree, expected: Fault| {
            let vocabulary = Vocabulary::of(NixVirtVersion::V0_6_0);
            assert_eq!(
                vocabulary.sort_and_check(&mut tree.clone(), vocabulary.object(ObjectKind::Network)),
                [expected]
            );
        };
        check(Tree::new().with("dhcp", Tree::new()), Fault::Unknown { path: "dhcp".into() });
        check(
            Tree::new().with("ip", Tree::new()),
            Fault::WrongType { path: "ip".into(), expected: "a list", found: "an attribute set" },
        );
        check(
            Tree::new().with_each("ip", [Tree::new().with("prefix", "24")]),
            Fault::WrongType { path: "ip.prefix".into(), expected: "an integer", found: "a string" },
        );
    }
}
