//! Hosts that have several labs, and hosts that want some things otherwise.

use std::collections::BTreeSet;
use std::fs;

use lab2nix::spec::Paths;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{keys, list, preparations, text};
use crate::support::evaluation::{Part, World};
use crate::support::labs::{Generated, committed, variant};
use crate::support::script::{STRICT, shellcheck};
use crate::support::{examples, good_specs, templates};

/// The switches, each with the part of the host that is empty without it.
const SWITCHES: [(&str, &str); 3] = [
    ("services.lab2nix.firewall.enable", "firewall"),
    ("services.lab2nix.directories.enable", "tmpfiles"),
    ("services.lab2nix.stablePaths.enable", "etc"),
];

#[test]
fn a_switch_takes_its_part_away_and_nothing_else() {
    let labs: Vec<Generated> = examples().iter().map(committed).collect();
    for world in World::all() {
        for lab in &labs {
            let Some(whole) = host(&world, &[lab]) else { return };
            for (option, part) in SWITCHES {
                let mut expected = whole.clone();
                // What keeps images is no directory of the lab's.
                let kept = whole[part].get("lab2nix-images").cloned();
                expected[part] = kept.map_or_else(|| json!({}), |kept| json!({ "lab2nix-images": kept }));
                let found = host(&world.with(option, false), &[lab]).expect("Nix is there");
                assert_eq!(found, expected, "{}: {option}", lab.name);
            }
        }
    }
}

#[test]
fn a_host_that_runs_no_lab_is_as_without_one() {
    let labs: Vec<Generated> = examples().iter().map(committed).collect();
    for world in World::all() {
        let off = world.with("services.lab2nix.enable", false);
        for lab in &labs {
            let Some(found) = host(&off, &[lab]) else { return };
            let empty = host(&world.with("services.lab2nix.labs", json!([])), &[lab]);
            assert_eq!(Some(&found), empty.as_ref(), "{}", lab.name);
            for part in ["firewall", "tmpfiles", "etc", "services"] {
                assert_eq!(found[part], json!({}), "{}", lab.name);
            }
            assert_eq!([&found["failures"], &found["libvirtd"]["enable"]], [&json!([]), &json!(false)]);
            assert_eq!([&found["libvirt"]["enable"], &found["libvirt"]["connections"]], [&json!(false), &json!({})]);
        }
    }
}

#[test]
fn a_host_chooses_how_often_nixvirt_is_started() {
    let lab = committed("lab.json");
    for world in World::all() {
        let Some(usual) = host(&world, &[&lab]) else { return };
        let (attempts, delay) = ("services.lab2nix.retry.attempts", "services.lab2nix.retry.delay");
        let of = |value: &Value| {
            let service = &value["services"]["nixvirt"];
            let script = text(&service["script"]);
            let attempts = script.lines().next().and_then(|line| line.strip_prefix("LAB2NIX_ATTEMPTS="));
            let config = &service["serviceConfig"];
            json!([config["Restart"], config["RestartSec"], service["startLimitIntervalSec"], attempts])
        };
        assert_eq!(of(&usual), json!(["on-failure", 10, 0, "6"]));
        let often = host(&world.with(attempts, 20).with(delay, 2), &[&lab]).expect("Nix is there");
        assert_eq!(of(&often), json!(["on-failure", 2, 0, "20"]));
        let once = host(&world.with(attempts, 1), &[&lab]).expect("Nix is there");
        assert_eq!(of(&once), json!([null, null, null, "1"]));
        for (refused, value) in [(attempts, 0), (delay, -1)] {
            assert!(world.with(refused, value).refuses(&[&lab]), "{refused} = {value}");
        }
    }
}

#[test]
fn what_labs_rely_on_is_asserted() {
    let (windows, linux) = (committed("lab.json"), committed("examples/single-linux/lab.json"));
    let daemon = "lab2nix: labs run on libvirtd, but `virtualisation.libvirtd.enable` is false";
    let tpm = "lab2nix: domains have a TPM, but `virtualisation.libvirtd.qemu.swtpm.enable` is false";
    let missing =
        "lab2nix: the module of NixVirt is missing: add `NixVirt.nixosModules.default` to the modules of this host";
    for world in World::all() {
        let failures = |world: &World, lab| host(world, &[lab]).map(|value| value["failures"].clone());
        let off = world.with("virtualisation.libvirtd.enable", false);
        let Some(found) = failures(&off, &windows) else { return };
        assert_eq!(found, json!([daemon]));
        for without in ["virtualisation.libvirtd.qemu.swtpm.enable", "virtualisation.libvirt.swtpm.enable"] {
            let off = world.with(without, false);
            assert_eq!(failures(&off, &windows), Some(json!([tpm])), "{without}");
            assert_eq!(failures(&off, &linux), Some(json!([])), "{without}");
        }
        let without = World { without: Some(Part::NixVirt), ..world.clone() };
        assert_eq!(failures(&without, &windows), Some(json!([missing])));
    }
}

