//! Pictures as the programs read them that they are for: Mermaid, Graphviz, and browsers.

use std::process::Command;

use lab2nix::graph::Graph;
use lab2nix::neighbours::Hosts;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{Pictures, hostile, lab};
use crate::support::program::{ask, node};
use crate::support::{Read, examples};

/// What `look.mjs` finds in pictures; skips where the modules are missing that it looks with.
fn look(what: &str, pictures: &[String]) -> Option<Vec<Value>> {
    node("tests/suite/graph/look.mjs", what, &json!(pictures))
}

/// What the programs are shown.
fn graphs() -> Vec<Graph> {
    let of_example = |spec| Graph::new(&[lab(&Read::file(spec))], Hosts::One);
    examples().iter().map(|spec| of_example(spec)).chain([hostile()]).collect()
}

#[test]
fn mermaid_reads_what_was_meant() {
    let graphs = graphs();
    let texts: Vec<String> = graphs.iter().map(|graph| Pictures::new(graph).mermaid).collect();
    let Some(found) = look("mermaid", &texts) else { return };
    for (graph, found) in graphs.iter().zip(found) {
        let names = graph.domains.iter().map(|domain| (&domain.id, &domain.name));
        let names = names.chain(graph.segments.iter().map(|segment| (&segment.id, &segment.name)));
        for (id, name) in names.filter(|(_, name)| !name.is_empty()) {
            let lines = found["nodes"][id].as_array().unwrap_or_else(|| panic!("no {id} in {found}"));
            assert_eq!(lines[0].as_str(), Some(&**name), "{found}");
        }
        let interfaces: usize = graph.domains.iter().map(|domain| domain.connections.len()).sum();
        let links: usize = graph.segments.iter().map(|segment| segment.on.len()).sum();
        let orders: usize = graph.orders.iter().map(|order| order.first.len() * order.then.len()).sum();
        assert_eq!(found["edges"].as_u64(), u64::try_from(interfaces + links + orders).ok(), "{found}");
    }
}

#[test]
fn graphviz_draws_what_was_meant() {
    for graph in graphs() {
        let Some(svg) = ask(Command::new("dot").arg("-Tsvg"), &Pictures::new(&graph).dot) else { return };
        // It names a document type, which is of no interest.
        let start = svg.find("<svg").expect("it is a picture");
        let document = roxmltree::Document::parse(&svg[start..]).expect("it is XML");
        let texts: Vec<&str> = document
            .descendants()
            .filter(|node| node.has_tag_name("text") || node.tag_name().name() == "text")
            .filter_map(|node| node.text())
            .collect();
        for domain in &graph.domains {
            // Blanks come out as such that do not break.
            let is_there = texts.iter().any(|text| text.replace('\u{a0}', " ") == domain.name);
            assert!(is_there, "no {} in {texts:?}", domain.name);
        }
    }
}

/// As a browser reads it, the page needs nothing from elsewhere, finds what one searches for, and follows a domain.
#[test]
fn a_browser_reads_the_page() {
    let graphs = graphs();
    let pages: Vec<String> = graphs.iter().map(|graph| Pictures::new(graph).html).collect();
    let Some(found) = look("html", &pages) else { return };
    for (graph, found) in graphs.iter().zip(found) {
        assert_eq!(found["errors"], json!([]));
        assert_eq!(found["outside"], json!([]), "it loads something");
        for domain in &graph.domains {
            let told = &found["domains"][&domain.id];
            assert_eq!(told["heading"], json!(domain.name), "{told}");
            assert_eq!(told["found"], json!(true), "{told}");
            assert_eq!(told["shown"], json!(1), "one panel at a time: {told}");
            let macs = domain.connections.iter().map(|connection| &connection.mac);
            for mac in macs {
                assert!(told["text"].as_str().is_some_and(|text| text.contains(mac)), "{told}");
            }
        }
        assert_eq!(found["nothing"], json!(0), "nothing is found where nothing is");
    }
}
