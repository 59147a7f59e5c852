//! What Nix makes of the generated files: the lists under a stand-in for NixVirt that checks every type, the modules
//! under stand-ins for NixOS and for nixpkgs' module system. With `NIXVIRT_SRC` set to a checkout of NixVirt 0.6.0 and `NIXPKGS_LIB`
//! to one of nixpkgs or nixpkgs.lib, under the real ones too.

mod clash;
mod definition;
mod external;
mod forward;
mod gentle;
mod host;
mod image;
mod imported;
mod link;
mod names;
mod unattended;

use std::path::PathBuf;

use lab2nix::host::HostNeeds;
use lab2nix::nocloud::{self, FileKind};
use lab2nix::spec::Paths;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::evaluation::World;
use crate::support::labs::{Generated, Labs, committed, variant};
use definition::definitions;

#[test]
fn every_definition_is_taken_and_keeps_its_identity() {
    let labs = Labs::all();
    let stand_in = World::default();
    let mut worlds = World::all();
    worlds.retain(|world| world.nixpkgs_lib.is_none());
    for world in &worlds {
        let taken: Vec<&Generated> = labs.labs.iter().filter(|lab| world.takes(lab)).collect();
        let (Some(values), Some(meant)) = (world.lists(&taken), stand_in.lists(&taken)) else {
            return;
        };
        for ((lab, value), meant) in taken.iter().zip(&values).zip(&meant) {
            let (written, meant) = (definitions(value), definitions(meant));
            for definition in &meant {
                definition.check_macs(&lab.name);
            }
            assert_eq!(written, meant, "{}", lab.name);
            // Images of a flake are in the store, as nothing of theirs may change.
            let has_images = !HostNeeds::of(&lab.read.checked.built.as_ref().expect("it is sound").0).images.is_empty();
            let text = if has_images { value["domains"].to_string() } else { value.to_string() };
            match lab.target.paths {
                Paths::Stable => assert!(!text.contains("/nix/store"), "{}: {text}", lab.name),
                Paths::Store => assert!(!text.contains("/etc/lab2nix"), "{}: {text}", lab.name),
            }
        }
    }
}

#[test]
fn every_module_is_taken() {
    let labs = Labs::all();
    // What a host gets is the same in whatever style it is written, and whoever merges the modules.
    let mut met: Vec<(Option<PathBuf>, String, Value)> = Vec::new();
    for world in World::all() {
        let taken: Vec<&Generated> = labs.labs.iter().filter(|lab| world.takes(lab)).collect();
        let hosts: Vec<_> = taken.iter().map(std::slice::from_ref).collect();
        let Some(values) = world.modules(&hosts) else { return };
        for (lab, value) in taken.iter().zip(values) {
            assert_eq!(value["libvirt"]["enable"], true, "{}", lab.name);
            assert_eq!(value["services"]["nixvirt"]["serviceConfig"]["Restart"], "on-failure", "{}", lab.name);
            assert_eq!(value["failures"], json!([]), "{}", lab.name);

            let name = lab.name.replace("alejandra", "nixfmt");
            match met.iter().find(|(nixvirt, met, _)| (nixvirt, met) == (&world.nixvirt, &name)) {
                Some((.., met)) => assert_eq!(&value, met, "{}", lab.name),
                None => met.push((world.nixvirt.clone(), name, value)),
            }
        }
    }
}

