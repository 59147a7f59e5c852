//! `lab2nix import`. A `virsh` of ours says of each definition that libvirt has it as it is written.

use std::fs;
use std::path::Path;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::place::{Place, Ran};
use crate::support::{Differences, entries};

/// Definitions that are in the repository.
const FOUND: &str = "tests/cases/ok/definitions/imported";
/// What is made of them.
const GOLDEN: &str = "tests/suite/command/import";

/// A `virsh` whose libvirt leaves definitions as they are.
const AS_IT_IS: &str = r#"for script; do :; done
printf '%s\n' "$script" | sed 's/; /\n/g' | while read -r command what rest; do
  case $command in
    *define) file=$(printf '%s' "$what" | tr -d "'\"") ;;
    *dumpxml) cat "$file" ;;
    echo) if [ "$what" = --err ]; then echo "error: $rest" >&2; else echo "$what"; fi ;;
  esac
done"#;

/// A place with the definitions in `found`, for hosts without KVM too.
fn place(spec: &str) -> Place {
    let place = Place::with(spec);
    for directory in entries(FOUND) {
        for file in entries(&directory) {
            let name = format!("found/{}-{}", name(&directory), name(&file));
            fs::create_dir_all(place.path("found")).unwrap();
            let text = fs::read_to_string(&file).unwrap().replace("type='kvm'", "type='qemu'");
            place.write(&name, &text.replace("host-passthrough", "maximum"));
        }
    }
    place
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap()
}

fn import(place: &Place, arguments: &[&str]) -> Ran {
    place.with_virsh(Some(AS_IT_IS), &[&["import", "--from", "found"], arguments].concat())
}

#[test]
fn what_is_found_is_printed_as_a_spec() {
    let place = place("{}");
    let ran = import(&place, &["--lab", "found"]).exits(0);
    let mut differences = Differences::default();
    differences.compare(&Path::new(GOLDEN).join("lab.json"), &ran.out);
    differences.compare(&Path::new(GOLDEN).join("told.txt"), &ran.err);
    differences.settle("if that is meant: UPDATE_CASES=1 cargo test --test suite command::import");
    // For programs, the same in one object.
    let json: Value =
        serde_json::from_str(&import(&place, &["--lab", "found", "--format", "json"]).exits(0).out).unwrap();
    assert_eq!(json["spec"], ran.out);
    assert_eq!(json["objects"].as_array().unwrap().len(), 6);
    assert_eq!(json["passedOver"], Value::Array(Vec::new()));
    assert!(!place.has("imported"), "without `--into`, nothing is written");
}

#[test]
fn it_goes_into_a_spec_that_is_there() {
    let spec = "{ // ours\n  \"lab\": \"ours\",\n  \"pools\": {\n    \"vms\": { \"path\": \"/srv/vms\" } // all of them\n  }\n}\n";
    let place = place(spec);
    import(&place, &["--into", "lab.json", "isos", "default", "office"])
        .exits(0)
        .without_result()
        .says("wrote lab.json\n");
    let written = fs::read_to_string(place.path("lab.json")).unwrap();
    assert!(written.starts_with("{ // ours\n  \"lab\": \"ours\",\n  \"pools\": {\n"), "{written}");
    assert!(written.contains("\"/srv/vms\" }, // all of them\n    \"isos\": "), "{written}");
    place.run(&["check"]).exits(0);
    // What is in it already is an error there, and nothing is written.
    let ran = import(&place, &["--into", "lab.json", "isos"]).exits(1).without_result();
    assert!(ran.err.contains("error[duplicate-name]: pool `isos` is already in the spec\n"), "{ran:?}");
    import(&place, &["--into", "lab.json", "--lab", "theirs", "names"]).exits(2).says("is the spec of lab `ours`");
    assert_eq!(fs::read_to_string(place.path("lab.json")).unwrap(), written);
    // Defaults that start domains start none that nobody has told to run.
    place.write("starts.json", "{ \"lab\": \"starts\", \"defaults\": { \"active\": true } }");
    import(&place, &["--into", "starts.json", "default", "office"]).exits(0);
    let starts: Value = serde_json::from_str(&fs::read_to_string(place.path("starts.json")).unwrap()).unwrap();
    assert_eq!(starts["domains"]["office"].get("active"), Some(&Value::Null), "{starts:#}");
    // Nor is a definition replaced that somebody has put there.
    place.write("new.json", "{ \"lab\": \"new\" }");
    fs::write(place.path("imported/domains/office.xml"), "mine").unwrap();
    let ran = import(&place, &["--into", "new.json", "office"]).exits(1).says("error[foreign-file]");
    assert!(!ran.err.contains("--out") && !ran.err.contains("--force"), "{ran:?}");
    assert_eq!(fs::read_to_string(place.path("new.json")).unwrap(), "{ \"lab\": \"new\" }");
    assert_eq!(fs::read_to_string(place.path("imported/domains/office.xml")).unwrap(), "mine");
}

