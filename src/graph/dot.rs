//! The picture in the language of [Graphviz](https://graphviz.org/doc/info/lang.html).

use std::fmt::Write as _;

use crate::graph::Graph;
use crate::graph::domain::DomainNode;
use crate::graph::segment::{Segment, SegmentKind};

/// Prints the picture.
#[must_use]
pub fn print(graph: &Graph) -> String {
    let mut text = String::from("digraph {\n");
    let title: Vec<String> = [graph.title()].into_iter().chain(graph.description().map(str::to_owned)).collect();
    let _ = writeln!(text, "  graph [label=\"{}\", labelloc=t, rankdir=LR, fontname=\"sans-serif\"];", label(title));
    text.push_str("  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
    text.push_str("  edge [dir=none, fontname=\"sans-serif\", fontsize=10];\n");
    for (index, lab) in graph.labs.iter().enumerate() {
        let is_only = graph.labs.len() == 1;
        if !is_only {
            let _ = writeln!(text, "  subgraph cluster_l{index} {{");
            let _ = writeln!(text, "    label=\"{}\";", label([format!("lab {}", lab.name)]));
        }
        members(&mut text, graph, Some(index), if is_only { "  " } else { "    " });
        if !is_only {
            text.push_str("  }\n");
        }
    }
    members(&mut text, graph, None, "  ");
    for segment in &graph.segments {
        for on in &segment.on {
            let _ = writeln!(text, "  {} -> {} [penwidth=3];", graph.segments[*on].id, segment.id);
        }
    }
    for domain in &graph.domains {
        for connection in &domain.connections {
            let segment = &graph.segments[connection.segment];
            let lines = if segment.kind == SegmentKind::User { connection.settings() } else { connection.label() };
            let _ = writeln!(text, "  {} -> {} [label=\"{}\"];", segment.id, domain.id, label(lines));
        }
    }
    let ids = |of: &[usize]| of.iter().map(|index| graph.domains[*index].id.as_str()).collect::<Vec<_>>().join(" ");
    for (index, order) in graph.orders.iter().enumerate() {
        let (first, then) = (ids(&order.first), ids(&order.then));
        if order.needs_point() {
            let _ = writeln!(text, "  s{index} [shape=point];");
            let _ = writeln!(text, "  {{{first}}} -> s{index} [style=dotted];");
            let _ = writeln!(text, "  s{index} -> {{{then}}} [style=dotted, dir=forward];");
        } else {
            let _ = writeln!(text, "  {{{first}}} -> {{{then}}} [style=dotted, dir=forward, label=\"then\"];");
        }
    }
    text.push_str("}\n");
    text
}

fn members(text: &mut String, graph: &Graph, lab: Option<usize>, indent: &str) {
    let (segments, domains) = graph.members(lab);
    for segment in segments {
        let style = if segment.kind.is_of_lab() { "filled" } else { "filled,dashed" };
        let _ = writeln!(
            text,
            "{indent}{} [label=\"{}\", shape=ellipse, style=\"{style}\", fillcolor=\"#e8eef7\"];",
            segment.id,
            of_segment(segment)
        );
    }
    for domain in domains {
        let style = if domain.form.is_dashed() { ", style=\"rounded,dashed\"" } else { "" };
        let _ = writeln!(text, "{indent}{} [label=\"{}\"{style}];", domain.id, of_domain(domain));
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

/// A label of several lines, between quotes. Graphviz reads escape sequences and the entities of HTML in it.
fn label(lines: impl IntoIterator<Item = String>) -> String {
    let escaped = |line: String| line.replace('&', "&amp;").replace('\\', r"\\").replace('"', "\\\"");
    lines.into_iter().map(escaped).collect::<Vec<_>>().join(r"\n")
}

#[cfg(test)]
mod tests {
    use super::label;
    use pretty_assertions::assert_eq;

    #[test]
    fn names_stay_in_their_labels() {
        let check = |text: &str, expected: &str| assert_eq!(label([text.to_owned()]), expected);
        check("DC01", "DC01");
        check(r#"a"]; b"#, r#"a\"]; b"#);
        check(r"\N\", r"\\N\\");
        check("&lt;<b>", "&amp;lt;<b>");
    }
}
