//! The discs with files of the host, as `nix/host/seeds.sh` makes them. In place of xorriso stands a program that puts the files of
//! a disc one after another, so that these tests see what is on it; `tests/libvirt` has real ones.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::labs::{Generated, committed};
use crate::support::script::STRICT;
use crate::support::seeds::{SCRIPT, told};
use crate::support::skip;

/// What makes a disc.
const XORRISO: &str = "#!/bin/bash\nset -e\n[[ $1 == -as ]]\nwhile [[ $1 != -output ]]; do shift; done\nout=$2\ncat \"${@: -1}\"/* >\"$out\"\n";

/// A host with a lab whose guests get files of it.
struct Host {
    lab: Generated,
    root: TempDir,
}

impl Host {
    /// Skips where jq is missing, with which the script reads what it is told.
    fn new() -> Option<Self> {
        if let Err(error) = Command::new("jq").arg("--version").output() {
            skip(&format!("jq does not start: {error}"));
            return None;
        }
        let host = Self {
            lab: committed("tests/cases/ok/secrets/lab.json"),
            root: TempDir::new().expect("there is room for one"),
        };
        let xorriso = host.path("bin/xorriso");
        host.write("bin/xorriso", XORRISO);
        fs::set_permissions(xorriso, fs::Permissions::from_mode(0o755)).expect("it is ours");
        for (name, text) in [
            ("admin password", "correct horse\nsecond line\n"),
            ("hash", "$6$salt$hash\n"),
            ("k3s-token", "K10\u{e9} token\n"),
            ("nginx.pem", "key\n"),
        ] {
            host.write(&format!("secrets/{name}"), text);
        }
        Some(host)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in the root")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    /// What the module tells the script, with the files of the host in this one.
    fn seeds(&self) -> Value {
        let (lab, _) = self.lab.read.checked.lab().expect("the case is sound");
        let put = |name: &str, text: &str| {
            self.write(&format!("store/{name}"), text);
            self.path(&format!("store/{name}")).display().to_string()
        };
        told(lab, put, |path| path.replacen("/run", &self.root.path().display().to_string(), 1))
    }

    fn run(&self, seeds: &Value) -> Output {
        let script = format!("{STRICT}{}", SCRIPT.replace("/run/lab2nix", &self.path("lab2nix").display().to_string()));
        self.write("script", &script);
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").expect("there is one"));
        let mut command = Command::new("bash");
        command.arg(self.path("script")).env("PATH", path).env("LAB2NIX_SEEDS", seeds.to_string());
        command.output().expect("bash starts")
    }

    /// Runs it, as it has to go well.
    fn make(&self) {
        let output = self.run(&self.seeds());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn disc(&self, domain: &str) -> PathBuf {
        self.path(&format!("lab2nix/seeds/secrets/{domain}.iso"))
    }

    /// The user data on a disc, which is the last of its files.
    fn user_data(&self, domain: &str) -> Value {
        let disc = fs::read_to_string(self.disc(domain)).expect("it was made");
        let (_, text) = disc.split_once("#cloud-config\n").expect("it has user data");
        serde_json::from_str(text).expect("it is JSON")
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn guests_get_what_the_files_of_the_host_say() {
    let Some(host) = Host::new() else { return };
    host.make();
    let server = host.user_data("server");
    assert_eq!(server["users"][0]["name"], "admin");
    assert_eq!(server["users"][0]["plain_text_passwd"], "correct horse");
    assert_eq!(server["users"][0]["lock_passwd"], false);
    let encoded = |text: &str| BASE64_STANDARD.encode(text);
    assert_eq!(
        server["write_files"],
        json!([
            { "path": "/etc/motd", "content": "one of three\n" },
            { "path": "/etc/rancher/k3s/token", "encoding": "b64", "content": encoded("K10\u{e9} token\n"), "permissions": "0600" },
            {
                "path": "/etc/nginx/key.pem", "encoding": "b64", "content": encoded("key\n"), "permissions": "0640",
                "owner": "root:nginx", "defer": true
            },
        ])
    );
    assert_eq!(host.user_data("Agent.1")["users"][0]["hashed_passwd"], "$6$salt$hash");
    let disc = fs::read_to_string(host.disc("agent")).expect("it was made");
    assert!(disc.contains("local-hostname") && disc.contains("\"version\": 2"), "{disc}");
    assert!(!host.disc("plain").exists());
    // Only root reads them, and QEMU finds its own.
    assert_eq!(mode(&host.disc("server")), 0o600);
    for directory in ["lab2nix", "lab2nix/seeds", "lab2nix/seeds/secrets"] {
        assert_eq!(mode(&host.path(directory)), 0o711, "{directory}");
    }
}

#[test]
fn a_disc_is_another_file_only_where_it_says_something_else() {
    use std::os::unix::fs::MetadataExt as _;
    let Some(host) = Host::new() else { return };
    host.make();
    let files =
        || ["server", "agent", "Agent.1"].map(|domain| fs::metadata(host.disc(domain)).expect("it is there").ino());
    let before = files();
    host.make();
    assert_eq!(files(), before);
    host.write("secrets/nginx.pem", "another key\n");
    host.write("lab2nix/seeds/secrets/gone.iso", "of a domain that has left");
    host.make();
    let after = files();
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1..], before[1..]);
    assert!(!host.disc("gone").exists());
}

#[test]
fn a_file_that_is_missing_stops_before_anything_changes() {
    let Some(host) = Host::new() else { return };
    host.make();
    let before = fs::read(host.disc("agent")).expect("it is there");
    host.write("secrets/k3s-token", "another token\n");
    let fails = |file: &str, why: &str| {
        let output = host.run(&host.seeds());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let expected = [why, "Domain `server` of lab `secrets`", "Nothing of the labs was changed.", file];
        assert!(output.status.code() == Some(1) && expected.iter().all(|part| said.contains(part)), "{said}");
        assert_eq!(fs::read(host.disc("agent")).expect("it is there"), before);
    };
    fs::remove_file(host.path("secrets/nginx.pem")).expect("it is there");
    fails("secrets/nginx.pem", "which does not exist");
    host.write("secrets/nginx.pem", "");
    fails("secrets/nginx.pem", "which is empty");
    host.write("secrets/nginx.pem", "key\n");
    host.write("secrets/admin password", "\npassword\n");
    fails("secrets/admin password", "first line");
}
