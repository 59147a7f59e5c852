//! The boxes of networks, and the lines between them.

use std::collections::BTreeMap;

use super::{CODE, GAP, Line, PADDING, Rect};
use crate::graph::Graph;
use crate::graph::font::Font;
use crate::graph::segment::{Segment, SegmentKind};

/// The letters of the names of networks.
const NAME: Font = Font::Bold(14);
/// The letters of what they are.
const KIND: Font = Font::Plain(11);
/// The widest text in a box.
const MOST: usize = 210;
/// The least width of a box.
const LEAST: usize = 110;
/// How far apart lines between boxes are.
const TRACK: usize = 12;

/// A network, with the rail that leads down from it.
#[derive(Debug)]
pub(crate) struct Header {
    pub rect: Rect,
    pub lines: Vec<Line>,
    /// Where its rail is.
    pub rail: usize,
    /// Where its rail ends, if an interface is on it.
    pub rail_end: Option<usize>,
    /// Its colour, by number.
    pub colour: usize,
}

/// Networks that are on something of the host's: a line above the boxes, and down to each.
#[derive(Debug)]
pub(crate) struct Uplink {
    pub y: usize,
    /// What they are on, as a position of a segment.
    pub segment: usize,
    /// Where it goes down, and how far: the first to what they are on.
    pub down: Vec<(usize, usize)>,
}

/// The boxes beside each other, whose height nobody knows yet. They begin at `left`, and their rails at `first_rail`.
pub(super) fn beside_each_other(graph: &Graph, left: usize, first_rail: usize) -> Vec<Option<Header>> {
    let mut left = left;
    let mut count = 0;
    let header = |segment: &Segment| {
        if segment.kind == SegmentKind::User {
            return None;
        }
        let lines = lines(graph, segment);
        let widest = lines.iter().map(|(font, _, text)| font.width(text)).max().unwrap_or(0);
        let width = (widest + 2 * PADDING).max(LEAST);
        let rail = (left + width / 2).max(first_rail + PADDING);
        let x = rail - width / 2;
        left = x + width + GAP;
        let mut y = 4;
        let mut placed = Vec::new();
        for (font, step, text) in lines {
            y += step;
            placed.push(Line { x: x + PADDING, y, font, text });
        }
        let rect = Rect { x, y: 0, width, height: y + 10 };
        count += 1;
        Some(Header { rect, lines: placed, rail, rail_end: None, colour: count - 1 })
    };
    graph.segments.iter().map(header).collect()
}

/// What stands in a box: the letters, the height and the text of each line.
fn lines(graph: &Graph, segment: &Segment) -> Vec<(Font, usize, String)> {
    let of_lab = segment.lab.filter(|_| graph.labs.len() > 1).map(|lab| format!(" · {}", graph.labs[lab].name));
    let kind = format!("{}{}", segment.kind.words(), of_lab.unwrap_or_default());
    let name = NAME.wrapped(&segment.name, MOST, usize::MAX).into_iter().map(|text| (NAME, 18, text));
    let kind = KIND.wrapped(&kind, MOST, 2).into_iter().map(|text| (KIND, 15, text));
    let details = segment.subnets.iter().chain(&segment.vlans).flat_map(|text| CODE.wrapped(text, MOST, 4));
    name.chain(kind).chain(details.map(|text| (CODE, 16, text))).collect()
}

/// Moves the boxes below what is above them, all down to one line, which is not above `least`. Returns the lines between them,
/// and that line.
pub(super) fn place(graph: &Graph, headers: &mut [Option<Header>], top: usize, least: usize) -> (Vec<Uplink>, usize) {
    let mut on: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, segment) in graph.segments.iter().enumerate() {
        for target in &segment.on {
            on.entry(*target).or_default().push(index);
        }
    }
    let above = if on.is_empty() { 0 } else { on.len() * TRACK + 6 };
    let highest = headers.iter().flatten().map(|header| header.rect.height).max().unwrap_or(0);
    let bottom = (top + above + highest).max(least);
    for header in headers.iter_mut().flatten() {
        header.rect.y = bottom - header.rect.height;
        for line in &mut header.lines {
            line.y += header.rect.y;
        }
    }
    let foot = |segment: &usize| headers[*segment].as_ref().map(|header| (header.rail, header.rect.y));
    let first_track = bottom - highest - above;
    let uplinks = on.into_iter().enumerate().map(|(track, (target, members))| Uplink {
        y: first_track + track * TRACK,
        segment: target,
        down: [target].iter().chain(&members).filter_map(foot).collect(),
    });
    (uplinks.collect(), bottom)
}
