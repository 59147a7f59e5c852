//! What an interface has on the host: a tap device of a name, queues, limits. A virtual function or a user-mode network has
//! no such device, and a bridge, Open vSwitch and macvtap can each do something else with it.

use std::collections::HashMap;

use crate::lab::domain::Domain;
use crate::lab::network::Network;
use crate::place::Place;
use crate::problem::{Id, Problem};

/// Reports every device of the host whose name another one has.
pub(crate) fn check<'a>(networks: &[Network], domains: impl Iterator<Item = &'a Domain>, problems: &mut Vec<Problem>) {
    let mut taken: HashMap<&str, Place> = HashMap::new();
    for network in networks {
        for bridge in network.bridge.iter().filter(|bridge| !bridge.value.is_empty()) {
            taken.entry(&bridge.value).or_insert_with(|| bridge.place.clone());
        }
        if let Some(dev) = &network.dev {
            taken.entry(dev).or_insert_with(|| network.at.key("dev").value());
        }
    }
    for target in domains.flat_map(|domain| &domain.interfaces).filter_map(|interface| interface.tap.target.as_ref()) {
        match taken.get(target.value.as_str()) {
            None => {
                taken.insert(&target.value, target.place.clone());
            }
            Some(first) => {
                let message = format!("two devices of the host are named `{}`", target.value);
                let problem = Problem::of_value(Id::DuplicateName, target.place.clone(), message)
                    .help("give each interface a `target` of its own, or leave it out");
                problems.push(if *first == target.place {
                    problem.label("in several domains")
                } else {
                    problem.label("the second one").related(first.clone(), "the first one")
                });
            }
        }
    }
}
