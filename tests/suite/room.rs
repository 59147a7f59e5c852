//! How many devices a domain has room for: as many as libvirt 11.3 was seen to take, and not one more.

use lab2nix::problem::Id;
use serde_json::{Value, json};

use crate::support::Read;

/// Whether a domain is said to be full.
fn is_full(mut domain: Value) -> bool {
    domain["memory"] = json!("1GiB");
    domain["graphics"] = json!({ "type": "none" });
    let spec = json!({ "lab": "room", "networks": { "lan": { "mode": "isolated" } }, "domains": { "web": domain } });
    Read::value(&spec).checked.problems.iter().any(|problem| problem.id == Id::BusFull)
}

#[test]
fn boards_have_slots_for_so_many_devices() {
    let boards = [(json!({}), 236), (json!({ "machine": "pc" }), 626), (json!({ "arch": "aarch64" }), 244)];
    for (domain, most) in boards {
        let with = |count: usize| {
            let mut domain = domain.clone();
            let interfaces = (0..count).map(|index| json!({ "name": format!("eth{index}"), "network": "lan" }));
            domain["interfaces"] = interfaces.collect();
            domain
        };
        assert!(!is_full(with(most)) && is_full(with(most + 1)), "{domain}");
    }
}

#[test]
fn controllers_have_ports_for_so_many_devices() {
    let with = |count: usize| json!({ "inputs": vec![json!({ "type": "keyboard" }); count] });
    assert!(!is_full(with(143)) && is_full(with(144)));
}

/// Interfaces are not the only ones on PCI.
#[test]
fn shares_and_inputs_take_slots_too() {
    let with = |count: usize| {
        let shares = (0..count).map(|index| json!({ "source": "/srv/x", "tag": format!("tag{index}") }));
        let inputs = vec![json!({ "type": "keyboard", "bus": "virtio" }); 100];
        json!({ "shares": shares.collect::<Value>(), "inputs": inputs })
    };
    assert!(!is_full(with(136)) && is_full(with(137)));
}
