//! What libvirt's grammar says of each place of a vocabulary.
//!
//! An element of the vocabulary stands for all elements of the grammar that can be at its place, in whatever alternative: a
//! text is one of any of them, and needed is what all of them need.

use std::collections::{BTreeMap, BTreeSet};

use lab2nix::libvirt::vocabulary::{Child, Content, Element, Markup, ValueType, Vocabulary, XmlAttribute};

use super::meaning::Texts;
use super::relax_ng::{ElementId, Grammar};

/// What a kind of definition can say, and has to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The texts of attributes, by path.
    pub texts: BTreeMap<String, Texts>,
    /// What elements need, by path; and by path, attribute and word, what one with that word needs besides.
    pub needs: BTreeMap<String, BTreeSet<String>>,
    /// By path, attribute and word: what one with that word cannot have, and others can.
    pub excludes: BTreeMap<String, BTreeSet<String>>,
}

/// Finds what a grammar says of a vocabulary, from the root of its definitions on.
pub struct Survey<'a> {
    pub grammar: &'a Grammar,
    pub vocabulary: &'a Vocabulary,
    /// The elements that the vocabulary has and the grammar can have there. An element that contains itself is here once.
    found: Vec<(Element, String, BTreeSet<ElementId>)>,
}

impl<'a> Survey<'a> {
    pub fn places(grammar: &'a Grammar, vocabulary: &'a Vocabulary, root: Element) -> Places {
        let mut survey = Self { grammar, vocabulary, found: Vec::new() };
        let roots: BTreeSet<ElementId> = grammar.roots(&vocabulary.markup(root).tag).into_iter().collect();
        assert!(!roots.is_empty(), "the grammar has a root `{}`", vocabulary.markup(root).tag);
        survey.visit(root, String::new(), &roots);
        let mut places = Places::default();
        for (element, path, elements) in &survey.found {
            let markup = vocabulary.markup(*element);
            survey.texts(*element, markup, path, elements, &mut places.texts);
            survey.needs(markup, path, elements, &mut places);
        }
        places.texts.retain(|_, texts| !texts.any);
        places
    }

    /// Adds elements of the grammar to those of an element, and to those in it.
    fn visit(&mut self, element: Element, path: String, elements: &BTreeSet<ElementId>) {
        let path = match self.found.iter_mut().find(|(known, ..)| *known == element) {
            Some((_, _, known)) if elements.is_subset(known) => return,
            Some((_, path, known)) => {
                known.extend(elements);
                path.clone()
            }
            None => {
                self.found.push((element, path.clone(), elements.clone()));
                path
            }
        };
        self.visit_content(element, &self.vocabulary.markup(element).content, &path, elements);
    }

    fn visit_content(&mut self, element: Element, content: &Content, path: &str, elements: &BTreeSet<ElementId>) {
        for child in &content.children {
            match child {
                Child::Inline(markup) => {
                    self.visit_content(element, &markup.content, path, &self.inside(elements, &markup.tag));
                }
                Child::Element { key, tag, .. } => {
                    if let Some(child) = self.value_type(element, key).and_then(ValueType::element) {
                        self.visit(child, join(path, key), &self.inside(elements, tag));
                    }
                }
            }
        }
    }

