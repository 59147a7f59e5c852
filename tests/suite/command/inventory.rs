//! `inspect` and `inventory`: what they say of every example, and whether those read it for whom it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::place::{LAB2NIX, Place, Ran};
use crate::support::{Differences, examples, skip};

/// Where is kept what is said of the examples.
const KEPT: &str = "tests/suite/command/inventory";

/// The formats of text, each with the suffix of its file.
const FORMATS: [(&str, &str); 4] = [("json", "json"), ("ansible", "yml"), ("ssh", "ssh"), ("hosts", "hosts")];

/// Other forms of a lab that is among the examples: with its name and its domains.
const FORMS: [&str; 3] = ["sccm-later", "vlans", "bonding-vlans"];

/// A lab with everything that makes a difference, and another one with a domain of the same name.
const OFFICE: &str = r#"{
  "lab": "office",
  "networks": { "lan": { "subnet": "10.20.0.0/24", "subnet6": "fd00:20::/64", "dns": { "domain": "office.example" } } },
  "defaults": { "memory": "1GiB", "boot": ["network"] },
  "profiles": { "server": { "os": "windows-server-2022" }, "linux": {}, "web-server": { "extends": ["linux"] }, "web_server": {} },
  "domains": {
    "DC01": { "profiles": ["server"], "interfaces": [{ "network": "lan", "ip": "10.20.0.10", "ip6": "fd00:20::10" }] },
    "SIX": { "profiles": ["server"], "interfaces": [{ "network": "lan", "ip6": "fd00:20::11" }] },
    "PORTS": {
      "profiles": ["server"],
      "interfaces": [{ "user": true, "forwards": [{ "host": 33389, "guest": 3389 }, { "host": 35986, "guest": 5986 }] }]
    },
    "web": {
      "profiles": ["web-server"],
      "interfaces": [{ "network": "lan", "ip": "10.20.0.20" }],
      "cloudInit": { "user": "me", "passwordFile": "/run/secrets/it's \"web\"", "hostname": "www" }
    },
    "node": {
      "replicas": 2,
      "profiles": ["web_server"],
      "interfaces": [{ "user": true, "forwards": [{ "host": 2222, "guest": 22, "address": "0.0.0.0" }, { "host": 5353, "guest": 53, "protocol": "udp" }] }],
      "cloudInit": { "user": "me", "passwordFile": "/run/secrets/node", "sshKeys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIJiwsQjV1yksZt6yNOO7Rph02hedc2UDs5fv3aYHmUA me"] }
    },
    "lease": { "interfaces": [{ "network": "lan" }] },
    "gold": { "template": true, "interfaces": [{ "network": "lan", "ip": "10.20.0.99" }] }
  }
}
"#;

const OTHER: &str = r#"{
  "lab": "other",
  "networks": { "net": { "subnet": "10.30.0.0/24" }, "house": { "mode": "bridge", "bridge": "br0" } },
  "domains": {
    "web": { "memory": "1GiB", "boot": ["network"], "interfaces": [{ "network": "net", "ip": "10.30.0.20" }] },
    "all": { "memory": "1GiB", "boot": ["network"], "interfaces": [{ "network": "net", "ip": "10.30.0.21" }] },
    "localhost": { "memory": "1GiB", "boot": ["network"], "interfaces": [{ "network": "net", "ip": "10.30.0.22" }] },
    "a_b.c": {
      "memory": "1GiB", "boot": ["network"], "interfaces": [{ "network": "house" }],
      "cloudInit": { "hostname": "localhost", "network": { "interfaces": { "house": { "addresses": ["192.168.1.7/24"] } } } }
    }
  }
}
"#;

/// Both, in `lab.json` and `other.json`.
fn offices() -> Place {
    let place = Place::with(OFFICE);
    place.write("other.json", OTHER);
    place
}

/// What the command prints for labs of this repository.
fn of_examples(arguments: &[&str]) -> Ran {
    Ran::of(Command::new(LAB2NIX).args(arguments)).exits(0)
}

/// The examples, each with what its files here are called, and all together.
fn labs() -> Vec<(String, Vec<PathBuf>)> {
    let name = |spec: &Path| {
        let dir =
            spec.parent().and_then(Path::file_name).map_or("lab".into(), |dir| dir.to_string_lossy().into_owned());
        if dir.is_empty() { "lab".to_owned() } else { dir }
    };
    let all = examples();
    let together = all.iter().filter(|spec| !FORMS.contains(&name(spec).as_str())).cloned().collect();
    let one_each = all.iter().map(|spec| (name(spec), vec![spec.clone()]));
    one_each.chain([("together".to_owned(), together)]).collect()
}

