//! `lab2nix xml`, and what `gen` says of definitions that it writes as XML.

use std::fs;
use std::path::Path;

use pretty_assertions::assert_eq;

use super::place::{GOOD, Place};
use crate::support::Differences;

/// A lab with something that NixVirt 0.6.0 cannot say.
const PORT: &str = r#"{
  "lab": "hello",
  "domains": { "web": { "memory": "1GiB", "graphics": { "type": "vnc", "port": 5907 } }, "db": { "memory": "1GiB" } }
}
"#;

#[test]
fn one_definition_is_printed_alone() {
    let place = Place::with(GOOD);
    let ran = place.run(&["xml", "web"]).exits(0).without_talk();
    assert!(ran.out.starts_with("<domain type='kvm'>\n  <name>web</name>\n"), "{ran:?}");
    assert!(ran.out.ends_with("</domain>\n"), "{ran:?}");
    assert_eq!(place.run(&["xml", "domains/web"]).exits(0).out, ran.out);
    assert_eq!(place.run(&["xml", "lab.json", "web"]).exits(0).out, ran.out);
}

#[test]
fn several_definitions_say_which_they_are() {
    let place = Place::with(GOOD);
    let ran = place.run(&["xml"]).exits(0).without_talk();
    let names: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("<!--")).collect();
    assert_eq!(names.first(), Some(&"<!-- networks/lan.xml -->"));
    assert_eq!(names.last(), Some(&"<!-- domains/web.xml -->"));
    let ran = place.run(&["xml", "web", "lan"]).exits(0);
    assert!(ran.out.starts_with("<!-- networks/lan.xml -->\n<network>\n"), "{ran:?}");
}

#[test]
fn names_that_the_lab_does_not_have() {
    let place = Place::with(GOOD);
    place.run(&["xml", "wbe"]).exits(2).without_result().says("the lab has no object `wbe`: did you mean `web`?");
    place.run(&["xml", "networks/web"]).exits(2).without_result();
    place.run(&["xml", "none.json"]).exits(2).says("there is no `none.json`: ");
    place.write("lab.json", "{}");
    place.run(&["xml"]).exits(1).without_result().says("missing-field");
}

