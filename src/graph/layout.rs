//! Where everything is in the picture: domains below each other at the left, networks beside each other at the top, and from each
//! network a rail down to the last interface on it. Each interface has a height of its own, so no two lines are on one another,
//! whatever the lab.
//!
//! All numbers are pixels, from the top left.

mod header;
mod lane;

use crate::graph::Graph;
use crate::graph::domain::DomainNode;
use crate::graph::font::Font;
pub(crate) use crate::graph::layout::header::{Header, Uplink};
pub(crate) use crate::graph::layout::lane::Lane;
use crate::graph::segment::SegmentKind;

/// What is free around everything.
pub(crate) const MARGIN: usize = 32;
/// The width of a domain.
const CARD: usize = 300;
/// What is free between the edge of a box and its text.
pub(crate) const PADDING: usize = 14;
/// What is free between two domains.
const GAP: usize = 18;
/// The least width of the whole.
const LEAST: usize = 720;
/// The widest label of an interface.
const LABEL_MOST: usize = 270;
/// What is free beside a label.
pub(crate) const BESIDE_LABEL: usize = 12;

/// The letters of titles.
pub(crate) const TITLE: Font = Font::Bold(26);
/// The letters of names.
pub(crate) const NAME: Font = Font::Bold(16);
/// The letters of what is said of a thing.
pub(crate) const TEXT: Font = Font::Plain(12);
/// The letters of addresses.
pub(crate) const CODE: Font = Font::Mono(12);

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Rect {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

impl Rect {
    pub(crate) fn right(self) -> usize {
        self.x + self.width
    }

    pub(crate) fn bottom(self) -> usize {
        self.y + self.height
    }
}

/// A line of text: where it starts, at its foot.
#[derive(Debug)]
pub(crate) struct Line {
    pub x: usize,
    pub y: usize,
    pub font: Font,
    pub text: String,
}

/// A domain.
#[derive(Debug)]
pub(crate) struct Card {
    pub rect: Rect,
    /// Its name, what it is, its size.
    pub lines: Vec<Line>,
    /// Its interfaces.
    pub rows: Vec<Row>,
}

/// An interface.
#[derive(Debug)]
pub(crate) struct Row {
    /// The height of its line.
    pub y: usize,
    /// Its label, above the line.
    pub lines: Vec<Line>,
}

/// What is behind the domains of one of several labs.
#[derive(Debug)]
pub(crate) struct Band {
    pub rect: Rect,
    pub lines: Vec<Line>,
}

/// Where everything is.
#[derive(Debug)]
pub(crate) struct Layout {
    pub width: usize,
    pub height: usize,
    /// The title and what the lab is for.
    pub title: Vec<Line>,
    /// The names of signs, each beside where its sign is.
    pub legend: Vec<(Sign, Line)>,
    pub bands: Vec<Band>,
    /// Of each domain.
    pub cards: Vec<Card>,
    /// Of each segment but those that one interface has for itself.
    pub headers: Vec<Option<Header>>,
    pub uplinks: Vec<Uplink>,
    pub lanes: Vec<Lane>,
    /// Where the lines end that lead to no rail.
    pub stub_end: usize,
}

/// What the legend explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Interface,
    Own,
    Start,
    Dashed,
}

impl Layout {
    pub(crate) fn new(graph: &Graph) -> Self {
        let labels = labels(graph);
        let label_width = labels.iter().flatten().flatten().map(|text| CODE.width(text)).max().unwrap_or(0);
        let has_bands = graph.labs.len() > 1;
        let cards_x = MARGIN + lane::width(graph) + if has_bands { PADDING } else { 0 };
        let labels_x = cards_x + CARD;
        let stub_end = labels_x + label_width + 2 * BESIDE_LABEL;
        let mut headers = header::beside_each_other(graph, labels_x + GAP, stub_end);
        let right = headers.iter().flatten().map(|header| header.rect.right()).max().unwrap_or(0);
        let width = right.max(stub_end).max(LEAST - MARGIN) + MARGIN;

        let (title, below_title) = title(graph, width);
        let legend = legend(graph, below_title);
        let below_legend = legend.last().map_or(below_title, |(_, line)| line.y + PADDING);
        let (uplinks, below_headers) = header::place(graph, &mut headers, below_title, below_legend);
        let mut layout = Self {
            width,
            height: 0,
            title,
            legend,
            bands: Vec::new(),
            cards: Vec::new(),
            headers,
            uplinks,
            lanes: Vec::new(),
            stub_end,
        };
        let bottom = layout.stack(graph, &labels, cards_x, below_headers + GAP);
        layout.lanes = lane::beside(graph, &layout.cards, cards_x);
        layout.height = bottom + MARGIN;
        layout
    }

