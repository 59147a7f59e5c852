//! The discs by which Windows installs itself, as the host makes them.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::text;
use crate::support::evaluation::World;
use crate::support::labs::{Generated, committed, variant};
use crate::support::unattended::told;

/// What the scripts of the host are told, which the unit sets.
fn told_by_the_host(script: &str) -> Value {
    let line = script.lines().find_map(|line| line.trim().strip_prefix("LAB2NIX_UNATTENDED=")).expect("it is told");
    let quoted = line.strip_prefix('\'').and_then(|line| line.strip_suffix('\'')).expect("it is quoted");
    serde_json::from_str(&quoted.replace(r"'\''", "'")).expect("it is JSON")
}

/// Texts in the store by their names.
fn without_hashes(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some((_, name)) = text.strip_prefix("/nix/store/").and_then(|rest| rest.split_once('-')) {
                *text = name.to_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_hashes),
        Value::Object(members) => members.values_mut().for_each(without_hashes),
        _ => {}
    }
}

/// What the tests of the scripts say that the host tells them is what it tells them.
#[test]
fn scripts_are_told_what_the_lab_says() {
    let labs = ["examples/sccm-unattended/lab.json", "tests/cases/ok/unattended/lab.json"].map(committed);
    for world in World::all() {
        for generated in &labs {
            let Some(values) = world.modules(&[&[generated]]) else { return };
            let host = &values[0];
            let mut found = told_by_the_host(&text(&host["services"]["nixvirt"]["script"]));
            assert_eq!(found, told_by_the_host(&text(&host["services"]["lab2nix-unattended"]["script"])));
            without_hashes(&mut found);
            let (lab, _) = generated.read.checked.lab().expect("it is sound");
            let mut meant = told(lab, |name, _| name.to_owned(), str::to_owned);
            let discs = meant.as_array_mut().expect("a list");
            discs.sort_by_key(|disc| disc["domain"].to_string());
            for (disc, found) in discs.iter_mut().zip(found.as_array_mut().into_iter().flatten()) {
                // Only those with drivers need it.
                let has_drivers = disc["drivers"] != json!([]);
                let disc = disc.as_object_mut().expect("an object");
                assert_eq!(found["driverDisc"].is_string(), has_drivers);
                disc.remove("driverDisc");
                found.as_object_mut().expect("an object").remove("driverDisc");
            }
            assert_eq!(found, meant, "{}", generated.name);
            assert_eq!(host["timers"]["lab2nix-unattended"]["wantedBy"], json!(["timers.target"]));
        }
        let host = world.modules(&[&[&committed("lab.json")]]).expect("Nix is there").remove(0);
        assert!(text(&host["services"]["nixvirt"]["script"]).contains("rm -rf /run/lab2nix/unattended"));
        assert_eq!([&host["timers"], &host["services"]["lab2nix-unattended"]], [&json!({}), &Value::Null]);
    }
}

/// Passwords, product keys and scripts of files of the host are in none of the files and in nothing that Nix makes of them.
#[test]
fn what_comes_from_files_of_the_host_is_in_no_store() {
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    let secrets =
        ["Pass.Word-of-the-lab", "Pass.Word-of-recovery", "ABCDE-FGHIJ-KLMNO-PQRST-UVWXY", "Write-Output Of-A-Script"];
    let [admin, recovery, key, script] =
        ["admin", "recovery", "key", "script.ps1"].map(|name| directory.path().join(name).display().to_string());
    for (path, secret) in [&admin, &recovery, &key, &script].into_iter().zip(secrets) {
        fs::write(path, format!("{secret}\n")).expect("it is ours");
    }
    let spec = fs::read_to_string("examples/sccm-unattended/lab.json").expect("it is there");
    let spec = spec.replace(
        r#""passwordFile": "/run/secrets/lab-admin""#,
        &format!(r#""passwordFile": "{admin}", "scripts": ["{script}"]"#),
    );
    let spec =
        spec.replace(r#""netbios": "LAB""#, &format!(r#""netbios": "LAB", "recoveryPasswordFile": "{recovery}""#));
    let spec = spec.replace(r#""network": "static""#, &format!(r#""network": "static", "productKeyFile": "{key}""#));
    let lab = variant(&spec);
    for path in [&admin, &recovery, &key, &script] {
        assert!(generated_text(&lab).contains(path), "{path}");
    }
    let is_free = |text: &str, what: &str| {
        for secret in secrets {
            let encoded =
                |words: &str| STANDARD.encode(words.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
            let ways = [
                secret.to_owned(),
                STANDARD.encode(secret),
                encoded(secret),
                encoded(&format!("{secret}Password")),
                encoded(&format!("{secret}AdministratorPassword")),
            ];
            for way in ways {
                assert!(!text.contains(&way), "{what} has {way}");
            }
        }
    };
    is_free(&generated_text(&lab), "what is generated");
    for world in World::all() {
        let Some(values) = world.modules(&[&[&lab]]) else { return };
        let host = &values[0];
        is_free(&host.to_string(), "the module");
        let lists = world.lists(&[&lab]).expect("Nix is there");
        is_free(&lists[0].to_string(), "a definition");
        let disc = "/run/lab2nix/unattended/sccm-unattended/DC01.iso";
        assert!(lists[0].to_string().contains(disc));
        // The discs are there before anything starts.
        let script = text(&host["services"]["nixvirt"]["script"]);
        let makes = script.find("xorriso -as mkisofs").expect("it makes discs");
        assert!(makes < script.find("virsh uri").expect("it asks libvirt"));
        let path = host["services"]["nixvirt"]["path"].to_string();
        for tool in ["gawk", "glibc-bin", "jq", "util-linux", "wimlib", "xorriso"] {
            assert!(path.contains(tool), "{tool}: {path}");
        }
    }
}

/// The text of all generated files of a lab.
fn generated_text(lab: &Generated) -> String {
    let files = fs::read_dir(&lab.dir).expect("it has been generated");
    let texts = files.filter_map(|file| fs::read_to_string(file.expect("it is there").path()).ok());
    texts.collect()
}
