//! The discs with files of the host, as `nix/host/seeds.sh` makes them. In place of xorriso stands a program that puts the files of
//! a disc one after another, so that these tests see what is on it; `tests/libvirt` has real ones.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use base64::prelude::*;
use serde_json::{Value, json};

use crate::support::discs::{Host, mode};
use crate::support::labs::{Generated, committed};
use crate::support::seeds::{SCRIPT, told};
use crate::support::skip;

/// What makes a disc.
const XORRISO: &str = "#!/bin/bash\nset -e\n[[ $1 == -as ]]\nwhile [[ $1 != -output ]]; do shift; done\nout=$2\ncat \"${@: -1}\"/* >\"$out\"\n";

/// A host with a lab whose guests get files of it.
struct Seeds {
    lab: Generated,
    host: Host,
}

impl Seeds {
    /// Skips where jq is missing, with which the script reads what it is told.
    fn new() -> Option<Self> {
        if let Err(error) = Command::new("jq").arg("--version").output() {
            skip(&format!("jq does not start: {error}"));
            return None;
        }
        let host = Host::new();
        host.program("xorriso", XORRISO);
        for (name, text) in [
            ("admin password", "correct horse\nsecond line\n"),
            ("hash", "$6$salt$hash\n"),
            ("k3s-token", "K10\u{e9} token\n"),
            ("nginx.pem", "key\n"),
        ] {
            host.write(&format!("run/secrets/{name}"), text);
        }
        Some(Self { lab: committed("tests/cases/ok/secrets/lab.json"), host })
    }

    /// What the module tells the script, with the files of the host in this one.
    fn told(&self) -> Value {
        let (lab, _) = self.lab.read.checked.lab().expect("the case is sound");
        told(lab, |name, text| self.host.put(name, text), |path| self.host.here(path))
    }

    fn run(&self) -> Output {
        self.host.run(SCRIPT, "LAB2NIX_SEEDS", &self.told())
    }

    /// Runs it, as it has to go well.
    fn make(&self) {
        let output = self.run();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn disc(&self, domain: &str) -> PathBuf {
        self.host.path(&format!("run/lab2nix/seeds/secrets/{domain}.iso"))
    }

    /// The user data on a disc, which is the last of its files.
    fn user_data(&self, domain: &str) -> Value {
        let disc = fs::read_to_string(self.disc(domain)).expect("it was made");
        let (_, text) = disc.split_once("#cloud-config\n").expect("it has user data");
        serde_json::from_str(text).expect("it is JSON")
    }
}

#[test]
fn guests_get_what_the_files_of_the_host_say() {
    let Some(seeds) = Seeds::new() else { return };
    seeds.make();
    let server = seeds.user_data("server");
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
    assert_eq!(seeds.user_data("Agent.1")["users"][0]["hashed_passwd"], "$6$salt$hash");
    let disc = fs::read_to_string(seeds.disc("agent")).expect("it was made");
    assert!(disc.contains("local-hostname") && disc.contains("\"version\": 2"), "{disc}");
    assert!(!seeds.disc("plain").exists());
    // Only root reads them, and QEMU finds its own.
    assert_eq!(mode(&seeds.disc("server")), 0o600);
    for directory in ["run/lab2nix", "run/lab2nix/seeds", "run/lab2nix/seeds/secrets"] {
        assert_eq!(mode(&seeds.host.path(directory)), 0o711, "{directory}");
    }
}

#[test]
fn a_disc_is_another_file_only_where_it_says_something_else() {
    use std::os::unix::fs::MetadataExt as _;
    let Some(seeds) = Seeds::new() else { return };
    seeds.make();
    let files =
        || ["server", "agent", "Agent.1"].map(|domain| fs::metadata(seeds.disc(domain)).expect("it is there").ino());
    let before = files();
    seeds.make();
    assert_eq!(files(), before);
    seeds.host.write("run/secrets/nginx.pem", "another key\n");
    seeds.host.write("run/lab2nix/seeds/secrets/gone.iso", "of a domain that has left");
    seeds.make();
    let after = files();
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1..], before[1..]);
    assert!(!seeds.disc("gone").exists());
}

#[test]
fn a_file_that_is_missing_stops_before_anything_changes() {
    let Some(seeds) = Seeds::new() else { return };
    seeds.make();
    let before = fs::read(seeds.disc("agent")).expect("it is there");
    seeds.host.write("run/secrets/k3s-token", "another token\n");
    let fails = |file: &str, why: &str| {
        let output = seeds.run();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let expected = [why, "Domain `server` of lab `secrets`", "Nothing of the labs was changed.", file];
        assert!(output.status.code() == Some(1) && expected.iter().all(|part| said.contains(part)), "{said}");
        assert_eq!(fs::read(seeds.disc("agent")).expect("it is there"), before);
    };
    fs::remove_file(seeds.host.path("run/secrets/nginx.pem")).expect("it is there");
    fails("secrets/nginx.pem", "which does not exist");
    seeds.host.write("run/secrets/nginx.pem", "");
    fails("secrets/nginx.pem", "which is empty");
    seeds.host.write("run/secrets/nginx.pem", "key\n");
    seeds.host.write("run/secrets/admin password", "\npassword\n");
    fails("secrets/admin password", "first line");
}
