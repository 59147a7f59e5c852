//! Pictures of labs: what they are, and that nothing that a lab says makes them anything else.

mod tools;

use std::path::{Path, PathBuf};

use lab2nix::graph::{Graph, dot, html, mermaid, svg};
use lab2nix::lab::Lab;
use lab2nix::neighbours::Hosts;
use pretty_assertions::assert_eq;
use serde_json::{Map, Value, json};

use crate::support::{Differences, Read, examples, good_specs};

/// Names that mean something somewhere.
const NAMES: &[&str] = &[
    "end",
    "graph",
    "subgraph",
    "n0",
    "l0[x]",
    "a b  c",
    "a\"b",
    "a'b",
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "</svg></title></style>",
    "&lt;&amp;&#65;",
    "a]; n0 --> n1",
    "x --- y",
    "%%{init: {}}%%",
    "%% comment",
    "`**bold**`",
    "$$x^2$$",
    "fa:fa-car",
    "- list",
    "1. list",
    "# heading",
    "style x:#fff;",
    "classDef x:#f;",
    "\\N\\n\\l",
    "a#quot;b",
    "ﬂ°°65¶ß",
    "Größe 東京 עברית 👩‍💻",
    "{{ mustache }}",
    "[x](javascript:alert(1))",
    "-->",
    "```",
    "a-very-long-name-that-goes-on-and-on-and-on-for-much-longer-than-any-box-could-be-wide-enough-to-hold-it-on-one-line",
];

/// The four pictures of labs.
struct Pictures {
    mermaid: String,
    dot: String,
    svg: String,
    html: String,
}

impl Pictures {
    fn new(graph: &Graph) -> Self {
        Self {
            mermaid: mermaid::print(graph).text,
            dot: dot::print(graph),
            svg: svg::draw(graph),
            html: html::print(graph),
        }
    }

    fn of(labs: &[&Lab], hosts: Hosts) -> Self {
        Self::new(&Graph::new(labs, hosts))
    }

    fn read(read: &Read) -> Self {
        Self::of(&[lab(read)], Hosts::One)
    }

    fn all(&self) -> [&String; 4] {
        let Self { mermaid, dot, svg, html } = self;
        [mermaid, dot, svg, html]
    }
}

fn lab(read: &Read) -> &Lab {
    read.checked.lab().unwrap_or_else(|_| panic!("{}", read.report())).0
}

/// A graph in which everything has one of these names, more than the language allows.
fn hostile() -> Graph {
    let domain = |index: usize| {
        let after = if index == 0 { json!([]) } else { json!([format!("d{}", index - 1)]) };
        let interfaces =
            json!([{ "network": format!("net{index}") }, { "bridge": format!("br{index}") }, { "user": true }]);
        json!({ "memory": "1GiB", "active": true, "after": after, "interfaces": interfaces })
    };
    let domains: Map<String, Value> = (0..NAMES.len()).map(|index| (format!("d{index}"), domain(index))).collect();
    let networks: Map<String, Value> = (0..NAMES.len())
        .map(|index| {
            (
                format!("net{index}"),
                json!({ "subnet": format!("10.0.{index}.0/24"), "bridge": format!("virbr{index}") }),
            )
        })
        .collect();
    let read = Read::value(&json!({ "lab": "hostile", "networks": networks, "domains": domains }));
    let mut graph = Graph::new(&[lab(&read)], Hosts::One);
    let names = || NAMES.iter().map(|name| (*name).to_owned());
    for (segment, name) in graph.segments.iter_mut().filter(|segment| !segment.name.is_empty()).zip(names().cycle()) {
        segment.vlans = vec![name.clone()];
        segment.name = name;
    }
    for (domain, name) in graph.domains.iter_mut().zip(names()) {
        (domain.title, domain.description) = (Some(name.clone()), Some(name.clone()));
        for connection in &mut domain.connections {
            (connection.name, connection.notes) = (name.clone(), vec![name.clone()]);
        }
        domain.facts.push(("Fact", name.clone()));
        domain.drives.push((name.clone(), name.clone()));
        domain.name = name;
    }
    let node = &mut graph.labs[0];
    (node.name, node.description) = (names().collect(), Some(names().collect()));
    graph
}