#[test]
fn names_that_end_like_files() {
    let place =
        Place::with(r#"{ "lab": "one", "domains": { "a": { "memory": "1GiB" }, "a.xml": { "memory": "1GiB" } } }"#);
    let one = |name: &str, expected: &str| {
        let ran = place.run(&["xml", name]).exits(0);
        assert!(ran.out.starts_with(&format!("<domain type='kvm'>\n  <name>{expected}</name>\n")), "{ran:?}");
    };
    one("a", "a");
    one("a.xml", "a.xml");
    one("domains/a.xml", "a.xml");
    let ran = place.run(&["xml", "b"]).exits(2);
    assert!(ran.err.ends_with("known here: `a` and `a.xml`\n"), "{ran:?}");
}

#[test]
fn files_are_written_and_not_replaced() {
    let place = Place::with(GOOD);
    let printed = place.run(&["xml", "web"]).exits(0).out;
    place.run(&["xml", "--out", "xml"]).exits(0).without_result().says("wrote xml/domains/web.xml\n");
    assert_eq!(fs::read_to_string(place.path("xml/domains/web.xml")).unwrap(), printed);
    assert!(place.has("xml/networks/lan.xml"));
    place.run(&["xml", "--out", "xml"]).exits(0).says("xml is up to date");

    place.write("lab.json", &GOOD.replace("1GiB", "3GiB"));
    let ran = place.run(&["xml", "--out", "xml"]).exits(1).says("foreign-file").says("`--force` replaces files");
    assert!(ran.err.contains("`xml/domains/web.xml` already exists, with other content"), "{ran:?}");
    assert_eq!(fs::read_to_string(place.path("xml/domains/web.xml")).unwrap(), printed);
    place.run(&["xml", "--out", "xml", "--force"]).exits(0).says("wrote xml/domains/web.xml\n");
    assert_ne!(fs::read_to_string(place.path("xml/domains/web.xml")).unwrap(), printed);
    place.run(&["xml", "--force"]).exits(2);
}

#[test]
fn gen_says_what_becomes_xml_and_why() {
    let place = Place::with(PORT);
    let note = "note: domain `web` is written as XML: NixVirt 0.6.0 does not write `devices.graphics.port`\n";
    let ran = place.run(&["gen"]).exits(0).without_result().says(note);
    assert_eq!(ran.err.matches("note: ").count(), 1, "{ran:?}");
    let domains = place.texts().remove("domains.nix").unwrap();
    let xml = place.run(&["xml", "web"]).exits(0).out;
    assert!(xml.contains("<graphics type='vnc' autoport='no' port='5907'>"), "{xml}");
    let [start, end] = ["definition = pkgs.writeText \"web.xml\" ''\n", "\n    '';"];
    let written = domains.split_once(start).and_then(|(_, rest)| rest.split_once(end)).expect("it is XML").0;
    let lines: Vec<&str> = written.lines().map(|line| line.trim_start_matches("      ")).collect();
    assert_eq!(lines[0], "<domain type='kvm'>");
    assert_eq!(written.lines().map(|line| &line[6..]).collect::<Vec<_>>(), xml.lines().collect::<Vec<_>>());
    assert!(domains.contains("definition = NixVirt.lib.domain.writeXML {"), "the other is as it was");

    // One cause is one note, of however many objects.
    place.write("many.json", &PORT.replace("\"web\": {", "\"web\": { \"replicas\": 15,"));
    let ran = place.run(&["gen", "many.json", "--out", "many"]).exits(0);
    assert_eq!(ran.err.matches("note: ").count(), 1, "{ran:?}");
    assert!(ran.err.contains("note: domains `web-1`, `web-2`, "), "{ran:?}");

    // Another NixVirt has a word for it.
    place.write("lab.json", &PORT.replacen('{', r#"{ "target": { "nixvirt": "unreleased" },"#, 1));
    let ran = place.run(&["gen"]).exits(0);
    assert!(!ran.err.contains("note: "), "{ran:?}");
    assert!(place.texts()["domains.nix"].contains("port = 5907;"));
}

/// Every file of the host that definitions name: two kinds of firmware, named and unnamed variables, the driver disc, a seed and an
/// image.
const FILES: &str = r#"{
  "lab": "files",
  "pools": {
    "vms": { "path": "/srv/vms" }
  },
  "defaults": { "memory": "1GiB", "cpus": 1, "virtualization": "emulated", "firmware": "uefi" },
  "domains": {
    "plain": {
      "interfaces": [{ "user": true }],
      "disks": [{ "pool": "vms", "size": "10GiB", "image": { "nix": "debian.trixie" } }],
      "cdroms": [{ "driverDisc": true }],
      "cloudInit": { "runcmd": ["true"] }
    },
    "secure": { "firmware": "uefi-secure" },
    "setup": { "firmware": "uefi-secure", "secureBootKeys": "none", "snapshots": false },
    "named": { "nvram": "/var/lib/libvirt/qemu/nvram/named_VARS.fd" },
    "named-qcow2": { "nvram": "/var/lib/libvirt/qemu/nvram/named_VARS.qcow2" },
    "own": { "extra": { "os": { "loader": { "path": "/srv/firmware/code.fd" } } } },
    "arm": { "arch": "aarch64" },
    "bios": { "firmware": "bios" }
  }
}
"#;

/// What is defined on each kind of host, as it is kept in `tests/suite/command/hosts`.
#[test]
fn definitions_for_each_host() {
    let place = Place::with(FILES);
    let mut differences = Differences::default();
    for host in ["nixos", "debian", "fedora"] {
        let kept = Path::new("tests/suite/command/hosts").join(format!("{host}.xml"));
        let printed = place.run(&["xml", "--host", host]).exits(0).out;
        differences.compare(&kept, &printed);
        let of_nixos = ["/etc/lab2nix", "/run/libvirt/nix-emulators"].iter().any(|path| printed.contains(path));
        assert_eq!(of_nixos, host == "nixos", "{host}: {printed}");
    }
    assert_eq!(place.run(&["xml", "--host", "nixos"]).out, place.run(&["xml"]).out);
    differences.settle("UPDATE_CASES=1 cargo test --test suite command::xml::definitions_for_each_host");
    place.run(&["xml", "--host", "nixxos"]).exits(2).says("nixos");
}

/// A lab with a guest that has cloud-init, and one that has not.
const CLOUD: &str = r#"{
  "lab": "hello",
  "domains": {
    "web": { "memory": "1GiB", "interfaces": [{ "user": true }], "cloudInit": { "network": {} } },
    "db": { "memory": "1GiB" }
  }
}
"#;

#[test]
fn discs_are_written_as_files_and_printed_when_asked_for() {
    let place = Place::with(CLOUD);
    place.run(&["xml", "--out", "xml"]).exits(0).without_result().says("wrote xml/seeds/web/user-data\n");
    let read = |name: &str| fs::read_to_string(place.path(&format!("xml/seeds/web/{name}"))).unwrap();
    assert!(read("meta-data").contains("\"local-hostname\": \"web\""));
    assert_eq!(read("user-data"), "#cloud-config\n{}\n");
    assert!(read("network-config").contains("\"dhcp4\": true"));
    assert!(!place.has("xml/seeds/db"));
    assert!(
        fs::read_to_string(place.path("xml/domains/web.xml")).unwrap().contains("/etc/lab2nix/seeds/hello/web.iso")
    );
    place.run(&["xml", "--out", "xml"]).exits(0).says("xml is up to date");

    // Those of a domain come with it.
    place.run(&["xml", "db", "--out", "db"]).exits(0);
    assert!(place.has("db/domains/db.xml") && !place.has("db/seeds"));
    place.run(&["xml", "domains/web", "--out", "web"]).exits(0);
    assert!(place.has("web/seeds/web/network-config") && !place.has("web/domains/db.xml"));

    for names in [&["xml"][..], &["xml", "web"]] {
        let ran = place.run(names).exits(0).without_talk();
        assert!(ran.out.contains("<name>web</name>") && !ran.out.contains("cloud-config"), "{ran:?}");
    }
    assert_eq!(place.run(&["xml", "seeds/web/user-data"]).exits(0).out, read("user-data"));
    let ran = place.run(&["xml", "wbe"]).exits(2);
    assert!(ran.err.contains("did you mean `web`?"), "{ran:?}");
}

#[test]
fn what_discs_lack_is_said() {
    let place = Place::with(
        &CLOUD.replace(r#""network": {}"#, r#""files": [{ "path": "/etc/token", "fromHost": "/run/secrets/token" }]"#),
    );
    let ran = place.run(&["xml", "--out", "xml"]).exits(0);
    assert!(ran.err.contains("are not in the seeds of `web`"), "{ran:?}");
    assert!(place.run(&["xml", "db", "--out", "db"]).exits(0).without_result().err.contains("wrote db/domains/db.xml"));
    let xml = fs::read_to_string(place.path("xml/domains/web.xml")).unwrap();
    assert!(xml.contains("/run/lab2nix/seeds/hello/web.iso"));
}
