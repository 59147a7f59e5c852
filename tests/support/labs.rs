//! The labs whose generated files are looked at with other people's tools: what is committed, the recipes of the cookbook,
//! and variants that show what the skeletons of the files do with what is there and what is not.

use std::fs;
use std::path::{Path, PathBuf};

use lab2nix::lab::Target;
use lab2nix::nix::host::HOST_DIRECTORY;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::cookbook::recipes;
use super::{Read, examples, good_specs, templates, with_extension};

/// Small labs, each with one thing that `default.nix` or the lists depend on, or without it.
const VARIANTS: &[(&str, &str)] = &[
    ("no section", "{}"),
    ("nothing but networks", r#"{ "networks": { "lan": { "subnet": "10.0.0.0/24" } } }"#),
    ("nothing but a pool", r#"{ "pools": { "vms": { "path": "/srv/vms" } } }"#),
    ("nothing but a domain", r#"{ "domains": { "a": { "memory": "1GiB" } } }"#),
    ("sections without entries", r#"{ "networks": {}, "pools": {}, "domains": {} }"#),
    ("a network of the host's", r#"{ "networks": { "lan": { "mode": "bridge", "bridge": "br0" } } }"#),
    (
        "networks that serve nothing, DNS, DHCP",
        r#"{ "networks": {
            "nothing": { "mode": "isolated" },
            "dns": { "subnet": "10.0.0.0/24", "dhcp": { "enable": false } },
            "dhcp": { "subnet": "10.0.1.0/24", "dns": { "enable": false }, "mode": "route" },
            "six": { "subnet6": "fd00::/64", "mode": "open", "bridge": "br.with-dots" }
        } }"#,
    ),
    (
        "directories with awkward names and owners",
        r#"{ "pools": {
            "dollar": { "path": "/srv/${x} $${y} $z; é" },
            "owned": { "path": "/srv/owned", "permissions": { "mode": "0750", "owner": 64055, "group": 36 } }
        } }"#,
    ),
    (
        "images of a flake",
        r#"{ "pools": { "vms": { "path": "/srv/vms" } }, "domains": { "a": {
            "memory": "1GiB",
            "disks": [{ "pool": "vms", "size": "1GiB", "image": { "nix": "debian.trixie" } }]
        } } }"#,
    ),
    ("UEFI without a TPM", r#"{ "domains": { "a": { "memory": "1GiB", "firmware": "uefi" } } }"#),
    ("a TPM without UEFI", r#"{ "domains": { "a": { "memory": "1GiB", "tpm": true } } }"#),
    (
        "UEFI without snapshots",
        r#"{ "domains": { "a": { "memory": "1GiB", "firmware": "uefi", "snapshots": false } } }"#,
    ),
    ("Secure Boot", r#"{ "domains": { "a": { "memory": "1GiB", "firmware": "uefi-secure" } } }"#),
    (
        "Secure Boot without keys",
        r#"{ "domains": {
            "a": { "memory": "1GiB", "firmware": "uefi-secure", "secureBootKeys": "none" },
            "b": { "memory": "1GiB", "firmware": "uefi-secure", "secureBootKeys": "none", "snapshots": false }
        } }"#,
    ),
    (
        "Secure Boot beside other UEFI, without snapshots",
        r#"{ "domains": {
            "a": { "memory": "1GiB", "firmware": "uefi-secure", "snapshots": false },
            "b": { "memory": "1GiB", "firmware": "uefi", "cdroms": [{ "driverDisc": true }] }
        } }"#,
    ),
    (
        "port forwards",
        r#"{ "domains": { "a": { "memory": "1GiB", "interfaces": [{ "user": true, "forwards": [{ "host": 2222 }] }] } } }"#,
    ),
    ("a user interface", r#"{ "domains": { "a": { "memory": "1GiB", "interfaces": [{ "user": true }] } } }"#),
    (
        "Open vSwitch and macvtap",
        r#"{ "networks": {
            "ovs": { "mode": "ovs", "bridge": "ovsbr0", "vlan": { "tags": [7] } },
            "shared": { "mode": "macvtap", "dev": "enp1s0" }
        } }"#,
    ),
    (
        "discs for cloud-init",
        r#"{ "domains": {
            "a": { "memory": "1GiB", "cloudInit": {} },
            "0.or": { "memory": "1GiB", "graphics": { "type": "vnc", "port": 5901 }, "cloudInit": { "runcmd": ["${x} ''${y} ''"] } },
            "or": { "memory": "1GiB", "interfaces": [{ "user": true }], "cloudInit": { "network": {} } }
        } }"#,
    ),
    ("the driver disc alone", r#"{ "domains": { "a": { "memory": "1GiB", "cdroms": [{ "driverDisc": true }] } } }"#),
    ("a share", r#"{ "domains": { "a": { "memory": "1GiB", "shares": [{ "source": "/srv", "tag": "srv" }] } } }"#),
    (
        "two architectures",
        r#"{ "domains": {
            "arm": { "memory": "1GiB", "arch": "aarch64" },
            "pc": { "memory": "1GiB", "firmware": "uefi", "nvram": "/srv/nvram/pc.fd" }
        } }"#,
    ),
    (
        "everything",
        r#"{
            "networks": { "lan": { "subnet": "10.0.0.0/24", "subnet6": "fd00::/64" } },
            "pools": { "vms": { "path": "/srv/vms", "volumes": { "old.qcow2": { "present": false } } } },
            "domains": { "pc": {
                "os": "windows-11",
                "memory": "4GiB",
                "disks": [{ "pool": "vms", "size": "1GiB" }],
                "cdroms": [{ "driverDisc": true }],
                "interfaces": [{ "network": "lan", "ip": "10.0.0.2", "ip6": "fd00::2" }],
                "shares": [{ "source": "/srv", "tag": "srv" }],
                "active": false,
                "restart": false
            } }
        }"#,
    ),
];

