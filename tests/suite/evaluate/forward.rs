//! Ports of the host that lead to domains on networks.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::{keys, text};
use crate::support::evaluation::World;
use crate::support::labs::variant;

#[test]
fn forwards_have_a_socket_and_a_service() {
    let lab = variant(
        r#"{ "lab": "one", "networks": { "lan": { "subnet": "10.0.0.0/24", "subnet6": "fd00::/64" } },
             "domains": {
               "web": { "memory": "1GiB", "boot": ["network"], "replicas": 2, "interfaces": [{ "network": "lan",
                 "ip": "10.0.0.5", "forwards": [{ "host": 2222, "guest": 22, "address": "127.0.0.1" }, { "host": 8080 }] }] },
               "six": { "memory": "1GiB", "boot": ["network"], "interfaces": [{ "network": "lan", "ip6": "fd00::9",
                 "forwards": [{ "host": 443, "address": "fd01::1" }] }] },
               "own": { "memory": "1GiB", "boot": ["network"], "interfaces": [{ "user": true, "forwards": [{ "host": 5353 }] }] }
             } }"#,
    );
    for world in World::all() {
        let Some(values) = world.modules(&[&[&lab]]) else { return };
        assert_eq!(values[0]["failures"], json!([]));
        let expected = [
            ("lab2nix-forward-2222-127.0.0.1", "127.0.0.1:2222", "10.0.0.5:22"),
            ("lab2nix-forward-2223-127.0.0.1", "127.0.0.1:2223", "10.0.0.6:22"),
            ("lab2nix-forward-443-fd01::1", "[fd01::1]:443", "fd00::9:443"),
            ("lab2nix-forward-8080", "8080", "10.0.0.5:8080"),
            ("lab2nix-forward-8081", "8081", "10.0.0.6:8080"),
        ];
        let sockets = &values[0]["sockets"];
        assert_eq!(keys(sockets), expected.map(|(name, ..)| name));
        for (name, listen, to) in expected {
            assert_eq!(sockets[name]["listenStreams"], json!([listen]));
            assert_eq!(sockets[name]["wantedBy"], json!(["sockets.target"]));
            let service = &values[0]["services"][name];
            let runs = text(&service["serviceConfig"]["ExecStart"]);
            assert!(runs.ends_with(&format!("/lib/systemd/systemd-socket-proxyd {to}")), "{runs}");
            assert_eq!(service["requires"], json!([format!("{name}.socket")]));
        }
    }
}
