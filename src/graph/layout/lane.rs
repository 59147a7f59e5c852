//! The dotted lines at the left, which show who starts after whom: one for each group of domains that start first.

use super::Card;
use crate::graph::Graph;
use crate::graph::order::Order;

/// How far apart the dotted lines are.
const STEP: usize = 12;
/// Where the first one meets the edge of a domain.
const FIRST_PORT: usize = 18;
/// How far apart they meet it.
const PORT: usize = 10;

/// A dotted line.
#[derive(Debug)]
pub(crate) struct Lane {
    pub x: usize,
    /// The edge of the domains.
    pub edge: usize,
    /// Where it comes from.
    pub first: Vec<usize>,
    /// Where it leads to.
    pub then: Vec<usize>,
}

impl Lane {
    /// The highest and the lowest of its ends.
    pub(crate) fn ends(&self) -> (usize, usize) {
        let all = || self.first.iter().chain(&self.then).copied();
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    }
}

/// The place of each dotted line beside the domains, counted from them: those that pass the same domain have different ones.
fn places(graph: &Graph) -> Vec<usize> {
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let place = |order: &Order| {
        let domains = || order.first.iter().chain(&order.then).copied();
        let (top, bottom) = (domains().min().unwrap_or(0), domains().max().unwrap_or(0));
        let is_free = |lines: &Vec<(usize, usize)>| lines.iter().all(|(first, last)| *last < top || bottom < *first);
        let place = taken.iter().position(is_free).unwrap_or(taken.len());
        if place == taken.len() {
            taken.push(Vec::new());
        }
        taken[place].push((top, bottom));
        place
    };
    graph.orders.iter().map(place).collect()
}

/// The room that the dotted lines take.
pub(super) fn width(graph: &Graph) -> usize {
    places(graph).iter().max().map_or(0, |last| (last + 2) * STEP)
}

/// The height of a domain that this many dotted lines meet.
pub(super) fn room(ports: usize) -> usize {
    if ports == 0 { 0 } else { FIRST_PORT + ports * PORT }
}

/// How many dotted lines meet each domain.
pub(super) fn ports(graph: &Graph) -> Vec<usize> {
    let mut ports = vec![0; graph.domains.len()];
    for order in &graph.orders {
        for domain in order.first.iter().chain(&order.then) {
            ports[*domain] += 1;
        }
    }
    ports
}

/// The dotted lines, left of the domains.
pub(super) fn beside(graph: &Graph, cards: &[Card], edge: usize) -> Vec<Lane> {
    let mut used = vec![0; cards.len()];
    let mut meet = |domain: &usize| {
        let y = cards[*domain].rect.y + FIRST_PORT + used[*domain] * PORT;
        used[*domain] += 1;
        y
    };
    // Those that arrive at a domain are above those that leave it.
    let then: Vec<Vec<usize>> = graph.orders.iter().map(|order| order.then.iter().map(&mut meet).collect()).collect();
    let orders = graph.orders.iter().zip(then).zip(places(graph));
    let mut lanes = Vec::new();
    for ((order, then), place) in orders {
        let first = order.first.iter().map(&mut meet).collect();
        lanes.push(Lane { x: edge - STEP - place * STEP, edge, first, then });
    }
    lanes
}
