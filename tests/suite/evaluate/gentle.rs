//! lab2nix's part of an activation: what the service does before and after NixVirt, what is told of it, and what a switch
//! tells before it does anything.

use std::collections::BTreeMap;
use std::fs;

use lab2nix::plan::consequence::{Consequence, Harm};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::host::host;
use super::{list, text};
use crate::support::evaluation::{Part, World};
use crate::support::labs::{Generated, committed, variant};
use crate::support::script::{PRE_SWITCH, STRICT, shellcheck};
use crate::support::{examples, templates};

/// The package of a host that has one.
const PACKAGE: (&str, &str) = ("services.lab2nix.package", "/opt/lab2nix");

fn with_package(world: &World) -> World {
    world.with(PACKAGE.0, PACKAGE.1)
}

/// The value of a variable in a script, without quotes around it.
fn variable(script: &str, name: &str) -> String {
    let value = script.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let value = value.unwrap_or_else(|| panic!("no {name}: {script}"));
    value.trim_matches('\'').to_owned()
}

fn etc(host: &Value, name: &str) -> Value {
    serde_json::from_str(&text(&host["texts"][name])).expect("it is JSON")
}

#[test]
fn without_a_package_nothing_is_as_with_one() {
    let labs: Vec<Generated> = examples().iter().map(committed).collect();
    for world in World::all() {
        for lab in &labs {
            let Some(without) = host(&world, &[lab]) else { return };
            assert_eq!([&without["warnings"], &without["preSwitchChecks"]], [&json!([]), &json!({})], "{}", lab.name);
            let service = &without["services"]["nixvirt"];
            let script = text(&service["script"]);
            for part in ["LAB2NIX_TOOL", "lab2nix_before", "LAB2NIX_STEP=after", "/run/lab2nix/accept"] {
                assert!(!script.contains(part), "{}: {part}", lab.name);
            }
            let discs = if script.contains("LAB2NIX_UNATTENDED=") { 5 } else { 0 };
            assert_eq!(list(&service["path"]).len(), 3 + discs, "{}", lab.name);
            assert_eq!(without["texts"]["lab2nix/activation.json"], Value::Null);

            // All else is the same.
            let mut with = host(&with_package(&world), &[lab]).expect("Nix is there");
            for part in ["script", "path", "serviceConfig"] {
                with["services"]["nixvirt"][part] = without["services"]["nixvirt"][part].clone();
            }
            with["preSwitchChecks"] = json!({});
            with["texts"].as_object_mut().expect("texts by their names").remove("lab2nix/activation.json");
            assert_eq!(with, without, "{}", lab.name);
        }
    }
}

/// Nobody has to have a package, but a host is told once that it has none, until its owner has said that this is meant.
#[test]
fn a_host_on_which_nobody_has_decided_is_told() {
    let [one, other] = ["lab.json", "examples/windows-on-lan/lab.json"].map(committed);
    for world in World::all() {
        let undecided = World { without: Some(Part::Package), ..world.clone() };
        let Some(told) = host(&undecided, &[&one, &other]) else { return };
        let warnings: Vec<String> = list(&told["warnings"]).iter().map(text).collect();
        assert!(
            warnings.len() == 1 && warnings[0].starts_with("lab2nix: a switch powers off running domains"),
            "{warnings:?}"
        );
        assert!(warnings[0].contains("`services.lab2nix.package`"));
        for decided in [undecided.with(PACKAGE.0, Value::Null), with_package(&undecided)] {
            assert_eq!(host(&decided, &[&one, &other]).expect("Nix is there")["warnings"], json!([]));
        }
        let off = undecided.with("services.lab2nix.enable", false);
        assert_eq!(host(&off, &[&one]).expect("Nix is there")["warnings"], json!([]));
    }
}

/// Without lab2nix's part, NixVirt powers off whom its lab wants to be shut down.
#[test]
fn a_host_that_shuts_nobody_down_says_so() {
    let lab = |name: &str, on_change: &str| {
        variant(&format!(
            r#"{{ "lab": "{name}", "domains": {{ "{name}-a": {{ "memory": "1GiB", "onChange": "{on_change}" }} }} }}"#
        ))
    };
    let [one, two, three] = [lab("one", "shutdown"), lab("two", "next-start"), lab("three", "shutdown")];
    for world in World::all() {
        let without = world.with(PACKAGE.0, Value::Null);
        let Some(told) = host(&without, &[&one, &two]) else { return };
        let expected = "lab2nix: domains of lab `one` are to be shut down when they change (`onChange`), but that needs \
                        `services.lab2nix.package`: NixVirt powers them off";
        assert_eq!(told["warnings"], json!([expected]));
        let told = &host(&without, &[&one, &two, &three]).expect("Nix is there")["warnings"];
        assert!(list(told).len() == 1 && text(&told[0]).starts_with("lab2nix: domains of lab `"), "{told}");
        assert!(["`one`", "`three`"].iter().all(|name| text(&told[0]).contains(name)), "{told}");
        for quiet in [without.with("services.lab2nix.enable", false), with_package(&world)] {
            assert_eq!(host(&quiet, &[&one, &two]).expect("Nix is there")["warnings"], json!([]));
        }
        assert_eq!(host(&without, &[&two]).expect("Nix is there")["warnings"], json!([]));
    }
}

