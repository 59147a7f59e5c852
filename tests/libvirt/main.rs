//! What a real libvirtd makes of labs: it takes every object, twice without a difference; domains start and are
//! snapshotted; guests get their addresses and find each other.
//!
//! This needs root, a root that `.ci/root` made, and a few minutes:
//!
//! ```sh
//! .ci/root /var/tmp/root
//! LIBVIRT_ROOT=/var/tmp/root cargo test --test libvirt -- --nocapture
//! ```
//!
//! With `TRIALS=all` it takes all of what it takes a [`sample`] of, and an hour.

mod boot;
mod device;
mod examples;
mod gentle;
mod guest;
mod guests_go_on;
mod helper;
mod import;
mod install;
mod machine;
mod macvtap;
mod objects;
mod operate;
mod plan;
mod readme;
mod sample;
#[allow(dead_code, reason = "these tests use a part of it")]
#[path = "../support/mod.rs"]
mod support;
mod switch;
mod unit;
mod words;
mod world;

use std::collections::HashSet;
use std::path::Path;

use pretty_assertions::assert_eq;
use roxmltree::Document;
use serde_json::Value;

use lab2nix::activation::definition::Definition;
use lab2nix::activation::difference;
use objects::Objects;
use sample::sample;
use support::cookbook::{Recipe, recipes};
use support::{Read, good_specs_for, skip};
use world::World;

#[test]
fn every_lab_is_taken_and_the_second_time_changes_nothing() {
    let world = World::start("labs");
    let labs = good_specs_for(world.version()).into_iter().map(|path| (path.display().to_string(), spec(&path)));
    are_taken(&world, labs.collect(), 25);
}

#[test]
fn every_recipe_is_taken_and_the_second_time_changes_nothing() {
    let world = World::start("recipes");
    are_taken(&world, recipes().iter().map(|recipe| (recipe.place.clone(), of_the_recipe(recipe))).collect(), 45);
}

/// The lab of a recipe, without the domains that it says nothing of.
fn of_the_recipe(recipe: &Recipe) -> Value {
    let mut lab = recipe.lab();
    let own = recipe.fragment["domains"].as_object();
    if let (Some(own), Some(domains)) = (own, lab["domains"].as_object_mut()) {
        domains.retain(|name, _| own.contains_key(name));
    }
    lab
}

/// Gives each of a sample of labs, with its name, to a libvirtd, and takes it away again.
fn are_taken(world: &World, labs: Vec<(String, Value)>, most: usize) {
    let has_kvm = world.has_kvm();
    if !has_kvm {
        eprintln!("there is no KVM here, so all domains are emulated");
    }
    for (lab, mut spec) in sample(labs, most, |(name, _)| name) {
        // KVM runs guests of the host's own architecture.
        if !has_kvm || lab.starts_with("tests/cases/ok/aarch64") {
            emulate(&mut spec);
        }
        let objects = Objects::of(&spec);
        world.step(&format!("{lab}, {} objects", objects.count()), || {
            objects.prepare(world);
            objects.define(world);
            let first = objects.dump(world);
            objects.start(world);
            objects.check_volumes(world);
            objects.define(world);
            assert_eq!(objects.dump(world), first, "{lab}");
            objects.undefine(world);
        });
    }
}

/// Domains of the good cases whose settings QEMU sees at a start only. Not among them are those that need what a world does
/// not have: cgroups (`cpuLimits`, `memoryLimits`, `blockWeight`), the right to lock memory, CPUs to pin to, huge pages.
const STARTED: &[(&str, &[&str])] = &[
    ("guests", &["nixos", "freebsd", "old", "old-uefi", "laptop", "vendor-alone", "kernel"]),
    ("guests", &["berlin", "new-york", "utc", "steadier", "arm"]),
    ("resources", &["shared", "two-cells", "far-memory", "restrictive"]),
    ("setup-mode", &["owner", "owner-raw"]),
];

