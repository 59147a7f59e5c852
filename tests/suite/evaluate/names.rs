//! The names of domains on the host itself.

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::support::evaluation::World;
use crate::support::labs::variant;

#[test]
fn the_host_knows_domains_by_their_names_if_it_wants_to() {
    let one = variant(
        r#"{ "lab": "one", "networks": { "lan": { "subnet": "10.0.0.0/24", "subnet6": "fd00::/64", "dns": { "domain": "one.example" } } },
             "defaults": { "memory": "1GiB", "boot": ["network"] },
             "domains": {
               "web": { "interfaces": [{ "network": "lan", "ip": "10.0.0.5", "ip6": "fd00::5" }] },
               "lease": { "interfaces": [{ "network": "lan" }] }
             } }"#,
    );
    let two = variant(
        r#"{ "lab": "two", "networks": { "house": { "mode": "bridge", "bridge": "br0" } },
             "domains": { "db": { "memory": "1GiB", "boot": ["network"], "interfaces": [{ "network": "house" }],
               "cloudInit": { "network": { "interfaces": { "house": { "addresses": ["192.168.1.7/24"] } } } } } } }"#,
    );
    for world in World::all() {
        let Some(values) = world.modules(&[&[&one, &two]]) else { return };
        assert_eq!((&values[0]["hosts"], &values[0]["failures"]), (&json!({}), &json!([])));
        let told = world.with("services.lab2nix.hosts.enable", true);
        let values = told.modules(&[&[&one, &two]]).expect("Nix is there");
        let names = json!(["web.one.example", "web"]);
        assert_eq!(values[0]["hosts"], json!({ "10.0.0.5": names, "192.168.1.7": ["db"], "fd00::5": names }));
        let off = told.with("services.lab2nix.enable", false).modules(&[&[&one]]).expect("Nix is there");
        assert_eq!(off[0]["hosts"], json!({}));
    }
}