#[test]
fn the_service_has_lab2nix_before_and_after_nixvirt() {
    let lab = committed("lab.json");
    for world in World::all() {
        let Some(with) = host(&with_package(&world), &[&lab]) else { return };
        let service = &with["services"]["nixvirt"];
        let script = text(&service["script"]);
        let order = [
            "LAB2NIX_ATTEMPTS=6\n",
            "LAB2NIX_TOOL=/opt/lab2nix/bin/lab2nix\n",
            "LAB2NIX_CONNECTIONS=(qemu:///system)\n",
            "trap attempt_ends EXIT\n",
            "TERM INT\nfi\n",
            "\nLAB2NIX='",
            "\nLAB2NIX_STEP=before\nlab2nix_before\nLAB2NIX_STEP=nixvirt\n",
            "nixvirt-module-helper",
            "\nLAB2NIX_STEP=after\n",
            "\nrm -f /run/lab2nix/accept\nlab2nix_after\n",
        ];
        let places = order.map(|part| script.find(part).unwrap_or_else(|| panic!("no `{part}`: {script}")));
        assert!(places.is_sorted(), "{places:?}: {script}");
        let programs = list(&service["path"]).iter().map(super::name_in_store);
        assert_eq!(programs.collect::<Vec<_>>(), ["libvirt", "jq", "libxml2", "iproute2"]);

        // A stop lets what runs come to its end.
        let slow = with_package(&world).with("services.lab2nix.activation.shutdownTimeout", 300);
        for (world, seconds) in [(with_package(&world), 210), (slow, 390)] {
            let service = &host(&world, &[&lab]).expect("Nix is there")["services"]["nixvirt"]["serviceConfig"];
            assert_eq!([&service["KillMode"], &service["TimeoutStopSec"]], [&json!("mixed"), &json!(seconds)]);
        }
    }
}