#[test]
fn domains_start_with_settings_of_their_own() {
    let world = World::start("settings");
    for (case, domains) in STARTED {
        let mut spec = spec(&Path::new(support::OK).join(case).join("lab.json"));
        emulate(&mut spec);
        let objects = Objects::of(&spec);
        objects.prepare(&world);
        objects.define(&world);
        objects.start(&world);
        for domain in *domains {
            world.step(&format!("{case}, {domain}"), || {
                world.virsh(&["start", domain]);
                nothing_waits_for_the_next_start(&world, domain);
                world.virsh(&["destroy", domain]);
            });
        }
        objects.undefine(&world);
    }
}

/// What libvirt says of a domain that has just started is what it will be after its next start, but for what a start chooses.
fn nothing_waits_for_the_next_start(world: &World, domain: &str) {
    let definition = |option: &[&str]| {
        let text = world.virsh(&[&["dumpxml", domain], option].concat());
        Definition::new(text).expect("libvirt prints definitions")
    };
    let changes = difference::pending(&definition(&[]), &definition(&["--inactive"]));
    assert_eq!(changes.into_iter().map(|change| change.text).collect::<Vec<_>>(), [""; 0], "{domain}");
}

/// QEMU starts with the discs that have files of the host, and a guest finds on them what these say.
#[test]
fn discs_with_files_of_the_host_are_in_their_drives() {
    let world = World::start("secrets");
    let mut spec = spec(&Path::new(support::OK).join("secrets/lab.json"));
    emulate(&mut spec);
    let objects = Objects::of(&spec);
    objects.prepare(&world);
    for (path, text) in [
        ("admin password", "correct horse\n"),
        ("hash", "$6$salt$hash\n"),
        ("k3s-token", "token\n"),
        ("nginx.pem", "key\n"),
    ] {
        world.write(&format!("/run/secrets/{path}"), text);
    }
    objects.make_secret_seeds(&world);
    objects.define(&world);
    objects.start(&world);
    let disc = "/run/lab2nix/seeds/secrets/server.iso";
    let on_disc = world.run(&["isoinfo", "-J", "-i", disc, "-x", "/user-data"]);
    let user_data: Value =
        serde_json::from_str(on_disc.strip_prefix("#cloud-config\n").expect("it is cloud-config")).unwrap();
    assert_eq!(user_data["users"][0]["plain_text_passwd"], "correct horse");
    assert_eq!(user_data["write_files"][1]["content"], "dG9rZW4K");
    assert!(world.run(&["isoinfo", "-d", "-i", disc]).contains("Volume id: cidata\n"));
    for domain in ["server", "agent", "Agent.1"] {
        world.virsh(&["start", domain]);
        // Another content is for the next start, and the definition stays as it is.
        world.write("/run/secrets/k3s-token", &format!("the token after {domain}\n"));
        objects.make_secret_seeds(&world);
        assert_eq!(world.virsh(&["domstate", domain]).trim(), "running");
        world.virsh(&["destroy", domain]);
    }
    objects.undefine(&world);
}

#[test]
fn domains_with_uefi_are_snapshotted_and_reverted() {
    let world = World::start("snapshots");
    let objects = own_lab();
    objects.prepare(&world);
    objects.define(&world);
    let defined = objects.dump(&world);
    objects.start(&world);
    for domain in ["pc", "secure-pc", "arm"] {
        world.step(domain, || {
            world.virsh(&["start", domain]);
            nothing_waits_for_the_next_start(&world, domain);
            world.virsh(&["snapshot-create-as", domain, "first"]);
            world.virsh(&["destroy", domain]);
            world.virsh(&["snapshot-revert", domain, "first"]);
            assert_eq!(world.virsh(&["domstate", domain]).trim(), "running");
            world.virsh(&["destroy", domain]);
            world.virsh(&["snapshot-delete", domain, "first"]);
        });
    }
    // The next activation finds nothing changed.
    objects.define(&world);
    assert_eq!(objects.dump(&world), defined);
    objects.undefine(&world);
}