/// Where the pictures of an example are kept.
fn kept(spec: &Path, extension: &str) -> PathBuf {
    let dir = spec.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("lab"));
    let name = dir.strip_prefix("examples").unwrap_or(dir).display().to_string().replace('/', "-");
    Path::new("tests/suite/graph/kept").join(name).with_extension(extension)
}

/// A text without what is the same in all of its kind, or kept in a file of its own.
fn without(text: &str, tags: &[&str]) -> String {
    let mut text = text.to_owned();
    for tag in tags {
        let (start, end) = (text.find(&format!("<{tag}")), text.rfind(&format!("</{tag}>")));
        let (Some(start), Some(end)) = (start, end) else { panic!("there is a {tag}") };
        text.replace_range(start..end, &format!("<{tag}>…"));
    }
    text
}

#[test]
fn pictures_of_examples_are_as_they_were() {
    let mut differences = Differences::default();
    for spec in examples() {
        let read = Read::file(&spec);
        let pictures = Pictures::read(&read);
        differences.compare(&kept(&spec, "mmd"), &pictures.mermaid);
        differences.compare(&kept(&spec, "dot"), &pictures.dot);
        differences.compare(&kept(&spec, "svg"), &without(&pictures.svg, &["style"]));
        differences.compare(&kept(&spec, "html"), &without(&pictures.html, &["svg", "style", "script"]));
    }
    differences.settle("if that is meant: UPDATE_CASES=1 cargo test --test suite graph::");
}

#[test]
fn the_picture_in_the_documents_is_fresh() {
    let mut differences = Differences::default();
    let pictures = Pictures::read(&Read::file(Path::new("lab.json")));
    differences.compare(Path::new("docs/lab.svg"), &pictures.svg);
    differences.settle("to mend it: cargo run -- graph --format svg > docs/lab.svg");
}

/// What has no order in a spec has none in a picture.
#[test]
fn the_order_of_a_spec_does_not_matter() {
    for spec in good_specs() {
        let read = Read::file(&spec);
        let Some(mut value) = read.to_value() else { continue };
        for section in ["networks", "pools", "domains", "profiles", "links"] {
            if let Some(Value::Object(entries)) = value.get_mut(section) {
                *entries = std::mem::take(entries).into_iter().rev().collect();
            }
        }
        for domain in value.get_mut("domains").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
            if let Some(Value::Array(after)) = domain.get_mut("after") {
                after.reverse();
            }
        }
        let other = Read::value(&value);
        if !other.checked.is_sound() {
            continue;
        }
        let (one, other) = (Pictures::read(&read), Pictures::read(&other));
        for (one, other) in one.all().into_iter().zip(other.all()) {
            assert_eq!(one, other, "{}", spec.display());
        }
    }
}

