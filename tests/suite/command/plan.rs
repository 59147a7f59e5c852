//! `plan` as it is run: what it compares with, what it denies, and what it says when it cannot look.

use std::fs;
use std::process::Command;

use lab2nix::plan::consequence::Consequence;
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::place::{CHANGED, GOOD, LAB2NIX, Place, Ran};
use crate::support::skip;

#[test]
fn it_compares_with_another_spec() {
    let place = Place::with(CHANGED);
    place.write("old.json", GOOD);
    let ran = place.run(&["plan", "--from", "old.json"]).exits(0).without_talk();
    assert!(ran.out.starts_with("Against old.json, with NixVirt alone, if everything is running"), "{ran:?}");
    assert!(ran.out.contains("▲ power-cycled         domain web\n"), "{ran:?}");
    assert!(ran.out.contains("(lab.json:3:52)"), "{ran:?}");
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{ran:?}");
    let ran = place.run(&["plan", "--from", "lab.json"]).exits(0).without_talk();
    assert!(ran.out.ends_with("\nnothing changes; 3 objects stay as they are.\n"), "{ran:?}");
    let ran = place.run(&["plan", "--from", "old.json", "--format", "markdown"]).exits(0).without_talk();
    assert!(
        ran.out.contains("\n| power-cycled | domain `web` | forced off, and started again | network `lan` restarts")
    );
}

/// What is external is taken for there, and is deleted when a lab no longer says so beside its own.
#[test]
fn what_is_external_is_there() {
    let lab = |external: &str, memory: &str| {
        format!(
            r#"{{ "lab": "uses", {external} "networks": {{ "lan": {{ "subnet": "10.0.0.0/24" }} }}, "domains": {{ "web": {{
               "active": true, "memory": "{memory}", "disks": [{{ "pool": "vms", "volume": "web.qcow2" }}],
               "interfaces": [{{ "network": "default" }}, {{ "bridge": "br0" }}] }} }} }}"#
        )
    };
    let says = r#""external": { "networks": ["default"], "pools": ["vms"], "bridges": ["br0"] },"#;
    let place = Place::with(&lab(says, "2GiB"));
    place.write("old.json", &lab(says, "1GiB"));
    let ran = place.run(&["plan", "--from", "old.json"]).exits(0).without_talk();
    assert!(ran.out.ends_with(
        "Could not be determined:\n  whether the pool `vms` has the volume `web.qcow2`\n\n1 power-cycled; 3 objects stay as they are.\n"
    ), "{ran:?}");
    place.write("lab.json", r#"{ "lab": "uses", "networks": { "lan": { "subnet": "10.0.0.0/24" } } }"#);
    let ran = place.run(&["plan", "--from", "old.json"]).exits(0).without_talk();
    assert!(ran.out.contains("● deleted              network default\n"), "{ran:?}");
}

#[test]
fn its_json_has_a_schema() {
    let place = Place::with(CHANGED);
    place.write("old.json", GOOD);
    let schema = place.run(&["schema", "--plan"]).exits(0).without_talk().out;
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).expect("it is JSON")).unwrap();
    let ran = place.run(&["plan", "--from", "old.json", "--format", "json"]).exits(0).without_talk();
    let plan: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert_eq!(validator.iter_errors(&plan).map(|error| error.to_string()).collect::<Vec<_>>(), [""; 0]);
    assert_eq!((&plan["certainty"], &plan["against"]), (&"likely".into(), &"old.json".into()));
    let first = &plan["effects"][0];
    assert_eq!(first["consequence"], "power-cycled");
    assert_eq!(first["causes"][0]["line"], 3);
    // What it does not say yet, it may say later.
    let mut later = plan.clone();
    later["effects"][0]["consequence"] = "something-new".into();
    assert!(validator.is_valid(&later));
}

#[test]
fn what_is_denied_has_an_exit_status() {
    let place = Place::with(CHANGED);
    place.write("old.json", GOOD);
    let plan = |deny: &str| place.run(&["plan", "--from", "old.json", "--deny", deny]);
    plan("power-cycled").exits(1).says("denied: power-cycled\n");
    plan("created,network-restarted").exits(1).says("denied: network-restarted\n");
    plan("data-lost,cut-off,warnings").exits(0).without_talk();
    for consequence in Consequence::ALL {
        assert_ne!(plan(consequence.name()).code, Some(2));
    }
    place.write(
        "old.json",
        &GOOD.replace("\"web\": {", "\"web\": { \"disks\": [{ \"pool\": \"vms\", \"size\": \"1GiB\" }],"),
    );
    plan("data-lost").exits(1).says("denied: disk-new\n");
    assert!(place.run(&["explain", "data-lost"]).exits(0).out.contains("`disk-new`"));
    plan("power-cycle").exits(2).says("did you mean `power-cycled`?");
    place.run(&["check", "--deny", "power-cycled"]).exits(2).says("only `plan` takes a consequence as `--deny`");
}

