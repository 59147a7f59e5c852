//! What libvirt's grammars say of the places of a definition: the words that a text can be, the shapes that others have, and
//! what an element cannot do without. `schema/values.json` has it, by path in `NixVirt`'s names.
//!
//! An element that contains itself has one path: that of the outermost. What the table does not have can be anything.

use std::sync::{LazyLock, OnceLock};

use regex_lite::Regex;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Element, ValueType, Vocabulary};
use crate::lab::identity::ObjectKind;
use crate::libvirt::tree::{Tree, Value};

/// The table. What it has of a kind of definition is read when it is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
struct Table {
    #[serde(rename = "source")]
    _source: String,
    /// What later versions of libvirt take besides.
    later: Later,
    shapes: FxHashMap<String, Vec<Shape>>,
    network: &'static RawValue,
    pool: &'static RawValue,
    volume: &'static RawValue,
    domain: &'static RawValue,
}

/// What later versions of libvirt take besides, by path in each kind of definition. Written by hand.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
struct Later {
    shapes: FxHashMap<String, Vec<Shape>>,
    kinds: FxHashMap<&'static str, FxHashMap<&'static str, Texts>>,
}

/// One form that texts can have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    least: Option<i64>,
    most: Option<i64>,
    pattern: Option<String>,
    #[serde(skip)]
    regex: OnceLock<Option<Regex>>,
}

/// What libvirt takes in a kind of definition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
pub struct Values {
    texts: FxHashMap<&'static str, Texts>,
    /// What elements need, by path; and by path, attribute and word, what those need besides that say this word.
    needs: FxHashMap<&'static str, Vec<&'static str>>,
    /// By path, attribute and word: what an element that says this word cannot have.
    excludes: FxHashMap<&'static str, Vec<&'static str>>,
}

/// What a text can be: one of the words, or what one of the shapes takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
struct Texts {
    #[serde(default)]
    words: Vec<&'static str>,
    #[serde(default)]
    shapes: Vec<String>,
}

/// Something of a definition that libvirt does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The names of the elements on the way, and of the attribute that is not taken, or of the element that is not.
    pub path: Vec<String>,
    /// What is wrong there.
    pub why: Why,
}

/// Why libvirt does not take something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The value is none of those that it takes.
    Value,
    /// The element lacks this attribute or element.
    Lacks(&'static str),
    /// The element has this attribute or element, which it cannot have as an attribute says this word.
    Excludes { name: &'static str, attribute: String, word: String },
}

/// What a place takes instead of a text that it does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Words.
    pub words: &'static [&'static str],
    /// Texts of other shapes, in words for messages: `a MAC address`.
    pub shapes: Vec<String>,
    /// Whether it takes numbers, but not this one.
    pub is_out_of_range: bool,
}

const TABLE: &str = include_str!("../../../schema/values.json");

static PARSED: LazyLock<Table> = LazyLock::new(|| parse(TABLE));
static NETWORK: LazyLock<Values> = LazyLock::new(|| Values::read("network", PARSED.network));
static POOL: LazyLock<Values> = LazyLock::new(|| Values::read("pool", PARSED.pool));
static VOLUME: LazyLock<Values> = LazyLock::new(|| Values::read("volume", PARSED.volume));
static DOMAIN: LazyLock<Values> = LazyLock::new(|| Values::read("domain", PARSED.domain));

/// What shapes are called, those of numbers apart.
const CALLED: &[(&str, &str)] = &[
    ("UUID", "a UUID"),
    ("absDirPath", "an absolute path"),
    ("absFilePath", "an absolute path"),
    ("cpuset", "a list of CPUs such as `0-3,^2`"),
    ("diskTargetDev", "the name of a disk such as `vda`"),
    ("hexuint", "a hexadecimal number such as `0x1f`"),
    ("ipv4Addr", "an IPv4 address"),
    ("ipv6Addr", "an IPv6 address"),
    ("octalMode", "permissions such as `0750`"),
    ("timeDelta", "a number of seconds"),
    ("uniMacAddr", "a MAC address with an even first byte"),
    ("unit", "a unit such as `KiB`"),
    ("usbId", "a USB ID such as `0x1a2b`"),
    ("vmwarePath", "a VMware path such as `[store] disk.vmdk`"),
    ("wwn", "16 hexadecimal digits"),
];

/// Reads a part of the table, which stays where it is.
fn parse<T: Deserialize<'static>>(table: &'static str) -> T {
    serde_json::from_str(table).expect("the tables of this crate are tested")
}

