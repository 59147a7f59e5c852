//! The picture as SVG: one file, without anything from elsewhere, in light or dark as its reader has it.

use std::fmt::Write as _;

use crate::graph::Graph;
use crate::graph::domain::DomainNode;
use crate::graph::font::Font;
use crate::graph::layout::{Band, Card, Header, Lane, Layout, Line, MARGIN, NAME, Row, Sign, TITLE, Uplink};
use crate::graph::markup::Markup;
use crate::graph::segment::SegmentKind;

/// What everything looks like.
const STYLE: &str = include_str!("svg.css");
/// How many colours there are for networks.
const COLOURS: usize = 8;

/// Draws the picture.
#[must_use]
pub fn draw(graph: &Graph) -> String {
    let layout = Layout::new(graph);
    let (width, height) = (layout.width, layout.height);
    let view = format!("0 0 {width} {height}");
    let mut out = Markup::default();
    out.begin(
        "svg",
        &[
            ("xmlns", &"http://www.w3.org/2000/svg"),
            ("class", &if layout.bands.is_empty() { "lab2nix" } else { "lab2nix l-banded" }),
            ("width", &width),
            ("height", &height),
            ("viewBox", &view),
            ("role", &"group"),
            ("aria-label", &graph.title()),
        ],
    );
    out.element("title", &[], &graph.title());
    // It has no character that could end the element, or be read as another.
    out.begin("style", &[]);
    out.as_it_is(STYLE);
    out.end();
    out.shape("rect", &[("class", &"l-page"), ("width", &width), ("height", &height)]);
    lines(&mut out, &layout.title);
    layout.bands.iter().for_each(|band| self::band(&mut out, band));
    for (sign, line) in &layout.legend {
        legend(&mut out, *sign, line);
    }
    layout.uplinks.iter().for_each(|link| uplink(&mut out, graph, &layout, link));
    for (segment, header) in graph.segments.iter().zip(&layout.headers) {
        let Some((header, end)) = header.as_ref().and_then(|header| Some((header, header.rail_end?))) else { continue };
        let path = format!("M{} {}V{end}", header.rail, header.rect.bottom());
        out.shape("path", &[("class", &format!("l-rail {}", colour(header))), ("d", &path), ("data-on", &segment.id)]);
    }
    let ids = |of: &[usize]| of.iter().map(|at| graph.domains[*at].id.as_str()).collect::<Vec<_>>().join(" ");
    for (order, lane) in graph.orders.iter().zip(&layout.lanes) {
        self::lane(&mut out, lane, [&ids(&order.first), &ids(&order.then)]);
    }
    for (domain, card) in graph.domains.iter().zip(&layout.cards) {
        interfaces(&mut out, graph, &layout, domain, card);
    }
    headers(&mut out, graph, &layout);
    for (domain, card) in graph.domains.iter().zip(&layout.cards) {
        self::card(&mut out, graph, domain, card);
    }
    out.finish()
}

fn colour(header: &Header) -> String {
    format!("l-c{}", header.colour % COLOURS)
}

fn lines(out: &mut Markup, lines: &[Line]) {
    for line in lines {
        text(out, line);
    }
}

fn text(out: &mut Markup, Line { x, y, font, text }: &Line) {
    let class = match *font {
        font if font == TITLE => "l-title",
        font if font == NAME => "l-name",
        Font::Bold(_) => "l-network",
        Font::Mono(_) => "l-code",
        Font::Plain(11) => "l-kind",
        Font::Plain(14) => "l-lead",
        Font::Plain(_) => "l-text",
    };
    out.element("text", &[("class", &class), ("x", x), ("y", y)], text);
}

fn band(out: &mut Markup, band: &Band) {
    let rect = band.rect;
    out.shape(
        "rect",
        &[
            ("class", &"l-band"),
            ("x", &rect.x),
            ("y", &rect.y),
            ("width", &rect.width),
            ("height", &rect.height),
            ("rx", &10),
        ],
    );
    lines(out, &band.lines);
}

fn legend(out: &mut Markup, sign: Sign, line: &Line) {
    let (x, y) = (MARGIN, line.y - 4);
    match sign {
        Sign::Interface => {
            out.shape("path", &[("class", &"l-line l-c0"), ("d", &format!("M{x} {y}h34"))]);
            out.shape("circle", &[("class", &"l-dot l-c0"), ("cx", &(x + 34)), ("cy", &y), ("r", &5)]);
        }
        Sign::Own => {
            out.shape("path", &[("class", &"l-line l-own"), ("d", &format!("M{x} {y}h34"))]);
            out.shape("rect", &[("class", &"l-end"), ("x", &(x + 30)), ("y", &(y - 4)), ("width", &8), ("height", &8)]);
        }
        Sign::Start => {
            out.shape("path", &[("class", &"l-order"), ("d", &format!("M{x} {y}h30"))]);
            arrow(out, x + 38, y);
        }
        Sign::Dashed => out.shape(
            "rect",
            &[("class", &"l-card l-dashed"), ("x", &x), ("y", &(y - 7)), ("width", &38), ("height", &14), ("rx", &4)],
        ),
    }
    text(out, line);
}

