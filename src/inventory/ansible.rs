//! An inventory for Ansible, in [YAML](https://docs.ansible.com/ansible/latest/collections/ansible/builtin/yaml_inventory.html).
//!
//! Where an address is not known, the domain is in its groups all the same, so that `host_vars` can say it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::made_for;
use super::view::{DomainView, View, WinrmView};

/// The group of all Windows guests, with the variables that Ansible needs to manage them.
const WINDOWS: &str = "windows";

/// Names that Ansible has a meaning for.
const TAKEN: [&str; 3] = ["all", "ungrouped", WINDOWS];

/// The inventory. It is a text that Ansible reads from a file.
#[must_use]
pub fn render(view: &View) -> String {
    let hosts = view.domains.iter().zip(host_names(view));
    let mut vars_of_hosts = Map::new();
    let mut members: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    let mut windows = BTreeSet::new();
    for (domain, host) in hosts {
        let of_profiles = domain.profiles.iter().map(|profile| ("profile", profile.as_str()));
        let of_networks = domain.networks.iter().map(|network| ("network", network.as_str()));
        let of_os = domain.os.map(|os| ("os", os));
        for group in of_profiles.chain(of_networks).chain(of_os).chain([("lab", domain.lab.as_str())]) {
            members.entry(group).or_default().insert(host.clone());
        }
        if domain.is_windows {
            windows.insert(host.clone());
        }
        vars_of_hosts.insert(host, vars(domain));
    }
    let mut taken: BTreeSet<String> = vars_of_hosts.keys().cloned().chain(TAKEN.map(str::to_owned)).collect();
    let mut children = BTreeMap::new();
    // A name that is one of a group as it is stays so.
    let (safe, others): (Vec<_>, Vec<_>) = members.into_iter().partition(|((_, name), _)| group_name(name) == *name);
    for ((kind, name), hosts) in safe.into_iter().chain(others) {
        let name = free(&format!("{kind}_{}", group_name(name)), '_', &mut taken);
        children.insert(name, json!({ "hosts": nothing_of(hosts) }));
    }
    if !windows.is_empty() {
        let vars = json!({
            "ansible_connection": "winrm",
            "ansible_shell_type": "powershell",
            "ansible_winrm_transport": "ntlm",
            "ansible_winrm_operation_timeout_sec": 60,
            "ansible_winrm_read_timeout_sec": 70,
        });
        children.insert(WINDOWS.to_owned(), json!({ "hosts": nothing_of(windows), "vars": vars }));
    }
    let mut all = Map::new();
    if let Some(jump) = &view.jump {
        all.insert("vars".to_owned(), json!({ "ansible_ssh_common_args": format!("-o ProxyJump={}", jump.text) }));
    }
    all.insert("hosts".to_owned(), vars_of_hosts.into());
    all.insert("children".to_owned(), children.into_iter().collect());
    let mut text = made_for("ansible");
    yaml(&json!({ "all": all }), 0, &mut text);
    text
}

/// What the hosts are called, in the order of the domains.
fn host_names(view: &View) -> Vec<String> {
    let mut taken: BTreeSet<String> = TAKEN.map(str::to_owned).into();
    taken.extend(
        view.domains.iter().map(|domain| domain.alias.clone()).filter(|alias| !TAKEN.contains(&alias.as_str())),
    );
    let mut name = |domain: &DomainView| {
        if TAKEN.contains(&domain.alias.as_str()) {
            free(&format!("{}-domain", domain.alias), '-', &mut taken)
        } else {
            domain.alias.clone()
        }
    };
    view.domains.iter().map(&mut name).collect()
}

/// What Ansible has to know of a host beside its groups.
fn vars(domain: &DomainView) -> Value {
    let mut vars = Map::new();
    if let Some(managed) = domain.managed() {
        vars.insert("ansible_host".to_owned(), managed.host.into());
        if managed.port != 22 || domain.is_windows {
            vars.insert("ansible_port".to_owned(), managed.port.into());
        }
    }
    if let Some(WinrmView { https, .. }) = domain.winrm {
        vars.insert("ansible_winrm_scheme".to_owned(), if https { "https" } else { "http" }.into());
        if https {
            // Windows makes the certificate itself.
            vars.insert("ansible_winrm_server_cert_validation".to_owned(), "ignore".into());
        }
    }
    if domain.is_windows && domain.winrm.is_none() && domain.ssh.is_some() {
        vars.insert("ansible_connection".to_owned(), "ssh".into());
    }
    if let Some(user) = &domain.user {
        vars.insert("ansible_user".to_owned(), user.as_str().into());
    }
    // With a password, Ansible does not try keys, which WinRM does not know.
    if let Some(file) = domain.password_file.as_ref().filter(|_| !domain.has_keys || domain.winrm.is_some()) {
        let file = Value::from(file.as_str());
        let lookup = format!("{{{{ lookup('ansible.builtin.file', {file}).splitlines() | first }}}}");
        vars.insert("ansible_password".to_owned(), lookup.into());
    }
    vars.insert("lab2nix_domain".to_owned(), domain.name.as_str().into());
    vars.insert("lab2nix_lab".to_owned(), domain.lab.as_str().into());
    vars.into()
}

fn nothing_of(hosts: BTreeSet<String>) -> Value {
    hosts.into_iter().map(|host| (host, json!({}))).collect::<Map<_, _>>().into()
}

/// A name in the letters that groups of Ansible have.
fn group_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// The name, or it with the first number behind it that makes it another one than those that are taken.
fn free(name: &str, separator: char, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}{separator}{number}"));
    let found = [name.to_owned()].into_iter().chain(numbered).find(|name| !taken.contains(name));
    let found = found.unwrap_or_default();
    taken.insert(found.clone());
    found
}

/// Writes objects as lines of YAML, and all else in the words of JSON, which are YAML too.
fn yaml(value: &Value, depth: usize, text: &mut String) {
    let Value::Object(object) = value else { return };
    for (key, value) in object {
        let is_word = !key.is_empty()
            && key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.contains('_')
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let key = if is_word || ["all", "hosts", "vars", "children"].contains(&key.as_str()) {
            key.clone()
        } else {
            Value::from(key.as_str()).to_string()
        };
        let indent = " ".repeat(2 * depth);
        if value.as_object().is_some_and(|object| !object.is_empty()) {
            let _ = writeln!(text, "{indent}{key}:");
            yaml(value, depth + 1, text);
        } else {
            let _ = writeln!(text, "{indent}{key}: {value}");
        }
    }
}
