//! Guests that install themselves: what stands in for Windows Setup waits for a key, reads the disc that the host has made, and puts a
//! system on the disk, which stands in for Windows.

use std::time::Instant;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::guest;
use crate::helper::Helper;
use crate::objects::Objects;
use crate::plan::{Host, Seen};
use crate::support::script::STRICT;
use crate::support::unattended;
use crate::world::World;

/// What takes the discs away.
const DONE: &str = include_str!("../../nix/host/unattended-done.sh");

/// A domain controller, and a client that joins its domain.
fn spec() -> Value {
    let timeout = "25m";
    json!({
        "lab": "t",
        "networks": { "lab-net": { "bridge": "virbr56", "subnet": "192.168.56.0/24" } },
        "pools": { "homelab": { "path": "/var/lib/libvirt/images/homelab" } },
        "defaults": {
            "active": null,
            "virtualization": "emulated",
            "os": "windows-server-2022",
            "cpus": 1,
            "memory": "384MiB",
            "graphics": { "type": "none" },
            "serial": true,
            "furtherSerials": [],
            "ready": { "timeout": timeout },
            "disks": [{ "pool": "homelab", "size": "1GiB" }],
            "cdroms": [{ "file": "/guests/x86_64/installer.iso" }],
            "unattended": { "passwordFile": "/run/secrets/lab-admin" }
        },
        "domains": {
            "DC01": {
                "interfaces": [{ "network": "lab-net", "ip": "192.168.56.10", "model": "virtio" }],
                "unattended": { "createDomain": { "name": "lab.example" } }
            },
            "CLIENT01": {
                "interfaces": [{ "network": "lab-net", "ip": "192.168.56.21", "model": "virtio" }],
                "unattended": { "joinDomain": { "name": "lab.example" } },
                "after": ["DC01"]
            }
        }
    })
}

/// What can be seen of a host, but for the definitions of pools: they have the mode of a directory once libvirt has read it.
fn look(host: &Host<'_>) -> Seen {
    let mut seen = host.look();
    seen.definitions.retain(|(kind, _), _| kind != "pool");
    seen
}

/// Runs a script of the host's module that is told of the discs.
fn run(world: &World, script: &str, told: &Value) {
    world.write("/tmp/told.json", &told.to_string());
    world.write("/tmp/script.sh", &format!("{STRICT}LAB2NIX_UNATTENDED=$(cat /tmp/told.json)\n{script}"));
    world.run(&["env", "PATH=/usr/local/bin:/usr/bin:/bin", "bash", "/tmp/script.sh"]);
}

#[test]
fn a_lab_installs_itself_once() {
    let world = World::start("install");
    world.install_lab2nix("/usr/local/bin");
    guest::make(&world, "x86_64");
    let objects = Objects::of(&spec());
    objects.prepare(&world);
    world.write("/etc/lab2nix/virtio-win.iso", "no guest looks at it");
    world.write("/run/secrets/lab-admin", "correct horse\n");
    let told = objects.told_of_discs(&world);
    run(&world, unattended::SCRIPT, &told);
    objects.define(&world);
    objects.start(&world);
    world.write("/lab/lab.json", &spec().to_string());
    let install = || {
        let began = Instant::now();
        let command = ["env", "--chdir=/lab", "lab2nix", "install", "--timeout", "25m"];
        let output = world.step("install", || world.output(&command, ""));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        eprint!("{said}");
        if output.status.code() != Some(0) {
            for name in ["DC01", "CLIENT01"] {
                eprintln!(
                    "{}",
                    world.run(&["sh", "-c", &format!("tail -n 40 /var/log/libvirt/qemu/console-{name}.log; true")])
                );
            }
        }
        assert_eq!(output.status.code(), Some(0), "{said}");
        (said, began.elapsed())
    };
    let (said, took) = install();
    assert!(said.contains("waits for the ISO to boot") && said.contains("Windows Setup runs"), "{said}");
    // The client after the domain controller.
    let place = |words: &str| said.find(words).unwrap_or_else(|| panic!("{words}: {said}"));
    assert!(place("DC01") < place("CLIENT01"), "{said}");
    for (name, address) in [("DC01", "192.168.56.10"), ("CLIENT01", "192.168.56.21")] {
        let page = world.fetch(address);
        assert!(page.contains(&format!("host {name}")) && page.contains(&format!("address {address}/24")), "{page}");
    }

    // They have said so, and lose their discs; their definitions stay as they are.
    let definitions = || ["DC01", "CLIENT01"].map(|name| world.virsh(&["dumpxml", "--inactive", name]));
    let before = definitions();
    run(&world, DONE, &told);
    assert_eq!(definitions(), before);
    assert!(!world.has("/run/lab2nix/unattended/t/DC01.iso") && !world.has("/run/lab2nix/unattended/t/CLIENT01.iso"));
    assert!(!world.virsh(&["domblklist", "DC01"]).contains("unattended"));
    // The next activation makes none again, even without the password.
    world.run(&["rm", "/run/secrets/lab-admin"]);
    run(&world, unattended::SCRIPT, &told);
    assert!(!world.has("/run/lab2nix/unattended/t/DC01.iso"));
    let plan = world.run(&["env", "--chdir=/lab", "lab2nix", "plan", "--activation", "gentle"]);
    assert!(plan.contains("nothing changes"), "{plan}");
    let host = Host::new(&world);
    let (settings, _) = host.tell("again", &spec());
    let before = look(&host);
    let (code, said) = host.helper.activate(&world, &settings);
    assert_eq!((code, look(&host)), (0, before.clone()), "{said}");
    eprintln!("install: activated by {}", host.helper.name());
    if matches!(host.helper, Helper::Real) {
        assert_eq!(said.lines().filter(|line| line.ends_with(": unchanged")).count(), before.objects.len(), "{said}");
    }

    // What is installed is left alone.
    let (said, again) = install();
    assert!(again < took / 4 && !said.contains("Windows Setup runs"), "{again:?}: {said}");
    // It starts without its disc.
    world.virsh(&["destroy", "CLIENT01"]);
    world.virsh(&["start", "CLIENT01"]);
}
