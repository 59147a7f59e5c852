//! Domains that libvirt has already, and that stay as they are.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{list, preparations, text};
use crate::support::evaluation::World;
use crate::support::labs::{committed, variant};

#[test]
fn imported_domains_are_listed_as_libvirt_has_them() {
    let lab = committed("tests/cases/ok/imported/lab.json");
    for world in World::all() {
        let Some(values) = world.modules(&[&[&lab]]) else { return };
        assert_eq!(values[0]["failures"], json!([]));
        let domains = list(&values[0]["libvirt"]["connections"]["qemu:///system"]["domains"]);
        let imported: Vec<&Value> =
            domains.iter().filter(|domain| text(&domain["definition"]).starts_with("/run/lab2nix")).collect();
        let item = |name: &str| {
            let definition = format!("/run/lab2nix/imported/imported/{name}.xml");
            json!({ "active": null, "definition": definition, "restart": false })
        };
        assert_eq!(imported, [&item("wiki"), &item("old")]);

        let service = &values[0]["services"]["nixvirt"];
        let [told] = preparations(service).try_into().expect("one connection");
        let kept = json!([
            { "lab": "imported", "domain": "old", "uuid": null },
            { "lab": "imported", "domain": "wiki", "uuid": "7b0b4c38-9b2b-4d4b-8ad4-1f8c1a3d9e11" },
        ]);
        assert_eq!(told["imported"], kept);
        // The networks of the lab, by which NixVirt tells which it deletes.
        let steady: Vec<bool> = list(&told["networks"]).iter().map(|network| network["steady"] == true).collect();
        assert_eq!(steady, [true, true], "{told}");
        let script = text(&service["script"]);
        let (asks, acts) = (script.find("dumpxml --inactive --security-info"), script.find("module-helper"));
        assert!(asks.is_some() && asks < acts, "{script}");
    }
}

/// The addresses of an imported domain are reserved, and no other lab of the host has its MAC addresses.
#[test]
fn imported_domains_are_known_to_other_labs() {
    let lab = committed("tests/cases/ok/imported/lab.json");
    let other = variant(
        r#"{ "lab": "other", "domains": { "a": {
            "memory": "1GiB", "interfaces": [{ "user": true, "mac": "52:54:00:aa:bb:01" }]
        } } }"#,
    );
    for world in World::all() {
        let Some(values) = world.modules(&[&[&lab, &other]]) else { return };
        let clash =
            "lab2nix: labs `imported` and `other` both have the MAC address 52:54:00:aa:bb:01 (domain wiki, domain a)";
        assert_eq!(values[0]["failures"], json!([clash]));
        let lists = world.lists(&[&lab]).expect("Nix is there");
        let network = text(&lists[0]["networks"][0]["definition"]);
        assert!(network.contains("10.20.0.5") && network.contains("52:54:00:aa:bb:01"), "{network}");
    }
}