#[test]
fn a_guest_has_its_address_its_share_and_finds_others_by_name() {
    let world = World::start("guest");
    let objects = own_lab();
    objects.prepare(&world);
    world.write("/srv/live/greeting", "hello\n");
    guest::make(&world, "x86_64");
    objects.define(&world);
    objects.start(&world);
    let page = world.step("the guest boots", || {
        world.boot("web");
        world.fetch("http://10.77.0.10/")
    });
    assert_eq!(page, "address 10.77.0.10/24\ndb 10.77.0.20\nfiles hello\n");
    // The next activation does not touch it.
    objects.define(&world);
    assert_eq!(world.fetch("http://10.77.0.10/"), page);
}

#[test]
fn a_forwarded_port_answers() {
    let world = World::start("port");
    let objects = own_lab();
    objects.prepare(&world);
    guest::make(&world, "x86_64");
    objects.define(&world);
    objects.start(&world);
    let page = world.step("the guest boots", || {
        world.boot("desk");
        world.fetch("http://127.0.0.1:18080/")
    });
    // passt gives the guest the host's own address.
    assert_eq!(page, "address 192.0.2.2/24\n");
}

#[test]
fn a_crowded_domain_has_a_place_for_each_device() {
    let world = World::start("crowded");
    let mut spec = spec(Path::new("tests/cases/ok/crowded/lab.json"));
    emulate(&mut spec);
    for start in [false, true] {
        if start {
            // The host has none of these.
            for domain in spec["domains"].as_object_mut().expect("it has domains").values_mut() {
                domain.as_object_mut().expect("domains are objects").remove("hostdevs");
            }
        }
        let objects = Objects::of(&spec);
        objects.prepare(&world);
        objects.define(&world);
        objects.start(&world);
        for domain in ["nas", "files"] {
            let xml = world.virsh(&["dumpxml", domain, "--inactive"]);
            let document = Document::parse(&xml).expect("libvirt writes XML");
            let devices = document.descendants().find(|node| node.has_tag_name("devices")).expect("domains have them");
            let of = |name| devices.children().filter(move |node| node.has_tag_name(name));
            let counts = ["disk", "interface", "hostdev"].map(|name| of(name).count());
            assert_eq!(counts, [30, 8, if start { 0 } else { 4 }], "{domain}");
            // Where the device is, not what it is of the host's.
            let places = devices.children().flat_map(|device| device.children());
            let places = places.filter(|node| node.has_tag_name("address") || node.has_tag_name("target"));
            let mut seen = HashSet::new();
            for place in places.filter(|node| node.attribute("dev").is_some() || node.has_tag_name("address")) {
                let text = &xml[place.range()];
                assert!(seen.insert(text), "{domain} has two devices at {text}");
            }
            if start {
                world.step(domain, || world.virsh(&["start", domain]));
                world.virsh(&["destroy", domain]);
            }
        }
        objects.undefine(&world);
    }
}

/// The world has Debian's libvirt, and besides it the paths that a host has with NixOS: nothing may be asked of those.
#[test]
fn labs_start_on_debian_without_the_paths_of_nixos() {
    let world = World::start("debian");
    let mut windows = spec(Path::new("lab.json"));
    emulate(&mut windows);
    for domain in ["SCCM01", "CLIENT01", "CLIENT02"] {
        windows["domains"].as_object_mut().expect("domains are objects").remove(domain);
    }
    let mut linux = spec(Path::new(OWN_LAB));
    linux["domains"]
        .as_object_mut()
        .expect("domains are objects")
        .retain(|name, _| ["pc", "secure-pc", "arm"].contains(&name.as_str()));
    for (spec, domains) in [(windows, &["DC01"][..]), (linux, &["pc", "secure-pc", "arm"])] {
        let objects = Objects::on("debian", &spec);
        objects.prepare(&world);
        for disc in ["/var/lib/libvirt/iso/windows-server-2022.iso", "/var/lib/libvirt/lab2nix/virtio-win.iso"] {
            world.run(&["install", "-D", "/dev/null", disc]);
            world.run(&["truncate", "--size=1M", disc]);
        }
        objects.define(&world);
        let defined = objects.dump(&world);
        for path in ["/run/libvirt/nix-emulators", "/etc/lab2nix"] {
            assert!(!defined.contains(path), "{path}: {defined}");
        }
        objects.start(&world);
        for domain in domains {
            world.step(domain, || {
                world.virsh(&["start", domain]);
                assert_eq!(world.virsh(&["domstate", domain]).trim(), "running");
                let started = world.virsh(&["dumpxml", domain]);
                for part in ["<emulator>/usr/bin/qemu-system-", ">/usr/share/", "_VARS.fd</nvram>"] {
                    assert!(started.contains(part), "no `{part}`: {started}");
                }
                world.virsh(&["destroy", domain]);
            });
        }
        objects.define(&world);
        assert_eq!(objects.dump(&world), defined);
        objects.undefine(&world);
    }
}

