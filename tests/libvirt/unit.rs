//! Services of the module, as unit files: what `NixOS` writes of the same settings.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::script::STRICT;
use crate::world::World;

/// Where a test puts programs of its own.
const OWN: &str = "/usr/local/bin";

/// The packages that `NixOS` puts into the path of each service, by their names in Debian.
const USUAL: [&str; 5] = ["coreutils", "findutils", "grep", "sed", "systemd"];

/// The programs of packages that services ask for.
const PROGRAMS: [(&str, &[&str]); 4] =
    [("iproute2", &["tc", "ip"]), ("jq", &["jq"]), ("libvirt", &["virsh"]), ("libxml2", &["xmllint"])];

/// Puts a service with its scripts into a world. `service` is what the module evaluates to.
pub fn install(world: &World, name: &str, service: &Value) {
    let path = format!("/etc/scripts/{name}-path");
    put_programs(world, &path, service);
    world.write(&format!("/etc/systemd/system/{name}.service"), &unit(name, &path, service));
    for (key, _) in SCRIPTS {
        if let Some(script) = script(service, key) {
            let path = script_path(name, key);
            world.write(&path, &format!("{STRICT}{script}"));
            world.run(&["chmod", "+x", &path]);
        }
    }
}

/// Puts a socket into a world.
pub fn install_socket(world: &World, name: &str, socket: &Value) {
    let streams = socket["listenStreams"].as_array().into_iter().flatten().map(|stream| ("ListenStream", stream));
    let settings = socket["socketConfig"].as_object().into_iter().flatten();
    let lines = streams.chain(settings.map(|(key, value)| (key.as_str(), value)));
    let lines = lines.map(|(key, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{key}={value}\n")
    });
    world.write(&format!("/etc/systemd/system/{name}.socket"), &format!("[Socket]\n{}", lines.collect::<String>()));
}

/// The scripts of a service, each with what starts it.
const SCRIPTS: [(&str, &str); 3] = [("preStart", "ExecStartPre"), ("script", "ExecStart"), ("preStop", "ExecStop")];

fn script<'a>(service: &'a Value, key: &str) -> Option<&'a str> {
    service[key].as_str().filter(|script| !script.is_empty())
}

fn script_path(name: &str, key: &str) -> String {
    format!("/etc/scripts/{name}-{key}")
}

/// Makes a directory of the programs that a service finds, and of no others.
fn put_programs(world: &World, path: &str, service: &Value) {
    let packages = service["path"].as_array().into_iter().flatten();
    let packages = packages.map(|package| {
        let name = package.as_str().and_then(|path| path.split_once("/store/")?.1.split_once('-'));
        name.unwrap_or_else(|| panic!("no package: {package}")).1
    });
    let programs = packages.flat_map(|package| {
        let found = PROGRAMS.iter().find(|(name, _)| *name == package);
        found.unwrap_or_else(|| panic!("nobody has said which programs {package} has")).1
    });
    let programs: Vec<String> = programs.map(|program| format!("/usr/bin/{program} /usr/sbin/{program}")).collect();
    let link = format!(
        "mkdir -p {path}; for program in $(dpkg --listfiles {} | grep -E '^(/usr)?/s?bin/') {}; do \
         if [[ -x $program ]]; then ln -sf \"$program\" {path}; fi; done",
        USUAL.join(" "),
        programs.join(" ")
    );
    world.run(&["bash", "-ec", &link]);
}

/// The text of the unit. `path` is where its programs are.
fn unit(name: &str, path: &str, service: &Value) -> String {
    let mut text = "[Unit]\n".to_owned();
    let mut line = |key: &str, value: &Value| {
        let values = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        for value in values.iter().filter(|value| !value.is_null() && *value != "") {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            writeln!(text, "{key}={shown}").expect("a `String` takes whatever is written to it");
        }
    };
    for (key, setting) in [
        ("Description", "description"),
        ("After", "after"),
        ("Before", "before"),
        ("BindsTo", "bindsTo"),
        ("Requires", "requires"),
        ("Wants", "wants"),
        ("StartLimitIntervalSec", "startLimitIntervalSec"),
    ] {
        line(key, &service[setting]);
    }
    for (key, value) in service["unitConfig"].as_object().into_iter().flatten() {
        line(key, value);
    }
    text.push_str("[Service]\n");
    writeln!(text, "Environment=PATH={OWN}:{path}").expect("a `String` takes whatever is written to it");
    let mut line = |key: &str, value: String| {
        writeln!(text, "{key}={value}").expect("a `String` takes whatever is written to it");
    };
    for (key, value) in service["serviceConfig"].as_object().into_iter().flatten() {
        line(key, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    for (key, setting) in SCRIPTS {
        if script(service, key).is_some() {
            line(setting, script_path(name, key));
        }
    }
    text
}
