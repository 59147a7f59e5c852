//! `save`, `restore`, `saves` and `forget`, on a libvirt of ours that is a directory.

use std::fs;

use pretty_assertions::assert_eq;
use serde_json::Value;

use super::fake::{Fake, uuid};
use super::place::Place;

/// What is said, in an order that threads have no part in.
fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_save_and_the_way_back() {
    let names = ["a", "b", "c"];
    let fake = Fake::with(&names);
    fake.put("b", "state", "shut off\n");
    fake.put("c", "state", "paused\n");
    let ran = fake.run(&["save", "clean", "--description", "before <the> \"lesson\""]).exits(0).without_result();
    let expected = [
        "1 domain resumed",
        "1 domain suspended",
        "saved `clean`: 3 domains, 1 of them running",
        "snapshot of domain `a` created",
        "snapshot of domain `b` created",
        "snapshot of domain `c` created",
    ];
    assert_eq!(sorted(&ran.err), expected);
    assert_eq!(fake.states(&names), "a running [clean]; b shut off [clean]; c paused [clean]");

    for name in names {
        fake.put(name, "state", "running\n");
    }
    fake.run(&["restore", "clean"]).exits(2).without_result().says(
        "error: the current state of 3 domains is lost: `a`, `b` and `c`; `lab2nix restore clean --force` restores without asking\n",
    );
    assert_eq!(fake.count("snapshot-revert"), 0);
    let ran = fake.run(&["restore", "clean", "--force"]).exits(0).without_result();
    let expected = [
        "1 domain resumed",
        "domain `a` restored",
        "domain `b` restored",
        "domain `c` restored",
        "restored `clean`: 3 domains",
    ];
    assert_eq!(sorted(&ran.err), expected);
    assert_eq!(fake.states(&names), "a running [clean]; b shut off [clean]; c paused [clean]");
    let reverts = fs::read_to_string(fake.place.path("libvirt/reverts")).unwrap();
    assert_eq!(reverts.lines().filter(|line| line.contains(" --paused ")).count(), 2, "{reverts}");

    fake.run(&["save", "clean"])
        .exits(1)
        .says("there is already a save `clean`\n  next: choose another name, or run `lab2nix forget clean` first");
    fake.run(&["forget", "clean"]).exits(0).says("forgot `clean`: 3 domains\n");
    assert_eq!(fake.states(&names), "a running []; b shut off []; c paused []");
    fake.run(&["forget", "clean"]).exits(2).says("error: there is no save `clean`: there is none to choose from\n");
}

