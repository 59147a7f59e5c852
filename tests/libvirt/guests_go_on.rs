//! Guests that run, through an activation between `lab2nix activate before` and `after`: they are shut down by themselves where they
//! have to stop, else they go on, and their networks serve them as the lab now says.

use pretty_assertions::{assert_eq, assert_ne};
use serde_json::{Value, json};

use crate::guest::{self, run};
use crate::plan::{Host, Trial, activation_file, merge};
use crate::world::World;

/// How long guests may take to shut down, in seconds: far from what a busy machine needs.
const PATIENCE: u64 = 600;

/// A virsh that finds nobody there when it starts a network for the first time.
const DYING: &str = r#"#!/bin/bash
if [[ $* == *"net-start "* && ! -e /run/died ]]; then
  touch /run/died
  pid=$(cat /run/libvirtd.pid)
  kill -9 "$pid"
  while [[ -e /proc/$pid ]]; do sleep 0.1; done
  { sleep 2; libvirtd --daemon; } >/dev/null 2>&1 &
fi
exec /usr/bin/virsh "$@"
"#;

/// A lab with nothing in it yet but what guests are.
fn lab() -> Value {
    json!({
        "lab": "t",
        "defaults": {
            "virtualization": "emulated",
            "cpus": 1,
            "memory": "112MiB",
            "graphics": { "type": "none" },
            "serial": false,
            "directBoot": {
                "kernel": "/guests/x86_64/vmlinuz",
                "initrd": "/guests/x86_64/initramfs",
                "cmdline": "quiet console=ttyS0 seedless=1 marks=1"
            }
        },
        "domains": {}
    })
}

/// Where a guest says that it is up.
fn console(domain: &str) -> String {
    format!("/var/log/libvirt/qemu/guest-{domain}.log")
}

/// What all guests have.
fn domain(name: &str, with: &Value) -> Value {
    let mut domain = json!({ "furtherSerials": [{ "file": console(name) }] });
    merge(&mut domain, with);
    domain
}

/// Begins with a lab whose domains all run, and are up.
fn begin(host: &Host<'_>, lab: &Value) {
    let running = lab["domains"].as_object().expect("it has domains").keys().cloned().collect();
    let (before, after) = (lab.clone(), lab.clone());
    let trial = Trial { name: "guests".to_owned(), before, by_hand: String::new(), running, after };
    eprintln!("guests: {} activates", host.helper.name());
    host.begin(&trial).expect("nothing is done by hand");
}

/// Waits until a guest is up, and returns how much memory it has, in KiB.
fn up(world: &World, domain: &str) -> u64 {
    let console = console(domain);
    world.wait_for(" KiB", &["grep", "^up with", &console]);
    let said = world.run(&["grep", "^up with", &console]);
    said.split(' ').nth(2).and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{domain}: {said}"))
}

/// The process of a domain, and when it began.
fn process(world: &World, domain: &str) -> String {
    let script = format!("pid=$(cat /run/libvirt/qemu/{domain}.pid) && echo $pid $(cut -d ' ' -f 22 /proc/$pid/stat)");
    world.run(&["bash", "-ec", &script])
}

/// Tells the host of the lab that it gets.
fn tell(host: &Host<'_>, lab: &Value) -> String {
    let (settings, _) = host.tell("after", lab);
    let file = activation_file(&settings);
    let mut activation: Value = serde_json::from_str(&host.world.run(&["cat", &file])).expect("it is JSON");
    merge(&mut activation, &json!({ "shutdownTimeout": PATIENCE, "onTimeout": "fail" }));
    host.world.write(&file, &activation.to_string());
    settings
}

/// A step of an activation.
fn step(host: &Host<'_>, when: &str, settings: &str) {
    let activation = activation_file(settings);
    let command = ["lab2nix", "activate", when, "--settings", settings, "--activation", &activation];
    let output = host.world.output(&command, "");
    let said = String::from_utf8_lossy(&output.stderr);
    eprint!("{said}");
    assert!(output.status.success(), "{when}: {said}");
}

/// What NixVirt does between the steps.
fn help(host: &Host<'_>, settings: &str) {
    let (code, said) = host.helper.activate(host.world, settings);
    assert_eq!(code, 0, "{said}");
}