impl Values {
    fn read(kind: &str, raw: &'static RawValue) -> Self {
        let mut values: Self = parse(raw.get());
        for (path, later) in PARSED.later.kinds.get(kind).into_iter().flatten() {
            if let Some(texts) = values.texts.get_mut(path) {
                texts.words.extend(&later.words);
                texts.shapes.extend(later.shapes.iter().cloned());
            }
        }
        values
    }

    /// What libvirt takes in the definition of an object.
    #[must_use]
    pub fn object(kind: ObjectKind) -> &'static Self {
        match kind {
            ObjectKind::Network => &NETWORK,
            ObjectKind::Pool => &POOL,
            ObjectKind::Domain => &DOMAIN,
        }
    }

    /// What libvirt takes in the definition of a volume.
    #[must_use]
    pub fn volume() -> &'static Self {
        &VOLUME
    }

    /// What a place takes, if that is not this value. It has the type that the vocabulary says.
    #[must_use]
    pub fn expected(&'static self, path: &str, value_type: ValueType, value: &Value) -> Option<Expected> {
        let texts = self.texts.get(path)?;
        let text = match (value, value_type) {
            (Value::Bool(value), ValueType::Bool(words) | ValueType::BoolOrString(words)) => {
                words.of(*value).to_owned()
            }
            (Value::Int(number), _) => number.to_string(),
            (Value::Str(text), _) => text.trim().to_owned(),
            (Value::Bool(_) | Value::File(_) | Value::List(_) | Value::Set(_), _) => return None,
        };
        let shapes = || texts.shapes.iter().map(|name| (name.as_str(), PARSED.shapes(name)));
        if texts.words.contains(&text.as_str()) || shapes().any(|(_, shapes)| shapes.iter().any(|one| one.takes(&text)))
        {
            return None;
        }
        let mut described: Vec<String> = Vec::new();
        for text in shapes().map(|(name, shapes)| describe(name, shapes)) {
            if !described.contains(&text) {
                described.push(text);
            }
        }
        let has_limits = shapes().any(|(_, shapes)| shapes.iter().any(|shape| shape.least.is_some()));
        let is_out_of_range = has_limits && text.parse::<i128>().is_ok();
        Some(Expected { words: &texts.words, shapes: described, is_out_of_range })
    }

    /// Finds what libvirt does not take of a definition.
    #[must_use]
    pub fn refusals(&'static self, vocabulary: &Vocabulary, root: Element, definition: &Tree) -> Vec<Refusal> {
        Walk::of(self, vocabulary, root, definition, true)
    }

    /// Finds elements of a definition that lack something, or have what they cannot have.
    #[must_use]
    pub fn misshapen(&'static self, vocabulary: &Vocabulary, root: Element, definition: &Tree) -> Vec<Refusal> {
        Walk::of(self, vocabulary, root, definition, false)
    }

    /// What an element needs.
    fn needs<'t>(&'static self, path: &'t str, set: &'t Tree) -> impl Iterator<Item = &'static str> + use<'t> {
        let of_words = words(set).filter_map(move |(name, word)| self.needs.get(&*of_word(path, name, word)));
        self.needs.get(path).into_iter().chain(of_words).flatten().copied()
    }

    /// What an element cannot have, with the attributes whose words say so.
    fn excludes<'t>(
        &'static self,
        path: &'t str,
        set: &'t Tree,
    ) -> impl Iterator<Item = (&'static str, &'t str, &'t str)> + use<'t> {
        words(set).flat_map(move |(attribute, word)| {
            let names = self.excludes.get(&*of_word(path, attribute, word));
            names.into_iter().flatten().map(move |name| (*name, attribute, word))
        })
    }
}

/// The attributes of an element that say words.
fn words(set: &Tree) -> impl Iterator<Item = (&str, &str)> {
    set.iter().filter_map(|(name, value)| match value {
        Value::Str(word) => Some((name, word.as_ref())),
        _ => None,
    })
}

/// The name of what the tables say of an element whose attribute says a word.
fn of_word(path: &str, attribute: &str, word: &str) -> String {
    format!("{path} {attribute}={word}").trim_start().to_owned()
}

