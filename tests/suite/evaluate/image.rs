//! Images that a flake hands over, which volumes grow on.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{keys, list, text};
use crate::support::evaluation::{Part, World};
use crate::support::labs::{committed, variant};

/// Some images, as the stand-ins name them, and another version of one.
const DEBIAN: &str = "-debian-13.qcow2";

#[test]
fn volumes_grow_on_images_of_the_flake() {
    let lab = committed("tests/cases/ok/images/lab.json");
    for world in World::all() {
        let Some(values) = world.lists(&[&lab]) else { return };
        let volumes = list(&values[0]["pools"]).iter().flat_map(|pool| list(&pool["volumes"]));
        let volumes: Vec<String> = volumes.map(|volume| text(&volume["definition"])).collect();
        let with = |what: &str| volumes.iter().filter(|volume| volume.contains(what)).count();
        assert_eq!([with(DEBIAN), with("-nixos.qcow2"), with("/srv/images/elsewhere.raw")], [3, 1, 1]);
        assert_eq!(with("/etc/lab2nix"), 0);
    }
}

/// The images that volumes grow on are kept; what is no store path, nobody collects.
#[test]
fn images_are_not_collected() {
    let [images, none] = ["tests/cases/ok/images/lab.json", "lab.json"].map(committed);
    for world in World::all() {
        let Some(values) = world.modules(&[&[&images], &[&images, &none], &[&none]]) else { return };
        for host in &values[..2] {
            assert_eq!(host["failures"], json!([]));
            let kept = &host["tmpfiles"]["lab2nix-images"];
            let names = keys(kept);
            assert_eq!(names.len(), 2, "{kept}");
            for name in names {
                let link = name.strip_prefix("/nix/var/nix/gcroots/lab2nix/").expect("a root of the collector");
                assert_eq!(kept[&name]["L+"]["argument"], json!(format!("/nix/store/{link}")));
            }
        }
        assert_eq!(values[2]["tmpfiles"]["lab2nix-images"], Value::Null);
        // Also where the host makes directories itself.
        let without = world.with("services.lab2nix.directories.enable", false);
        let found = without.modules(&[&[&images]]).expect("Nix is there");
        assert_eq!(keys(&found[0]["tmpfiles"]), ["lab2nix-images"]);
    }
}

/// A file in a store path keeps the whole of it.
#[test]
fn a_file_in_a_store_path_keeps_it() {
    let spec = |name: &str| {
        variant(&format!(
            r#"{{ "lab": "a", "pools": {{ "vms": {{ "path": "/srv/vms" }} }}, "domains": {{ "a": {{ "memory": "1GiB",
                "disks": [{{ "pool": "vms", "size": "1GiB", "image": {{ "nix": "{name}" }} }}] }} }} }}"#
        ))
    };
    let (file, missing, set) = (spec("debian.bookworm"), spec("debian.sid"), spec("debian"));
    for world in World::all() {
        let Some(values) = world.modules(&[&[&file]]) else { return };
        let kept = &values[0]["tmpfiles"]["lab2nix-images"];
        let [link] = keys(kept).try_into().expect("one link");
        let target = text(&kept[&link]["L+"]["argument"]);
        assert!(target.ends_with("-debian-12") && link.ends_with(&target["/nix/store/".len()..]), "{kept}");

        let nobody = World { without: Some(Part::Images), ..world.clone() };
        for (world, lab, name) in
            [(&world, &missing, "debian.sid"), (&world, &set, "debian"), (&nobody, &file, "debian.bookworm")]
        {
            let said = world.refusal(&[lab]).expect("there is no such image");
            let told = format!("asks for the image `{name}` (volume a.qcow2 of pool vms)");
            assert!(said.contains(&told), "{said}");
        }
    }
}

/// A volume is created once, so another image changes no definition that is there already.
#[test]
fn another_image_changes_no_domain() {
    let lab = committed("tests/cases/ok/images/lab.json");
    for world in World::all() {
        let Some(before) = world.modules(&[&[&lab]]) else { return };
        let updated = json!({
            "debian": { "trixie": "/nix/store/00000000000000000000000000000000-debian-13.1.qcow2" },
            "nixos": "/nix/store/11111111111111111111111111111111-nixos.qcow2",
            "a-b_c": { "d": { "e": "/srv/images/other.raw" } },
        });
        let after = world.with("services.lab2nix.images", updated).modules(&[&[&lab]]).expect("Nix is there");
        let definitions = |value: &Value, section: &str| {
            let objects = &value["libvirt"]["connections"]["qemu:///system"][section];
            list(objects).iter().map(|object| object["definition"].clone()).collect::<Vec<_>>()
        };
        for section in ["pools", "domains"] {
            assert_eq!(definitions(&before[0], section), definitions(&after[0], section));
        }
        assert_ne!(before[0]["tmpfiles"]["lab2nix-images"], after[0]["tmpfiles"]["lab2nix-images"]);
        let volumes = |value: &Value| value["libvirt"]["connections"]["qemu:///system"]["pools"].clone();
        assert_ne!(volumes(&before[0]), volumes(&after[0]));
    }
}