fn activate(host: &Host<'_>, lab: &Value) {
    let settings = tell(host, lab);
    host.world.step("before", || step(host, "before", &settings));
    host.world.step("the helper", || help(host, &settings));
    host.world.step("after", || step(host, "after", &settings));
}

#[test]
fn a_guest_that_has_to_stop_shuts_down_and_the_others_go_on() {
    let world = World::start("shut-down");
    let host = Host::new(&world);
    guest::make(&world, "x86_64");
    // Where a guest leaves a mark when it has shut down.
    let disk = |name: &str| format!("/srv/marks/{name}");
    let mut before = lab();
    for name in ["clean", "cut", "kept", "gone", "old"] {
        world.make_directories(["/srv/marks"]);
        world.run(&["truncate", "--size=64K", &disk(name)]);
        before["domains"][name] = domain(name, &json!({ "disks": [{ "file": disk(name), "format": "raw" }] }));
    }
    merge(
        &mut before["domains"]["gone"],
        &json!({ "directBoot": { "cmdline": "quiet console=ttyS0 seedless=1 marks=1 agent=1" } }),
    );
    begin(&host, &before);
    let names = ["clean", "cut", "kept", "gone", "old"];
    world.step("the guests boot", || names.map(|name| up(&world, name)));
    let sync = r#"{ "execute": "guest-sync", "arguments": { "id": 77 } }"#;
    world.wait_for("77", &["virsh", "qemu-agent-command", "gone", sync]);
    let processes = names.map(|name| process(&world, name));
    let memory = up(&world, "clean");
    for name in names {
        world.run(&["rm", &console(name)]);
    }

    let mut after = before;
    merge(&mut after["domains"]["clean"], &json!({ "memory": "160MiB", "onChange": "shutdown" }));
    merge(&mut after["domains"]["cut"], &json!({ "memory": "160MiB", "onChange": "power-off" }));
    merge(&mut after["domains"]["kept"], &json!({ "memory": "160MiB" }));
    let domains = after["domains"].as_object_mut().expect("it is an object");
    domains.shift_remove("gone");
    let mut renamed = domains.shift_remove("old").expect("it is there");
    merge(&mut renamed, &json!({ "id": "old", "furtherSerials": [{ "file": console("new") }] }));
    domains.insert("new".to_owned(), renamed);
    let settings = tell(&host, &after);
    world.step("before", || step(&host, "before", &settings));
    let state = |name: &str| world.virsh(&["domstate", name]).trim().to_owned();
    assert_eq!(names.map(state), ["shut off", "running", "running", "shut off", "shut off"]);
    help(&host, &settings);
    assert_eq!(["clean", "cut", "kept", "new"].map(state), ["shut off", "running", "running", "shut off"]);
    step(&host, "after", &settings);

    assert_eq!(world.virsh(&["list", "--name"]).split_whitespace().count(), 4);
    let [clean, cut, kept, _, old] = processes;
    assert_ne!(process(&world, "clean"), clean);
    assert_ne!(process(&world, "cut"), cut);
    assert_eq!(process(&world, "kept"), kept);
    assert_ne!(process(&world, "new"), old);
    world.step("the guests boot", || {
        for name in ["clean", "cut"] {
            assert!(up(&world, name) > memory + 32 * 1024, "{name} has its new memory");
        }
        // What a kernel keeps for itself varies by a few pages from boot to boot.
        assert!(up(&world, "new").abs_diff(memory) < 1024, "a renamed domain has the memory that it had");
    });
    // Who has been cut off has left none.
    let marks = |name: &str| world.run(&["bash", "-c", &format!("tr -d '\\0' <{}", disk(name))]);
    assert_eq!(names.map(marks), ["shut down: button\n", "", "", "shut down: agent\n", "shut down: button\n"]);
}