/// What each variant, each example and the lab of this repository are generated for.
const TARGETS: &[(&str, &str, &str)] = &[
    ("0.6.0", "stable", "nixfmt"),
    ("0.6.0", "store", "nixfmt"),
    ("0.6.0", "stable", "alejandra"),
    ("0.6.0", "store", "alejandra"),
    ("unreleased", "stable", "nixfmt"),
];

/// A lab's files.
pub struct Generated {
    /// What the lab is called in messages.
    pub name: String,
    /// The directory of the files.
    pub dir: PathBuf,
    /// What they were generated for.
    pub target: Target,
    /// The lab.
    pub read: Read,
    /// Where the files are, if nobody else keeps it.
    _own: Option<TempDir>,
}

/// What is committed, the variants, and the recipes.
pub struct Labs {
    /// Their files.
    pub labs: Vec<Generated>,
    /// Where those of the others are; removed when this is dropped.
    _variants: TempDir,
}

impl Labs {
    /// Finds what is committed and generates the others.
    pub fn all() -> Self {
        let directory = tempfile::tempdir().expect("a directory for temporary files");
        // A case that is being written has no files yet, which the test of the cases tells.
        let with_files = good_specs().into_iter().filter(|spec| spec.with_file_name("generated").exists());
        let mut labs: Vec<Generated> = with_files.chain(templates()).map(|spec| committed(&spec)).collect();
        let variants = VARIANTS.iter().map(|(name, spec)| {
            let mut spec: Value = serde_json::from_str(spec).expect("the variants are JSON");
            spec["lab"] = "variant".into();
            ((*name).to_owned(), spec)
        });
        let examples = examples().into_iter().map(|path| {
            let spec = Read::file(&path).to_value().expect("the examples are JSON");
            (path.display().to_string(), spec)
        });
        for (at, (name, mut spec)) in variants.chain(examples).enumerate() {
            for (nixvirt, paths, format) in TARGETS {
                spec["target"] = json!({ "nixvirt": nixvirt, "paths": paths, "format": format });
                let dir = directory.path().join(format!("{at}-{nixvirt}-{paths}-{format}"));
                let name = format!("{name} ({nixvirt}, {paths}, {format})");
                labs.push(generate(name, dir, &spec));
            }
        }
        for (at, recipe) in recipes().iter().enumerate() {
            let name = format!("{}: {}", recipe.place, recipe.task);
            labs.push(generate(name, directory.path().join(format!("recipe-{at}")), &recipe.lab()));
        }
        Self { labs, _variants: directory }
    }
}

/// The files of a spec as they are committed. Cases and templates keep no module of the host, which is the same for
/// all, so theirs are made; that they are what is committed is for another test.
pub fn committed(spec: impl AsRef<Path>) -> Generated {
    let spec = spec.as_ref();
    let read = Read::file(spec);
    let (name, dir) = (spec.display().to_string(), spec.with_file_name("generated"));
    if dir.join(HOST_DIRECTORY).exists() {
        return Generated { name, dir, target: target(&read), read, _own: None };
    }
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    let generated = write(name, directory.path().join("generated"), read);
    Generated { _own: Some(directory), ..generated }
}

/// The files of a spec that is only here.
pub fn variant(spec: &str) -> Generated {
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    let read = Read::bytes("lab.json", spec.as_bytes().to_vec());
    let generated = write(spec.to_owned(), directory.path().join("generated"), read);
    Generated { _own: Some(directory), ..generated }
}

fn generate(name: String, dir: PathBuf, spec: &Value) -> Generated {
    write(name, dir, Read::value(spec))
}

fn write(name: String, dir: PathBuf, read: Read) -> Generated {
    let files = read.files().unwrap_or_else(|| panic!("{name}:\n{}", read.report()));
    fs::create_dir_all(dir.join(HOST_DIRECTORY)).expect("the directory is new");
    for file in files {
        fs::write(dir.join(file.name()), file.text()).expect("the directory is ours");
    }
    Generated { name, dir, target: target(&read), read, _own: None }
}

fn target(read: &Read) -> Target {
    let (lab, _) = read.checked.lab().unwrap_or_else(|_| panic!("{}", read.report()));
    lab.target.clone()
}

/// The files of a directory that Nix reads.
pub fn nix_files(dir: &Path) -> Vec<PathBuf> {
    with_extension(dir, "nix")
}
