//! The labs of `examples/` with guests in them: what their READMEs promise.

use std::path::Path;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::evaluation::World as Evaluation;
use crate::guest::{self, run};
use crate::labs::committed;
use crate::objects::Objects;
use crate::world::World;
use crate::{emulate, spec};

/// A Debian with cloud-init, as those are that Debian publishes.
const DEBIAN: &str = "/guests/debian.qcow2";

/// An example, with all domains emulated.
fn example(path: &str) -> Value {
    let mut spec = spec(Path::new(path));
    emulate(&mut spec);
    spec
}

/// Puts an image to where disks expect one.
fn put_image(world: &World, image: &str, path: &str) {
    world.run(&["cp", "--sparse=always", image, path]);
}

/// What a guest serves of a directory, once it is up.
fn serve(directory: &str) -> String {
    format!("systemd-run python3 -m http.server 80 --directory {directory}")
}

#[test]
fn a_development_machine_is_reached_by_a_port_and_sees_the_shared_directory() {
    let world = World::start("devboxes");
    let mut spec = example("examples/devboxes/lab.json");
    spec["defaults"]["memory"] = "1GiB".into();
    spec["defaults"]["cpus"] = 2.into();
    // Nobody serves packages here.
    for profile in ["developer", "admin"] {
        spec["profiles"][profile]["cloudInit"].as_object_mut().expect("it has one").remove("packages");
    }
    spec["domains"]["dev-vm"]["cloudInit"] = json!({ "runcmd": [serve("/projects")] });
    let objects = Objects::of(&spec);
    objects.prepare(&world);
    objects.make_seeds(&world);
    put_image(&world, DEBIAN, "/var/lib/libvirt/images/debian-13-generic-amd64.qcow2");
    world.write("/srv/projects/before", "written before the start\n");
    objects.define(&world);
    objects.start(&world);
    let seen = world.step("the machine boots", || {
        world.virsh(&["start", "dev-vm"]);
        world.fetch("http://127.0.0.1:8080/before")
    });
    assert_eq!(seen, "written before the start\n");
    world.write("/srv/projects/after", "written after it\n");
    assert_eq!(world.fetch("http://127.0.0.1:8080/after"), "written after it\n");
    // The other port leads to SSH.
    let greeting = world.run(&["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/2222; head -c 8 <&3"]);
    assert_eq!(greeting, "SSH-2.0-");
}

#[test]
fn a_clone_does_what_its_seed_says_and_leaves_its_template_as_it_is() {
    let world = World::start("homelab");
    let mut spec = example("examples/homelab/nuc/lab.json");
    spec["profiles"]["linux"]["memory"] = "1GiB".into();
    let seed = &mut spec["domains"]["dns"]["cloudInit"];
    seed.as_object_mut().expect("it has one").remove("packages");
    let report = "mkdir /report; hostname > /report/host; cat /home/admin/.ssh/authorized_keys > /report/key; \
                  head -c 8M /dev/urandom > /report/written; sync";
    seed["runcmd"] = json!([report, serve("/report")]);
    let objects = Objects::of(&spec);
    objects.prepare(&world);
    objects.make_seeds(&world);
    put_image(&world, DEBIAN, "/etc/lab2nix/images/debian-13");
    world.run(&["ip", "address", "add", "192.168.1.1/24", "dev", "br0"]);
    objects.define(&world);
    objects.start(&world);
    let template = "/var/lib/libvirt/images/local/debian-13.qcow2";
    let clone = "/var/lib/libvirt/images/local/dns.qcow2";
    let sum = |path: &str| world.run(&["sha256sum", path]);
    let (template_before, clone_before) = (sum(template), sum(clone));
    assert!(world.run(&["qemu-img", "info", clone]).contains(&format!("backing file: {template}\n")));
    let host = world.step("the clone boots", || {
        world.virsh(&["start", "dns"]);
        // Its address is the one that its seed gives to its MAC address.
        world.fetch("http://192.168.1.53/host")
    });
    assert_eq!(host, "dns\n");
    let key = spec["profiles"]["managed"]["cloudInit"]["sshKeys"][0].as_str().expect("it is text");
    assert_eq!(world.fetch("http://192.168.1.53/key").trim_end(), key);
    world.virsh(&["destroy", "dns"]);
    assert_ne!(sum(clone), clone_before);
    assert_eq!(sum(template), template_before);
    // Nothing has started the template, and nothing of the lab can.
    assert_eq!(world.virsh(&["domstate", "debian-13"]).trim(), "shut off");
}