#[test]
fn all_that_is_in_the_way_is_told_at_once() {
    let names = ["a", "b", "c", "d", "e"];
    let fake = Fake::with(&names);
    fake.change("a", "type='qcow2'", "type='raw'");
    fake.change("a", "</os>", "<loader readonly='yes' type='pflash'>/c</loader><nvram format='raw'>/n.fd</nvram></os>");
    fake.change(
        "b",
        "</devices>",
        "<filesystem type='mount'><driver type='virtiofs'/><target dir='src'/></filesystem></devices>",
    );
    fake.change(
        "b",
        "</devices>",
        "<hostdev mode='subsystem' type='pci'/><hostdev mode='subsystem' type='usb'/></devices>",
    );
    fake.put("c", "managed", "");
    fake.put("c", "state", "shut off\n");
    // One that is off may have that.
    fake.change("c", "</devices>", "<hostdev mode='subsystem' type='pci'/></devices>");
    fake.put("d", "control", "occupied (3s)\n");
    fake.put("d", "snapshots/clean", "<domainsnapshot><name>clean</name><disks/></domainsnapshot>");
    let external =
        "<domainsnapshot><name>it's</name><disks><disk name='vda' snapshot='external'/></disks></domainsnapshot>";
    fake.put("d", "snapshots/it's", external);
    fs::remove_dir_all(fake.directory("e")).unwrap();
    let pool = fake.place.run(&["xml", "pools/vms"]).out;
    let full = "<available unit='bytes'>1073741824</available></pool>";
    fake.place.write(&format!("libvirt/pools/{}", uuid(&pool)), &pool.replace("</pool>", full));

    let ran = fake.run(&["save", "clean"]).exits(1).without_result();
    let expected = "\
domain `e`: libvirt does not have it
  next: run `nixos-rebuild switch` to define the lab's domains, or select others with `--only`
domain `a`: disk vda is `raw`: only QCOW2 supports snapshots
  next: convert it with `qemu-img convert -O qcow2` while the domain is off, and use the new volume in the spec; or leave the domain out with `--only`
domain `a`: its firmware variables are `raw`: only QCOW2 supports snapshots
  next: set `\"snapshots\": true` in the spec, and convert the file with `qemu-img convert -O qcow2` while the domain is off
domain `b`: it shares `src` by virtiofs, so its memory cannot be saved while it runs
  next: run `virsh shutdown b` first (a domain that is off is saved without memory), or leave it out with `--only`
domain `b`: it has a device of the host (pci), so its memory cannot be saved while it runs
  next: run `virsh shutdown b` first (a domain that is off is saved without memory), or leave it out with `--only`
domain `c`: its memory is saved by `virsh managedsave`, which no snapshot includes
  next: run `virsh start c`, or to discard that memory, `virsh managedsave-remove c`
domain `d`: libvirt is busy with another job of it (occupied (3s))
  next: wait until it is done; `virsh domjobinfo d` shows its progress
domain `d`: it already has a snapshot `clean` that lab2nix did not create
  next: choose another name
domain `d`: its snapshot `it's` is external: its disks are overlays that depend on that snapshot
  next: run `virsh snapshot-delete d 'it'\\''s'`; where libvirt refuses that, `lab2nix explain disk-reverted` has another way
the memory of `a`, `b` and `d` may need 3226 MiB in pool `vms`, which has 1 GiB
  next: free space there, or shut some of them down first: a domain that is off is saved without memory
error: `clean` is not saved: 10 obstacles, and nothing was changed
";
    assert_eq!(ran.err, expected);
    assert_eq!(fake.count("suspend") + fake.count("snapshot-create"), 0);
    let ran = fake.run(&["save", "clean", "--message-format", "json"]).exits(1).without_result();
    assert_eq!(ran.said().len(), 11);
}

#[test]
fn a_save_that_cannot_be_whole_leaves_nothing() {
    let names = ["a", "b", "c", "d"];
    let fake = Fake::with(&names);
    fake.put("d", "state", "paused\n");
    fake.put("c", "refuses-snapshot-create", "internal error: no space");
    let ran = fake.run(&["save", "clean"]).exits(2).without_result();
    let expected = "error: `clean` is not saved; nothing of it is left, and the domains run on\n  \
                    caused by: the snapshot of domain `c`: internal error: no space\n";
    assert!(ran.err.ends_with(expected), "{ran:?}");
    assert_eq!(fake.states(&names), "a running []; b running []; c running []; d paused []");
    assert!(fake.count("snapshot-create") >= 3);

    // The first that is not suspended keeps all from being saved.
    fake.put("b", "refuses-suspend", "Timed out during operation");
    let ran = fake.run(&["save", "clean"]).exits(2);
    assert!(ran.err.contains("caused by: suspending domain `b`: Timed out"), "{ran:?}");
    assert_eq!(fake.states(&names), "a running []; b running []; c running []; d paused []");

    // What cannot be undone is told with what to do.
    fs::remove_file(fake.directory("b").join("refuses-suspend")).unwrap();
    fake.put("a", "refuses-resume", "no");
    fake.put("a", "refuses-snapshot-delete", "busy");
    let ran = fake.run(&["save", "clean"]).exits(2);
    assert!(
        ran.err
            .contains("domain `a` does not resume and is paused: no; run `virsh --connect qemu:///system resume a`\n"),
        "{ran:?}"
    );
    if fake.states(&["a"]).contains("clean") {
        assert!(ran.err.contains("may still have the snapshot `clean`: busy; run `lab2nix forget clean`\n"), "{ran:?}");
        assert!(fake.run(&["saves"]).exits(0).out.contains("  1 of 4"));
    }
}