/// A new file is a whole spec.
#[test]
fn it_writes_a_spec_that_is_not_there() {
    let place = place("{}");
    import(&place, &["--into", "new/lab.json", "--lab", "new"]).exits(0);
    place.run(&["check", "new/lab.json"]).exits(0);
    let ran = place.run(&["xml", "new/lab.json", "office"]).exits(0);
    assert!(ran.out.contains("<serial>DATA01</serial>"), "{ran:?}");
}

#[test]
fn what_is_no_definition_is_passed_over_with_its_reason() {
    let place = place("{}");
    place.write("found/notes.xml", "not XML");
    place.write("found/volume.xml", "<volume><name>x</name></volume>");
    place.write(
        "found/xen.xml",
        "<domain type='xen'><name>x</name><memory>1</memory><os><type>xen</type></os></domain>",
    );
    let ran = import(&place, &["--lab", "found"]).exits(1);
    for said in [
        "found/notes.xml: not imported: not XML at 1:1\n",
        "found/volume.xml: not imported: `volume` is not a domain, network or pool\n",
        "domain x: not imported: a domain of type `xen`: ",
    ] {
        assert!(ran.err.contains(said), "{ran:?}");
    }
    import(&place, &["offic"]).exits(2).says("there is no `offic` to import: did you mean `office`?");
}

/// What a configuration that was written by hand has made of itself: the JSON that NixVirt's helper is given.
#[test]
fn what_nixvirt_is_told_is_imported() {
    let place = place("{}");
    let item = |name: &str| json!({ "definition": name, "active": null, "restart": null, "volumes": [] });
    let settings = json!({
        "networks": [item("found/networks-default.xml")],
        "pools": null,
        "domains": [item("found/domains-office.xml")],
    });
    place.write("settings.json", &settings.to_string());
    let ran = place.with_virsh(Some(AS_IT_IS), &["import", "--from", "settings.json"]).exits(0);
    assert!(ran.err.starts_with("network default: exact ") && ran.err.contains("\ndomain office: exact "), "{ran:?}");
    // What it is told beside definitions comes along too; what cannot, is told.
    let volume = |name: &str, format: &str| {
        let target = format!("<target><format type='{format}'/></target>");
        place.write(name, &format!("<volume><name>{name}</name><capacity unit='G'>40</capacity>{target}</volume>"));
        json!({ "definition": name, "present": true })
    };
    let settings = json!({
        "networks": [{ "definition": "found/networks-default.xml", "active": false }],
        "pools": [{
            "definition": "found/pools-isos.xml",
            "active": true,
            "restart": false,
            "volumes": [
                volume("disk", "qcow2"), volume("disk", "qcow2"), volume("old", "vmdk"), { "name": "gone", "present": false },
            ],
        }],
        "domains": [{ "definition": "found/domains-office.xml", "active": true, "restart": true }],
    });
    place.write("settings.json", &settings.to_string());
    let ran = place.with_virsh(Some(AS_IT_IS), &["import", "--from", "settings.json"]).exits(1);
    let spec: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(spec["networks"]["default"]["active"], json!(false));
    let pool = &spec["pools"]["isos"];
    assert_eq!((&pool["active"], &pool["restart"]), (&Value::Null, &json!(false)), "{pool}");
    let volumes = json!({ "disk": { "size": "40GiB", "format": "qcow2" }, "gone": { "present": false } });
    assert_eq!(pool["volumes"], volumes);
    assert_eq!(
        (&spec["domains"]["office"]["active"], &spec["domains"]["office"]["restart"]),
        (&json!(true), &json!(true))
    );
    let ran = ran.says("volume disk of pool isos: not imported: it is already declared above\n");
    let told = "volume old of pool isos: not imported: `format` cannot be `vmdk`\n";
    assert!(ran.err.contains(told) && !ran.err.contains("\npool isos: not"), "{ran:?}");
    // The first definition counts, and another one is not dropped without a word.
    let ran = place.with_virsh(Some(AS_IT_IS), &["import", "--from", "found", "--from", "settings.json"]).exits(1);
    for object in ["network default", "pool isos", "domain office"] {
        assert!(
            ran.err.contains(&format!("{object}: not imported: another definition of it was found first")),
            "{ran:?}"
        );
    }
    place.with_virsh(Some(AS_IT_IS), &["import", "--from", "found", "--from", "found"]).exits(0);
    place.write("settings.json", "{ \"domains\": [{ \"definition\": \"gone.xml\" }] }");
    let ran = place.with_virsh(Some(AS_IT_IS), &["import", "--from", "settings.json"]).exits(1);
    assert!(ran.err.starts_with("settings.json: not imported: cannot read `gone.xml`: "), "{ran:?}");
}

