//! What the host has already and no lab manages.

use lab2nix::activation::{self, wanted};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{list, preparations, text};
use crate::support::Read;
use crate::support::evaluation::World;
use crate::support::labs::{committed, variant};

/// The definitions of a list for NixVirt that the host writes from what libvirt has.
fn kept(value: &Value, kind: &str) -> Vec<String> {
    let objects = list(&value["libvirt"]["connections"]["qemu:///system"][kind]);
    let paths = objects.iter().map(|object| text(&object["definition"]));
    paths.filter(|path| path.starts_with("/run/lab2nix/external/")).collect()
}

#[test]
fn it_stays_beside_what_labs_have() {
    let lab = committed("tests/cases/ok/external/lab.json");
    for world in World::all() {
        let Some(values) = world.modules(&[&[&lab]]) else { return };
        assert_eq!(values[0]["failures"], json!([]));
        let networks = ["default", "dmz"].map(|name| format!("/run/lab2nix/external/network/{name}.xml"));
        assert_eq!(kept(&values[0], "networks"), networks);
        // The lab has no pools of its own, so that NixVirt leaves all.
        assert_eq!(values[0]["libvirt"]["connections"]["qemu:///system"]["pools"], json!(null));

        let [told] = preparations(&values[0]["services"]["nixvirt"]).try_into().expect("one connection");
        let needed = |kind: &str, name: &str| json!({ "kind": kind, "labs": "lab `external`", "name": name });
        let all = [
            needed("network", "default"),
            needed("network", "dmz"),
            needed("pool", "isos"),
            needed("pool", "vms"),
            needed("bridge", "br0"),
        ];
        assert_eq!(told["external"], json!(all));
    }
}

/// Of several labs on one host, one may manage what another one says to be external, and two may say the same.
#[test]
fn labs_agree_on_it() {
    let owner = variant(r#"{ "lab": "owner", "networks": { "default": { "subnet": "10.1.0.0/24" } } }"#);
    let user = variant(
        r#"{ "lab": "user", "external": { "networks": ["default", "dmz"], "pools": ["isos"] },
             "domains": { "a": { "memory": "1GiB", "boot": ["network"],
                                 "interfaces": [{ "network": "default" }, { "network": "dmz" }] } } }"#,
    );
    let other = variant(
        r#"{ "lab": "other", "external": { "networks": ["dmz"], "pools": ["isos"] },
             "pools": { "own": { "path": "/srv/own" } } }"#,
    );
    for world in World::all() {
        let Some(values) = world.modules(&[&[&user, &owner, &other]]) else { return };
        assert_eq!(values[0]["failures"], json!([]));
        assert_eq!(list(&values[0]["libvirt"]["connections"]["qemu:///system"]["networks"]).len(), 2);
        assert_eq!(kept(&values[0], "networks"), ["/run/lab2nix/external/network/dmz.xml"]);
        assert_eq!(kept(&values[0], "pools"), ["/run/lab2nix/external/pool/isos.xml"]);
        let [told] = preparations(&values[0]["services"]["nixvirt"]).try_into().expect("one connection");
        let both = "lab `other` and lab `user`";
        let needed = json!([
            { "kind": "network", "labs": both, "name": "dmz" },
            { "kind": "pool", "labs": both, "name": "isos" },
        ]);
        assert_eq!(told["external"], needed);
    }
}

/// So does a plan: what another lab is about to make need not be there yet.
#[test]
fn a_plan_looks_for_what_no_lab_makes() {
    let read = |spec: &str| Read::bytes("lab.json", spec.as_bytes().to_vec());
    let owner = read(r#"{ "lab": "owner", "networks": { "default": { "subnet": "10.1.0.0/24" } } }"#);
    let user = read(r#"{ "lab": "user", "external": { "networks": ["default"] } }"#);
    let labs = [&owner, &user].map(|read| read.checked.lab().expect("it is sound"));
    let host = activation::world::World::default();
    let settings = wanted::settings(&labs, Some(&host)).expect("the other lab makes it");
    assert_eq!(settings.networks.map(|list| list.len()), Some(1));
    let missing = wanted::settings(&labs[1..], Some(&host)).map(|_| ()).unwrap_err().to_string();
    assert_eq!(missing, "libvirt has no network `default`, which lab `user` expects");
}