    /// Puts the domains below each other, and the bands behind them. Returns where they end.
    fn stack(&mut self, graph: &Graph, labels: &[Vec<Vec<String>>], x: usize, mut y: usize) -> usize {
        let ports = lane::ports(graph);
        for (lab, node) in graph.labs.iter().enumerate() {
            let top = y;
            let mut lines = Vec::new();
            if graph.labs.len() > 1 {
                let width = self.width - 2 * MARGIN - 2 * PADDING;
                y += 12;
                for text in NAME.wrapped(&format!("lab {}", node.name), width, 2) {
                    y += 18;
                    lines.push(Line { x: MARGIN + PADDING, y, font: NAME, text });
                }
                for text in node.description.iter().flat_map(|text| TEXT.wrapped(text, width, 2)) {
                    y += 17;
                    lines.push(Line { x: MARGIN + PADDING, y, font: TEXT, text });
                }
                y += PADDING;
            }
            let own = graph.domains.iter().enumerate().filter(|(_, domain)| domain.lab == lab);
            for (index, domain) in own {
                let card = card(domain, &labels[index], x, y, ports[index]);
                y = card.rect.bottom() + GAP;
                for (row, connection) in card.rows.iter().zip(&domain.connections) {
                    if let Some(header) = &mut self.headers[connection.segment] {
                        header.rail_end = Some(row.y);
                    }
                }
                self.cards.push(card);
            }
            if graph.labs.len() > 1 {
                let rect = Rect { x: MARGIN, y: top, width: self.width - 2 * MARGIN, height: y - top };
                self.bands.push(Band { rect, lines });
                y += GAP;
            }
        }
        y.saturating_sub(GAP)
    }
}

/// The lines of the label of each interface of each domain.
fn labels(graph: &Graph) -> Vec<Vec<Vec<String>>> {
    let of = |domain: &DomainNode| {
        let connections = domain.connections.iter();
        connections
            .map(|connection| connection.label().iter().flat_map(|text| CODE.wrapped(text, LABEL_MOST, 3)).collect())
            .collect()
    };
    graph.domains.iter().map(of).collect()
}

fn title(graph: &Graph, width: usize) -> (Vec<Line>, usize) {
    let mut y = MARGIN;
    let mut lines = Vec::new();
    for text in TITLE.wrapped(&graph.title(), width - 2 * MARGIN, 4) {
        y += 28;
        lines.push(Line { x: MARGIN, y, font: TITLE, text });
    }
    let font = Font::Plain(14);
    for text in graph.description().iter().flat_map(|text| font.wrapped(text, width - 2 * MARGIN, 4)) {
        y += 21;
        lines.push(Line { x: MARGIN, y, font, text });
    }
    (lines, y + 24)
}

/// Only what there is needs an explanation.
fn legend(graph: &Graph, mut y: usize) -> Vec<(Sign, Line)> {
    let kinds = || {
        let connections = graph.domains.iter().flat_map(|domain| &domain.connections);
        connections.map(|connection| graph.segments[connection.segment].kind)
    };
    let has_dashed = graph.domains.iter().any(|domain| domain.form.is_dashed())
        || graph.segments.iter().any(|segment| !segment.kind.is_of_lab() && segment.kind != SegmentKind::User);
    let signs = [
        (Sign::Interface, kinds().any(|kind| kind != SegmentKind::User), "interface on a network"),
        (Sign::Own, kinds().any(|kind| kind == SegmentKind::User), "a user network of its own"),
        (Sign::Start, !graph.orders.is_empty(), "starts after"),
        (Sign::Dashed, has_dashed, "not started or not managed"),
    ];
    let mut legend = Vec::new();
    for (sign, _, text) in signs.into_iter().filter(|(_, is_there, _)| *is_there) {
        y += 20;
        legend.push((sign, Line { x: MARGIN + 50, y, font: TEXT, text: text.to_owned() }));
    }
    legend
}

/// A domain whose edge has room for this many dotted lines.
fn card(domain: &DomainNode, labels: &[Vec<String>], x: usize, top: usize, ports: usize) -> Card {
    let width = CARD - 2 * PADDING;
    let mut lines = Vec::new();
    let mut y = top + 6;
    let mut add = |font: Font, step: usize, text: &str, most: usize| {
        for text in font.wrapped(text, width, most) {
            y += step;
            lines.push(Line { x: x + PADDING, y, font, text });
        }
    };
    add(NAME, 20, &domain.name, usize::MAX);
    if let Some(title) = &domain.title {
        add(TEXT, 17, title, 2);
    }
    for summary in domain.summary() {
        add(TEXT, 17, &summary, 2);
    }
    let below_text = y + PADDING;
    let mut y = top + 4;
    let mut rows = Vec::new();
    for label in labels {
        let mut above = Vec::new();
        for text in label {
            y += 15;
            above.push(Line { x: x + CARD + BESIDE_LABEL, y, font: CODE, text: text.clone() });
        }
        y += 5;
        rows.push(Row { y, lines: above });
        y += 5;
    }
    let bottom = below_text.max(y + 6).max(top + lane::room(ports));
    Card { rect: Rect { x, y: top, width: CARD, height: bottom - top }, lines, rows }
}

#[cfg(test)]
mod tests;
