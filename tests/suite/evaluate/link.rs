//! The services that make links slow and lossy.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::{keys, text};
use crate::support::evaluation::World;
use crate::support::labs::{committed, variant};

#[test]
fn links_have_services() {
    let lab = variant(
        r#"{ "lab": "one",
            "networks": { "wires": { "subnet": "10.0.0.0/24" } },
            "links": { "wan": { "rate": "10Mbit", "delay": "50ms", "jitter": "5ms" }, "far": { "delay": "1s" }, "slow": { "rate": "1Mbit" } },
            "domains": { "far-away": { "memory": "1GiB", "interfaces": [
                { "network": "wires", "link": { "profile": "wan" } },
                { "name": "far", "network": "wires", "target": "tap-far", "link": { "profile": "far" } },
                { "name": "slow", "network": "wires", "target": "tap-slow", "link": { "profile": "slow" } }
            ] } } }"#,
    );
    let without = committed("examples/single-linux/lab.json");
    for world in World::all() {
        let Some(values) = world.modules(&[&[&lab, &without], &[&without]]) else { return };
        assert_eq!(values[0]["failures"], json!([]));
        let services = &values[0]["services"];
        let names = keys(services).into_iter().filter(|name| name.starts_with("lab2nix-"));
        let names: Vec<String> = names.collect();
        let [made, far, all] = names.as_slice() else { panic!("{names:?}") };
        assert_eq!([far.as_str(), all.as_str()], ["lab2nix-link-tap-far", "lab2nix-links"]);
        let device = made.strip_prefix("lab2nix-link-").expect("the first in order");
        assert!(device.starts_with("l2n") && device.len() == 15, "{device}");
        for (name, unit) in [(made, device), (far, r"tap\x2dfar")] {
            let unit = json!([format!("sys-subsystem-net-devices-{unit}.device")]);
            for key in ["wantedBy", "bindsTo", "after"] {
                assert_eq!(services[name.as_str()][key], unit, "{name}: {key}");
            }
            assert_eq!(services[name.as_str()]["serviceConfig"], json!({ "Type": "oneshot", "RemainAfterExit": true }));
        }
        let script = |name: &str| text(&services[name]["script"]);
        let said = |name: &str, lines: &[&str]| {
            let script = script(name);
            assert!(lines.iter().all(|line| script.lines().any(|found| found == *line)), "{script}");
        };
        said(made, &["LINK_LIMITS=yes", "LINK_NETEM='limit 129 delay 50ms 5ms'"]);
        said(far, &["LINK_DEVICE=tap-far", "LINK_LIMITS=no"]);
        assert!(text(&services[far.as_str()]["preStop"]).contains("root noqueue"));
        assert!(script(all).contains(&format!("devices=({device} tap-far)\n")), "{}", script(all));
        assert!(!keys(&values[1]["services"]).iter().any(|name| name.starts_with("lab2nix-")));
    }
}
