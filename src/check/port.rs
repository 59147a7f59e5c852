//! The ports of the host that domains listen on: each can be listened on once.

use std::collections::HashMap;

use crate::lab::domain::Domain;
use crate::lab::port::{Listens, listened};
use crate::place::Place;
use crate::problem::{Id, Problem};
use crate::spec::interface::Protocol;

/// Reports every port that is listened on twice.
pub(crate) fn check<'a>(domains: impl Iterator<Item = &'a Domain>, problems: &mut Vec<Problem>) {
    let mut taken: HashMap<(Protocol, u16, Listens), Place> = HashMap::new();
    for (protocol, port, address, place) in domains.flat_map(listened) {
        let listens = Listens::on(address);
        let first = listens.excludes().into_iter().find_map(|other| taken.get(&(protocol, port, other)));
        if let Some(first) = first {
            let message = format!("the {} port {port} of the host is taken twice", protocol.name().to_uppercase());
            let problem = Problem::new(Id::DuplicatePort, place.clone(), message)
                .help("choose another port, or give each a host address of its own to listen on");
            problems.push(if *first == place {
                problem.label("in several domains")
            } else {
                problem.label("the second one").related(first.clone(), "the first one")
            });
            continue;
        }
        for note in listens.notes() {
            taken.entry((protocol, port, note)).or_insert_with(|| place.clone());
        }
    }
}