/// What a host lacks for a lab is said, with the object that needs it and the way out; a host that has it is silent.
#[test]
fn what_a_host_rules_out_is_said() {
    let lab = |rest: &str| variant(&format!(r#"{{ "lab": "odd", {rest} }}"#));
    let domain = |rest: &str| lab(&format!(r#""domains": {{ "a": {{ "memory": "1GiB", {rest} }} }}"#));
    let whole = World::default();
    let bare = World { without: Some(Part::Equipment), ..World::default() };
    let cases: [(Generated, World, Option<World>, &str); 9] = [
        (
            domain(r#""hugepages": "2MiB""#),
            bare.clone(),
            Some(bare.with("boot.kernelParams", json!(["hugepagesz=2M", "hugepages=512"]))),
            "lab2nix: the memory of domain a of lab `odd` uses huge pages, but this host reserves none: set `boot.kernel.sysctl.\"vm.nr_hugepages\"`",
        ),
        (
            lab(
                r#""pools": { "san": { "type": "iscsi", "source": { "host": "nas.example.org", "device": "iqn.2026-01.org.example:vms" } } }"#,
            ),
            bare.clone(),
            Some(bare.with("services.openiscsi.name", "iqn.2026-01.org.example:host")),
            "lab2nix: pools are iSCSI targets, which identify this host by a name: set `services.openiscsi.name`, such as \"iqn.2026-01.org.example:host\"",
        ),
        (
            lab(
                r#""pools": { "san": { "type": "iscsi", "source": { "host": "nas.example.org", "device": "iqn.2026-01.org.example:vms" } } }"#,
            ),
            whole.with("services.openiscsi.enable", false),
            None,
            "lab2nix: pools are iSCSI targets: set `services.openiscsi.enable = true`",
        ),
        (
            lab(r#""networks": { "sw": { "mode": "ovs", "bridge": "ovsbr0" } }"#),
            whole.with("virtualisation.vswitch.enable", false),
            None,
            "lab2nix: networks are on Open vSwitch bridges: set `virtualisation.vswitch.enable = true`",
        ),
        (
            lab(
                r#""pools": { "nas": { "type": "netfs", "path": "/mnt/nas", "source": { "host": "nas.example.org", "dir": "/vms" } } }"#,
            ),
            whole.with("boot.supportedFilesystems", json!({ "nfs": false })),
            None,
            "lab2nix: pools are on file servers, but `boot.supportedFilesystems` has no nfs",
        ),
        (
            domain(r#""shares": [{ "source": "/srv", "tag": "srv" }]"#),
            whole.with("virtualisation.libvirtd.qemu.vhostUserPackages", json!([])),
            None,
            "lab2nix: domains have shares: add `pkgs.virtiofsd` to `virtualisation.libvirtd.qemu.vhostUserPackages`",
        ),
        (
            domain(r#""imported": false"#),
            whole.with("virtualisation.libvirt.enable", false),
            None,
            "lab2nix: NixVirt creates the labs, but `virtualisation.libvirt.enable` is false: to run no lab on this host, set `services.lab2nix.enable = false` instead",
        ),
        (
            variant(r#"{ "lab": "odd", "domains": { "old": { "imported": true } } }"#),
            whole.with("virtualisation.libvirt.enable", false),
            None,
            "lab2nix: NixVirt creates the labs, but `virtualisation.libvirt.enable` is false: to run no lab on this host, set `services.lab2nix.enable = false` instead",
        ),
        (
            domain(r#""arch": "aarch64""#),
            World { host_cpu_only: true, ..whole.clone() },
            Some(whole.clone()),
            "lab2nix: domain a of lab `odd` is not of this host's architecture (x86_64), and `virtualisation.libvirtd.qemu.package` (qemu-host-cpu-only) emulates no other: set it to `pkgs.qemu`",
        ),
    ];
    for (lab, without, with, message) in &cases {
        let Some(found) = host(without, &[lab]).map(|host| failures(&host)) else { return };
        assert!(found.len() == 1 && found[0].starts_with(message), "{message}\n{found:#?}");
        for with in with.iter().chain([&whole]).filter(|with| !with.host_cpu_only) {
            assert_eq!(host(with, &[lab]).expect("Nix is there")["failures"], json!([]), "{message}");
        }
    }
    // Domains of the host's own architecture run on it.
    let kvm = World { host_cpu_only: true, ..whole.clone() };
    assert_eq!(host(&kvm, &[&domain(r#""tpm": true"#)]).expect("Nix is there")["failures"], json!([]));

    // A host may have these in ways that are not seen: its IOMMU on, ZFS from elsewhere.
    let tank = lab(r#""pools": { "tank": { "type": "zfs", "source": { "name": "tank/vms" } } }"#);
    let found = host(&bare, &[&tank]).expect("Nix is there");
    let zfs = "lab2nix: pools are on ZFS: set `boot.supportedFilesystems.zfs = true`, and `networking.hostId`";
    assert_eq!([&found["failures"], &found["warnings"]], [&json!([]), &json!([zfs])]);
    let with_zfs = bare.with("boot.supportedFilesystems", json!({ "zfs": true }));
    assert_eq!(host(&with_zfs, &[&tank]).expect("Nix is there")["warnings"], json!([]));
    let passed = domain(r#""hostdevs": [{ "pci": "0000:01:00.0" }]"#);
    let found = host(&bare, &[&passed]).expect("Nix is there");
    let warnings = list(&found["warnings"]);
    assert!(
        warnings.len() == 1 && text(&warnings[0]).starts_with("lab2nix: domain a of lab `odd` passes a PCI device"),
        "{warnings:?}"
    );
    assert_eq!(
        [&found["failures"], &host(&whole, &[&passed]).expect("Nix is there")["warnings"]],
        [&json!([]), &json!([])]
    );
}

/// firewalld has a zone of libvirt's, and NixOS no settings of interfaces there.
#[test]
fn a_host_with_firewalld_gets_no_settings_of_interfaces() {
    let lab = committed("lab.json");
    for world in World::all() {
        for (backend, bridges) in [("iptables", 2), ("nftables", 2), ("firewalld", 0)] {
            let Some(found) = host(&world.with("networking.firewall.backend", backend), &[&lab]) else { return };
            assert_eq!(keys(&found["firewall"]).len(), bridges, "{backend}");
            assert_eq!([&found["failures"], &found["warnings"]], [&json!([]), &json!([])], "{backend}");
            let zones: Vec<String> = list(&found["zones"]).iter().map(text).collect();
            let of_libvirt = [text(&found["libvirtd"]["package"])];
            assert_eq!(zones, if backend == "firewalld" { &of_libvirt[..] } else { &[] }, "{backend}");
        }
    }
    // libvirt leaves the bridges of open networks in no zone.
    let open = variant(
        r#"{ "lab": "open", "networks": {
            "lan": { "mode": "open", "subnet": "10.0.0.0/24" },
            "zoned": { "mode": "open", "subnet": "10.0.1.0/24", "extra": { "bridge": { "zone": "libvirt" } } }
        } }"#,
    );
    for (backend, warnings) in [("nftables", 0), ("firewalld", 1)] {
        let world = World::default().with("networking.firewall.backend", backend);
        let world = world.with("services.firewalld.enable", backend == "firewalld");
        let found = host(&world, &[&open]).expect("Nix is there");
        let found = list(&found["warnings"]);
        assert_eq!(found.len(), warnings, "{backend}: {found:?}");
        assert!(found.iter().all(|warning| text(warning).contains("the open network on virbr-lan")), "{found:?}");
    }
}

/// With `systemd.enableStrictShellChecks`, NixOS builds no script that shellcheck has something to say of.
#[test]
fn scripts_pass_strict_checks() {
    let labs: Vec<Generated> = good_specs().into_iter().chain(templates()).map(committed).collect();
    let mut scripts = BTreeSet::new();
    for world in World::all() {
        let taken: Vec<&Generated> = labs.iter().filter(|lab| world.takes(lab)).collect();
        let hosts: Vec<_> = taken.iter().map(std::slice::from_ref).collect();
        let Some(values) = world.modules(&hosts) else { return };
        for service in values.iter().flat_map(|value| value["services"].as_object().into_iter().flatten()) {
            let of_service = ["preStart", "script", "preStop"].map(|key| service.1[key].as_str().unwrap_or_default());
            scripts.extend(of_service.into_iter().filter(|script| !script.is_empty()).map(str::to_owned));
        }
    }
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    shellcheck(scripts.iter().enumerate().map(|(at, script)| {
        let path = directory.path().join(format!("{at}.sh"));
        fs::write(&path, format!("{STRICT}{script}")).expect("the directory is ours");
        path
    }));
}

#[test]
fn labs_share_a_host() {
    let [sccm, linux, windows] =
        ["lab.json", "examples/single-linux/lab.json", "examples/windows-on-lan/lab.json"].map(committed);
    for world in World::all() {
        let Some(values) = world.modules(&[&[&sccm, &linux, &windows], &[&sccm, &linux], &[&linux, &windows]]) else {
            return;
        };
        let counts = values.iter().map(|host| {
            let connection = &host["libvirt"]["connections"]["qemu:///system"];
            ["networks", "pools", "domains"].map(|section| list(&connection[section]).len())
        });
        assert_eq!(counts.collect::<Vec<_>>(), [[3, 3, 6], [3, 2, 5], [1, 2, 2]]);
        let host = &values[0];
        assert_eq!(host["failures"], json!([]));
        assert_eq!(keys(&host["firewall"]).len(), 3);
        assert_eq!(keys(&host["tmpfiles"]["lab2nix"]).len(), 4);
        assert_eq!(keys(&host["etc"]), ["lab2nix/virtio-win.iso", "lab2nix/x86_64"]);
        let service = &host["services"]["nixvirt"];
        assert_eq!(preparations(service).len(), 1, "{service}");
    }
}

#[test]
fn the_labs_of_the_examples_share_a_host() {
    let [sccm, devboxes, vlans, simple, nuc] = [
        "lab.json",
        "examples/devboxes/lab.json",
        "examples/edge-cluster/vlans/lab.json",
        "examples/edge-cluster/simple/lab.json",
        "examples/homelab/nuc/lab.json",
    ]
    .map(committed);
    for world in World::all() {
        let Some(values) = world.modules(&[&[&sccm, &devboxes, &vlans, &nuc], &[&vlans, &simple]]) else { return };
        assert_eq!(values[0]["failures"], json!([]));
        let connection = &values[0]["libvirt"]["connections"]["qemu:///system"];
        let counts = ["networks", "pools", "domains"].map(|section| list(&connection[section]).len());
        assert_eq!(counts, [4, 5, 16]);
        // Of the networks of the cluster, a host has one at a time.
        let two = failures(&values[1]);
        assert!(two.iter().any(|one| one.starts_with("lab2nix: two labs have the name `edge`")), "{two:#?}");
    }
}

#[test]
fn a_section_that_no_lab_has_is_left_alone() {
    let windows = committed("examples/windows-on-lan/lab.json");
    for world in World::all() {
        let Some(value) = host(&world, &[&windows]) else { return };
        let connection = &value["libvirt"]["connections"]["qemu:///system"];
        assert_eq!(connection["networks"], Value::Null);
        assert_eq!(["pools", "domains"].map(|section| list(&connection[section]).len()), [1, 1]);
    }
}

/// Store paths come from an option of the one module that all labs of a host share.
#[test]
fn labs_with_store_paths_share_a_host() {
    let domains = r#"{ "memory": "1GiB", "firmware": "uefi" }"#;
    let lab = |name: &str, paths: &str| {
        variant(&format!(
            r#"{{ "lab": "{name}", "target": {{ "paths": "{paths}" }}, "domains": {{ "{name}": {domains} }} }}"#
        ))
    };
    let (store, stable) = (lab("one", "store"), lab("two", "stable"));
    assert_eq!(store.target.paths, Paths::Store);
    for world in World::all() {
        let Some(values) = world.modules(&[&[&store, &stable], &[&store]]) else { return };
        assert_eq!(keys(&values[0]["etc"]), ["lab2nix/x86_64"]);
        assert_eq!(values[1]["etc"], json!({}));
        assert_eq!(list(&values[0]["libvirt"]["connections"]["qemu:///system"]["domains"]).len(), 2);
    }
}

#[test]
fn a_lab_and_its_copy_clash() {
    let lab = committed("lab.json");
    let copy = variant(&fs::read_to_string("lab.json").expect("the lab of this repository"));
    let renamed = fs::read_to_string("lab.json").expect("the lab").replace(r#""lab": "sccm""#, r#""lab": "copy""#);
    let renamed = variant(&renamed);
    for world in World::all() {
        let Some(values) = world.modules(&[&[&lab, &copy], &[&lab, &renamed]]) else { return };
        let [copied, renamed] = [0, 1].map(|at| failures(&values[at]));
        let has = |found: &[String], message: &str| assert!(found.iter().any(|one| one == message), "{found:#?}");

        let [first, second] = [&lab, &copy].map(|lab| lab.dir.canonicalize().expect("a directory").join("default.nix"));
        let named = copied
            .iter()
            .find(|one| one.starts_with("lab2nix: two labs have the name `sccm`; this host has the labs in "));
        let named = named.unwrap_or_else(|| panic!("{copied:#?}"));
        assert!([first, second].iter().all(|file| named.contains(&file.display().to_string())), "{named}");
        assert!(!renamed.iter().any(|one| one.contains("the name")), "{renamed:#?}");

        for (found, other) in [(&copied, "sccm"), (&renamed, "copy")] {
            let both = format!("lab2nix: labs `{other}` and `sccm` both have");
            has(found, &format!("{both} the UUID 4c82c973-7299-468e-bf15-d442ee681475 (domain DC01, domain DC01)"));
            has(found, &format!("{both} the bridge virbr56 (network lab-net, network lab-net)"));
            has(found, &format!("{both} the subnet 192.168.122.0/24 (network default, network default)"));
            has(found, &format!("{both} the MAC address 52:54:00:10:ab:09 (domain DC01, domain DC01)"));
            has(
                found,
                &format!("{both} the storage directory /var/lib/libvirt/images/homelab (pool homelab, pool homelab)"),
            );
            has(found, &format!("{both} the file /var/lib/libvirt/qemu/nvram/DC01.nvram (domain DC01, domain DC01)"));
            assert!(!found.iter().any(|one| one.contains("accepts each name only once")), "{found:#?}");
        }
        // 2 bridges, 2 subnets, 7 UUIDs, 10 MAC addresses, a directory, 4 disks, 4 files of variables.
        assert_eq!([copied.len(), renamed.len()], [31, 30]);
    }
}

#[test]
fn labs_that_meet_in_one_point() {
    let one = variant(
        r#"{ "lab": "one", "networks": {
            "lan": { "subnet": "10.0.0.0/16", "subnet6": "fd00::/64", "bridge": "virbr7" },
            "apart": { "subnet": "172.20.0.0/24" }
        } }"#,
    );
    let other = |spec: &str| variant(&format!(r#"{{ "lab": "two", {spec} }}"#));
    let cases = [
        (
            r#""networks": { "net": { "subnet": "10.0.255.0/24" } }"#,
            Some("both have addresses of a subnet: 10.0.0.0/16 (network lan) and 10.0.255.0/24 (network net) overlap"),
        ),
        (
            r#""networks": { "net": { "subnet": "10.0.0.0/8" } }"#,
            Some("both have addresses of a subnet: 10.0.0.0/16 (network lan) and 10.0.0.0/8 (network net) overlap"),
        ),
        (r#""networks": { "net": { "subnet": "10.2.0.0/16", "subnet6": "fd00:1::/64" } }"#, None),
        (
            r#""networks": { "net": { "subnet6": "fd00::/64" } }"#,
            Some("both have the subnet fd00::/64 (network lan, network net)"),
        ),
        (
            r#""networks": { "net": { "mode": "isolated", "bridge": "virbr7" } }"#,
            Some("both have the bridge virbr7 (network lan, network net)"),
        ),
        // A bridge of the host's can have many networks on it.
        (r#""networks": { "net": { "mode": "bridge", "bridge": "br0" } }"#, None),
    ];
    let others: Vec<Generated> = cases.iter().map(|(spec, _)| other(spec)).collect();
    let same_name = other(r#""networks": { "apart": { "mode": "isolated", "bridge": "virbr8" } }"#);
    for world in World::all() {
        for ((_, expected), other) in cases.iter().zip(&others) {
            let Some(found) = host(&world, &[&one, other]) else { return };
            let expected = expected.iter().map(|what| format!("lab2nix: labs `one` and `two` {what}"));
            assert_eq!(failures(&found), expected.collect::<Vec<_>>(), "{}", other.name);
        }
        let found = failures(&host(&world, &[&one, &same_name]).expect("Nix is there"));
        let [message] = found.as_slice() else { panic!("{found:#?}") };
        let start =
            "lab2nix: labs `one` and `two` both have a network apart, but libvirt accepts each name only once (";
        assert!(message.starts_with(start), "{message}");
    }
}

/// What a host gets that has these labs.
pub fn host(world: &World, labs: &[&Generated]) -> Option<Value> {
    world.modules(&[labs]).map(|mut values| values.remove(0))
}

pub fn failures(host: &Value) -> Vec<String> {
    list(&host["failures"]).iter().map(text).collect()
}
