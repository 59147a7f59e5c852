//! Services of the module, as unit files: what `NixOS` writes of the same settings.

use std::fmt::Write as _;

use serde_json::Value;

use crate::world::World;

/// What scripts of `NixOS` start with.
const SHELL: &str = "#!/bin/bash\nset -e\n\n";

/// Where the programs of a world are.
const PATH: &str = "/usr/local/bin:/usr/sbin:/usr/bin";

/// Puts a service with its scripts into a world. `service` is what the module evaluates to.
pub fn install(world: &World, name: &str, service: &Value) {
    world.write(&format!("/etc/systemd/system/{name}.service"), &unit(name, service));
    for (key, _) in SCRIPTS {
        if let Some(script) = script(service, key) {
            let path = script_path(name, key);
            world.write(&path, &format!("{SHELL}{script}"));
            world.run(&["chmod", "+x", &path]);
        }
    }
}

/// The scripts of a service, each with what starts it.
const SCRIPTS: [(&str, &str); 3] = [("preStart", "ExecStartPre"), ("script", "ExecStart"), ("preStop", "ExecStop")];

fn script<'a>(service: &'a Value, key: &str) -> Option<&'a str> {
    service[key].as_str().filter(|script| !script.is_empty())
}

fn script_path(name: &str, key: &str) -> String {
    format!("/etc/scripts/{name}-{key}")
}

/// The text of the unit.
fn unit(name: &str, service: &Value) -> String {
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
        ("StartLimitBurst", "startLimitBurst"),
        ("StartLimitIntervalSec", "startLimitIntervalSec"),
    ] {
        line(key, &service[setting]);
    }
    for (key, value) in service["unitConfig"].as_object().into_iter().flatten() {
        line(key, value);
    }
    text.push_str("[Service]\n");
    writeln!(text, "Environment=PATH={PATH}").expect("a `String` takes whatever is written to it");
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