#[test]
fn what_is_said_of_every_example_is_kept() {
    let mut differences = Differences::default();
    for (name, specs) in labs() {
        let specs: Vec<&str> = specs.iter().map(|spec| spec.to_str().expect("our own names are text")).collect();
        for (format, suffix) in FORMATS {
            let ran = of_examples(&[&["inventory", "--format", format][..], &specs].concat());
            differences.compare(&Path::new(KEPT).join(format!("{name}.{suffix}")), &ran.out);
        }
        for (format, suffix) in [("table", "txt"), ("json", "inspect.json")] {
            let ran = of_examples(&[&["inspect", "--format", format][..], &specs].concat());
            differences.compare(&Path::new(KEPT).join(format!("{name}.{suffix}")), &ran.out);
        }
    }
    differences.settle("UPDATE_CASES=1 cargo test --test suite command::inventory");
}

#[test]
fn json_has_a_schema() {
    for command in ["inspect", "inventory"] {
        let place = offices();
        let schema = place.run(&["schema", "--of", command]).exits(0).without_talk().out;
        let validator = jsonschema::validator_for(&serde_json::from_str(&schema).expect("it is JSON")).unwrap();
        let ran = place.run(&[command, "lab.json", "other.json", "--format", "json"]).exits(0);
        let value: Value = serde_json::from_str(&ran.out).expect("it is JSON");
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{command}");
    }
    let place = offices();
    assert_eq!(place.run(&["schema", "--plan"]).exits(0).out, place.run(&["schema", "--of", "plan"]).exits(0).out);
    assert_eq!(place.run(&["schema", "--of", "spec"]).exits(0).out, place.run(&["schema"]).exits(0).out);
    place.run(&["schema", "--of", "plan", "--markdown"]).exits(2);
}

/// What `ansible-inventory` reads of an inventory; nothing where there is none.
fn read_by_ansible(place: &Place, text: &str) -> Option<Value> {
    place.write("hosts.yml", text);
    let mut command = place.command("ansible-inventory", &["-i", "hosts.yml", "--list"]);
    command.env("ANSIBLE_HOME", place.path("ansible")).env("LC_ALL", "C.UTF-8");
    let Ok(output) = command.output() else {
        skip("there is no ansible-inventory here, so nothing reads inventories for Ansible");
        return None;
    };
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !err.contains("WARNING"), "{err}\n{text}");
    Some(serde_json::from_str(&out).expect("it is JSON"))
}