#[test]
fn the_lab_of_this_repository() {
    let root = committed("lab.json");
    let Some(values) = World::default().lists(&[&root]) else {
        return;
    };
    let lab = &values[0];

    let networks = objects(lab, "networks");
    let pools = objects(lab, "pools");
    let domains = objects(lab, "domains");
    let identities = |objects: &[Value]| -> Vec<(String, String)> {
        objects.iter().map(|object| (text(&object["name"]), text(&object["uuid"]))).collect()
    };
    assert_eq!(
        [identities(&networks), identities(&pools), identities(&domains)].concat(),
        [
            ("lab-net", "0355c7ff-0c40-4a7a-8c0d-1f7564af25ca"),
            ("default", "d72183d8-b05c-42a6-9f79-96177d160f8e"),
            ("homelab", "31c47f9a-9ee8-4fd2-9f83-25733e81b978"),
            ("DC01", "4c82c973-7299-468e-bf15-d442ee681475"),
            ("SCCM01", "880e7366-fada-4550-9dc2-dec9daa7fb5c"),
            ("CLIENT01", "0f432a26-5296-4201-9b2f-e3e5c39b03bb"),
            ("CLIENT02", "59693b4a-35bf-4587-ba07-6c960182b0ae"),
        ]
        .map(|(name, uuid)| (name.to_owned(), uuid.to_owned()))
    );

    let volumes: Vec<Value> = list(&lab["pools"][0]["volumes"]).iter().map(definition).collect();
    let sizes: Vec<Value> = volumes.iter().map(|volume| json!([volume["name"], volume["capacity"]])).collect();
    let gib = |count: u32| json!({ "count": count, "unit": "GiB" });
    assert_eq!(
        json!(sizes),
        json!([
            ["dc01.qcow2", gib(60)],
            ["sccm01.qcow2", gib(100)],
            ["client01.qcow2", gib(60)],
            ["client02.qcow2", gib(60)],
        ])
    );

    for network in &networks {
        assert_eq!(network["mac"]["address"], mac(network, 0));
    }
    for domain in &domains {
        let interfaces = list(&domain["devices"]["interface"]);
        let on: Vec<&Value> = interfaces.iter().map(|interface| &interface["source"]["network"]).collect();
        assert_eq!(on, ["lab-net", "default"]);
        for (index, interface) in (0..).zip(interfaces) {
            assert_eq!(interface["mac"]["address"], mac(domain, index));
        }
    }
    assert_eq!(
        networks[0]["ip"][0]["dhcp"]["host"],
        json!([
            { "name": "DC01", "ip": "192.168.56.10", "mac": mac(&domains[0], 0) },
            { "name": "SCCM01", "ip": "192.168.56.11", "mac": mac(&domains[1], 0) },
        ])
    );

    for domain in &domains {
        assert_eq!(domain["devices"]["emulator"], "/run/libvirt/nix-emulators/qemu-system-x86_64");
        assert_eq!(domain["os"]["loader"]["path"], "/etc/lab2nix/x86_64/code.fd");
        assert_eq!(domain["os"]["nvram"]["template"], "/etc/lab2nix/x86_64/vars.qcow2");
        let nvram = format!("/var/lib/libvirt/qemu/nvram/{}.nvram", text(&domain["name"]));
        assert_eq!(domain["os"]["nvram"]["path"], nvram);
    }
    assert!(!lab.to_string().contains("/nix/store"));
}