#[test]
fn a_network_serves_guests_that_go_on_as_the_lab_now_says() {
    let world = World::start("serve");
    let host = Host::new(&world);
    guest::make(&world, "x86_64");
    let mut lab = lab();
    lab["networks"] = json!({ "lan": { "subnet": "10.78.0.0/24" } });
    lab["domains"]["web"] = domain("web", &json!({ "interfaces": [{ "network": "lan", "ip": "10.78.0.10" }] }));
    lab["domains"]["peer"] =
        domain("peer", &json!({ "interfaces": [{ "bridge": "virbr-lan", "portIsolation": true }] }));
    begin(&host, &lab);
    // Somebody else's interface is on the bridge, too.
    world.run(&["ip", "tuntap", "add", "other", "mode", "tap"]);
    world.run(&["ip", "link", "set", "other", "master", "virbr-lan"]);
    let bridge = || world.run(&["bash", "-ec", "cd /sys/class/net/virbr-lan/brif; ls; cat */isolated | xargs"]);
    let on_bridge = bridge();
    assert_eq!(on_bridge, "other\nvnet0\nvnet1\n0 0 1\n");
    let guests = ["web", "peer"];
    world.step("the guests boot", || guests.map(|name| up(&world, name)));
    let processes = guests.map(|name| process(&world, name));
    let said = world.run(&["grep", "^address ", &console("peer")]);
    let peer = said.trim().trim_start_matches("address ").trim_end_matches("/24").to_owned();
    let dnsmasq = || world.run(&["cat", "/run/libvirt/network/lan.pid"]);
    let served_by = dnsmasq();
    // As guests do that run for long.
    let lease = "udhcpc -i eth0 -s /lease -n -p /run/lease.pid </dev/null >/dev/null 2>&1";
    assert_eq!(run(&world, "10.78.0.10", lease).1, "0");

    // Another domain gets the address that it had.
    lab["domains"]["web"]["interfaces"][0]["ip"] = "10.78.0.20".into();
    lab["domains"]["db"] = domain("db", &json!({ "interfaces": [{ "network": "lan", "ip": "10.78.0.10" }] }));
    activate(&host, &lab);
    assert_eq!(guests.map(|name| process(&world, name)), processes);
    assert_eq!(dnsmasq(), served_by);
    world.step("the guest has its new address", || {
        run(&world, "10.78.0.10", "kill -USR1 $(cat /run/lease.pid)");
        world.fetch("http://10.78.0.20/")
    });
    for (name, address) in [("web", "10.78.0.20"), ("db", "10.78.0.10")] {
        let (said, _) = run(&world, &peer, &format!("nslookup -type=a {name}"));
        assert!(said.contains(&format!("Address: {address}\n")), "{name}: {said}");
    }

    world.write("/usr/local/bin/virsh", DYING);
    world.run(&["chmod", "+x", "/usr/local/bin/virsh"]);
    for change in [json!({ "dns": { "domain": "lab.test" }, "mtu": 1400 }), json!({ "mode": "isolated" })] {
        let served_by = dnsmasq();
        merge(&mut lab["networks"]["lan"], &change);
        activate(&host, &lab);
        assert_ne!(dnsmasq(), served_by, "the network restarts for {change}");
        assert_eq!(guests.map(|name| process(&world, name)), processes, "{change}");
        assert_eq!(bridge(), on_bridge, "{change}");
        world.step("traffic flows", || {
            world.fetch("http://10.78.0.20/");
            for (from, to) in [("10.78.0.20", peer.as_str()), (&peer, "10.78.0.20")] {
                let (said, code) = run(&world, from, &format!("ping -c 2 -W 10 {to}"));
                assert_eq!(code, "0", "{change}: {said}");
            }
        });
    }
    assert!(world.has("/run/died"), "libvirtd has died in between");
    // Somebody restarts the network, and leaves its guests where they are.
    world.virsh(&["net-destroy", "lan"]);
    world.virsh(&["net-start", "lan"]);
    activate(&host, &lab);
    assert_eq!(guests.map(|name| process(&world, name)), processes);
    world.step("traffic flows", || world.fetch("http://10.78.0.20/"));
    // Who serves addresses and names is there again, too.
    let (said, code) = run(&world, &peer, "udhcpc -i eth0 -s /lease -n -q -t 10 -T 2 && nslookup -type=a web.lab.test");
    assert_eq!(code, "0", "{said}");
    assert!(said.contains("Address: 10.78.0.20\n"), "{said}");
}