/// Of libvirt's own directories, it is known what starts by itself.
#[test]
fn what_does_not_start_by_itself_is_not_started() {
    let place = place("{}");
    fs::create_dir_all(place.path("etc/networks/autostart")).unwrap();
    for (name, link) in [("default", true), ("names", false)] {
        let text = fs::read_to_string(place.path(&format!("found/networks-{name}.xml"))).unwrap();
        place.write(&format!("etc/networks/{name}.xml"), &text);
        if link {
            std::os::unix::fs::symlink("/etc/x.xml", place.path(&format!("etc/networks/autostart/{name}.xml")))
                .unwrap();
        }
    }
    let ran = place.with_virsh(Some(AS_IT_IS), &["import", "--from", "etc"]).exits(0);
    let spec: Value = serde_json::from_str(&ran.out).unwrap();
    let active = ["default", "names"].map(|name| spec["networks"][name].get("active"));
    assert_eq!(active, [None, Some(&Value::Null)], "{spec:#}");
}

#[test]
fn nothing_comes_of_nothing() {
    let place = place("{}");
    fs::create_dir_all(place.path("empty")).unwrap();
    place.write("broken.xml", "<domain>");
    for from in ["empty", "broken.xml"] {
        place.with_virsh(None, &["import", "--from", from, "--into", "new.json"]).exits(1).says("not imported: ");
    }
    import(&place, &["--kind", "network", "--kind", "pool", "--into", "new.json", "nowhere"]).exits(2);
    place.with_virsh(None, &["import", "--from", "broken.xml", "--kind", "pool"]).exits(1);
    assert!(!place.path("new.json").exists());
    // What the lab says that it does not manage, it cannot manage as well.
    place.write("lab.json", "{ \"lab\": \"l\", \"external\": { \"networks\": [\"default\"] } }");
    let ran = import(&place, &["--into", "lab.json", "default"]).exits(1);
    assert!(
        ran.err.contains("network `default` is `external`: the lab does not manage it\n --> lab.json:1:"),
        "{ran:?}"
    );
}

/// Of a libvirt it asks for nothing that could change something.
#[test]
fn it_only_looks() {
    let place = Place::with("{}");
    let log = "for word; do echo \"$word\"; done >>virsh.log; echo 'error: no' >&2; exit 1";
    place.with_virsh(Some(log), &["import"]).exits(2).without_result();
    let asked = fs::read_to_string(place.path("virsh.log")).unwrap();
    assert_eq!(asked.lines().take(3).collect::<Vec<_>>(), ["--quiet", "--readonly", "--connect"]);
}