#[test]
fn the_host_of_the_lab_of_this_repository() {
    let root = committed("lab.json");
    for world in World::all() {
        let Some(values) = world.modules(&[&[&root]]) else {
            return;
        };
        let host = &values[0];

        let connections = &host["libvirt"]["connections"];
        assert_eq!(keys(connections), ["qemu:///system"]);
        let names = ["networks", "pools", "domains"].map(|section| {
            let objects = list(&connections["qemu:///system"][section]).iter();
            objects.map(|object| name_in_store(&object["definition"])).collect::<Vec<_>>()
        });
        let written = ["network-lab-net", "network-default", "pool-homelab"];
        let domains = ["DC01", "SCCM01", "CLIENT01", "CLIENT02"].map(|name| format!("domain-{name}"));
        let expected: Vec<_> = written.iter().map(|name| (*name).to_owned()).chain(domains).collect();
        assert_eq!(names.concat(), expected.iter().map(|name| format!("NixVirt-{name}")).collect::<Vec<_>>());
        assert_eq!(list(&connections["qemu:///system"]["pools"][0]["volumes"]).len(), 4);
        // What `plan` reads of the last switch.
        let told = host["texts"]["lab2nix/settings.json"].as_str().expect("it is there");
        assert_eq!(serde_json::from_str::<Value>(told).expect("it is JSON"), *connections);

        let dns_and_dhcp = json!({ "allowedTCPPorts": [53], "allowedUDPPorts": [53, 67] });
        assert_eq!(host["firewall"], json!({ "virbr0": dns_and_dhcp, "virbr56": dns_and_dhcp }));

        let directories = &host["tmpfiles"]["lab2nix"];
        assert_eq!(keys(directories), ["/var/lib/libvirt/images/homelab", "/var/lib/libvirt/qemu/nvram"]);
        for (_, directory) in directories.as_object().into_iter().flatten() {
            assert_eq!(directory["d"]["mode"], ":0711");
        }

        assert_eq!(host["libvirt"]["swtpm"]["enable"], true);
        assert_eq!(keys(&host["etc"]), ["lab2nix/virtio-win.iso", "lab2nix/x86_64"]);
        assert_eq!(name_in_store(&host["etc"]["lab2nix/virtio-win.iso"]), "virtio-win.iso");
        assert_eq!(name_in_store(&host["etc"]["lab2nix/x86_64"]), "lab2nix-firmware-x86_64");

        let service = &host["services"]["nixvirt"];
        assert_eq!(service["serviceConfig"]["Restart"], "on-failure");
        assert_eq!(service["serviceConfig"]["RestartSec"], 10);
        assert_eq!(service["serviceConfig"]["RestartMode"], "direct");
        assert_eq!(service["serviceConfig"]["RestartPreventExitStatus"], 100);
        assert_eq!(service["startLimitIntervalSec"], 0);
        assert!(text(&service["script"]).starts_with("LAB2NIX_ATTEMPTS=6\n"), "{service}");
        // What can fail is in the main process, which a switch looks at.
        assert_eq!(service["preStart"], "");
        assert_eq!(service["before"], json!(["libvirt-guests.service"]));
        let mounts: Vec<String> = keys(directories).into_iter().map(|path| format!("\"{path}\"")).collect();
        assert_eq!(service["unitConfig"]["WantsMountsFor"], json!(mounts));
        let [told] = preparations(service).try_into().expect("one connection");
        assert_eq!(told["connection"], "qemu:///system");
        let why = "the TPMs of lab `sccm`";
        assert_eq!(
            [&told["tpm"], &told["programs"]],
            [&json!([{ "why": why }]), &json!([{ "program": "swtpm", "why": why }])]
        );
        let machine = json!({
            "emulator": format!("{}/bin/qemu-system-x86_64", text(&host["libvirtd"]["qemu"]["package"])),
            "link": "/run/libvirt/nix-emulators/qemu-system-x86_64",
            "machine": "pc-q35-9.1",
            "owner": "domain CLIENT01 of lab `sccm`",
        });
        assert_eq!(told["machines"], json!([machine]));
        let networks = ["0355c7ff-0c40-4a7a-8c0d-1f7564af25ca", "d72183d8-b05c-42a6-9f79-96177d160f8e"]
            .map(|uuid| json!({ "uuid": uuid, "steady": false }));
        assert_eq!([&told["networks"], &told["imported"]], [&json!(networks), &json!([])]);
        assert_eq!(host["libvirtd"]["qemu"]["vhostUserPackages"], json!([]));

        // NixVirt's module sets these.
        assert_eq!(host["libvirtd"]["enable"], true);
        assert_eq!(host["libvirtd"]["qemu"]["swtpm"]["enable"], true);
        assert_eq!(service["after"], json!(["libvirtd.service"]));
        // A libvirtd that does not start fails it, and does not keep it from starting.
        assert_eq!([&service["requires"], &service["wants"]], [&json!([]), &json!(["libvirtd.service"])]);
    }
}

