//! Domains that libvirt has already, and that stay as they are.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::labs::{committed, variant};
use crate::world::World;
use crate::{list, text};

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

        let start = text(&values[0]["services"]["nixvirt"]["preStart"]);
        let waits = start.find("until virsh").expect("it waits for libvirtd");
        let asks = start.find("virsh --connect qemu:///system list --all --persistent --name").expect("it asks");
        assert!(waits < asks, "{start}");
        assert_eq!(start.matches("dumpxml --inactive --security-info").count(), 2, "{start}");
        assert_eq!(start.matches("<uuid>7b0b4c38-9b2b-4d4b-8ad4-1f8c1a3d9e11</uuid>").count(), 1, "{start}");
        assert_eq!(start.matches("<uuid>").count(), 1, "{start}");
        assert_eq!(start.matches(r#"" lan office " != *" $source "*"#).count(), 2, "{start}");
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
