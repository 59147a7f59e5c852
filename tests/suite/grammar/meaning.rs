//! What a grammar says of texts, and of what has to be there.

use std::collections::{BTreeMap, BTreeSet};

use super::relax_ng::{Data, ElementId, Grammar, Pattern};

/// What a text can be: any of the words, or what one of the shapes takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    pub any: bool,
    pub words: BTreeSet<String>,
    /// By name: what a grammar calls it, or what it is.
    pub shapes: BTreeMap<String, BTreeSet<Shape>>,
}

/// A shape of texts: numbers within limits, or what a pattern matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    pub least: Option<i64>,
    pub most: Option<i64>,
    pub pattern: Option<String>,
}

impl Texts {
    fn any() -> Self {
        Self { any: true, ..Self::default() }
    }

    fn word(word: &str) -> Self {
        Self { words: BTreeSet::from([word.to_owned()]), ..Self::default() }
    }

    pub fn add(&mut self, other: Self) {
        self.any |= other.any;
        self.words.extend(other.words);
        for (name, shapes) in other.shapes {
            self.shapes.entry(name).or_default().extend(shapes);
        }
    }

    /// Whether only words are taken, and not this one.
    fn excludes(&self, word: &str) -> bool {
        !self.any && self.shapes.is_empty() && !self.words.contains(word)
    }
}

/// Names of what is in an element: `@name` for an attribute, `name` for an element. `None` of what cannot be.
type Names = Option<BTreeSet<String>>;

impl Grammar {
    /// The texts of a pattern; `None` where it has no text. `name` is what the grammar calls it.
    pub fn texts(&self, pattern: &Pattern, name: Option<&str>) -> Option<Texts> {
        match pattern {
            Pattern::Element(_) | Pattern::Attribute(..) => None,
            Pattern::Ref(name) => self.texts(self.named(name), Some(name)),
            Pattern::Text => Some(Texts::any()),
            Pattern::Value(word) => Some(Texts::word(word)),
            Pattern::Data(data) => Some(data.texts(name)),
            Pattern::Never => Some(Texts::default()),
            Pattern::Maybe(part) => self.texts(part, name).map(|mut texts| {
                texts.add(Texts::word(""));
                texts
            }),
            Pattern::All(parts) => {
                let mut texts = parts.iter().filter_map(|part| self.texts(part, name));
                let first = texts.next()?;
                Some(if texts.next().is_some() { Texts::any() } else { first })
            }
            Pattern::OneOf(parts) => {
                let texts: Vec<Option<Texts>> = parts.iter().map(|part| self.texts(part, name)).collect();
                if texts.iter().all(Option::is_none) {
                    return None;
                }
                let mut all = Texts::default();
                for texts in texts {
                    all.add(texts.unwrap_or_else(|| Texts::word("")));
                }
                Some(all)
            }
        }
    }

    /// What the attributes of a name say that a pattern has at its top; `None` where it has none.
    pub fn attribute(&self, pattern: &Pattern, name: &str) -> Option<Texts> {
        match pattern {
            Pattern::Attribute(None, _) => Some(Texts::any()),
            Pattern::Attribute(Some(own), content) => {
                (own == name).then(|| self.texts(content, None).unwrap_or_else(|| Texts::word("")))
            }
            Pattern::Ref(of) => self.attribute(self.named(of), name),
            Pattern::Maybe(part) => self.attribute(part, name),
            Pattern::All(parts) | Pattern::OneOf(parts) => {
                let texts = parts.iter().filter_map(|part| self.attribute(part, name));
                texts.reduce(|mut all, texts| {
                    all.add(texts);
                    all
                })
            }
            Pattern::Element(_) | Pattern::Text | Pattern::Value(_) | Pattern::Data(_) | Pattern::Never => None,
        }
    }

    /// What each of these elements needs, where an attribute says a word.
    pub fn needs(&self, elements: &BTreeSet<ElementId>, given: Option<(&str, &str)>) -> BTreeSet<String> {
        let each = elements.iter().filter_map(|id| self.needed(&self.element(*id).content, given));
        each.reduce(|all, one| &all & &one).unwrap_or_default()
    }

    /// What any of these elements can have, where an attribute says a word.
    pub fn possible(&self, elements: &BTreeSet<ElementId>, given: Option<(&str, &str)>) -> BTreeSet<String> {
        elements.iter().filter_map(|id| self.possible_in(&self.element(*id).content, given)).flatten().collect()
    }

