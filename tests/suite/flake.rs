//! The flake: what it is made of is fresh, and with Nix, `NIXVIRT_SRC` and `NIXPKGS_LIB` at hand, `tests/flake/run`
//! evaluates all of it.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{entries, leave_out, skip};

#[test]
fn the_lab_that_the_nixos_test_boots_is_fresh() {
    let spec = "tests/flake/lab/lab.json";
    let output = Command::new(env!("CARGO_BIN_EXE_lab2nix")).args(["gen", "--check", "--diff", spec]).output();
    let output = output.expect("cargo built it");
    assert!(output.status.success(), "{}\nrun: cargo run gen {spec}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_home_of_the_project_is_the_one_in_the_manifest() {
    let home = env!("CARGO_PKG_REPOSITORY").strip_prefix("https://github.com/").expect("it is on GitHub");
    for template in entries(Path::new("templates")) {
        for (file, part) in [
            ("flake.nix", format!("inputs.lab2nix.url = \"github:{home}\";")),
            ("lab.json", "\"$schema\": \"./generated/schema.json\"".to_owned()),
            ("README.md", format!("`github:{home}`")),
        ] {
            let path = template.join(file);
            assert!(read(&path).contains(&part), "{}: no {part}", path.display());
        }
    }
    assert!(read(Path::new("docs/start.md")).contains(&format!("github:{home}#")));
}

#[test]
fn every_output_evaluates() {
    for variable in ["NIXPKGS_LIB", "NIXVIRT_SRC"] {
        if env::var_os(variable).is_none_or(|path| path.is_empty()) {
            leave_out(&format!("{variable} is not set"));
            return;
        }
    }
    if let Err(error) = Command::new("nix").arg("--version").stdout(Stdio::null()).status() {
        skip(&format!("nix does not start: {error}"));
        return;
    }
    let output = Command::new("tests/flake/run").arg(env!("CARGO_BIN_EXE_lab2nix")).output().expect("bash starts");
    let [told, complained] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{told}\n{complained}");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
