//! What `nix/host/seeds.sh` is told of the discs with files of the host.

use lab2nix::host_file::HostFile;
use lab2nix::lab::Lab;
use lab2nix::nocloud;
use serde_json::{Value, json};

/// The script.
pub const SCRIPT: &str = include_str!("../../nix/host/seeds.sh");

/// What the module of the host tells the script of a lab. `put` stores a text under a name, and returns where; `here` tells where a
/// path of the host is.
pub fn told(lab: &Lab, put: impl Fn(&str, &str) -> String, here: impl Fn(&str) -> String) -> Value {
    let seeds = nocloud::seeds(lab).filter(|seed| !seed.secrets.is_empty()).map(|seed| {
        let file = |name: &str| {
            let file = seed.files.iter().find(|file| file.kind.file_name() == name)?;
            Some(put(&format!("{}-{name}", seed.domain), &file.text))
        };
        let files = seed.secrets.files.iter().map(|file| {
            let mode = file.mode.as_deref().unwrap_or("0600");
            json!({ "path": file.path, "fromHost": here(&file.from_host), "mode": mode, "owner": file.owner })
        });
        let disc = HostFile::SecretSeed { lab: lab.name.clone(), domain: seed.domain.to_owned() };
        json!({
            "lab": lab.name,
            "domain": seed.domain,
            "disc": here(&disc.location().stable_path),
            "metaData": file("meta-data"),
            "userData": file("user-data"),
            "networkConfig": file("network-config"),
            "secrets": {
                "passwordFile": seed.secrets.password_file.as_deref().map(&here),
                "files": files.collect::<Vec<_>>()
            },
        })
    });
    seeds.collect()
}
