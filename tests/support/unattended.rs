//! What `nix/host/unattended.sh` is told of the discs by which Windows installs itself.

use lab2nix::host_file::HostFile;
use lab2nix::lab::Lab;
use lab2nix::unattended;
use lab2nix::unattended::{FileKind, script_name};
use serde_json::{Map, Value, json};

/// What makes the discs.
pub const SCRIPT: &str = include_str!("../../nix/host/unattended.sh");
/// What is on them for Windows to run.
pub const SETUP: &str = include_str!("../../nix/host/setup.ps1");

/// What the module of the host tells the scripts of a lab. `put` stores a text under a name, and returns where; `here` tells where a
/// path of the host is.
pub fn told(lab: &Lab, put: impl Fn(&str, &str) -> String, here: impl Fn(&str) -> String) -> Value {
    let optional = |path: &Option<String>| path.as_deref().map(&here);
    let disc = |disc: unattended::Disc<'_>| {
        let file = |kind: FileKind| put(&format!("{}-{}", disc.domain, kind.file_name()), &disc.text(kind));
        let place = HostFile::Answers { lab: lab.name.clone(), domain: disc.domain.to_owned() };
        let secrets = disc.secrets;
        let scripts = secrets.scripts.iter().enumerate();
        let scripts: Map<String, Value> =
            scripts.map(|(index, path)| (script_name(index, path), here(path).into())).collect();
        json!({
            "lab": lab.name,
            "domain": disc.domain,
            "uuid": disc.uuid,
            "connection": lab.target.connection,
            "disc": here(&place.location().stable_path),
            "script": put("setup.ps1", SETUP),
            "answer": file(FileKind::Answer),
            "settings": file(FileKind::Settings),
            "drivers": disc.drivers,
            "driverDisc": here(&HostFile::DriverDisc.location().stable_path),
            "installer": optional(&disc.installer),
            "image": disc.image,
            "disk": optional(&disc.disk),
            "secrets": {
                "passwordFile": here(&secrets.password_file),
                "productKeyFile": optional(&secrets.product_key_file),
                "recoveryPasswordFile": optional(&secrets.recovery_password_file),
                "joinPasswordFile": optional(&secrets.join_password_file),
                "scripts": scripts,
            },
        })
    };
    unattended::discs(lab).map(disc).collect()
}
