//! A lab on a libvirt of ours, which is a directory: `fake.sh` is its `virsh`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use super::place::{LAB2NIX, Place, Ran};

const VIRSH: &str = include_str!("fake.sh");

/// A lab on our libvirt.
pub struct Fake {
    pub place: Place,
}

impl Fake {
    /// With domains that run, each with a disk.
    pub fn with(names: &[&str]) -> Self {
        let disks = r#""disks": [{ "pool": "vms", "size": "1GiB" }]"#;
        let domains = names.iter().map(|name| format!(r#""{name}": {{ "memory": "1GiB", {disks} }}"#));
        let domains = domains.collect::<Vec<_>>().join(", ");
        let pools = r#""pools": { "vms": { "path": "/srv/vms" } }"#;
        Self::of(&format!(r#"{{ "lab": "t", {pools}, "domains": {{ {domains} }} }}"#), names)
    }

    pub fn of(spec: &str, names: &[&str]) -> Self {
        let fake = Self { place: Place::with(spec) };
        for directory in ["bin", "libvirt/domains", "libvirt/pools"] {
            fs::create_dir_all(fake.place.path(directory)).unwrap();
        }
        fake.place.write("bin/virsh", VIRSH);
        fs::set_permissions(fake.place.path("bin/virsh"), fs::Permissions::from_mode(0o755)).unwrap();
        for name in names {
            let xml = fake.place.run(&["xml", &format!("domains/{name}")]).exits(0).out;
            let directory = fake.directory(name);
            fs::create_dir_all(directory.join("snapshots")).unwrap();
            fs::write(directory.join("xml"), xml).unwrap();
            fs::write(directory.join("state"), "running\n").unwrap();
        }
        let pool = fake.place.run(&["xml", "pools/vms"]).exits(0).out;
        let counted = "<available unit='bytes'>99999999999</available></pool>";
        fake.place.write(&format!("libvirt/pools/{}", uuid(&pool)), &pool.replace("</pool>", counted));
        fake
    }

    pub fn directory(&self, name: &str) -> PathBuf {
        let xml = self.place.run(&["xml", &format!("domains/{name}")]).exits(0).out;
        self.place.path("libvirt/domains").join(uuid(&xml))
    }

    /// Changes what libvirt has of a domain.
    pub fn change(&self, name: &str, from: &str, to: &str) {
        let file = self.directory(name).join("xml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        fs::write(file, text.replace(from, to)).unwrap();
    }

    pub fn put(&self, name: &str, file: &str, text: &str) {
        fs::write(self.directory(name).join(file), text).unwrap();
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.runs(self.place.command(LAB2NIX, arguments))
    }

    /// Runs something that may call lab2nix, as `$LAB2NIX`.
    pub fn runs(&self, mut command: Command) -> Ran {
        let path = format!("{}:/usr/bin:/bin", self.place.path("bin").display());
        Ran::of(command.env("PATH", path).env("FAKE", self.place.path("libvirt")).env("LAB2NIX", LAB2NIX))
    }

    /// What domains do, and which snapshots they have.
    pub fn states(&self, names: &[&str]) -> String {
        let state = |name: &&str| {
            let directory = self.directory(name);
            let state = fs::read_to_string(directory.join("state")).unwrap();
            let entries = fs::read_dir(directory.join("snapshots")).unwrap().flatten();
            let mut snapshots: Vec<String> =
                entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            snapshots.sort();
            format!("{name} {} [{}]", state.trim(), snapshots.join(", "))
        };
        names.iter().map(state).collect::<Vec<_>>().join("; ")
    }

    /// How often libvirt was told to do something.
    pub fn count(&self, verb: &str) -> usize {
        let log = fs::read_to_string(self.place.path("libvirt/log")).unwrap_or_default();
        log.lines().filter(|line| line.starts_with(&format!("{verb} "))).count()
    }
}

pub fn uuid(xml: &str) -> String {
    let (_, rest) = xml.split_once("<uuid>").expect("it has a UUID");
    rest.split('<').next().expect("it ends").to_owned()
}