impl Table {
    /// What a shape is; what the tables name is in them.
    fn shapes(&self, name: &str) -> &[Shape] {
        self.shapes.get(name).or_else(|| self.later.shapes.get(name)).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Shape {
    fn takes(&self, text: &str) -> bool {
        let is_within = |number: i128| {
            self.least.is_none_or(|least| number >= least.into()) && self.most.is_none_or(|most| number <= most.into())
        };
        let has_limits = self.least.is_some() || self.most.is_some();
        (!has_limits || text.parse().is_ok_and(is_within)) && self.regex().is_none_or(|regex| regex.is_match(text))
    }

    /// Its pattern, which has to match the whole of a text.
    fn regex(&self) -> Option<&Regex> {
        let compile = |pattern: &String| Regex::new(&format!("^(?:{pattern})$")).expect("the tables are tested");
        self.regex.get_or_init(|| self.pattern.as_ref().map(compile)).as_ref()
    }
}

/// What a shape is, in words for messages.
fn describe(name: &str, shapes: &[Shape]) -> String {
    if let Some((_, called)) = CALLED.iter().find(|(known, _)| *known == name) {
        return (*called).to_owned();
    }
    let limits = shapes.iter().find_map(|shape| Some((shape.least?, shape.most)));
    match (limits, shapes) {
        (Some((i64::MIN, _)), _) => "a whole number".to_owned(),
        (Some((least, None)), _) => format!("a whole number from {least} on"),
        (Some((least, Some(most))), _) => format!("a whole number from {least} to {most}"),
        (None, shapes) => {
            let patterns: Vec<&str> = shapes.iter().filter_map(|shape| shape.pattern.as_deref()).collect();
            format!("what the pattern `{}` matches", patterns.join("|"))
        }
    }
}

impl Vocabulary {
    /// The path of a place in the table of values: without the elements that contain themselves, but the outermost.
    #[must_use]
    pub fn place(&self, root: Element, path: &[String]) -> String {
        let mut above = vec![(root, String::new())];
        let mut place = String::new();
        for name in path {
            let element = above.last().map_or(root, |(element, _)| *element);
            place = self.step(&mut above, element, name);
        }
        place
    }

    /// The path of an attribute or child of an element; an element is put on those above it, without what it is in where it
    /// contains itself.
    fn step(&self, above: &mut Vec<(Element, String)>, element: Element, name: &str) -> String {
        let place = match above.last().map(|(_, path)| path.as_str()) {
            None | Some("") => name.to_owned(),
            Some(path) => format!("{path}.{name}"),
        };
        let inner = self.attribute(element, name).and_then(|attribute| attribute.value_type.element());
        let Some(inner) = inner else { return place };
        if let Some(index) = above.iter().position(|(known, _)| *known == inner) {
            above.truncate(index + 1);
            return above[index].1.clone();
        }
        above.push((inner, place.clone()));
        place
    }
}

/// A walk through a definition.
struct Walk<'a> {
    values: &'static Values,
    vocabulary: &'a Vocabulary,
    /// Whether values are looked at too.
    with_texts: bool,
    /// The elements around the one that is looked at, and itself, with their paths in the table.
    above: Vec<(Element, String)>,
    path: Vec<String>,
    found: Vec<Refusal>,
}

impl<'a> Walk<'a> {
    fn of(
        values: &'static Values,
        vocabulary: &'a Vocabulary,
        root: Element,
        definition: &Tree,
        with_texts: bool,
    ) -> Vec<Refusal> {
        let above = vec![(root, String::new())];
        let mut walk = Self { values, vocabulary, with_texts, above, path: Vec::new(), found: Vec::new() };
        walk.set(root, definition);
        walk.found
    }