#[test]
fn an_interruption_leaves_nothing() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let fake = Fake::with(&names);
    fake.place.write("libvirt/interrupts", "");
    let ran = fake.run(&["save", "clean"]).exits(2).says("interrupted: waiting for the steps that have begun\n");
    assert!(ran.err.ends_with("the domains run on\n  caused by: it was interrupted\n"), "{ran:?}");
    assert_eq!(fake.states(&names), names.map(|name| format!("{name} running []")).join("; "));
    assert!(fake.count("snapshot-create") < 8);
}

#[test]
fn nothing_is_restored_unless_all_can_be() {
    let names = ["a", "b", "c", "d"];
    let fake = Fake::with(&names);
    fake.run(&["save", "clean", "--only", "[a-c]"]).exits(0);
    let ran = fake.run(&["restore", "clean", "--force"]).exits(1).without_result();
    let expected = "domain `d`: it is not part of the save\n  \
                    next: `--only a --only b --only c` restores the domains that have it\n\
                    error: `clean` is not restored: 1 obstacle, and nothing was changed\n";
    assert_eq!(ran.err, expected);
    fake.run(&["restore", "clean", "--force", "--only", "[a-c]"]).exits(0);

    fs::remove_file(fake.directory("a").join("snapshots/clean")).unwrap();
    fake.put("a", "snapshots/clean", "<domainsnapshot><name>clean</name></domainsnapshot>");
    fake.change("b", "volume='b.qcow2'", "volume='other.qcow2'");
    fake.put("c", "managed", "");
    let before = fake.count("snapshot-revert");
    let ran = fake.run(&["restore", "clean", "--force", "--only", "[a-c]"]).exits(1).without_result();
    let expected = "\
domain `a`: its snapshot `clean` belongs to somebody else
  next: `--only b --only c` restores the domains that have it
domain `b`: disk vda was `vms b.qcow2`, and is `vms other.qcow2` now
  next: give it the disks that it had (`virsh snapshot-dumpxml` shows them), or restore without it (`--only`)
domain `c`: its memory is saved by `virsh managedsave`, and would be resumed with disks of another state
  next: run `virsh managedsave-remove c`
error: `clean` is not restored: 3 obstacles, and nothing was changed
";
    assert_eq!(ran.err, expected);
    let ran = fake.run(&["restore", "clean", "--force"]).exits(1);
    assert!(ran.err.starts_with("the save is incomplete: only 2 of 3 domains have their part of it\n"), "{ran:?}");
    assert_eq!(fake.count("snapshot-revert"), before);
    fake.run(&["restore", "clear", "--force"]).exits(2).says("there is no save `clear`: did you mean `clean`?");
    // What is half is forgotten, and what is somebody else's stays.
    fake.run(&["forget", "clean"]).exits(0).says("forgot `clean`: 2 domains\n");
    assert_eq!(fake.states(&names), "a running [clean]; b running []; c running []; d running []");
}

#[test]
fn a_restore_that_stops_half_way_says_where() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let fake = Fake::with(&names);
    fake.run(&["save", "clean"]).exits(0);
    fake.put("a", "refuses-snapshot-revert", "image of disk 'vda' does not have internal snapshot 'clean'");
    let ran = fake.run(&["restore", "clean", "--force"]).exits(2).without_result();
    let expected = "error: `clean` is only partly restored; when that is fixed, run `lab2nix restore clean` again for all\n  \
                    caused by: domain `a`: image of disk 'vda' does not have internal snapshot 'clean'; it is shut off now\n";
    assert!(ran.err.ends_with(expected), "{ran:?}");
    let told = |what: &str| {
        let line = ran.err.lines().find_map(|line| line.strip_prefix(what)).unwrap_or_default();
        names.iter().filter(|name| line.contains(&format!("`{name}`"))).count()
    };
    assert_eq!(told("restored: ") + told("unchanged: "), 7, "{ran:?}");
    let states = fake.states(&names);
    assert!(states.starts_with("a shut off [clean]; b running") && !states.contains("paused"), "{states}");
}