#[test]
fn shares_bring_virtiofsd() {
    let later = committed("examples/sccm-later/lab.json");
    for world in World::all() {
        let Some(values) = world.modules(&[&[&later]]) else {
            return;
        };
        let packages: Vec<_> =
            list(&values[0]["libvirtd"]["qemu"]["vhostUserPackages"]).iter().map(name_in_store).collect();
        assert_eq!(packages, ["virtiofsd"]);
        assert_eq!(values[0]["firewall"]["virbr56"]["allowedUDPPorts"], json!([53]), "there is no DHCP on lab-net");
    }
}

#[test]
fn domains_and_networks_bring_what_they_need() {
    let case = |name: &str| committed(format!("tests/cases/ok/{name}/lab.json"));
    let labs = [committed("lab.json"), case("secure-boot"), case("user-network"), case("vlans")];
    for world in World::all() {
        let [plain, secure, user, switched] = &labs;
        let Some(values) = world.modules(&[&[plain], &[secure], &[user], &[switched]]) else {
            return;
        };
        let [plain, secure, user, switched] = &values[..] else { panic!("four hosts") };
        let etc = ["lab2nix/virtio-win.iso", "lab2nix/x86_64", "lab2nix/x86_64-secure"];
        assert_eq!(keys(&secure["etc"]), etc);
        assert_eq!(name_in_store(&secure["etc"][etc[2]]), "lab2nix-firmware-x86_64-secure");
        assert_eq!(
            list(&user["services"]["libvirtd"]["path"]).iter().map(name_in_store).collect::<Vec<_>>(),
            ["passt"]
        );
        assert_eq!(switched["vswitch"]["enable"], true);
        assert_eq!([&plain["services"]["libvirtd"], &plain["vswitch"]["enable"]], [&Value::Null, &json!(false)]);
    }
}

#[test]
fn files_to_boot_from_are_served() {
    let services = committed("tests/cases/ok/network-services/lab.json");
    for world in World::all() {
        let Some(values) = world.modules(&[&[&services]]) else {
            return;
        };
        let (firewall, directories) = (&values[0]["firewall"], &values[0]["tmpfiles"]["lab2nix"]);
        assert_eq!(firewall["virbr-install"]["allowedUDPPorts"], json!([53, 67, 69]));
        assert_eq!(firewall["virbr-elsewhere"]["allowedUDPPorts"], json!([53, 67]));
        assert_eq!(firewall["virbr-announced"]["allowedUDPPorts"], json!([53]));
        assert_eq!(firewall["virbr-six"]["allowedUDPPorts"], json!([53, 547]));
        assert_eq!(directories["/srv/tftp"]["d"]["mode"], ":0755");
    }
}

#[test]
fn pools_bring_what_their_storage_needs() {
    let labs = [committed("lab.json"), committed("tests/cases/ok/pools/lab.json")];
    for world in World::all() {
        let [plain, pools] = &labs;
        let Some(values) = world.modules(&[&[plain], &[pools]]) else {
            return;
        };
        let [plain, pools] = &values[..] else { panic!("two hosts") };
        let servers = json!({ "cifs": true, "glusterfs": true, "nfs": true });
        assert_eq!([&plain["filesystems"], &pools["filesystems"]], [&json!({}), &servers]);
        assert_eq!([&plain["openiscsi"]["enable"], &pools["openiscsi"]["enable"]], [&json!(false), &json!(true)]);
        let packages = |host: &Value| [&host["libvirtd"]["package"], &host["libvirtd"]["qemu"]["package"]].map(text);
        let ([libvirt, qemu], [other_libvirt, other_qemu]) = (packages(plain), packages(pools));
        assert_ne!(libvirt, other_libvirt, "built with iSCSI and Ceph");
        assert_eq!([name_in_store(&json!(qemu)), name_in_store(&json!(other_qemu))], ["qemu", "qemu_full"]);
        let mounts = ["/srv/pools/images", "/mnt/archive", "/mnt/nfs", "/mnt/share", "/mnt/gluster", "/mnt/other"];
        for directory in mounts {
            assert_eq!(pools["tmpfiles"]["lab2nix"][directory]["d"]["user"].is_string(), true, "{directory}");
        }
        assert!(pools["tmpfiles"]["lab2nix"]["/dev"].is_null());

        let own = world.with("services.openiscsi.enable", false);
        let host = own.modules(&[&[&labs[1]]]).expect("Nix is there");
        assert_eq!(host[0]["openiscsi"]["enable"], false);
    }
}

