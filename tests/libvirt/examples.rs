//! The labs of `examples/` with guests in them: what their READMEs promise.

use std::path::Path;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::guest::{self, run};
use crate::objects::Objects;
use crate::support::evaluation::World as Evaluation;
use crate::support::labs::committed;
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
    // As many as all guests of these tests: with a second emulated one, a guest on a busy machine now and then stood still.
    spec["defaults"]["cpus"] = 1.into();
    // Nobody serves packages here.
    for profile in ["developer", "admin"] {
        spec["profiles"][profile]["cloudInit"].as_object_mut().expect("it has one").remove("packages");
    }
    let tell = "findmnt --noheadings --output SOURCE /data > /projects/data";
    spec["domains"]["dev-vm"]["cloudInit"] = json!({ "runcmd": [tell, serve("/projects")] });
    let objects = Objects::of(&spec);
    objects.prepare(&world);
    objects.make_seeds(&world);
    put_image(&world, DEBIAN, "/var/lib/libvirt/images/debian-13-generic-amd64.qcow2");
    world.write("/srv/projects/before", "written before the start\n");
    objects.define(&world);
    objects.start(&world);
    let seen = world.step("the machine boots", || {
        world.boot("dev-vm");
        world.fetch("http://127.0.0.1:8080/before")
    });
    assert_eq!(seen, "written before the start\n");
    world.write("/srv/projects/after", "written after it\n");
    assert_eq!(world.fetch("http://127.0.0.1:8080/after"), "written after it\n");
    // The guest has written this one: the second disk is where it should be.
    assert_eq!(world.run(&["cat", "/srv/projects/data"]), "/dev/vdb\n");
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
    put_image(&world, DEBIAN, "/etc/lab2nix/images/debian.trixie");
    world.run(&["ip", "address", "add", "192.168.1.1/24", "dev", "br0"]);
    objects.define(&world);
    objects.start(&world);
    let template = "/var/lib/libvirt/images/local/debian-13.qcow2";
    let clone = "/var/lib/libvirt/images/local/dns.qcow2";
    let sum = |path: &str| world.run(&["sha256sum", path]);
    let (template_before, clone_before) = (sum(template), sum(clone));
    assert!(world.run(&["qemu-img", "info", clone]).contains(&format!("backing file: {template}\n")));
    let host = world.step("the clone boots", || {
        world.boot("dns");
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

/// The cluster on VLANs.
const CLUSTER: &str = "examples/edge-cluster/vlans/lab.json";

/// The cluster, small, with the images of small guests for some architectures.
fn cluster(world: &World, images: &[(&str, &str)]) -> Objects {
    let mut spec = example(CLUSTER);
    for profile in ["n100", "jetson"] {
        spec["profiles"][profile]["memory"] = "256MiB".into();
        spec["profiles"][profile]["cpus"] = 1.into();
    }
    let objects = Objects::of(&spec);
    objects.prepare(world);
    objects.make_seeds(world);
    for (arch, path) in images {
        guest::make(world, arch);
        put_image(world, &format!("/guests/{arch}/image.qcow2"), path);
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
        world.boot(name);
        world.fetch(&format!("http://{address}/"))
    })
}

const X86: (&str, &str) = ("x86_64", "/var/lib/libvirt/images/k3s-amd64.qcow2");
const ARM: (&str, &str) = ("aarch64", "/var/lib/libvirt/images/k3s-arm64.qcow2");

#[test]
fn nodes_of_the_cluster_reach_each_other_on_their_vlans() {
    let world = World::with_kernel("cluster");
    let objects = cluster(&world, &[X86, ARM]);
    // As all activations but the first do.
    objects.define(&world);
    let defined = objects.dump(&world);
    let page = start_node(&world, "n100-1", "192.168.100.11");
    assert_eq!(page, "host n100-1\naddress 192.168.200.11/24\naddress 192.168.100.11/24\n");
    let page = start_node(&world, "jetson-1", "192.168.100.20");
    assert_eq!(page, "host jetson-1\naddress 192.168.200.20/24\naddress 192.168.100.20/24\n");
    let reaches = |from: &str, options: &str| {
        let (said, status) = run(&world, from, &format!("ping -c 3 -W 10 {options}"));
        eprintln!("cluster: from {from}, {said}");
        status == "0"
    };
    assert!(reaches("192.168.100.11", "192.168.200.20"));
    assert!(reaches("192.168.100.20", "192.168.200.11"));
    // What is on the one VLAN is not there on the other.
    assert!(!reaches("192.168.100.11", "-I cluster 192.168.100.20"));
    assert!(!reaches("192.168.100.20", "-I storage 192.168.200.11"));
    // The next activation finds nothing changed.
    for node in ["n100-1", "jetson-1"] {
        world.virsh(&["destroy", node]);
    }
    objects.define(&world);
    assert_eq!(objects.dump(&world), defined);
}

/// What a service of the host does for a device, as NixOS would run it.
struct LinkService {
    device: String,
    start: String,
    stop: String,
}

/// The services for the links of a lab; nothing where Nix is missing.
fn link_services(lab: &str) -> Option<Vec<LinkService>> {
    let generated = committed(lab);
    let values = Evaluation::default().modules(&[&[&generated]])?;
    let services = values[0]["services"].as_object().expect("a host has services");
    let text = |value: &Value| value.as_str().expect("scripts are text").to_owned();
    let of_link = |(name, service): (&String, &Value)| {
        let device = name.strip_prefix("lab2nix-link-")?.to_owned();
        Some(LinkService { device, start: text(&service["script"]), stop: text(&service["preStop"]) })
    };
    Some(services.iter().filter_map(of_link).collect())
}

/// The seconds that a command takes in the world.
fn seconds(world: &World, command: &str) -> f64 {
    let measured = format!("read a _ </proc/uptime; {command}; read b _ </proc/uptime; echo \"$a $b\"");
    duration(&world.run(&["bash", "-ec", &measured]))
}

/// The seconds between two times in a line.
fn duration(line: &str) -> f64 {
    let times: Vec<f64> = line.split_whitespace().map(|time| time.parse().expect("a time")).collect();
    let [start, end] = times[..] else { panic!("two times, not {line:?}") };
    end - start
}

/// What of the packets to an address gets lost, in percent, and what ping says in all.
fn loss(world: &World, address: &str, count: u32) -> (f64, String) {
    let said = world.run(&["bash", "-c", &format!("busybox ping -q -c {count} -i 0.1 -W 1 {address} || true")]);
    let (before, _) = said.split_once("% packet loss").unwrap_or_else(|| panic!("{address}: {said}"));
    let percent = before.rsplit(' ').next().expect("there is a last word");
    (percent.parse().unwrap_or_else(|_| panic!("{address}: {said}")), said)
}

/// Says where a measurement shows nothing, because it is what a machine with too much to do makes of what is right.
fn could_measure(is_clear: bool, found: &str) {
    if !is_clear {
        eprintln!("links: COULD NOT MEASURE, because the machine has too much to do: {found}");
    }
}

#[test]
fn links_have_the_rate_the_delay_and_the_loss_of_their_profiles() {
    const BYTES: u32 = 8 << 20;
    let Some(services) = link_services(CLUSTER) else { return };
    let world = World::with_kernel("links");
    cluster(&world, &[X86]);
    assert_eq!(services.len(), 2);
    start_node(&world, "n100-2", "192.168.100.12");
    start_node(&world, "n100-3", "192.168.100.13");
    for service in &services {
        world.run(&["bash", "-ec", &service.start]);
    }
    let queues = || world.run(&["tc", "qdisc", "show"]);
    let netem =
        |device: &str| queues().lines().filter(|line| line.starts_with("qdisc netem") && line.contains(device)).count();
    for service in &services {
        assert_eq!(netem(&service.device), 1, "{}:\n{}", service.device, queues());
    }
    let classes: Vec<String> =
        services.iter().map(|service| world.run(&["tc", "class", "show", "dev", &service.device])).collect();
    assert!(classes.iter().any(|classes| classes.contains("rate 10Mbit")), "{classes:#?}");
    for said in ["delay 40ms", "loss 10%"] {
        assert!(queues().contains(said), "no `{said}`:\n{}", queues());
    }

    // `constrained`: 10 Mbit/s in both directions, and 40 ms on the way to the guest.
    world.run(&[
        "bash",
        "-c",
        &format!("mkdir /blob; head -c {BYTES} /dev/zero >/blob/data; busybox httpd -p 8000 -h /blob"),
    ]);
    let fetch = "wget -q -O /dev/null http://192.168.100.1:8000/data";
    let fetch = format!("read a _ </proc/uptime; {fetch}; read b _ </proc/uptime; echo $a $b");
    let megabits = |seconds: f64| f64::from(BYTES) * 8.0 / 1e6 / seconds;
    // What else the machine does only makes it slower.
    let best = |measure: &dyn Fn() -> f64| (0..3).map(|_| megabits(measure())).fold(0.0, f64::max);
    let inbound = best(&|| duration(&run(&world, "192.168.100.12", &fetch).0));
    run(&world, "192.168.100.12", &format!("head -c {BYTES} /dev/zero >/www/data"));
    let outbound = best(&|| seconds(&world, "busybox wget -q -O /dev/null http://192.168.100.12/data"));
    let (lost, said) = loss(&world, "192.168.100.12", 20);
    eprintln!("links: constrained: {inbound:.2} Mbit/s to the guest, {outbound:.2} Mbit/s from it; {said}");
    // What else the machine does can take from a rate, and add to a time and to what gets lost; the other way is wrong.
    for (rate, way) in [(inbound, "to the guest"), (outbound, "from the guest")] {
        assert!(rate <= 12.0, "{rate} Mbit/s {way}");
        could_measure(rate >= 8.0, &format!("{rate:.2} Mbit/s {way}"));
    }
    could_measure(lost < 1.0, &said);
    let average = said.split("/avg/max = ").nth(1).and_then(|times| times.split('/').nth(1)).expect("ping says it");
    let average: f64 = average.parse().expect("a time");
    assert!(average >= 40.0, "{average} ms");
    could_measure(average <= 60.0, &format!("{average} ms"));

    // `lossy`: a tenth.
    let (lost, said) = loss(&world, "192.168.100.13", 300);
    eprintln!("links: lossy: {said}");
    assert!(lost >= 5.0, "{said}");
    could_measure(lost <= 20.0, &said);

    // A domain that starts again is as it was, and without the profile nothing of it is left.
    world.virsh(&["destroy", "n100-3"]);
    world.virsh(&["start", "n100-3"]);
    for service in &services {
        world.run(&["bash", "-ec", &service.start]);
        assert_eq!(netem(&service.device), 1, "{}:\n{}", service.device, queues());
        world.run(&["bash", "-ec", &service.stop]);
        assert_eq!(netem(&service.device), 0, "{}:\n{}", service.device, queues());
    }
}