#[test]
fn what_is_not_forgotten_is_told() {
    let names = ["a", "b", "c"];
    let fake = Fake::with(&names);
    fake.run(&["save", "clean"]).exits(0);
    fake.put("b", "refuses-snapshot-delete", "cannot delete");
    let ran = fake.run(&["forget", "clean"]).exits(2).without_result();
    let expected = "error: `clean` is only partly deleted; `lab2nix forget clean` tries again\n  \
                    caused by: the snapshot of domain `b`: cannot delete\n";
    assert!(ran.err.ends_with(expected), "{ran:?}");
    assert_eq!(fake.states(&names), "a running []; b running [clean]; c running []");
    // A domain that the lab does not have any more has its part, too.
    fake.place.write("lab.json", r#"{ "lab": "t", "domains": {} }"#);
    fake.run(&["forget", "clean", "--only", "x*"]).exits(2).says("there is no domain `x*`: known here: `b`");
    let ran = fake.run(&["saves"]).exits(0);
    assert!(
        ran.out.contains("  1 of 3") && ran.err.contains("`clean` is incomplete; `lab2nix forget clean`"),
        "{ran:?}"
    );
}

#[test]
fn saves_are_told_to_people_and_programs() {
    let fake = Fake::with(&["b"]);
    fake.run(&["saves"]).exits(0).without_result().says("there are no saves; `lab2nix save NAME` creates one\n");
    let description = "two\nlines\t\"and\" 'more' <&>";
    fake.run(&["save", "clean", "--description", description]).exits(0);
    fake.put("b", "snapshots/it's; \"x\" -y", "<domainsnapshot><name>it's</name></domainsnapshot>");
    let ran = fake.run(&["saves"]).exits(0).without_talk();
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 2, "{ran:?}");
    assert!(lines[0].starts_with("NAME   TAKEN                 DOMAINS  DESCRIPTION"), "{ran:?}");
    assert!(
        lines[1].starts_with("clean  2") && lines[1].ends_with("Z  1        two\\nlines\\t\"and\" 'more' <&>"),
        "{ran:?}"
    );
    let told: Value =
        serde_json::from_str(&fake.run(&["saves", "--format", "json"]).exits(0).without_talk().out).unwrap();
    let save = &told["saves"][0];
    assert_eq!((&save["name"], &save["description"]), (&"clean".into(), &description.into()));
    assert_eq!((&save["isWhole"], &save["domains"][0]["state"]), (&true.into(), &"running".into()));
    // Another lab on this libvirt has none.
    fake.place.write("other.json", r#"{ "lab": "other", "domains": {} }"#);
    fake.run(&["saves", "--spec", "other.json"]).exits(0).without_result();
    fake.run(&["forget", "clean", "--spec", "other.json"]).exits(2).says("there is no save `clean`");
}

#[test]
fn names_that_qemu_does_not_take_are_refused() {
    let place = Place::with("");
    for (name, says) in [
        ("a b", "letters from A to z, digits, `-`, `_` and `.`; it cannot contain ` `"),
        ("a/b", "it cannot contain `/`"),
        ("", "a save needs a name"),
        (".x", "begins with a letter or a digit"),
    ] {
        place.run(&["save", name]).exits(2).without_result().says(says);
    }
    place.run(&["save", "-x"]).exits(2).without_result();
    place.run(&["save", "--", "-x"]).exits(2).says("begins with a letter or a digit");
    place.run(&["save", "x", "--description", "a\u{1b}b"]).exits(2).says("cannot contain control characters");
}