/// An arrow to the right, whose point is here.
fn arrow(out: &mut Markup, x: usize, y: usize) {
    out.shape("path", &[("class", &"l-arrow"), ("d", &format!("M{x} {y}l-9 -4.5v9z"))]);
}

fn uplink(out: &mut Markup, graph: &Graph, layout: &Layout, uplink: &Uplink) {
    let Some(header) = &layout.headers[uplink.segment] else { return };
    let across = uplink.down.iter().map(|(x, _)| *x);
    let (left, right) = (across.clone().min().unwrap_or(0), across.max().unwrap_or(0));
    let mut path = format!("M{left} {}H{right}", uplink.y);
    for (x, y) in &uplink.down {
        let _ = write!(path, "M{x} {}V{y}", uplink.y);
    }
    let id = &graph.segments[uplink.segment].id;
    out.shape("path", &[("class", &format!("l-uplink {}", colour(header))), ("d", &path), ("data-on", id)]);
}

fn lane(out: &mut Markup, lane: &Lane, [first, then]: [&String; 2]) {
    let (top, bottom) = lane.ends();
    let mut path = format!("M{} {top}V{bottom}", lane.x);
    for y in &lane.first {
        let _ = write!(path, "M{} {y}H{}", lane.edge, lane.x);
    }
    for y in &lane.then {
        let _ = write!(path, "M{} {y}H{}", lane.x, lane.edge - 8);
    }
    out.begin("g", &[("class", &"l-start"), ("data-first", first), ("data-then", then)]);
    out.shape("path", &[("class", &"l-order"), ("d", &path)]);
    lane.then.iter().for_each(|y| arrow(out, lane.edge, *y));
    out.end();
}

fn interfaces(out: &mut Markup, graph: &Graph, layout: &Layout, domain: &DomainNode, card: &Card) {
    for (Row { y, lines: label }, connection) in card.rows.iter().zip(&domain.connections) {
        let segment = &graph.segments[connection.segment];
        let x = card.rect.right();
        out.begin("g", &[("class", &"l-interface"), ("data-of", &domain.id), ("data-on", &segment.id)]);
        if let Some(header) = &layout.headers[connection.segment] {
            let (colour, path) = (colour(header), format!("M{x} {y}H{}", header.rail));
            out.shape("path", &[("class", &"l-halo"), ("d", &format!("M{x} {y}H{}", header.rail - 7))]);
            out.shape("path", &[("class", &format!("l-line {colour}")), ("d", &path)]);
            out.shape("circle", &[("class", &format!("l-dot {colour}")), ("cx", &header.rail), ("cy", y), ("r", &5)]);
        } else {
            let end = layout.stub_end - 8;
            out.shape("path", &[("class", &"l-line l-own"), ("d", &format!("M{x} {y}H{end}"))]);
            out.shape("rect", &[("class", &"l-end"), ("x", &end), ("y", &(y - 4)), ("width", &8), ("height", &8)]);
        }
        lines(out, label);
        out.end();
    }
}

fn headers(out: &mut Markup, graph: &Graph, layout: &Layout) {
    for (segment, header) in graph.segments.iter().zip(&layout.headers) {
        let Some(header) = header else { continue };
        let rect = header.rect;
        let dashed = if segment.kind.is_of_lab() { "" } else { " l-dashed" };
        out.begin("g", &[("class", &"l-segment"), ("id", &segment.id)]);
        let told = [segment.kind.words()].into_iter().map(str::to_owned).chain(segment.subnets.iter().cloned());
        let told = told.chain(segment.vlans.iter().cloned()).collect::<Vec<_>>().join("\n");
        out.element("title", &[], &format!("{}\n{told}", segment.name));
        out.shape(
            "rect",
            &[
                ("class", &format!("l-box {}{dashed}", colour(header))),
                ("x", &rect.x),
                ("y", &rect.y),
                ("width", &rect.width),
                ("height", &rect.height),
                ("rx", &8),
            ],
        );
        lines(out, &header.lines);
        out.end();
    }
}

fn card(out: &mut Markup, graph: &Graph, domain: &DomainNode, card: &Card) {
    let rect = card.rect;
    let dashed = if domain.form.is_dashed() { " l-dashed" } else { "" };
    out.begin("g", &[("class", &"l-domain"), ("id", &domain.id)]);
    out.element("title", &[], &told(graph, domain));
    out.shape(
        "rect",
        &[
            ("class", &format!("l-card{dashed}")),
            ("x", &rect.x),
            ("y", &rect.y),
            ("width", &rect.width),
            ("height", &rect.height),
            ("rx", &8),
        ],
    );
    lines(out, &card.lines);
    out.end();
}

/// What is shown while the pointer is on a domain.
fn told(graph: &Graph, domain: &DomainNode) -> String {
    let mut told = vec![domain.name.clone()];
    told.extend(domain.summary());
    for connection in &domain.connections {
        let segment = &graph.segments[connection.segment];
        let on = if segment.kind == SegmentKind::User { String::new() } else { format!("{}: ", segment.name) };
        told.push(format!("{on}{}, MAC {}", connection.label().join(", "), connection.mac));
    }
    told.join("\n")
}