    fn set(&mut self, element: Element, set: &Tree) {
        let place = self.above.last().map(|(_, path)| path.clone()).unwrap_or_default();
        let is_there = |name: &str| match set.get(name) {
            Some(Value::List(items)) => !items.is_empty(),
            Some(_) => true,
            None => false,
        };
        let values = self.values;
        for name in values.needs(&place, set).filter(|name| !is_there(name)) {
            self.found.push(Refusal { path: self.path.clone(), why: Why::Lacks(name) });
        }
        for (name, attribute, word) in values.excludes(&place, set).filter(|(name, ..)| is_there(name)) {
            let (attribute, word) = (attribute.to_owned(), word.to_owned());
            self.found.push(Refusal { path: self.path.clone(), why: Why::Excludes { name, attribute, word } });
        }
        for (name, value) in set.iter() {
            let Some(attribute) = self.vocabulary.attribute(element, name) else { continue };
            if !self.with_texts && attribute.value_type.element().is_none() {
                continue;
            }
            let around = self.above.clone();
            let place = self.vocabulary.step(&mut self.above, element, name);
            self.path.push(name.to_owned());
            for item in if let Value::List(items) = value { items.as_slice() } else { std::slice::from_ref(value) } {
                match (attribute.value_type.element(), item) {
                    (Some(inner), Value::Set(set)) => self.set(inner, set),
                    (_, item) => {
                        if values.expected(&place, attribute.value_type, item).is_some() {
                            self.found.push(Refusal { path: self.path.clone(), why: Why::Value });
                        }
                    }
                }
            }
            self.path.pop();
            self.above = around;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::NixVirtVersion;

    #[test]
    fn the_table_can_be_read() {
        for values in [&*NETWORK, &*POOL, &*VOLUME, &*DOMAIN] {
            for name in values.texts.values().flat_map(|texts| &texts.shapes) {
                assert!(!PARSED.shapes(name).is_empty(), "{name}");
            }
            assert!(values.needs.contains_key(""));
        }
        for shape in PARSED.shapes.values().chain(PARSED.later.shapes.values()).flatten() {
            assert_eq!(shape.regex().is_some(), shape.pattern.is_some());
        }
        for (name, _) in CALLED {
            assert!(PARSED.shapes.contains_key(*name), "{name}");
        }
        for (kind, values) in [("network", &*NETWORK), ("pool", &*POOL), ("volume", &*VOLUME), ("domain", &*DOMAIN)] {
            for path in PARSED.later.kinds.get(kind).into_iter().flat_map(FxHashMap::keys) {
                assert!(values.texts.contains_key(path), "{kind}: {path}");
            }
        }
    }

    #[test]
    fn values_are_held_against_the_table() {
        let check = |path: &str, value: Value, taken: bool| {
            let expected = Values::object(ObjectKind::Domain).expected(path, ValueType::String, &value);
            assert_eq!(expected.is_none(), taken, "{path}: {value:?}, {expected:?}");
        };
        check("cpu.check", "full".into(), true);
        check("cpu.check", "yes".into(), false);
        check("vcpu.count", 1_i64.into(), true);
        check("vcpu.count", Value::Int(-1), false);
        check("devices.interface.mac.address", "52:54:00:00:00:01".into(), true);
        check("devices.interface.mac.address", "zz".into(), false);
        check("devices.interface.mac.address", "52:54:00:00:00:01x".into(), false);
        check("title", "anything".into(), true);
    }

    #[test]
    fn an_element_in_itself_has_one_place() {
        let vocabulary = Vocabulary::whole(NixVirtVersion::V0_6_0);
        let check = |path: &str, expected: &str| {
            let steps: Vec<String> = path.split('.').map(str::to_owned).collect();
            assert_eq!(vocabulary.place(vocabulary.object(ObjectKind::Domain), &steps), expected);
        };
        check("cpu.check", "cpu.check");
        check("devices.disk.source.file", "devices.disk.source.file");
        let store = "devices.disk.backingStore.backingStore";
        check(&format!("{store}.backingStore.backingStore.format.type"), &format!("{store}.format.type"));
    }

    /// What libvirt takes at a place, a definition can say there.
    #[test]
    fn types_are_as_wide_as_the_grammar() {
        // Texts that are no number, each of a shape that libvirt has.
        const NO_NUMBERS: [&str; 3] = ["1.2", "1-2", "1,2"];
        // libvirt reads a number here, whatever its grammar says.
        const NARROWER: &str = "devices.controller.master.startport";
        let of = |vocabulary: &'static Vocabulary| {
            [
                (vocabulary, vocabulary.object(ObjectKind::Network), &*NETWORK),
                (vocabulary, vocabulary.object(ObjectKind::Pool), &*POOL),
                (vocabulary, vocabulary.volume(), &*VOLUME),
                (vocabulary, vocabulary.object(ObjectKind::Domain), &*DOMAIN),
            ]
        };
        let mut narrow = Vec::new();
        let versions = [NixVirtVersion::V0_6_0, NixVirtVersion::Unreleased].map(Vocabulary::whole);
        for (vocabulary, root, values) in versions.into_iter().flat_map(of) {
            for (path, texts) in values.texts.iter().filter(|(path, _)| **path != NARROWER) {
                let mut element = Some(root);
                let mut value_type = None;
                for step in path.split('.') {
                    let attribute = element.and_then(|element| vocabulary.attribute(element, step));
                    value_type = attribute.map(|attribute| attribute.value_type);
                    element = value_type.and_then(ValueType::element);
                }
                let shapes = || texts.shapes.iter().flat_map(|name| PARSED.shapes(name));
                let is_wide = match value_type {
                    Some(ValueType::Bool(words)) => texts.words.iter().all(|word| words.value(word).is_some()),
                    Some(ValueType::Int) => {
                        texts.words.iter().all(|word| word.parse::<i64>().is_ok())
                            && !shapes().any(|shape| NO_NUMBERS.iter().any(|text| shape.takes(text)))
                    }
                    Some(_) => true,
                    None => false,
                };
                if !is_wide {
                    narrow.push(path);
                }
            }
        }
        assert!(narrow.is_empty(), "{narrow:?}");
    }
}