#[test]
fn it_compares_with_a_revision() {
    let place = Place::with(GOOD);
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=x", "-c", "user.email=x", "-c", "commit.gpgsign=false"]).args(arguments);
        git.current_dir(place.path("")).output()
    };
    if git(&["init", "-q"]).is_err() {
        return skip("there is no git here, so no revisions are compared");
    }
    fs::create_dir(place.path("site")).unwrap();
    place.write("site/base.json", r#"{ "pools": { "more": { "path": "/srv/more" } } }"#);
    place.write("site/lab.json", &GOOD.replacen('{', "{ \"include\": [\"base.json\"],", 1));
    for arguments in [&["add", "."][..], &["commit", "-q", "-m", "x"]] {
        let output = git(arguments).unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    // The file that it included is gone by now.
    fs::remove_file(place.path("site/base.json")).unwrap();
    place.write("site/lab.json", CHANGED);
    let ran = place.run(&["plan", "site/lab.json", "--from", "git:HEAD"]).exits(0).without_talk();
    assert!(ran.out.contains("● deleted              pool more\n"), "{ran:?}");
    place.run(&["plan", "site/lab.json", "--from", "git:--output=x"]).exits(2).without_result();
    assert!(!place.has("x:.") && !place.has("site/x:."));
    place.run(&["plan", "--from", "git:no"]).exits(2).without_result().says("cannot read the spec at `no`: ");
    place.write("site/new.json", GOOD);
    place.run(&["plan", "site/new.json", "--from", "git:HEAD"]).exits(2).without_result().says("site/new.json");
}

#[test]
fn what_keeps_it_from_looking_is_said_in_a_line() {
    let place = Place::with(GOOD);
    let ran = Ran::of(place.command(LAB2NIX, &["plan"]).env("PATH", place.path("")));
    ran.exits(2).without_result().says("error: `virsh` is not installed: ");

    let stopped = "echo 'error: failed to connect to the hypervisor' >&2
        echo \"error: Failed to connect socket to '/run/libvirt/libvirt-sock-ro': No such file or directory\" >&2; exit 1";
    let ran = place.with_virsh(Some(stopped), &["plan"]).exits(2).without_result();
    let expected = "error: cannot connect to `qemu:///system`: Failed to connect socket to \
                    '/run/libvirt/libvirt-sock-ro': No such file or directory; libvirtd does not run here: on NixOS, \
                    `virtualisation.libvirtd.enable`, elsewhere `systemctl start libvirtd`\n";
    assert_eq!(ran.err, expected);
    place
        .with_virsh(Some(stopped), &["plan", "--connect", "nonsense"])
        .exits(2)
        .says("; a connection is a URI, such as ");
    let ran = place.with_virsh(Some(stopped), &["plan", "--connect", "qemu+ssh://far/system"]);
    ran.exits(2).says("cannot connect to `qemu+ssh://far/system`: ");
    place.with_virsh(Some("exit 0"), &["plan"]).exits(2).says("cannot connect to ");
    place.with_virsh(Some("echo x"), &["plan"]).exits(2).without_result();

    place.write("other.json", &GOOD.replacen("\"lab\": \"", "\"lab\": \"other-", 1));
    place
        .run(&["plan", "lab.json", "other.json", "--from", "lab.json"])
        .exits(2)
        .says("`--from SPEC` compares a single spec");
    let ran = place.with_virsh(Some("exit 1"), &["plan", "--settings", "typo.json"]);
    ran.exits(2).without_result();
    place.run(&["plan", "--settings", "no.json"]).exits(2).without_result();
    place.run(&["plan", "--settings", "x", "lab.json"]).exits(2).without_result();
    place.run(&["plan", "--from", "lab.json", "--connect", "x"]).exits(2).without_result();
    place.write("lab.json", "{}");
    place.run(&["plan", "--from", "lab.json"]).exits(1).without_result().says("error[missing-field]");
}

/// Whatever it does, it asks for nothing that could change something.
#[test]
fn it_only_looks() {
    let place = Place::with(GOOD);
    let log = "for word; do echo \"$word\"; done >>virsh.log; echo 'error: no' >&2; exit 1";
    place.with_virsh(Some(log), &["plan"]).exits(2);
    let asked = fs::read_to_string(place.path("virsh.log")).unwrap();
    let words: Vec<&str> = asked.lines().collect();
    assert_eq!(words[..3], ["--quiet", "--readonly", "--connect"]);
    assert!(
        words[4].split("; ").all(|command| command.contains("list --uuid") || command.starts_with("echo ")),
        "{asked}"
    );
}
