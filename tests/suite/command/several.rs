//! `check` of several specs: one report with the places of all.

use pretty_assertions::assert_eq;

use super::place::Place;

const ONE: &str = r#"{
  "lab": "one",
  "networks": { "lan": { "mode": "bridge", "bridge": "br0" } },
  "domains": { "web": { "memory": "1GiB", "interfaces": [{ "network": "lan", "mac": "52:54:00:00:00:02" }] } }
}
"#;

/// Two labs, in `lab.json` and `two.json`, which have a MAC address in common.
fn two_labs() -> Place {
    let place = Place::with(ONE);
    let two = ONE.replace("\"one\"", "\"two\"").replace("\"lan\"", "\"net\"").replace("\"web\"", "\"db\"");
    place.write("two.json", &two);
    place
}

#[test]
fn labs_of_one_host_are_compared() {
    let place = two_labs();
    let ran = place.run(&["check", "lab.json", "two.json"]).exits(1).without_result();
    let ran = ran
        .says("error[host-clash]: labs `one` and `two` both have the MAC address `52:54:00:00:00:02` of one host")
        .says(" --> two.json:4:")
        .says(" ::: lab.json:4:")
        .says("use `--several-hosts`");
    assert!(ran.err.ends_with("\n1 error\n"), "{ran:?}");
    for spec in ["lab.json", "two.json"] {
        place.run(&["check", "-q", spec]).exits(0).without_talk();
        let ran = place.run(&["check", spec, spec, &format!("./{spec}")]).exits(0);
        assert!(ran.err.starts_with("no problems in ") && !ran.err.contains("labs"), "{ran:?}");
    }
}

#[test]
fn labs_of_several_hosts_are_compared() {
    let place = two_labs();
    let several = ["check", "lab.json", "two.json", "--several-hosts"];
    let ran = place.run(&several).exits(0).without_result();
    ran.says("warning[lan-clash]: labs `one` and `two` both have the MAC address `52:54:00:00:00:02` on a LAN of their hosts");
    place.run(&[&several[..], &["--deny", "warnings"]].concat()).exits(1);
    // What each has of its host by itself is none of the other's business.
    let ports = r#"{ "lab": "one", "domains": { "a": { "memory": "1GiB", "vsock": { "cid": 42 } } } }"#;
    place.write("lab.json", ports);
    place.write("two.json", &ports.replace("\"one\"", "\"two\"").replace("\"a\"", "\"b\""));
    place.run(&several).exits(0).says("no problems in 2 labs: ");
}

#[test]
fn each_place_is_told_in_every_format() {
    let place = two_labs();
    let ran = place.run(&["check", "lab.json", "two.json", "--message-format", "json"]).exits(1).without_result();
    let said = ran.said();
    assert_eq!(said.len(), 1);
    assert_eq!((said[0]["file"].as_str(), said[0]["start"]["line"].as_u64()), (Some("two.json"), Some(4)));
    let first = &said[0]["related"][0];
    assert_eq!((first["file"].as_str(), first["start"]["line"].as_u64()), (Some("lab.json"), Some(4)));
    let ran = place.run(&["check", "lab.json", "two.json", "--message-format", "github"]).exits(1);
    ran.says("::error file=two.json,line=4,col=").says("lab.json:4:");
}

#[test]
fn a_spec_with_errors_is_reported_and_not_compared() {
    let place = two_labs();
    place.write("two.json", "{ \"lab\": \"two\", ");
    place.write("three.json", "{ \"lab\": \"one\" }");
    let ran = place.run(&["check", "lab.json", "two.json", "three.json"]).exits(1);
    let ran = ran.says("error[syntax-error]").says("error[host-clash]: two labs named `one` are on one host");
    assert!(ran.err.ends_with("\n2 errors\n"), "{ran:?}");
}

#[test]
fn what_several_specs_include_is_reported_once() {
    let place = Place::with(r#"{ "lab": "one", "include": ["both.json"] }"#);
    place.write("two.json", r#"{ "lab": "two", "include": ["both.json"] }"#);
    place.write("both.json", r#"{ "networks": {} }"#);
    let ran = place.run(&["check", "lab.json", "two.json"]).exits(0);
    assert!(ran.err.ends_with("\n1 warning\n"), "{ran:?}");
}