#[test]
fn lab2nix_is_told_of_each_connection() {
    // Specs name the libvirt of the system; somebody who writes to the module can name others.
    let lab = |name: &str, connection: &str, rest: &str| {
        let lab = variant(&format!(r#"{{ "lab": "{name}", {rest} }}"#));
        let file = lab.dir.join("default.nix");
        let module = fs::read_to_string(&file).expect("it has been generated");
        let of = |connection: &str| format!("connection = \"{connection}\";");
        assert!(module.contains(&of("qemu:///system")), "{module}");
        let module = module.replace(&of("qemu:///system"), &of(connection));
        fs::write(&file, module).expect("it is ours");
        lab
    };
    let uuid = "6b2b4e5c-4d0e-4a38-9d3a-6e7b8f9a0b1c";
    let system = lab(
        "one",
        "qemu:///system",
        &format!(
            r#""pools": {{ "vms": {{ "path": "/srv/vms" }} }},
            "domains": {{ "a": {{ "memory": "1GiB", "uuid": "{uuid}", "onChange": "shutdown" }} }}"#
        ),
    );
    let also = lab("two", "qemu:///system", r#""pools": { "more": { "path": "/srv/more" } }"#);
    let other = lab("three", "qemu:///embed?root=/srv/it's", r#""domains": { "b": { "memory": "1GiB" } }"#);
    // It has nothing for NixVirt.
    let empty = lab("four", "qemu:///session", r#""links": { "far": { "delay": "1s" } }"#);
    for world in World::all() {
        let labs = [&system, &also, &other, &empty];
        let Some(with) = host(&with_package(&world), &labs) else { return };
        let activation = etc(&with, "lab2nix/activation.json");
        let meant = |directories: &[&str], on_change: Value, labs: &[&str]| {
            json!({
                "shutdownTimeout": 120, "onTimeout": "fail",
                "onChange": on_change, "directories": directories, "labs": labs,
            })
        };
        let expected = json!({
            "qemu:///system": meant(&["/srv/more", "/srv/vms"], json!({ uuid: "shutdown" }), &["one", "two"]),
            "qemu:///embed?root=/srv/it's": meant(&[], json!({}), &["three"]),
        });
        assert_eq!(activation, expected);
        assert_eq!(etc(&with, "lab2nix/settings.json"), with["libvirt"]["connections"]);
        let script = text(&with["services"]["nixvirt"]["script"]);
        let connections = ["qemu:///system", r"'qemu:///embed?root=/srv/it'\''s'"];
        // In the order in which the module system has the labs.
        let orders = [connections.join(" "), connections.iter().rev().copied().collect::<Vec<_>>().join(" ")];
        assert!(orders.iter().any(|order| script.contains(&format!("LAB2NIX_CONNECTIONS=({order})\n"))), "{script}");

        // What the owner of the host says.
        let own = with_package(&world).with("services.lab2nix.activation.shutdownTimeout", 5);
        let own = own.with("services.lab2nix.activation.onTimeout", "power-off");
        let own = own.with("services.lab2nix.directories.enable", false);
        let told = etc(&host(&own, &labs).expect("Nix is there"), "lab2nix/activation.json");
        let system = &told["qemu:///system"];
        assert_eq!(
            [&system["shutdownTimeout"], &system["onTimeout"], &system["directories"]],
            [&json!(5), &json!("power-off"), &json!([])]
        );
        for (option, wrong) in [
            ("services.lab2nix.activation.shutdownTimeout", json!(-1)),
            ("services.lab2nix.activation.onTimeout", json!("wait")),
            ("services.lab2nix.plan.onSwitch", json!("ask")),
            ("services.lab2nix.plan.refuse", json!(["volume-delted"])),
        ] {
            assert!(with_package(&world).with(option, wrong).refuses(&[&also]), "{option}");
        }
    }
}

#[test]
fn a_switch_tells_first_where_nixpkgs_can() {
    let lab = committed("lab.json");
    for world in World::all() {
        let Some(with) = host(&with_package(&world), &[&lab]) else { return };
        let check = text(&with["preSwitchChecks"]["lab2nix"]);
        let script = text(&with["services"]["nixvirt"]["script"]);
        for name in ["LAB2NIX_TOOL", "LAB2NIX_SETTINGS", "LAB2NIX_ACTIVATION", "LAB2NIX_CONNECTIONS"] {
            assert_eq!(variable(&check, name), variable(&script, name));
        }
        assert_eq!(variable(&check, "LAB2NIX_REFUSE"), "data-lost,stops-half-way");

        let refusing = |list: Value| with_package(&world).with("services.lab2nix.plan.refuse", list);
        for (list, told) in [(json!([]), ""), (json!(["cut-off"]), "cut-off")] {
            let host = host(&refusing(list), &[&lab]).expect("Nix is there");
            assert_eq!(variable(&text(&host["preSwitchChecks"]["lab2nix"]), "LAB2NIX_REFUSE"), told);
        }
        let off = with_package(&world).with("services.lab2nix.plan.onSwitch", "off");
        let found = host(&off, &[&lab]).expect("Nix is there");
        assert_eq!(found["preSwitchChecks"], json!({}));
        assert_eq!(found["services"], with["services"], "the service looks all the same");
        let off = with_package(&world).with("services.lab2nix.enable", false);
        assert_eq!(host(&off, &[&lab]).expect("Nix is there")["preSwitchChecks"], json!({}));

        // An older nixpkgs.
        let older = World { without: Some(Part::PreSwitchChecks), ..with_package(&world) };
        let mut found = host(&older, &[&lab]).expect("Nix is there");
        assert_eq!(found["preSwitchChecks"], Value::Null);
        found["preSwitchChecks"] = with["preSwitchChecks"].clone();
        assert_eq!(found, with);
    }
}

#[test]
fn scripts_with_a_package_pass_strict_checks() {
    let mut labs: Vec<Generated> = examples().into_iter().chain(templates()).map(committed).collect();
    labs.push(committed("tests/cases/ok/imported/lab.json"));
    let mut scripts = BTreeMap::new();
    for world in World::all() {
        let labs: Vec<&Generated> = labs.iter().filter(|lab| world.takes(lab)).collect();
        let hosts: Vec<_> = labs.iter().map(std::slice::from_ref).collect();
        let Some(values) = with_package(&world).modules(&hosts) else { return };
        for (lab, value) in labs.iter().zip(&values) {
            scripts.insert(format!("{STRICT}{}", text(&value["services"]["nixvirt"]["script"])), &lab.name);
            // nixpkgs 25.05 asks no shellcheck.
            for (_, start, before, after) in &PRE_SWITCH[1..] {
                // Other checks have words of their own.
                let others = "echo \"$PATH\"; status=0; echo \"$status\"\n";
                let check = text(&value["preSwitchChecks"]["lab2nix"]);
                scripts.insert(format!("{start}{before}{check}{after}{before}{others}{after}"), &lab.name);
            }
        }
    }
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    shellcheck(scripts.keys().enumerate().map(|(at, script)| {
        let path = directory.path().join(format!("{at}.sh"));
        fs::write(&path, script).expect("the directory is ours");
        path
    }));
}

/// The names that an owner can refuse and accept are those that plans have.
#[test]
fn the_module_knows_every_consequence() {
    let names = fs::read_to_string("nix/host/consequences.nix").expect("it is there");
    let names: Vec<&str> = names.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix('"')).collect();
    let all: Vec<&str> = Consequence::ALL.iter().map(|consequence| consequence.name()).collect();
    assert_eq!(names, all);
    let gentle = fs::read_to_string("nix/host/gentle.nix").expect("it is there");
    assert!(gentle.contains(&format!("\"{} ", Harm::DATA_LOST)));
}
