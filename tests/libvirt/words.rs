//! Words of a spec in the mouths of other programs: what `NixOS` writes of them is given to the programs that read it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::support::evaluation::World as Evaluation;
use crate::support::labs::variant;
use crate::world::World;

/// The most awkward words that a spec takes; `tests/suite/words.rs` tries which it does not.
const SPEC: &str = r#"{
    "lab": "words",
    "networks": {
        "plain": { "subnet": "10.0.0.0/24", "bridge": "Br-0.x_y" },
        "long": { "subnet": "10.0.1.0/24", "bridge": "b23456789012345" },
        "dotted": { "subnet": "10.0.2.0/24", "bridge": "b.4096" }
    },
    "pools": {
        "shell": { "path": "/srv/$(touch pwned) `touch pwned`;touch pwned;#&|<>(){}[]!?*~$x ${y}" },
        "blanks": { "path": "/srv/ two  words /-x --help" },
        "letters": { "path": "/srv/ü 😀 é" },
        "owned": { "path": "/srv/=a:b,c@d+e^f", "permissions": { "mode": "0750", "owner": 64055, "group": 36 } }
    },
    "domains": { "a": { "memory": "1GiB", "firmware": "uefi", "nvram": "/srv/nv ram;$HOME/a.fd" } }
}"#;

#[test]
fn words_of_a_spec_stay_words() {
    let Some(values) = Evaluation::default().modules(&[&[&variant(SPEC)]]) else { return };
    let (host, world) = (&values[0], World::start("words"));
    let before = files(&world);

    // NixOS puts every field between single quotes, as it is.
    let rules = host["tmpfiles"]["lab2nix"].as_object().expect("it has directories");
    assert_eq!(rules.len(), 5);
    let mut lines = String::new();
    for (path, rule) in rules {
        let field = |name: &str| rule["d"][name].as_str().expect("a field").to_owned();
        let fields = ["d".to_owned(), path.clone(), field("mode"), field("user"), field("group"), field("age")];
        let quoted: Vec<String> = fields.iter().map(|field| format!("'{field}'")).collect();
        writeln!(lines, "{} ", quoted.join(" ")).expect("a `String` takes whatever is written to it");
    }
    world.write("/etc/tmpfiles.d/lab2nix.conf", &lines);
    world.run(&["systemd-tmpfiles", "--create", "/etc/tmpfiles.d/lab2nix.conf"]);
    for (path, _) in rules {
        assert!(world.has(path), "there is no `{path}`");
    }
    assert_eq!(world.run(&["stat", "--format", "%a %u %g", "/srv/=a:b,c@d+e^f"]).trim(), "750 64055 36");

    // NixOS writes names of bridges bare: into a script of root's, and into a file of nft's.
    let bridges = host["firewall"].as_object().expect("it has bridges");
    assert_eq!(bridges.len(), 3);
    let (mut script, mut table) = ("set -e\nip46tables() { printf '%s\\n' \"${@: -1}\"; }\n".to_owned(), String::new());
    for (bridge, ports) in bridges {
        for (protocol, ports) in [("tcp", &ports["allowedTCPPorts"]), ("udp", &ports["allowedUDPPorts"])] {
            for port in ports.as_array().expect("a list").iter().map(Value::to_string) {
                let rule =
                    format!("ip46tables -A nixos-fw -p {protocol} --dport {port} -j nixos-fw-accept -i {bridge}");
                writeln!(script, "{rule}").expect("a `String` takes whatever is written to it");
                writeln!(table, "iifname {bridge} {protocol} dport {{ {port} }} accept")
                    .expect("a `String` takes whatever is written to it");
            }
        }
    }
    let named: BTreeSet<String> = world.run(&["bash", "-c", &script]).lines().map(str::to_owned).collect();
    assert_eq!(named, bridges.keys().cloned().collect());
    world.write("/tmp/firewall.nft", &format!("table inet nixos-fw {{\nchain input-allow {{\n{table}}}\n}}\n"));
    world.run(&["nft", "--file", "/tmp/firewall.nft"]);
    let taken = world.run(&["nft", "list", "table", "inet", "nixos-fw"]);
    for bridge in bridges.keys() {
        assert!(taken.contains(&format!("iifname \"{bridge}\"")), "{taken}");
    }

    // Nothing else has come of it. libvirtd may still be making its own directories when the first list is made.
    let ours = |path: &String| {
        ["/srv", "/etc/tmpfiles.d/", "/tmp/", "/etc/libvirt/"].iter().any(|directory| path.starts_with(directory))
    };
    let new: Vec<String> = files(&world).difference(&before).filter(|path| !ours(path)).cloned().collect();
    assert_eq!(new, Vec::<String>::new());
}

/// What there is where a word that is no word would leave something.
fn files(world: &World) -> BTreeSet<String> {
    let find = ["find", "/", "/root", "/etc", "/srv", "-xdev", "-maxdepth", "3", "-not", "-path", "/proc*"];
    world.run(&find).lines().map(str::to_owned).collect()
}
