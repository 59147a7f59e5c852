//! The picture as one page for a browser, with nothing from elsewhere: to search in, and to follow a domain to what it is
//! connected with. Without its script, the page still shows the picture and everything that it tells.

use crate::graph::domain::{Connection, DomainNode};
use crate::graph::markup::Markup;
use crate::graph::segment::{Segment, SegmentKind};
use crate::graph::{Fact, Graph, svg};
use crate::visible;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Nothing is loaded, and nothing is sent.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Prints the page.
#[must_use]
pub fn print(graph: &Graph) -> String {
    let mut out = Markup::default();
    out.as_it_is("<!DOCTYPE html>");
    out.begin("html", &[("lang", &"en")]);
    out.begin("head", &[]);
    out.void("meta", &[("charset", &"utf-8")]);
    out.void("meta", &[("name", &"viewport"), ("content", &"width=device-width, initial-scale=1")]);
    out.void("meta", &[("http-equiv", &"Content-Security-Policy"), ("content", &POLICY)]);
    out.void("meta", &[("name", &"color-scheme"), ("content", &"light dark")]);
    out.element("title", &[], &graph.title());
    out.begin("style", &[]);
    out.as_it_is(STYLE);
    out.end();
    out.end();
    out.begin("body", &[]);
    head(&mut out, graph);
    out.begin("main", &[("id", &"picture"), ("tabindex", &"0"), ("aria-label", &"Picture")]);
    out.as_it_is(&svg::draw(graph));
    out.end();
    out.begin("aside", &[]);
    list(&mut out, graph);
    details(&mut out, graph);
    out.end();
    out.begin("script", &[]);
    out.as_it_is(SCRIPT);
    out.finish()
}

fn head(out: &mut Markup, graph: &Graph) {
    out.begin("header", &[]);
    out.element("h1", &[], &graph.title());
    out.begin("div", &[("id", &"zoom"), ("role", &"group"), ("aria-label", &"Size of the picture")]);
    for (id, sign, label) in
        [("smaller", "−", "Smaller"), ("fit", "Fit", "Fit the picture in"), ("larger", "+", "Larger")]
    {
        out.element("button", &[("type", &"button"), ("id", &id), ("aria-label", &label), ("title", &label)], sign);
    }
    out.end();
    out.end();
}

/// What there is to choose from, with what each can be found by.
fn list(out: &mut Markup, graph: &Graph) {
    out.begin("search", &[]);
    out.element("label", &[("for", &"find"), ("class", &"aside")], "Find a domain or a network");
    out.void(
        "input",
        &[
            ("type", &"search"),
            ("id", &"find"),
            ("placeholder", &"Name, address, MAC, system …"),
            ("autocomplete", &"off"),
            ("spellcheck", &"false"),
            ("aria-controls", &"list"),
        ],
    );
    out.end();
    out.element("p", &[("id", &"count"), ("role", &"status")], "");
    out.begin("ul", &[("id", &"list")]);
    for domain in &graph.domains {
        let found_by = found_by(graph, domain);
        let what = domain.summary().into_iter().next().unwrap_or_default() + &of_lab(graph, Some(domain.lab));
        item(out, &domain.id, &domain.name, &what, &found_by);
    }
    for segment in graph.segments.iter().filter(|segment| segment.kind != SegmentKind::User) {
        let subnets = segment.subnets.join(" ");
        let what = if subnets.is_empty() { segment.kind.words().to_owned() } else { subnets };
        let what = what + &of_lab(graph, segment.lab);
        let found_by = [&*segment.name, segment.kind.words(), &*what, &*segment.vlans.join(" ")].join(" ");
        item(out, &segment.id, &segment.name, &what, &found_by);
    }
    out.end();
}

/// Of several labs, which one.
fn of_lab(graph: &Graph, lab: Option<usize>) -> String {
    let lab = lab.filter(|_| graph.labs.len() > 1);
    lab.map(|lab| format!(" · {}", graph.labs[lab].name)).unwrap_or_default()
}

fn item(out: &mut Markup, id: &str, name: &str, what: &str, found_by: &str) {
    out.begin("li", &[("data-found-by", &found_by.to_lowercase())]);
    out.begin("a", &[("href", &format!("#{id}"))]);
    out.element("b", &[], name);
    out.element("span", &[], what);
    out.end();
    out.end();
}

fn found_by(graph: &Graph, domain: &DomainNode) -> String {
    let mut words = vec![domain.name.clone()];
    words.extend((graph.labs.len() > 1).then(|| graph.labs[domain.lab].name.clone()));
    words.extend(domain.title.clone());
    words.extend(domain.description.clone());
    words.extend(domain.summary());
    for connection in &domain.connections {
        words.extend(connection.addresses.clone());
        words.extend(connection.settings());
        words.extend([connection.mac.clone(), graph.segments[connection.segment].name.clone()]);
    }
    words.extend(domain.drives.iter().map(|(_, what)| what.clone()));
    words.extend(domain.facts.iter().map(|(_, what)| what.clone()));
    words.join(" ")
}

fn details(out: &mut Markup, graph: &Graph) {
    out.begin("div", &[("id", &"details"), ("aria-live", &"polite")]);
    out.begin("article", &[("id", &"about")]);
    out.element("h2", &[], "Everything");
    let domains = visible::counted(graph.domains.len(), "domain");
    let segments = graph.segments.iter().filter(|segment| segment.kind != SegmentKind::User).count();
    out.element("p", &[], &format!("{domains}, {}", visible::counted(segments, "network")));
    for lab in graph.labs.iter().filter(|_| graph.labs.len() > 1) {
        out.element("p", &[], &[&*lab.name, lab.description.as_deref().unwrap_or_default()].join(": "));
    }
    out.element(
        "p",
        &[("class", &"hint")],
        "Choose a domain or a network here or in the picture to see its connections.",
    );
    out.element(
        "p",
        &[("class", &"hint keys")],
        "Keys: / to search, arrows to move, Enter to choose, Escape to go back.",
    );
    out.end();
    for (index, domain) in graph.domains.iter().enumerate() {
        self::domain(out, graph, index, domain);
    }
    for (index, segment) in graph.segments.iter().enumerate().filter(|(_, segment)| segment.kind != SegmentKind::User) {
        self::segment(out, graph, index, segment);
    }
    out.end();
}

