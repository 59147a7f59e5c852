//! What the action for GitHub does: it installs a release, and looks at specs.

use std::fs;
use std::process::Command;

use super::place::{CHANGED, GOOD, LAB2NIX, Place, Ran};
use crate::support::skip;

fn script(name: &str) -> String {
    fs::canonicalize(format!(".github/action/{name}")).expect("it is there").to_string_lossy().into_owned()
}

#[test]
fn it_looks_at_every_spec() {
    let place = Place::generated(GOOD);
    place.write("wrong.json", r#"{ "lab": "wrong", "domains": { "web": { "memory": "lots" } } }"#);
    let check = |specs: &[&str]| Ran::of(place.command(&script("check"), specs).env("LAB2NIX", LAB2NIX));
    let ran = check(&["lab.json"]).exits(0).says_not("::error");
    assert!(ran.out.contains("::group::lab.json\n"), "{ran:?}");
    let ran = check(&["wrong.json", "lab.json"]).exits(1).says("::error file=wrong.json").says_not("lab.json::");
    assert!(ran.out.ends_with("::group::lab.json\n::endgroup::\n"), "{ran:?}");
    place.write("lab.json", CHANGED);
    let ran = check(&["lab.json", "wrong.json"]).exits(1).says("out of date").says("::error file=wrong.json");
    assert!(ran.out.contains("generated/networks.nix"), "{ran:?}");
}

#[test]
fn it_installs_a_release_whose_checksum_is_right() {
    let place = Place::with(GOOD);
    for tool in ["curl", "sha256sum", "tar"] {
        if let Err(error) = Command::new(tool).arg("--version").output() {
            return skip(&format!("{tool} does not start: {error}"));
        }
    }
    let version = env!("CARGO_PKG_VERSION");
    let name = format!("lab2nix-{version}-{}-unknown-linux-musl", std::env::consts::ARCH);
    let download = format!("releases/download/v{version}");
    place
        .shell(&format!(
            "mkdir -p {name}/bin {download} && cp \"$LAB2NIX\" {name}/bin && tar -czf {download}/{name}.tar.gz {name} &&
             cd {download} && sha256sum {name}.tar.gz >{name}.tar.gz.sha256"
        ))
        .exits(0);
    let releases = format!("file://{}", place.path("releases").display());
    let install = |version: &str| {
        Ran::of(place.command(&script("install"), &[version, "installed"]).env("LAB2NIX_RELEASES", &releases))
    };
    for version in [version.to_owned(), format!("v{version}")] {
        let ran = install(&version).exits(0);
        assert_eq!(ran.out, place.run(&["--version"]).out);
    }
    assert!(place.has("installed/bin/lab2nix"));
    fs::remove_dir_all(place.path("installed")).unwrap();
    assert_ne!(install("9.9.9").code, Some(0));
    place.write(&format!("{download}/{name}.tar.gz"), "not what was released");
    let ran = install(version);
    assert_ne!(ran.code, Some(0), "{ran:?}");
    assert!(!place.has("installed"), "{ran:?}");
}
