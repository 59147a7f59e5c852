//! The picture as a flowchart of [Mermaid](https://mermaid.js.org/syntax/flowchart.html), which GitHub and many editors draw in
//! Markdown.

use std::fmt::Write as _;

use crate::graph::Graph;
use crate::graph::domain::DomainNode;
use crate::graph::segment::{Segment, SegmentKind};

/// The most lines between nodes that Mermaid draws where nobody has configured another limit (`maxEdges`).
pub const MOST_EDGES: usize = 500;

/// The most characters that it reads there (`maxTextSize`).
pub const MOST_CHARACTERS: usize = 50_000;

/// A flowchart, and how many lines between nodes it has.
#[derive(Debug)]
pub struct Flowchart {
    /// Its text.
    pub text: String,
    /// The lines between nodes.
    pub edges: usize,
}

impl Flowchart {
    /// Whether Mermaid refuses to draw it with its usual limits.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.edges > MOST_EDGES || self.text.encode_utf16().count() > MOST_CHARACTERS
    }
}

/// Prints the picture.
#[must_use]
pub fn print(graph: &Graph) -> Flowchart {
    let mut text = String::from("flowchart LR\n");
    if graph.labs.len() == 1 {
        members(&mut text, graph, Some(0), "  ");
    } else {
        for (index, lab) in graph.labs.iter().enumerate() {
            let _ = writeln!(text, "  subgraph l{index}[\"{}\"]", label([format!("lab {}", lab.name)]));
            members(&mut text, graph, Some(index), "    ");
            text.push_str("  end\n");
        }
    }
    members(&mut text, graph, None, "  ");
    let mut edges = 0;
    let mut edge = |line: String| {
        let _ = writeln!(text, "  {line}");
        edges += 1;
    };
    for segment in &graph.segments {
        for on in &segment.on {
            edge(format!("{} === {}", graph.segments[*on].id, segment.id));
        }
    }
    for domain in &graph.domains {
        for connection in &domain.connections {
            let segment = &graph.segments[connection.segment];
            let lines = if segment.kind == SegmentKind::User { connection.settings() } else { connection.label() };
            let text = if lines.is_empty() { String::new() } else { format!("|\"{}\"|", label(lines)) };
            edge(format!("{} ---{text} {}", segment.id, domain.id));
        }
    }
    let ids = |of: &[usize]| of.iter().map(|index| graph.domains[*index].id.clone()).collect::<Vec<_>>();
    for (index, order) in graph.orders.iter().enumerate() {
        let (first, then) = (ids(&order.first), ids(&order.then));
        if order.needs_point() {
            for first in &first {
                edge(format!("{first} -.- s{index}(( ))"));
            }
            for then in &then {
                edge(format!("s{index} -.-> {then}"));
            }
        } else {
            for first in &first {
                for then in &then {
                    edge(format!("{first} -.->|\"then\"| {then}"));
                }
            }
        }
    }
    classes(&mut text, graph);
    Flowchart { text, edges }
}

fn members(text: &mut String, graph: &Graph, lab: Option<usize>, indent: &str) {
    let (segments, domains) = graph.members(lab);
    for segment in segments {
        let _ = writeln!(text, "{indent}{}([\"{}\"])", segment.id, of_segment(segment));
    }
    for domain in domains {
        let _ = writeln!(text, "{indent}{}[\"{}\"]", domain.id, of_domain(domain));
    }
}

fn of_segment(segment: &Segment) -> String {
    let name = (!segment.name.is_empty()).then(|| segment.name.clone());
    let lines = name.into_iter().chain([segment.kind.words().to_owned()]);
    label(lines.chain(segment.subnets.iter().cloned()).chain(segment.vlans.iter().cloned()))
}

fn of_domain(domain: &DomainNode) -> String {
    label([domain.name.clone()].into_iter().chain(domain.title.clone()).chain(domain.summary()))
}

/// Dashed lines are around what no lab here changes, or what is never started.
fn classes(text: &mut String, graph: &Graph) {
    let segments = graph.segments.iter().filter(|segment| !segment.kind.is_of_lab()).map(|segment| &segment.id);
    let domains = graph.domains.iter().filter(|domain| domain.form.is_dashed()).map(|domain| &domain.id);
    let ids: Vec<&str> = segments.chain(domains).map(String::as_str).collect();
    if !ids.is_empty() {
        let _ = writeln!(text, "  classDef dashed stroke-dasharray: 4 3\n  class {} dashed", ids.join(","));
    }
}

/// A label of several lines.
fn label(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().map(|line| escaped(&line)).collect::<Vec<_>>().join("<br/>")
}

/// A text as the part of a label between quotes. What could mean something to Mermaid, to the Markdown, the HTML and the formulas
/// that it takes in labels, or to the document around it, is its number
/// ([entity codes](https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters)).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            escaped.push(' ');
        }
        let is_address = word.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.' | '/'));
        for c in word.chars() {
            let is_plain = match c {
                ':' => is_address,
                // What Mermaid makes of entities while it reads is written with these.
                'ﬂ' | '¶' | 'ß' | '°' => false,
                _ => c.is_alphanumeric() || matches!(c, '.' | '-' | '/' | ',' | '(' | ')' | '→' | '·' | '–'),
            };
            if is_plain {
                escaped.push(c);
            } else {
                let _ = write!(escaped, "#{};", u32::from(c));
            }
        }
    }
    // Mermaid drops a semicolon of lines that seem to set a style.
    escaped.replace("style", "#115;tyle").replace("classDef", "#99;lassDef")
}

#[cfg(test)]
mod tests {
    use super::escaped;
    use pretty_assertions::assert_eq;

    #[test]
    fn what_means_something_is_a_number() {
        let check = |text: &str, expected: &str| assert_eq!(escaped(text), expected);
        check("DC01 · 192.168.56.0/24", "DC01 · 192.168.56.0/24");
        check("fd00:56::10", "fd00:56::10");
        check("fa:fa-car", "fa#58;fa-car");
        check("a\"]; end", "a#34;#93;#59; end");
        check("%%{init: {}}%%", "#37;#37;#123;init#58; #123;#125;#125;#37;#37;");
        check("`**b**` $$x$$", "#96;#42;#42;b#42;#42;#96; #36;#36;x#36;#36;");
        check("style x:#f;", "#115;tyle x#58;#35;f#59;");
        check("<!-- -->", "#60;#33;-- --#62;");
        check("東京 é", "東京 é");
    }
}
