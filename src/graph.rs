//! Labs in, a picture of them out: networks, bridges and what else of the host carries packets as nodes, domains with their
//! size, and between them the interfaces with their addresses.
//!
//! A [`Graph`] holds texts that a person may read, in an order of its own, so that the same lab gives the same picture however
//! its spec is ordered. [`mermaid`], [`dot`], [`svg`] and [`html`] print it. Nodes have ids that are made from their
//! position (`n0`, `n1`, …), never from a name, so a name cannot be taken for anything else.
//!
//! Several labs of one host share what is there once: a network that one of them has and another names as `external`, a
//! bridge, an interface of the host. No secret is in it: neither those of a guest, nor the password of a display.

pub mod block;
pub mod domain;
pub mod dot;
mod font;
pub mod html;
mod layout;
mod markup;
pub mod mermaid;
pub mod order;
pub mod segment;
pub mod svg;

use std::borrow::Cow;

use crate::graph::domain::DomainNode;
use crate::graph::order::Order;
use crate::graph::segment::{Segment, Segments};
use crate::lab::{Domain, Imported, Lab};
use crate::neighbours::Hosts;
use crate::visible;

/// The picture of one or several labs, as values.
#[derive(Debug)]
pub struct Graph {
    /// The labs, by name.
    pub labs: Vec<LabNode>,
    /// What interfaces are attached to: of the labs in their order, then of the host.
    pub segments: Vec<Segment>,
    /// The domains: lab by lab, in the order of their start and of their names.
    pub domains: Vec<DomainNode>,
    /// Which domains start after which.
    pub orders: Vec<Order>,
}

/// A lab of the picture.
#[derive(Debug)]
pub struct LabNode {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
}

/// Something that a panel tells of a node: what it is, and the value.
pub type Fact = (&'static str, String);

impl Graph {
    /// The picture of sound labs, which are on one host or on one each. Their order does not matter.
    #[must_use]
    pub fn new(labs: &[&Lab], hosts: Hosts) -> Self {
        let mut labs = labs.to_vec();
        labs.sort_by(|one, other| one.name.cmp(&other.name));
        let mut segments = Segments::new(&labs, hosts);
        let mut domains = Vec::new();
        for (index, lab) in labs.iter().enumerate() {
            let levels = order::levels(lab);
            let mut own: Vec<&Domain> = lab.domains.iter().flatten().collect();
            own.sort_by_cached_key(|domain| (domain.is_template, levels[&*domain.name], natural(&domain.name)));
            let mut imported: Vec<&Imported> = lab.imported.iter().collect();
            imported.sort_by_cached_key(|domain| natural(&domain.name));
            for domain in own {
                domains.push(DomainNode::of_domain(index, lab, domain, levels[&*domain.name], &mut segments));
            }
            for domain in imported {
                domains.push(DomainNode::of_imported(index, lab, domain, &mut segments));
            }
        }
        let (segments, places) = segments.sorted();
        for (index, domain) in domains.iter_mut().enumerate() {
            domain.id = format!("n{}", segments.len() + index);
            for connection in &mut domain.connections {
                connection.segment = places[connection.segment];
            }
        }
        let orders = order::orders(&labs, &domains);
        let node = |lab: &&Lab| LabNode {
            name: shown(&lab.name),
            description: lab.description.as_deref().map(shown).filter(|text| !text.trim().is_empty()),
        };
        Self { labs: labs.iter().map(node).collect(), segments, domains, orders }
    }

    /// The names of the labs, as a heading.
    #[must_use]
    pub fn title(&self) -> String {
        let names: Vec<&str> = self.labs.iter().map(|lab| lab.name.as_str()).collect();
        let word = if names.len() == 1 { "Lab" } else { "Labs" };
        format!("{word} {}", names.join(", "))
    }

    /// What the labs are for: of several, nothing, as each says it where it stands.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        match self.labs.as_slice() {
            [one] => one.description.as_deref(),
            _ => None,
        }
    }

    /// The nodes of a lab, or with `None` of the host: segments and domains.
    fn members(&self, lab: Option<usize>) -> (impl Iterator<Item = &Segment>, impl Iterator<Item = &DomainNode>) {
        let segments = self.segments.iter().filter(move |segment| segment.lab == lab);
        (segments, self.domains.iter().filter(move |domain| Some(domain.lab) == lab))
    }
}

/// A text of the spec as a person can read it, on one line, without characters that XML does not have.
pub(crate) fn shown(text: &str) -> String {
    let line = visible::line(text);
    let is_no_character = |c: char| u32::from(c) & 0xfffe == 0xfffe;
    let line: Cow<'_, str> = if line.contains(is_no_character) {
        let written = |c: char| if is_no_character(c) { c.escape_unicode().to_string() } else { c.to_string() };
        line.chars().map(written).collect::<String>().into()
    } else {
        line
    };
    line.into_owned()
}

/// What names are sorted by: `node-2` comes before `node-10`.
pub(crate) fn natural(name: &str) -> (Vec<(usize, String)>, String) {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let is_number = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_number).unwrap_or(rest.len());
        let (part, further) = rest.split_at(end);
        let part = if is_number { part.trim_start_matches('0') } else { part };
        // A number comes before a text, and a shorter number before a longer one.
        parts.push((if is_number { part.len() } else { usize::MAX }, part.to_lowercase()));
        rest = further;
    }
    (parts, name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn numbers_in_names_count() {
        let mut names = ["node-10", "node-2", "Node-1", "a", "node", "node-02", "10", "9"];
        names.sort_by_cached_key(|name| natural(name));
        assert_eq!(names, ["9", "10", "a", "node", "Node-1", "node-02", "node-2", "node-10"]);
    }

    #[test]
    fn what_xml_has_not_is_written_out() {
        assert_eq!(shown("a\u{ffff}\u{1fffe}\nb"), "a\\u{ffff}\\u{1fffe}\\nb");
        assert_eq!(shown("<é> 東京"), "<é> 東京");
    }
}