#[test]
fn labs_of_one_host_share_what_is_there_once() {
    let one = r#"{ "lab": "one", "networks": { "lan": { "subnet": "10.0.0.0/24", "bridge": "virbr7" } }, "domains": {
        "a": { "memory": "1GiB", "interfaces": [{ "network": "lan", "ip": "10.0.0.2" }, { "bridge": "br0" }] } } }"#;
    let two = r#"{ "lab": "two", "external": { "networks": ["lan"], "bridges": ["br0", "virbr7"] },
        "networks": { "out": { "mode": "bridge", "bridge": "br0" }, "wan": { "mode": "macvtap", "dev": "eno1" } },
        "domains": {
        "b": { "memory": "1GiB", "interfaces": [{ "network": "lan" }, { "bridge": "virbr7" }, { "macvtap": "eno1" }] } } }"#;
    let read = |text: &str| Read::bytes("lab.json", text.as_bytes().to_vec());
    let (one, two) = (read(one), read(two));
    let graph = Graph::new(&[lab(&two), lab(&one)], Hosts::One);
    let told: Vec<(Option<usize>, &str, &str)> =
        graph.segments.iter().map(|segment| (segment.lab, segment.kind.words(), &*segment.name)).collect();
    assert_eq!(
        told,
        [
            (Some(0), "NAT network", "lan"),
            (Some(1), "network on a bridge", "out"),
            (Some(1), "macvtap network", "wan"),
            (None, "bridge of the host", "br0"),
            (None, "interface of the host", "eno1"),
        ]
    );
    let attached: Vec<Vec<usize>> =
        graph.domains.iter().map(|domain| domain.connections.iter().map(|it| it.segment).collect()).collect();
    assert_eq!(attached, [vec![0, 3], vec![0, 0, 4]]);
    assert_eq!((graph.segments[1].on.clone(), graph.segments[2].on.clone()), (vec![3], vec![4]));
    let apart = Graph::new(&[lab(&one), lab(&two)], Hosts::OneEach);
    assert_eq!(apart.segments.len(), 8, "each host has its own");
    // The order in which they are named does not matter.
    let [first, second] = [[lab(&one), lab(&two)], [lab(&two), lab(&one)]].map(|labs| Pictures::of(&labs, Hosts::One));
    assert_eq!(first.all(), second.all());
}

/// Hundreds of replicas that start after as many are a few lines, not thousands.
#[test]
fn replicas_after_replicas_meet_in_a_point() {
    let read = Read::value(&json!({ "lab": "many", "domains": {
        "first": { "memory": "1GiB", "replicas": 200, "active": true },
        "then": { "memory": "1GiB", "replicas": 200, "active": true, "after": ["first"] } } }));
    let graph = Graph::new(&[lab(&read)], Hosts::One);
    assert_eq!((graph.orders.len(), mermaid::print(&graph).edges), (1, 400));
    assert!(graph.domains[..200].iter().all(|domain| domain.level == 0 && domain.name.starts_with("first")));
    assert_eq!(graph.domains[210].name, "then-11");
}

#[test]
fn no_name_is_anything_but_a_name() {
    let pictures = Pictures::new(&hostile());
    for text in pictures.all() {
        assert_eq!(text.chars().find(|c| *c != '\n' && lab2nix::visible::is_hidden(*c)), None);
    }
    for text in [&pictures.svg, &without(&pictures.html, &["style", "script"])] {
        assert!(!text.contains("<script>alert") && !text.contains("<b>bold"), "{text}");
    }
    let document = roxmltree::Document::parse(&pictures.svg).expect("it is XML");
    let count = |class: &str| {
        document.descendants().filter(|node| node.attribute("class").is_some_and(|found| found == class)).count()
    };
    assert_eq!(count("l-domain"), NAMES.len());
}

/// What is told to guests, and what a screen asks for, is nobody else's.
#[test]
fn no_secret_is_in_a_picture() {
    let read = Read::value(&json!({ "lab": "one", "domains": { "web": { "memory": "1GiB",
        "graphics": { "type": "vnc" },
        "qemu": { "env": { "MODE": "hunter22" } },
        "cloudInit": {
            "user": "hunter22", "sshKeys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIJiwsQjV1yksZt6yNOO7Rph02hedc2UDs5fv3aYHmUA hunter22"],
            "passwordFile": "/run/hunter22", "runcmd": ["echo hunter22"] } } } }));
    for text in Pictures::read(&read).all() {
        assert!(!text.contains("hunter22"), "{text}");
    }
}

#[test]
fn pictures_of_all_specs_are_well_formed() {
    for spec in good_specs() {
        let pictures = Pictures::read(&Read::file(&spec));
        if let Err(error) = roxmltree::Document::parse(&pictures.svg) {
            panic!("{}: {error}", spec.display());
        }
        for text in pictures.all() {
            assert!(text.ends_with('\n') && !text.contains("http://localhost"), "{}", spec.display());
        }
    }
}