    fn texts(
        &self,
        element: Element,
        markup: &Markup,
        path: &str,
        elements: &BTreeSet<ElementId>,
        found: &mut BTreeMap<String, Texts>,
    ) {
        let mut add = |key: &str, texts: Vec<Texts>| {
            // What the grammar does not have there at all is not for it to say.
            if !texts.is_empty() {
                let all = found.entry(join(path, key)).or_default();
                for texts in texts {
                    all.add(texts);
                }
            }
        };
        let contents = || elements.iter().map(|id| &self.grammar.element(*id).content);
        for attribute in &markup.attributes {
            if let XmlAttribute::Named(name) = attribute {
                add(name, contents().filter_map(|content| self.grammar.attribute(content, name)).collect());
            }
        }
        let text = |elements: &BTreeSet<ElementId>| {
            let contents = elements.iter().map(|id| &self.grammar.element(*id).content);
            contents.filter_map(|content| self.grammar.texts(content, None)).collect()
        };
        if let Some(key) = &markup.content.text {
            add(key, text(elements));
        }
        for child in &markup.content.children {
            match child {
                Child::Inline(markup) => {
                    self.texts(element, markup, path, &self.inside(elements, &markup.tag), found);
                }
                Child::Element { key, tag, .. } => match self.value_type(element, key) {
                    Some(
                        ValueType::Set(_)
                        | ValueType::StringOrSet(_)
                        | ValueType::Flag
                        | ValueType::Raw
                        | ValueType::Xml,
                    )
                    | None => {}
                    Some(_) => {
                        let texts: Vec<Texts> = text(&self.inside(elements, tag));
                        if !texts.is_empty() {
                            let all = found.entry(join(path, key)).or_default();
                            for texts in texts {
                                all.add(texts);
                            }
                        }
                    }
                },
            }
        }
    }

    fn needs(&self, markup: &Markup, path: &str, elements: &BTreeSet<ElementId>, found: &mut Places) {
        let needed = self.grammar.needs(elements, None);
        let keys = self.keys(markup, elements, &needed);
        let possible = self.grammar.possible(elements, None);
        for attribute in &markup.attributes {
            let XmlAttribute::Named(name) = attribute else { continue };
            let contents = elements.iter().map(|id| &self.grammar.element(*id).content);
            let texts = contents.filter_map(|content| self.grammar.attribute(content, name));
            let words: BTreeSet<String> = texts.flat_map(|texts| texts.words).collect();
            for word in words {
                let given = Some((name.as_str(), word.as_str()));
                let at = || format!("{path} {name}={word}").trim_start().to_owned();
                let needed = self.grammar.needs(elements, given);
                let more = &self.keys(markup, elements, &needed) - &keys;
                if !more.is_empty() {
                    found.needs.insert(at(), more);
                }
                let impossible = &possible - &self.grammar.possible(elements, given);
                let impossible = self.keys(markup, elements, &impossible);
                if !impossible.is_empty() {
                    found.excludes.insert(at(), impossible);
                }
            }
        }
        if !keys.is_empty() {
            found.needs.insert(path.to_owned(), keys);
        }
    }

    /// The names in the vocabulary of what is in elements. What it has several names for, or none, is left out.
    fn keys(&self, markup: &Markup, elements: &BTreeSet<ElementId>, names: &BTreeSet<String>) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for attribute in &markup.attributes {
            if let XmlAttribute::Named(name) = attribute
                && names.contains(&format!("@{name}"))
            {
                keys.insert(name.clone());
            }
        }
        let tag_of = |child: &Child| match child {
            Child::Inline(markup) => markup.tag.clone(),
            Child::Element { tag, .. } => tag.clone(),
        };
        for child in &markup.content.children {
            let tag = tag_of(child);
            let is_only = markup.content.children.iter().filter(|other| tag_of(other) == tag).count() == 1;
            if !is_only || !names.contains(&tag) {
                continue;
            }
            match child {
                Child::Element { key, .. } => {
                    keys.insert(key.clone());
                }
                Child::Inline(markup) => {
                    let inside = self.inside(elements, &tag);
                    keys.extend(self.keys(markup, &inside, &self.grammar.needs(&inside, None)));
                }
            }
        }
        keys
    }

    /// The elements of a name that can be in these.
    fn inside(&self, elements: &BTreeSet<ElementId>, tag: &str) -> BTreeSet<ElementId> {
        let mut found = Vec::new();
        for id in elements {
            self.grammar.children(&self.grammar.element(*id).content, &mut found);
        }
        found.retain(|id| self.grammar.element(*id).name.as_deref() == Some(tag));
        found.into_iter().collect()
    }

    fn value_type(&self, element: Element, key: &str) -> Option<ValueType> {
        self.vocabulary.attribute(element, key).map(|attribute| attribute.value_type)
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