/// The service of the host for an interface, as NixOS would run it: what it does at the start and at the stop.
fn link_services(lab: &str) -> Vec<(String, String, String)> {
    let generated = committed(lab);
    let values = Evaluation::default().modules(&[&[&generated]]).expect("Nix is installed");
    let services = values[0]["services"].as_object().expect("a host has services");
    let text = |value: &Value| value.as_str().expect("scripts are text").to_owned();
    let of_link = |(name, service): (&String, &Value)| {
        let device = name.strip_prefix("lab2nix-link-")?;
        Some((device.to_owned(), text(&service["script"]), text(&service["preStop"])))
    };
    services.iter().filter_map(of_link).collect()
}

/// The cluster on VLANs, small, with the images of small guests.
fn cluster(world: &World) -> Objects {
    let mut spec = example("examples/edge-cluster/vlans/lab.json");
    for profile in ["n100", "jetson"] {
        spec["profiles"][profile]["memory"] = "256MiB".into();
        spec["profiles"][profile]["cpus"] = 1.into();
    }
    let objects = Objects::of(&spec);
    objects.prepare(world);
    objects.make_seeds(world);
    for (arch, path) in [("x86_64", "k3s-amd64"), ("aarch64", "k3s-arm64")] {
        guest::make(world, arch);
        put_image(world, &format!("/guests/{arch}/image.qcow2"), &format!("/var/lib/libvirt/images/{path}.qcow2"));
    }
    // The host's Open vSwitch, and a place of the host's on each VLAN.
    world.run(&["/usr/share/openvswitch/scripts/ovs-ctl", "--system-id=random", "start"]);
    world.run(&["ovs-vsctl", "add-br", "ovsbr0"]);
    for (tag, address) in [("100", "192.168.100.1/24"), ("200", "192.168.200.1/24")] {
        let port = format!("host{tag}");
        let tag = format!("tag={tag}");
        world.run(&["ovs-vsctl", "add-port", "ovsbr0", &port, &tag, "--", "set", "interface", &port, "type=internal"]);
        world.run(&["ip", "address", "add", address, "dev", &port]);
        world.run(&["ip", "link", "set", &port, "up"]);
    }
    objects.define(world);
    objects.start(world);
    objects
}

/// Starts a node, and waits for its page.
fn start_node(world: &World, name: &str, address: &str) -> String {
    world.step(name, || {
        world.virsh(&["start", name]);
        world.fetch(&format!("http://{address}/"))
    })
}

#[test]
fn nodes_of_the_cluster_reach_each_other_on_their_vlans_and_links_are_as_they_are_told() {
    let world = World::with_kernel("cluster");
    let objects = cluster(&world);
    let page = start_node(&world, "n100-1", "192.168.100.11");
    assert_eq!(page, "host n100-1\naddress 192.168.200.11/24\naddress 192.168.100.11/24\n");
    let page = start_node(&world, "jetson-1", "192.168.100.20");
    assert_eq!(page, "host jetson-1\naddress 192.168.200.20/24\naddress 192.168.100.20/24\n");
    let ping = |from: &str, options: &str| run(&world, from, &format!("ping -c 3 -W 3 {options}")).1;
    assert_eq!(ping("192.168.100.11", "192.168.200.20"), "0");
    assert_eq!(ping("192.168.100.20", "-I storage 192.168.100.11"), "0");
    // The other's address on one VLAN is not there on the other.
    assert_eq!(ping("192.168.100.11", "-I cluster 192.168.100.20"), "1");
    assert_eq!(ping("192.168.100.11", "-I storage 192.168.200.20"), "1");
    world.virsh(&["destroy", "jetson-1"]);
    objects.define(&world);
}