    fn possible_in(&self, pattern: &Pattern, given: Option<(&str, &str)>) -> Names {
        match pattern {
            Pattern::Element(_) | Pattern::Attribute(..) => self.needed(pattern, given),
            Pattern::Ref(name) => self.possible_in(self.named(name), given),
            Pattern::All(parts) => parts.iter().try_fold(BTreeSet::new(), |mut all, part| {
                all.extend(self.possible_in(part, given)?);
                Some(all)
            }),
            Pattern::OneOf(parts) => {
                let each = parts.iter().filter_map(|part| self.possible_in(part, given));
                each.reduce(|all, one| &all | &one)
            }
            Pattern::Maybe(part) => Some(self.possible_in(part, given).unwrap_or_default()),
            Pattern::Text | Pattern::Value(_) | Pattern::Data(_) => Some(BTreeSet::new()),
            Pattern::Never => None,
        }
    }

    fn needed(&self, pattern: &Pattern, given: Option<(&str, &str)>) -> Names {
        match pattern {
            Pattern::Element(id) => {
                let element = self.element(*id);
                (!element.content.is_never()).then(|| element.name.iter().cloned().collect())
            }
            Pattern::Attribute(name, content) => {
                let texts = self.texts(content, None).unwrap_or_default();
                match (name, given) {
                    (Some(name), Some((given, word))) if name == given && texts.excludes(word) => None,
                    _ => Some(name.iter().map(|name| format!("@{name}")).collect()),
                }
            }
            Pattern::Ref(name) => self.needed(self.named(name), given),
            Pattern::All(parts) => parts.iter().try_fold(BTreeSet::new(), |mut all, part| {
                all.extend(self.needed(part, given)?);
                Some(all)
            }),
            Pattern::OneOf(parts) => {
                let each = parts.iter().filter_map(|part| self.needed(part, given));
                each.reduce(|all, one| &all & &one)
            }
            Pattern::Maybe(_) | Pattern::Text | Pattern::Value(_) | Pattern::Data(_) => Some(BTreeSet::new()),
            Pattern::Never => None,
        }
    }
}

impl Pattern {
    /// Whether nothing matches, as far as it can be seen here.
    fn is_never(&self) -> bool {
        match self {
            Self::Never => true,
            Self::All(parts) => parts.iter().any(Self::is_never),
            _ => false,
        }
    }
}

impl Data {
    fn texts(&self, name: Option<&str>) -> Texts {
        let param = |wanted: &str| {
            let mut found = self.params.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
            let first = found.next();
            assert_eq!(found.next(), None, "one {wanted} of {self:?}");
            first
        };
        // One that is larger than what the spec can say is no limit.
        let (least, most) = match self.r#type.as_str() {
            "string" | "NCName" | "anyURI" | "dateTime" => (None, None),
            "unsignedShort" => (Some(0), Some(u16::MAX.into())),
            "unsignedInt" => (Some(0), Some(u32::MAX.into())),
            "unsignedLong" => (Some(0), None),
            "positiveInteger" => (Some(1), None),
            "short" => (Some(i16::MIN.into()), Some(i16::MAX.into())),
            "int" => (Some(i32::MIN.into()), Some(i32::MAX.into())),
            "long" | "integer" => (Some(i64::MIN), None),
            other => panic!("{other} is a type of texts"),
        };
        let limit = |name: &str| param(name).map(|text| text.parse::<i64>().expect("a limit is a number"));
        if let Some(words) = param("pattern").and_then(alternatives) {
            return Texts { words, ..Texts::default() };
        }
        let pattern = param("pattern").filter(|pattern| *pattern != "[0-9]+" || least.is_none());
        let shape = Shape {
            least: limit("minInclusive").or(least),
            most: limit("maxInclusive").or(most),
            pattern: pattern.map(str::to_owned),
        };
        if shape == Shape::default() {
            return Texts::any();
        }
        let name = name.map_or_else(|| shape.describe(), str::to_owned);
        Texts { shapes: BTreeMap::from([(name, BTreeSet::from([shape]))]), ..Texts::default() }
    }
}

/// The words of a pattern that is nothing but words: `(tcp)|(udp)`.
fn alternatives(pattern: &str) -> Option<BTreeSet<String>> {
    let is_word = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let words: BTreeSet<String> =
        pattern.split(['|', '(', ')']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.iter().all(|word| is_word(word)).then_some(words)
}

impl Shape {
    /// Whether it is one of numbers.
    pub fn has_limits(&self) -> bool {
        self.least.is_some() || self.most.is_some()
    }

    /// A name for a shape that has none.
    fn describe(&self) -> String {
        let limits = |least: i64| format!("{least}..{}", self.most.map_or_else(String::new, |most| most.to_string()));
        match (&self.pattern, self.least) {
            (Some(pattern), None) => pattern.clone(),
            (Some(pattern), Some(least)) => format!("{} {pattern}", limits(least)),
            (None, least) => limits(least.unwrap_or(i64::MIN)),
        }
    }
}