#[test]
fn ansible_reads_it() {
    let place = offices();
    let ran = place.run(&["inventory", "lab.json", "other.json", "--format", "ansible"]).exits(0);
    let ran = ran.says("note: the spec has no address of `lease`: give an interface `ip`, ");
    let Some(read) = read_by_ansible(&place, &ran.out) else { return };
    let vars = &read["_meta"]["hostvars"];
    let windows = json!({
        "ansible_connection": "winrm", "ansible_host": "10.20.0.10", "ansible_port": 5985, "ansible_shell_type": "powershell",
        "ansible_winrm_operation_timeout_sec": 60, "ansible_winrm_read_timeout_sec": 70, "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "ntlm", "lab2nix_domain": "DC01", "lab2nix_lab": "office",
    });
    assert_eq!(vars["DC01"], windows);
    assert_eq!(vars["SIX"]["ansible_host"], "fd00:20::11");
    let ports = &vars["PORTS"];
    assert_eq!((&ports["ansible_host"], &ports["ansible_port"]), (&json!("127.0.0.1"), &json!(35986)));
    assert_eq!(ports["ansible_winrm_server_cert_validation"], "ignore");
    let web = &vars["web.office"];
    let password = "{{ lookup('ansible.builtin.file', \"/run/secrets/it's \\\"web\\\"\").splitlines() | first }}";
    assert_eq!((&web["ansible_user"], &web["ansible_password"]), (&json!("me"), &json!(password)));
    assert_eq!((&web["ansible_host"], &web["ansible_port"]), (&json!("10.20.0.20"), &Value::Null));
    // Who has a key needs no password.
    let node = json!({
        "ansible_host": "127.0.0.1", "ansible_port": 2223, "ansible_user": "me", "lab2nix_domain": "node-2", "lab2nix_lab": "office",
    });
    assert_eq!(vars["node-2"], node);
    assert_eq!(vars["lease"], json!({ "lab2nix_domain": "lease", "lab2nix_lab": "office" }));
    assert_eq!(vars["all-domain"]["lab2nix_domain"], "all");
    assert_eq!(vars["gold"], Value::Null);
    let group = |name: &str| -> BTreeSet<&str> {
        read[name]["hosts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    };
    assert_eq!(group("windows"), ["DC01", "PORTS", "SIX"].into());
    assert_eq!(group("os_windows_server_2022"), group("profile_server"));
    assert_eq!(group("profile_web_server"), ["node-1", "node-2"].into());
    assert_eq!(group("profile_web_server_2"), ["web.office"].into());
    assert_eq!(group("profile_linux"), ["web.office"].into());
    assert_eq!(group("network_net"), ["all-domain", "localhost", "web.other"].into());
    assert_eq!(group("network_house"), ["a_b.c"].into());
    let far = place.run(&["inventory", "--format", "ansible", "--connect", "qemu+ssh://me@far:2200/system"]).exits(0);
    let read = read_by_ansible(&place, &far.out).expect("it is there");
    assert_eq!(read["_meta"]["hostvars"]["web"]["ansible_ssh_common_args"], "-o ProxyJump=me@far:2200");
}

/// Every example, too.
#[test]
fn ansible_reads_every_example() {
    let place = Place::with("");
    for (name, _) in labs() {
        let text = fs::read_to_string(Path::new(KEPT).join(format!("{name}.yml"))).unwrap_or_default();
        let Some(read) = read_by_ansible(&place, &text) else { return };
        let kept: Value =
            serde_json::from_str(&fs::read_to_string(Path::new(KEPT).join(format!("{name}.json"))).unwrap()).unwrap();
        let domains = kept["domains"].as_array().unwrap().len();
        assert_eq!(read["_meta"]["hostvars"].as_object().map_or(0, serde_json::Map::len), domains, "{name}");
    }
}

#[test]
fn ssh_reads_it() {
    let place = offices();
    let settings = |arguments: &[&str]| {
        let all = [&["inventory", "lab.json", "other.json", "--format", "ssh"][..], arguments].concat();
        place.write("config", &place.run(&all).exits(0).out);
    };
    let read = |host: &str| -> Option<BTreeSet<String>> {
        let Ok(output) = place.command("ssh", &["-G", "-F", "config", host]).output() else {
            skip("there is no ssh here, so nothing reads its settings");
            return None;
        };
        assert!(output.status.success(), "{output:?}");
        Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
    };
    let check = |host: &str, expected: &[&str], absent: &[&str]| {
        let Some(read) = read(host) else { return };
        for line in expected {
            assert!(read.contains(*line), "{line} of {host}: {read:#?}");
        }
        for start in absent {
            assert!(!read.iter().any(|line| line.starts_with(start)), "{start} of {host}: {read:#?}");
        }
    };
    settings(&[]);
    check("web.office", &["hostname 10.20.0.20", "user me", "port 22"], &["proxyjump", "hostkeyalias"]);
    check("web.other", &["hostname 10.30.0.20"], &[]);
    check("node-2", &["hostname 127.0.0.1", "port 2223", "hostkeyalias node-2.office"], &["proxyjump"]);
    check("SIX", &["hostname fd00:20::11"], &[]);
    check("a_b.c", &["hostname 192.168.1.7"], &[]);
    check("lease", &["hostname lease"], &[]);
    settings(&["--connect", "qemu+ssh://root@[fd00::1]:2200/system", "--only", "node-*"]);
    check("node-1", &["hostname 127.0.0.1", "port 2222", "proxyjump root@[fd00::1]:2200"], &[]);
    check("DC01", &["hostname dc01"], &["proxyjump"]);
    settings(&["--connect", "qemu+tls://far/system"]);
    check("node-1", &["hostname far", "port 2222"], &["proxyjump"]);
    for bad in ["qemu+ssh://-oProxyCommand=x/system", "qemu+ssh://a b/system", ""] {
        place.run(&["inventory", "--format", "ssh", "--connect", bad]).exits(2).without_result();
    }
}

#[test]
fn the_hosts_file_has_names_of_hosts_only() {
    let place = offices();
    let ran = place.run(&["inventory", "lab.json", "other.json", "--format", "hosts"]).exits(0);
    let expected = "# Generated by `lab2nix inventory --format hosts`: edits are lost.\n\
                    10.20.0.10 DC01.office.example DC01\n10.20.0.20 web.office.example web www\n10.30.0.20 web\n10.30.0.21 all\n\
                    fd00:20::10 DC01.office.example DC01\nfd00:20::11 SIX.office.example SIX\n";
    assert_eq!(ran.out, expected);
    ran.says("note: the spec has no address of `lease`: ")
        .says("note: not valid as a host name: `a_b.c` and `localhost`; give ");
}

#[test]
fn remote_desktops() {
    let place = offices();
    let ran = place.run(&["inventory", "--format", "rdp", "--only", "SIX"]).exits(0).without_talk();
    assert_eq!(ran.out, "full address:s:[fd00:20::11]:3389\r\nprompt for credentials:i:1\r\n");
    let several = place.run(&["inventory", "--format", "rdp"]).exits(2).without_result();
    several
        .says("the remote desktops of `DC01`, `PORTS` and `SIX` are several files: give a directory with `--out DIR`");
    place
        .run(&["inventory", "--format", "rdp", "--only", "web"])
        .exits(2)
        .says("there is no remote desktop: the `os` of `web` is not Windows");
    place
        .run(&["inventory", "--format", "rdp", "--out", "rdp"])
        .exits(0)
        .without_result()
        .says("wrote rdp/PORTS.rdp\n");
    let text = |name: &str| fs::read_to_string(place.path(name)).unwrap();
    assert!(text("rdp/PORTS.rdp").starts_with("full address:s:127.0.0.1:33389\r\n"));
    place.run(&["inventory", "--format", "rdp", "--out", "rdp"]).exits(0).without_talk();
    place.write("rdp/DC01.rdp", "mine");
    place.run(&["inventory", "--format", "rdp", "--out", "rdp"]).exits(2).says("`--force` replaces it");
    assert_eq!(text("rdp/DC01.rdp"), "mine");
    place.run(&["inventory", "--format", "rdp", "--out", "rdp", "--force"]).exits(0);
    assert!(text("rdp/DC01.rdp").starts_with("full address:s:10.20.0.10:3389\r\n"));
}

#[test]
fn domains_are_chosen() {
    let place = offices();
    let chosen = |only: &[&str]| -> Vec<String> {
        let only: Vec<&str> = only.iter().flat_map(|word| ["--only", word]).collect();
        let ran = place.run(&[&["inventory", "--format", "json"][..], &only].concat()).exits(0).without_talk();
        let value: Value = serde_json::from_str(&ran.out).expect("it is JSON");
        let domains = value["domains"].as_array().expect("a list").iter();
        domains.map(|domain| domain["alias"].as_str().expect("a text").to_owned()).collect()
    };
    assert_eq!(chosen(&[]), ["DC01", "PORTS", "SIX", "lease", "node-1", "node-2", "web"]);
    assert_eq!(chosen(&["node-*", "DC01"]), ["DC01", "node-1", "node-2"]);
    assert_eq!(chosen(&["@linux"]), ["web"]);
    let refused = |only: &str, says: &str| {
        place.run(&["inventory", "--format", "json", "--only", only]).exits(2).without_result().says(says);
    };
    refused("dc01", "there is no domain `dc01`: did you mean `DC01`?");
    refused("@servers", "no domain has the profile `servers`: did you mean `server`?");
    refused("[", "`[` is not a valid glob: ");
    place.run(&["inventory"]).exits(2).says("--format");
}

#[test]
fn the_table_tells_where_each_domain_is_written() {
    let place = Place::with(r#"{ "lab": "small", "include": ["more.json"], "description": "A\u0085B" }"#);
    place.write(
        "more.json",
        "{ \"domains\": {\n  \"web\": { \"memory\": \"1GiB\", \"boot\": [\"network\"], \"interfaces\": [{ \"user\": true, \"forwards\": [{ \"host\": 2222, \"guest\": 22 }] }] } } }",
    );
    let ran = place.run(&["inspect"]).exits(0);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "lab small (lab.json): A\\u{85}B");
    assert!(lines[2].starts_with("DOMAIN  OS     CPUS  MEMORY  NETWORK  ADDRESS    MAC "), "{ran:?}");
    assert!(lines[3].starts_with("web     linux  2     1GiB    user     :2222→22*  52:54:00:"), "{ran:?}");
    assert!(lines[3].ends_with("more.json:2"), "{ran:?}");
    // A spec with errors has no answer.
    place.write("more.json", "{}}");
    place.run(&["inspect"]).exits(1).without_result();
    place.run(&["inventory", "--format", "ssh"]).exits(1).without_result();
}