#[test]
fn a_domain_starts_on_files_mounts_and_partitions() {
    let world = World::start("storage");
    if !world.has_loop_devices() {
        return skip("there are no loop devices here, so no domain starts on them");
    }
    let objects = Objects::of(&spec(Path::new("tests/libvirt/storage.json")));
    objects.prepare(&world);
    objects.define(&world);
    objects.start(&world);
    objects.check_volumes(&world);
    world.step("store", || {
        world.virsh(&["start", "store"]);
        assert_eq!(world.virsh(&["domstate", "store"]).trim(), "running");
        world.virsh(&["destroy", "store"]);
    });
    objects.undefine(&world);
}

#[test]
fn every_device_that_needs_no_hardware_starts() {
    let world = World::start("devices");
    let mut spec = spec(Path::new(OWN_LAB));
    if !world.has("/dev/vhost-vsock") {
        eprintln!("devices: the kernel has no vhost_vsock, so the domain has no vsock");
        spec["domains"]["gadgets"].as_object_mut().expect("domains are objects").remove("vsock");
    }
    let objects = Objects::of(&spec);
    objects.prepare(&world);
    objects.define(&world);
    let defined = objects.dump(&world);
    objects.start(&world);
    world.step("the domain starts", || {
        world.virsh(&["start", "gadgets"]);
        world.wait_for("SeaBIOS", &["cat", "/var/log/libvirt/qemu/gadgets.serial.log"]);
    });
    // VNC and, after its own negotiation, Telnet: who listens says something.
    let greeting = |port: u16, bytes: u8| {
        world.run(&["bash", "-c", &format!("exec 3<>/dev/tcp/127.0.0.1/{port}; head -c {bytes} <&3 | od -A n -t x1")])
    };
    assert_eq!(greeting(15901, 4), " 52 46 42 20\n");
    assert_eq!(greeting(14555, 3), " ff fb 01\n");
    assert_eq!(world.run(&["stat", "--format", "%s", "/dev/shm/gadgets"]), "2097152\n");
    for made in ["/srv/gadgets/sound.wav", "/srv/gadgets/serial.sock"] {
        assert!(world.has(made), "there is no `{made}`");
    }
    world.virsh(&["destroy", "gadgets"]);
    // The next activation finds nothing changed.
    objects.define(&world);
    assert_eq!(objects.dump(&world), defined);
    objects.undefine(&world);
}

/// The lab that is started.
const OWN_LAB: &str = "tests/libvirt/lab.json";

fn own_lab() -> Objects {
    Objects::of(&spec(Path::new(OWN_LAB)))
}

fn spec(path: &Path) -> Value {
    Read::file(path).to_value().expect("the specs are JSON")
}

/// Makes all domains of a spec emulated ones, which cannot have the host's CPU.
fn emulate(spec: &mut Value) {
    spec["defaults"]["virtualization"] = "emulated".into();
    for section in ["profiles", "domains"] {
        let layers = spec.get_mut(section).and_then(Value::as_object_mut);
        for layer in layers.into_iter().flat_map(serde_json::Map::values_mut) {
            let layer = layer.as_object_mut().expect("layers are objects");
            layer.remove("virtualization");
            layer.remove("cpu");
            // What stands on a definition takes nothing from `defaults`.
            if layer.contains_key("base") {
                layer.insert("virtualization".to_owned(), "emulated".into());
            }
        }
    }
}
