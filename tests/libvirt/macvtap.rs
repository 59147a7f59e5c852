//! Guests that share an interface of the host through macvtap: what of the LAN they hear.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::guest::{self, run};
use crate::objects::Objects;
use crate::world::World;

/// An interface of the guest.
struct Interface {
    name: &'static str,
    mac: &'static str,
    /// Asked for by broadcast, which always arrives.
    ip: &'static str,
    /// Asked for by multicast, each in a group of its own that is not the one of the MAC address. The host filters by a hash of
    /// one byte: a group that it was not told of passes by chance once in some sixty times, but hardly three of them.
    ip6: [&'static str; 3],
}

/// The one that is as lab2nix writes it.
const WRITTEN: Interface = Interface {
    name: "written",
    mac: "52:54:00:79:aa:01",
    ip: "10.79.0.10",
    ip6: ["fd00:79::11", "fd00:79::12", "fd00:79::13"],
};

/// The one whose `trustGuestRxFilters` is taken out.
const WITHOUT: Interface = Interface {
    name: "without",
    mac: "52:54:00:79:aa:02",
    ip: "10.80.0.10",
    ip6: ["fd00:80::21", "fd00:80::22", "fd00:80::23"],
};

impl Interface {
    fn spec(&self) -> Value {
        json!({ "name": self.name, "network": "office", "mac": self.mac })
    }

    fn addresses(&self) -> Value {
        let ip6 = self.ip6.iter().map(|address| format!("{address}/64"));
        json!({ "addresses": ip6.chain([format!("{}/24", self.ip)]).collect::<Vec<_>>() })
    }
}

/// A lab with a guest on the LAN.
fn lab() -> Value {
    json!({
        "lab": "t",
        "networks": { "office": { "mode": "macvtap", "dev": "uplink" } },
        "domains": {
            "web": {
                "virtualization": "emulated",
                "cpus": 1,
                "memory": "112MiB",
                "graphics": { "type": "none" },
                "serial": false,
                "furtherSerials": [{ "file": "/var/log/libvirt/qemu/guest-web.log" }],
                "directBoot": {
                    "kernel": "/guests/x86_64/vmlinuz",
                    "initrd": "/guests/x86_64/initramfs",
                    "cmdline": "quiet console=ttyS0"
                },
                "interfaces": [WRITTEN.spec(), WITHOUT.spec()],
                "cloudInit": {
                    "network": { "interfaces": { "written": WRITTEN.addresses(), "without": WITHOUT.addresses() } }
                }
            }
        }
    })
}

/// Makes a LAN: `uplink` is the host's interface on it, and `lan`, at the other end of the cable, that of somebody else.
fn make_lan(world: &World) {
    world.run(&["modprobe", "--all", "ipv6", "veth", "macvtap"]);
    // libvirt opens /dev/tap<number of the interface>, which the kernel makes.
    let devices = "mkdir /run/dev; mount -t devtmpfs devtmpfs /run/dev; \
                   for number in {1..64}; do ln -s /run/dev/tap$number /dev; done";
    world.run(&["bash", "-ec", devices]);
    world.run(&["ip", "link", "add", "lan", "type", "veth", "peer", "name", "uplink"]);
    for address in ["10.79.0.1/24", "10.80.0.1/24", "fd00:79::1/64", "fd00:80::1/64"] {
        world.run(&["ip", "address", "add", address, "dev", "lan"]);
    }
    for device in ["uplink", "lan"] {
        world.run(&["ip", "link", "set", device, "up"]);
    }
}

/// What asks an address for an answer, once.
fn ping(address: &'static str) -> [&'static str; 7] {
    ["busybox", "ping", "-c", "1", "-W", "5", address]
}

/// What ping says of an answer.
const ANSWERED: &str = "1 packets received";

/// Who asks for an IPv6 address of a guest does it by multicast, which macvtap keeps from a guest that may not tell the host what it
/// listens for.
#[test]
fn macvtap_guests_hear_multicast() {
    let mut world = World::start("macvtap");
    let objects = Objects::of(&lab());
    world.step("the guest is made", || {
        guest::make(&world, "x86_64");
        objects.make_seeds(&world);
    });
    world.start_kernel();
    make_lan(&world);
    objects.define(&world);
    objects.start(&world);
    let mut definition = world.virsh(&["dumpxml", "web", "--inactive"]);
    let trust = " trustGuestRxFilters='yes'";
    assert_eq!(definition.matches(trust).count(), 2, "{definition}");
    let second = definition.rfind(trust).expect("it is there");
    definition.replace_range(second..second + trust.len(), "");
    world.write("/tmp/web.xml", &definition);
    world.virsh(&["define", "/tmp/web.xml", "--validate"]);
    world.step("the guest boots", || {
        world.boot("web");
        world.fetch(&format!("http://{}/", WRITTEN.ip))
    });
    world.step("it has its addresses", || {
        // One that is tentative answers nobody.
        let script = "while ip -6 address show scope global | grep -q tentative; do sleep 1; done; ip -6 address";
        let (said, _) = run(&world, WRITTEN.ip, script);
        for address in WRITTEN.ip6.iter().chain(&WITHOUT.ip6) {
            assert!(said.contains(&format!(" {address}/64 ")), "{address}: {said}");
        }
    });
    let known = || world.run(&["ip", "-6", "neighbor", "show", "dev", "lan"]);
    assert!(!known().contains("fd00:"), "the guest has not been asked, and has not spoken: {}", known());
    world.step("it hears who asks for an address", || {
        for address in WRITTEN.ip6 {
            world.wait_for(ANSWERED, &ping(address));
        }
    });
    world.step("without the attribute it does not", || {
        let answers = |address| String::from_utf8_lossy(&world.output(&ping(address), "").stdout).contains(ANSWERED);
        let answered = WITHOUT.ip6.map(answers);
        assert!(answered.contains(&false), "{answered:?}: {}", known());
    });
    // Nothing else is amiss there: it hears broadcasts, and at each address it answers those who know whose it is.
    world.wait_for(ANSWERED, &ping(WITHOUT.ip));
    for address in WITHOUT.ip6 {
        world.run(&["ip", "neighbor", "replace", address, "lladdr", WITHOUT.mac, "dev", "lan"]);
        world.wait_for(ANSWERED, &ping(address));
    }
}