/// What the guest reads is what was meant, however awkward the texts are on their way through Nix.
#[test]
fn discs_say_what_was_meant() {
    let lab = committed("tests/cases/ok/cloud-init/lab.json");
    let (meant, _) = lab.read.checked.lab().expect("the case is sound");
    let attribute = |kind: FileKind| match kind {
        FileKind::MetaData => "metaData",
        FileKind::UserData => "userData",
        FileKind::NetworkConfig => "networkConfig",
    };
    for world in World::all() {
        let Some(values) = world.modules(&[&[&lab]]) else {
            return;
        };
        let (texts, etc) = (&values[0]["seeds"]["cloud"], &values[0]["etc"]);
        let mut domains: Vec<String> = Vec::new();
        for seed in nocloud::seeds(meant) {
            let found = &texts[seed.domain];
            for file in &seed.files {
                assert_eq!(found[attribute(file.kind)], file.text, "{}", seed.domain);
                let body = file.text.strip_prefix(file.kind.first_line()).expect("it starts with its first line");
                assert_eq!(serde_json::from_str::<Value>(body).unwrap(), file.value, "{}", seed.domain);
            }
            assert_eq!(found["networkConfig"].is_null(), seed.files.len() == 2, "{}", seed.domain);
            let disc = &etc[format!("lab2nix/seeds/cloud/{}.iso", seed.domain)];
            assert_eq!(name_in_store(disc), format!("lab2nix-seed-{}.iso", seed.domain));
            domains.push(seed.domain.to_owned());
        }
        domains.sort();
        assert_eq!(keys(texts), domains);
        // Its others are firmware.
        let discs = keys(etc).into_iter().filter(|path| path.starts_with("lab2nix/seeds/"));
        assert_eq!(discs.count(), domains.len());
        let web = text(&texts["web"]["userData"]);
        let web: Value = serde_json::from_str(web.strip_prefix("#cloud-config\n").unwrap()).unwrap();
        let commands = json!([
            "systemctl enable --now nginx",
            "printf '%s\\n' \"a \\\"quoted\\\" one\" ${HOME:-$x} ''two'' `id` > /root/é",
            "cat > /etc/motd <<'END'\n\tWelcome 😀 to ${name} \\ \u{85}\u{2028}\u{7f}\nEND\n",
        ]);
        assert_eq!(web["runcmd"], commands);
    }
}

/// A change of what a guest does makes another disc, and no other definition, unless definitions name store paths.
#[test]
fn another_disc_is_no_change_of_its_domain() {
    let lab = |paths: &str, command: &str| {
        variant(&format!(
            r#"{{ "lab": "one", "target": {{ "paths": "{paths}" }},
                 "domains": {{ "web.1": {{ "memory": "1GiB", "cloudInit": {{ "runcmd": ["{command}"] }} }} }} }}"#
        ))
    };
    for world in World::all() {
        let disc = "lab2nix/seeds/one/web.1.iso";
        let host = |paths: &str, command: &str| Some(world.modules(&[&[&lab(paths, command)]])?.remove(0));
        let definition =
            |host: &Value| host["libvirt"]["connections"]["qemu:///system"]["domains"][0]["definition"].clone();
        let (Some(one), Some(same), Some(other)) =
            (host("stable", "true"), host("stable", "true"), host("stable", "false"))
        else {
            return;
        };
        assert_eq!(one, same);
        assert_eq!(definition(&one), definition(&other));
        assert_ne!(one["etc"][disc], other["etc"][disc]);

        let (one, other) = (host("store", "true").unwrap(), host("store", "false").unwrap());
        assert_ne!(definition(&one), definition(&other));
        assert_eq!(one["seedPaths"]["lab-one"]["domain-web'1"], one["etc"][disc]);
    }
}