fn domain(out: &mut Markup, graph: &Graph, index: usize, domain: &DomainNode) {
    out.begin("article", &[("id", &format!("about-{}", domain.id))]);
    out.element("h2", &[], &domain.name);
    for text in domain.title.iter().chain(&domain.description) {
        out.element("p", &[], text);
    }
    out.element("p", &[("class", &"size")], &domain.summary().join(" · "));
    for connection in &domain.connections {
        self::connection(out, graph, connection);
    }
    let before = graph.orders.iter().filter(|order| order.then.contains(&index)).flat_map(|order| &order.first);
    let after = graph.orders.iter().filter(|order| order.first.contains(&index)).flat_map(|order| &order.then);
    let (before, after): (Vec<usize>, Vec<usize>) = (before.copied().collect(), after.copied().collect());
    if !before.is_empty() || !after.is_empty() {
        out.element("h3", &[], "Start order");
        out.begin("dl", &[]);
        links(out, "Starts after", before.iter().map(|at| &graph.domains[*at]));
        links(out, "Then start", after.iter().map(|at| &graph.domains[*at]));
        out.end();
    }
    if !domain.drives.is_empty() {
        out.element("h3", &[], "Disks");
        facts(out, domain.drives.iter().map(|(name, what)| (name.as_str(), what.as_str())));
    }
    if !domain.facts.is_empty() {
        out.element("h3", &[], "Machine");
        facts(out, domain.facts.iter().map(|(name, what)| (*name, what.as_str())));
    }
    out.end();
}

fn connection(out: &mut Markup, graph: &Graph, connection: &Connection) {
    let segment = &graph.segments[connection.segment];
    out.begin("section", &[]);
    out.begin("h3", &[]);
    if segment.kind == SegmentKind::User {
        out.element("span", &[], "User network");
    } else {
        out.element("a", &[("href", &format!("#{}", segment.id))], &segment.name);
    }
    out.end();
    let mut told: Vec<(&str, &str)> = vec![("Interface", &connection.name)];
    told.extend(connection.addresses.iter().map(|address| ("Address", address.as_str())));
    told.extend(connection.is_served().then_some(("Address", "by DHCP")));
    told.push(("MAC", &connection.mac));
    told.extend(connection.notes.iter().map(|note| ("Settings", note.as_str())));
    told.extend(connection.forwards.iter().map(|forward| ("Ports", forward.as_str())));
    facts(out, told.into_iter());
    out.end();
}

fn segment(out: &mut Markup, graph: &Graph, index: usize, segment: &Segment) {
    out.begin("article", &[("id", &format!("about-{}", segment.id))]);
    out.element("h2", &[], &segment.name);
    out.element("p", &[("class", &"size")], segment.kind.words());
    let subnets = segment.subnets.iter().map(|subnet| ("Subnet", subnet.as_str()));
    let vlans = segment.vlans.iter().map(|vlan| ("VLANs", vlan.as_str()));
    let other = segment.facts.iter().map(|(name, what): &Fact| (*name, what.as_str()));
    facts(out, subnets.chain(vlans).chain(other));
    let below = graph.segments.iter().filter(|other| other.on.contains(&index));
    let on = segment.on.iter().map(|at| &graph.segments[*at]);
    out.begin("dl", &[]);
    segments(out, "Is on", on);
    segments(out, "Carries", below);
    out.end();
    let members: Vec<(&DomainNode, &Connection)> = graph
        .domains
        .iter()
        .flat_map(|domain| domain.connections.iter().map(move |connection| (domain, connection)))
        .filter(|(_, connection)| connection.segment == index)
        .collect();
    if !members.is_empty() {
        out.element("h3", &[], "Domains");
        out.begin("dl", &[]);
        for (domain, connection) in members {
            out.begin("dt", &[]);
            out.element("a", &[("href", &format!("#{}", domain.id))], &domain.name);
            out.end();
            out.element("dd", &[], &connection.label().join(", "));
        }
        out.end();
    }
    out.end();
}

fn facts<'a>(out: &mut Markup, facts: impl Iterator<Item = (&'a str, &'a str)>) {
    out.begin("dl", &[]);
    let mut last = "";
    for (name, what) in facts {
        // What there are several of has its name once.
        if name != last {
            out.element("dt", &[], name);
        }
        last = name;
        out.element("dd", &[], what);
    }
    out.end();
}

fn links<'g>(out: &mut Markup, what: &str, nodes: impl Iterator<Item = &'g DomainNode>) {
    names(out, what, nodes.map(|node| (node.id.as_str(), node.name.as_str())));
}

fn segments<'g>(out: &mut Markup, what: &str, nodes: impl Iterator<Item = &'g Segment>) {
    names(out, what, nodes.map(|node| (node.id.as_str(), node.name.as_str())));
}

fn names<'g>(out: &mut Markup, what: &str, nodes: impl Iterator<Item = (&'g str, &'g str)>) {
    for (position, (id, name)) in nodes.enumerate() {
        if position == 0 {
            out.element("dt", &[], what);
        }
        out.begin("dd", &[]);
        out.element("a", &[("href", &format!("#{id}"))], name);
        out.end();
    }
}