/// What guests get from files of the host is in no store: the host makes their discs elsewhere, and definitions name those.
#[test]
fn discs_with_files_of_the_host_are_in_no_store() {
    let lab = |paths: &str, secrets: &str| {
        variant(&format!(
            r#"{{ "lab": "one", "target": {{ "paths": "{paths}" }},
                 "domains": {{ "web.1": {{ "memory": "1GiB", "cloudInit": {{ "user": "me", {secrets} }} }} }} }}"#
        ))
    };
    let (disc, secret) = ("/run/lab2nix/seeds/one/web.1.iso", "/run/secrets/'a\"b");
    let files = r#""passwordFile": "/run/secrets/p", "files": [{ "path": "/k", "fromHost": "/run/secrets/'a\"b" }]"#;
    for world in World::all() {
        for paths in ["stable", "store"] {
            let Some(values) = world.modules(&[&[&lab(paths, files)]]) else { return };
            let host = &values[0];
            assert_eq!(host["secretSeedPaths"]["lab-one"]["domain-web'1"], disc);
            let lists = world.lists(&[&lab(paths, files)]).expect("Nix is there");
            let definition = lists[0]["domains"][0]["definition"].to_string();
            assert!(definition.contains(disc), "{definition}");
            assert!(!keys(&host["etc"]).iter().any(|path| path.starts_with("lab2nix/seeds/")));
            let service = &host["services"]["nixvirt"];
            let script = text(&service["script"]);
            let quoted = serde_json::to_string(secret).unwrap().replace('\'', "'\\''");
            assert!(script.contains(&quoted) && script.contains(disc), "{script}");
            let makes = script.find("xorriso -as").expect("it makes discs");
            assert!(makes < script.find("virsh uri").expect("it asks libvirt"));
            assert!(service["path"].to_string().contains("xorriso"));
        }
        // Without, there are none left.
        let host = world.modules(&[&[&lab("stable", r#""sshKeys": []"#)]]).expect("Nix is there").remove(0);
        let script = text(&host["services"]["nixvirt"]["script"]);
        assert!(script.contains("rm -rf /run/lab2nix/seeds") && !script.contains("xorriso"));
    }
}

/// The definitions in a section, as the stand-in writes them.
fn objects(lab: &Value, section: &str) -> Vec<Value> {
    list(&lab[section]).iter().map(definition).collect()
}

fn definition(object: &Value) -> Value {
    serde_json::from_str(&text(&object["definition"])).expect("the stand-in writes JSON")
}

/// The MAC address that NixVirt gives to an object's interface: `52:54:00`, then the start of a digest of the object's
/// UUID and the interface's position.
fn mac(object: &Value, index: u32) -> String {
    let digits = text(&object["uuid"]).replace('-', "");
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("a UUID has hexadecimal digits");
    let mut bytes: Vec<u8> = (0..32).step_by(2).map(byte).collect();
    bytes.extend(index.to_be_bytes());
    let digest = Sha256::digest(&bytes);
    format!("52:54:00:{:02x}:{:02x}:{:02x}", digest[0], digest[1], digest[2])
}

/// What the service that activates labs is told of each connection before NixVirt starts.
fn preparations(service: &Value) -> Vec<Value> {
    let script = text(&service["script"]);
    let told = script
        .split("\nLAB2NIX='")
        .skip(1)
        .map(|rest| rest.split_once("'\n").expect("it is one word").0.replace(r"'\''", "'"));
    told.map(|told| serde_json::from_str(&told).expect("it is JSON")).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn keys(value: &Value) -> Vec<String> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}")).keys().cloned().collect()
}

/// `/nix/store/<hash>-<name>` without what stands before the name.
fn name_in_store(path: &Value) -> String {
    let path = text(path);
    let (_, name) = path.strip_prefix("/nix/store/").and_then(|path| path.split_once('-')).expect("a store path");
    name.to_owned()
}
